// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "pt_format.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pt_time.h"

#define EXACT_MAX 9007199254740992.0 // 2^53: every whole number below is exact

uint32_t pt_format_i64(int64_t value, char out[PT_FORMAT_MAX])
{
    char digits[20];
    uint32_t n = 0;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[n++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    uint32_t at = 0;
    if (value < 0) {
        out[at++] = '-';
    }
    while (n > 0) {
        out[at++] = digits[--n];
    }
    return at;
}

static bool is_whole(double value)
{
    return value > -EXACT_MAX && value < EXACT_MAX && value == floor(value);
}

uint32_t pt_format_f64(double value, char out[PT_FORMAT_MAX])
{
    if (!isfinite(value)) {
        return 0;
    }
    if (is_whole(value)) {
        return pt_format_i64((int64_t)value, out);
    }
    int n = 0;
    for (int digits = 15; digits <= 17; digits++) {
        n = snprintf(out, PT_FORMAT_MAX, "%.*g", digits, value);
        if (digits == 17 || strtod(out, NULL) == value) {
            break;
        }
    }
    return (uint32_t)n;
}

uint32_t pt_format_f64_rounded(double value, int32_t decimals, char out[PT_FORMAT_MAX])
{
    if (!isfinite(value) || is_whole(value) || fabs(value) >= 1e15) {
        return pt_format_f64(value, out);
    }
    int n = snprintf(out, PT_FORMAT_MAX, "%.*f", (int)decimals, value);
    if (memchr(out, '.', (size_t)n) != NULL) {
        while (out[n - 1] == '0') {
            n--;
        }
        n -= out[n - 1] == '.';
    }
    if (n == 2 && out[0] == '-' && out[1] == '0') {
        out[0] = '0';
        n = 1;
    }
    return (uint32_t)n;
}

static void put_digits(char *out, uint32_t value, uint32_t n)
{
    for (uint32_t i = n; i > 0; i--) {
        out[i - 1] = (char)('0' + value % 10);
        value /= 10;
    }
}

uint32_t pt_format_date(int64_t days, char out[PT_FORMAT_MAX])
{
    int32_t year = 0;
    uint32_t month = 0;
    uint32_t day = 0;
    pt_time_civil(days, &year, &month, &day);
    uint32_t at = 0;
    if (year < 0 || year > 9999) { // ISO 8601 wants a sign beyond four digits
        int n = snprintf(out, 16, "%+05d", (int)year);
        at = (uint32_t)n;
    } else {
        put_digits(out, (uint32_t)year, 4);
        at = 4;
    }
    out[at] = '-';
    put_digits(out + at + 1, month, 2);
    out[at + 3] = '-';
    put_digits(out + at + 4, day, 2);
    return at + 6;
}

uint32_t pt_format_time(int64_t us, char out[PT_FORMAT_MAX])
{
    int64_t days = us / PT_TIME_US_PER_DAY;
    int64_t rest = us % PT_TIME_US_PER_DAY;
    if (rest < 0) {
        days--;
        rest += PT_TIME_US_PER_DAY;
    }
    uint32_t seconds = (uint32_t)(rest / PT_TIME_US_PER_S);
    uint32_t fraction = (uint32_t)(rest % PT_TIME_US_PER_S);
    uint32_t at = pt_format_date(days, out);
    memcpy(out + at, "T00:00:00", 9);
    put_digits(out + at + 1, seconds / 3600, 2);
    put_digits(out + at + 4, seconds / 60 % 60, 2);
    put_digits(out + at + 7, seconds % 60, 2);
    at += 9;
    if (fraction != 0) {
        bool is_ms = fraction % 1000 == 0;
        out[at] = '.';
        put_digits(out + at + 1, is_ms ? fraction / 1000 : fraction, is_ms ? 3 : 6);
        at += is_ms ? 4 : 7;
    }
    out[at++] = 'Z';
    return at;
}
