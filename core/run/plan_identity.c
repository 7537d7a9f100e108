// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Plan, identity: namespaces and the identifiers of rows.
#include "plan_parts.h"

static const struct expr *normalizer(struct plan *p, const struct pipeline_namespace *w)
{
    struct text rule = w->normalize->text;

    static const struct {
        const char *name;
        const char *expr;
    } named[] = {{"email", "lower(trim(value))"},
                 {"lower", "lower(trim(value))"},
                 {"trim", "trim(value)"},
                 {"phone CN", "substr(digits(value), -11)"}};
    struct expr_name *names = plan_alloc(p, 2, sizeof *names);
    if (names == NULL) {
        return NULL;
    }
    names[0] = (struct expr_name){"value", VEC_STR};
    struct expr_scope scope = {.names = names, .n_names = 1, .zone = p->zone};
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
        if (text_is(rule, named[i].name)) {
            struct expr *e = NULL;
            struct pt_error err = ERROR_INIT;
            if (expr_compile(&p->arena, text_of(named[i].expr), &scope, &e, &err) != PT_OK) {
                plan_error(p, "P0301", w->normalize, NULL, &err);
            }
            return e;
        }
    }
    names[0].name = w->name;
    struct expr *e = plan_expr(p, w->normalize, &scope);
    if (e != NULL && expr_type(e) != VEC_STR) {
        plan_fault(p, "P0302", w->normalize, NULL, "normalize must give text, this is %s",
                   vec_type_name(expr_type(e)));
        return NULL;
    }
    return e;
}

static void read_class(struct plan *p, const struct node *node, enum namespace_class *out)
{
    static const char *const names[] = {"person", "contact", "device"};
    for (size_t i = 0; i < 3; i++) {
        if (text_is(node->text, names[i])) {
            *out = (enum namespace_class)i;
            return;
        }
    }
    char hint[160];
    plan_hint(node->text.p, names, 3, hint);
    plan_fault(p, "P0107", node, hint, "a class is person, contact or device, not `%s`",
               node->text.p);
}

static void add_namespace(struct plan *p, size_t i)
{
    const struct pipeline_namespace *w = &p->pipeline->namespaces[i];
    struct profile_namespace *n = &p->namespaces[i];
    *n = (struct profile_namespace){.name = w->name, .known_in = -1, .has_reject = w->has_reject};
    if (w->class_ != NULL) {
        read_class(p, w->class_, &n->class_);
    }
    if (w->known_in != NULL) {
        n->known_in = plan_source_find(p, w->known_in->text);
        if (n->known_in < 0) {
            char hint[160];
            plan_hint_rows(p, w->known_in->text.p, hint);
            plan_fault(p, "P0201", w->known_in, hint, "there is no source `%s`",
                       w->known_in->text.p);
        }
    }
    if (w->normalize != NULL) {
        n->normalize = normalizer(p, w);
    }
    const char **reject = plan_alloc(p, w->reject.n, sizeof *reject);
    for (size_t k = 0; reject != NULL && k < w->reject.n; k++) {
        reject[k] = w->reject.items[k]->text.p;
    }
    n->reject = reject;
    n->n_reject = w->reject.n;
}

static int32_t namespace_find(const struct plan *p, struct text name)
{
    for (size_t i = 0; i < p->pipeline->n_namespaces; i++) {
        if (text_is(name, p->pipeline->namespaces[i].name)) {
            return (int32_t)i;
        }
    }
    return -1;
}

static bool is_column(const struct plan_source *s, const char *name)
{
    return schema_find(&s->instance.schema, name) >= 0;
}

static void add_id(struct plan *p, uint32_t source, const struct named_node *w)
{
    struct plan_source *s = &p->sources[source];
    int32_t at = namespace_find(p, text_of(w->name));
    if (at < 0) {
        const char *names[64];
        size_t n = 0;
        for (; n < p->pipeline->n_namespaces && n < 64; n++) {
            names[n] = p->pipeline->namespaces[n].name;
        }
        char hint[160];
        plan_hint(w->name, names, n, hint);
        plan_fault(p, "P0203", w->key, hint, "there is no namespace `%s`", w->name);
        return;
    }
    struct profile_id id = {.namespace_ = (uint32_t)at};
    id.is_row = text_is(w->value->text, "row") && !is_column(s, "row");
    if (id.is_row) {
        s->needs_row = true;
        s->used[s->n_names - 2] = 1;
    }
    id.value = plan_source_expr(p, source, w->value, false);
    if (id.value == NULL) {
        return;
    }
    enum vec_type type = expr_type(id.value);
    if (type != VEC_STR && type != VEC_I64) {
        plan_fault(p, "P0302", w->value, NULL, "an identifier is text or a whole number, not %s",
                   vec_type_name(type));
        return;
    }
    s->ids[s->n_ids++] = id;
}

static void add_rows(struct plan *p, const struct pipeline_rows *w)
{
    int32_t source = plan_source_find(p, w->source->text);
    if (source < 0) {
        char hint[160];
        plan_hint_rows(p, w->source->text.p, hint);
        plan_fault(p, "P0201", w->source, hint, "there is no source `%s`", w->source->text.p);
        return;
    }
    struct plan_source *s = &p->sources[source];
    s->ids = plan_alloc(p, w->n_ids, sizeof *s->ids);
    for (size_t i = 0; s->ids != NULL && s->is_open && i < w->n_ids; i++) {
        add_id(p, (uint32_t)source, &w->ids[i]);
    }
}

static void check_known_in(struct plan *p)
{
    for (size_t i = 0; i < p->pipeline->n_namespaces; i++) {
        int32_t source = p->namespaces[i].known_in;
        if (source < 0 || !p->sources[source].is_open) {
            continue;
        }
        bool is_given = false;
        for (size_t k = 0; k < p->sources[source].n_ids; k++) {
            is_given = is_given || p->sources[source].ids[k].namespace_ == i;
        }
        if (!is_given) {
            plan_fault(p, "P0203", p->pipeline->namespaces[i].known_in, NULL,
                       "rows of `%s` give no `%s`, so no value would be known",
                       p->pipeline->sources[source].name, p->pipeline->namespaces[i].name);
        }
    }
}

// Were identifiers written for this source, whatever became of them?
static bool has_rows(const struct plan *p, size_t source)
{
    for (size_t i = 0; i < p->pipeline->n_rows; i++) {
        if (text_is(p->pipeline->rows[i].source->text, p->pipeline->sources[source].name)) {
            return p->pipeline->rows[i].n_ids > 0;
        }
    }
    return false;
}

void plan_add_identity(struct plan *p)
{
    p->namespaces = plan_alloc(p, p->pipeline->n_namespaces, sizeof *p->namespaces);
    if (p->namespaces == NULL || p->sources == NULL) {
        return;
    }
    for (size_t i = 0; i < p->pipeline->n_namespaces; i++) {
        add_namespace(p, i);
    }
    for (size_t i = 0; i < p->pipeline->n_rows; i++) {
        add_rows(p, &p->pipeline->rows[i]);
    }
    check_known_in(p);
    for (size_t i = 0; i < p->pipeline->n_sources; i++) {
        if (p->sources[i].is_open && p->sources[i].n_ids == 0 && !has_rows(p, i)) {
            plan_fault(p, "P0203", p->pipeline->sources[i].key,
                       "say under `identity.rows` which columns identify its rows",
                       "rows of source `%s` have no identifier", p->pipeline->sources[i].name);
        }
    }
}
