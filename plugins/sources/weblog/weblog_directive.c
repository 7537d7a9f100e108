// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Letters: https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats
// Variables: https://nginx.org/en/docs/varindex.html
#include "weblog_directive.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "pt_time.h"

struct letter {
    char letter;
    enum weblog_role role;
    double unit_ms;
    const char *name; // TEXT: its column
};

static const struct letter letters[] = {
    {'h', WEBLOG_IP, 1, NULL},          {'a', WEBLOG_IP, 1, NULL},
    {'l', WEBLOG_IDENT, 1, NULL},       {'u', WEBLOG_USER, 1, NULL},
    {'r', WEBLOG_REQUEST, 1, NULL},     {'s', WEBLOG_STATUS, 1, NULL},
    {'b', WEBLOG_BYTES, 1, NULL},       {'B', WEBLOG_BYTES, 1, NULL},
    {'O', WEBLOG_BYTES_OUT, 1, NULL},   {'I', WEBLOG_BYTES_IN, 1, NULL},
    {'m', WEBLOG_METHOD, 1, NULL},      {'U', WEBLOG_PATH, 1, NULL},
    {'q', WEBLOG_QUERY, 1, NULL},       {'H', WEBLOG_PROTOCOL, 1, NULL},
    {'v', WEBLOG_VHOST, 1, NULL},       {'V', WEBLOG_VHOST, 1, NULL},
    {'p', WEBLOG_PORT, 1, NULL},        {'D', WEBLOG_DURATION, 1e-3, NULL},
    {'T', WEBLOG_DURATION, 1e3, NULL},  {'A', WEBLOG_TEXT, 1, "local_ip"},
    {'k', WEBLOG_TEXT, 1, "keepalive"}, {'X', WEBLOG_TEXT, 1, "connection"},
    {'P', WEBLOG_TEXT, 1, "pid"},       {'L', WEBLOG_TEXT, 1, "log_id"},
    {'f', WEBLOG_TEXT, 1, "file"},      {'R', WEBLOG_TEXT, 1, "handler"},
    {'S', WEBLOG_TEXT, 1, "bytes_all"}};

struct variable {
    const char *name;
    enum weblog_role role;
    enum weblog_clock clock;
    double unit_ms;
};

static const struct variable variables[] = {{"remote_addr", WEBLOG_IP, 0, 1},
                                            {"remote_user", WEBLOG_USER, 0, 1},
                                            {"time_local", WEBLOG_TIME, WEBLOG_CLOCK_CLF, 1},
                                            {"time_iso8601", WEBLOG_TIME, WEBLOG_CLOCK_ISO, 1},
                                            {"msec", WEBLOG_TIME, WEBLOG_CLOCK_S, 1},
                                            {"request", WEBLOG_REQUEST, 0, 1},
                                            {"request_method", WEBLOG_METHOD, 0, 1},
                                            {"request_uri", WEBLOG_URI, 0, 1},
                                            {"uri", WEBLOG_PATH, 0, 1},
                                            {"document_uri", WEBLOG_PATH, 0, 1},
                                            {"args", WEBLOG_QUERY, 0, 1},
                                            {"query_string", WEBLOG_QUERY, 0, 1},
                                            {"server_protocol", WEBLOG_PROTOCOL, 0, 1},
                                            {"status", WEBLOG_STATUS, 0, 1},
                                            {"body_bytes_sent", WEBLOG_BYTES, 0, 1},
                                            {"bytes_sent", WEBLOG_BYTES_OUT, 0, 1},
                                            {"request_length", WEBLOG_BYTES_IN, 0, 1},
                                            {"http_referer", WEBLOG_REFERER, 0, 1},
                                            {"http_user_agent", WEBLOG_USER_AGENT, 0, 1},
                                            {"host", WEBLOG_VHOST, 0, 1},
                                            {"http_host", WEBLOG_VHOST, 0, 1},
                                            {"server_name", WEBLOG_VHOST, 0, 1},
                                            {"server_port", WEBLOG_PORT, 0, 1},
                                            {"request_time", WEBLOG_DURATION, 0, 1e3}};

