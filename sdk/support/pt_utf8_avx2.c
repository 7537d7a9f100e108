// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Three table look-ups by nibbles find every fault of two neighbouring bytes; lengths of three and
// four are counted back from their lead. After Keiser and Lemire, "Validating UTF-8 in less than
// one instruction per byte" (Software: Practice and Experience 51, 2021).
#include "pt_utf8.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#define TARGET __attribute__((target("avx2")))
#define INLINE static inline __attribute__((always_inline))

// Faults of a pair of bytes, a bit each.
#define TOO_SHORT 1       // lead, then no tail
#define TOO_LONG 2        // ASCII, then a tail
#define OVERLONG_3 4      // E0, then below A0
#define TOO_LARGE 8       // F4, then 90 and above; F5 and above
#define SURROGATE 16      // ED, then A0 and above
#define OVERLONG_2 32     // C0, C1
#define TOO_LARGE_1000 64 // F5 and above, then 80 to 8F
#define OVERLONG_4 64     // F0, then below 90
#define TWO_TAILS 128     // fine only behind leads of three and four
#define CARRY (TOO_SHORT | TOO_LONG | TWO_TAILS)

struct state {
    __m256i faults;
    __m256i before;     // the block before
    __m256i unfinished; // a sequence goes on behind it
};

TARGET INLINE __m256i table_of(const uint8_t values[16])
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)values));
}

TARGET INLINE __m256i high_nibbles(__m256i x)
{
    return _mm256_and_si256(_mm256_srli_epi16(x, 4), _mm256_set1_epi8(0x0f));
}

// The bytes `n` places earlier.
#define EARLIER(x, before, n)                                                                      \
    _mm256_alignr_epi8(x, _mm256_permute2x128_si256(before, x, 0x21), 16 - (n))

TARGET INLINE __m256i pair_faults(__m256i x, __m256i one_back)
{
    static const uint8_t first_high[16] = {TOO_LONG,
                                           TOO_LONG,
                                           TOO_LONG,
                                           TOO_LONG,
                                           TOO_LONG,
                                           TOO_LONG,
                                           TOO_LONG,
                                           TOO_LONG,
                                           TWO_TAILS,
                                           TWO_TAILS,
                                           TWO_TAILS,
                                           TWO_TAILS,
                                           TOO_SHORT | OVERLONG_2,
                                           TOO_SHORT,
                                           TOO_SHORT | OVERLONG_3 | SURROGATE,
                                           TOO_SHORT | TOO_LARGE | TOO_LARGE_1000 | OVERLONG_4};
    static const uint8_t first_low[16] = {CARRY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4,
                                          CARRY | OVERLONG_2,
                                          CARRY,
                                          CARRY,
                                          CARRY | TOO_LARGE,
                                          CARRY | TOO_LARGE | TOO_LARGE_1000,
                                          CARRY | TOO_LARGE | TOO_LARGE_1000,
                                          CARRY | TOO_LARGE | TOO_LARGE_1000,
                                          CARRY | TOO_LARGE | TOO_LARGE_1000,
                                          CARRY | TOO_LARGE | TOO_LARGE_1000,
                                          CARRY | TOO_LARGE | TOO_LARGE_1000,
                                          CARRY | TOO_LARGE | TOO_LARGE_1000,
                                          CARRY | TOO_LARGE | TOO_LARGE_1000,
                                          CARRY | TOO_LARGE | TOO_LARGE_1000 | SURROGATE,
                                          CARRY | TOO_LARGE | TOO_LARGE_1000,
                                          CARRY | TOO_LARGE | TOO_LARGE_1000};
    static const uint8_t second_high[16] = {
        TOO_SHORT,
        TOO_SHORT,
        TOO_SHORT,
        TOO_SHORT,
        TOO_SHORT,
        TOO_SHORT,
        TOO_SHORT,
        TOO_SHORT,
        TOO_LONG | OVERLONG_2 | TWO_TAILS | OVERLONG_3 | TOO_LARGE_1000 | OVERLONG_4,
        TOO_LONG | OVERLONG_2 | TWO_TAILS | OVERLONG_3 | TOO_LARGE,
        TOO_LONG | OVERLONG_2 | TWO_TAILS | SURROGATE | TOO_LARGE,
        TOO_LONG | OVERLONG_2 | TWO_TAILS | SURROGATE | TOO_LARGE,
        TOO_SHORT,
        TOO_SHORT,
        TOO_SHORT,
        TOO_SHORT};
    __m256i low = _mm256_and_si256(one_back, _mm256_set1_epi8(0x0f));
    __m256i a = _mm256_shuffle_epi8(table_of(first_high), high_nibbles(one_back));
    __m256i b = _mm256_shuffle_epi8(table_of(first_low), low);
    __m256i c = _mm256_shuffle_epi8(table_of(second_high), high_nibbles(x));
    return _mm256_and_si256(_mm256_and_si256(a, b), c);
}

TARGET INLINE void take_block(struct state *s, __m256i x)
{
    static const uint8_t most[32] = {255, 255, 255, 255, 255, 255, 255, 255,  255,  255, 255,
                                     255, 255, 255, 255, 255, 255, 255, 255,  255,  255, 255,
                                     255, 255, 255, 255, 255, 255, 255, 0xef, 0xdf, 0xbf};
    __m256i zero = _mm256_setzero_si256();
    s->faults = _mm256_or_si256(s->faults, _mm256_cmpeq_epi8(x, zero)); // NUL
    if (_mm256_movemask_epi8(x) == 0) {
        s->faults = _mm256_or_si256(s->faults, s->unfinished);
        s->unfinished = zero;
        s->before = x;
        return;
    }
    __m256i pairs = pair_faults(x, EARLIER(x, s->before, 1));
    __m256i third = _mm256_subs_epu8(EARLIER(x, s->before, 2), _mm256_set1_epi8(0x60));
    __m256i fourth = _mm256_subs_epu8(EARLIER(x, s->before, 3), _mm256_set1_epi8(0x70));
    __m256i tails = _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8((char)0x80));
    s->faults = _mm256_or_si256(s->faults, _mm256_xor_si256(tails, pairs));
    s->unfinished = _mm256_subs_epu8(x, _mm256_loadu_si256((const __m256i *)(const void *)most));
    s->before = x;
}

TARGET bool pt_utf8_is_clean_avx2(const uint8_t *p, uint64_t n)
{
    struct state s = {_mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256()};
    uint64_t i = 0;
    for (; n - i >= 32; i += 32) {
        take_block(&s, _mm256_loadu_si256((const __m256i *)(const void *)(p + i)));
    }
    if (i < n) {
        uint8_t rest[32];
        memset(rest, ' ', sizeof rest);
        memcpy(rest, p + i, n - i);
        take_block(&s, _mm256_loadu_si256((const __m256i *)(const void *)rest));
    }
    __m256i faults = _mm256_or_si256(s.faults, s.unfinished);
    return _mm256_testz_si256(faults, faults) != 0;
}

#endif
