// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Plan, campaign: audiences and sinks.
#include <portrait/sink.h>
#include <math.h>

#include "component.h"
#include "mem.h"
#include "plan_parts.h"

// --- Audiences ---------------------------------------------------------------------------------

static bool is_backtest_output(const struct plan *p, const struct plan_column *c)
{
    if (c->origin != PLAN_OUTPUT) {
        return false;
    }
    const struct plan_model *m = &p->models[c->index];
    return m->has_timed_label && m->load_path == NULL && p->pipeline->n_train == 0;
}

static void note_backtest(struct plan *p, struct plan_audience *a, const struct expr *e)
{
    uint8_t *used = mem_zero(p->n_columns, 1);
    if (used == NULL) {
        plan_no_memory(p);
        return;
    }
    expr_uses(e, used);
    for (size_t i = 0; i < p->n_columns; i++) {
        a->reads_backtest = a->reads_backtest || (used[i] && is_backtest_output(p, &p->columns[i]));
    }
    mem_free(used);
}

static void read_order(struct plan *p, struct plan_audience *a, const struct expr_scope *scope)
{
    const struct node_list *written = &a->written->order_by;
    size_t capacity = 0;
    struct audience_order *order = NULL;
    for (size_t i = 0; i < written->n; i++) {
        const struct node *node = written->items[i];
        struct audience_order_part *parts = NULL;
        size_t n = 0;
        struct pt_error err = ERROR_INIT;
        if (audience_order_split(&p->arena, node->text, &parts, &n, &err) != PT_OK) {
            if (err.code == PT_E_NO_MEMORY) {
                plan_no_memory(p);
            } else {
                diag_add_error(p->diags, "P0301", node->at, &err);
            }
            continue;
        }
        for (size_t k = 0; k < n; k++) {
            struct node part = *node;
            part.text = parts[k].expr;
            // Behind the opening quote, which stands before the first part only.
            bool is_inside = node->is_quoted && parts[k].offset > 0;
            part.at.column += (uint32_t)parts[k].offset + is_inside;
            struct expr *key = plan_expr(p, &part, scope);
            if (key == NULL) {
                continue;
            }
            if (!mem_reserve(&order, &capacity, a->n_order + 1, sizeof *order)) {
                plan_no_memory(p);
                continue;
            }
            order[a->n_order++] = (struct audience_order){key, parts[k].is_descending};
            plan_note_uses(p, key);
            note_backtest(p, a, key);
        }
    }
    a->order = plan_alloc(p, a->n_order, sizeof *a->order);
    if (a->order != NULL && a->n_order > 0) {
        memcpy(a->order, order, a->n_order * sizeof *order);
    }
    mem_free(order);
}

static void read_limit(struct plan *p, struct plan_audience *a)
{
    const struct node *node = a->written->limit;
    if (node == NULL) {
        return;
    }
    struct text t = node->text;
    bool is_percent = t.n > 0 && t.p[t.n - 1] == '%';
    t.n -= is_percent;
    bool is_fine = !node->is_quoted && text_to_f64(t, &a->limit_value) && a->limit_value >= 0 &&
                   (is_percent ? a->limit_value <= 100 : a->limit_value == floor(a->limit_value));
    if (!is_fine) {
        plan_fault(p, "P0104", node, NULL, "`limit` is a count or a percentage such as 10%%");
    }
    a->limit = is_percent ? AUDIENCE_LIMIT_PERCENT : AUDIENCE_LIMIT_COUNT;
}

static void read_consent(struct plan *p, struct plan_audience *a)
{
    const struct node *node = a->written->consent;
    if (node == NULL) {
        return;
    }
    const char *names[64];
    size_t n = 0;
    for (size_t i = 0; i < p->pipeline->n_sources; i++) {
        for (size_t k = 0; k < p->pipeline->sources[i].n_consents && n < 64; k++) {
            names[n++] = p->pipeline->sources[i].consents[k].name;
        }
    }
    for (size_t i = 0; i < p->n_columns; i++) {
        if (text_is(plan_consent_purpose(&p->columns[i]), node->text.p)) {
            a->has_consent = true;
            return;
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (text_is(node->text, names[i])) {
            return; // declared, but its expression failed: reported there
        }
    }
    char hint[160];
    plan_hint(node->text.p, names, n, hint);
    plan_fault(p, "P0207", node, hint, "no source has a consent `%s`", node->text.p);
}

// A list that is not there, or whose header is wrong, would stop the run after all was computed.
static void check_list(struct plan *p, const struct node *at, const char *path)
{
    size_t n = p->pipeline->n_namespaces;
    const char **names = plan_alloc(p, n, sizeof *names);
    struct pt_error err = ERROR_INIT;
    struct input *in = NULL;
    if (names == NULL || path == NULL || plan_is_broken(p, at)) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        names[i] = p->pipeline->namespaces[i].name;
    }
    const struct suppression_spec spec = {.namespaces = names, .n_namespaces = n};
    if (input_open(p->pipeline->folder, path, NULL, &in, &err) != PT_OK ||
        suppression_check(in, &spec, &err) != PT_OK) {
        plan_error(p, "P0112", at, "suppression list", &err);
    }
    input_close(in);
}

