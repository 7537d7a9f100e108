// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Strict JSON (RFC 8259) read byte by byte, without a tree: where a value ends, and what it is at
// first sight. Text is checked for UTF-8, escapes and surrogate pairs, numbers for their grammar,
// nesting for its depth, keys for NUL bytes, which BSON cannot have there.
//
// The bytes lie between p and end; 64 bytes behind end may be read, and the byte at end is none
// that JSON text could go on with (a line's end, or the zero behind a window).
#ifndef MONGO_SCAN_H
#define MONGO_SCAN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define MONGO_DEPTH_MAX 64u
#define MONGO_FAULT_KEY "NUL byte in a key"

// What a value is by its first byte.
enum mongo_token {
    MONGO_ABSENT = 0,
    MONGO_NULL,
    MONGO_TRUE,
    MONGO_FALSE,
    MONGO_NUMBER,
    MONGO_TEXT, // p and n are what is between the quotes
    MONGO_OBJECT,
    MONGO_ARRAY,
};

struct mongo_raw {
    const uint8_t *p;
    uint64_t n;
    enum mongo_token token;
    bool is_escaped; // TEXT: has a backslash in it
};

struct mongo_scan {
    const uint8_t *end;
    const char *fault; // what is wrong, NULL = nothing so far
    const uint8_t *at; // where
};

// Notes the first fault; returns NULL, so that scanners can return it.
const uint8_t *mongo_scan_fail(struct mongo_scan *s, const uint8_t *p, const char *fault);
// As fail, for a byte that should not be here: tells the end of the bytes, text of the mongo shell
// and anything else apart.
const uint8_t *mongo_scan_unexpected(struct mongo_scan *s, const uint8_t *p);
// True when the fault is one of the mongo shell's notations.
bool mongo_scan_is_shell(const char *fault);

// True when a checked text between quotes has an escaped NUL byte.
bool mongo_scan_has_nul(const uint8_t *p, uint64_t n);

// Skips blanks that are there; most often there are none.
const uint8_t *mongo_scan_blanks(const struct mongo_scan *s, const uint8_t *p);

static inline const uint8_t *mongo_scan_space(const struct mongo_scan *s, const uint8_t *p)
{
    return *p > ' ' ? p : mongo_scan_blanks(s, p);
}

// The rest of a text once its first special byte is at p; begin is the byte behind the quote.
const uint8_t *mongo_scan_text_slow(struct mongo_scan *s, const uint8_t *begin, const uint8_t *p,
                                    bool *is_escaped);

// Lowest byte of w that is a quote, a backslash, a control byte or not ASCII: its top bit is the
// lowest bit set. 0 = none.
static inline uint64_t mongo_scan_stops(uint64_t w)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t quote = w ^ ones * '"';
    uint64_t slash = w ^ ones * '\\';
    return (((quote - ones) & ~quote) | ((slash - ones) & ~slash) | (w - ones * ' ') | w) &
           ones << 7;
}

static inline uint64_t mongo_scan_load(const uint8_t *p)
{
    uint64_t w;
    memcpy(&w, p, sizeof w);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    w = __builtin_bswap64(w);
#endif
    return w;
}

// p is the byte behind an opening quote; returns the closing one, NULL after a fault.
static inline const uint8_t *mongo_scan_text(struct mongo_scan *s, const uint8_t *p,
                                             bool *is_escaped)
{
    const uint8_t *begin = p;
    uint64_t stops = mongo_scan_stops(mongo_scan_load(p));
    while (stops == 0) {
        p += 8;
        stops = mongo_scan_stops(mongo_scan_load(p));
    }
    p += (uint32_t)__builtin_ctzll(stops) >> 3;
    *is_escaped = false;
    return *p == '"' && p < s->end ? p : mongo_scan_text_slow(s, begin, p, is_escaped);
}

// Skips the value at p (no blanks before it) inside `depth` open containers; returns the byte
// behind it, NULL after a fault.
const uint8_t *mongo_scan_value(struct mongo_scan *s, const uint8_t *p, uint32_t depth,
                                struct mongo_raw *out);

#endif
