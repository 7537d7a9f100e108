// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Pieces the time parsers share. Private to sdk/support.
#ifndef PT_TIME_PARTS_H
#define PT_TIME_PARTS_H

#include <stdbool.h>
#include <stdint.h>

struct time_reader {
    const uint8_t *p;
    const uint8_t *end;
};

struct time_parts {
    int32_t year;
    uint32_t month;
    uint32_t day;
    uint32_t hour;
    uint32_t minute;
    uint32_t second;
    uint32_t us;
    int32_t offset_s;
};

// Each reads one piece and moves on; false (position undefined) when it is not there.
bool time_digits(struct time_reader *r, uint32_t least, uint32_t most, uint32_t *out);
bool time_byte(struct time_reader *r, uint8_t byte);
bool time_month_name(struct time_reader *r, uint32_t *month); // three letters, any case
bool time_fraction(struct time_reader *r, uint32_t *us);      // 1 to 9 digits
bool time_zone(struct time_reader *r, int32_t *offset_s);     // Z, +hh, +hhmm, +hh:mm

// Checks the date and the clock and joins them.
bool time_parts_us(const struct time_parts *t, int64_t *us);

#endif
