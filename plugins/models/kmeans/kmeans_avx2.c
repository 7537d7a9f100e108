// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The kernel with 256-bit vectors: 16 rows by up to 6 centres in 12 of the 16 registers.
#include "kmeans_kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx2,fma")))
#define WIDTH 8
#define LANES 2
#define GROUP_MAX 6
#define VEC __m256
#define IVEC __m256i
#define LOAD(p) _mm256_loadu_ps(p)
#define STORE(p, v) _mm256_storeu_ps(p, v)
#define SET(s) _mm256_set1_ps(s)
#define ISET(u) _mm256_set1_epi32((int)(u))
#define ISTORE(p, v) _mm256_storeu_si256((__m256i *)(void *)(p), v)
#define ADD(a, b) _mm256_add_ps(a, b)
#define SUB(a, b) _mm256_sub_ps(a, b)
#define MUL(a, b) _mm256_mul_ps(a, b)
#define ROOT(a) _mm256_sqrt_ps(a)
#define AT_LEAST_0(a) _mm256_max_ps(a, _mm256_setzero_ps())
#define SQUARE(sum, x) _mm256_fmadd_ps(x, x, sum)
#define LESS_BY(sum, x, c) _mm256_fnmadd_ps(x, c, sum)
#define KEEP(score, number, best, next, centre)                                                    \
    do {                                                                                           \
        __m256i is_less = _mm256_castps_si256(_mm256_cmp_ps(score, best, _CMP_LT_OQ));             \
        (next) = _mm256_min_ps(next, _mm256_max_ps(score, best));                                  \
        (best) = _mm256_min_ps(score, best);                                                       \
        (centre) = _mm256_blendv_epi8(centre, number, is_less);                                    \
    } while (0)

#include "kmeans_tile.h"

const struct kmeans_kernel kmeans_kernel_avx2 = {GROUP_MAX, nearest};

#endif
