// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "weblog_format.h"

#include <string.h>

static const char *const role_names[WEBLOG_ROLES] = {[WEBLOG_SKIP] = "",
                                                     [WEBLOG_TIME] = "ts",
                                                     [WEBLOG_DATE] = "date",
                                                     [WEBLOG_CLOCK] = "time",
                                                     [WEBLOG_IP] = "ip",
                                                     [WEBLOG_IDENT] = "ident",
                                                     [WEBLOG_USER] = "user",
                                                     [WEBLOG_REQUEST] = "request",
                                                     [WEBLOG_METHOD] = "method",
                                                     [WEBLOG_URI] = "uri",
                                                     [WEBLOG_PATH] = "path",
                                                     [WEBLOG_QUERY] = "query",
                                                     [WEBLOG_PROTOCOL] = "protocol",
                                                     [WEBLOG_STATUS] = "status",
                                                     [WEBLOG_BYTES] = "bytes",
                                                     [WEBLOG_REFERER] = "referer",
                                                     [WEBLOG_USER_AGENT] = "user_agent",
                                                     [WEBLOG_VHOST] = "vhost",
                                                     [WEBLOG_PORT] = "port",
                                                     [WEBLOG_DURATION] = "duration_ms",
                                                     [WEBLOG_BYTES_IN] = "bytes_in",
                                                     [WEBLOG_BYTES_OUT] = "bytes_out",
                                                     [WEBLOG_TEXT] = ""};

void weblog_format_init(struct weblog_format *f, enum weblog_kind kind)
{
    memset(f, 0, sizeof *f);
    f->kind = kind;
    memset(f->by_role, -1, sizeof f->by_role);
}

bool weblog_format_keep(struct weblog_format *f, const char *text, size_t n,
                        struct weblog_text *out)
{
    if (n > WEBLOG_POOL_BYTES - f->n_pool) {
        return false;
    }
    if (n > 0) {
        memcpy(f->pool + f->n_pool, text, n);
    }
    *out = (struct weblog_text){(uint16_t)f->n_pool, (uint16_t)n};
    f->n_pool += (uint32_t)n;
    return true;
}

const char *weblog_format_text(const struct weblog_format *f, struct weblog_text text, size_t *n)
{
    *n = text.n;
    return f->pool + text.at;
}

const char *weblog_role_name(enum weblog_role role)
{
    return role_names[role];
}

enum weblog_role weblog_role_find(const char *name, double *unit_ms)
{
    static const struct {
        const char *name;
        double unit_ms;
    } durations[] = {{"duration_s", 1e3}, {"duration_us", 1e-3}, {"duration_ns", 1e-6}};

    *unit_ms = 1;
    for (size_t i = 0; i < sizeof durations / sizeof durations[0]; i++) {
        if (strcmp(name, durations[i].name) == 0) {
            *unit_ms = durations[i].unit_ms;
            return WEBLOG_DURATION;
        }
    }
    for (int32_t role = WEBLOG_TIME; role < WEBLOG_TEXT; role++) {
        if (strcmp(name, role_names[role]) == 0) {
            return (enum weblog_role)role;
        }
    }
    return WEBLOG_TEXT;
}

int32_t weblog_format_field(struct weblog_format *f, enum weblog_role role, const char *name,
                            size_t n)
{
    if (f->n_fields == WEBLOG_FIELDS_MAX) {
        return -1;
    }
    struct weblog_field field = {.role = role, .unit_ms = 1};
    if (role != WEBLOG_TEXT && role != WEBLOG_SKIP) {
        if (f->by_role[role] >= 0) {
            field.role = WEBLOG_SKIP;
        } else {
            f->by_role[role] = (int8_t)f->n_fields;
        }
    }
    const char *kept = name == NULL ? role_names[role] : name;
    if (!weblog_format_keep(f, kept, name == NULL ? strlen(kept) : n, &field.name)) {
        return -1;
    }
    f->fields[f->n_fields] = field;
    return (int32_t)f->n_fields++;
}

bool weblog_name_is_good(const char *name, size_t n)
{
    if (n == 0 || n > WEBLOG_NAME_MAX || (name[0] >= '0' && name[0] <= '9')) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        char c = name[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '_')) {
            return false;
        }
    }
    return true;
}
