// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "pt_time.h"
#include "pt_time_parts.h"

// What a text gave: parts plus the pieces that only together make one.
struct match {
    struct time_parts t;
    uint32_t half;     // 0 = not given, 1 = AM, 2 = PM
    uint32_t year_day; // 0 = not given
    int64_t epoch_us;
    bool has_epoch;
};

static bool pattern_push(struct pt_time_pattern *out, uint8_t code, uint8_t byte)
{
    if (out->n == PT_TIME_PATTERN_MAX) {
        return false;
    }
    out->code[out->n] = code;
    out->byte[out->n++] = byte;
    return true;
}

static const char *shorthand(char letter)
{
    switch (letter) {
    case 'D':
        return "%m/%d/%y";
    case 'F':
        return "%Y-%m-%d";
    case 'T':
        return "%H:%M:%S";
    case 'R':
        return "%H:%M";
    default:
        return NULL;
    }
}

static bool pattern_steps(struct pt_time_pattern *out, const char *text, uint64_t n, char *bad)
{
    for (uint64_t i = 0; i < n; i++) {
        if (text[i] != '%') {
            if (!pattern_push(out, 0, (uint8_t)text[i])) {
                return false;
            }
            continue;
        }
        char letter = ++i < n ? text[i] : '%';
        const char *longer = i < n ? shorthand(letter) : NULL;
        bool is_good = false;
        if (longer != NULL) {
            is_good = pattern_steps(out, longer, strlen(longer), bad);
        } else if (i < n && letter == '%') {
            is_good = pattern_push(out, 0, '%');
        } else if (i < n && letter != '\0' && strchr("YymdebBaAjHIpMSfzZs", letter) != NULL) {
            is_good = pattern_push(out, (uint8_t)letter, 0);
        } else {
            *bad = letter;
        }
        if (!is_good) {
            return false;
        }
    }
    return true;
}

bool pt_time_pattern_parse(struct pt_time_pattern *out, const char *text, uint64_t n, char *bad)
{
    *out = (struct pt_time_pattern){0};
    *bad = 0;
    if (!pattern_steps(out, text, n, bad)) {
        return false;
    }
    bool has_year = false;
    bool has_month = false;
    bool has_day = false;
    bool has_year_day = false;
    for (uint8_t i = 0; i < out->n; i++) {
        uint8_t c = out->code[i];
        has_year = has_year || c == 'Y' || c == 'y';
        has_month = has_month || c == 'm' || c == 'b' || c == 'B';
        has_day = has_day || c == 'd' || c == 'e';
        has_year_day = has_year_day || c == 'j';
        out->has_time = out->has_time || c == 'H' || c == 'I' || c == 's';
        out->has_date = out->has_date || c == 's';
    }
    out->has_date = out->has_date || (has_year && ((has_month && has_day) || has_year_day));
    return out->has_date || out->has_time;
}

// Skips the rest of an English name: `tails` are what may follow the first three letters.
static void skip_name_tail(struct time_reader *r, const char *tail)
{
    uint64_t n = strlen(tail);
    if ((uint64_t)(r->end - r->p) < n) {
        return;
    }
    for (uint64_t i = 0; i < n; i++) {
        if ((r->p[i] | 0x20) != (uint8_t)tail[i]) {
            return;
        }
    }
    r->p += n;
}

static bool match_month(struct time_reader *r, struct match *m)
{
    static const char *const tails[] = {"uary", "ruary", "ch",     "il",   "",      "e",
                                        "y",    "ust",   "tember", "ober", "ember", "ember"};
    if (!time_month_name(r, &m->t.month)) {
        return false;
    }
    skip_name_tail(r, tails[m->t.month - 1]);
    return true;
}

static bool match_weekday(struct time_reader *r)
{
    static const char *const names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    static const char *const tails[] = {"day", "sday", "nesday", "rsday", "day", "urday", "day"};
    for (uint32_t i = 0; i < 7; i++) {
        const uint8_t *before = r->p;
        skip_name_tail(r, names[i]);
        if (r->p != before) {
            skip_name_tail(r, tails[i]);
            return true;
        }
    }
    return false;
}

static bool match_half(struct time_reader *r, struct match *m)
{
    if (r->end - r->p < 2 || (r->p[1] | 0x20) != 'm') {
        return false;
    }
    uint8_t first = (uint8_t)(r->p[0] | 0x20);
    m->half = first == 'a' ? 1 : first == 'p' ? 2 : 0;
    r->p += 2;
    return m->half != 0;
}

