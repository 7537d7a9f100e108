// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The scanner checks all of the line and follows the paths on the way: a bit set says which fields'
// paths agree with the member names down to where it is.
#include "weblog_json.h"

#include <stdio.h>
#include <string.h>

#define DEPTH_MAX 64u

// https://caddyserver.com/docs/logging, https://doc.traefik.io/traefik/observability/access-logs,
// https://developers.cloudflare.com/logs/reference/log-fields/zone/http_requests,
// https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage
static const char *const caddy_map[] = {"ts",         "ts",
                                        "ip",         "request.client_ip",
                                        "ip",         "request.remote_ip",
                                        "ip",         "request.remote_addr",
                                        "user",       "user_id",
                                        "method",     "request.method",
                                        "uri",        "request.uri",
                                        "protocol",   "request.proto",
                                        "status",     "status",
                                        "bytes",      "size",
                                        "referer",    "request.headers.Referer",
                                        "user_agent", "request.headers.User-Agent",
                                        "vhost",      "request.host",
                                        "duration_s", "duration",
                                        "bytes_in",   "bytes_read",
                                        NULL};
static const char *const traefik_map[] = {"ts",          "StartUTC",
                                          "ts",          "time",
                                          "ip",          "ClientHost",
                                          "user",        "ClientUsername",
                                          "method",      "RequestMethod",
                                          "uri",         "RequestPath",
                                          "protocol",    "RequestProtocol",
                                          "status",      "DownstreamStatus",
                                          "bytes",       "DownstreamContentSize",
                                          "referer",     "request_Referer",
                                          "user_agent",  "request_User-Agent",
                                          "vhost",       "RequestHost",
                                          "duration_ns", "Duration",
                                          "bytes_in",    "RequestContentSize",
                                          NULL};
static const char *const cloudflare_map[] = {
    "ts",          "EdgeStartTimestamp",     "ip",       "ClientIP",
    "method",      "ClientRequestMethod",    "uri",      "ClientRequestURI",
    "protocol",    "ClientRequestProtocol",  "status",   "EdgeResponseStatus",
    "bytes",       "EdgeResponseBytes",      "referer",  "ClientRequestReferer",
    "user_agent",  "ClientRequestUserAgent", "vhost",    "ClientRequestHost",
    "duration_ms", "EdgeTimeToFirstByteMs",  "bytes_in", "ClientRequestBytes",
    NULL};
static const char *const envoy_map[] = {
    "ts",         "start_time",     "ip",          "downstream_remote_address",
    "method",     "method",         "uri",         "x-envoy-origin-path",
    "uri",        "path",           "protocol",    "protocol",
    "status",     "response_code",  "bytes",       "bytes_sent",
    "referer",    "referer",        "user_agent",  "user-agent",
    "user_agent", "user_agent",     "vhost",       ":authority",
    "vhost",      "authority",      "duration_ms", "duration",
    "bytes_in",   "bytes_received", NULL};
static const char *const nginx_map[] = {"ts",          "time_iso8601",
                                        "ts",          "time_local",
                                        "ts",          "msec",
                                        "ts",          "@timestamp",
                                        "ts",          "timestamp",
                                        "ts",          "time",
                                        "ts",          "ts",
                                        "ip",          "remote_addr",
                                        "ip",          "client_ip",
                                        "ip",          "clientip",
                                        "ip",          "ip",
                                        "user",        "remote_user",
                                        "user",        "user",
                                        "request",     "request",
                                        "method",      "request_method",
                                        "method",      "method",
                                        "uri",         "request_uri",
                                        "uri",         "uri",
                                        "uri",         "url",
                                        "path",        "path",
                                        "query",       "args",
                                        "query",       "query_string",
                                        "query",       "query",
                                        "protocol",    "server_protocol",
                                        "protocol",    "protocol",
                                        "status",      "status",
                                        "bytes",       "body_bytes_sent",
                                        "bytes",       "bytes_sent",
                                        "bytes",       "bytes",
                                        "bytes",       "size",
                                        "referer",     "http_referer",
                                        "referer",     "http_referrer",
                                        "referer",     "referer",
                                        "referer",     "referrer",
                                        "user_agent",  "http_user_agent",
                                        "user_agent",  "user_agent",
                                        "user_agent",  "agent",
                                        "vhost",       "http_host",
                                        "vhost",       "host",
                                        "vhost",       "server_name",
                                        "vhost",       "vhost",
                                        "duration_s",  "request_time",
                                        "duration_ms", "duration_ms",
                                        "bytes_in",    "request_length",
                                        NULL};

static const struct weblog_flavour flavours[] = {
    {"caddy", "request.uri", caddy_map, "Caddy's access log"},
    {"traefik-json", "RequestPath", traefik_map, "Traefik's JSON access log"},
    {"cloudflare", "ClientRequestURI", cloudflare_map, "Cloudflare Logpush http_requests"},
    {"envoy", "response_code", envoy_map, "Envoy's JSON access log"},
    {"nginx-json", "status", nginx_map, "nginx log_format escape=json with variable names"}};

