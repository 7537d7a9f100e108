// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "weblog_request.h"

#include <string.h>

#define METHOD_MAX 32u

static const struct weblog_bytes none = {NULL, 0};

void weblog_request_target(struct weblog_bytes target, struct weblog_request *out)
{
    const uint8_t *mark = target.p == NULL ? NULL : memchr(target.p, '?', target.n);
    out->path = target;
    out->query = none;
    if (mark != NULL) {
        out->path.n = (uint64_t)(mark - target.p);
        uint64_t n = target.n - out->path.n - 1;
        out->query = n == 0 ? none : (struct weblog_bytes){mark + 1, n};
        out->path = out->path.n == 0 ? none : out->path;
    }
}

bool weblog_request_is_method(const uint8_t *p, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        uint8_t c = (uint8_t)(p[i] | 0x20);
        if (!((c >= 'a' && c <= 'z') || p[i] == '-' || p[i] == '_')) {
            return false;
        }
    }
    return n > 0 && n <= METHOD_MAX;
}

void weblog_request_split(struct weblog_bytes line, struct weblog_request *out)
{
    *out = (struct weblog_request){none, none, none, none};
    const uint8_t *end = line.p == NULL ? NULL : line.p + line.n;
    const uint8_t *first = line.p == NULL ? NULL : memchr(line.p, ' ', line.n);
    if (first == NULL || !weblog_request_is_method(line.p, (uint64_t)(first - line.p)) ||
        first + 1 == end) {
        return;
    }
    const uint8_t *target = first + 1;
    const uint8_t *stop = memchr(target, ' ', (size_t)(end - target));
    if (stop == NULL) {
        stop = end;
        if (*target != '/' && *target != '*' && *target != 'h') {
            return;
        }
    } else {
        const uint8_t *last = memrchr(stop, ' ', (size_t)(end - stop));
        if (end - last < 6 || memcmp(last + 1, "HTTP/", 5) != 0) {
            return;
        }
        out->protocol = (struct weblog_bytes){last + 1, (uint64_t)(end - last) - 1};
    }
    out->method = (struct weblog_bytes){line.p, (uint64_t)(first - line.p)};
    if (stop > target) {
        weblog_request_target((struct weblog_bytes){target, (uint64_t)(stop - target)}, out);
    }
}

struct weblog_bytes weblog_request_parameter(struct weblog_bytes query, const char *name, size_t n)
{
    const uint8_t *p = query.p;
    const uint8_t *end = p == NULL ? NULL : p + query.n;
    while (p < end) {
        const uint8_t *stop = memchr(p, '&', (size_t)(end - p));
        stop = stop == NULL ? end : stop;
        if ((size_t)(stop - p) > n && p[n] == '=' && memcmp(p, name, n) == 0) {
            const uint8_t *value = p + n + 1;
            return value == stop ? none : (struct weblog_bytes){value, (uint64_t)(stop - value)};
        }
        p = stop + 1;
    }
    return none;
}
