// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "partition.h"

#if defined(__x86_64__)

#include <immintrin.h>

// Sixteen rows a step. Whole vectors are stored: what lies behind the rows that count is written
// again by the next step, and never reaches rows that were not read yet.
__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))) uint64_t
partition_side_avx512(const struct partition_side *s)
{
    uint64_t n_left = 0;
    uint64_t i = 0;
    for (; i + 16 <= s->n; i += 16) {
        __m512i rows = _mm512_loadu_si512(s->from + i);
        __m512i bins =
            _mm512_and_si512(_mm512_i32gather_epi32(rows, s->bins, 1), _mm512_set1_epi32(255));
        __m512i sides = _mm512_i32gather_epi32(bins, s->goes_left, 4);
        __mmask16 is_left = _mm512_test_epi32_mask(sides, sides);
        _mm512_storeu_si512(s->left + n_left, _mm512_maskz_compress_epi32(is_left, rows));
        _mm512_storeu_si512(s->from + i - n_left,
                            _mm512_maskz_compress_epi32((__mmask16)~is_left, rows));
        n_left += (uint64_t)_mm_popcnt_u32(is_left);
    }
    return partition_side(s, i, n_left);
}

#endif
