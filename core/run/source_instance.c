// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "source_instance.h"

#include <portrait/source.h>

#include "component.h"
#include "mem.h"

static pt_status take_schema(void *ctx, struct ArrowSchema *schema, pt_error *err)
{
    struct source_instance *s = ctx;
    const struct zone *zone = s->schema.zone;
    pt_status status = s->schema.n > 0
                           ? error_set(err, PT_E_STATE, "the plugin reports two schemas")
                           : schema_import(schema, &s->schema, err);
    s->schema.zone = zone;
    if (schema->release != NULL) {
        schema->release(schema);
    }
    return status;
}

static pt_status take_time_column(void *ctx, const char *name, pt_error *err)
{
    struct source_instance *s = ctx;
    s->time_column = arena_strdup(&s->told, name);
    return s->time_column == NULL ? error_set(err, PT_E_NO_MEMORY, "out of memory") : PT_OK;
}

static pt_status take_state(void *ctx, pt_bytes state, pt_error *err)
{
    struct source_instance *s = ctx;
    if (state.size > PT_STATE_MAX) {
        FAIL(err, PT_E_LIMIT, "discovery state of %llu bytes, at most %u are allowed",
             (unsigned long long)state.size, PT_STATE_MAX);
    }
    str_reset(&s->state);
    if (!str_add_n(&s->state, (const char *)state.data, state.size)) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    return PT_OK;
}

static void take_note(void *ctx, const char *text)
{
    struct source_instance *s = ctx;
    char *copy = arena_strdup(&s->told, text);
    if (copy != NULL &&
        mem_reserve(&s->notes, &s->notes_capacity, s->n_notes + 1, sizeof(const char *))) {
        s->notes[s->n_notes++] = copy;
    } else {
        s->has_lost_note = true;
    }
}

pt_status source_told(pt_status status, struct pt_error *err)
{
    if (status == PT_OK) {
        return PT_OK;
    }
    bool is_known = status >= PT_E_INVALID && status <= PT_E_INTERNAL;
    pt_status known = is_known ? status : PT_E_INTERNAL;
    if (err != NULL && err->message[0] == '\0') {
        error_set(err, known, "the plugin does not say why: %s", error_name(known));
    } else if (err != NULL) {
        err->code = known;
    }
    return known;
}

static const pt_source_vtable *vtable_of(const struct source_instance *s)
{
    return s->component->vtable;
}

static pt_status discover(struct source_instance *s, struct pt_error *err)
{
    const pt_source_vtable *v = vtable_of(s);
    TRY(source_told(
        component_create(s->component, s->host, config_struct(s->config), &s->self, err), err));
    const pt_discovery discovery = {
        .struct_size = sizeof discovery,
        .ctx = s,
        .schema = take_schema,
        .time_column = take_time_column,
        .state = take_state,
        .note = take_note,
    };
    TRY(source_told(v->discover(s->self, &discovery, err), err));
    if (s->has_lost_note) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    if (s->schema.n == 0) {
        FAIL(err, PT_E_DATA, "no columns were found");
    }
    if (s->time_column == NULL) {
        return PT_OK;
    }
    ptrdiff_t at = schema_find(&s->schema, s->time_column);
    if (at < 0 || s->schema.fields[at].type != VEC_TIME) {
        FAIL(err, PT_E_INTERNAL, "the plugin's time column `%s` is no time", s->time_column);
    }
    return PT_OK;
}

pt_status source_instance_open(struct source_instance *s, const struct component_info *component,
                               struct config *config, const pt_host *host, const struct zone *zone,
                               struct pt_error *err)
{
    *s = (struct source_instance){
        .component = component, .host = host, .config = config, .is_checked = true};
    s->schema.zone = zone;
    pt_status status = discover(s, err);
    if (status != PT_OK) {
        source_instance_close(s);
    }
    return status;
}

static pt_status bound_schema(struct source_instance *s, struct pt_error *err)
{
    struct schema *b = &s->bound_schema;
    b->zone = s->schema.zone;
    b->fields = arena_zero(&b->arena, s->n_bound, sizeof *b->fields);
    if (b->fields == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    b->n = s->n_bound;
    for (size_t i = 0; i < s->n_bound; i++) {
        b->fields[i] = s->schema.fields[s->bound[i]];
    }
    return PT_OK;
}

pt_status source_instance_bind(struct source_instance *s, const uint8_t *used, struct pt_error *err)
{
    const char **names = mem_array(s->schema.n, sizeof *names);
    s->bound = mem_array(s->schema.n, sizeof *s->bound);
    if (names == NULL || s->bound == NULL) {
        mem_free(names);
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    s->n_bound = 0;
    for (size_t i = 0; i < s->schema.n; i++) {
        if (used[i]) {
            s->bound[s->n_bound++] = i;
        }
    }
    if (s->n_bound == 0) {
        s->bound[s->n_bound++] = 0;
    }
    for (size_t i = 0; i < s->n_bound; i++) {
        names[i] = s->schema.fields[s->bound[i]].name;
    }
    const pt_column_list columns = {
        .struct_size = sizeof columns, .n = (uint32_t)s->n_bound, .names = names};
    const pt_bytes state = {(const uint8_t *)s->state.p, s->state.n};
    pt_status status = source_told(vtable_of(s)->bind(s->self, state, &columns, err), err);
    mem_free(names);
    return status == PT_OK ? bound_schema(s, err) : status;
}

void source_instance_close(struct source_instance *s)
{
    if (s->component != NULL && s->self != NULL) {
        vtable_of(s)->destroy(s->self);
    }
    config_free(s->config);
    schema_release(&s->schema);
    schema_release(&s->bound_schema);
    arena_release(&s->told);
    str_release(&s->state);
    mem_free(s->notes);
    mem_free(s->bound);
    *s = (struct source_instance){0};
}
