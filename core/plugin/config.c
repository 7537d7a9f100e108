// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Walks option rows and nodes side by side. A fault is reported and the walk goes on, so that one
// pass finds all of them; only running out of memory ends it.
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "config_fill.h"
#include "map.h"
#include "mem.h"
#include "option_default.h"
#include "option_row.h"
#include "option_value.h"
#include "suggest.h"

#define HINT_BYTES 256

static const struct config_services no_services;

void filler_report(struct filler *f, const char *code, const struct slot *slot,
                   const struct pt_error *err)
{
    struct pt_error shown = *err;
    if (err->code == PT_E_NO_MEMORY) {
        f->out_of_memory = true;
        return;
    }
    error_prefix(&shown, "option `%s` of %s", slot->path, f->request->owner);
    diag_add_error(f->diags, code, slot->at, &shown);
}

const char *filler_path(struct filler *f, const char *format, const char *path, const char *name)
{
    struct str text = {0};
    for (const char *c = format; *c != '\0'; c++) {
        if (*c == 'P') {
            str_add(&text, path);
        } else if (*c == 'N') {
            str_add(&text, name);
        } else {
            str_add_char(&text, *c);
        }
    }
    const char *p = str_get(&text);
    char *copy = p == NULL ? NULL : arena_strdup(&f->config->arena, p);
    str_release(&text);
    f->out_of_memory = f->out_of_memory || copy == NULL;
    return copy == NULL ? "" : copy;
}

static const struct option_row *find_row(const struct option_rows *rows, struct text key)
{
    for (uint32_t i = 0; i < rows->n; i++) {
        if (text_is(key, rows->rows[i].name)) {
            return &rows->rows[i];
        }
    }
    return NULL;
}

// "did you mean `x`?", or what is known.
static void hint_key(struct filler *f, const struct option_rows *rows, const char *key,
                     char hint[HINT_BYTES])
{
    const char **names = mem_array(rows->n, sizeof *names);
    hint[0] = '\0';
    if (names == NULL) {
        f->out_of_memory = true;
        return;
    }
    size_t n = 0;
    for (uint32_t i = 0; i < rows->n; i++) {
        if ((rows->rows[i].flags & PT_OPTF_DEPRECATED) == 0) {
            names[n++] = rows->rows[i].name;
        }
    }
    const char *near = suggest(key, names, n);
    size_t used =
        (size_t)(near != NULL ? snprintf(hint, HINT_BYTES, "did you mean `%s`?", near)
                              : snprintf(hint, HINT_BYTES, n == 0 ? "it has none" : "known:"));
    for (size_t i = 0; near == NULL && i < n; i++) {
        if (used + strlen(names[i]) + 8 > HINT_BYTES) {
            snprintf(hint + used, HINT_BYTES - used, " ...");
            break;
        }
        used +=
            (size_t)snprintf(hint + used, HINT_BYTES - used, "%s %s", i == 0 ? "" : ",", names[i]);
    }
    mem_free(names);
}

static void report_unknown(struct filler *f, const struct option_rows *rows, const struct node *key,
                           const char *path)
{
    char hint[HINT_BYTES];
    hint_key(f, rows, key->text.p, hint);
    if (path == NULL) {
        diag_add(f->diags, DIAG_ERROR, "P0103", key->at, hint, "unknown key `%s` in %s",
                 key->text.p, f->request->owner);
        return;
    }
    diag_add(f->diags, DIAG_ERROR, "P0103", key->at, hint, "unknown key `%s` in option `%s` of %s",
             key->text.p, path, f->request->owner);
}

void filler_duplicates(struct filler *f, const struct node *map)
{
    struct map seen = {0};
    for (size_t i = 0; i < map->n && !f->out_of_memory; i++) {
        const struct node *key = map->pairs[i].key;
        bool is_new = false;
        f->out_of_memory = map_put(&seen, key->text, &is_new) == NULL;
        if (!f->out_of_memory && !is_new) {
            diag_add(f->diags, DIAG_ERROR, "P0109", key->at, NULL, "key `%s` occurs twice in %s",
                     key->text.p, f->request->owner);
        }
    }
    map_release(&seen);
}

static void warn_deprecated(struct filler *f, const struct option_row *row, const struct node *key)
{
    char hint[HINT_BYTES] = "";
    if (row->replaced_by != NULL) {
        snprintf(hint, sizeof hint, "use `%s` instead", row->replaced_by);
    }
    diag_add(f->diags, DIAG_WARNING, "P0110", key->at, hint, "option `%s` of %s is deprecated",
             row->name, f->request->owner);
}

