// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "csv_record.h"

#include <string.h>

struct scan {
    const struct csv_dialect *dialect;
    const uint8_t *p;
    uint64_t n;
    uint64_t i;
    bool is_end;
    struct csv_record *out;
};

static bool is_line_end(const struct csv_dialect *d, uint8_t c)
{
    return c == '\n' || (d->is_cr_only && c == '\r');
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

static bool add_field(struct scan *s, uint64_t at, uint64_t size, bool is_quoted, bool has_escapes)
{
    if (s->out->n == CSV_FIELDS_MAX) {
        return false;
    }
    s->out->fields[s->out->n++] =
        (struct csv_field){(uint32_t)at, (uint32_t)size, is_quoted, has_escapes};
    return true;
}

// Ends the record at the line end under i.
static enum csv_step end_record(struct scan *s, uint64_t text)
{
    s->out->text = text;
    s->out->size = s->i < s->n ? s->i + 1 : s->n;
    s->out->lines += s->i < s->n;
    return CSV_RECORD;
}

// Moves to the end of the line, counting it: where reading goes on after a bad record.
static enum csv_step bad(struct scan *s, const char *fault)
{
    while (s->i < s->n && !is_line_end(s->dialect, s->p[s->i])) {
        s->i++;
    }
    if (s->i == s->n && !s->is_end) {
        return CSV_MORE;
    }
    end_record(s, s->i);
    s->out->fault = fault;
    return CSV_BAD;
}

// Behind the opening quote; leaves i behind the closing one.
static enum csv_step scan_quoted(struct scan *s, bool *is_closed)
{
    const struct csv_dialect *d = s->dialect;
    uint64_t at = s->i;
    bool has_escapes = false;
    *is_closed = false;
    while (s->i < s->n) {
        uint8_t c = s->p[s->i];
        if (d->escape != 0 && c == d->escape && c != d->quote) {
            has_escapes = true;
            s->i += 2;
            continue;
        }
        if (c == d->quote) {
            if (s->i + 1 == s->n && !s->is_end) {
                return CSV_MORE;
            }
            if (s->i + 1 < s->n && s->p[s->i + 1] == d->quote) {
                has_escapes = true;
                s->i += 2;
                continue;
            }
            *is_closed = true;
            break;
        }
        s->out->lines += is_line_end(d, c);
        s->i++;
    }
    if (!*is_closed) {
        return s->is_end ? CSV_BAD : CSV_MORE;
    }
    if (!add_field(s, at, s->i - at, true, has_escapes)) {
        s->out->fault = "more than 4096 fields";
        return CSV_BAD;
    }
    s->i++;
    return CSV_RECORD;
}

static uint64_t trimmed_end(const struct scan *s, uint64_t at)
{
    uint64_t end = s->i;
    bool is_crlf = !s->dialect->is_cr_only && end > at && s->p[end - 1] == '\r';
    bool at_line_end = s->i == s->n || s->p[s->i] == '\n';
    return is_crlf && at_line_end ? end - 1 : end;
}

static void skip_plain(struct scan *s)
{
    const struct csv_dialect *d = s->dialect;
    while (s->i < s->n && s->p[s->i] != d->delimiter && !is_line_end(d, s->p[s->i])) {
        s->i++;
    }
}

// A blank line, or a comment: nothing to read.
static enum csv_step skip_line(struct scan *s)
{
    while (s->i < s->n && !is_line_end(s->dialect, s->p[s->i])) {
        s->i++;
    }
    if (s->i == s->n && !s->is_end) {
        return CSV_MORE;
    }
    end_record(s, s->i);
    return CSV_COMMENT;
}

static bool is_empty_line(const struct scan *s)
{
    return is_line_end(s->dialect, s->p[0]) || (s->n > 1 && s->p[0] == '\r' && s->p[1] == '\n') ||
           (s->n == 1 && s->is_end && s->p[0] == '\r');
}

// Where the opening quote of the field at i stands (blanks before it are passed), or n.
static uint64_t find_quote(const struct scan *s)
{
    const struct csv_dialect *d = s->dialect;
    uint64_t q = s->i;
    while (q < s->n && s->p[q] == ' ' && d->delimiter != ' ') {
        q++;
    }
    return d->quote != 0 && q < s->n && s->p[q] == d->quote ? q : s->n;
}

// After the closing quote: blanks, then a delimiter or the end.
static bool is_field_end(struct scan *s)
{
    const struct csv_dialect *d = s->dialect;
    while (s->i < s->n && is_blank(s->p[s->i]) && s->p[s->i] != d->delimiter) {
        s->i++;
    }
    if (s->i + 1 < s->n && s->p[s->i] == '\r' && s->p[s->i + 1] == '\n') {
        s->i++;
    }
    bool is_last_cr = s->i + 1 == s->n && s->p[s->i] == '\r' && s->is_end;
    s->i += is_last_cr;
    return s->i >= s->n || s->p[s->i] == d->delimiter || is_line_end(d, s->p[s->i]);
}

enum csv_step csv_record_scan(const struct csv_dialect *dialect, const uint8_t *p, uint64_t n,
                              bool is_end, struct csv_record *out)
{
    struct scan s = {dialect, p, n, 0, is_end, out};
    out->n = 0;
    out->lines = 0;
    out->fault = NULL;
    if (is_empty_line(&s) || (dialect->comment != 0 && p[0] == dialect->comment)) {
        return skip_line(&s);
    }
    for (;;) {
        uint64_t quote = find_quote(&s);
        if (quote < n) {
            bool is_closed = false;
            s.i = quote + 1;
            enum csv_step step = scan_quoted(&s, &is_closed);
            if (step == CSV_BAD && out->fault == NULL) {
                out->fault = "a quote is not closed";
                return CSV_BAD;
            }
            if (step != CSV_RECORD) {
                return step == CSV_BAD ? bad(&s, out->fault) : step;
            }
            if (!is_field_end(&s)) {
                return bad(&s, "text behind a closing quote");
            }
        } else {
            uint64_t at = s.i;
            skip_plain(&s);
            if (s.i == n && !is_end) {
                return CSV_MORE;
            }
            if (!add_field(&s, at, trimmed_end(&s, at) - at, false, false)) {
                return bad(&s, "more than 4096 fields");
            }
        }
        if (s.i >= n) {
            return is_end ? end_record(&s, n) : CSV_MORE;
        }
        if (is_line_end(dialect, p[s.i])) {
            return end_record(&s, s.i > 0 && p[s.i] == '\n' && p[s.i - 1] == '\r' ? s.i - 1 : s.i);
        }
        s.i++;
        if (s.i == n && !is_end) {
            return CSV_MORE;
        }
    }
}

void csv_record_first_line(const struct csv_dialect *dialect, const uint8_t *p, uint64_t n,
                           struct csv_record *out)
{
    struct scan s = {dialect, p, n, 0, true, out};
    out->lines = 0;
    while (s.i < n && !is_line_end(dialect, p[s.i])) {
        s.i++;
    }
    end_record(&s, s.i);
}

uint32_t csv_field_unescape(const struct csv_dialect *dialect, const uint8_t *record,
                            const struct csv_field *field, uint8_t *out)
{
    const uint8_t *p = record + field->at;
    uint32_t n = 0;
    for (uint32_t i = 0; i < field->size; i++) {
        bool is_escape = dialect->escape != 0 && p[i] == dialect->escape;
        bool is_double = p[i] == dialect->quote && i + 1 < field->size && p[i + 1] == dialect->quote;
        i += (is_escape || is_double) && i + 1 < field->size;
        out[n++] = p[i];
    }
    return n;
}
