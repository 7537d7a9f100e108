// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Calendar arithmetic after Howard Hinnant, "chrono-compatible low-level date algorithms".
#include "clock.h"

#include <stdio.h>
#include <time.h>

#define DAYS_OF_ERA 146097 // 400 years
#define EPOCH_SHIFT 719468 // days from 0000-03-01 to 1970-01-01

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

static int64_t floor_rest(int64_t a, int64_t b)
{
    int64_t rest = a % b;
    return rest < 0 ? rest + b : rest;
}

int64_t civil_to_days(int32_t year, uint32_t month, uint32_t day)
{
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = floor_div(y, 400);
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_OF_ERA + day_of_era - EPOCH_SHIFT;
}

void civil_from_days(int64_t days, int32_t *year, uint32_t *month, uint32_t *day)
{
    int64_t shifted = days + EPOCH_SHIFT;
    int64_t era = floor_div(shifted, DAYS_OF_ERA);
    int64_t doe = shifted - era * DAYS_OF_ERA; // day of era
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153; // month from March
    *day = (uint32_t)(doy - (153 * mp + 2) / 5 + 1);
    *month = (uint32_t)(mp < 10 ? mp + 3 : mp - 9);
    *year = (int32_t)(yoe + era * 400 + (*month <= 2));
}

bool civil_is_date(int32_t year, uint32_t month, uint32_t day)
{
    static const uint8_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || day < 1) {
        return false;
    }
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= lengths[month - 1] + (uint32_t)(month == 2 && is_leap);
}

struct civil civil_from_us(int64_t us)
{
    struct civil c = {0};
    uint32_t month = 0;
    uint32_t day = 0;
    int64_t days = floor_div(us, US_PER_DAY);
    int64_t rest = floor_rest(us, US_PER_DAY);
    civil_from_days(days, &c.year, &month, &day);
    c.month = (uint8_t)month;
    c.day = (uint8_t)day;
    c.us = (uint32_t)(rest % US_PER_SECOND);
    rest /= US_PER_SECOND;
    c.second = (uint8_t)(rest % 60);
    c.minute = (uint8_t)(rest / 60 % 60);
    c.hour = (uint8_t)(rest / 3600);
    return c;
}

int64_t civil_to_us(const struct civil *c)
{
    int64_t days = civil_to_days(c->year, c->month, c->day);
    int64_t seconds = (int64_t)c->hour * 3600 + (int64_t)c->minute * 60 + c->second;
    return days * US_PER_DAY + seconds * US_PER_SECOND + c->us;
}

int32_t weekday_of_days(int64_t days)
{
    return (int32_t)(floor_rest(days, 7) + 4) % 7;
}

// Takes exactly `digits` digits off the front.
static bool take_digits(struct text *in, size_t digits, uint32_t *out)
{
    uint32_t value = 0;
    if (in->n < digits) {
        return false;
    }
    for (size_t i = 0; i < digits; i++) {
        char c = in->p[i];
        if (c < '0' || c > '9') {
            return false;
        }
        value = value * 10 + (uint32_t)(c - '0');
    }
    *in = text_n(in->p + digits, in->n - digits);
    *out = value;
    return true;
}

static bool take_char(struct text *in, char wanted)
{
    if (in->n == 0 || in->p[0] != wanted) {
        return false;
    }
    *in = text_n(in->p + 1, in->n - 1);
    return true;
}

static bool take_date(struct text *in, int64_t *days)
{
    uint32_t year = 0;
    uint32_t month = 0;
    uint32_t day = 0;
    if (!take_digits(in, 4, &year) || !take_char(in, '-') || !take_digits(in, 2, &month) ||
        !take_char(in, '-') || !take_digits(in, 2, &day) ||
        !civil_is_date((int32_t)year, month, day)) {
        return false;
    }
    *days = civil_to_days((int32_t)year, month, day);
    return true;
}

