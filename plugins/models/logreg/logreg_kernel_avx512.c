// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Kernels of x86-64 processors with AVX-512: 8 lanes.
#if defined(__x86_64__)
#include <immintrin.h>

#define LANES 8
#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#define LEVEL avx512
#define FMA(a, b, c) ((lanes_t)_mm512_fmadd_pd((__m512d)(a), (__m512d)(b), (__m512d)(c)))
#define ROOT(a) ((lanes_t)_mm512_sqrt_pd((__m512d)(a)))
#include "logreg_lanes.h"
#endif
