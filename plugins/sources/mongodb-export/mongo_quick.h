// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Values as they are most often written, decoded in a few steps. False = not written so: the
// careful way tells what it is.
#ifndef MONGO_QUICK_H
#define MONGO_QUICK_H

#include "mongo_scan.h"
#include "pt_time.h"

#define MONGO_QUICK_DIGITS 15u // fewer than a double holds exactly

// The last day met, as text and as its first microsecond.
struct mongo_quick_day {
    uint64_t text; // YYYY-MM-
    uint16_t day;
    int64_t us;
};

// digits[.digits], nothing else. The mantissa and the power of ten are exact doubles, so that one
// division rounds once (Clinger, "How to read floating point numbers accurately", 1990).
static inline bool mongo_quick_f64(const uint8_t *p, uint64_t n, double *out)
{
    static const double powers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    uint64_t mantissa = 0;
    uint64_t point = n;
    if (n > MONGO_QUICK_DIGITS) {
        return false;
    }
    for (uint64_t i = 0; i < n; i++) {
        uint8_t digit = (uint8_t)(p[i] - '0');
        if (digit <= 9) {
            mantissa = mantissa * 10 + digit;
        } else if (p[i] == '.' && point == n) {
            point = i;
        } else {
            return false;
        }
    }
    *out = point == n ? (double)mantissa : (double)mantissa / powers[n - point - 1];
    return n > 0;
}

static inline bool mongo_quick_i64(const uint8_t *p, uint64_t n, int64_t *out)
{
    int64_t v = 0;
    for (uint64_t i = 0; i < n && i < 18; i++) {
        uint8_t digit = (uint8_t)(p[i] - '0');
        if (digit > 9) {
            return false;
        }
        v = v * 10 + digit;
    }
    *out = v;
    return n > 0 && n <= 18;
}

// YYYY-MM-DDThh:mm:ss.mmmZ as microseconds since 1970.
static inline bool mongo_quick_date(struct mongo_quick_day *known, const uint8_t *p, uint64_t n,
                                    int64_t *us)
{
    if (n != 24 || p[10] != 'T' || p[19] != '.' || p[23] != 'Z') {
        return false;
    }
    uint64_t text = mongo_scan_load(p);
    uint16_t day = (uint16_t)(p[8] | p[9] << 8);
    if (text != known->text || day != known->day) {
        int64_t first = 0;
        if (p[4] != '-' || p[7] != '-' || !pt_time_iso(p, 10, 0, &first)) {
            return false;
        }
        *known = (struct mongo_quick_day){text, day, first};
    }
    // hh:mm:ss, then the three digits: every one checked, in its byte of a word.
    const uint64_t colons = UINT64_C(0x0000ff0000ff0000);
    uint64_t clock = mongo_scan_load(p + 11);
    uint64_t parts = (clock ^ UINT64_C(0x30303a30303a3030)) & ~colons;
    uint64_t beyond = (parts + (UINT64_C(0x0606060606060606) & ~colons)) | parts;
    uint32_t milli[] = {p[20] - (uint32_t)'0', p[21] - (uint32_t)'0', p[22] - (uint32_t)'0'};
    uint32_t hour = (uint32_t)(parts & 0xff) * 10 + (uint32_t)(parts >> 8 & 0xff);
    uint32_t minute = (uint32_t)(parts >> 24 & 0xff) * 10 + (uint32_t)(parts >> 32 & 0xff);
    uint32_t second = (uint32_t)(parts >> 48 & 0xff) * 10 + (uint32_t)(parts >> 56);
    if ((clock & colons) != (UINT64_C(0x00003a00003a0000)) ||
        (beyond & UINT64_C(0xf0f0f0f0f0f0f0f0)) != 0 || milli[0] > 9 || milli[1] > 9 ||
        milli[2] > 9 || hour > 23 || minute > 59 || second > 59) {
        return false;
    }
    uint64_t ms = milli[0] * 100 + milli[1] * 10 + milli[2];
    uint64_t seconds = (uint64_t)hour * 3600 + (uint64_t)minute * 60 + second;
    *us = known->us + (int64_t)(seconds * 1000000 + ms * 1000);
    return true;
}

#endif
