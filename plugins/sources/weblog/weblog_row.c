// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "weblog_row.h"

#include <string.h>

#include "pt_number.h"

static const struct weblog_span null_span = {NULL, 0, WEBLOG_PLAIN};

static const struct weblog_span *span_of(const struct weblog_format *f,
                                         const struct weblog_record *record, enum weblog_role role)
{
    int8_t field = f->by_role[role];
    return field < 0 ? &null_span : &record->field[field];
}

static struct weblog_reason reason(const struct weblog_format *f, const char *text,
                                   enum weblog_role role)
{
    return (struct weblog_reason){text, f->by_role[role]};
}

static const struct weblog_reason good = {NULL, -1};

// date and time columns joined, or the date of the last #Date line.
static bool w3c_time(const struct weblog_format *f, const struct weblog_record *record,
                     const struct weblog_w3c_header *h, struct weblog_count *out)
{
    const struct weblog_span *date = span_of(f, record, WEBLOG_DATE);
    const struct weblog_span *clock = span_of(f, record, WEBLOG_CLOCK);
    struct weblog_span day = *date;
    if (day.p == NULL && h->has_date && !h->has_date_column) {
        day = (struct weblog_span){h->date, sizeof h->date, WEBLOG_PLAIN};
    }
    if (day.p == NULL || clock->p == NULL) {
        return true;
    }
    uint8_t text[64];
    if (day.n + clock->n + 1 > sizeof text) {
        return false;
    }
    memcpy(text, day.p, day.n);
    text[day.n] = ' ';
    memcpy(text + day.n + 1, clock->p, clock->n);
    out->is_given = true;
    return pt_time_iso(text, (uint64_t)day.n + 1 + clock->n, h->is_local ? h->offset_s : 0,
                       &out->value);
}

static bool pattern_set(const struct weblog_format *f, enum weblog_role role,
                        struct pt_time_pattern *pattern)
{
    int8_t field = f->by_role[role];
    char bad = 0;
    if (field < 0 || f->fields[field].clock != WEBLOG_CLOCK_PATTERN) {
        return false;
    }
    struct weblog_text text = f->fields[field].path;
    return pt_time_pattern_parse(pattern, f->pool + text.at, text.n, &bad); // did when compiled
}

void weblog_row_time(const struct weblog_format *f, int32_t offset_s,
                     struct weblog_time_reader *out)
{
    *out = (struct weblog_time_reader){.offset_s = offset_s};
    if (f->by_role[WEBLOG_TIME] >= 0) {
        out->clock = f->fields[f->by_role[WEBLOG_TIME]].clock;
        pattern_set(f, WEBLOG_TIME, &out->pattern);
    } else if (f->kind == WEBLOG_TEMPLATE) {
        out->is_joined =
            pattern_set(f, WEBLOG_DATE, &out->date) && pattern_set(f, WEBLOG_CLOCK, &out->pattern);
    }
}

static struct weblog_reason time_check(const struct weblog_format *f,
                                       const struct weblog_record *record,
                                       struct weblog_time_reader *time,
                                       const struct weblog_w3c_header *header,
                                       struct weblog_row *out)
{
    if (f->kind == WEBLOG_W3C) {
        return w3c_time(f, record, header, &out->ts) ? good : reason(f, "not a time", WEBLOG_CLOCK);
    }
    if (time->is_joined) {
        const struct weblog_span *date = span_of(f, record, WEBLOG_DATE);
        const struct weblog_span *clock = span_of(f, record, WEBLOG_CLOCK);
        out->ts.is_given = date->p != NULL && clock->p != NULL;
        bool is_good =
            !out->ts.is_given ||
            weblog_value_joined(time, (struct weblog_bytes){date->p, date->n},
                                (struct weblog_bytes){clock->p, clock->n}, &out->ts.value);
        return is_good ? good : reason(f, "not a time", WEBLOG_CLOCK);
    }
    const struct weblog_span *span = span_of(f, record, WEBLOG_TIME);
    if (span->p == NULL) {
        return good;
    }
    out->ts.is_given = true;
    struct weblog_bytes value = {span->p, span->n};
    return weblog_value_time(time, value, &out->ts.value) ? good
                                                          : reason(f, "not a time", WEBLOG_TIME);
}

static bool count_check(const struct weblog_format *f, const struct weblog_record *record,
                        enum weblog_role role, struct weblog_count *out)
{
    const struct weblog_span *span = span_of(f, record, role);
    out->is_given = span->p != NULL;
    return span->p == NULL ||
           weblog_value_count((struct weblog_bytes){span->p, span->n}, &out->value);
}

static struct weblog_reason duration_check(const struct weblog_format *f,
                                           const struct weblog_record *record,
                                           const struct weblog_w3c_header *header,
                                           struct weblog_row *out)
{
    const struct weblog_span *span = span_of(f, record, WEBLOG_DURATION);
    out->has_duration = span->p != NULL;
    if (span->p == NULL) {
        return good;
    }
    double value = 0;
    if (!pt_number_f64(span->p, span->n, &value)) {
        return reason(f, "not a number", WEBLOG_DURATION);
    }
    double unit_ms = f->kind == WEBLOG_W3C ? header->duration_ms
                                           : f->fields[f->by_role[WEBLOG_DURATION]].unit_ms;
    out->duration_ms = value * unit_ms;
    return good;
}

