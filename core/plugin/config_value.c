// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// One value of a config stored at its place. Places are written by memcpy: they lie in a struct
// whose type only the plugin knows.
#include <stdio.h>
#include <string.h>

#include "config_fill.h"
#include "option_row.h"
#include "option_value.h"

static void store(const struct slot *slot, const void *value, size_t size)
{
    memcpy(slot->place, value, size);
}

static void store_text(struct filler *f, const struct slot *slot, struct text text)
{
    const char *copy = arena_strndup(&f->config->arena, text.p, text.n);
    f->out_of_memory = f->out_of_memory || copy == NULL;
    store(slot, &copy, sizeof copy);
}

static void store_scalar(struct filler *f, const struct slot *slot, const struct node *node)
{
    union option_value value = {.i = 0};
    struct pt_error err = ERROR_INIT;
    const char *code = option_value_parse(slot->row, node, &value, &err);
    if (code != NULL) {
        filler_report(f, code, slot, &err);
        return;
    }
    switch (slot->row->type) {
    case PT_OPT_BOOL:
        store(slot, &value.b, sizeof value.b);
        break;
    case PT_OPT_F64:
        store(slot, &value.f, sizeof value.f);
        break;
    case PT_OPT_ENUM:
        store(slot, &value.choice, sizeof value.choice);
        break;
    default:
        store(slot, &value.i, sizeof value.i);
        break;
    }
}

static bool check_text(struct filler *f, const struct slot *slot, const struct node *node)
{
    struct pt_error err = ERROR_INIT;
    const char *code = option_value_parse(slot->row, node, NULL, &err);
    if (code != NULL) {
        filler_report(f, code, slot, &err);
    }
    return code == NULL;
}

typedef pt_status (*text_service)(void *ctx, const char *text, struct pt_error *err);

// Column and expression: what the run knows decides.
static bool ask_service(struct filler *f, const struct slot *slot, const char *text)
{
    text_service ask = NULL;
    const char *code = NULL;
    if (slot->row->type == PT_OPT_COLUMN) {
        ask = f->services->column;
        code = "P0114";
    } else if (slot->row->type == PT_OPT_EXPR) {
        ask = f->services->expr;
        code = "P0115";
    }
    struct pt_error err = ERROR_INIT;
    if (ask == NULL || ask(f->services->ctx, text, &err) == PT_OK) {
        return true;
    }
    filler_report(f, code, slot, &err);
    return false;
}

static void store_string(struct filler *f, const struct slot *slot, const struct node *node)
{
    if (check_text(f, slot, node) && ask_service(f, slot, node->text.p)) {
        store_text(f, slot, node->text);
    }
}

static void store_input(struct filler *f, const struct slot *slot, const struct node *node)
{
    pt_input *input = NULL;
    struct pt_error err = ERROR_INIT;
    if (!check_text(f, slot, node) || f->services->input == NULL) {
        return;
    }
    if (f->services->input(f->services->ctx, node->text.p, &input, &err) != PT_OK) {
        filler_report(f, "P0112", slot, &err);
        return;
    }
    store(slot, &input, sizeof(pt_input *));
}

// A string option that is secret: the text, kept apart so that it can be wiped.
static pt_status store_secret_text(struct filler *f, const struct slot *slot, uint32_t handle,
                                   struct pt_error *err)
{
    const pt_host *host = f->request->host;
    pt_bytes bytes = {0};
    if (host == NULL) {
        return PT_OK;
    }
    TRY(host->secret_get(host, handle, &bytes, err));
    struct text text = text_n((const char *)bytes.data, (size_t)bytes.size);
    if (text.n > 0 && (memchr(text.p, '\0', text.n) != NULL || !text_is_utf8(text, NULL))) {
        FAIL(err, PT_E_CONFIG, "the secret is no text");
    }
    struct secret_text *kept = arena_zero(&f->config->arena, 1, sizeof *kept);
    char *copy = arena_strndup(&f->config->arena, text.p, text.n);
    if (kept == NULL || copy == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a secret");
    }
    *kept = (struct secret_text){copy, text.n, f->config->secrets};
    f->config->secrets = kept;
    store(slot, &copy, sizeof copy);
    return PT_OK;
}

static pt_status ask_secret(struct filler *f, const struct slot *slot, struct text name,
                            struct pt_error *err)
{
    uint32_t handle = 0;
    const char *copy = arena_strndup(&f->config->arena, name.p, name.n);
    if (copy == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a secret");
    }
    TRY(f->services->secret(f->services->ctx, copy, &handle, err));
    if (slot->row->type == PT_OPT_STRING) {
        return store_secret_text(f, slot, handle, err);
    }
    store(slot, &handle, sizeof handle);
    return PT_OK;
}

