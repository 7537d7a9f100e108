// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Numbers in text, both ways exact: what is written reads back as the same double. The C library
// does the rare cases; the usual ones take one multiplication or division of exact integers.
#include "text.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

bool text_to_u64(struct text a, uint64_t *out)
{
    uint64_t v = 0;
    if (a.n == 0) {
        return false;
    }
    for (size_t i = 0; i < a.n; i++) {
        if (a.p[i] < '0' || a.p[i] > '9' || __builtin_mul_overflow(v, (uint64_t)10, &v) ||
            __builtin_add_overflow(v, (uint64_t)(a.p[i] - '0'), &v)) {
            return false;
        }
    }
    *out = v;
    return true;
}

bool text_to_i64(struct text a, int64_t *out)
{
    if (a.n == 0) {
        return false;
    }
    bool negative = a.p[0] == '-';
    bool has_sign = negative || a.p[0] == '+';
    uint64_t v = 0;
    if (!text_to_u64(text_n(a.p + has_sign, a.n - has_sign), &v)) {
        return false;
    }
    if (v > (uint64_t)INT64_MAX + negative) {
        return false;
    }
    *out = negative ? (int64_t)(0 - v) : (int64_t)v;
    return true;
}

// A decimal as it is written: mantissa * 10^exponent, the mantissa's digits still in the text.
struct decimal {
    struct text digits; // with at most one point, no leading zeros
    bool is_negative;
    int64_t exponent;  // of the last digit
    uint64_t mantissa; // of the first 19 digits
    uint32_t n_digits; // all of them, UINT32_MAX when more
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// "e+12" at the end; saturates far outside the range of a double.
static bool read_exponent(struct text in, int64_t *out)
{
    if (in.n == 0) {
        *out = 0;
        return true;
    }
    bool is_negative = in.n > 1 && in.p[1] == '-';
    size_t i = is_negative || (in.n > 1 && in.p[1] == '+') ? 2 : 1;
    int64_t value = 0;
    if ((in.p[0] != 'e' && in.p[0] != 'E') || i == in.n) {
        return false;
    }
    for (; i < in.n && is_digit(in.p[i]); i++) {
        value = value < INT32_MAX ? value * 10 + (in.p[i] - '0') : value;
    }
    *out = is_negative ? -value : value;
    return i == in.n;
}

static void add_digit(struct decimal *d, char c)
{
    if (d->n_digits < 19) {
        d->mantissa = d->mantissa * 10 + (uint64_t)(c - '0');
    }
    d->n_digits += d->n_digits < UINT32_MAX;
}

// Digits and one point from byte `first` on; returns where they end, 0 when there is no digit.
static size_t read_digits(struct text a, size_t first, struct decimal *d)
{
    size_t i = first;
    size_t start = first;
    size_t point = SIZE_MAX;
    for (; i < a.n && (is_digit(a.p[i]) || (a.p[i] == '.' && point == SIZE_MAX)); i++) {
        if (a.p[i] == '.') {
            point = i;
        } else if (d->n_digits == 0 && a.p[i] == '0') {
            start = i + 1;
        } else {
            add_digit(d, a.p[i]);
        }
    }
    bool has_point = point != SIZE_MAX;
    d->digits = text_n(a.p + start, i - start);
    d->exponent = has_point ? -(int64_t)(i - point - 1) : 0;
    return i - first == has_point ? 0 : i;
}

static bool read_decimal(struct text a, struct decimal *out)
{
    if (a.n == 0) {
        return false;
    }
    struct decimal d = {.is_negative = a.p[0] == '-'};
    int64_t exponent = 0;
    size_t end = read_digits(a, a.p[0] == '-' || a.p[0] == '+', &d);
    if (end == 0 || !read_exponent(text_n(a.p + end, a.n - end), &exponent)) {
        return false;
    }
    d.exponent += exponent;
    *out = d;
    return true;
}

// Digits of a double that can matter for rounding: 767 (the longest exact half-way value), and one
// that tells whether anything follows.
#define DIGITS_THAT_MATTER 768

static double decimal_slow(const struct decimal *d)
{
    char buffer[DIGITS_THAT_MATTER + 40];
    size_t n = 0;
    int64_t dropped = 0;
    bool is_more = false;
    for (size_t i = 0; i < d->digits.n; i++) {
        char c = d->digits.p[i];
        if (c == '.') {
            continue;
        }
        if (n < DIGITS_THAT_MATTER) {
            buffer[n++] = c;
            continue;
        }
        dropped++;
        is_more = is_more || c != '0';
    }
    if (is_more) {
        buffer[n++] = '1';
        dropped--;
    }
    snprintf(buffer + n, sizeof buffer - n, "e%" PRId64, d->exponent + dropped);
    return strtod(buffer, NULL);
}

#define EXACT_MANTISSA ((uint64_t)1 << 53)
#define EXACT_POWER 22

// 10^n for n <= 22: exact doubles.
static double exact_power(int64_t n)
{
    static const double powers[EXACT_POWER + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    return powers[n];
}

// The usual number: some digits, a point perhaps. Anything else is left to the full reading.
static bool read_plain(struct text a, double *out)
{
    bool is_negative = a.p[0] == '-';
    uint64_t mantissa = 0;
    size_t i = is_negative;
    size_t point = SIZE_MAX;
    for (; i < a.n; i++) {
        if (is_digit(a.p[i])) {
            mantissa = mantissa * 10 + (uint64_t)(a.p[i] - '0');
        } else if (a.p[i] == '.' && point == SIZE_MAX) {
            point = i;
        } else {
            return false;
        }
    }
    bool has_point = point != SIZE_MAX;
    if (a.n == (size_t)is_negative + has_point || mantissa > EXACT_MANTISSA) {
        return false;
    }
    double v = (double)mantissa;
    v = has_point ? v / exact_power((int64_t)(a.n - point - 1)) : v;
    *out = is_negative ? -v : v;
    return true;
}

// Exact by one rounding when mantissa and power are exact doubles (Clinger 1990).
bool text_to_f64(struct text a, double *out)
{
    struct decimal d;
    double v = 0;
    if (a.n > 0 && a.n < 20 && read_plain(a, out)) {
        return true;
    }
    if (!read_decimal(a, &d)) {
        return false;
    }
    bool is_exact = d.n_digits <= 19 && d.mantissa <= EXACT_MANTISSA &&
                    d.exponent >= -EXACT_POWER && d.exponent <= EXACT_POWER;
    if (is_exact) {
        v = (double)d.mantissa;
        v = d.exponent < 0 ? v / exact_power(-d.exponent) : v * exact_power(d.exponent);
    } else if (d.n_digits > 0) {
        v = decimal_slow(&d);
    }
    if (!isfinite(v)) {
        return false;
    }
    *out = d.is_negative ? -v : v;
    return true;
}

#define SHORTEST_DIGITS 17 // always enough for a double

// value = mantissa / 2^shift = decimal / 10^places, the decimal cut after 16 or 17 digits.
struct digits {
    uint64_t mantissa;
    uint32_t shift;
    uint32_t places;
    uint64_t decimal;
    __uint128_t rest; // what was cut, in units of 2^-shift
};

static __uint128_t power_of_10(uint32_t n)
{
    static const uint64_t powers[] = {1,
                                      10,
                                      100,
                                      1000,
                                      10000,
                                      100000,
                                      1000000,
                                      10000000,
                                      100000000,
                                      1000000000,
                                      10000000000,
                                      100000000000,
                                      1000000000000,
                                      10000000000000,
                                      100000000000000,
                                      1000000000000000,
                                      10000000000000000,
                                      100000000000000000,
                                      1000000000000000000,
                                      10000000000000000000u};
    return n < 20 ? powers[n] : (__uint128_t)powers[19] * powers[n - 19];
}

static void scale(struct digits *d, uint32_t places)
{
    __uint128_t scaled = d->mantissa * power_of_10(places);
    d->places = places;
    d->decimal = (uint64_t)(scaled >> d->shift);
    d->rest = scaled & (((__uint128_t)1 << d->shift) - 1);
}

// For 1e-4 <= value < 1e15: 53 bits times at most 10^20 stay within 128.
static struct digits digits_of(double value)
{
    int exponent = 0;
    double fraction = frexp(value, &exponent);
    struct digits d = {.mantissa = (uint64_t)ldexp(fraction, DBL_MANT_DIG),
                       .shift = (uint32_t)(DBL_MANT_DIG - exponent)};
    // From the binary exponent: right, or one too many. With one too many, 16 digits remain, which
    // are enough there: the steps between doubles are the larger ones of that power of ten.
    int magnitude = (int)floor(exponent * 0.30103);
    scale(&d, (uint32_t)(SHORTEST_DIGITS - 1 - magnitude));
    return d;
}

// The decimal rounded half to even to a multiple of `unit`.
static uint64_t rounded(const struct digits *d, uint64_t unit)
{
    __uint128_t one = (__uint128_t)1 << d->shift;
    uint64_t low = d->decimal / unit * unit;
    __uint128_t over = (d->decimal - low) * one + d->rest;
    __uint128_t half = unit * one / 2;
    bool is_up = over > half || (over == half && low / unit % 2 == 1);
    return low + (is_up ? unit : 0);
}

// True when `decimal` lies within half a step between doubles around the value.
static bool reads_back(const struct digits *d, uint64_t decimal)
{
    __uint128_t value = d->mantissa * power_of_10(d->places);
    __uint128_t other = (__uint128_t)decimal << d->shift;
    __uint128_t step = power_of_10(d->places);
    bool is_below = other < value;
    __uint128_t distance = is_below ? value - other : other - value;
    // Below a power of two the doubles lie twice as close.
    distance *= is_below && d->mantissa == (uint64_t)1 << (DBL_MANT_DIG - 1) ? 4 : 2;
    return distance < step || (distance == step && d->mantissa % 2 == 0);
}

// Writes the decimal with its point, without trailing zeros. Returns the bytes.
static size_t write_decimal(uint64_t decimal, uint32_t places, char out[40])
{
    char reversed[40];
    size_t n = 0;
    size_t written = 0;
    while (places > 0 && decimal % 10 == 0) {
        decimal /= 10;
        places--;
    }
    while (decimal > 0 || n <= places) {
        reversed[n++] = (char)('0' + decimal % 10);
        decimal /= 10;
    }
    while (n > 0) {
        out[written++] = reversed[--n];
        if (n == places && n > 0) {
            out[written++] = '.';
        }
    }
    return written;
}

static bool add_fixed(struct str *s, double value)
{
    char buffer[48] = "-";
    size_t sign = value < 0;
    struct digits d = digits_of(fabs(value));
    uint64_t decimal = 0;
    uint64_t unit = 100;
    do {
        decimal = rounded(&d, unit);
        unit /= 10;
    } while (unit > 0 && !reads_back(&d, decimal));
    return str_add_n(s, buffer, sign + write_decimal(decimal, d.places, buffer + sign));
}

bool str_add_f64(struct str *s, double value)
{
    char buffer[40];
    if (fabs(value) >= 1e-4 && fabs(value) < 1e15) {
        return add_fixed(s, value);
    }
    // Below DBL_MIN fewer digits than 15 may do.
    for (int digits = fabs(value) < DBL_MIN ? 1 : 15; digits <= SHORTEST_DIGITS; digits++) {
        snprintf(buffer, sizeof buffer, "%.*g", digits, value);
        if (strtod(buffer, NULL) == value) {
            break;
        }
    }
    return str_add(s, buffer);
}
