// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "weblog_scan.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include "weblog_scan_kernel.h"

#define TARGET __attribute__((target("avx2,bmi,bmi2")))

TARGET static inline uint64_t equal(__m256i low, __m256i high, char byte)
{
    const __m256i wanted = _mm256_set1_epi8(byte);
    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, wanted)) |
           (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, wanted)) << 32;
}

TARGET static inline struct block_bits bits_of(const uint8_t *p)
{
    const __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)p);
    const __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32));
    uint64_t above =
        (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
    return (struct block_bits){.newline = equal(low, high, '\n'),
                               .quote = equal(low, high, '"'),
                               .blank = equal(low, high, ' '),
                               .question = equal(low, high, '?'),
                               .backslash = equal(low, high, '\\'),
                               .odd = above | equal(low, high, 0)};
}

TARGET bool weblog_scan_avx2(const uint8_t *p, const uint8_t *end, struct weblog_marks *out)
{
    struct block_sum sum = {0};
    for (uint32_t word = 0; word < WEBLOG_SCAN_WORDS && p < end; word++, p += 64) {
        struct block_bits bits = bits_of(p);
        if (block_take(&bits, word, &sum, out)) {
            return true;
        }
    }
    return false;
}

#endif
