// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// 64 bytes at a time, compared into masks.
#if defined(__x86_64__)

#include <immintrin.h>

#include "mongo_guess.h"

#define GUESS_TARGET                                                                               \
    __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512dq,avx512vl")))

GUESS_TARGET
static inline bool guess_literal_is(const uint8_t *p, const struct mongo_guess_node *node)
{
    __mmask64 wanted = _bzhi_u64(UINT64_MAX, node->n);
    __m512i is = _mm512_loadu_si512((const void *)p);
    __m512i literal = _mm512_loadu_si512((const void *)node->literal);
    return _mm512_mask_cmpneq_epi8_mask(wanted, is, literal) == 0;
}

// Signed, control bytes and those that are not ASCII are below the blank. Most texts are short.
GUESS_TARGET
static inline const uint8_t *guess_stop(const uint8_t *p)
{
    for (;; p += 32) {
        __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)p);
        __mmask32 stops = _mm256_cmplt_epi8_mask(v, _mm256_set1_epi8(' ')) |
                          _mm256_cmpeq_epi8_mask(v, _mm256_set1_epi8('"')) |
                          _mm256_cmpeq_epi8_mask(v, _mm256_set1_epi8('\\'));
        if (stops != 0) {
            return p + __builtin_ctz(stops);
        }
    }
}

GUESS_TARGET
static inline uint32_t guess_digits(const uint8_t *p)
{
    __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)p);
    __m256i digit = _mm256_sub_epi8(v, _mm256_set1_epi8('0'));
    return _mm256_cmple_epu8_mask(digit, _mm256_set1_epi8(9));
}

#include "mongo_guess_kernel.h"

GUESS_TARGET
const uint8_t *mongo_guess_walk_avx512(struct mongo_guess *g, const uint8_t *p, const uint8_t *end)
{
    return guess_walk(g, p, end);
}

#endif
