// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "csv_index.h"

#include <portrait/abi.h>

#include "csv_index_kernel.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

bool csv_index_can(const struct csv_dialect *d)
{
    bool has_other_escape = d->escape != 0 && d->escape != d->quote;
    return !has_other_escape && d->comment == 0 && !d->is_gb18030 && !d->is_cr_only &&
           d->utf16 == 0;
}

#if defined(__SSE2__)
CSV_INLINE uint64_t equal_bits(const __m128i x[4], uint8_t byte)
{
    __m128i wanted = _mm_set1_epi8((char)byte);
    uint64_t bits = 0;
    for (uint32_t k = 0; k < 4; k++) {
        uint32_t part = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(x[k], wanted));
        bits |= (uint64_t)part << (16 * k);
    }
    return bits;
}

CSV_INLINE struct csv_bits bits_of(const struct csv_dialect *d, const uint8_t *p)
{
    __m128i x[4];
    for (uint32_t k = 0; k < 4; k++) {
        x[k] = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * k));
    }
    return (struct csv_bits){.quotes = d->quote == 0 ? 0 : equal_bits(x, d->quote),
                             .delimiters = equal_bits(x, d->delimiter),
                             .ends = equal_bits(x, '\n'),
                             .returns = equal_bits(x, '\r')};
}
#else
CSV_INLINE struct csv_bits bits_of(const struct csv_dialect *d, const uint8_t *p)
{
    struct csv_bits bits = {0};
    for (uint32_t k = 0; k < 64; k++) {
        bits.quotes |= (uint64_t)(p[k] == d->quote && d->quote != 0) << k;
        bits.delimiters |= (uint64_t)(p[k] == d->delimiter) << k;
        bits.ends |= (uint64_t)(p[k] == '\n') << k;
        bits.returns |= (uint64_t)(p[k] == '\r') << k;
    }
    return bits;
}
#endif

uint32_t csv_index_portable(const struct csv_dialect *dialect, const uint8_t *p, uint32_t n,
                            struct csv_index *out)
{
    return out == NULL ? csv_index_run(bits_of, dialect, p, n, NULL)
                       : csv_index_run(bits_of, dialect, p, n, out);
}

static uint32_t run(uint32_t cpu, const struct csv_dialect *dialect, const uint8_t *p, uint32_t n,
                    struct csv_index *out)
{
#if defined(__x86_64__)
    if (cpu >= PT_CPU_AVX512) {
        return csv_index_avx512(dialect, p, n, out);
    }
    if (cpu >= PT_CPU_AVX2) {
        return csv_index_avx2(dialect, p, n, out);
    }
#endif
    (void)cpu;
    return csv_index_portable(dialect, p, n, out);
}

void csv_index_make(uint32_t cpu, const struct csv_dialect *dialect, const uint8_t *p, uint32_t n,
                    struct csv_index *out)
{
    run(cpu, dialect, p, n, out);
}

uint32_t csv_index_bytes(uint32_t cpu, const struct csv_dialect *dialect, const uint8_t *p,
                         uint32_t n)
{
    return run(cpu, dialect, p, n, NULL);
}