const struct weblog_flavour *weblog_flavours(uint32_t *n)
{
    *n = sizeof flavours / sizeof flavours[0];
    return flavours;
}

bool weblog_json_map(struct weblog_format *f, const char *role, const char *path,
                     struct weblog_fault *fault)
{
    double unit_ms = 1;
    enum weblog_role known = weblog_role_find(role, &unit_ms);
    size_t n = strlen(role);
    if (known == WEBLOG_TEXT && !weblog_name_is_good(role, n)) {
        snprintf(fault->text, sizeof fault->text, "not a column name: `%.60s`", role);
        return false;
    }
    if (path[0] == '\0' || strlen(path) > 1000) {
        snprintf(fault->text, sizeof fault->text, "`%.60s`: not a path", role);
        return false;
    }
    if (known != WEBLOG_TEXT && f->by_role[known] >= 0) {
        return true;
    }
    int32_t field = weblog_format_field(f, known, known == WEBLOG_TEXT ? role : NULL, n);
    if (field < 0 || !weblog_format_keep(f, path, strlen(path), &f->fields[field].path)) {
        snprintf(fault->text, sizeof fault->text, "too many fields");
        return false;
    }
    f->fields[field].unit_ms = unit_ms;
    return true;
}

bool weblog_json_is_access(const struct weblog_format *f, const struct weblog_record *record)
{
    static const enum weblog_role signs[] = {WEBLOG_REQUEST, WEBLOG_METHOD, WEBLOG_URI, WEBLOG_PATH,
                                             WEBLOG_STATUS};

    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        int8_t field = f->by_role[signs[i]];
        if (field >= 0 && record->field[field].p != NULL) {
            return true;
        }
    }
    return false;
}

struct scan {
    const struct weblog_format *f;
    struct weblog_record *out;
    const uint8_t *p;
    const uint8_t *end;
    uint32_t depth;
};

// Fields whose path so far agrees, and how much of each path is used up.
struct trail {
    uint64_t fields;
    uint16_t used[WEBLOG_FIELDS_MAX];
};

static bool value_scan(struct scan *s, const struct trail *trail);

static void blanks_skip(struct scan *s)
{
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\r' || *s->p == '\n')) {
        s->p++;
    }
}

