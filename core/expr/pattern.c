// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Matching walks value and pattern once with one point to go back to, so that no pattern is
// exponential: the last run wildcard takes one character more at each mismatch.
#include "pattern.h"

#define NOT_A_CHAR UINT32_MAX

uint32_t pattern_next_char(struct text value, size_t *at)
{
    const unsigned char *p = (const unsigned char *)value.p + *at;
    size_t left = value.n - *at;
    uint32_t c = p[0];
    size_t n = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
    if (n == 1 || n > left) {
        *at += 1;
        return c;
    }
    uint32_t code = c & (0x7Fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xC0) != 0x80) {
            *at += 1;
            return c;
        }
        code = code << 6 | (p[i] & 0x3Fu);
    }
    *at += n;
    return code;
}

static unsigned char fold(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c | 0x20) : c;
}

static uint32_t fold_char(uint32_t c)
{
    return c < 0x80 ? fold((unsigned char)c) : c;
}

static bool equal_folded(const char *a, const char *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (fold((unsigned char)a[i]) != fold((unsigned char)b[i])) {
            return false;
        }
    }
    return true;
}

static bool is_special(const struct pattern *p, char c)
{
    return p->is_glob ? c == '*' || c == '?' || c == '[' : c == '%' || c == '_';
}

// Copies the pattern without its run wildcards at both ends; false when another special is inside.
static bool take_literal(const struct pattern *p, struct text in, char *out, size_t *n_out)
{
    size_t n = 0;
    size_t at = 0;
    while (at < in.n) {
        size_t from = at;
        uint32_t c = pattern_next_char(in, &at);
        if (p->escape != 0 && c == p->escape) {
            if (at == in.n) {
                return false;
            }
            from = at;
            pattern_next_char(in, &at);
        } else if (is_special(p, in.p[from])) {
            return false;
        }
        memcpy(out + n, in.p + from, at - from);
        n += at - from;
    }
    *n_out = n;
    return true;
}

static bool ends_with_run(const struct pattern *p, struct text in, char run)
{
    if (in.n == 0 || in.p[in.n - 1] != run || p->escape == (uint32_t)run) {
        return false;
    }
    size_t at = 0;
    bool is_escaped = false;
    while (at < in.n) {
        uint32_t c = pattern_next_char(in, &at);
        is_escaped = !is_escaped && p->escape != 0 && c == p->escape;
        if (at == in.n - 1) {
            return !is_escaped;
        }
    }
    return in.n == 1;
}

bool pattern_compile(struct arena *arena, struct text source, bool is_glob, uint32_t escape,
                     struct pattern *out)
{
    struct pattern p = {.form = PATTERN_FULL, .is_glob = is_glob, .escape = escape};
    char run = is_glob ? '*' : '%';
    struct text inner = source;
    bool has_front = inner.n > 0 && inner.p[0] == run && escape != (uint32_t)run;
    if (has_front) {
        inner = text_n(inner.p + 1, inner.n - 1);
    }
    bool has_back = ends_with_run(&p, inner, run);
    inner.n -= has_back ? 1 : 0;
    char *literal = arena_alloc(arena, source.n + 1);
    if (literal == NULL) {
        return false;
    }
    size_t n = 0;
    if (take_literal(&p, inner, literal, &n)) {
        p.form = has_front ? (has_back ? PATTERN_INSIDE : PATTERN_SUFFIX)
                           : (has_back ? PATTERN_PREFIX : PATTERN_EXACT);
        p.text = text_n(literal, n);
    } else {
        memcpy(literal, source.p, source.n);
        p.text = text_n(literal, source.n);
    }
    *out = p;
    return true;
}

static bool equal_bytes(const struct pattern *p, const char *value)
{
    return p->is_glob ? memcmp(value, p->text.p, p->text.n) == 0
                      : equal_folded(value, p->text.p, p->text.n);
}