static void store_secret(struct filler *f, const struct slot *slot, const struct node *node)
{
    struct pt_error err = ERROR_INIT;
    struct text name = {0};
    if (node->kind != NODE_SCALAR) {
        option_value_wrong(slot->row, node, &err);
        filler_report(f, "P0104", slot, &err);
        return;
    }
    if (!option_is_secret(node->text, &name) || name.n == 0) {
        error_set(&err, PT_E_CONFIG, "a secret cannot stand in the pipeline");
        snprintf(err.hint, sizeof err.hint,
                 "write ${secret:NAME}; the text belongs into the secrets folder");
        filler_report(f, "P0111", slot, &err);
        return;
    }
    if (f->services->secret != NULL && ask_secret(f, slot, name, &err) != PT_OK) {
        filler_report(f, "P0111", slot, &err);
    }
}

static bool takes_single(const struct option_row *list, const struct node *node)
{
    pt_option_type type = list->fields[0].type;
    return node->kind == NODE_SCALAR &&
           (type == PT_OPT_STRING || type == PT_OPT_COLUMN || type == PT_OPT_EXPR);
}

static void store_list(struct filler *f, const struct slot *slot, const struct node *node)
{
    bool is_single = takes_single(slot->row, node);
    if (node->kind != NODE_LIST && !is_single) {
        struct pt_error err = ERROR_INIT;
        option_value_wrong(slot->row, node, &err);
        filler_report(f, "P0104", slot, &err);
        return;
    }
    size_t n = is_single ? 1 : node->n;
    uint32_t size = slot->row->elem_size;
    char *items = n > UINT32_MAX ? NULL : arena_zero(&f->config->arena, n, size);
    if (items == NULL) {
        f->out_of_memory = true;
        return;
    }
    for (size_t i = 0; i < n && !f->out_of_memory; i++) {
        const struct node *item = is_single ? node : node->items[i];
        char index[24];
        snprintf(index, sizeof index, "%zu", i);
        struct slot element = {
            .row = slot->row->fields,
            .path = is_single ? slot->path : filler_path(f, "P[N]", slot->path, index),
            .at = item->at.line == 0 ? slot->at : item->at,
            .place = items + i * size,
        };
        filler_value(f, &element, item);
    }
    pt_list list = {items, (uint32_t)n, size};
    store(slot, &list, sizeof list);
}

static void store_map(struct filler *f, const struct slot *slot, const struct node *node)
{
    if (node->kind != NODE_MAP || node->n > UINT32_MAX) {
        struct pt_error err = ERROR_INIT;
        option_value_wrong(slot->row, node, &err);
        filler_report(f, "P0104", slot, &err);
        return;
    }
    uint32_t size = slot->row->elem_size;
    const char **keys = arena_zero(&f->config->arena, node->n, sizeof *keys);
    char *values = arena_zero(&f->config->arena, node->n, size);
    if (keys == NULL || values == NULL) {
        f->out_of_memory = true;
        return;
    }
    filler_duplicates(f, node);
    for (size_t i = 0; i < node->n && !f->out_of_memory; i++) {
        const struct node_pair *pair = &node->pairs[i];
        keys[i] = arena_strndup(&f->config->arena, pair->key->text.p, pair->key->text.n);
        f->out_of_memory = f->out_of_memory || keys[i] == NULL;
        struct slot element = {
            .row = slot->row->fields,
            .path = filler_path(f, "P.N", slot->path, pair->key->text.p),
            .at = pair->value->at.line == 0 ? slot->at : pair->value->at,
            .place = values + i * size,
        };
        filler_value(f, &element, pair->value);
    }
    pt_map map = {keys, values, (uint32_t)node->n, size};
    store(slot, &map, sizeof map);
}

static void store_object(struct filler *f, const struct slot *slot, const struct node *node)
{
    if (node->kind != NODE_MAP) {
        struct pt_error err = ERROR_INIT;
        option_value_wrong(slot->row, node, &err);
        filler_report(f, "P0104", slot, &err);
        return;
    }
    struct option_rows rows = {slot->row->fields, slot->row->n_fields};
    filler_rows(f, &rows, slot, node);
}

void filler_value(struct filler *f, const struct slot *slot, const struct node *node)
{
    pt_option_type type = slot->row->type;
    if (type == PT_OPT_SECRET || (slot->row->flags & PT_OPTF_SECRET) != 0) {
        store_secret(f, slot, node);
        return;
    }
    if (node->kind == NODE_SCALAR && option_has_secret(node->text)) {
        struct pt_error err = ERROR_INIT;
        error_set(&err, PT_E_CONFIG, "takes no secret: it could be read from what is written");
        filler_report(f, "P0111", slot, &err);
        return;
    }
    switch (type) {
    case PT_OPT_STRING:
    case PT_OPT_COLUMN:
    case PT_OPT_EXPR:
        store_string(f, slot, node);
        break;
    case PT_OPT_INPUT:
        store_input(f, slot, node);
        break;
    case PT_OPT_LIST:
        store_list(f, slot, node);
        break;
    case PT_OPT_MAP:
        store_map(f, slot, node);
        break;
    case PT_OPT_OBJECT:
        store_object(f, slot, node);
        break;
    default:
        store_scalar(f, slot, node);
        break;
    }
}