static bool is_secret_row(const struct option_row *row)
{
    return row->type == PT_OPT_SECRET || (row->flags & PT_OPTF_SECRET) != 0;
}

// A key that was meant to be a secret option: one of them, or nearly.
static bool means_secret(const struct option_rows *rows, const struct node *key)
{
    for (uint32_t i = 0; i < rows->n; i++) {
        const char *name = rows->rows[i].name;
        if (is_secret_row(&rows->rows[i]) && name != NULL &&
            (text_is(key->text, name) || suggest(key->text.p, &name, 1) != NULL)) {
            return true;
        }
    }
    return false;
}

static void hide_lines(struct filler *f, const struct node *node)
{
    diags_hide(f->diags, node->at);
    for (size_t i = 0; i < node->n; i++) {
        if (node->kind == NODE_LIST) {
            hide_lines(f, node->items[i]);
        } else if (node->kind == NODE_MAP) {
            hide_lines(f, node->pairs[i].key);
            hide_lines(f, node->pairs[i].value);
        }
    }
}

// Where a secret stands as text, no diagnostic may show the line.
static void hide_secrets(struct filler *f, const struct option_rows *rows, const struct node *map)
{
    for (size_t i = 0; i < map->n; i++) {
        const struct node *value = map->pairs[i].value;
        struct text name = {0};
        bool is_named = value->kind == NODE_SCALAR && option_is_secret(value->text, &name);
        if (!is_named && means_secret(rows, map->pairs[i].key)) {
            hide_lines(f, map->pairs[i].key);
            hide_lines(f, value);
        }
    }
}

static void check_keys(struct filler *f, const struct option_rows *rows, const struct node *map,
                       const char *path)
{
    hide_secrets(f, rows, map);
    for (size_t i = 0; i < map->n; i++) {
        const struct node *key = map->pairs[i].key;
        const struct option_row *row = find_row(rows, key->text);
        if (row == NULL) {
            report_unknown(f, rows, key, path);
        } else if ((row->flags & PT_OPTF_DEPRECATED) != 0) {
            warn_deprecated(f, row, key);
        }
    }
    filler_duplicates(f, map);
}

static void report_missing(struct filler *f, const struct slot *slot)
{
    char hint[HINT_BYTES] = "";
    const struct option_row *row = slot->row;
    if (row->example != NULL) {
        snprintf(hint, sizeof hint, "for instance `%s: %s`", row->name, row->example);
    } else {
        snprintf(hint, sizeof hint, "it takes %s", option_takes(row->type));
    }
    diag_add(f->diags, DIAG_ERROR, "P0105", slot->at, hint, "%s needs option `%s`",
             f->request->owner, slot->path);
}

// Value of one row: what the user wrote, else the default, else nothing.
static void fill_row(struct filler *f, const struct slot *slot, const struct node *given)
{
    if (given != NULL && given->kind != NODE_NULL) {
        struct slot there = *slot;
        there.at = given->at;
        filler_value(f, &there, given);
        return;
    }
    const struct option_row *row = slot->row;
    if (row->default_text != NULL) {
        struct pt_error err = ERROR_INIT;
        struct node *node = NULL;
        if (option_default_parse(row, &f->config->arena, &node, &err) != PT_OK) {
            error_prefix(&err, "default");
            filler_report(f, "P0104", slot, &err);
            return;
        }
        filler_value(f, slot, node);
    } else if ((row->flags & PT_OPTF_REQUIRED) != 0) {
        if (!f->are_defaults_only) {
            report_missing(f, slot);
        }
    } else if (row->type == PT_OPT_OBJECT) {
        // Absent: its fields have their defaults, and none of them is required.
        bool before = f->are_defaults_only;
        f->are_defaults_only = true;
        filler_rows(f, &(struct option_rows){row->fields, row->n_fields}, slot, NULL);
        f->are_defaults_only = before;
    }
}

void filler_rows(struct filler *f, const struct option_rows *rows, const struct slot *object,
                 const struct node *map)
{
    if (map != NULL) {
        check_keys(f, rows, map, object->path);
    }
    for (uint32_t i = 0; i < rows->n && !f->out_of_memory; i++) {
        const struct option_row *row = &rows->rows[i];
        struct slot slot = {
            .row = row,
            .path =
                object->path == NULL ? row->name : filler_path(f, "P.N", object->path, row->name),
            .at = object->at,
            .place = (char *)object->place + row->offset,
        };
        fill_row(f, &slot, node_get(map, row->name));
    }
}

