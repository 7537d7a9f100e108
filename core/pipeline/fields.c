// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "fields.h"

#include <stdarg.h>

#include "suggest.h"

bool fields_of(struct fields *f, const struct node *node, struct diags *diags, struct arena *arena,
               const char *owner_format, ...)
{
    static const struct node empty = {.kind = NODE_MAP};
    *f = (struct fields){.map = &empty, .diags = diags, .arena = arena};
    va_list args;
    va_start(args, owner_format);
    vsnprintf(f->owner, sizeof f->owner, owner_format, args);
    va_end(args);
    if (node == NULL) {
        return true;
    }
    if (node->kind != NODE_MAP) {
        diag_add(diags, DIAG_ERROR, "P0104", node->at, NULL, "%s: expected a map, found a %s",
                 f->owner, node_kind_name(node->kind));
        return false;
    }
    f->map = node;
    return true;
}

void fields_known(const struct fields *f, const char *const *names, size_t n)
{
    for (size_t i = 0; i < f->map->n; i++) {
        const struct node *key = f->map->pairs[i].key;
        bool is_known = false;
        for (size_t k = 0; k < n && !is_known; k++) {
            is_known = text_is(key->text, names[k]);
        }
        if (is_known) {
            continue;
        }
        const char *near = suggest(key->text.p, names, n);
        char hint[160] = "";
        if (near != NULL) {
            snprintf(hint, sizeof hint, "did you mean `%s`?", near);
        }
        diag_add(f->diags, DIAG_ERROR, "P0103", key->at, hint, "unknown key `%s` in %s",
                 key->text.p, f->owner);
    }
}

const struct node *fields_get(const struct fields *f, const char *key)
{
    const struct node *value = node_get(f->map, key);
    return value == NULL || value->kind == NODE_NULL ? NULL : value;
}

const struct node *fields_need(const struct fields *f, const char *key)
{
    const struct node *value = fields_get(f, key);
    if (value == NULL) {
        const struct node_pair *pair = node_pair_get(f->map, key);
        diag_add(f->diags, DIAG_ERROR, "P0105", pair == NULL ? f->map->at : pair->key->at, NULL,
                 "%s needs `%s`", f->owner, key);
    }
    return value;
}

void fields_wrong(const struct fields *f, const struct node *at, const char *key,
                  const char *expected)
{
    diag_add(f->diags, DIAG_ERROR, "P0104", at->at, NULL, "%s: `%s` must be %s", f->owner, key,
             expected);
}

const struct node *fields_scalar(const struct fields *f, const char *key)
{
    const struct node *value = fields_get(f, key);
    if (value != NULL && value->kind != NODE_SCALAR) {
        fields_wrong(f, value, key, "a single value");
        return NULL;
    }
    return value;
}

void fields_text(const struct fields *f, const char *key, const char **out)
{
    const struct node *value = fields_scalar(f, key);
    if (value != NULL) {
        *out = value->text.p;
    }
}

static const struct node *plain(const struct fields *f, const char *key, const char *expected)
{
    const struct node *value = fields_scalar(f, key);
    if (value != NULL && value->is_quoted) {
        fields_wrong(f, value, key, expected);
        return NULL;
    }
    return value;
}

void fields_bool(const struct fields *f, const char *key, bool *out)
{
    const struct node *value = plain(f, key, "true or false");
    if (value == NULL) {
        return;
    }
    if (!text_is(value->text, "true") && !text_is(value->text, "false")) {
        fields_wrong(f, value, key, "true or false");
        return;
    }
    *out = text_is(value->text, "true");
}

void fields_i64(const struct fields *f, const char *key, int64_t *out)
{
    const struct node *value = plain(f, key, "a whole number");
    if (value != NULL && !text_to_i64(value->text, out)) {
        fields_wrong(f, value, key, "a whole number");
    }
}

void fields_f64(const struct fields *f, const char *key, double *out)
{
    const struct node *value = plain(f, key, "a number");
    if (value != NULL && !text_to_f64(value->text, out)) {
        fields_wrong(f, value, key, "a number");
    }
}

void fields_size(const struct fields *f, const char *key, int64_t *out)
{
    const struct node *value = plain(f, key, "a size such as 512MiB");
    int64_t bytes = 0;
    if (value == NULL) {
        return;
    }
    if (!size_parse(value->text, &bytes) || bytes <= 0) {
        fields_wrong(f, value, key, "a size such as 512MiB");
        return;
    }
    *out = bytes;
}

void fields_duration(const struct fields *f, const char *key, int64_t *out_us)
{
    const struct node *value = plain(f, key, "a duration such as 30m or 90d");
    int64_t us = 0;
    if (value == NULL) {
        return;
    }
    if (!duration_parse(value->text, &us) || us < 0) {
        fields_wrong(f, value, key, "a duration such as 30m or 90d");
        return;
    }
    *out_us = us;
}

void fields_fraction(const struct fields *f, const char *key, double *out)
{
    const struct node *value = plain(f, key, "a percentage such as 10%");
    if (value == NULL) {
        return;
    }
    struct text t = value->text;
    bool is_percent = t.n > 0 && t.p[t.n - 1] == '%';
    t.n -= is_percent;
    double number = 0;
    if (!text_to_f64(t, &number) || number < 0 || number > (is_percent ? 100 : 1)) {
        fields_wrong(f, value, key, "a percentage such as 10%");
        return;
    }
    *out = is_percent ? number / 100 : number;
}

void fields_nodes(const struct fields *f, const char *key, const struct node *const **out,
                  size_t *n)
{
    *n = 0;
    const struct node *value = fields_get(f, key);
    if (value == NULL) {
        return;
    }
    if (value->kind == NODE_MAP) {
        fields_wrong(f, value, key, "a value or a list of values");
        return;
    }
    size_t count = value->kind == NODE_LIST ? value->n : 1;
    const struct node **nodes = arena_zero(f->arena, count, sizeof *nodes);
    if (nodes == NULL) {
        f->diags->out_of_memory = true;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const struct node *item = value->kind == NODE_LIST ? value->items[i] : value;
        if (item->kind != NODE_SCALAR) {
            fields_wrong(f, item, key, "a list of single values");
            continue;
        }
        nodes[(*n)++] = item;
    }
    *out = nodes;
}

bool fields_is_name(const struct fields *f, const struct node *key)
{
    struct text t = key->text;
    bool is_name = t.n > 0 && t.n <= 64;
    for (size_t i = 0; i < t.n && is_name; i++) {
        char c = t.p[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        is_name = is_letter || (i > 0 && c >= '0' && c <= '9');
    }
    if (!is_name) {
        diag_add(f->diags, DIAG_ERROR, "P0102", key->at, "letters, digits and _, at most 64",
                 "`%s` is no name for %s", key->text.p, f->owner);
    }
    return is_name;
}
