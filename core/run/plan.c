// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The plan's coordinate function and the helpers its parts share.
#include "plan.h"

#include <portrait/sink.h>
#include <stdarg.h>

#include "mem.h"
#include "plan_parts.h"
#include "suggest.h"

void plan_fault(struct plan *p, const char *code, const struct node *at, const char *hint,
                const char *format, ...)
{
    char message[512];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    struct position position = {.file = p->pipeline->file};
    diag_add(p->diags, DIAG_ERROR, code, at == NULL ? position : at->at, hint, "%s", message);
}

void plan_error(struct plan *p, const char *code, const struct node *at, const char *owner,
                const struct pt_error *err)
{
    if (err->code == PT_E_NO_MEMORY) {
        plan_no_memory(p);
        return;
    }
    plan_fault(p, code, at, err->hint, "%s%s%s", owner == NULL ? "" : owner,
               owner == NULL ? "" : ": ", err->message);
}

void plan_hint(const char *wrong, const char *const *names, size_t n, char hint[160])
{
    const char *near = suggest(wrong, names, n);
    hint[0] = '\0';
    if (near != NULL) {
        snprintf(hint, 160, "did you mean `%s`?", near);
    }
}

void *plan_no_memory(struct plan *p)
{
    p->diags->out_of_memory = true;
    return NULL;
}

void *plan_alloc(struct plan *p, size_t n, size_t size)
{
    void *memory = arena_zero(&p->arena, n, size);
    return memory == NULL ? plan_no_memory(p) : memory;
}

static bool has_feature(const struct pipeline_feature *items, size_t n, struct text name)
{
    for (size_t i = 0; i < n; i++) {
        if (text_is(name, items[i].name)) {
            return true;
        }
    }
    return false;
}

bool plan_is_declared(const struct plan *p, struct text name)
{
    const struct pipeline *w = p->pipeline;
    if (has_feature(w->features, w->n_features, name) ||
        has_feature(w->labels, w->n_labels, name)) {
        return true;
    }
    for (size_t i = 0; i < w->n_derive; i++) {
        if (text_is(name, w->derive[i].name)) {
            return true;
        }
    }
    const char *dot = name.n == 0 ? NULL : memchr(name.p, '.', name.n);
    struct text head = dot == NULL ? name : text_n(name.p, (size_t)(dot - name.p));
    for (size_t i = 0; i < w->n_models; i++) {
        if (text_is(head, w->models[i].name)) {
            return true;
        }
    }
    for (size_t i = 0; i < w->n_sources; i++) {
        for (size_t k = 0; k < w->sources[i].statics.n; k++) {
            if (text_equal(name, w->sources[i].statics.items[k]->text)) {
                return true;
            }
        }
    }
    return false;
}

// An expression over a name that failed above would only repeat that fault.
static bool is_follow_up(const struct plan *p, struct text source, const struct pt_error *err)
{
    size_t at = err->column == 0 ? source.n : err->column - 1;
    if (at >= source.n || err->length == 0 || err->length > source.n - at) {
        return false;
    }
    struct text token = text_n(source.p + at, err->length);
    return plan_column_find(p, token) < 0 && plan_is_declared(p, token);
}

struct expr *plan_expr(struct plan *p, const struct node *node, const struct expr_scope *scope)
{
    struct pt_error err = ERROR_INIT;
    struct expr *e = NULL;
    pt_status status = expr_compile(&p->arena, node->text, scope, &e, &err);
    if (status == PT_E_NO_MEMORY) {
        return plan_no_memory(p);
    }
    if (status != PT_OK) {
        if (p->diags->n_errors == 0 || !is_follow_up(p, node->text, &err)) {
            diag_add_error(p->diags, "P0301", node->at, &err);
        }
        return NULL;
    }
    return e;
}

struct expr *plan_condition(struct plan *p, const struct node *node, const struct expr_scope *scope)
{
    struct expr *e = plan_expr(p, node, scope);
    if (e != NULL && !expr_is_condition(e)) {
        plan_fault(p, "P0302", node, "compare it with something",
                   "a condition is needed here, this is %s", vec_type_name(expr_type(e)));
        return NULL;
    }
    return e;
}

static void note_source_uses(struct plan_source *s, const struct expr *e)
{
    expr_uses(e, s->used);
    s->needs_row = s->used[s->n_names - 2] != 0;
}

struct expr *plan_source_expr(struct plan *p, uint32_t source, const struct node *node,
                              bool is_condition)
{
    struct plan_source *s = &p->sources[source];
    if (!s->is_open) {
        return NULL;
    }
    const struct expr_scope scope = {.names = s->names, .n_names = s->n_names, .zone = p->zone};
    struct expr *e = is_condition ? plan_condition(p, node, &scope) : plan_expr(p, node, &scope);
    if (e != NULL) {
        note_source_uses(s, e);
    }
    return e;
}

