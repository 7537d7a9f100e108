// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Kernels of x86-64 processors with AVX2 and FMA: 4 lanes.
#if defined(__x86_64__)
#include <immintrin.h>

#define LANES 4
#define TARGET __attribute__((target("avx2,fma")))
#define LEVEL avx2
#define FMA(a, b, c) ((lanes_t)_mm256_fmadd_pd((__m256d)(a), (__m256d)(b), (__m256d)(c)))
#define ROOT(a) ((lanes_t)_mm256_sqrt_pd((__m256d)(a)))
#include "logreg_lanes.h"
#endif