static bool is_hex(uint8_t c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static bool escape_scan(struct scan *s)
{
    uint8_t letter = s->p < s->end ? *s->p++ : 0;
    uint32_t digits = letter == 'u' ? 4 : letter == 'x' ? 2 : 0;
    if (digits == 0) {
        return letter != 0 && strchr("\"\\/bfnrt", letter) != NULL;
    }
    for (uint32_t i = 0; i < digits; i++) {
        if (s->p == s->end || !is_hex(*s->p++)) {
            return false;
        }
    }
    return true;
}

// The string at the opening quote; the span is what lies between the quotes.
static bool string_scan(struct scan *s, struct weblog_span *out)
{
    const uint8_t *begin = ++s->p;
    out->escape = WEBLOG_PLAIN;
    while (s->p < s->end && *s->p != '"') {
        uint8_t c = *s->p++;
        if (c < 0x20) {
            return false;
        }
        if (c == '\\') {
            out->escape = WEBLOG_JSON_TEXT;
            if (!escape_scan(s)) {
                return false;
            }
        }
    }
    if (s->p == s->end) {
        return false;
    }
    out->p = begin;
    out->n = (uint32_t)(s->p++ - begin);
    return true;
}

static bool digits_scan(struct scan *s)
{
    const uint8_t *begin = s->p;
    while (s->p < s->end && *s->p >= '0' && *s->p <= '9') {
        s->p++;
    }
    return s->p > begin;
}

static bool number_scan(struct scan *s, struct weblog_span *out)
{
    const uint8_t *begin = s->p;
    s->p += *s->p == '-' ? 1 : 0;
    const uint8_t *first = s->p;
    if (!digits_scan(s) || (*first == '0' && s->p > first + 1)) {
        return false;
    }
    if (s->p < s->end && *s->p == '.') {
        s->p++;
        if (!digits_scan(s)) {
            return false;
        }
    }
    if (s->p < s->end && (*s->p | 0x20) == 'e') {
        s->p++;
        s->p += s->p < s->end && (*s->p == '+' || *s->p == '-') ? 1 : 0;
        if (!digits_scan(s)) {
            return false;
        }
    }
    *out = (struct weblog_span){begin, (uint32_t)(s->p - begin), WEBLOG_PLAIN};
    return true;
}

static bool word_scan(struct scan *s, struct weblog_span *out)
{
    static const char *const words[] = {"true", "false", "null"};
    for (uint32_t i = 0; i < 3; i++) {
        size_t n = strlen(words[i]);
        if ((size_t)(s->end - s->p) >= n && memcmp(s->p, words[i], n) == 0) {
            *out = (struct weblog_span){i == 2 ? NULL : s->p, (uint32_t)n, WEBLOG_PLAIN};
            s->p += n;
            return true;
        }
    }
    return false;
}

// Narrows the trail to the fields whose next path part is this member's name.
static void trail_enter(const struct scan *s, const struct trail *from,
                        const struct weblog_span *name, struct trail *to)
{
    to->fields = 0;
    for (uint64_t left = from->fields; left != 0; left &= left - 1) {
        uint32_t i = (uint32_t)__builtin_ctzll(left);
        struct weblog_text path = s->f->fields[i].path;
        const char *text = s->f->pool + path.at + from->used[i];
        size_t rest = (size_t)path.n - from->used[i];
        if (rest >= name->n && name->n > 0 && memcmp(text, name->p, name->n) == 0 &&
            (rest == name->n || text[name->n] == '.')) {
            to->fields |= UINT64_C(1) << i;
            to->used[i] = (uint16_t)(from->used[i] + name->n + (rest == name->n ? 0 : 1));
        }
    }
}

// Gives a scalar to the fields whose path ends here.
static void trail_set(const struct scan *s, const struct trail *trail,
                      const struct weblog_span *value)
{
    bool is_null = value->p == NULL || value->n == 0 || (value->n == 1 && *value->p == '-');
    for (uint64_t left = trail->fields; left != 0; left &= left - 1) {
        uint32_t i = (uint32_t)__builtin_ctzll(left);
        if (trail->used[i] == s->f->fields[i].path.n) {
            s->out->field[i] = *value;
            s->out->field[i].p = is_null ? NULL : value->p;
        }
    }
}

static bool member_scan(struct scan *s, const struct trail *trail)
{
    struct weblog_span name = {0};
    blanks_skip(s);
    if (s->p == s->end || *s->p != '"' || !string_scan(s, &name)) {
        return false;
    }
    blanks_skip(s);
    if (s->p == s->end || *s->p++ != ':') {
        return false;
    }
    struct trail inner;
    inner.fields = 0;
    if (trail->fields != 0) {
        trail_enter(s, trail, &name, &inner);
    }
    return value_scan(s, &inner);
}

// The members or elements between brackets; the first element of an array is on the array's trail.
static bool list_scan(struct scan *s, const struct trail *trail, bool is_object)
{
    struct trail none;
    none.fields = 0;
    const uint8_t close = is_object ? '}' : ']';
    s->p++;
    if (++s->depth > DEPTH_MAX) {
        return false;
    }
    blanks_skip(s);
    if (s->p < s->end && *s->p == close) {
        s->p++;
        s->depth--;
        return true;
    }
    for (bool is_first = true;; is_first = false) {
        bool is_good = is_object ? member_scan(s, trail) : value_scan(s, is_first ? trail : &none);
        blanks_skip(s);
        if (!is_good || s->p == s->end) {
            return false;
        }
        uint8_t c = *s->p++;
        if (c == close) {
            s->depth--;
            return true;
        }
        if (c != ',') {
            return false;
        }
    }
}

static bool value_scan(struct scan *s, const struct trail *trail)
{
    blanks_skip(s);
    if (s->p == s->end) {
        return false;
    }
    if (*s->p == '{' || *s->p == '[') {
        return list_scan(s, trail, *s->p == '{');
    }
    struct weblog_span value = {0};
    bool is_good = false;
    if (*s->p == '"') {
        is_good = string_scan(s, &value);
    } else if (*s->p == '-' || (*s->p >= '0' && *s->p <= '9')) {
        is_good = number_scan(s, &value);
    } else {
        is_good = word_scan(s, &value);
    }
    if (is_good && trail->fields != 0) {
        trail_set(s, trail, &value);
    }
    return is_good;
}

struct weblog_reason weblog_json_parse(const struct weblog_format *f, const uint8_t *line, size_t n,
                                       struct weblog_record *out)
{
    struct scan s = {.f = f, .out = out, .p = line, .end = line + n};
    struct trail trail = {0};
    trail.fields = f->n_fields == 64 ? UINT64_MAX : (UINT64_C(1) << f->n_fields) - 1;
    for (uint32_t i = 0; i < f->n_fields; i++) {
        out->field[i].p = NULL;
    }
    blanks_skip(&s);
    if (s.p == s.end || *s.p != '{') {
        return (struct weblog_reason){"not a JSON object", -1};
    }
    if (!value_scan(&s, &trail)) {
        return (struct weblog_reason){"broken JSON", -1};
    }
    blanks_skip(&s);
    if (s.p < s.end) {
        return (struct weblog_reason){"text after the JSON object", -1};
    }
    return (struct weblog_reason){NULL, -1};
}