struct expr *plan_source_text(struct plan *p, uint32_t source, const char *text,
                              struct pt_error *err)
{
    struct plan_source *s = &p->sources[source];
    const struct expr_scope scope = {.names = s->names, .n_names = s->n_names, .zone = p->zone};
    struct expr *e = NULL;
    char *kept = arena_strdup(&p->arena, text);
    if (kept == NULL) {
        error_set(err, PT_E_NO_MEMORY, "out of memory");
        return plan_no_memory(p);
    }
    if (expr_compile(&p->arena, text_of(kept), &scope, &e, err) != PT_OK) {
        return NULL;
    }
    note_source_uses(s, e);
    return e;
}

bool plan_profile_scope(struct plan *p, bool allow_column_functions, struct expr_scope *scope)
{
    struct expr_name *names = plan_alloc(p, p->n_columns, sizeof *names);
    if (names == NULL) {
        return false;
    }
    for (size_t i = 0; i < p->n_columns; i++) {
        bool is_hidden = p->columns[i].origin == PLAN_HIDDEN;
        names[i] = (struct expr_name){is_hidden ? "" : p->columns[i].name, p->columns[i].type};
    }
    *scope = (struct expr_scope){.names = names,
                                 .n_names = p->n_columns,
                                 .zone = p->zone,
                                 .allow_column_functions = allow_column_functions};
    return true;
}

void plan_note_uses(struct plan *p, const struct expr *e)
{
    uint8_t *used = mem_zero(p->n_columns, 1);
    if (used == NULL) {
        plan_no_memory(p);
        return;
    }
    expr_uses(e, used);
    for (size_t i = 0; i < p->n_columns; i++) {
        p->columns[i].is_used = p->columns[i].is_used || used[i] != 0;
    }
    mem_free(used);
}

ptrdiff_t plan_column_find(const struct plan *p, struct text name)
{
    for (size_t i = p->n_columns; i > 0; i--) {
        if (p->columns[i - 1].origin != PLAN_HIDDEN && text_is(name, p->columns[i - 1].name)) {
            return (ptrdiff_t)i - 1;
        }
    }
    return -1;
}

bool plan_column_add(struct plan *p, const char *name, enum vec_type type, enum plan_origin origin,
                     uint32_t index, const struct node *at)
{
    if (origin != PLAN_HIDDEN && plan_column_find(p, text_of(name)) >= 0) {
        plan_fault(p, "P0205", at, NULL, "the name `%s` is taken already", name);
        return false;
    }
    if (!mem_reserve(&p->columns, &p->columns_capacity, p->n_columns + 1, sizeof *p->columns)) {
        plan_no_memory(p);
        return false;
    }
    p->columns[p->n_columns++] =
        (struct plan_column){.name = name, .type = type, .origin = origin, .index = index};
    return true;
}

struct profile_feature *plan_feature_add(struct plan *p)
{
    if (!mem_reserve(&p->features, &p->features_capacity, p->n_features + 1, sizeof *p->features)) {
        return plan_no_memory(p);
    }
    struct profile_feature *f = &p->features[p->n_features++];
    *f = (struct profile_feature){.within_us = -1};
    return f;
}

const struct component_info *plan_component(struct plan *p, pt_kind kind, const struct node *node)
{
    if (node == NULL) {
        return NULL;
    }
    struct pt_error err = ERROR_INIT;
    const struct component_info *c = registry_find(p->registry, kind, node->text.p, &err);
    if (c == NULL) {
        plan_error(p, "P0501", node, NULL, &err);
    }
    return c;
}

const char *plan_path(struct plan *p, const struct node *node)
{
    const char *path = NULL;
    if (node->text.n > 0 && node->text.p[0] == '/') {
        path = node->text.p;
    } else {
        path = arena_printf(&p->arena, "%s/%s",
                            node->base == NULL ? p->pipeline->folder : node->base, node->text.p);
    }
    return path == NULL ? plan_no_memory(p) : path;
}

// Paths that begin with a --var value start at the working folder: told to the option by making
// them absolute in a copy of the map.
static const struct node *
with_absolute_paths(struct plan *p, const struct component_info *component, const struct node *with)
{
    if (with == NULL || with->kind != NODE_MAP) {
        return with;
    }
    for (size_t i = 0; i < with->n; i++) {
        struct node *value = with->pairs[i].value;
        if (value->kind != NODE_SCALAR || value->base == NULL) {
            continue;
        }
        for (uint32_t k = 0; k < component->n_options; k++) {
            bool is_path = component->options[k].type == PT_OPT_INPUT ||
                           strcmp(component->options[k].name, "path") == 0;
            if (is_path && text_is(with->pairs[i].key->text, component->options[k].name)) {
                const char *path = plan_path(p, value);
                value->text = path == NULL ? value->text : text_of(path);
                value->base = NULL;
                break;
            }
        }
    }
    return with;
}

