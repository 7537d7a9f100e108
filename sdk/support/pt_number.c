// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Doubles: up to 2^53 times or over a power of ten up to 10^22 is exact (Clinger, "How to read
// floating point numbers accurately", 1990); everything else goes through strtod in the C locale.
#include "pt_number.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 1000u
#define MANTISSA_MAX (UINT64_C(1) << 53)

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

bool pt_number_i64(const uint8_t *p, uint64_t n, int64_t *out)
{
    uint64_t i = n > 0 && (p[0] == '-' || p[0] == '+') ? 1 : 0;
    bool is_negative = i == 1 && p[0] == '-';
    if (i == n) {
        return false;
    }
    uint64_t limit = (uint64_t)INT64_MAX + (is_negative ? 1 : 0);
    uint64_t v = 0;
    for (; i < n; i++) {
        uint64_t digit = (uint64_t)p[i] - '0';
        if (!is_digit(p[i]) || v > (limit - digit) / 10) {
            return false;
        }
        v = v * 10 + digit;
    }
    *out = is_negative ? (int64_t)(0 - v) : (int64_t)v;
    return true;
}

struct decimal {
    uint64_t mantissa;
    int64_t exponent;
    uint32_t digits; // significant ones
    bool is_exact;   // all of them are in the mantissa
};

static void decimal_push(struct decimal *d, uint8_t digit, bool is_fraction)
{
    if (d->digits > 0 || digit != 0) {
        d->digits++;
    }
    if (d->digits > 18) {
        d->is_exact = false;
        return;
    }
    d->mantissa = d->mantissa * 10 + digit;
    d->exponent -= is_fraction ? 1 : 0;
}

// Reads the exponent behind 'e'; false when it is malformed. Huge ones are capped.
static bool exponent_parse(const uint8_t *p, uint64_t n, int64_t *out)
{
    uint64_t i = n > 0 && (p[0] == '-' || p[0] == '+') ? 1 : 0;
    if (i == n) {
        return false;
    }
    int64_t v = 0;
    bool is_negative = i == 1 && p[0] == '-';
    for (; i < n; i++) {
        if (!is_digit(p[i])) {
            return false;
        }
        v = v > 100000 ? v : v * 10 + (p[i] - '0');
    }
    *out = is_negative ? -v : v;
    return true;
}

static bool decimal_parse(const uint8_t *p, uint64_t n, struct decimal *d)
{
    uint64_t seen = 0;
    bool is_fraction = false;
    for (uint64_t i = 0; i < n; i++) {
        if (is_digit(p[i])) {
            decimal_push(d, (uint8_t)(p[i] - '0'), is_fraction);
            seen++;
        } else if (p[i] == '.' && !is_fraction) {
            is_fraction = true;
        } else if ((p[i] == 'e' || p[i] == 'E') && seen > 0) {
            int64_t exponent = 0;
            bool is_good = exponent_parse(p + i + 1, n - i - 1, &exponent);
            d->exponent += exponent;
            return is_good;
        } else {
            return false;
        }
    }
    return seen > 0;
}

static bool strtod_exact(const uint8_t *p, uint64_t n, double *out)
{
    char text[TEXT_MAX + 1];
    memcpy(text, p, n);
    text[n] = '\0';
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (c == (locale_t)0) {
        return false;
    }
    char *end = NULL;
    double v = strtod_l(text, &end, c);
    freelocale(c);
    *out = v;
    return end == text + n && isfinite(v);
}

static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

// Up to 15 digits with at most one point, as most numbers are written. False: nothing is decided.
static bool quick_f64(const uint8_t *p, uint64_t n, double *out)
{
    bool is_negative = n > 0 && p[0] == '-';
    uint64_t i = is_negative;
    uint64_t mantissa = 0;
    uint64_t point = n; // place of the point
    if (n - i > 16 || i == n) {
        return false;
    }
    for (; i < n; i++) {
        uint32_t digit = (uint32_t)p[i] - '0';
        if (digit <= 9) {
            mantissa = mantissa * 10 + digit;
        } else if (p[i] == '.' && point == n) {
            point = i;
        } else {
            return false;
        }
    }
    uint64_t digits = n - is_negative - (point < n);
    if (digits == 0 || digits > 15) {
        return false;
    }
    double v = (double)mantissa / powers[point < n ? n - point - 1 : 0];
    *out = is_negative ? -v : v;
    return true;
}

bool pt_number_f64(const uint8_t *p, uint64_t n, double *out)
{
    if (quick_f64(p, n, out)) {
        return true;
    }
    bool is_signed = n > 0 && (p[0] == '-' || p[0] == '+');
    struct decimal d = {.is_exact = true};
    if (n > TEXT_MAX || !decimal_parse(p + (is_signed ? 1 : 0), n - (is_signed ? 1 : 0), &d)) {
        return false;
    }
    if (!d.is_exact || d.mantissa > MANTISSA_MAX || d.exponent < -22 || d.exponent > 22) {
        return strtod_exact(p, n, out);
    }
    double v = (double)d.mantissa;
    v = d.exponent < 0 ? v / powers[-d.exponent] : v * powers[d.exponent];
    *out = is_signed && p[0] == '-' ? -v : v;
    return true;
}
