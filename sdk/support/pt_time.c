// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Day arithmetic after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"
// (https://howardhinnant.github.io/date_algorithms.html).
#include "pt_time.h"

#include <string.h>

#include "pt_time_parts.h"

int64_t pt_time_days(int32_t year, uint32_t month, uint32_t day)
{
    int64_t y = (int64_t)year - (month <= 2 ? 1 : 0);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + (int64_t)day - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

void pt_time_civil(int64_t days, int32_t *year, uint32_t *month, uint32_t *day)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    *day = (uint32_t)(doy - (153 * mp + 2) / 5 + 1);
    *month = (uint32_t)(mp < 10 ? mp + 3 : mp - 9);
    *year = (int32_t)(yoe + era * 400 + (*month <= 2 ? 1 : 0));
}

bool pt_time_is_date(int32_t year, uint32_t month, uint32_t day)
{
    static const uint8_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || day < 1) {
        return false;
    }
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= lengths[month - 1] + (month == 2 && is_leap ? 1u : 0u);
}

bool time_digits(struct time_reader *r, uint32_t least, uint32_t most, uint32_t *out)
{
    uint32_t v = 0;
    uint32_t n = 0;
    while (n < most && r->p < r->end && *r->p >= '0' && *r->p <= '9') {
        v = v * 10 + (uint32_t)(*r->p++ - '0');
        n++;
    }
    *out = v;
    return n >= least;
}

bool time_byte(struct time_reader *r, uint8_t byte)
{
    if (r->p == r->end || *r->p != byte) {
        return false;
    }
    r->p++;
    return true;
}

bool time_month_name(struct time_reader *r, uint32_t *month)
{
    static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    if (r->end - r->p < 3) {
        return false;
    }
    char low[3] = {(char)(r->p[0] | 0x20), (char)(r->p[1] | 0x20), (char)(r->p[2] | 0x20)};
    for (uint32_t i = 0; i < 12; i++) {
        if (memcmp(names + (size_t)i * 3, low, 3) == 0) {
            *month = i + 1;
            r->p += 3;
            return true;
        }
    }
    return false;
}

bool time_fraction(struct time_reader *r, uint32_t *us)
{
    uint32_t v = 0;
    uint32_t n = 0;
    for (; r->p < r->end && *r->p >= '0' && *r->p <= '9'; r->p++, n++) {
        v = n < 6 ? v * 10 + (uint32_t)(*r->p - '0') : v;
    }
    for (uint32_t i = n; i < 6; i++) {
        v *= 10;
    }
    *us = v;
    return n >= 1 && n <= 9;
}

bool time_zone(struct time_reader *r, int32_t *offset_s)
{
    if (time_byte(r, 'Z') || time_byte(r, 'z')) {
        *offset_s = 0;
        return true;
    }
    bool is_west = time_byte(r, '-');
    uint32_t hours = 0;
    uint32_t minutes = 0;
    if ((!is_west && !time_byte(r, '+')) || !time_digits(r, 2, 2, &hours)) {
        return false;
    }
    bool has_colon = time_byte(r, ':');
    bool has_minutes = r->p < r->end && *r->p >= '0' && *r->p <= '9';
    if ((has_minutes && !time_digits(r, 2, 2, &minutes)) || (has_colon && !has_minutes) ||
        hours > 23 || minutes > 59) {
        return false;
    }
    int32_t offset = (int32_t)(hours * 3600 + minutes * 60);
    *offset_s = is_west ? -offset : offset;
    return true;
}

bool time_parts_us(const struct time_parts *t, int64_t *us)
{
    if (!pt_time_is_date(t->year, t->month, t->day) || t->hour > 23 || t->minute > 59 ||
        t->second > 60) {
        return false;
    }
    int64_t seconds = (int64_t)t->hour * 3600 + (int64_t)t->minute * 60 + t->second - t->offset_s;
    *us = pt_time_days(t->year, t->month, t->day) * PT_TIME_US_PER_DAY +
          seconds * PT_TIME_US_PER_S + t->us;
    return true;
}