static void fill_struct(struct filler *f)
{
    const struct config_request *r = f->request;
    struct slot root = {.at = r->at, .place = f->config->values};
    struct option_rows rows = {r->component->options, r->component->n_options};
    const struct node *with = r->with;
    if (with != NULL && with->kind != NODE_NULL && with->kind != NODE_MAP) {
        diag_add(f->diags, DIAG_ERROR, "P0104", with->at, NULL,
                 "the options of %s must be a map, not a %s", r->owner, node_kind_name(with->kind));
        return;
    }
    filler_rows(f, &rows, &root, with != NULL && with->kind == NODE_MAP ? with : NULL);
}

// Where the user wrote the option that validate() names ("with." before it is fine).
static struct position validated_at(const struct config_request *r, const char *option)
{
    const char *name = strncmp(option, "with.", 5) == 0 ? option + 5 : option;
    size_t n = strcspn(name, ".[");
    for (size_t i = 0; r->with != NULL && r->with->kind == NODE_MAP && i < r->with->n; i++) {
        if (text_equal(r->with->pairs[i].key->text, text_n(name, n))) {
            return r->with->pairs[i].value->at;
        }
    }
    return r->at;
}

static void run_validate(struct filler *f)
{
    const struct config_request *r = f->request;
    struct pt_error err = ERROR_INIT;
    if (r->component->validate == NULL || r->host == NULL) {
        return;
    }
    pt_status status = r->component->validate(r->host, f->config->values, &err);
    if (status == PT_OK) {
        return;
    }
    if (status == PT_E_NO_MEMORY) {
        f->out_of_memory = true;
        return;
    }
    if (err.code == PT_OK) {
        error_set(&err, PT_E_CONFIG, "its options do not fit together (%s)", error_name(status));
    }
    struct position at = validated_at(r, err.option);
    err.column = 0;
    if (err.option[0] == '\0') {
        error_prefix(&err, "%s", r->owner);
        diag_add_error(f->diags, "P0113", at, &err);
        return;
    }
    struct slot slot = {.path = err.option, .at = at};
    filler_report(f, "P0113", &slot, &err);
}

static struct config *config_new(uint32_t size)
{
    struct config *c = mem_zero(1, sizeof *c);
    if (c == NULL) {
        return NULL;
    }
    c->values = arena_zero(&c->arena, 1, size);
    if (c->values == NULL) {
        config_free(c);
        return NULL;
    }
    return c;
}

static pt_status fill(struct filler *f)
{
    size_t errors_before = f->diags->n_errors;
    fill_struct(f);
    if (!f->out_of_memory && f->diags->n_errors == errors_before && !f->are_defaults_only) {
        run_validate(f);
    }
    if (f->out_of_memory || f->diags->out_of_memory) {
        return PT_E_NO_MEMORY;
    }
    return f->diags->n_errors == errors_before ? PT_OK : PT_E_CONFIG;
}

pt_status config_fill(const struct config_request *request, struct diags *diags,
                      struct config **out)
{
    struct filler f = {
        .request = request,
        .services = request->services == NULL ? &no_services : request->services,
        .diags = diags,
        .config = config_new(request->component->config_size),
    };
    *out = NULL;
    if (f.config == NULL) {
        return PT_E_NO_MEMORY;
    }
    pt_status status = fill(&f);
    if (status != PT_OK) {
        config_free(f.config);
        return status;
    }
    *out = f.config;
    return PT_OK;
}

pt_status config_check_defaults(const struct component_info *component, struct pt_error *err)
{
    struct diags diags = {0};
    struct config_request request = {.component = component, .owner = component->name};
    struct filler f = {
        .request = &request,
        .services = &no_services,
        .diags = &diags,
        .config = config_new(component->config_size),
        .are_defaults_only = true,
    };
    pt_status status = f.config == NULL ? PT_E_NO_MEMORY : fill(&f);
    if (status == PT_E_NO_MEMORY) {
        error_set(err, status, "no memory for the options of `%s`", component->name);
    } else if (status != PT_OK) {
        error_set(err, PT_E_DATA, "default of %s", diags.items[0].message);
    }
    config_free(f.config);
    diags_release(&diags);
    return status;
}

const void *config_struct(const struct config *c)
{
    return c->values;
}

void config_free(struct config *c)
{
    if (c == NULL) {
        return;
    }
    for (struct secret_text *s = c->secrets; s != NULL; s = s->next) {
        explicit_bzero(s->p, s->n);
    }
    arena_release(&c->arena);
    mem_free(c);
}
