// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Time: civil dates (proleptic Gregorian), RFC 3339 text, durations, and time zones read from
// TZif files (RFC 8536) of the tzdata package; never setenv("TZ") or the C library's zone.
// Instants are microseconds since 1970-01-01T00:00:00Z.
#ifndef PORTRAIT_BASE_CLOCK_H
#define PORTRAIT_BASE_CLOCK_H

#include "arena.h"
#include "error.h"
#include "text.h"

#define US_PER_MS ((int64_t)1000)
#define US_PER_SECOND ((int64_t)1000000)
#define US_PER_DAY ((int64_t)86400 * US_PER_SECOND)

struct civil {
    int32_t year;
    uint8_t month;  // 1..12
    uint8_t day;    // 1..31
    uint8_t hour;   // 0..23
    uint8_t minute; // 0..59
    uint8_t second; // 0..60 when parsed from a leap second
    uint32_t us;    // 0..999999
};

int64_t civil_to_days(int32_t year, uint32_t month, uint32_t day); // days since 1970-01-01
void civil_from_days(int64_t days, int32_t *year, uint32_t *month, uint32_t *day);
bool civil_is_date(int32_t year, uint32_t month, uint32_t day);
struct civil civil_from_us(int64_t us);     // in UTC
int64_t civil_to_us(const struct civil *c); // years -290000 .. 290000
int32_t weekday_of_days(int64_t days);      // 0 = Sunday .. 6 = Saturday

struct zone;

// Opens by IANA name ("Asia/Shanghai"), "UTC", or a fixed offset "+08:00". PT_E_NOT_FOUND with a
// suggestion when there is none. Immutable: shared by threads. Free with zone_free.
pt_status zone_open(const char *name, struct zone **out, struct pt_error *err);
void zone_free(struct zone *z);
// Deep copy into an arena, which frees it: no zone_free. NULL when memory is out.
const struct zone *zone_copy(const struct zone *z, struct arena *a);
int64_t zone_offset_us(const struct zone *z, int64_t utc_us); // local - UTC at that instant
// Instant of a local time; in a gap the later side, in an overlap the earlier instant.
int64_t zone_from_local(const struct zone *z, int64_t local_us);

// RFC 3339 date-time ("2025-06-01T00:00:00Z", offset or fraction allowed, ' ' for 'T'), or a date.
// A time without a zone is read in `zone` (NULL = UTC).
bool time_parse(struct text in, const struct zone *zone, int64_t *us);
bool date_parse(struct text in, int64_t *days); // YYYY-MM-DD, strict
void time_format(int64_t us, char out[32]);     // 2025-06-01T00:00:00Z, fraction when not zero
void date_format(int64_t days, char out[16]);
// "30m", "7d", "500ms", "1h30m", "2w"; units us ms s m h d w; exact. False when none or overflow.
bool duration_parse(struct text in, int64_t *us);
void duration_format(int64_t us, char out[32]);
// "64KiB", "1MB", "512MiB", "4096": bytes. Units B kB KB MB GB KiB MiB GiB.
bool size_parse(struct text in, int64_t *bytes);

int64_t clock_now_us(void); // wall clock
int64_t clock_monotonic_us(void);

#endif