bool pt_time_clf(const uint8_t *p, uint64_t n, int64_t *us)
{
    struct time_parts t = {0};
    uint32_t year = 0;
    struct time_reader r = {p, p + n};
    bool is_good = n == 26 && time_digits(&r, 2, 2, &t.day) && time_byte(&r, '/') &&
                   time_month_name(&r, &t.month) && time_byte(&r, '/') &&
                   time_digits(&r, 4, 4, &year) && time_byte(&r, ':') &&
                   time_digits(&r, 2, 2, &t.hour) && time_byte(&r, ':') &&
                   time_digits(&r, 2, 2, &t.minute) && time_byte(&r, ':') &&
                   time_digits(&r, 2, 2, &t.second) && time_byte(&r, ' ') && *r.p != 'Z' &&
                   time_zone(&r, &t.offset_s) && r.p == r.end;
    t.year = (int32_t)year;
    return is_good && time_parts_us(&t, us);
}

static bool iso_date(struct time_reader *r, struct time_parts *t, bool *is_basic)
{
    uint32_t year = 0;
    if (!time_digits(r, 4, 4, &year)) {
        return false;
    }
    t->year = (int32_t)year;
    *is_basic = !time_byte(r, '-');
    return time_digits(r, 2, 2, &t->month) && (*is_basic || time_byte(r, '-')) &&
           time_digits(r, 2, 2, &t->day);
}

static bool iso_clock(struct time_reader *r, struct time_parts *t, bool is_basic)
{
    if (!time_digits(r, 2, 2, &t->hour) || (!is_basic && !time_byte(r, ':')) ||
        !time_digits(r, 2, 2, &t->minute)) {
        return false;
    }
    bool has_seconds = is_basic ? r->p < r->end && *r->p >= '0' && *r->p <= '9' : time_byte(r, ':');
    if (!has_seconds) {
        return true;
    }
    if (!time_digits(r, 2, 2, &t->second)) {
        return false;
    }
    return (!time_byte(r, '.') && !time_byte(r, ',')) || time_fraction(r, &t->us);
}

bool pt_time_iso(const uint8_t *p, uint64_t n, int32_t default_offset_s, int64_t *us)
{
    struct time_parts t = {.offset_s = default_offset_s};
    struct time_reader r = {p, p + n};
    bool is_basic = false;
    if (!iso_date(&r, &t, &is_basic)) {
        return false;
    }
    if (r.p < r.end) {
        bool is_joined = time_byte(&r, 'T') || time_byte(&r, 't') || time_byte(&r, ' ');
        if (!is_joined || !iso_clock(&r, &t, is_basic)) {
            return false;
        }
    }
    if (r.p < r.end) {
        time_byte(&r, ' ');
        if (!time_zone(&r, &t.offset_s)) {
            return false;
        }
    }
    return r.p == r.end && time_parts_us(&t, us);
}

bool pt_time_epoch(const uint8_t *p, uint64_t n, int64_t unit_us, int64_t *us)
{
    struct time_reader r = {p, p + n};
    bool is_negative = time_byte(&r, '-');
    int64_t whole = 0;
    uint32_t digits = 0;
    for (; r.p < r.end && *r.p >= '0' && *r.p <= '9'; r.p++, digits++) {
        if (__builtin_mul_overflow(whole, 10, &whole) ||
            __builtin_add_overflow(whole, *r.p - '0', &whole)) {
            return false;
        }
    }
    int64_t value = 0;
    if (digits == 0 || __builtin_mul_overflow(whole, unit_us, &value)) {
        return false;
    }
    if (time_byte(&r, '.')) {
        int64_t place = unit_us;
        const uint8_t *first = r.p;
        for (; r.p < r.end && *r.p >= '0' && *r.p <= '9'; r.p++) {
            place /= 10;
            if (__builtin_add_overflow(value, place * (*r.p - '0'), &value)) {
                return false;
            }
        }
        if (r.p == first) {
            return false;
        }
    }
    *us = is_negative ? -value : value;
    return r.p == r.end;
}
