// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "reopen.h"

#include "learned.h"
#include "model_file.h"

#define DEPTH 32 // of options

void reopen_put_options(const struct node *with, struct json_writer *w)
{
    if (with == NULL || with->kind == NODE_NULL) {
        json_put_null(w);
    } else if (with->kind == NODE_SCALAR) {
        json_put_text(w, with->text);
    } else if (with->kind == NODE_LIST) {
        json_begin_array(w);
        for (size_t i = 0; i < with->n; i++) {
            reopen_put_options(with->items[i], w);
        }
        json_end_array(w);
    } else {
        json_begin_object(w);
        for (size_t i = 0; i < with->n; i++) {
            json_key(w, with->pairs[i].key->text.p);
            reopen_put_options(with->pairs[i].value, w);
        }
        json_end_object(w);
    }
}

static struct node *options_of(struct arena *a, const struct json *value, int depth);

static struct node *list_of(struct arena *a, const struct json *value, int depth)
{
    struct node *node = arena_zero(a, 1, sizeof *node);
    size_t n = json_count(value);
    if (node == NULL || (node->items = arena_zero(a, n + 1, sizeof *node->items)) == NULL) {
        return NULL;
    }
    node->kind = NODE_LIST;
    node->n = n;
    for (size_t i = 0; i < n; i++) {
        node->items[i] = options_of(a, json_at(value, i), depth + 1);
        if (node->items[i] == NULL) {
            return NULL;
        }
    }
    return node;
}

static struct node *map_of(struct arena *a, const struct json *value, int depth)
{
    size_t n = json_count(value);
    struct node **keys = arena_zero(a, n + 1, sizeof *keys);
    struct node **values = arena_zero(a, n + 1, sizeof *values);
    if (keys == NULL || values == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        const char *key = NULL;
        const struct json *member = json_member(value, i, &key);
        keys[i] = node_scalar(a, key);
        values[i] = options_of(a, member, depth + 1);
        if (keys[i] == NULL || values[i] == NULL) {
            return NULL;
        }
    }
    return node_map(a, n, keys, values);
}

// Nodes as the pipeline had them; what is neither text, list nor map is nothing. NULL when memory
// is out.
static struct node *options_of(struct arena *a, const struct json *value, int depth)
{
    const char *text = json_text(value);
    if (text != NULL) {
        return node_scalar(a, text);
    }
    if (depth < DEPTH && json_is_array(value)) {
        return list_of(a, value, depth);
    }
    if (depth < DEPTH && json_is_object(value)) {
        return map_of(a, value, depth);
    }
    return arena_zero(a, 1, sizeof(struct node));
}

static pt_status no_memory(struct pt_error *err)
{
    return error_set(err, PT_E_NO_MEMORY, "no memory for the options of a model");
}

static const char *first_error(const struct diags *d, pt_status status)
{
    for (size_t i = 0; i < d->n; i++) {
        if (d->items[i].level == DIAG_ERROR) {
            return d->items[i].message;
        }
    }
    return error_name(status);
}

static pt_status fill(const struct reopened *r, const struct node *with, const pt_host *host,
                      struct config **out, struct pt_error *err)
{
    struct diags diags = {0};
    struct config_request request = {
        .component = r->component,
        .with = with,
        .owner = r->component->name,
        .host = host,
    };
    pt_status status = config_fill(&request, &diags, out);
    if (status != PT_OK) {
        error_set(err, status, "its options: %s", first_error(&diags, status));
    }
    diags_release(&diags);
    return status;
}

// The config that the training text tells of; plugin defaults when it tells nothing.
static pt_status configure(const char *training, const pt_host *host, struct reopened *r,
                           struct pt_error *err)
{
    struct arena arena = {0};
    struct json *told = NULL;
    pt_status status = PT_OK;
    if (training[0] == '{') {
        status = json_parse(text_of(training), &told, err);
    }
    if (status == PT_OK) {
        struct node *with = options_of(&arena, json_get(told, REOPEN_OPTIONS), 0);
        status = with == NULL ? no_memory(err) : fill(r, with, host, &r->config, err);
    }
    json_free(told);
    arena_release(&arena);
    return status;
}

static pt_status reopen(const struct registry *registry, const pt_host *host, struct text bytes,
                        struct reopened *r, struct pt_error *err)
{
    struct learned *facts = NULL;
    TRY(model_file_facts(bytes, &facts, err));
    r->component = registry_find(registry, PT_KIND_MODEL, facts->component, err);
    pt_status status = PT_OK;
    if (r->component == NULL) {
        status = error_set(err, PT_E_NOT_FOUND, "it needs plugin %s (`%s`), which is not there",
                           facts->plugin_id, facts->component);
    } else {
        status = configure(facts->training_text, host, r, err);
    }
    learned_free(facts);
    TRY(status);
    return learned_load(r->component, config_struct(r->config), host, bytes, &r->model, err);
}

pt_status learned_reopen(const struct registry *registry, const pt_host *host, struct text bytes,
                         struct reopened *out, struct pt_error *err)
{
    struct reopened r = {0};
    pt_status status = reopen(registry, host, bytes, &r, err);
    if (status != PT_OK) {
        reopened_release(&r);
        return status;
    }
    *out = r;
    return PT_OK;
}

void reopened_release(struct reopened *r)
{
    learned_free(r->model);
    config_free(r->config);
    *r = (struct reopened){0};
}
