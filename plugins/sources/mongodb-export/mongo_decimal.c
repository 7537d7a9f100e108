// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "mongo_decimal.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define EXPONENT_MIN (-6176)
#define EXPONENT_MAX 6111

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(const uint8_t *p, uint64_t n, const char *word)
{
    return strlen(word) == n && strncasecmp((const char *)p, word, n) == 0;
}

// Digits as written, before they are fitted: leading zeros gone, at most 34 kept.
struct scratch {
    struct mongo_decimal *out;
    int64_t exponent;
    bool is_exact; // no digit but 0 was cut
};

static void digit_push(struct scratch *s, uint8_t digit, bool is_fraction)
{
    struct mongo_decimal *d = s->out;
    bool is_first = d->n_digits == 1 && d->digits[0] == 0;
    if (d->n_digits == MONGO_DECIMAL_DIGITS) {
        s->is_exact = s->is_exact && digit == 0;
        s->exponent += is_fraction ? 0 : 1;
        return;
    }
    d->digits[is_first ? 0 : d->n_digits++] = digit;
    s->exponent -= is_fraction ? 1 : 0;
}

static bool exponent_read(const uint8_t *p, uint64_t n, int64_t *out)
{
    uint64_t i = n > 0 && (p[0] == '-' || p[0] == '+') ? 1 : 0;
    int64_t v = 0;
    if (i == n) {
        return false;
    }
    for (; i < n; i++) {
        if (!is_digit(p[i])) {
            return false;
        }
        v = v > 1000000000 ? v : v * 10 + (p[i] - '0');
    }
    *out = p[0] == '-' ? -v : v;
    return true;
}

static bool digits_read(const uint8_t *p, uint64_t n, struct scratch *s)
{
    bool is_fraction = false;
    bool has_digit = false;
    int64_t exponent = 0;
    uint64_t i = 0;
    for (; i < n && (is_digit(p[i]) || (p[i] == '.' && !is_fraction)); i++) {
        if (p[i] == '.') {
            is_fraction = true;
        } else {
            digit_push(s, (uint8_t)(p[i] - '0'), is_fraction);
            has_digit = true;
        }
    }
    if (!has_digit) {
        return false;
    }
    if (i < n) {
        if ((p[i] | 0x20) != 'e' || !exponent_read(p + i + 1, n - i - 1, &exponent)) {
            return false;
        }
    }
    s->exponent += exponent;
    return true;
}

// Brings the exponent into its range without changing the value; false when that cannot be.
static bool fit(struct scratch *s)
{
    struct mongo_decimal *d = s->out;
    if (!s->is_exact) {
        return false;
    }
    if (d->n_digits == 1 && d->digits[0] == 0) {
        s->exponent = s->exponent < EXPONENT_MIN   ? EXPONENT_MIN
                      : s->exponent > EXPONENT_MAX ? EXPONENT_MAX
                                                   : s->exponent;
    }
    while (s->exponent > EXPONENT_MAX && d->n_digits < MONGO_DECIMAL_DIGITS) {
        d->digits[d->n_digits++] = 0;
        s->exponent--;
    }
    while (s->exponent < EXPONENT_MIN && d->n_digits > 1 && d->digits[d->n_digits - 1] == 0) {
        d->n_digits--;
        s->exponent++;
    }
    d->exponent = (int32_t)s->exponent;
    return s->exponent >= EXPONENT_MIN && s->exponent <= EXPONENT_MAX;
}

bool mongo_decimal_read(const uint8_t *p, uint64_t n, struct mongo_decimal *out)
{
    struct scratch s = {.out = out, .is_exact = true};
    *out = (struct mongo_decimal){.n_digits = 1};
    if (n > 0 && (p[0] == '-' || p[0] == '+')) {
        out->is_negative = p[0] == '-';
        p++;
        n--;
    }
    if (is_word(p, n, "inf") || is_word(p, n, "infinity")) {
        out->class = MONGO_DECIMAL_INFINITE;
        return true;
    }
    if (is_word(p, n, "nan")) {
        out->class = MONGO_DECIMAL_NAN;
        return true;
    }
    return digits_read(p, n, &s) && fit(&s);
}

void mongo_decimal_bits(uint64_t high, uint64_t low, struct mongo_decimal *out)
{
    __extension__ typedef unsigned __int128 wide;
    uint32_t combination = (uint32_t)(high >> 58) & 0x1f;
    bool is_beyond = combination >> 3 == 3; // a coefficient over 113 bits
    *out = (struct mongo_decimal){.is_negative = high >> 63 != 0};
    if (combination >= 30) {
        out->class = combination == 30 ? MONGO_DECIMAL_INFINITE : MONGO_DECIMAL_NAN;
        out->n_digits = 1;
        return;
    }
    out->exponent = (int32_t)((high >> (is_beyond ? 47 : 49)) & 0x3fff) + EXPONENT_MIN;
    wide rest = is_beyond ? 0 : (wide)(high & UINT64_C(0x1ffffffffffff)) << 64 | low;
    uint8_t reversed[40];
    int32_t n = 0;
    do {
        reversed[n++] = (uint8_t)(rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (n > MONGO_DECIMAL_DIGITS) {
        n = 1;
        reversed[0] = 0;
    }
    out->n_digits = n;
    for (int32_t i = 0; i < n; i++) {
        out->digits[i] = reversed[n - 1 - i];
    }
}

static uint32_t scientific_text(const struct mongo_decimal *d, int32_t exponent, char *out)
{
    uint32_t n = 0;
    out[n++] = (char)('0' + d->digits[0]);
    if (d->n_digits > 1) {
        out[n++] = '.';
    }
    for (int32_t i = 1; i < d->n_digits; i++) {
        out[n++] = (char)('0' + d->digits[i]);
    }
    return n + (uint32_t)snprintf(out + n, 8, "E%+d", exponent);
}

static uint32_t plain_text(const struct mongo_decimal *d, char *out)
{
    uint32_t n = 0;
    int32_t before = d->n_digits + d->exponent; // digits before the point
    if (before <= 0) {
        out[n++] = '0';
    }
    for (int32_t i = before < 0 ? before : 0; i < d->n_digits; i++) {
        if (i == before || (before <= 0 && n == 1)) {
            out[n++] = '.';
        }
        out[n++] = i < 0 ? '0' : (char)('0' + d->digits[i]);
    }
    return n;
}

uint32_t mongo_decimal_text(const struct mongo_decimal *d, char out[MONGO_DECIMAL_TEXT])
{
    uint32_t n = 0;
    if (d->class == MONGO_DECIMAL_NAN) {
        memcpy(out, "NaN", 3);
        return 3;
    }
    if (d->is_negative) {
        out[n++] = '-';
    }
    if (d->class == MONGO_DECIMAL_INFINITE) {
        memcpy(out + n, "Infinity", 8);
        return n + 8;
    }
    int32_t scientific = d->exponent + d->n_digits - 1;
    bool is_plain = d->exponent <= 0 && scientific >= -6;
    return n + (is_plain ? plain_text(d, out + n) : scientific_text(d, scientific, out + n));
}
