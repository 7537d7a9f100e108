// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "weblog_w3c.h"

#include <string.h>
#include <strings.h>

#include "pt_time.h"

struct name_role {
    const char *name;
    enum weblog_role role;
};

// In order of preference where two names have one role.
static const struct name_role names[] = {{"date", WEBLOG_DATE},
                                         {"time", WEBLOG_CLOCK},
                                         {"date-local", WEBLOG_DATE},
                                         {"time-local", WEBLOG_CLOCK},
                                         {"c-ip", WEBLOG_IP},
                                         {"cs-username", WEBLOG_USER},
                                         {"c-auth-id", WEBLOG_USER},
                                         {"cs-method", WEBLOG_METHOD},
                                         {"cs-uri", WEBLOG_URI},
                                         {"cs-uri-stem", WEBLOG_PATH},
                                         {"cs-uri-query", WEBLOG_QUERY},
                                         {"cs-version", WEBLOG_PROTOCOL},
                                         {"cs-protocol-version", WEBLOG_PROTOCOL},
                                         {"sc-status", WEBLOG_STATUS},
                                         {"sc-bytes", WEBLOG_BYTES},
                                         {"bytes", WEBLOG_BYTES},
                                         {"cs-bytes", WEBLOG_BYTES_IN},
                                         {"cs(User-Agent)", WEBLOG_USER_AGENT},
                                         {"cs(Referer)", WEBLOG_REFERER},
                                         {"cs(Referrer)", WEBLOG_REFERER},
                                         {"cs-host", WEBLOG_VHOST},
                                         {"cs(Host)", WEBLOG_VHOST},
                                         {"s-port", WEBLOG_PORT},
                                         {"time-taken", WEBLOG_DURATION},
                                         {"TimeTakenMS", WEBLOG_DURATION}};

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

void weblog_w3c_format(struct weblog_format *f)
{
    enum weblog_prefix prefix = f->prefix;
    bool allow_missing = f->allow_missing;
    bool is_encoded = f->is_encoded;
    weblog_format_init(f, WEBLOG_W3C);
    f->prefix = prefix;
    f->allow_missing = allow_missing;
    f->is_encoded = is_encoded;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (f->by_role[names[i].role] < 0) {
            weblog_format_field(f, names[i].role, NULL, 0);
        }
    }
}

static enum weblog_role role_of(const char *name, size_t n)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strlen(names[i].name) == n && strncasecmp(names[i].name, name, n) == 0) {
            return names[i].role;
        }
    }
    return WEBLOG_TEXT;
}

static int32_t text_field(const struct weblog_format *f, const char *name, size_t n)
{
    for (uint32_t i = 0; i < f->n_fields; i++) {
        struct weblog_text path = f->fields[i].path;
        if (f->fields[i].role == WEBLOG_TEXT && path.n == n &&
            memcmp(f->pool + path.at, name, n) == 0) {
            return (int32_t)i;
        }
    }
    return -1;
}

// cs(Cookie) becomes cs_cookie.
static size_t column_name(const char *name, size_t n, char *out)
{
    size_t at = 0;
    for (size_t i = 0; i < n && at < WEBLOG_NAME_MAX; i++) {
        char c = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] + 32) : name[i];
        bool is_good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (is_good) {
            out[at++] = c;
        } else if (at > 0 && out[at - 1] != '_') {
            out[at++] = '_';
        }
    }
    while (at > 0 && out[at - 1] == '_') {
        at--;
    }
    return at;
}

static bool is_printable(const char *name, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (name[i] <= ' ' || name[i] > '~') {
            return false;
        }
    }
    return true;
}

bool weblog_w3c_extra_name(struct weblog_format *f, const char *name, size_t n)
{
    if (role_of(name, n) != WEBLOG_TEXT || text_field(f, name, n) >= 0 || !is_printable(name, n)) {
        return true;
    }
    char column[WEBLOG_NAME_MAX + 1];
    size_t length = column_name(name, n, column);
    column[length] = '\0';
    double unit_ms = 1;
    if (!weblog_name_is_good(column, length) || weblog_role_find(column, &unit_ms) != WEBLOG_TEXT) {
        return true; // no name of its own: not kept
    }
    for (uint32_t i = 0; i < f->n_fields; i++) {
        struct weblog_text other = f->fields[i].name;
        if (other.n == length && memcmp(f->pool + other.at, column, length) == 0) {
            return true;
        }
    }
    int32_t field = weblog_format_field(f, WEBLOG_TEXT, column, length);
    return field >= 0 && weblog_format_keep(f, name, n, &f->fields[field].path);
}

