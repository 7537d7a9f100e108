// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Plan, events: named kinds of rows as chains of conditions.
#include "plan_parts.h"

int32_t plan_event_find(const struct plan *p, struct text name)
{
    for (size_t i = 0; i < p->pipeline->n_events; i++) {
        if (text_is(name, p->pipeline->events[i].name)) {
            return (int32_t)i;
        }
    }
    return -1;
}

void plan_hint_rows(const struct plan *p, const char *wrong, char hint[160])
{
    const char *names[256];
    size_t n = 0;
    for (size_t i = 0; i < p->pipeline->n_sources && n < 256; i++) {
        names[n++] = p->pipeline->sources[i].name;
    }
    for (size_t i = 0; i < p->pipeline->n_events && n < 256; i++) {
        names[n++] = p->pipeline->events[i].name;
    }
    plan_hint(wrong, names, n, hint);
}

// Resolves the event with the chain it stands on; `depth` finds cycles.
static bool resolve_event(struct plan *p, size_t i, size_t depth)
{
    const struct pipeline_event *w = &p->pipeline->events[i];
    struct plan_event *e = &p->events[i];
    if (e->is_resolved || e->is_failed || w->from == NULL) {
        return e->is_resolved;
    }
    if (depth > p->pipeline->n_events) {
        plan_fault(p, "P0206", w->from, NULL, "event `%s` builds on itself", w->name);
        e->is_failed = true;
        return false;
    }
    int32_t parent = plan_event_find(p, w->from->text);
    int32_t source = plan_source_find(p, w->from->text);
    if (parent < 0 && source < 0) {
        char hint[160];
        plan_hint_rows(p, w->from->text.p, hint);
        plan_fault(p, "P0202", w->from, hint, "there is no source or event `%s`", w->from->text.p);
        e->is_failed = true;
        return false;
    }
    if (source < 0 && !resolve_event(p, (size_t)parent, depth + 1)) {
        e->is_failed = true;
        return false;
    }
    e->name = w->name;
    e->source = source >= 0 ? (uint32_t)source : p->events[parent].source;
    size_t inherited = source >= 0 ? 0 : p->events[parent].n_where;
    e->where = plan_alloc(p, inherited + 1, sizeof(const struct expr *));
    if (e->where == NULL) {
        return false;
    }
    for (size_t k = 0; k < inherited; k++) {
        e->where[e->n_where++] = p->events[parent].where[k];
    }
    const struct expr *own =
        w->where == NULL ? NULL : plan_source_expr(p, e->source, w->where, true);
    if (own != NULL) {
        e->where[e->n_where++] = own;
    }
    e->is_resolved = w->where == NULL || own != NULL;
    e->is_failed = !e->is_resolved;
    return e->is_resolved;
}

void plan_add_events(struct plan *p)
{
    p->events = plan_alloc(p, p->pipeline->n_events, sizeof *p->events);
    for (size_t i = 0; p->events != NULL && i < p->pipeline->n_events; i++) {
        const struct pipeline_event *w = &p->pipeline->events[i];
        if (plan_source_find(p, text_of(w->name)) >= 0) {
            plan_fault(p, "P0205", w->key, NULL, "`%s` is the name of a source already", w->name);
            continue;
        }
        resolve_event(p, i, 0);
    }
}
