// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "weblog_value.h"

#include <string.h>

#include "pt_utf8.h"

static int32_t hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Two hex digits at p; -1 when there are none.
static int32_t hex_byte(const uint8_t *p, const uint8_t *end)
{
    if (end - p < 2) {
        return -1;
    }
    int32_t high = hex_digit(p[0]);
    int32_t low = hex_digit(p[1]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

// Byte a letter behind a backslash stands for; 0 = none of its own.
static uint8_t backslash_byte(uint8_t letter)
{
    switch (letter) {
    case 'n':
        return '\n';
    case 't':
        return '\t';
    case 'r':
        return '\r';
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'v':
        return '\v';
    case '"':
    case '\\':
        return letter;
    default:
        return 0;
    }
}

static uint64_t backslash_undo(const uint8_t *p, const uint8_t *end, uint8_t *out)
{
    uint8_t *to = out;
    while (p < end) {
        if (*p != '\\' || p + 1 == end) {
            *to++ = *p++;
            continue;
        }
        int32_t hex = p[1] == 'x' ? hex_byte(p + 2, end) : -1;
        uint8_t byte = hex >= 0 ? 0 : backslash_byte(p[1]);
        if (hex >= 0) {
            *to++ = (uint8_t)hex;
            p += 4;
        } else if (byte != 0) {
            *to++ = byte;
            p += 2;
        } else {
            *to++ = *p++;
        }
    }
    return (uint64_t)(to - out);
}

static uint32_t json_unit(const uint8_t *p)
{
    return (uint32_t)hex_byte(p, p + 2) << 8 | (uint32_t)hex_byte(p + 2, p + 4);
}

// The \uXXXX (or pair of them) at p; the string was checked when it was scanned.
static const uint8_t *json_unicode(const uint8_t *p, const uint8_t *end, uint8_t **to)
{
    uint32_t code = json_unit(p + 2);
    p += 6;
    if (code >= 0xd800 && code < 0xdc00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u') {
        uint32_t low = json_unit(p + 2);
        if (low >= 0xdc00 && low < 0xe000) {
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            p += 6;
        }
    }
    uint8_t text[4];
    uint32_t n = pt_utf8_put(code, text);
    if (n == 0) {
        n = pt_utf8_put(0xfffd, text); // half of a pair
    }
    memcpy(*to, text, n);
    *to += n;
    return p;
}

static uint64_t json_undo(const uint8_t *p, const uint8_t *end, uint8_t *out)
{
    uint8_t *to = out;
    while (p < end) {
        if (*p != '\\') {
            *to++ = *p++;
        } else if (p[1] == 'u') {
            p = json_unicode(p, end, &to);
        } else if (p[1] == 'x') {
            *to++ = (uint8_t)hex_byte(p + 2, end);
            p += 4;
        } else {
            uint8_t byte = backslash_byte(p[1]);
            *to++ = byte == 0 ? p[1] : byte;
            p += 2;
        }
    }
    return (uint64_t)(to - out);
}

static uint64_t plus_undo(const uint8_t *p, const uint8_t *end, uint8_t *out)
{
    uint8_t *to = out;
    for (; p < end; p++) {
        *to++ = *p == '+' ? ' ' : *p;
    }
    return (uint64_t)(to - out);
}

static uint64_t doubled_undo(const uint8_t *p, const uint8_t *end, uint8_t *out)
{
    uint8_t *to = out;
    for (; p < end; p++) {
        *to++ = *p;
        p += *p == '"' && p + 1 < end && p[1] == '"' ? 1 : 0;
    }
    return (uint64_t)(to - out);
}

static struct weblog_bytes scratch_take(struct weblog_scratch *scratch, uint64_t n)
{
    struct weblog_bytes value = {scratch->p + scratch->n, n};
    scratch->n += n;
    return value;
}

struct weblog_bytes weblog_value(const struct weblog_span *span, struct weblog_scratch *scratch)
{
    static const char marks[] = {
        [WEBLOG_PLAIN] = 0,          [WEBLOG_BACKSLASH] = '\\', [WEBLOG_JSON_TEXT] = '\\',
        [WEBLOG_PLUS] = '+',         [WEBLOG_DOUBLED] = '"',    [WEBLOG_PERCENT] = '%',
        [WEBLOG_PERCENT_TWICE] = '%'};
    struct weblog_bytes raw = {span->p, span->n};
    if (span->p == NULL || span->escape == WEBLOG_PLAIN ||
        memchr(span->p, marks[span->escape], span->n) == NULL) {
        return raw;
    }
    if (span->escape == WEBLOG_PERCENT || span->escape == WEBLOG_PERCENT_TWICE) {
        struct weblog_bytes value = weblog_value_percent(raw, false, scratch);
        bool is_again = span->escape == WEBLOG_PERCENT_TWICE && value.n > 0 &&
                        memmem(value.p, value.n, "%20", 3) != NULL;
        return is_again ? weblog_value_percent(value, false, scratch) : value;
    }
    const uint8_t *end = span->p + span->n;
    uint8_t *to = scratch->p + scratch->n;
    uint64_t n = 0;
    switch (span->escape) {
    case WEBLOG_BACKSLASH:
        n = backslash_undo(span->p, end, to);
        break;
    case WEBLOG_JSON_TEXT:
        n = json_undo(span->p, end, to);
        break;
    case WEBLOG_PLUS:
        n = plus_undo(span->p, end, to);
        break;
    default:
        n = doubled_undo(span->p, end, to);
        break;
    }
    return pt_utf8_check(to, n) == PT_UTF8_GOOD ? scratch_take(scratch, n) : raw;
}

struct weblog_bytes weblog_value_percent(struct weblog_bytes in, bool is_query,
                                         struct weblog_scratch *scratch)
{
    if (in.p == NULL ||
        (memchr(in.p, '%', in.n) == NULL && (!is_query || memchr(in.p, '+', in.n) == NULL))) {
        return in;
    }
    const uint8_t *end = in.p + in.n;
    uint8_t *to = scratch->p + scratch->n;
    uint64_t n = 0;
    for (const uint8_t *p = in.p; p < end;) {
        int32_t hex = *p == '%' ? hex_byte(p + 1, end) : -1;
        if (hex >= 0) {
            to[n++] = (uint8_t)hex;
            p += 3;
        } else {
            to[n++] = is_query && *p == '+' ? ' ' : *p;
            p++;
        }
    }
    return pt_utf8_check(to, n) == PT_UTF8_GOOD ? scratch_take(scratch, n) : in;
}

bool weblog_value_count(struct weblog_bytes value, int64_t *out)
{
    if (value.n == 0 || value.n > 18) {
        return false;
    }
    int64_t v = 0;
    for (uint64_t i = 0; i < value.n; i++) {
        uint8_t digit = (uint8_t)(value.p[i] - '0');
        if (digit > 9) {
            return false;
        }
        v = v * 10 + digit;
    }
    *out = v;
    return true;
}

static bool two_digits(const uint8_t *p, uint32_t below, uint32_t *out)
{
    uint32_t tens = (uint32_t)p[0] - '0';
    uint32_t ones = (uint32_t)p[1] - '0';
    *out = tens * 10 + ones;
    return tens <= 9 && ones <= 9 && *out < below;
}

// 10/Oct/2000:13:55:36 -0700; the day and the zone are read again only when they change.
static bool clf_time(struct weblog_time_reader *r, struct weblog_bytes v, int64_t *us)
{
    uint32_t hour = 0;
    uint32_t minute = 0;
    uint32_t second = 0;
    if (v.n == 26 && r->has_seen && memcmp(v.p, r->seen, 12) == 0 &&
        memcmp(v.p + 20, r->seen + 20, 6) == 0 && v.p[14] == ':' && v.p[17] == ':' &&
        two_digits(v.p + 12, 24, &hour) && two_digits(v.p + 15, 60, &minute) &&
        two_digits(v.p + 18, 60, &second)) {
        *us = r->midnight_us + (int64_t)(hour * 3600 + minute * 60 + second) * PT_TIME_US_PER_S;
        return true;
    }
    if (!pt_time_clf(v.p, v.n, us)) {
        return false;
    }
    int64_t seconds = ((v.p[12] - '0') * 10 + (v.p[13] - '0')) * 3600 +
                      ((v.p[15] - '0') * 10 + (v.p[16] - '0')) * 60 +
                      ((v.p[18] - '0') * 10 + (v.p[19] - '0'));
    r->midnight_us = *us - seconds * PT_TIME_US_PER_S;
    memcpy(r->seen, v.p, sizeof r->seen);
    r->has_seen = true;
    return true;
}

// An epoch whose unit its size tells: up to 11 digits seconds, 14 ms, 17 us, 20 ns.
static bool epoch_time(struct weblog_bytes v, int64_t *us)
{
    const uint8_t *point = memchr(v.p, '.', v.n);
    uint64_t digits = point == NULL ? v.n : (uint64_t)(point - v.p);
    if (digits <= 11) {
        return pt_time_epoch(v.p, v.n, PT_TIME_US_PER_S, us);
    }
    if (digits <= 14) {
        return pt_time_epoch(v.p, v.n, 1000, us);
    }
    if (digits <= 17) {
        return pt_time_epoch(v.p, v.n, 1, us);
    }
    int64_t ns = 0;
    if (!weblog_value_count((struct weblog_bytes){v.p, 18}, &ns) || digits > 20) {
        return false;
    }
    bool is_good = pt_time_epoch(v.p, digits, 1, &ns);
    *us = ns / 1000;
    return is_good;
}

static bool any_time(struct weblog_time_reader *r, struct weblog_bytes v, int64_t *us)
{
    if (v.n == 26 && v.p[2] == '/') {
        return clf_time(r, v, us);
    }
    bool is_dated = v.n >= 10 && v.p[4] == '-';
    return is_dated ? pt_time_iso(v.p, v.n, r->offset_s, us) : epoch_time(v, us);
}

bool weblog_value_time(struct weblog_time_reader *r, struct weblog_bytes value, int64_t *us)
{
    switch (r->clock) {
    case WEBLOG_CLOCK_CLF:
        return clf_time(r, value, us);
    case WEBLOG_CLOCK_ISO:
        return pt_time_iso(value.p, value.n, r->offset_s, us);
    case WEBLOG_CLOCK_S:
        return pt_time_epoch(value.p, value.n, PT_TIME_US_PER_S, us);
    case WEBLOG_CLOCK_MS:
        return pt_time_epoch(value.p, value.n, 1000, us);
    case WEBLOG_CLOCK_US:
        return pt_time_epoch(value.p, value.n, 1, us);
    case WEBLOG_CLOCK_PATTERN:
        return pt_time_pattern_match(&r->pattern, value.p, value.n, r->offset_s, us);
    default:
        return any_time(r, value, us);
    }
}

bool weblog_value_joined(struct weblog_time_reader *r, struct weblog_bytes date,
                         struct weblog_bytes clock, int64_t *us)
{
    if (date.n != r->n_day || memcmp(date.p, r->day, date.n) != 0) {
        r->n_day = 0;
        if (date.n > sizeof r->day ||
            !pt_time_pattern_match(&r->date, date.p, date.n, 0, &r->day_us)) {
            return false;
        }
        memcpy(r->day, date.p, date.n);
        r->n_day = (uint32_t)date.n;
    }
    int64_t clock_us = 0;
    if (!pt_time_pattern_match(&r->pattern, clock.p, clock.n, r->offset_s, &clock_us)) {
        return false;
    }
    *us = r->day_us + clock_us;
    return true;
}
