// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Bytes that mean something (delimiter, quote, line end, escape) are found 64 at a time as a bit
// mask; everything between them is passed over.
#include "csv_record.h"

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

struct scan {
    const struct csv_dialect *dialect;
    const uint8_t *p;
    uint64_t n;
    uint64_t i;
    bool is_end;
    uint64_t block;     // offset of the 64 bytes `marks` is about
    uint64_t marks;     // bit k: byte block + k is special
    uint8_t special[4]; // delimiter, line end, quote, escape; unused ones repeat the delimiter
    struct csv_record *out;
};

static uint8_t line_end_of(const struct csv_dialect *d)
{
    return d->is_cr_only ? '\r' : '\n';
}

static inline bool is_blank(const struct csv_dialect *d, uint8_t c)
{
    return (c == ' ' || c == '\t') && c != d->delimiter;
}

#if defined(__SSE2__)
static uint64_t marks_of(const struct scan *s, const uint8_t *p)
{
    uint64_t marks = 0;
    bool is_wide = s->dialect->is_gb18030;
    __m128i a = _mm_set1_epi8((char)s->special[0]);
    __m128i b = _mm_set1_epi8((char)s->special[1]);
    __m128i c = _mm_set1_epi8((char)s->special[2]);
    __m128i d = _mm_set1_epi8((char)s->special[3]);
    for (uint32_t k = 0; k < 4; k++) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(p + k * 16));
        __m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(x, a), _mm_cmpeq_epi8(x, b)),
                                   _mm_or_si128(_mm_cmpeq_epi8(x, c), _mm_cmpeq_epi8(x, d)));
        hit = is_wide ? _mm_or_si128(hit, x) : hit;
        marks |= (uint64_t)(uint32_t)_mm_movemask_epi8(hit) << (k * 16);
    }
    return marks;
}
#else
static uint64_t marks_of(const struct scan *s, const uint8_t *p)
{
    uint64_t marks = 0;
    const uint8_t *t = s->special;
    uint8_t high = s->dialect->is_gb18030 ? 0x80 : 0;
    for (uint32_t k = 0; k < 64; k++) {
        uint8_t x = p[k];
        bool is_hit = x == t[0] || x == t[1] || x == t[2] || x == t[3] || (x & high) != 0;
        marks |= (uint64_t)is_hit << k;
    }
    return marks;
}
#endif

// Moves i to the next special byte at or behind it; false (i = n) when there is none.
static inline bool seek(struct scan *s)
{
    while (s->i < s->n) {
        if (s->i - s->block >= 64) {
            s->block = s->i;
            s->marks = marks_of(s, s->p + s->i);
        }
        uint64_t left = s->marks >> (s->i - s->block);
        if (left != 0) {
            s->i += (uint64_t)__builtin_ctzll(left);
            if (s->i >= s->n) {
                break;
            }
            if (s->p[s->i] < 0x80) {
                return true;
            }
            s->i += csv_gb18030_length(s->p + s->i, s->n - s->i);
            continue;
        }
        s->i = s->block + 64;
    }
    s->i = s->n;
    return false;
}

static inline bool add_field(struct scan *s, uint64_t at, uint64_t size, bool is_quoted,
                             bool has_escapes)
{
    struct csv_record *out = s->out;
    if (out->n == CSV_FIELDS_MAX) {
        out->fault = "more than 4096 fields";
        return false;
    }
    out->fields[out->n++] =
        (struct csv_field){(uint32_t)at, (uint32_t)size, is_quoted, has_escapes};
    return true;
}

// Ends the record at the line end (or the end of all) under i.
static enum csv_step end_record(struct scan *s, enum csv_step step)
{
    uint64_t text = s->i;
    bool is_crlf = !s->dialect->is_cr_only && text > 0 && s->p[text - 1] == '\r';
    s->out->text = is_crlf ? text - 1 : text;
    s->out->size = s->i < s->n ? s->i + 1 : s->n;
    s->out->lines++;
    return step;
}

static enum csv_step bad(struct scan *s, const char *fault)
{
    s->out->fault = fault;
    return CSV_BAD;
}

// Behind the opening quote; leaves i behind the closing one.
static enum csv_step scan_quoted(struct scan *s)
{
    const struct csv_dialect *d = s->dialect;
    uint64_t at = s->i;
    bool has_escapes = false;
    while (seek(s)) {
        uint8_t c = s->p[s->i];
        if (c == d->escape && d->escape != 0 && c != d->quote) {
            has_escapes = true;
            s->out->lines += s->i + 1 < s->n && s->p[s->i + 1] == line_end_of(d);
            s->i += 2;
        } else if (c == d->quote) {
            bool is_last = s->i + 1 >= s->n;
            if (is_last && !s->is_end) {
                return CSV_MORE;
            }
            if (is_last || s->p[s->i + 1] != d->quote) {
                bool is_added = add_field(s, at, s->i - at, true, has_escapes);
                s->i++;
                return is_added ? CSV_RECORD : CSV_BAD;
            }
            has_escapes = true;
            s->i += 2;
        } else {
            s->out->lines += c == line_end_of(d);
            s->i++;
        }
    }
    return s->is_end ? bad(s, "a quote is not closed") : CSV_MORE;
}