// The next word of a # line; false at its end.
static bool word_next(const uint8_t **p, const uint8_t *end, const char **word, size_t *n)
{
    while (*p < end && is_blank(**p)) {
        (*p)++;
    }
    const uint8_t *begin = *p;
    while (*p < end && !is_blank(**p)) {
        (*p)++;
    }
    *word = (const char *)begin;
    *n = (size_t)(*p - begin);
    return *n > 0;
}

// What follows "#Name:", or NULL when the line is another one.
static const uint8_t *after_name(const uint8_t *line, size_t n, const char *name)
{
    size_t length = strlen(name);
    bool is_it = n >= length && strncasecmp((const char *)line, name, length) == 0;
    return is_it ? line + length : NULL;
}

bool weblog_w3c_extra(struct weblog_format *f, const uint8_t *line, size_t n)
{
    const uint8_t *p = after_name(line, n, "#Fields:");
    const char *word = NULL;
    size_t length = 0;
    bool is_good = true;
    while (p != NULL && word_next(&p, line + n, &word, &length)) {
        is_good = weblog_w3c_extra_name(f, word, length) && is_good;
    }
    return is_good;
}

static void fields_take(const struct weblog_format *f, struct weblog_w3c_header *h,
                        const uint8_t *p, const uint8_t *end)
{
    const char *word = NULL;
    size_t n = 0;
    uint64_t taken = 0;
    h->n_columns = 0;
    h->has_date_column = false;
    h->is_local = false;
    while (h->n_columns < WEBLOG_W3C_COLUMNS && word_next(&p, end, &word, &n)) {
        enum weblog_role role = role_of(word, n);
        int32_t field = role == WEBLOG_TEXT ? text_field(f, word, n) : f->by_role[role];
        if (field >= 0 && (taken >> field & 1) != 0) {
            field = -1;
        }
        taken |= field >= 0 ? UINT64_C(1) << field : 0;
        h->field[h->n_columns++] = (int8_t)field;
        bool is_local = n > 6 && strncasecmp(word + n - 6, "-local", 6) == 0;
        h->is_local = h->is_local || (field >= 0 && is_local);
        h->has_date_column = h->has_date_column || role == WEBLOG_DATE;
        if (n == 11 && strncasecmp(word, "TimeTakenMS", n) == 0) {
            h->duration_ms = 1;
        }
    }
}

static void date_take(struct weblog_w3c_header *h, const uint8_t *p, const uint8_t *end)
{
    const char *word = NULL;
    size_t n = 0;
    int64_t us = 0;
    if (word_next(&p, end, &word, &n) && n == 10 && pt_time_iso((const uint8_t *)word, n, 0, &us)) {
        memcpy(h->date, word, 10);
        h->has_date = true;
    }
}

static void offset_take(struct weblog_w3c_header *h, const uint8_t *p, const uint8_t *end)
{
    const char *word = NULL;
    size_t n = 0;
    if (!word_next(&p, end, &word, &n) || n != 5 || (word[0] != '+' && word[0] != '-')) {
        return;
    }
    int32_t v[4];
    for (uint32_t i = 0; i < 4; i++) {
        v[i] = word[i + 1] - '0';
        if (v[i] < 0 || v[i] > 9) {
            return;
        }
    }
    int32_t seconds = (v[0] * 10 + v[1]) * 3600 + (v[2] * 10 + v[3]) * 60;
    h->offset_s = word[0] == '-' ? -seconds : seconds;
}

