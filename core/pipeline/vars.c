// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "vars.h"

#include "suggest.h"

struct replacer {
    struct arena *arena;
    const struct node *defaults; // the `vars` map, or NULL
    const struct var_settings *settings;
    struct diags *diags;
};

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

bool vars_is_secret(struct text value, struct text *name)
{
    if (!text_starts(value, "${secret:") || value.n < 11 || value.p[value.n - 1] != '}') {
        return false;
    }
    *name = text_n(value.p + 9, value.n - 10);
    for (size_t i = 0; i < name->n; i++) {
        if (!is_name_char(name->p[i])) {
            return false;
        }
    }
    return true;
}

static const struct var_setting *setting_find(const struct replacer *r, struct text name)
{
    for (size_t i = r->settings == NULL ? 0 : r->settings->n; i > 0; i--) {
        if (text_is(name, r->settings->items[i - 1].name)) {
            return &r->settings->items[i - 1];
        }
    }
    return NULL;
}

static const struct node *default_find(const struct replacer *r, struct text name)
{
    for (size_t i = 0; r->defaults != NULL && i < r->defaults->n; i++) {
        if (text_equal(r->defaults->pairs[i].key->text, name)) {
            return r->defaults->pairs[i].value;
        }
    }
    return NULL;
}

static void report_undefined(struct replacer *r, const struct node *node, struct text name)
{
    const char *known[64];
    size_t n = 0;
    for (size_t i = 0; r->defaults != NULL && i < r->defaults->n && n < 64; i++) {
        known[n++] = r->defaults->pairs[i].key->text.p;
    }
    char wrong[128];
    snprintf(wrong, sizeof wrong, "%.*s", (int)(name.n < 100 ? name.n : 100), name.p);
    const char *near = suggest(wrong, known, n);
    char hint[160] = "name it under `vars:` or give --var";
    if (near != NULL) {
        snprintf(hint, sizeof hint, "did you mean `%s`?", near);
    }
    diag_add(r->diags, DIAG_ERROR, "P0010", node->at, hint, "variable `%s` is not defined", wrong);
}

// Appends the value of one reference; `rest` starts behind "${".
static bool add_reference(struct replacer *r, struct node *node, struct text rest, bool is_first,
                          struct str *out, size_t *used)
{
    const char *end = memchr(rest.p, '}', rest.n);
    if (end == NULL || !(text_starts(rest, "var:") || text_starts(rest, "secret:"))) {
        diag_add(r->diags, DIAG_ERROR, "P0011", node->at, "write ${var:NAME} or ${secret:NAME}",
                 "`${` begins no reference");
        return false;
    }
    *used = (size_t)(end - rest.p) + 1;
    if (text_starts(rest, "secret:")) {
        return str_add(out, "${") && str_add_n(out, rest.p, *used);
    }
    struct text name = text_n(rest.p + 4, (size_t)(end - rest.p) - 4);
    const struct var_setting *setting = setting_find(r, name);
    if (setting != NULL) {
        node->base = is_first ? r->settings->folder : node->base;
        return str_add(out, setting->value);
    }
    const struct node *value = default_find(r, name);
    if (value == NULL) {
        report_undefined(r, node, name);
        return false;
    }
    return str_add_n(out, value->text.p, value->text.n);
}

static void replace_scalar(struct replacer *r, struct node *node)
{
    struct text in = node->text;
    if (in.n < 2 || memmem(in.p, in.n, "${", 2) == NULL) {
        return;
    }
    struct str out = {0};
    size_t i = 0;
    bool done = true;
    while (i < in.n && done) {
        if (in.p[i] != '$' || i + 1 >= in.n || in.p[i + 1] != '{') {
            done = str_add_char(&out, in.p[i]);
            i++;
            continue;
        }
        size_t used = 0;
        done = add_reference(r, node, text_n(in.p + i + 2, in.n - i - 2), i == 0, &out, &used);
        i += used + 2;
    }
    if (done && !arena_text(r->arena, str_view(&out), &node->text)) {
        out.failed = true;
    }
    r->diags->out_of_memory = r->diags->out_of_memory || out.failed;
    str_release(&out);
}

static void replace_below(struct replacer *r, struct node *node)
{
    if (node->kind == NODE_SCALAR) {
        replace_scalar(r, node);
    }
    for (size_t i = 0; node->kind == NODE_LIST && i < node->n; i++) {
        replace_below(r, node->items[i]);
    }
    for (size_t i = 0; node->kind == NODE_MAP && i < node->n; i++) {
        replace_below(r, node->pairs[i].value);
    }
}

static void check_settings(const struct replacer *r)
{
    for (size_t i = 0; r->settings != NULL && i < r->settings->n; i++) {
        if (default_find(r, text_of(r->settings->items[i].name)) == NULL) {
            diag_add(r->diags, DIAG_ERROR, "P0010", (struct position){0},
                     "the pipeline's `vars:` lists the names it takes",
                     "--var %s: the pipeline has no such variable", r->settings->items[i].name);
        }
    }
}

void vars_replace(struct arena *arena, struct node *root, const struct var_settings *settings,
                  struct diags *diags)
{
    if (root->kind != NODE_MAP) {
        return;
    }
    struct replacer r = {arena, node_get(root, "vars"), settings, diags};
    if (r.defaults != NULL && r.defaults->kind != NODE_MAP) {
        r.defaults = NULL;
    }
    check_settings(&r);
    for (size_t i = 0; i < root->n; i++) {
        if (!text_is(root->pairs[i].key->text, "vars")) {
            replace_below(&r, root->pairs[i].value);
        }
    }
}