static bool match_utc(struct time_reader *r, struct match *m)
{
    m->t.offset_s = 0;
    if (time_byte(r, 'Z')) {
        return true;
    }
    bool is_utc =
        r->end - r->p >= 3 && (memcmp(r->p, "UTC", 3) == 0 || memcmp(r->p, "GMT", 3) == 0);
    r->p += is_utc ? 3 : 0;
    return is_utc;
}

static bool match_epoch(struct time_reader *r, struct match *m)
{
    const uint8_t *first = r->p;
    while (r->p < r->end && (*r->p == '-' || *r->p == '.' || (*r->p >= '0' && *r->p <= '9'))) {
        r->p++;
    }
    m->has_epoch = true;
    return pt_time_epoch(first, (uint64_t)(r->p - first), PT_TIME_US_PER_S, &m->epoch_us);
}

static bool match_date_piece(struct time_reader *r, uint8_t code, struct match *m)
{
    uint32_t v = 0;
    switch (code) {
    case 'Y':
        if (!time_digits(r, 4, 4, &v)) {
            return false;
        }
        m->t.year = (int32_t)v;
        return true;
    case 'y':
        if (!time_digits(r, 2, 2, &v)) {
            return false;
        }
        m->t.year = (int32_t)(v < 69 ? 2000 + v : 1900 + v);
        return true;
    case 'm':
        return time_digits(r, 1, 2, &m->t.month);
    case 'e':
        time_byte(r, ' ');
        return time_digits(r, 1, 2, &m->t.day);
    case 'd':
        return time_digits(r, 1, 2, &m->t.day);
    case 'j':
        return time_digits(r, 3, 3, &m->year_day) && m->year_day > 0;
    case 'b':
    case 'B':
        return match_month(r, m);
    default:
        return match_weekday(r);
    }
}

static bool match_clock_piece(struct time_reader *r, uint8_t code, struct match *m)
{
    switch (code) {
    case 'H':
        return time_digits(r, 1, 2, &m->t.hour);
    case 'I':
        return time_digits(r, 1, 2, &m->t.hour) && m->t.hour >= 1 && m->t.hour <= 12;
    case 'M':
        return time_digits(r, 1, 2, &m->t.minute);
    case 'S':
        return time_digits(r, 1, 2, &m->t.second);
    case 'f':
        return time_fraction(r, &m->t.us);
    case 'p':
        return match_half(r, m);
    case 'z':
        return time_zone(r, &m->t.offset_s);
    case 'Z':
        return match_utc(r, m);
    default:
        return match_epoch(r, m);
    }
}

static bool match_literal(struct time_reader *r, uint8_t byte)
{
    if (byte != ' ') {
        return time_byte(r, byte);
    }
    const uint8_t *first = r->p;
    while (time_byte(r, ' ') || time_byte(r, '\t')) {
    }
    return r->p > first;
}

static bool match_finish(const struct pt_time_pattern *pattern, struct match *m, int64_t *us)
{
    if (m->has_epoch) {
        *us = m->epoch_us;
        return true;
    }
    if (m->half != 0) {
        if (m->t.hour > 12) {
            return false;
        }
        m->t.hour = m->t.hour % 12 + (m->half == 2 ? 12 : 0);
    }
    if (!pattern->has_date) {
        m->t.year = 1970;
        m->t.month = 1;
        m->t.day = 1;
    } else if (m->year_day > 0) {
        int32_t year = m->t.year;
        int64_t day = pt_time_days(year, 1, 1) + m->year_day - 1;
        pt_time_civil(day, &m->t.year, &m->t.month, &m->t.day);
        if (m->t.year != year) {
            return false;
        }
    }
    return time_parts_us(&m->t, us);
}

bool pt_time_pattern_match(const struct pt_time_pattern *pattern, const uint8_t *p, uint64_t n,
                           int32_t default_offset_s, int64_t *us)
{
    struct match m = {.t.offset_s = default_offset_s};
    struct time_reader r = {p, p + n};
    for (uint8_t i = 0; i < pattern->n; i++) {
        uint8_t code = pattern->code[i];
        bool is_good = false;
        if (code == 0) {
            is_good = match_literal(&r, pattern->byte[i]);
        } else if (strchr("YymdejbBaA", code) != NULL) {
            is_good = match_date_piece(&r, code, &m);
        } else {
            is_good = match_clock_piece(&r, code, &m);
        }
        if (!is_good) {
            return false;
        }
    }
    return r.p == r.end && match_finish(pattern, &m, us);
}
