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

// A double in decimal, exactly: value = mantissa / 2^shift, scaled = value * 10^places * 2^shift.
struct exact {
    uint64_t mantissa; // 53 bits
    uint32_t shift;
    uint32_t places;
    __uint128_t power; // 10^places: what one step between doubles is worth in `scaled`
    __uint128_t scaled;
};

#define FEWEST_PLACES 1
#define MOST_PLACES 22

static void scale(struct exact *x, uint32_t places)
{
    __uint128_t power = 1;
    for (uint32_t i = 0; i < places; i++) {
        power *= 10;
    }
    x->places = places;
    x->power = power;
    x->scaled = x->mantissa * power;
}

static uint64_t whole_part(const struct exact *x)
{
    return (uint64_t)(x->scaled >> x->shift);
}

// Places that give 17 digits, which tell every double from its neighbours. For 1e-4 <= value < 1e15
// the scaled value fits: 53 bits times at most 10^22 are 127 bits.
static struct exact exact_of(double value)
{
    const uint64_t low = 10000000000000000u;
    int exponent = 0;
    struct exact x = {.mantissa = (uint64_t)ldexp(frexp(value, &exponent), 53)};
    x.shift = (uint32_t)(53 - exponent);
    int magnitude = (int)floor((exponent - 1) * 0.30103); // of the value, or one too few
    scale(&x, (uint32_t)(16 - magnitude));
    if (whole_part(&x) >= low * 10 && x.places > FEWEST_PLACES) {
        scale(&x, x.places - 1);
    } else if (whole_part(&x) < low && x.places < MOST_PLACES) {
        scale(&x, x.places + 1);
    }
    return x;
}

// The scaled value as a whole number, rounded half to even to a multiple of `unit`.
static uint64_t rounded(const struct exact *x, uint64_t unit)
{
    uint64_t low = whole_part(x) / unit * unit;
    __uint128_t over = x->scaled - ((__uint128_t)low << x->shift);
    __uint128_t half = ((__uint128_t)unit << x->shift) / 2;
    bool is_up = over > half || (over == half && low / unit % 2 == 1);
    return is_up ? low + unit : low;
}

// Is the value the double nearest to `decimal`? Doubles lie 1 / 2^shift apart, half as far below a
// power of two; a tie goes to the even one.
static bool reads_back(const struct exact *x, uint64_t decimal)
{
    __uint128_t other = (__uint128_t)decimal << x->shift;
    bool is_below = other < x->scaled;
    __uint128_t distance = is_below ? x->scaled - other : other - x->scaled;
    __uint128_t step = x->power;
    if (is_below && x->mantissa == (uint64_t)1 << 52) {
        step /= 2;
    }
    return distance < step / 2 || (distance == step / 2 && x->mantissa % 2 == 0);
}

// decimal / 10^places, zeros at the end cut.
static uint32_t put_decimal(uint64_t decimal, uint32_t places, char *out)
{
    char reversed[PT_FORMAT_MAX];
    uint32_t n = 0;
    uint32_t at = 0;
    while (places > 0 && decimal % 10 == 0) {
        decimal /= 10;
        places--;
    }
    while (decimal > 0 || n <= places) {
        reversed[n++] = (char)('0' + decimal % 10);
        decimal /= 10;
    }
    while (n > 0) {
        out[at++] = reversed[--n];
        if (n == places && n > 0) {
            out[at++] = '.';
        }
    }
    return at;
}

static uint32_t put_usual(double value, char *out)
{
    const struct exact x = exact_of(value);
    uint64_t decimal = rounded(&x, 100);
    if (!reads_back(&x, decimal)) {
        decimal = rounded(&x, 10);
    }
    if (!reads_back(&x, decimal)) {
        decimal = rounded(&x, 1);
    }
    return put_decimal(decimal, x.places, out);
}

static uint32_t put_any(double value, char *out)
{
    int n = 0;
    for (int digits = 15; digits <= 17; digits++) {
        n = snprintf(out, PT_FORMAT_MAX, "%.*g", digits, value);
        if (digits == 17 || strtod(out, NULL) == value) {
            break;
        }
    }
    return (uint32_t)n;
}

uint32_t pt_format_f64(double value, char out[PT_FORMAT_MAX])
{
    if (!isfinite(value)) {
        return 0;
    }
    if (is_whole(value)) {
        return pt_format_i64((int64_t)value, out);
    }
    double size = fabs(value);
    if (size < 1e-4 || size >= 1e15) {
        return put_any(value, out);
    }
    uint32_t at = 0;
    if (value < 0) {
        out[at++] = '-';
    }
    return at + put_usual(size, out + at);
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
