// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// How many of a column's thresholds lie below each value.
#include "ensemble_scorer.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static uint32_t code_of(const double *thresholds, uint32_t n_padded, double value)
{
    uint32_t code = 0;
    for (uint32_t half = n_padded / 2; half > 0; half /= 2) {
        code += thresholds[code + half - 1] < value ? half : 0;
    }
    return code;
}

void scorer_codes(const struct scorer_search *s, const double *values, uint64_t n, uint16_t *codes)
{
    for (uint64_t i = 0; i < n; i++) {
        codes[i] = (uint16_t)code_of(s->thresholds, s->n_padded, values[i]);
    }
}

#if defined(__x86_64__)

// Eight values halve their way down at once, twice over so that the gathers overlap.
__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))) void
scorer_codes_avx512(const struct scorer_search *s, const double *values, uint64_t n,
                    uint16_t *codes)
{
    uint64_t i = 0;
    for (; i + 16 <= n; i += 16) {
        __m512d low = _mm512_loadu_pd(values + i);
        __m512d high = _mm512_loadu_pd(values + i + 8);
        __m256i a = _mm256_setzero_si256();
        __m256i b = a;
        for (uint32_t half = s->n_padded / 2; half > 0; half /= 2) {
            __m256i step = _mm256_set1_epi32((int)half);
            const double *from = s->thresholds + half - 1;
            __m512d ta = _mm512_i32gather_pd(a, from, 8);
            __m512d tb = _mm512_i32gather_pd(b, from, 8);
            a = _mm256_mask_add_epi32(a, _mm512_cmp_pd_mask(ta, low, _CMP_LT_OQ), a, step);
            b = _mm256_mask_add_epi32(b, _mm512_cmp_pd_mask(tb, high, _CMP_LT_OQ), b, step);
        }
        _mm_storeu_si128((__m128i *)(void *)(codes + i), _mm256_cvtepi32_epi16(a));
        _mm_storeu_si128((__m128i *)(void *)(codes + i + 8), _mm256_cvtepi32_epi16(b));
    }
    scorer_codes(s, values + i, n - i, codes + i);
}

#endif