static const char caret_name[] = "^"; // no column's

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool weblog_directive_begins(const char *p, const char *end)
{
    if (*p == '%') {
        return true;
    }
    return *p == '$' && p + 1 < end && (p[1] == '{' || (p[1] >= 'a' && p[1] <= 'z'));
}

static bool fail(struct weblog_fault *fault, const char *why, const char *p, size_t n)
{
    snprintf(fault->text, sizeof fault->text, "%s `%.*s`", why, n > 100 ? 100 : (int)n, p);
    return false;
}

static bool field_add(struct weblog_format *f, enum weblog_role role, const char *name, size_t n,
                      int32_t *out, struct weblog_fault *fault)
{
    *out = weblog_format_field(f, role, name, n);
    if (*out < 0) {
        snprintf(fault->text, sizeof fault->text, "more than %u fields", WEBLOG_FIELDS_MAX);
        return false;
    }
    return true;
}

// A column's name from a header's or cookie's: lower case, other bytes become _.
static size_t column_name(const char *before, const char *name, size_t n, char *out)
{
    size_t at = (size_t)snprintf(out, WEBLOG_NAME_MAX + 1, "%s", before);
    for (size_t i = 0; i < n && at < WEBLOG_NAME_MAX; i++) {
        char c = name[i];
        c = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
        out[at++] = is_name_byte(c) ? c : '_';
    }
    return at;
}

static bool text_field(struct weblog_format *f, const char *before, const char *name, size_t n,
                       struct weblog_directive *out, struct weblog_fault *fault)
{
    char column[WEBLOG_NAME_MAX + 1];
    size_t length = column_name(before, name, n, column);
    return field_add(f, WEBLOG_TEXT, column, length, &out->field, fault);
}

static bool header_field(struct weblog_format *f, const char *name, size_t n,
                         struct weblog_directive *out, struct weblog_fault *fault)
{
    enum weblog_role role = WEBLOG_TEXT;
    if (n == 10 && strncasecmp(name, "User-Agent", n) == 0) {
        role = WEBLOG_USER_AGENT;
    } else if (n == 7 && strncasecmp(name, "Referer", n) == 0) {
        role = WEBLOG_REFERER;
    } else if (n == 4 && strncasecmp(name, "Host", n) == 0) {
        role = WEBLOG_VHOST;
    }
    if (role == WEBLOG_TEXT) {
        return text_field(f, "", name, n, out, fault);
    }
    return field_add(f, role, NULL, 0, &out->field, fault);
}

// %{name}: one of our own columns by its name, or a text column.
static bool capture_field(struct weblog_format *f, const char *arg, size_t n,
                          struct weblog_directive *out, struct weblog_fault *fault)
{
    char name[WEBLOG_NAME_MAX + 1];
    snprintf(name, sizeof name, "%.*s", (int)n, arg);
    double unit_ms = 1;
    enum weblog_role role = weblog_role_find(name, &unit_ms);
    if (!field_add(f, role, name, n, &out->field, fault)) {
        return false;
    }
    f->fields[out->field].unit_ms = unit_ms;
    return true;
}

static bool pattern_keep(struct weblog_format *f, struct weblog_field *field, const char *arg,
                         size_t n, struct weblog_fault *fault)
{
    struct pt_time_pattern pattern;
    char bad = 0;
    field->clock = WEBLOG_CLOCK_PATTERN;
    if (!pt_time_pattern_parse(&pattern, arg, n, &bad)) {
        return fail(fault, "unusable time pattern", arg, n);
    }
    return weblog_format_keep(f, arg, n, &field->path) || fail(fault, "too long:", arg, n);
}