static inline enum csv_step scan_plain(struct scan *s)
{
    const struct csv_dialect *d = s->dialect;
    uint64_t at = s->i;
    uint8_t line_end = line_end_of(d);
    bool is_found = seek(s);
    while (is_found && s->p[s->i] != d->delimiter && s->p[s->i] != line_end) {
        s->i++;
        is_found = seek(s);
    }
    if (!is_found && !s->is_end) {
        return CSV_MORE;
    }
    uint64_t end = s->i;
    bool is_line_end = !is_found || s->p[s->i] == '\n';
    if (is_line_end && !d->is_cr_only && end > at && s->p[end - 1] == '\r') {
        end--;
    }
    return add_field(s, at, end - at, false, false) ? CSV_RECORD : CSV_BAD;
}

// Passes what may stand behind a closing quote; false when something else does.
static bool is_field_end(struct scan *s)
{
    const struct csv_dialect *d = s->dialect;
    while (d->allows_blanks && s->i < s->n && is_blank(d, s->p[s->i])) {
        s->i++;
    }
    if (!d->is_cr_only && s->i < s->n && s->p[s->i] == '\r' &&
        (s->i + 1 == s->n || s->p[s->i + 1] == '\n')) {
        s->i++;
    }
    return s->i >= s->n || s->p[s->i] == d->delimiter || s->p[s->i] == line_end_of(d);
}

// The field at i: quoted or not. Blanks may stand before its quote.
static inline enum csv_step scan_field(struct scan *s)
{
    const struct csv_dialect *d = s->dialect;
    uint64_t q = s->i;
    while (d->allows_blanks && q < s->n && is_blank(d, s->p[q])) {
        q++;
    }
    if (d->quote == 0 || q >= s->n || s->p[q] != d->quote) {
        return scan_plain(s);
    }
    s->i = q + 1;
    enum csv_step step = scan_quoted(s);
    if (step == CSV_RECORD && !is_field_end(s)) {
        return bad(s, "text behind a closing quote");
    }
    return step;
}

static bool is_blank_line(const struct scan *s)
{
    const struct csv_dialect *d = s->dialect;
    uint64_t i = 0;
    while (d->allows_blanks && i < s->n && is_blank(d, s->p[i])) {
        i++;
    }
    if (i == s->n || s->p[i] == line_end_of(d)) {
        return true;
    }
    bool is_cr = s->p[i] == '\r' && !d->is_cr_only;
    return is_cr && (i + 1 < s->n ? s->p[i + 1] == '\n' : s->is_end);
}

static enum csv_step skip_line(struct scan *s)
{
    s->i = csv_line_length(s->dialect, s->p, s->n);
    return s->i == s->n && !s->is_end ? CSV_MORE : end_record(s, CSV_COMMENT);
}

enum csv_step csv_record_scan(const struct csv_dialect *dialect, const uint8_t *p, uint64_t n,
                              bool is_end, struct csv_record *out)
{
    uint8_t delimiter = dialect->delimiter;
    struct scan s = {.dialect = dialect, .p = p, .n = n, .is_end = is_end, .out = out};
    s.special[0] = delimiter;
    s.special[1] = line_end_of(dialect);
    s.special[2] = dialect->quote == 0 ? delimiter : dialect->quote;
    s.special[3] = dialect->escape == 0 ? delimiter : dialect->escape;
    s.marks = marks_of(&s, p);
    out->n = 0;
    out->lines = 0;
    out->fault = NULL;
    if (is_blank_line(&s) || (dialect->comment != 0 && p[0] == dialect->comment)) {
        return skip_line(&s);
    }
    for (;;) {
        enum csv_step step = scan_field(&s);
        if (step != CSV_RECORD) {
            return step;
        }
        if (s.i >= n) {
            return is_end ? end_record(&s, CSV_RECORD) : CSV_MORE;
        }
        if (p[s.i] != delimiter) {
            return end_record(&s, CSV_RECORD);
        }
        s.i++;
        if (s.i == n && !is_end) {
            return CSV_MORE;
        }
    }
}

uint64_t csv_line_length(const struct csv_dialect *dialect, const uint8_t *p, uint64_t n)
{
    const uint8_t *end = n == 0 ? NULL : memchr(p, line_end_of(dialect), n);
    return end == NULL ? n : (uint64_t)(end - p);
}

uint64_t csv_field_unescape(const struct csv_dialect *dialect, const uint8_t *p, uint64_t n,
                            uint8_t *out)
{
    uint64_t size = 0;
    for (uint64_t i = 0; i < n; i++) {
        bool is_escape = dialect->escape != 0 && p[i] == dialect->escape;
        bool is_double = p[i] == dialect->quote && i + 1 < n && p[i + 1] == dialect->quote;
        i += (is_escape || is_double) && i + 1 < n;
        out[size++] = p[i];
    }
    return size;
}

uint32_t csv_gb18030_length(const uint8_t *p, uint64_t n)
{
    if (p[0] < 0x81 || p[0] == 0xff || n < 2) {
        return 1;
    }
    if (p[1] >= 0x40 && p[1] != 0x7f && p[1] != 0xff) {
        return 2;
    }
    bool is_four = n >= 4 && p[1] >= '0' && p[1] <= '9' && p[2] >= 0x81 && p[2] != 0xff &&
                   p[3] >= '0' && p[3] <= '9';
    return is_four ? 4 : 1;
}
