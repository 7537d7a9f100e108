// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "pt_utf8.h"

#include <string.h>

// Plain bytes (ASCII, not zero) at the start of eight.
static uint32_t word_plain(uint64_t w)
{
    const uint64_t high = UINT64_C(0x8080808080808080);
    const uint64_t low = UINT64_C(0x0101010101010101);
    uint64_t marks = (w | (w - low)) & high;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    // A borrow can mark bytes behind the first marked one, never before it.
    return marks == 0 ? 8 : (uint32_t)__builtin_ctzll(marks) / 8;
#else
    return marks == 0 ? 8 : 0;
#endif
}

static bool is_tail(uint8_t byte)
{
    return (byte & 0xc0) == 0x80;
}

// Length of the well-formed sequence of two to four bytes at p, 0 when there is none.
static uint32_t sequence_length(const uint8_t *p, uint64_t left)
{
    uint8_t a = p[0];
    if (a >= 0xc2 && a <= 0xdf) {
        return left >= 2 && is_tail(p[1]) ? 2 : 0;
    }
    if ((a & 0xf0) == 0xe0) {
        uint8_t low = a == 0xe0 ? 0xa0 : 0x80;
        uint8_t high = a == 0xed ? 0x9f : 0xbf;
        return left >= 3 && p[1] >= low && p[1] <= high && is_tail(p[2]) ? 3 : 0;
    }
    if (a >= 0xf0 && a <= 0xf4) {
        uint8_t low = a == 0xf0 ? 0x90 : 0x80;
        uint8_t high = a == 0xf4 ? 0x8f : 0xbf;
        return left >= 4 && p[1] >= low && p[1] <= high && is_tail(p[2]) && is_tail(p[3]) ? 4 : 0;
    }
    return 0;
}

int32_t pt_utf8_check(const uint8_t *p, uint64_t n)
{
    uint64_t i = 0;
    while (i < n) {
        uint64_t word;
        while (n - i >= 8) {
            memcpy(&word, p + i, 8);
            uint32_t plain = word_plain(word);
            i += plain;
            if (plain < 8) {
                break;
            }
        }
        if (i == n) {
            break;
        }
        if (p[i] == 0) {
            return PT_UTF8_NUL;
        }
        i += p[i] < 0x80 ? 1 : 0;
        while (i < n && p[i] >= 0x80) {
            uint32_t length = sequence_length(p + i, n - i);
            if (length == 0) {
                return PT_UTF8_BAD;
            }
            i += length;
        }
    }
    return PT_UTF8_GOOD;
}

bool pt_utf8_is_clean(uint32_t cpu, const uint8_t *p, uint64_t n)
{
#if defined(__x86_64__)
    if (cpu >= PT_CPU_AVX2) {
        return pt_utf8_is_clean_avx2(p, n);
    }
#endif
    (void)cpu;
    return pt_utf8_check(p, n) == PT_UTF8_GOOD;
}

bool pt_utf8_is_valid(const uint8_t *p, uint64_t n)
{
    for (uint64_t i = 0; i < n;) {
        uint32_t length = p[i] < 0x80 ? 1 : sequence_length(p + i, n - i);
        if (length == 0) {
            return false;
        }
        i += length;
    }
    return true;
}

uint32_t pt_utf8_put(uint32_t code, uint8_t out[4])
{
    if (code < 0x80) {
        out[0] = (uint8_t)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (uint8_t)(0xc0 | code >> 6);
        out[1] = (uint8_t)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        if (code >= 0xd800 && code <= 0xdfff) {
            return 0;
        }
        out[0] = (uint8_t)(0xe0 | code >> 12);
        out[1] = (uint8_t)(0x80 | (code >> 6 & 0x3f));
        out[2] = (uint8_t)(0x80 | (code & 0x3f));
        return 3;
    }
    if (code > 0x10ffff) {
        return 0;
    }
    out[0] = (uint8_t)(0xf0 | code >> 18);
    out[1] = (uint8_t)(0x80 | (code >> 12 & 0x3f));
    out[2] = (uint8_t)(0x80 | (code >> 6 & 0x3f));
    out[3] = (uint8_t)(0x80 | (code & 0x3f));
    return 4;
}
