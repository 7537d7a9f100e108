// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "zone.h"

#define DAY_SECONDS 86400
#define YEAR_1 ((int64_t)-62135596800) // a rule is not followed further back

static bool next_is(struct text in, char c)
{
    return in.n > 0 && in.p[0] == c;
}

static struct text rest_of(struct text in, size_t n)
{
    return text_n(in.p + n, in.n - n);
}

static bool take_number(struct text *in, int32_t most, int32_t *out)
{
    int32_t value = 0;
    size_t i = 0;
    while (i < in->n && i < 4 && in->p[i] >= '0' && in->p[i] <= '9') {
        value = value * 10 + (in->p[i++] - '0');
    }
    if (i == 0 || value > most) {
        return false;
    }
    *in = rest_of(*in, i);
    *out = value;
    return true;
}

// At least three letters, or <anything but '>'>.
static bool take_name(struct text *in)
{
    size_t i = 0;
    if (next_is(*in, '<')) {
        const char *end = memchr(in->p, '>', in->n);
        if (end == NULL) {
            return false;
        }
        *in = rest_of(*in, (size_t)(end - in->p) + 1);
        return true;
    }
    while (i < in->n && ((in->p[i] | 0x20) >= 'a' && (in->p[i] | 0x20) <= 'z')) {
        i++;
    }
    *in = rest_of(*in, i);
    return i >= 3;
}

// [+-]hh[:mm[:ss]]
static bool take_time(struct text *in, int32_t most_hours, int32_t *seconds)
{
    int32_t parts[3] = {0};
    bool is_negative = next_is(*in, '-');
    if (is_negative || next_is(*in, '+')) {
        *in = rest_of(*in, 1);
    }
    if (!take_number(in, most_hours, &parts[0])) {
        return false;
    }
    for (size_t i = 1; i < 3 && next_is(*in, ':'); i++) {
        *in = rest_of(*in, 1);
        if (!take_number(in, 59, &parts[i])) {
            return false;
        }
    }
    int32_t value = parts[0] * 3600 + parts[1] * 60 + parts[2];
    *seconds = is_negative ? -value : value;
    return true;
}

static bool take_week(struct text *in, struct zone_day *day)
{
    int32_t *const parts[] = {&day->month, &day->week, &day->day};
    static const int32_t least[] = {1, 1, 0};
    static const int32_t most[] = {12, 5, 6};
    for (size_t i = 0; i < 3; i++) {
        if (i > 0 && !next_is(*in, '.')) {
            return false;
        }
        *in = rest_of(*in, i > 0);
        if (!take_number(in, most[i], parts[i]) || *parts[i] < least[i]) {
            return false;
        }
    }
    return true;
}

// ,date[/time]
static bool take_day(struct text *in, struct zone_day *day)
{
    bool found = false;
    if (!next_is(*in, ',')) {
        return false;
    }
    *in = rest_of(*in, 1);
    if (next_is(*in, 'M')) {
        *in = rest_of(*in, 1);
        day->kind = ZONE_DAY_WEEK;
        found = take_week(in, day);
    } else if (next_is(*in, 'J')) {
        *in = rest_of(*in, 1);
        day->kind = ZONE_DAY_JULIAN;
        found = take_number(in, 365, &day->day) && day->day >= 1;
    } else {
        day->kind = ZONE_DAY_COUNT;
        found = take_number(in, 365, &day->day);
    }
    day->time = 2 * 3600;
    if (!found || !next_is(*in, '/')) {
        return found;
    }
    *in = rest_of(*in, 1);
    return take_time(in, 167, &day->time);
}

bool zone_rule_parse(struct text in, struct zone_rule *out)
{
    struct zone_rule rule = {0};
    if (!take_name(&in) || !take_time(&in, 24, &rule.standard)) {
        return false;
    }
    rule.standard = -rule.standard; // POSIX counts westward
    rule.daylight = rule.standard + 3600;
    rule.has_daylight = in.n > 0;
    if (rule.has_daylight && !take_name(&in)) {
        return false;
    }
    if (rule.has_daylight && !next_is(in, ',')) {
        if (!take_time(&in, 24, &rule.daylight)) {
            return false;
        }
        rule.daylight = -rule.daylight;
    }
    if (rule.has_daylight && (!take_day(&in, &rule.begin) || !take_day(&in, &rule.end))) {
        return false;
    }
    if (in.n > 0) {
        return false;
    }
    *out = rule;
    return true;
}

static int64_t week_day(const struct zone_day *day, int32_t year)
{
    int64_t first = civil_to_days(year, (uint32_t)day->month, 1);
    int64_t found = first + (day->day - weekday_of_days(first) + 7) % 7;
    found += (int64_t)(day->week - 1) * 7;
    // Week 5 is the last one there is.
    while (!civil_is_date(year, (uint32_t)day->month, (uint32_t)(found - first + 1))) {
        found -= 7;
    }
    return found;
}

// Seconds of local time since 1970.
static int64_t local_seconds(const struct zone_day *day, int32_t year)
{
    int64_t first = civil_to_days(year, 1, 1);
    int64_t found = first + day->day;
    if (day->kind == ZONE_DAY_JULIAN) { // 29 February is never counted
        found -= day->day < 60 || !civil_is_date(year, 2, 29);
    } else if (day->kind == ZONE_DAY_WEEK) {
        found = week_day(day, year);
    }
    return found * DAY_SECONDS + day->time;
}

// Adds in order of time. Of two at the same instant the later added holds: an end that meets the
// next begin means daylight time all year.
static bool add_sorted(struct zone *z, size_t fixed, int64_t at, int32_t offset)
{
    if (fixed > 0 && at <= z->at[fixed - 1]) {
        return true;
    }
    if (!zone_add(z, at, offset)) {
        return false;
    }
    size_t i = z->n - 1;
    for (; i > fixed && z->at[i - 1] > at; i--) {
        z->at[i] = z->at[i - 1];
        z->offset[i] = z->offset[i - 1];
    }
    z->at[i] = at;
    z->offset[i] = offset;
    return true;
}

bool zone_add_rule(struct zone *z, const struct zone_rule *rule)
{
    size_t fixed = z->n;
    int64_t start = fixed > 0 ? z->at[fixed - 1] : 0;
    start = start < YEAR_1 ? YEAR_1 : start;
    int32_t year = civil_from_us(start * US_PER_SECOND).year;
    if (!rule->has_daylight) {
        if (fixed == 0) {
            z->first_offset = rule->standard;
        }
        return true;
    }
    for (int32_t y = year - 1; y <= year + 402; y++) {
        int64_t begin = local_seconds(&rule->begin, y) - rule->standard;
        int64_t end = local_seconds(&rule->end, y) - rule->daylight;
        if (!add_sorted(z, fixed, begin, rule->daylight) ||
            !add_sorted(z, fixed, end, rule->standard)) {
            return false;
        }
    }
    z->has_cycle = true;
    z->is_all_rule = fixed == 0;
    z->cycle_start = start + (int64_t)366 * DAY_SECONDS;
    return true;
}