// %{date:%d/%b/%Y}t and %{time:%T}t: a time in two fields.
static bool half_field(struct weblog_format *f, const char *arg, size_t n,
                       struct weblog_directive *out, struct weblog_fault *fault)
{
    bool is_date = arg[0] == 'd';
    enum weblog_role role = is_date ? WEBLOG_DATE : WEBLOG_CLOCK;
    struct pt_time_pattern pattern;
    char bad = 0;
    if (pt_time_pattern_parse(&pattern, arg + 5, n - 5, &bad) &&
        !(is_date ? pattern.has_date : pattern.has_time)) {
        return fail(fault, is_date ? "no full date in" : "no hour in", arg + 5, n - 5);
    }
    return field_add(f, role, NULL, 0, &out->field, fault) &&
           pattern_keep(f, &f->fields[out->field], arg + 5, n - 5, fault);
}

// %t, %{sec}t, %{begin:msec}t, %{%Y-%m-%d}t
static bool time_field(struct weblog_format *f, const char *arg, size_t n,
                       struct weblog_directive *out, struct weblog_fault *fault)
{
    if (n > 5 && (strncmp(arg, "date:", 5) == 0 || strncmp(arg, "time:", 5) == 0)) {
        return half_field(f, arg, n, out, fault);
    }
    if (!field_add(f, WEBLOG_TIME, NULL, 0, &out->field, fault)) {
        return false;
    }
    struct weblog_field *field = &f->fields[out->field];
    field->clock = WEBLOG_CLOCK_CLF;
    out->is_bracketed = arg == NULL;
    if (arg == NULL) {
        return true;
    }
    if (n > 6 && strncmp(arg, "begin:", 6) == 0) {
        arg += 6;
        n -= 6;
    } else if (n > 4 && strncmp(arg, "end:", 4) == 0) {
        arg += 4;
        n -= 4;
    }
    if (n == 3 && strncmp(arg, "sec", n) == 0) {
        field->clock = WEBLOG_CLOCK_S;
        return true;
    }
    if (n == 4 && strncmp(arg, "msec", n) == 0) {
        field->clock = WEBLOG_CLOCK_MS;
        return true;
    }
    if (n == 4 && strncmp(arg, "usec", n) == 0) {
        field->clock = WEBLOG_CLOCK_US;
        return true;
    }
    if (n == 9 && strncmp(arg + 1, "sec_frac", 8) == 0) {
        if (field->role == WEBLOG_TIME) {
            f->by_role[WEBLOG_TIME] = -1;
        }
        field->role = WEBLOG_SKIP;
        return true;
    }
    return pattern_keep(f, field, arg, n, fault);
}

static bool duration_unit(const char *arg, size_t n, double *unit_ms)
{
    if (n == 1 && arg[0] == 's') {
        *unit_ms = 1e3;
    } else if (n == 2 && strncmp(arg, "ms", 2) == 0) {
        *unit_ms = 1;
    } else if (n == 2 && strncmp(arg, "us", 2) == 0) {
        *unit_ms = 1e-3;
    } else {
        return false;
    }
    return true;
}

static bool letter_field(struct weblog_format *f, char c, const char *arg, size_t n,
                         struct weblog_directive *out, struct weblog_fault *fault)
{
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++) {
        const struct letter *l = &letters[i];
        if (l->letter != c) {
            continue;
        }
        const char *name = l->name;
        if (!field_add(f, l->role, name, name == NULL ? 0 : strlen(name), &out->field, fault)) {
            return false;
        }
        struct weblog_field *field = &f->fields[out->field];
        field->unit_ms = l->unit_ms;
        if (c == 'T' && arg != NULL && !duration_unit(arg, n, &field->unit_ms)) {
            return fail(fault, "%T knows the units s, ms and us, not", arg, n);
        }
        return true;
    }
    return fail(fault, "unknown directive letter", &c, 1);
}

// With an argument in braces: which family of names the letter stands for.
static bool named_field(struct weblog_format *f, char c, const char *arg, size_t n,
                        struct weblog_directive *out, struct weblog_fault *fault)
{
    switch (c) {
    case 'i':
        return header_field(f, arg, n, out, fault);
    case 'o':
        return text_field(f, "resp_", arg, n, out, fault);
    case 'C':
        return text_field(f, "cookie_", arg, n, out, fault);
    case 'e':
        return text_field(f, "env_", arg, n, out, fault);
    case 'n':
        return text_field(f, "note_", arg, n, out, fault);
    case 't':
        return time_field(f, arg, n, out, fault);
    default:
        return letter_field(f, c, arg, n, out, fault);
    }
}

