// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)

#include <immintrin.h>

#include "csv_index_kernel.h"

#define TARGET                                                                                     \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,bmi,bmi2,popcnt,lzcnt")))

TARGET CSV_INLINE struct csv_bits bits_of(const struct csv_dialect *d, const uint8_t *p)
{
    __m512i x = _mm512_loadu_si512(p);
    uint64_t quotes = _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8((char)d->quote));
    return (struct csv_bits){.quotes = d->quote == 0 ? 0 : quotes,
                             .delimiters =
                                 _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8((char)d->delimiter)),
                             .ends = _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8('\n')),
                             .returns = _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8('\r'))};
}

TARGET uint32_t csv_index_avx512(const struct csv_dialect *dialect, const uint8_t *p, uint32_t n,
                                 struct csv_index *out)
{
    return out == NULL ? csv_index_run(bits_of, dialect, p, n, NULL)
                       : csv_index_run(bits_of, dialect, p, n, out);
}

#endif
