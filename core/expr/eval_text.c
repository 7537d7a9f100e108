// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Text: UTF-8; places and lengths count characters. New bytes are taken from the scratch once a run
// of rows.
#include "digest.h"
#include "eval.h"
#include "pattern.h"

static size_t row_step(const struct vec *v)
{
    return v->is_const ? 0 : 1;
}

// Room for `n` bytes; never NULL for n = 0 unless memory is out.
static char *bytes_for(const struct call *c, size_t n)
{
    return scratch_keep(c->scratch, n + 1, 1);
}

static bool sum_lengths(const struct vec *v, size_t n, size_t *sum)
{
    size_t step = row_step(v);
    for (size_t i = 0; i < n; i++) {
        if (__builtin_add_overflow(*sum, v->s[i * step].n, sum)) {
            return false;
        }
    }
    return true;
}

static char *append(char *at, struct text part)
{
    if (part.n > 0) {
        memcpy(at, part.p, part.n);
    }
    return at + part.n;
}

bool eval_text_concat(struct call *c)
{
    size_t total = 0;
    struct text *out = call_texts(c);
    if (out == NULL || !sum_lengths(c->a, c->n, &total) || !sum_lengths(c->b, c->n, &total)) {
        return false;
    }
    char *at = bytes_for(c, total);
    if (at == NULL) {
        return false;
    }
    size_t a_step = row_step(c->a);
    size_t b_step = row_step(c->b);
    for (size_t i = 0; i < c->n; i++) {
        char *from = at;
        at = append(append(at, c->a->s[i * a_step]), c->b->s[i * b_step]);
        out[i] = text_n(from, (size_t)(at - from));
    }
    return true;
}

bool eval_text_match(struct call *c)
{
    uint8_t *out = call_bools(c);
    if (out == NULL) {
        return false;
    }
    size_t a_step = row_step(c->a);
    size_t b_step = row_step(c->b);
    const struct pattern *compiled = c->step->pattern;
    if (compiled != NULL) {
        for (size_t i = 0; i < c->n; i++) {
            out[i] = pattern_matches(compiled, c->a->s[i * a_step]);
        }
        return true;
    }
    struct pattern p = {PATTERN_FULL, c->step->op == OP_GLOB, c->step->escape, {0}};
    for (size_t i = 0; i < c->n; i++) {
        p.text = c->b->s[i * b_step];
        out[i] = pattern_matches(&p, c->a->s[i * a_step]);
    }
    return true;
}

bool eval_text_case(struct call *c)
{
    size_t total = 0;
    struct text *out = call_texts(c);
    char *at = out == NULL || !sum_lengths(c->a, c->n, &total) ? NULL : bytes_for(c, total);
    if (at == NULL) {
        return false;
    }
    unsigned char first = c->step->op == OP_LOWER ? 'A' : 'a';
    for (size_t i = 0; i < c->n; i++) {
        struct text in = c->a->s[i];
        for (size_t k = 0; k < in.n; k++) {
            unsigned char byte = (unsigned char)in.p[k];
            at[k] = (char)((unsigned char)(byte - first) < 26 ? byte ^ 0x20 : byte);
        }
        out[i] = text_n(at, in.n);
        at += in.n;
    }
    return true;
}

static bool starts_char(char c)
{
    return ((unsigned char)c & 0xC0) != 0x80;
}

static int64_t count_chars(struct text in)
{
    int64_t n = 0;
    for (size_t i = 0; i < in.n; i++) {
        n += starts_char(in.p[i]);
    }
    return n;
}

bool eval_text_length(struct call *c)
{
    int64_t *out = call_ints(c);
    for (size_t i = 0; out != NULL && i < c->n; i++) {
        out[i] = count_chars(c->a->s[i]);
    }
    return out != NULL;
}

// Byte offset of character `n` (from 0), or the end.
static size_t skip_chars(struct text in, size_t from, int64_t n)
{
    size_t at = from;
    while (at < in.n && n > 0) {
        at++;
        while (at < in.n && !starts_char(in.p[at])) {
            at++;
        }
        n--;
    }
    return at;
}

#define FAR ((int64_t)1 << 40) // beyond any text, and safe to add

static int64_t clamp_far(int64_t n)
{
    return n > FAR ? FAR : n < -FAR ? -FAR : n;
}

