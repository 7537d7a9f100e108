// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "weblog_scan.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include "weblog_scan_kernel.h"

#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,bmi,bmi2")))

TARGET static inline uint64_t equal(__m512i v, char byte)
{
    return _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(byte));
}

TARGET bool weblog_scan_avx512(const uint8_t *p, const uint8_t *end, struct weblog_marks *out)
{
    struct block_sum sum = {0};
    for (uint32_t word = 0; word < WEBLOG_SCAN_WORDS && p < end; word++, p += 64) {
        const __m512i v = _mm512_loadu_si512(p);
        struct block_bits bits = {.newline = equal(v, '\n'),
                                  .quote = equal(v, '"'),
                                  .blank = equal(v, ' '),
                                  .question = equal(v, '?'),
                                  .backslash = equal(v, '\\'),
                                  .odd = _mm512_movepi8_mask(v) | _mm512_testn_epi8_mask(v, v)};
        if (block_take(&bits, word, &sum, out)) {
            return true;
        }
    }
    return false;
}

#endif
