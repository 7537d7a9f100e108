// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Inside of struct zone, for zone.c and its two readers. Users of zones include clock.h.
#ifndef PORTRAIT_BASE_ZONE_H
#define PORTRAIT_BASE_ZONE_H

#include "clock.h"

// Seconds of 400 Gregorian years, after which dates and weekdays repeat.
#define ZONE_CYCLE ((int64_t)146097 * 86400)

// Local time = UTC + offset. From transition at[i] on (UTC seconds), offset[i] is in force;
// before the first, first_offset. From cycle_start on (and before it too when is_all_rule)
// everything repeats every ZONE_CYCLE; the transitions reach a full cycle beyond it.
struct zone {
    int64_t *at;
    int32_t *offset;
    size_t n;
    size_t capacity;
    int32_t first_offset;
    bool has_cycle;
    bool is_all_rule;
    int64_t cycle_start;
};

// A date and time of day on which daylight time begins or ends (POSIX.1-2017, 8.3 TZ).
struct zone_day {
    enum { ZONE_DAY_JULIAN, ZONE_DAY_COUNT, ZONE_DAY_WEEK } kind; // Jn, n, Mm.w.d

    int32_t month;
    int32_t week;
    int32_t day;
    int32_t time; // seconds of local time, may lie outside 0..24h (RFC 8536, 3.3.1)
};

struct zone_rule {
    int32_t standard; // offsets in seconds, east is positive
    int32_t daylight;
    bool has_daylight;
    struct zone_day begin; // in standard time
    struct zone_day end;   // in daylight time
};

// The TZ string of a footer: "CET-1CEST,M3.5.0,M10.5.0/3".
bool zone_rule_parse(struct text in, struct zone_rule *out);
// Adds the rule's transitions after the last one there is, for a full cycle. False: no memory.
bool zone_add_rule(struct zone *z, const struct zone_rule *rule);
// Adds one transition at the end. False: no memory.
bool zone_add(struct zone *z, int64_t at, int32_t offset);
// Reads a TZif file of version 1 to 4. PT_E_DATA when it is none.
pt_status zone_read(struct text tzif, struct zone **out, struct pt_error *err);

#endif