// Digits beyond the sixth are cut.
static bool take_fraction(struct text *in, int64_t *us)
{
    int64_t scale = US_PER_SECOND;
    uint32_t digit = 0;
    size_t n = 0;
    *us = 0;
    if (!take_char(in, '.')) {
        return true;
    }
    for (; take_digits(in, 1, &digit); n++) {
        scale /= 10;
        *us += digit * scale;
    }
    return n > 0;
}

// HH:MM:SS[.fraction]
static bool take_clock(struct text *in, int64_t *us, bool *is_leap_second)
{
    uint32_t hour = 0;
    uint32_t minute = 0;
    uint32_t second = 0;
    int64_t fraction = 0;
    if (!take_digits(in, 2, &hour) || !take_char(in, ':') || !take_digits(in, 2, &minute) ||
        !take_char(in, ':') || !take_digits(in, 2, &second) || !take_fraction(in, &fraction) ||
        hour > 23 || minute > 59 || second > 60) {
        return false;
    }
    *is_leap_second = second == 60;
    // A leap second has no number of its own: it reads as the second after it.
    fraction = *is_leap_second ? 0 : fraction;
    *us = ((int64_t)hour * 3600 + (int64_t)minute * 60 + second) * US_PER_SECOND + fraction;
    return true;
}

// "Z" or "+08:00"; nothing is read as local time of `zone`.
static bool take_zone(struct text *in, const struct zone *zone, int64_t *us)
{
    uint32_t hour = 0;
    uint32_t minute = 0;
    if (in->n == 0) {
        *us = zone == NULL ? *us : zone_from_local(zone, *us);
        return true;
    }
    if (take_char(in, 'Z') || take_char(in, 'z')) {
        return true;
    }
    bool is_west = in->p[0] == '-';
    if (!take_char(in, is_west ? '-' : '+') || !take_digits(in, 2, &hour) || !take_char(in, ':') ||
        !take_digits(in, 2, &minute) || hour > 23 || minute > 59) {
        return false;
    }
    int64_t offset = ((int64_t)hour * 3600 + (int64_t)minute * 60) * US_PER_SECOND;
    *us += is_west ? offset : -offset;
    return true;
}

bool time_parse(struct text in, const struct zone *zone, int64_t *us)
{
    int64_t days = 0;
    int64_t clock = 0;
    bool is_leap_second = false;
    if (!take_date(&in, &days)) {
        return false;
    }
    bool has_clock = in.n > 0;
    if (has_clock && !take_char(&in, 'T') && !take_char(&in, 't') && !take_char(&in, ' ')) {
        return false;
    }
    if (has_clock && !take_clock(&in, &clock, &is_leap_second)) {
        return false;
    }
    int64_t value = days * US_PER_DAY + clock;
    if (!take_zone(&in, zone, &value) || in.n > 0 || (is_leap_second && value % US_PER_DAY != 0)) {
        return false;
    }
    *us = value;
    return true;
}

bool date_parse(struct text in, int64_t *days)
{
    int64_t value = 0;
    if (!take_date(&in, &value) || in.n > 0) {
        return false;
    }
    *days = value;
    return true;
}

void date_format(int64_t days, char out[16])
{
    int32_t year = 0;
    uint32_t month = 0;
    uint32_t day = 0;
    if (days < INT32_MIN || days > INT32_MAX) {
        strcpy(out, "out of range");
        return;
    }
    civil_from_days(days, &year, &month, &day);
    snprintf(out, 16, year < 0 ? "%05d-%02u-%02u" : "%04d-%02u-%02u", year, month, day);
}

void time_format(int64_t us, char out[32])
{
    char date[16];
    struct civil c = civil_from_us(us);
    date_format(floor_div(us, US_PER_DAY), date);
    int n = snprintf(out, 32, "%sT%02u:%02u:%02u", date, c.hour, c.minute, c.second);
    if (c.us % 1000 != 0) {
        n += snprintf(out + n, 32 - (size_t)n, ".%06u", c.us);
    } else if (c.us != 0) {
        n += snprintf(out + n, 32 - (size_t)n, ".%03u", c.us / 1000);
    }
    snprintf(out + n, 32 - (size_t)n, "Z");
}

