// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Rows in step down a tree with AVX-512 gathers.
#include "ensemble_scorer.h"

#if defined(__x86_64__)

#include <immintrin.h>

// Codes are read four bytes at a time from the even one before, so none behind the last plane.
__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))) void
scorer_walk_avx512(const struct ensemble_scorer *s, uint64_t tree, const uint16_t *codes,
                   uint32_t *leaves)
{
    const uint64_t *nodes = s->nodes + s->first[tree];
    const __m512i low16 = _mm512_set1_epi32(0xffff);
    const __m512i lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m512i even =
        _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    const __m512i odd =
        _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
    __m512i at = _mm512_setzero_si512();
    for (uint32_t d = 0; d < s->depth[tree]; d++) {
        __m512i a = _mm512_i32gather_epi64(_mm512_castsi512_si256(at), nodes, 8);
        __m512i b = _mm512_i32gather_epi64(_mm512_extracti64x4_epi64(at, 1), nodes, 8);
        __m512i test = _mm512_permutex2var_epi32(a, even, b);
        __m512i next = _mm512_permutex2var_epi32(a, odd, b);
        __m512i place = _mm512_add_epi32(_mm512_slli_epi32(_mm512_and_si512(test, low16), 10),
                                         lane); // SCORER_ROWS = 2^10
        __m512i code = _mm512_and_si512(_mm512_i32gather_epi32(place, codes, 2), low16);
        __mmask16 above = _mm512_cmpgt_epu32_mask(code, _mm512_srli_epi32(test, 16));
        at = _mm512_mask_add_epi32(next, above, next, _mm512_set1_epi32(1));
    }
    _mm512_storeu_si512(leaves, at);
}

#endif