void plan_add_audiences(struct plan *p)
{
    p->audiences = plan_alloc(p, p->pipeline->n_audiences, sizeof *p->audiences);
    for (size_t i = 0; p->audiences != NULL && i < p->pipeline->n_audiences; i++) {
        struct plan_audience *a = &p->audiences[i];
        a->written = &p->pipeline->audiences[i];
        struct expr_scope scope;
        if (!plan_profile_scope(p, false, &scope)) {
            return;
        }
        if (text_is(text_of(a->written->name), "profiles")) {
            plan_fault(p, "P0205", a->written->key, NULL, "`profiles` means all profiles");
        }
        if (a->written->where != NULL) {
            a->where = plan_condition(p, a->written->where, &scope);
        }
        if (a->where != NULL) {
            plan_note_uses(p, a->where);
            note_backtest(p, a, a->where);
        }
        read_consent(p, a);
        read_order(p, a, &scope);
        read_limit(p, a);
        a->suppress = plan_alloc(p, a->written->suppress.n, sizeof *a->suppress);
        for (size_t k = 0; a->suppress != NULL && k < a->written->suppress.n; k++) {
            const char *path = plan_path(p, a->written->suppress.items[k]);
            a->suppress[a->n_suppress++] = path;
            check_list(p, a->written->suppress.items[k], path);
        }
    }
}

// --- Sinks -------------------------------------------------------------------------------------

static pt_status sink_column(void *ctx, const char *name, struct pt_error *err)
{
    const struct plan *p = ctx;
    bool is_follow_up = p->diags->n_errors > 0 && plan_is_declared(p, text_of(name));
    if (plan_column_find(p, text_of(name)) >= 0 || is_follow_up) {
        return PT_OK;
    }
    const char *names[512];
    size_t n = 0;
    for (size_t i = 0; i < p->n_columns && n < 512; i++) {
        if (p->columns[i].origin != PLAN_HIDDEN) {
            names[n++] = p->columns[i].name;
        }
    }
    char hint[160];
    plan_hint(name, names, n, hint);
    error_set(err, PT_E_NOT_FOUND, "there is no column `%s`", name);
    snprintf(err->hint, sizeof err->hint, "%.127s", hint);
    return PT_E_NOT_FOUND;
}

static pt_status sink_secret(void *ctx, const char *name, uint32_t *out, struct pt_error *err)
{
    const struct plan *p = ctx;
    const struct config_services services = plan_services(p);
    return services.secret(services.ctx, name, out, err);
}

static struct config_services sink_services(struct plan *p)
{
    return (struct config_services){.ctx = p, .secret = sink_secret, .column = sink_column};
}

static void add_sink_column(struct plan *p, struct plan_sink *s, const char *name, size_t column)
{
    s->columns[s->n_columns++] = (struct plan_sink_column){name, column};
    p->columns[column].is_used = true;
}

static void all_columns(struct plan *p, struct plan_sink *s)
{
    s->columns = plan_alloc(p, p->n_columns, sizeof *s->columns);
    for (size_t i = 0; s->columns != NULL && i < p->n_columns; i++) {
        enum plan_origin origin = p->columns[i].origin;
        bool is_shown = origin == PLAN_PROFILE || origin == PLAN_STATIC || origin == PLAN_FEATURE ||
                        origin == PLAN_DERIVED || origin == PLAN_OUTPUT ||
                        (origin == PLAN_LABEL && p->pipeline->n_train == 0);
        if (is_shown) {
            add_sink_column(p, s, p->columns[i].name, i);
        }
    }
}

