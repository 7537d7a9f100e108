// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "text.h"

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

static bool looks_decimal(struct text a)
{
    size_t i = a.n > 0 && (a.p[0] == '-' || a.p[0] == '+');
    size_t digits = 0;
    bool has_dot = false;
    for (; i < a.n && (a.p[i] == '.' || (a.p[i] >= '0' && a.p[i] <= '9')); i++) {
        if (a.p[i] == '.' && has_dot) {
            return false;
        }
        has_dot = has_dot || a.p[i] == '.';
        digits += a.p[i] != '.';
    }
    if (digits == 0) {
        return false;
    }
    if (i == a.n) {
        return true;
    }
    if (a.p[i] != 'e' && a.p[i] != 'E') {
        return false;
    }
    i++;
    i += i < a.n && (a.p[i] == '-' || a.p[i] == '+');
    size_t exponent = i;
    while (i < a.n && a.p[i] >= '0' && a.p[i] <= '9') {
        i++;
    }
    return i == a.n && i > exponent;
}

bool text_to_f64(struct text a, double *out)
{
    char local[64];
    if (!looks_decimal(a)) {
        return false;
    }
    char *buffer = a.n < sizeof local ? local : mem_alloc(a.n + 1);
    if (buffer == NULL) {
        return false;
    }
    memcpy(buffer, a.p, a.n);
    buffer[a.n] = '\0';
    double v = strtod(buffer, NULL);
    if (buffer != local) {
        mem_free(buffer);
    }
    if (!isfinite(v)) {
        return false;
    }
    *out = v;
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

bool str_add_f64(struct str *s, double value)
{
    char buffer[40];
    for (int digits = 15; digits <= 17; digits++) {
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
