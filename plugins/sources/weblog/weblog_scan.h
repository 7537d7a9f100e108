// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// One pass over a line: where it ends, and a bit a byte for the bytes that cut it into fields.
// Every processor level gives the same marks.
#ifndef WEBLOG_SCAN_H
#define WEBLOG_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#define WEBLOG_SCAN_WORDS 16u
#define WEBLOG_SCAN_BYTES (WEBLOG_SCAN_WORDS * 64u)

// Bit i of word w stands for byte w * 64 + i of the line; no bit behind the line is set. Words
// behind the one that holds the newline are not written.
struct weblog_marks {
    uint32_t size; // bytes before the newline
    bool has_backslash;
    bool has_odd; // a zero byte, or one above 0x7f
    uint64_t quote[WEBLOG_SCAN_WORDS];
    uint64_t blank[WEBLOG_SCAN_WORDS]; // ' ' only
    uint64_t question[WEBLOG_SCAN_WORDS];
};

// The line at p, of which bytes up to `end` are there; 64 more may be read and hold no newline.
// False when no newline stands in the first WEBLOG_SCAN_BYTES of them.
typedef bool weblog_scan_fn(const uint8_t *p, const uint8_t *end, struct weblog_marks *out);

// By pt_host.cpu; NULL for a host that tells none.
weblog_scan_fn *weblog_scan_choose(uint32_t cpu);

weblog_scan_fn weblog_scan_plain; // byte by byte
#if defined(__x86_64__)
weblog_scan_fn weblog_scan_sse2;
weblog_scan_fn weblog_scan_avx2;
weblog_scan_fn weblog_scan_avx512;
#endif

// First mark at or behind `from` (<= size); `size` when there is none.
static inline uint32_t weblog_marks_next(const uint64_t *marks, uint32_t from, uint32_t size)
{
    uint32_t word = from / 64;
    uint64_t bits = marks[word] & UINT64_MAX << from % 64;
    while (bits == 0) {
        if (++word * 64 >= size) {
            return size;
        }
        bits = marks[word];
    }
    return word * 64 + (uint32_t)__builtin_ctzll(bits);
}

#endif