// SQLite's rule, step by step: start counts from 1, from the end when negative; 0 is the place
// before the first character; a negative count takes the characters before start.
static struct text take_part(struct text in, int64_t start, int64_t count)
{
    bool is_before = count < 0;
    start = clamp_far(start);
    count = is_before ? -clamp_far(count) : clamp_far(count);
    if (start < 0) {
        start += count_chars(in);
        if (start < 0) {
            count = count + start < 0 ? 0 : count + start;
            start = 0;
        }
    } else if (start > 0) {
        start--;
    } else if (count > 0) {
        count--;
    }
    if (is_before) {
        start -= count;
        if (start < 0) {
            count += start;
            start = 0;
        }
    }
    size_t from = skip_chars(in, 0, start);
    size_t to = count <= 0 ? from : skip_chars(in, from, count);
    return text_n(in.p == NULL ? NULL : in.p + from, to - from);
}

bool eval_text_substr(struct call *c)
{
    struct text *out = call_texts(c);
    size_t a_step = row_step(c->a);
    size_t b_step = row_step(c->b);
    size_t c_step = c->c == NULL ? 0 : row_step(c->c);
    for (size_t i = 0; out != NULL && i < c->n; i++) {
        int64_t count = c->c == NULL ? FAR : c->c->i[i * c_step];
        out[i] = take_part(c->a->s[i * a_step], c->b->i[i * b_step], count);
    }
    return out != NULL;
}

static int64_t find_part(struct text in, struct text part)
{
    if (part.n == 0) {
        return 1;
    }
    const char *found = in.n == 0 ? NULL : memmem(in.p, in.n, part.p, part.n);
    return found == NULL ? 0 : count_chars(text_n(in.p, (size_t)(found - in.p))) + 1;
}

bool eval_text_instr(struct call *c)
{
    int64_t *out = call_ints(c);
    size_t a_step = row_step(c->a);
    size_t b_step = row_step(c->b);
    for (size_t i = 0; out != NULL && i < c->n; i++) {
        out[i] = find_part(c->a->s[i * a_step], c->b->s[i * b_step]);
    }
    return out != NULL;
}

// True when the character in[from .. to) is one of `set`.
static bool set_has(struct text set, struct text one)
{
    size_t at = 0;
    while (at < set.n) {
        size_t next = skip_chars(set, at, 1);
        if (text_equal(text_n(set.p + at, next - at), one)) {
            return true;
        }
        at = next;
    }
    return false;
}

static struct text trim_set(struct text in, struct text set)
{
    size_t from = 0;
    size_t to = in.n;
    while (from < to) {
        size_t next = skip_chars(in, from, 1);
        if (!set_has(set, text_n(in.p + from, next - from))) {
            break;
        }
        from = next;
    }
    while (to > from) {
        size_t start = to - 1;
        while (start > from && !starts_char(in.p[start])) {
            start--;
        }
        if (!set_has(set, text_n(in.p + start, to - start))) {
            break;
        }
        to = start;
    }
    return text_n(in.p == NULL ? NULL : in.p + from, to - from);
}

bool eval_text_trim(struct call *c)
{
    struct text *out = call_texts(c);
    size_t a_step = row_step(c->a);
    size_t b_step = c->b == NULL ? 0 : row_step(c->b);
    for (size_t i = 0; out != NULL && i < c->n; i++) {
        struct text set = c->b == NULL ? text_of(" ") : c->b->s[i * b_step];
        out[i] = trim_set(c->a->s[i * a_step], set);
    }
    return out != NULL;
}

bool eval_text_digits(struct call *c)
{
    size_t total = 0;
    struct text *out = call_texts(c);
    char *at = out == NULL || !sum_lengths(c->a, c->n, &total) ? NULL : bytes_for(c, total);
    if (at == NULL) {
        return false;
    }
    for (size_t i = 0; i < c->n; i++) {
        struct text in = c->a->s[i];
        char *from = at;
        for (size_t k = 0; k < in.n; k++) {
            *at = in.p[k];
            at += in.p[k] >= '0' && in.p[k] <= '9';
        }
        out[i] = text_n(from, (size_t)(at - from));
    }
    return true;
}

bool eval_text_crc32(struct call *c)
{
    int64_t *out = call_ints(c);
    for (size_t i = 0; out != NULL && i < c->n; i++) {
        out[i] = crc32_of(c->a->s[i].p, c->a->s[i].n);
    }
    return out != NULL;
}
