// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "text.h"

#include <stdio.h>

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

// First byte from `i` on that is not within eight plain ASCII bytes.
static size_t skip_ascii(struct text a, size_t i)
{
    uint64_t word = 0;
    while (a.n - i >= sizeof word) {
        memcpy(&word, a.p + i, sizeof word);
        if ((word & 0x8080808080808080u) != 0) {
            break;
        }
        i += sizeof word;
    }
    return i;
}

bool text_is_utf8(struct text a, size_t *bad_at)
{
    size_t i = skip_ascii(a, 0);
    while (i < a.n) {
        struct utf8_char c = utf8_next(text_n(a.p + i, a.n - i));
        if (!c.is_valid && bad_at != NULL) {
            *bad_at = i;
        }
        if (!c.is_valid) {
            return false;
        }
        i = skip_ascii(a, i + c.size);
    }
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
