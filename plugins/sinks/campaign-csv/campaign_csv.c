// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "campaign_csv.h"

#include <math.h>
#include <string.h>

#include "pt_format.h"

static void flush(struct campaign_csv *c)
{
    if (c->n > 0 && c->failed == 0) {
        c->failed = c->flush(c->ctx, c->buffer, c->n);
    }
    c->n = 0;
}

void campaign_csv_bytes(struct campaign_csv *c, const char *data, size_t n)
{
    while (n > c->capacity - c->n) {
        size_t part = c->capacity - c->n;
        memcpy(c->buffer + c->n, data, part);
        c->n += part;
        data += part;
        n -= part;
        flush(c);
    }
    if (n > 0) {
        memcpy(c->buffer + c->n, data, n);
        c->n += n;
    }
}

static void put(struct campaign_csv *c, char byte)
{
    if (c->n == c->capacity) {
        flush(c);
    }
    c->buffer[c->n++] = byte;
}

static void begin_field(struct campaign_csv *c)
{
    if (c->n_fields++ > 0) {
        put(c, c->style.delimiter);
    }
}

// Text inside quotes, quotes doubled.
static void put_quoted(struct campaign_csv *c, const char *text, size_t n)
{
    while (n > 0) {
        const char *quote = memchr(text, '"', n);
        size_t part = quote == NULL ? n : (size_t)(quote - text) + 1;
        campaign_csv_bytes(c, text, part);
        if (quote != NULL) {
            put(c, '"');
        }
        text += part;
        n -= part;
    }
}

// Blanks at the ends are quoted too: many readers trim bare fields.
static bool needs_quotes(const struct campaign_csv *c, const char *text, size_t n)
{
    if (c->style.quote == CAMPAIGN_CSV_ALL) {
        return true;
    }
    if (n > 0 && (text[0] == ' ' || text[n - 1] == ' ')) {
        return true;
    }
    for (size_t i = 0; i < n; i++) {
        char b = text[i];
        if (b == c->style.delimiter || b == '"' || b == '\n' || b == '\r' || b == '\t') {
            return true;
        }
    }
    return false;
}

static bool is_null_text(const struct campaign_csv *c, const char *text, size_t n)
{
    return strlen(c->style.null_text) == n && memcmp(c->style.null_text, text, n) == 0;
}

void campaign_csv_plain(struct campaign_csv *c, const char *text, size_t n)
{
    bool is_quoted = needs_quotes(c, text, n);
    begin_field(c);
    if (is_quoted) {
        put(c, '"');
        put_quoted(c, text, n);
        put(c, '"');
    } else {
        campaign_csv_bytes(c, text, n);
    }
}

void campaign_csv_null(struct campaign_csv *c, bool is_only_field)
{
    begin_field(c);
    if (is_only_field && c->style.null_text[0] == '\0') {
        campaign_csv_bytes(c, "\"\"", 2); // readers skip empty lines
        return;
    }
    campaign_csv_bytes(c, c->style.null_text, strlen(c->style.null_text));
}

// Spreadsheets in Chinese and Japanese take the full-width signs for the plain ones.
static bool is_wide_sign(const uint8_t *text, size_t n)
{
    static const char *const signs[] = {"\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"}; // = + - @
    for (size_t i = 0; n >= 3 && i < sizeof signs / sizeof signs[0]; i++) {
        if (memcmp(text, signs[i], 3) == 0) {
            return true;
        }
    }
    return false;
}

bool campaign_csv_is_formula(const uint8_t *text, size_t n)
{
    bool is_plain = n > 0 && text[0] != '\0' && strchr("=+-@\t\r\n", text[0]) != NULL;
    return is_plain || is_wide_sign(text, n);
}

// "+86 138-0013-8000": a plus, then digits with single separators between them. No function, no
// reference and no second sign can hide in that.
bool campaign_csv_is_phone(const uint8_t *text, size_t n)
{
    size_t digits = 0;
    bool was_digit = false;
    for (size_t i = 1; i < n; i++) {
        bool is_digit = text[i] >= '0' && text[i] <= '9';
        bool is_separator = was_digit && (text[i] == ' ' || text[i] == '-' || text[i] == '.');
        if (!is_digit && !is_separator) {
            return false;
        }
        digits += is_digit;
        was_digit = is_digit;
    }
    return n > 0 && text[0] == '+' && was_digit && digits >= 6 && digits <= 15; // E.164: 15 at most
}

bool campaign_csv_text(struct campaign_csv *c, const uint8_t *text, size_t n, bool is_phones)
{
    const char *chars = (const char *)text;
    bool is_formula = c->style.guard != CAMPAIGN_CSV_RAW && campaign_csv_is_formula(text, n) &&
                      !(is_phones && campaign_csv_is_phone(text, n));
    if (is_formula && c->style.guard == CAMPAIGN_CSV_REJECT) {
        return false;
    }
    // A text that looks like the NULL text is quoted, so that the two differ.
    bool is_quoted = needs_quotes(c, chars, n) || is_null_text(c, chars, n);
    begin_field(c);
    if (is_quoted) {
        put(c, '"');
    }
    if (is_formula) {
        put(c, '\'');
        c->guarded++;
    }
    if (is_quoted) {
        put_quoted(c, chars, n);
        put(c, '"');
    } else {
        campaign_csv_bytes(c, chars, n);
    }
    return true;
}

void campaign_csv_i64(struct campaign_csv *c, int64_t value)
{
    char text[PT_FORMAT_MAX];
    campaign_csv_plain(c, text, pt_format_i64(value, text));
}

void campaign_csv_f64(struct campaign_csv *c, double value)
{
    char text[PT_FORMAT_MAX];
    if (!isfinite(value)) {
        campaign_csv_null(c, false);
        return;
    }
    uint32_t n = c->style.decimals < 0 ? pt_format_f64(value, text)
                                       : pt_format_f64_rounded(value, c->style.decimals, text);
    campaign_csv_plain(c, text, n);
}

void campaign_csv_end(struct campaign_csv *c)
{
    if (c->style.has_crlf) {
        put(c, '\r');
    }
    put(c, '\n');
    c->n_fields = 0;
}

int32_t campaign_csv_finish(struct campaign_csv *c)
{
    flush(c);
    return c->failed;
}
