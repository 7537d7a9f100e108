// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "weblog_scan.h"

#include <portrait/abi.h>

#include "weblog_scan_kernel.h"

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

static struct block_bits bits_plain(const uint8_t *p)
{
    struct block_bits bits = {0};
    for (uint32_t i = 0; i < 64; i++) {
        uint64_t bit = UINT64_C(1) << i;
        bits.newline |= p[i] == '\n' ? bit : 0;
        bits.quote |= p[i] == '"' ? bit : 0;
        bits.blank |= p[i] == ' ' ? bit : 0;
        bits.question |= p[i] == '?' ? bit : 0;
        bits.backslash |= p[i] == '\\' ? bit : 0;
        bits.odd |= p[i] == 0 || p[i] > 0x7f ? bit : 0;
    }
    return bits;
}

bool weblog_scan_plain(const uint8_t *p, const uint8_t *end, struct weblog_marks *out)
{
    struct block_sum sum = {0};
    for (uint32_t word = 0; word < WEBLOG_SCAN_WORDS && p < end; word++, p += 64) {
        struct block_bits bits = bits_plain(p);
        if (block_take(&bits, word, &sum, out)) {
            return true;
        }
    }
    return false;
}

#if defined(__x86_64__)

static inline uint64_t equal_sse2(const __m128i *v, char byte)
{
    const __m128i wanted = _mm_set1_epi8(byte);
    uint64_t bits = 0;
    for (uint32_t i = 0; i < 4; i++) {
        bits |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v[i], wanted)) << (i * 16);
    }
    return bits;
}

static inline struct block_bits bits_sse2(const uint8_t *p)
{
    __m128i v[4];
    uint64_t high = 0;
    for (uint32_t i = 0; i < 4; i++) {
        v[i] = _mm_loadu_si128((const __m128i *)(const void *)(p + (size_t)i * 16));
        high |= (uint64_t)(uint32_t)_mm_movemask_epi8(v[i]) << (i * 16);
    }
    return (struct block_bits){.newline = equal_sse2(v, '\n'),
                               .quote = equal_sse2(v, '"'),
                               .blank = equal_sse2(v, ' '),
                               .question = equal_sse2(v, '?'),
                               .backslash = equal_sse2(v, '\\'),
                               .odd = high | equal_sse2(v, 0)};
}

bool weblog_scan_sse2(const uint8_t *p, const uint8_t *end, struct weblog_marks *out)
{
    struct block_sum sum = {0};
    for (uint32_t word = 0; word < WEBLOG_SCAN_WORDS && p < end; word++, p += 64) {
        struct block_bits bits = bits_sse2(p);
        if (block_take(&bits, word, &sum, out)) {
            return true;
        }
    }
    return false;
}

#endif

weblog_scan_fn *weblog_scan_choose(uint32_t cpu)
{
    if (cpu == 0) {
        return NULL;
    }
#if defined(__x86_64__)
    if (cpu >= PT_CPU_AVX512) {
        return weblog_scan_avx512;
    }
    return cpu >= PT_CPU_AVX2 ? weblog_scan_avx2 : weblog_scan_sse2;
#else
    return weblog_scan_plain;
#endif
}