// The sink's `columns` option, a map of columns: what is written and under which name.
static void read_columns(struct plan *p, struct plan_sink *s)
{
    const struct node *with = s->written->with;
    const struct node *columns = node_get(with, "columns");
    if (columns == NULL || columns->kind != NODE_MAP) {
        all_columns(p, s);
        return;
    }
    s->columns = plan_alloc(p, columns->n, sizeof *s->columns);
    for (size_t i = 0; s->columns != NULL && i < columns->n; i++) {
        const struct node *value = columns->pairs[i].value;
        ptrdiff_t at = value->kind == NODE_SCALAR ? plan_column_find(p, value->text) : -1;
        if (at < 0) {
            continue; // reported when the options were filled
        }
        if (p->columns[at].origin == PLAN_LABEL && p->pipeline->n_train > 0) {
            plan_fault(
                p, "P0402", value, NULL,
                "label `%s` is not known yet at `as_of`; with `train` it is only learnt from",
                value->text.p);
        }
        add_sink_column(p, s, columns->pairs[i].key->text.p, (size_t)at);
    }
}

static void find_audience(struct plan *p, struct plan_sink *s)
{
    const struct node *from = s->written->from;
    s->audience = -1;
    if (from == NULL || text_is(from->text, "profiles")) {
        return;
    }
    const char *names[128];
    size_t n = 0;
    names[n++] = "profiles";
    for (size_t i = 0; i < p->pipeline->n_audiences; i++) {
        if (text_is(from->text, p->pipeline->audiences[i].name)) {
            s->audience = (int32_t)i;
            return;
        }
        if (n < 128) {
            names[n++] = p->pipeline->audiences[i].name;
        }
    }
    char hint[160];
    plan_hint(from->text.p, names, n, hint);
    plan_fault(p, "P0207", from, hint, "there is no audience `%s`", from->text.p);
}

static void find_path(struct plan *p, struct plan_sink *s)
{
    const pt_sink_vtable *v = s->component->vtable;
    const char *path = v->path(s->self);
    const struct node *written = node_get(s->written->with, "path");
    if (path == NULL) {
        s->path = arena_printf(&p->arena, "%s/out/%s", p->pipeline->folder, s->written->name);
    } else if (path[0] == '/') {
        s->path = arena_strdup(&p->arena, path);
    } else {
        s->path = arena_printf(&p->arena, "%s/%s", p->pipeline->folder, path);
    }
    for (size_t i = 0; s->path != NULL && &p->sinks[i] != s; i++) {
        if (p->sinks[i].path != NULL && strcmp(p->sinks[i].path, s->path) == 0) {
            plan_fault(p, "P0208", written == NULL ? s->written->key : written, NULL,
                       "sinks `%s` and `%s` write the same file", p->sinks[i].written->name,
                       s->written->name);
        }
    }
}

static void check_backtest(struct plan *p, const struct plan_sink *s)
{
    bool reads = s->audience >= 0 && p->audiences[s->audience].reads_backtest;
    for (size_t i = 0; i < s->n_columns; i++) {
        reads = reads || is_backtest_output(p, &p->columns[s->columns[i].column]);
    }
    if (reads && s->is_delivery && !p->pipeline->deliver_backtest) {
        plan_fault(p, "P0405", s->written->key,
                   "learn at earlier cut-offs (`train`), or say `deliver_backtest: true`",
                   "sink `%s` would deliver scores of a back-test: learnt from what happened after "
                   "`as_of`",
                   s->written->name);
    }
}

static void add_sink(struct plan *p, struct plan_sink *s)
{
    const struct pipeline_sink *w = s->written;
    find_audience(p, s);
    s->component = plan_component(p, PT_KIND_SINK, w->plugin);
    if (s->component == NULL) {
        return;
    }
    char owner[192];
    snprintf(owner, sizeof owner, "sink `%s` (%s %s)", w->name, s->component->name,
             s->component->plugin->version);
    const struct config_services services = sink_services(p);
    s->config = plan_config(p, s->component, w->with, w->key, owner, &services);
    if (s->config == NULL) {
        return;
    }
    struct pt_error err = ERROR_INIT;
    if (component_create(s->component, host_services_table(p->host), config_struct(s->config),
                         &s->self, &err) != PT_OK) {
        plan_error(p, "P0113", w->key, owner, &err);
        return;
    }
    s->is_delivery = (s->component->caps & PT_CAP_DELIVERY) != 0;
    if (!s->is_delivery) {
        find_path(p, s);
    }
    read_columns(p, s);
    check_backtest(p, s);
}

void plan_add_sinks(struct plan *p)
{
    p->sinks = plan_alloc(p, p->pipeline->n_sinks, sizeof *p->sinks);
    for (size_t i = 0; p->sinks != NULL && i < p->pipeline->n_sinks; i++) {
        p->sinks[i].written = &p->pipeline->sinks[i];
        add_sink(p, &p->sinks[i]);
    }
}