bool plan_is_broken(const struct plan *p, const struct node *node)
{
    if (node == NULL) {
        return false;
    }
    if (node->kind == NODE_SCALAR) {
        struct text name;
        const char *mark = node->text.n == 0 ? NULL : memmem(node->text.p, node->text.n, "${", 2);
        return mark != NULL && !vars_is_secret(node->text, &name) && p->diags->n_errors > 0;
    }
    for (size_t i = 0; i < node->n; i++) {
        const struct node *below = node->kind == NODE_LIST ? node->items[i] : node->pairs[i].value;
        if (plan_is_broken(p, below)) {
            return true;
        }
    }
    return false;
}

struct config *plan_config(struct plan *p, const struct component_info *component,
                           const struct node *with, const struct node *at, const char *owner,
                           const struct config_services *services)
{
    struct config *config = NULL;
    if (plan_is_broken(p, with)) {
        return NULL;
    }
    const struct config_request request = {
        .component = component,
        .with = with_absolute_paths(p, component, with),
        .at = at->at,
        .owner = owner,
        .services = services,
        .host = host_services_table(p->host),
    };
    if (config_fill(&request, p->diags, &config) == PT_E_NO_MEMORY) {
        return plan_no_memory(p);
    }
    return config;
}

static pt_status skip_secret(void *ctx, const char *name, uint32_t *out, struct pt_error *err)
{
    (void)ctx;
    (void)name;
    (void)err;
    *out = 0;
    return PT_OK;
}

struct config_services plan_services(const struct plan *p)
{
    struct config_services services = *host_services_config(p->host);
    if (p->options.skip_secrets) {
        services.secret = skip_secret;
    }
    return services;
}

static void open_zone(struct plan *p)
{
    struct pt_error err = ERROR_INIT;
    if (zone_open(p->pipeline->timezone, &p->zone, &err) != PT_OK) {
        plan_error(p, "P0404", p->pipeline->timezone_node, NULL, &err);
    }
}

// Later parts rely on the arrays of earlier ones: without memory nothing goes on.
static void add_parts(struct plan *p)
{
    static void (*const parts[])(struct plan *) = {
        open_zone,        plan_add_sources,   plan_add_events,  plan_add_identity,
        plan_add_cutoffs, plan_add_features,  plan_add_derived, plan_add_labels,
        plan_add_models,  plan_add_audiences, plan_add_sinks};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && !p->diags->out_of_memory; i++) {
        parts[i](p);
    }
}

static pt_status open_host(struct plan *p, struct diags *diags)
{
    const struct host_settings settings = {
        .folder = p->pipeline->folder,
        .secrets_folder = p->options.secrets_folder,
        .log = p->options.log,
        .cancelled = p->options.cancelled,
        .now_ms = p->options.now_ms,
        .cpu = p->options.cpu,
    };
    struct pt_error err = ERROR_INIT;
    pt_status status = host_services_new(&settings, &p->host, &err);
    diags->out_of_memory = diags->out_of_memory || status != PT_OK;
    return status;
}

pt_status plan_open(const char *file, const struct var_settings *vars,
                    const struct registry *registry, const struct plan_options *options,
                    struct diags *diags, struct plan **out)
{
    *out = NULL;
    struct pipeline *pipeline = NULL;
    pt_status status = pipeline_load(file, vars, diags, &pipeline);
    if (pipeline == NULL || pipeline->root == NULL || pipeline->root->kind != NODE_MAP) {
        pipeline_free(pipeline);
        return status;
    }
    struct plan *p = mem_zero(1, sizeof *p);
    if (p == NULL) {
        pipeline_free(pipeline);
        diags->out_of_memory = true;
        return PT_E_NO_MEMORY;
    }
    p->pipeline = pipeline;
    p->registry = registry;
    p->options = *options;
    p->diags = diags;
    p->population = -1;
    if (open_host(p, diags) == PT_OK) {
        add_parts(p);
    }
    if (diags_failed(diags)) {
        plan_free(p);
        return diags->out_of_memory ? PT_E_NO_MEMORY : PT_E_CONFIG;
    }
    *out = p;
    return PT_OK;
}

static void free_sinks(struct plan *p)
{
    for (size_t i = 0; p->sinks != NULL && i < p->pipeline->n_sinks; i++) {
        struct plan_sink *s = &p->sinks[i];
        if (s->self != NULL) {
            ((const pt_sink_vtable *)s->component->vtable)->destroy(s->self);
        }
        config_free(s->config);
    }
}

void plan_free(struct plan *p)
{
    if (p == NULL) {
        return;
    }
    free_sinks(p);
    for (size_t i = 0; p->models != NULL && i < p->pipeline->n_models; i++) {
        learn_shape_release(&p->models[i].shape);
        config_free(p->models[i].config);
    }
    for (size_t i = 0; p->sources != NULL && i < p->pipeline->n_sources; i++) {
        source_instance_close(&p->sources[i].instance);
    }
    mem_free(p->columns);
    mem_free(p->features);
    zone_free(p->zone);
    host_services_free(p->host);
    pipeline_free(p->pipeline);
    arena_release(&p->arena);
    mem_free(p);
}
