// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The kernel with 512-bit vectors: 32 rows by up to 12 centres in 24 of the 32 registers.
#include "kmeans_kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma")))
#define WIDTH 16
#define LANES 2
#define GROUP_MAX 12
#define VEC __m512
#define IVEC __m512i
#define LOAD(p) _mm512_loadu_ps(p)
#define STORE(p, v) _mm512_storeu_ps(p, v)
#define SET(s) _mm512_set1_ps(s)
#define ISET(u) _mm512_set1_epi32((int)(u))
#define ISTORE(p, v) _mm512_storeu_si512(p, v)
#define ADD(a, b) _mm512_add_ps(a, b)
#define SUB(a, b) _mm512_sub_ps(a, b)
#define MUL(a, b) _mm512_mul_ps(a, b)
#define ROOT(a) _mm512_sqrt_ps(a)
#define AT_LEAST_0(a) _mm512_max_ps(a, _mm512_setzero_ps())
#define SQUARE(sum, x) _mm512_fmadd_ps(x, x, sum)
#define LESS_BY(sum, x, c) _mm512_fnmadd_ps(x, c, sum)
#define KEEP(score, number, best, next, centre)                                                    \
    do {                                                                                           \
        __mmask16 is_less = _mm512_cmp_ps_mask(score, best, _CMP_LT_OQ);                           \
        (next) = _mm512_min_ps(next, _mm512_max_ps(score, best));                                  \
        (best) = _mm512_min_ps(score, best);                                                       \
        (centre) = _mm512_mask_mov_epi32(centre, is_less, number);                                 \
    } while (0)

#include "kmeans_tile.h"

const struct kmeans_kernel kmeans_kernel_avx512 = {GROUP_MAX, nearest};

#endif
