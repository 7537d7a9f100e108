// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "bins_cut.h"

#if defined(__x86_64__)

#include <immintrin.h>

// Sixteen values halve their way down at once.
__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))) void
bins_search_floats_avx512(const struct bins_search *s, const float *x, uint64_t n, uint8_t *out)
{
    uint64_t i = 0;
    for (; i + 16 <= n; i += 16) {
        __m512 values = _mm512_loadu_ps(x + i);
        __m512i at = _mm512_setzero_si512();
        for (int step = 128; step > 0; step /= 2) {
            __m512 cuts = _mm512_i32gather_ps(_mm512_add_epi32(at, _mm512_set1_epi32(step - 1)),
                                              s->cuts_f, 4);
            __mmask16 is_below = _mm512_cmp_ps_mask(cuts, values, _CMP_LT_OQ);
            at = _mm512_mask_add_epi32(at, is_below, at, _mm512_set1_epi32(step));
        }
        __mmask16 is_there = _mm512_cmp_ps_mask(values, values, _CMP_ORD_Q);
        at = _mm512_maskz_add_epi32(is_there, at, _mm512_set1_epi32(1));
        _mm_storeu_si128((__m128i *)(void *)(out + i), _mm512_cvtepi32_epi8(at));
    }
    bins_search_floats(s, x + i, n - i, out + i);
}

#endif
