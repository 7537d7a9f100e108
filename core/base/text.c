// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "text.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "mem.h"
#include "utf8.h"

int text_compare(struct text a, struct text b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n == 0 ? 0 : memcmp(a.p, b.p, n);
    if (order != 0) {
        return order;
    }
    return (a.n > b.n) - (a.n < b.n);
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct text text_trim(struct text a)
{
    while (a.n > 0 && is_blank(a.p[0])) {
        a.p++;
        a.n--;
    }
    while (a.n > 0 && is_blank(a.p[a.n - 1])) {
        a.n--;
    }
    return a;
}

bool text_starts(struct text a, const char *prefix)
{
    size_t n = strlen(prefix);
    return n == 0 || (a.n >= n && memcmp(a.p, prefix, n) == 0);
}

bool text_is_utf8(struct text a, size_t *bad_at)
{
    size_t i = 0;
    while (i < a.n) {
        uint64_t word = 0;
        if (a.n - i >= sizeof word) {
            memcpy(&word, a.p + i, sizeof word);
            if ((word & 0x8080808080808080u) == 0) {
                i += sizeof word;
                continue;
            }
        }
        struct utf8_char c = utf8_next(text_n(a.p + i, a.n - i));
        if (!c.is_valid) {
            if (bad_at != NULL) {
                *bad_at = i;
            }
            return false;
        }
        i += c.size;
    }
    return true;
}

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

static bool read_decimal(struct text a, struct decimal *out)
{
    struct decimal d = {.is_negative = a.n > 0 && a.p[0] == '-'};
    size_t i = a.n > 0 && (a.p[0] == '-' || a.p[0] == '+');
    size_t start = i;
    size_t n_read = 0;
    size_t point = SIZE_MAX;
    for (; i < a.n && (is_digit(a.p[i]) || (a.p[i] == '.' && point == SIZE_MAX)); i++) {
        if (a.p[i] == '.') {
            point = i;
            continue;
        }
        n_read++;
        if (d.n_digits == 0 && a.p[i] == '0') {
            start = i + 1;
            continue;
        }
        if (d.n_digits < 19) {
            d.mantissa = d.mantissa * 10 + (uint64_t)(a.p[i] - '0');
        }
        d.n_digits += d.n_digits < UINT32_MAX;
    }
    if (n_read == 0 || !read_exponent(text_n(a.p + i, a.n - i), &d.exponent)) {
        return false;
    }
    d.exponent -= point == SIZE_MAX ? 0 : (int64_t)(i - point - 1);
    d.digits = text_n(a.p + start, i - start);
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
    snprintf(buffer + n, sizeof buffer - n, "e%lld", (long long)(d->exponent + dropped));
    return strtod(buffer, NULL);
}

// Exact by one rounding when both parts are exact doubles (Clinger 1990).
bool text_to_f64(struct text a, double *out)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    struct decimal d;
    double v = 0;
    if (!read_decimal(a, &d)) {
        return false;
    }
    if (d.n_digits == 0) {
        v = 0;
    } else if (d.n_digits <= 19 && d.mantissa <= (uint64_t)1 << 53 && d.exponent >= -22 &&
               d.exponent <= 22) {
        v = (double)d.mantissa;
        v = d.exponent < 0 ? v / powers[-d.exponent] : v * powers[d.exponent];
    } else {
        v = decimal_slow(&d);
    }
    if (!isfinite(v)) {
        return false;
    }
    *out = d.is_negative ? -v : v;
    return true;
}

void str_release(struct str *s)
{
    mem_free(s->p);
    *s = (struct str){0};
}

void str_reset(struct str *s)
{
    s->n = 0;
    s->failed = false;
    if (s->p != NULL) {
        s->p[0] = '\0';
    }
}

static bool str_room(struct str *s, size_t more)
{
    if (s->failed || more > SIZE_MAX - s->n - 1 ||
        !mem_reserve(&s->p, &s->capacity, s->n + more + 1, 1)) {
        s->failed = true;
        return false;
    }
    return true;
}

bool str_add_n(struct str *s, const char *p, size_t n)
{
    if (!str_room(s, n)) {
        return false;
    }
    if (n > 0) {
        memcpy(s->p + s->n, p, n);
    }
    s->n += n;
    s->p[s->n] = '\0';
    return true;
}

bool str_add(struct str *s, const char *text)
{
    return str_add_n(s, text, strlen(text));
}

bool str_add_char(struct str *s, char c)
{
    return str_add_n(s, &c, 1);
}

bool str_vaddf(struct str *s, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    s->failed = s->failed || n < 0;
    bool fits = n >= 0 && str_room(s, (size_t)n);
    if (fits) {
        vsnprintf(s->p + s->n, (size_t)n + 1, format, again);
        s->n += (size_t)n;
    }
    va_end(again);
    return fits;
}

bool str_addf(struct str *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    bool done = str_vaddf(s, format, args);
    va_end(args);
    return done;
}

// Whole numbers and short decimals such as prices: m / 10^k with m < 10^15 reads back exactly when
// the division gives the value, and no shorter text can.
static bool add_short_f64(struct str *s, double value, bool *done)
{
    static const double powers[] = {1, 10, 100, 1000, 1e4, 1e5, 1e6};
    double size = fabs(value);
    if (!(size >= 1e-4 && size < 1e9)) {
        return false;
    }
    for (int k = 0; k <= 6; k++) {
        double scaled = size * powers[k];
        uint64_t m = (uint64_t)(scaled + 0.5);
        if ((double)m / powers[k] != size) {
            continue;
        }
        char digits[40];
        uint64_t power = (uint64_t)powers[k];
        int n = k == 0 ? snprintf(digits, sizeof digits, "%s%" PRIu64, value < 0 ? "-" : "", m)
                       : snprintf(digits, sizeof digits, "%s%" PRIu64 ".%0*" PRIu64,
                                  value < 0 ? "-" : "", m / power, k, m % power);
        *done = str_add_n(s, digits, (size_t)n);
        return true;
    }
    return false;
}

bool str_add_f64(struct str *s, double value)
{
    char buffer[40];
    bool done = false;
    if (add_short_f64(s, value, &done)) {
        return done;
    }
    // Below DBL_MIN fewer digits than 15 may do.
    for (int digits = fabs(value) < DBL_MIN ? 1 : 15; digits <= 17; digits++) {
        snprintf(buffer, sizeof buffer, "%.*g", digits, value);
        if (strtod(buffer, NULL) == value) {
            break;
        }
    }
    return str_add(s, buffer);
}

const char *str_get(const struct str *s)
{
    if (s->failed) {
        return NULL;
    }
    return s->p == NULL ? "" : s->p;
}

char *str_take(struct str *s)
{
    char *p = s->failed ? NULL : s->p;
    if (s->failed) {
        mem_free(s->p);
    } else if (p == NULL) {
        p = mem_strdup("");
    }
    *s = (struct str){0};
    return p;
}