static bool is_inside(const struct pattern *p, struct text value)
{
    if (p->text.n == 0) {
        return true;
    }
    if (p->is_glob) {
        return memmem(value.p, value.n, p->text.p, p->text.n) != NULL;
    }
    unsigned char first = fold((unsigned char)p->text.p[0]);
    for (size_t i = 0; i + p->text.n <= value.n; i++) {
        if (fold((unsigned char)value.p[i]) == first &&
            equal_folded(value.p + i, p->text.p, p->text.n)) {
            return true;
        }
    }
    return false;
}

// Reads the set behind '[' at *at; true when `c` is in it. An open set holds nothing: *at = n + 1.
static bool set_holds(struct text pattern, size_t *at, uint32_t c)
{
    size_t i = *at;
    bool is_inverted = i < pattern.n && pattern.p[i] == '^';
    i += is_inverted ? 1 : 0;
    bool is_in = false;
    uint32_t before = 0;
    bool is_first = true;
    while (i < pattern.n) {
        uint32_t here = pattern_next_char(pattern, &i);
        if (here == ']' && !is_first) {
            *at = i;
            return is_in != is_inverted;
        }
        bool is_range = here == '-' && before > 0 && i < pattern.n && pattern.p[i] != ']';
        if (is_range) {
            uint32_t last = pattern_next_char(pattern, &i);
            is_in = is_in || (c >= before && c <= last);
            before = 0;
        } else {
            is_in = is_in || here == c;
            before = is_first && here == ']' ? 0 : here;
        }
        is_first = false;
    }
    *at = pattern.n + 1;
    return false;
}

// Matches the one-character element at *at of the pattern against `c` and moves behind it.
static bool matches_one(const struct pattern *p, size_t *at, uint32_t c)
{
    uint32_t want = pattern_next_char(p->text, at);
    if (p->is_glob) {
        return want == '?' || (want == '[' ? set_holds(p->text, at, c) : want == c);
    }
    if (p->escape != 0 && want == p->escape) {
        if (*at == p->text.n) {
            return false;
        }
        want = pattern_next_char(p->text, at);
        return fold_char(want) == fold_char(c);
    }
    return want == '_' || fold_char(want) == fold_char(c);
}

static bool is_run_at(const struct pattern *p, size_t at)
{
    if (at >= p->text.n) {
        return false;
    }
    char c = p->text.p[at];
    return p->is_glob ? c == '*' : c == '%' && p->escape != '%';
}

static bool matches_full(const struct pattern *p, struct text value)
{
    size_t at = 0;
    size_t in = 0;
    size_t back_at = SIZE_MAX; // behind the last run wildcard
    size_t back_in = 0;
    while (true) {
        if (is_run_at(p, at)) {
            back_at = ++at;
            back_in = in;
            continue;
        }
        if (in == value.n && at >= p->text.n) {
            return at == p->text.n;
        }
        if (in < value.n && at < p->text.n) {
            uint32_t c = pattern_next_char(value, &in);
            if (matches_one(p, &at, c)) {
                continue;
            }
        } else if (in == value.n) {
            return false;
        }
        if (back_at == SIZE_MAX || back_in >= value.n) {
            return false;
        }
        pattern_next_char(value, &back_in);
        in = back_in;
        at = back_at;
    }
}

bool pattern_matches(const struct pattern *p, struct text value)
{
    size_t n = p->text.n;
    switch (p->form) {
    case PATTERN_EXACT:
        return value.n == n && (n == 0 || equal_bytes(p, value.p));
    case PATTERN_PREFIX:
        return value.n >= n && (n == 0 || equal_bytes(p, value.p));
    case PATTERN_SUFFIX:
        return value.n >= n && (n == 0 || equal_bytes(p, value.p + value.n - n));
    case PATTERN_INSIDE:
        return value.n >= n && is_inside(p, value);
    default:
        return matches_full(p, value);
    }
}
