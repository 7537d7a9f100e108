// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// 32 bytes at a time.
#if defined(__x86_64__)

#include <immintrin.h>

#include "mongo_guess.h"

#define GUESS_TARGET __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))

GUESS_TARGET
static inline __m256i load(const uint8_t *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

GUESS_TARGET
static inline uint32_t equal(__m256i a, __m256i b)
{
    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, b));
}

GUESS_TARGET
static inline bool guess_literal_is(const uint8_t *p, const struct mongo_guess_node *node)
{
    uint32_t n = node->n;
    uint32_t differ = ~equal(load(p), load(node->literal));
    if (__builtin_expect(n <= 32, 1)) {
        return differ << (32 - n) == 0;
    }
    uint32_t behind = ~equal(load(p + 32), load(node->literal + 32));
    return differ == 0 && behind << (64 - n) == 0;
}

// Signed, control bytes and those that are not ASCII are below the blank.
GUESS_TARGET
static inline const uint8_t *guess_stop(const uint8_t *p)
{
    for (;; p += 32) {
        __m256i v = load(p);
        __m256i low = _mm256_cmpgt_epi8(_mm256_set1_epi8(' '), v);
        __m256i quote = _mm256_cmpeq_epi8(v, _mm256_set1_epi8('"'));
        __m256i slash = _mm256_cmpeq_epi8(v, _mm256_set1_epi8('\\'));
        __m256i stops = _mm256_or_si256(low, _mm256_or_si256(quote, slash));
        uint32_t mask = (uint32_t)_mm256_movemask_epi8(stops);
        if (mask != 0) {
            return p + __builtin_ctz(mask);
        }
    }
}

GUESS_TARGET
static inline uint32_t guess_digits(const uint8_t *p)
{
    __m256i v = _mm256_sub_epi8(load(p), _mm256_set1_epi8('0'));
    return equal(_mm256_min_epu8(v, _mm256_set1_epi8(9)), v);
}

#include "mongo_guess_kernel.h"

GUESS_TARGET
const uint8_t *mongo_guess_walk_avx2(struct mongo_guess *g, const uint8_t *p, const uint8_t *end)
{
    return guess_walk(g, p, end);
}

#endif
