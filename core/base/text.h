// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Text: borrowed views and growing strings.
#ifndef PORTRAIT_BASE_TEXT_H
#define PORTRAIT_BASE_TEXT_H

#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <portrait/abi.h>

// A borrowed view of bytes; not terminated. `p` may be NULL when n is 0.
struct text {
    const char *p;
    size_t n;
};

static inline struct text text_of(const char *s)
{
    return (struct text){s, s == NULL ? 0 : strlen(s)};
}

static inline struct text text_n(const char *p, size_t n)
{
    return (struct text){p, n};
}

static inline bool text_is(struct text a, const char *s)
{
    return a.n == strlen(s) && (a.n == 0 || memcmp(a.p, s, a.n) == 0);
}

static inline bool text_equal(struct text a, struct text b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

// Byte order, shorter first on a tie: <0, 0, >0.
int text_compare(struct text a, struct text b);
struct text text_trim(struct text a); // without ASCII white space at both ends
bool text_starts(struct text a, const char *prefix);
// True when the bytes are well-formed UTF-8 (RFC 3629); *bad_at gets the first bad offset.
bool text_is_utf8(struct text a, size_t *bad_at);

// Strict numbers: the whole view, no blanks, no locale. False when it is none or out of range.
bool text_to_i64(struct text a, int64_t *out);
bool text_to_u64(struct text a, uint64_t *out);
bool text_to_f64(struct text a, double *out); // decimal or scientific; no hex, inf or nan

// A growing string: always terminated once something was appended. {0} is empty. After a failed
// append `failed` is set and later appends do nothing, so that a run of appends is checked once.
struct str {
    char *p;
    size_t n;
    size_t capacity;
    bool failed;
};

void str_release(struct str *s);
void str_reset(struct str *s); // empties, keeps memory, clears failed
bool str_add(struct str *s, const char *text);
bool str_add_n(struct str *s, const char *p, size_t n);
bool str_add_char(struct str *s, char c);
bool str_addf(struct str *s, const char *format, ...) PT_PRINTF(2, 3);
bool str_vaddf(struct str *s, const char *format, va_list args) PT_PRINTF(2, 0);
// Shortest decimal that reads back as the same double ("0.1", "1e+30"); locale-free.
bool str_add_f64(struct str *s, double value);
// The text, "" when empty; NULL when an append failed. Borrowed.
const char *str_get(const struct str *s);
// Gives the buffer away (free with mem_free) and empties `s`; NULL when an append failed.
char *str_take(struct str *s);

static inline struct text str_view(const struct str *s)
{
    return (struct text){s->p, s->n};
}

#endif
