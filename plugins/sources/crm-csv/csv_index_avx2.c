// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)

#include <immintrin.h>

#include "csv_index_kernel.h"

#define TARGET __attribute__((target("avx2,bmi,bmi2,popcnt,lzcnt")))

TARGET CSV_INLINE uint64_t equal_bits(__m256i low, __m256i high, uint8_t byte)
{
    __m256i wanted = _mm256_set1_epi8((char)byte);
    uint32_t a = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, wanted));
    uint32_t b = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, wanted));
    return a | (uint64_t)b << 32;
}

TARGET CSV_INLINE struct csv_bits bits_of(const struct csv_dialect *d, const uint8_t *p)
{
    __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)p);
    __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32));
    return (struct csv_bits){.quotes = d->quote == 0 ? 0 : equal_bits(low, high, d->quote),
                             .delimiters = equal_bits(low, high, d->delimiter),
                             .ends = equal_bits(low, high, '\n'),
                             .returns = equal_bits(low, high, '\r')};
}

TARGET uint32_t csv_index_avx2(const struct csv_dialect *dialect, const uint8_t *p, uint32_t n,
                               struct csv_index *out)
{
    return out == NULL ? csv_index_run(bits_of, dialect, p, n, NULL)
                       : csv_index_run(bits_of, dialect, p, n, out);
}

#endif