static bool percent_parse(const char **p, const char *end, struct weblog_format *f,
                          struct weblog_directive *out, struct weblog_fault *fault)
{
    const char *at = *p + 1;
    while (at < end && *at != '\0' && strchr("<>!,0123456789", *at) != NULL) {
        at++;
    }
    const char *arg = NULL;
    size_t n = 0;
    if (at < end && *at == '{') {
        arg = at + 1;
        const char *close = memchr(arg, '}', (size_t)(end - arg));
        if (close == NULL) {
            return fail(fault, "no closing brace in", *p, (size_t)(end - *p));
        }
        n = (size_t)(close - arg);
        at = close + 1;
    }
    char c = at < end ? *at : '\0';
    if (arg != NULL && (c == '\0' || strchr("ioCentaTphDIOSPLR", c) == NULL)) {
        *p = at;
        if (!weblog_name_is_good(arg, n)) {
            return fail(fault, "not a column name (letters, digits, _):", arg, n);
        }
        return capture_field(f, arg, n, out, fault);
    }
    if (c == '\0') {
        return fail(fault, "nothing follows", *p, (size_t)(end - *p));
    }
    *p = at + 1;
    if (c == '%') {
        out->field = -1;
        out->literal = '%';
        return true;
    }
    if (c == '^' && arg == NULL) {
        return field_add(f, WEBLOG_SKIP, caret_name, 1, &out->field, fault);
    }
    if (c == 't' && arg == NULL) {
        return time_field(f, NULL, 0, out, fault);
    }
    return arg != NULL ? named_field(f, c, arg, n, out, fault)
                       : letter_field(f, c, NULL, 0, out, fault);
}

static bool dollar_parse(const char **p, const char *end, struct weblog_format *f,
                         struct weblog_directive *out, struct weblog_fault *fault)
{
    const char *name = *p + 1;
    bool has_brace = *name == '{';
    name += has_brace ? 1 : 0;
    const char *stop = name;
    while (stop < end && is_name_byte(*stop)) {
        stop++;
    }
    size_t n = (size_t)(stop - name);
    if (n == 0 || (has_brace && (stop == end || *stop != '}'))) {
        return fail(fault, "not a variable:", *p, (size_t)(end - *p));
    }
    *p = stop + (has_brace ? 1 : 0);
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        const struct variable *v = &variables[i];
        if (strlen(v->name) != n || strncmp(v->name, name, n) != 0) {
            continue;
        }
        if (!field_add(f, v->role, NULL, 0, &out->field, fault)) {
            return false;
        }
        f->fields[out->field].clock = v->clock;
        f->fields[out->field].unit_ms = v->unit_ms;
        return true;
    }
    if (n > 5 && strncmp(name, "http_", 5) == 0) {
        return text_field(f, "", name + 5, n - 5, out, fault);
    }
    if (n > 10 && strncmp(name, "sent_http_", 10) == 0) {
        return text_field(f, "resp_", name + 10, n - 10, out, fault);
    }
    return text_field(f, "", name, n, out, fault);
}

bool weblog_directive_parse(const char **p, const char *end, struct weblog_format *f,
                            struct weblog_directive *out, struct weblog_fault *fault)
{
    *out = (struct weblog_directive){.field = -1};
    return **p == '%' ? percent_parse(p, end, f, out, fault) : dollar_parse(p, end, f, out, fault);
}

bool weblog_directive_is_caret(const struct weblog_format *f, int32_t field)
{
    const struct weblog_field *it = &f->fields[field];
    return it->role == WEBLOG_SKIP && it->name.n == 1 && f->pool[it->name.at] == caret_name[0];
}
