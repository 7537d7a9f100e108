// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Lines of text: "weblog 1 <kind> <prefix> <1 = may miss fields, 2 = percent-encoded>", then for a
// template its text, for W3C the names of text fields, for JSON `column TAB member`.
#include "weblog_state.h"

#include <stdio.h>
#include <string.h>

#include "weblog_json.h"
#include "weblog_template.h"
#include "weblog_w3c.h"

static bool put(struct weblog_state *s, const char *p, size_t n, char end)
{
    if (n + 1 > WEBLOG_STATE_BYTES - s->n) {
        return false;
    }
    memcpy(s->bytes + s->n, p, n);
    s->n += (uint32_t)n;
    s->bytes[s->n++] = end;
    return true;
}

static bool field_put(struct weblog_state *s, const struct weblog_format *f,
                      const struct weblog_field *field)
{
    size_t n = 0;
    const char *path = weblog_format_text(f, field->path, &n);
    if (f->kind == WEBLOG_W3C) {
        return field->role != WEBLOG_TEXT || put(s, path, n, '\n');
    }
    const char *role = weblog_role_name(field->role);
    size_t length = strlen(role);
    if (field->role == WEBLOG_TEXT) {
        role = weblog_format_text(f, field->name, &length);
    } else if (field->role == WEBLOG_DURATION) {
        role = field->unit_ms > 1      ? "duration_s"
               : field->unit_ms > .5   ? "duration_ms"
               : field->unit_ms > 1e-4 ? "duration_us"
                                       : "duration_ns";
        length = strlen(role);
    }
    return put(s, role, length, '\t') && put(s, path, n, '\n');
}

bool weblog_state_save(const struct weblog_format *f, const char *text, struct weblog_state *out)
{
    char head[64];
    out->n = 0;
    int n = snprintf(head, sizeof head, "weblog 1 %d %d %d", (int)f->kind, (int)f->prefix,
                     (f->allow_missing ? 1 : 0) | (f->is_encoded ? 2 : 0));
    if (!put(out, head, (size_t)n, '\n')) {
        return false;
    }
    if (f->kind == WEBLOG_TEMPLATE) {
        return put(out, text, strlen(text), '\n');
    }
    for (uint32_t i = 0; i < f->n_fields; i++) {
        if (!field_put(out, f, &f->fields[i])) {
            return false;
        }
    }
    return true;
}

static bool line_load(struct weblog_format *f, char *line)
{
    if (f->kind == WEBLOG_W3C) {
        return weblog_w3c_extra_name(f, line, strlen(line));
    }
    struct weblog_fault fault;
    char *tab = strchr(line, '\t');
    if (tab == NULL) {
        return false;
    }
    *tab = '\0';
    return weblog_json_map(f, line, tab + 1, &fault);
}

bool weblog_state_load(const uint8_t *p, uint64_t n, struct weblog_format *out)
{
    char text[WEBLOG_STATE_BYTES + 1];
    int kind = 0;
    int prefix = 0;
    int missing = 0;
    if (n > WEBLOG_STATE_BYTES) {
        return false;
    }
    memcpy(text, p, n);
    text[n] = '\0';
    char *at = strchr(text, '\n');
    if (at == NULL || sscanf(text, "weblog 1 %d %d %d", &kind, &prefix, &missing) != 3 ||
        prefix < 0 || prefix >= WEBLOG_PREFIXES) {
        return false;
    }
    at++;
    *out = (struct weblog_format){.prefix = (enum weblog_prefix)prefix,
                                  .allow_missing = (missing & 1) != 0,
                                  .is_encoded = (missing & 2) != 0};
    if (kind == WEBLOG_TEMPLATE) {
        struct weblog_fault fault;
        size_t length = strlen(at);
        if (length == 0) {
            return false;
        }
        at[length - 1] = '\0';
        return weblog_template_compile(out, at, &fault);
    }
    if (kind == WEBLOG_W3C) {
        weblog_w3c_format(out);
    } else if (kind == WEBLOG_JSON) {
        weblog_format_init(out, WEBLOG_JSON);
        out->prefix = (enum weblog_prefix)prefix;
        out->allow_missing = (missing & 1) != 0;
    } else {
        return false;
    }
    for (char *end = strchr(at, '\n'); end != NULL; at = end + 1, end = strchr(at, '\n')) {
        *end = '\0';
        if (!line_load(out, at)) {
            return false;
        }
    }
    return true;
}