void weblog_w3c_directive(const struct weblog_format *f, struct weblog_w3c_header *header,
                          const uint8_t *line, size_t n)
{
    const uint8_t *end = line + n;
    const uint8_t *rest = NULL;
    if (header->duration_ms == 0) {
        header->duration_ms = 1e3;
    }
    if ((rest = after_name(line, n, "#Fields:")) != NULL) {
        fields_take(f, header, rest, end);
    } else if ((rest = after_name(line, n, "#Date:")) != NULL ||
               (rest = after_name(line, n, "#Start-Date:")) != NULL) {
        date_take(header, rest, end);
    } else if ((rest = after_name(line, n, "#GMT-Offset:")) != NULL) {
        offset_take(header, rest, end);
    } else if ((rest = after_name(line, n, "#Software:")) != NULL) {
        bool is_microsoft = memmem(rest, (size_t)(end - rest), "Microsoft", 9) != NULL ||
                            memmem(rest, (size_t)(end - rest), "IIS", 3) != NULL;
        header->duration_ms = is_microsoft ? 1 : 1e3;
    }
}

// Reads the value at *p and moves behind it; false when its quote is not closed.
static bool value_next(const uint8_t **p, const uint8_t *end, struct weblog_span *out)
{
    if (**p != '"') {
        const uint8_t *begin = *p;
        while (*p < end && !is_blank(**p)) {
            (*p)++;
        }
        *out = (struct weblog_span){begin, (uint32_t)(*p - begin), WEBLOG_PLUS};
        return true;
    }
    const uint8_t *begin = ++*p;
    for (;;) {
        const uint8_t *quote = memchr(*p, '"', (size_t)(end - *p));
        if (quote == NULL) {
            return false;
        }
        if (quote + 1 == end || quote[1] != '"') {
            *out = (struct weblog_span){begin, (uint32_t)(quote - begin), WEBLOG_DOUBLED};
            *p = quote + 1;
            return *p == end || is_blank(**p);
        }
        *p = quote + 2;
    }
}

// How CloudFront writes a value: encoded as in a URL, the user agent perhaps once more.
static enum weblog_escape encoded_escape(enum weblog_role role)
{
    switch (role) {
    case WEBLOG_PATH:
    case WEBLOG_QUERY:
    case WEBLOG_URI:
        return WEBLOG_PLAIN;
    case WEBLOG_USER_AGENT:
        return WEBLOG_PERCENT_TWICE;
    default:
        return WEBLOG_PERCENT;
    }
}

static void value_set(const struct weblog_format *f, int8_t field, const struct weblog_span *span,
                      struct weblog_record *out)
{
    if (field < 0) {
        return;
    }
    out->field[field] = *span;
    if (span->n == 0 || (span->n == 1 && *span->p == '-')) {
        out->field[field].p = NULL;
    }
    if (f->is_encoded) {
        out->field[field].escape = encoded_escape(f->fields[field].role);
    } else if (span->escape == WEBLOG_PLUS && f->fields[field].role != WEBLOG_USER_AGENT) {
        out->field[field].escape = WEBLOG_PLAIN;
    }
}

struct weblog_reason weblog_w3c_parse(const struct weblog_format *f,
                                      const struct weblog_w3c_header *header, const uint8_t *line,
                                      size_t n, struct weblog_record *out)
{
    if (header->n_columns == 0) {
        return (struct weblog_reason){"no #Fields line before it", -1};
    }
    for (uint32_t i = 0; i < f->n_fields; i++) {
        out->field[i].p = NULL;
    }
    const uint8_t *p = line;
    const uint8_t *end = line + n;
    uint32_t column = 0;
    for (;; column++) {
        while (p < end && is_blank(*p)) {
            p++;
        }
        if (p == end) {
            break;
        }
        struct weblog_span span = {0};
        int8_t field = column < header->n_columns ? header->field[column] : -1;
        if (!value_next(&p, end, &span)) {
            return (struct weblog_reason){"field does not end", field};
        }
        value_set(f, field, &span, out);
    }
    if (column > header->n_columns) {
        return (struct weblog_reason){"more fields than #Fields names", -1};
    }
    if (column < header->n_columns && !f->allow_missing) {
        return (struct weblog_reason){"fewer fields than #Fields names", -1};
    }
    return (struct weblog_reason){NULL, -1};
}
