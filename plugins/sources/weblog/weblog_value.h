// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Values out of spans: escapes undone, times and numbers read.
#ifndef WEBLOG_VALUE_H
#define WEBLOG_VALUE_H

#include "pt_time.h"
#include "weblog_format.h"

struct weblog_bytes {
    const uint8_t *p; // NULL = NULL
    uint64_t n;
};

// Memory for values that differ from the line's bytes; emptied for every line. It must have room
// for four times the line (see weblog_value_room).
struct weblog_scratch {
    uint8_t *p;
    uint64_t n;
    uint64_t capacity;
};

static inline uint64_t weblog_value_room(uint64_t line_bytes)
{
    return line_bytes * 4 + 64;
}

// The span's value. What an escape stands for is put in its place when all of the result is UTF-8
// without NUL; else the bytes stay as logged.
struct weblog_bytes weblog_value(const struct weblog_span *span, struct weblog_scratch *scratch);

// Undoes percent escapes (and + for a blank when `is_query`), on the same condition.
struct weblog_bytes weblog_value_percent(struct weblog_bytes in, bool is_query,
                                         struct weblog_scratch *scratch);

// Reads times of one field; remembers the day of the last one, as lines of a log share it.
struct weblog_time_reader {
    enum weblog_clock clock;
    int32_t offset_s; // of times without a zone
    struct pt_time_pattern pattern;
    uint8_t seen[26];    // the last Apache time
    int64_t midnight_us; // its day's start, its zone applied
    bool has_seen;
    bool is_joined;              // a date and a clock by patterns of their own
    struct pt_time_pattern date; // `pattern` is the clock's then
    uint8_t day[32];             // the last date
    uint32_t n_day;
    int64_t day_us;
};

bool weblog_value_time(struct weblog_time_reader *r, struct weblog_bytes value, int64_t *us);

// Of a date and a clock that stand apart.
bool weblog_value_joined(struct weblog_time_reader *r, struct weblog_bytes date,
                         struct weblog_bytes clock, int64_t *us);

// Whole number >= 0 of at most 18 digits.
bool weblog_value_count(struct weblog_bytes value, int64_t *out);

#endif