struct weblog_reason weblog_row_check(const struct weblog_format *f,
                                      const struct weblog_record *record,
                                      struct weblog_time_reader *time,
                                      const struct weblog_w3c_header *header,
                                      struct weblog_row *out)
{
    static const enum weblog_role counted[] = {WEBLOG_BYTES, WEBLOG_PORT, WEBLOG_BYTES_IN,
                                               WEBLOG_BYTES_OUT};

    out->ts.is_given = false;
    struct weblog_reason why = time_check(f, record, time, header, out);
    if (why.text != NULL) {
        return why;
    }
    if (!count_check(f, record, WEBLOG_STATUS, &out->status) ||
        (out->status.is_given && out->status.value > 999)) {
        return reason(f, "not a status", WEBLOG_STATUS);
    }
    for (size_t i = 0; i < sizeof counted / sizeof counted[0]; i++) {
        if (f->by_role[counted[i]] >= 0 &&
            !count_check(f, record, counted[i], &out->counts[counted[i]])) {
            return reason(f, "not a number", counted[i]);
        }
    }
    return f->by_role[WEBLOG_DURATION] < 0 ? good : duration_check(f, record, header, out);
}

struct weblog_bytes weblog_row_role(const struct weblog_format *f,
                                    const struct weblog_record *record, enum weblog_role role,
                                    struct weblog_scratch *scratch)
{
    return weblog_row_bare(f, role, weblog_value(span_of(f, record, role), scratch));
}

bool weblog_row_has_port(const struct weblog_format *f, enum weblog_role role)
{
    return role == WEBLOG_VHOST ||
           (role == WEBLOG_IP && (f->kind == WEBLOG_JSON || f->is_balancer));
}

struct weblog_bytes weblog_row_bare(const struct weblog_format *f, enum weblog_role role,
                                    struct weblog_bytes value)
{
    if (value.p == NULL || !weblog_row_has_port(f, role)) {
        return value;
    }
    // A balancer always gives the port, so what the last colon begins is one, brackets or not.
    const uint8_t *colon = f->is_balancer ? memrchr(value.p, ':', value.n) : NULL;
    bool is_bare = colon != NULL && colon > value.p && value.p[0] != '[';
    return is_bare ? (struct weblog_bytes){value.p, (uint64_t)(colon - value.p)}
                   : weblog_row_without_port(value);
}

// http://shop:443/cart is /cart.
static struct weblog_bytes without_origin(struct weblog_bytes path)
{
    const uint8_t *mark = path.p == NULL ? NULL : memmem(path.p, path.n, "://", 3);
    if (mark == NULL || mark > path.p + 5) { // the longest is https
        return path;
    }
    const uint8_t *end = path.p + path.n;
    const uint8_t *slash = memchr(mark + 3, '/', (size_t)(end - mark - 3));
    return slash == NULL ? (struct weblog_bytes){NULL, 0}
                         : (struct weblog_bytes){slash, (uint64_t)(end - slash)};
}

static void fill(const struct weblog_format *f, const struct weblog_record *record,
                 enum weblog_role role, struct weblog_scratch *scratch, struct weblog_bytes *out)
{
    if (span_of(f, record, role)->p != NULL) {
        *out = weblog_row_role(f, record, role, scratch);
    }
}

void weblog_row_request(const struct weblog_format *f, const struct weblog_record *record,
                        struct weblog_scratch *scratch, struct weblog_request *out)
{
    weblog_request_split(weblog_row_role(f, record, WEBLOG_REQUEST, scratch), out);
    if (f->is_balancer) {
        out->path = without_origin(out->path);
    }
    if (f->by_role[WEBLOG_URI] >= 0 && span_of(f, record, WEBLOG_URI)->p != NULL) {
        weblog_request_target(weblog_row_role(f, record, WEBLOG_URI, scratch), out);
    }
    fill(f, record, WEBLOG_METHOD, scratch, &out->method);
    fill(f, record, WEBLOG_PROTOCOL, scratch, &out->protocol);
    if (span_of(f, record, WEBLOG_PATH)->p != NULL) {
        struct weblog_bytes query = out->query;
        weblog_request_target(weblog_row_role(f, record, WEBLOG_PATH, scratch), out);
        out->query = out->query.p == NULL ? query : out->query;
    }
    if (span_of(f, record, WEBLOG_QUERY)->p != NULL) {
        out->query = weblog_row_role(f, record, WEBLOG_QUERY, scratch);
        if (out->query.n > 0 && out->query.p[0] == '?') { // Apache's %q brings its own
            out->query.p++;
            out->query.n--;
        }
    }
}

struct weblog_bytes weblog_row_without_port(struct weblog_bytes host)
{
    if (host.p == NULL) {
        return host;
    }
    if (host.p[0] == '[') {
        const uint8_t *close = memchr(host.p, ']', host.n);
        bool has_inner = close != NULL && close > host.p + 1;
        return has_inner ? (struct weblog_bytes){host.p + 1, (uint64_t)(close - host.p) - 1} : host;
    }
    const uint8_t *colon = memchr(host.p, ':', host.n);
    if (colon == NULL || colon == host.p ||
        memchr(colon + 1, ':', host.n - (uint64_t)(colon - host.p) - 1) != NULL) {
        return host;
    }
    return (struct weblog_bytes){host.p, (uint64_t)(colon - host.p)};
}