struct unit {
    const char *name;
    int64_t factor;
};

// Takes the longest run of letters off the front and finds it in the table.
static bool take_unit(struct text *in, const struct unit *units, size_t n, size_t *index)
{
    size_t letters = 0;
    while (letters < in->n && (in->p[letters] < '0' || in->p[letters] > '9')) {
        letters++;
    }
    for (size_t i = 0; i < n; i++) {
        if (text_is(text_n(in->p, letters), units[i].name)) {
            *in = text_n(in->p + letters, in->n - letters);
            *index = i;
            return true;
        }
    }
    return false;
}

static bool take_count(struct text *in, int64_t *out)
{
    size_t digits = 0;
    while (digits < in->n && in->p[digits] >= '0' && in->p[digits] <= '9') {
        digits++;
    }
    bool found = digits > 0 && text_to_i64(text_n(in->p, digits), out);
    if (found) {
        *in = text_n(in->p + digits, in->n - digits);
    }
    return found;
}

bool duration_parse(struct text in, int64_t *us)
{
    static const struct unit units[] = {
        {"w", 7 * US_PER_DAY},
        {"d", US_PER_DAY},
        {"h", 3600 * US_PER_SECOND},
        {"m", 60 * US_PER_SECOND},
        {"s", US_PER_SECOND},
        {"ms", US_PER_MS},
        {"us", 1},
    };
    int64_t total = 0;
    size_t least = 0; // units come from large to small, each once
    if (in.n == 0) {
        return false;
    }
    while (in.n > 0) {
        int64_t count = 0;
        size_t i = 0;
        if (!take_count(&in, &count) ||
            !take_unit(&in, units, sizeof units / sizeof units[0], &i) || i < least ||
            __builtin_mul_overflow(count, units[i].factor, &count) ||
            __builtin_add_overflow(total, count, &total)) {
            return false;
        }
        least = i + 1;
    }
    *us = total;
    return true;
}

void duration_format(int64_t us, char out[32])
{
    static const struct unit units[] = {
        {"d", US_PER_DAY},    {"h", 3600 * US_PER_SECOND}, {"m", 60 * US_PER_SECOND},
        {"s", US_PER_SECOND}, {"ms", US_PER_MS},           {"us", 1},
    };
    uint64_t rest = us < 0 ? 0 - (uint64_t)us : (uint64_t)us;
    int n = snprintf(out, 32, "%s", us < 0 ? "-" : us == 0 ? "0s" : "");
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        uint64_t count = rest / (uint64_t)units[i].factor;
        if (count > 0) {
            n += snprintf(out + n, 32 - (size_t)n, "%llu%s", (unsigned long long)count,
                          units[i].name);
        }
        rest %= (uint64_t)units[i].factor;
    }
}

bool size_parse(struct text in, int64_t *bytes)
{
    static const struct unit units[] = {
        {"B", 1},      {"kB", 1000},     {"KB", 1000},     {"MB", 1000000}, {"GB", 1000000000},
        {"KiB", 1024}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"", 1},
    };
    int64_t count = 0;
    size_t i = 0;
    if (!take_count(&in, &count) || !take_unit(&in, units, sizeof units / sizeof units[0], &i) ||
        in.n > 0 || __builtin_mul_overflow(count, units[i].factor, &count)) {
        return false;
    }
    *bytes = count;
    return true;
}

static int64_t read_clock(clockid_t id)
{
    struct timespec now = {0};
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * US_PER_SECOND + now.tv_nsec / 1000;
}

int64_t clock_now_us(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t clock_monotonic_us(void)
{
    return read_clock(CLOCK_MONOTONIC);
}
