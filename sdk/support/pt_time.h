// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Times written in bytes. Every digit is checked, dates must exist, no locale and no system zone:
// what has no zone of its own is read at the caller's offset from UTC. Results are microseconds
// since 1970-01-01T00:00:00Z; digits of a fraction behind the sixth are dropped. A leap second
// (60) counts as the next minute's first second.
#ifndef PT_TIME_H
#define PT_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include <portrait/abi.h>

PT_EXTERN_C_BEGIN

#define PT_TIME_US_PER_S INT64_C(1000000)
#define PT_TIME_US_PER_DAY INT64_C(86400000000)

// Days since 1970 of a date of the proleptic Gregorian calendar; month 1..12.
int64_t pt_time_days(int32_t year, uint32_t month, uint32_t day);
bool pt_time_is_date(int32_t year, uint32_t month, uint32_t day);
// The other way.
void pt_time_civil(int64_t days, int32_t *year, uint32_t *month, uint32_t *day);

// 10/Oct/2000:13:55:36 -0700, exactly these 26 bytes (the log brackets are the caller's).
bool pt_time_clf(const uint8_t *p, uint64_t n, int64_t *us);

// ISO 8601 / RFC 3339: YYYY-MM-DD, then optionally [T or space]hh:mm[:ss[.,fraction]] and
// Z or +hh, +hhmm, +hh:mm (a blank before it is allowed); also the basic form YYYYMMDD[Thhmmss].
bool pt_time_iso(const uint8_t *p, uint64_t n, int32_t default_offset_s, int64_t *us);

// [-]digits[.digits] units since 1970: unit_us = 1000000 for seconds, 1000 for milliseconds, 1 for
// microseconds.
bool pt_time_epoch(const uint8_t *p, uint64_t n, int64_t unit_us, int64_t *us);

// A pattern as strftime writes them. Known:
//   %Y year (4 digits)  %y year of two digits (69..99 = 19yy)  %m month  %d day  %e day,
//   blank-padded %b %B month's English name, short or long, any case  %a %A weekday's English name
//   (not checked against the date)  %j day of the year (3 digits) %H hour 0..23  %I hour 1..12  %p
//   AM or PM  %M minute  %S second  %f fraction (1 to 9 digits) %z Z, +hhmm, +hh:mm or +hh  %Z UTC,
//   GMT or Z  %s seconds since 1970 (may have a fraction) %D = %m/%d/%y  %F = %Y-%m-%d  %T =
//   %H:%M:%S  %R = %H:%M  %% a percent sign
// %m %d %H %I %M %S take one or two digits. A blank stands for one or more blanks or tabs; any
// other byte for itself. The pattern must match the whole text.
#define PT_TIME_PATTERN_MAX 64

struct pt_time_pattern {
    uint8_t n;                         // steps
    uint8_t code[PT_TIME_PATTERN_MAX]; // conversion letter, or 0 = literal byte
    uint8_t byte[PT_TIME_PATTERN_MAX]; // the literal
    bool has_date;                     // yields a full date
    bool has_time;                     // yields an hour
};

// False when the pattern is too long, has an unknown conversion (*bad = its letter, else 0), or
// yields neither a date nor a time (*bad = 0).
bool pt_time_pattern_parse(struct pt_time_pattern *out, const char *text, uint64_t n, char *bad);
// Without a date the day is 1970-01-01; without a time it is midnight.
bool pt_time_pattern_match(const struct pt_time_pattern *pattern, const uint8_t *p, uint64_t n,
                           int32_t default_offset_s, int64_t *us);

PT_EXTERN_C_END

#endif
