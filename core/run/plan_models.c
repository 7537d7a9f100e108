// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Plan, models: inputs by glob, preparation, labels, evaluation, the columns a model adds.
#include <fnmatch.h>

#include "mem.h"
#include "plan_parts.h"
#include "reasons.h"
#include "suggest.h"

static bool is_number(enum vec_type type)
{
    return type != VEC_STR;
}

// `*` and other globs mean features and derived values; statics and earlier models' columns must be
// matched by more than `*`, labels never are.
static bool is_matched(const struct plan_column *c, const char *pattern)
{
    bool is_value = c->origin == PLAN_FEATURE || c->origin == PLAN_DERIVED;
    bool is_named =
        strcmp(c->name, pattern) == 0 && (c->origin == PLAN_STATIC || c->origin == PLAN_OUTPUT);
    return is_named || (is_value && fnmatch(pattern, c->name, 0) == 0);
}

static void hint_input(const struct plan *p, const char *wrong, char hint[160])
{
    const char *names[512];
    size_t n = 0;
    for (size_t i = 0; i < p->n_columns && n < 512; i++) {
        enum plan_origin origin = p->columns[i].origin;
        if (origin == PLAN_FEATURE || origin == PLAN_DERIVED || origin == PLAN_STATIC) {
            names[n++] = p->columns[i].name;
        }
    }
    plan_hint(wrong, names, n, hint);
}

// Would the pattern match if every declared feature had succeeded?
static bool may_be_declared(const struct plan *p, const char *pattern)
{
    const struct pipeline *w = p->pipeline;
    for (size_t i = 0; i < w->n_features; i++) {
        if (fnmatch(pattern, w->features[i].name, 0) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < w->n_derive; i++) {
        if (fnmatch(pattern, w->derive[i].name, 0) == 0) {
            return true;
        }
    }
    return plan_is_declared(p, text_of(pattern));
}

// marks[i] = 1 (or 0 with `value` 0) for the columns that the patterns match.
static void mark(struct plan *p, const struct node_list *patterns, uint8_t value, uint8_t *marks)
{
    for (size_t k = 0; k < patterns->n; k++) {
        const struct node *pattern = patterns->items[k];
        bool is_met = false;
        for (size_t i = 0; i < p->n_columns; i++) {
            if (is_matched(&p->columns[i], pattern->text.p)) {
                marks[i] = value;
                is_met = true;
            }
        }
        if (!is_met && !(p->diags->n_errors > 0 && may_be_declared(p, pattern->text.p))) {
            char hint[160];
            hint_input(p, pattern->text.p, hint);
            plan_fault(p, "P0204", pattern, hint,
                       "no feature, derived value or static column is `%s`", pattern->text.p);
        }
    }
}

static void add_inputs(struct plan *p, struct plan_model *m)
{
    uint8_t *in = mem_zero(p->n_columns, 1);
    uint8_t *logs = mem_zero(p->n_columns, 1);
    m->inputs = plan_alloc(p, p->n_columns, sizeof *m->inputs);
    if (in == NULL || logs == NULL || m->inputs == NULL) {
        plan_no_memory(p);
        goto cleanup;
    }
    mark(p, &m->written->inputs, 1, in);
    mark(p, &m->written->exclude, 0, in);
    mark(p, &m->written->log1p, 1, logs);
    for (size_t i = 0; i < p->n_columns; i++) {
        if (in[i]) {
            m->inputs[m->n_inputs++] = (struct learn_input){
                .name = p->columns[i].name,
                .type = p->columns[i].type,
                .log1p = logs[i] != 0 && is_number(p->columns[i].type),
            };
        }
    }
    if (m->n_inputs == 0 && m->written->inputs.n > 0 && p->diags->n_errors == 0) {
        plan_fault(p, "P0204", m->written->inputs.items[0], NULL, "model `%s` has no inputs",
                   m->written->name);
    }

cleanup:
    mem_free(in);
    mem_free(logs);
}

static int choose(struct plan *p, const struct node *node, const char *key,
                  const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (text_is(node->text, names[i])) {
            return (int)i;
        }
    }
    char hint[160];
    suggest_choice(node->text.p, names, n, hint, sizeof hint);
    plan_fault(p, "P0107", node, hint, "`%s` is no choice for `%s`", node->text.p, key);
    return 0;
}

static void read_prepare(struct plan *p, struct plan_model *m)
{
    static const char *const scales[] = {"auto", "none", "standard", "minmax"};
    static const char *const imputes[] = {"auto", "none", "mean", "median", "zero"};
    static const char *const categories[] = {"auto", "one_hot", "codes"};
    const struct pipeline_model *w = m->written;
    if (w->scale != NULL) {
        m->prepare.scale = (enum learn_scale)choose(p, w->scale, "scale", scales, 4);
    }
    if (w->categories != NULL) {
        m->prepare.categories =
            (enum learn_categories)choose(p, w->categories, "categories", categories, 3);
    }
    m->prepare.drop_first = w->drop_first;
    if (w->impute == NULL) {
        return;
    }
    if (!w->impute->is_quoted && text_to_f64(w->impute->text, &m->prepare.impute_value)) {
        m->prepare.impute = LEARN_IMPUTE_CONSTANT;
        return;
    }
    m->prepare.impute = (enum learn_impute)choose(p, w->impute, "impute", imputes, 5);
}

static void read_label(struct plan *p, struct plan_model *m)
{
    const struct node *node = m->written->label;
    if (node == NULL) {
        if (m->shape.needs_label && m->written->load == NULL) {
            plan_fault(p, "P0105", m->written->key, NULL, "model `%s` needs `label`",
                       m->written->name);
        }
        return;
    }
    if (!m->shape.needs_label) {
        plan_fault(p, "P0103", node, "leave `label` out", "model `%s` (%s) learns without a label",
                   m->written->name, m->component->name);
        return;
    }
    ptrdiff_t at = plan_column_find(p, node->text);
    if (at < 0 && p->diags->n_errors > 0 && plan_is_declared(p, node->text)) {
        return;
    }
    if (at < 0 || (p->columns[at].origin != PLAN_LABEL && p->columns[at].origin != PLAN_STATIC)) {
        const char *names[128];
        size_t n = 0;
        for (size_t i = 0; i < p->n_columns && n < 128; i++) {
            if (p->columns[i].origin == PLAN_LABEL || p->columns[i].origin == PLAN_STATIC) {
                names[n++] = p->columns[i].name;
            }
        }
        char hint[160];
        plan_hint(node->text.p, names, n, hint);
        plan_fault(p, "P0207", node, hint, "there is no label or static column `%s`", node->text.p);
        return;
    }
    m->label = p->columns[at].name;
    m->has_timed_label =
        p->columns[at].origin == PLAN_LABEL && p->features[p->columns[at].index].is_label;
    for (size_t i = 0; i < m->n_inputs; i++) {
        if (strcmp(m->inputs[i].name, m->label) == 0) {
            plan_fault(p, "P0207", node, "exclude it", "the label `%s` is among the inputs",
                       m->label);
        }
    }
}

// What only some tasks have.
static void read_judge(struct plan *p, struct plan_model *m)
{
    static const char *const names[] = {"none", "platt", "isotonic"};
    const struct pipeline_model *w = m->written;
    if (w->calibrate != NULL) {
        m->calibrate = (enum learn_calibrate)choose(p, w->calibrate, "calibrate", names, 3);
    }
    if (w->folds > 0 && m->shape.task == PT_TASK_CLUSTER) {
        plan_fault(p, "P0103", w->key, "leave `folds` out",
                   "model `%s` (%s): segments are not judged in folds", w->name,
                   m->component->name);
    }
    bool is_asked = m->calibrate != LEARN_CALIBRATE_NONE || w->bootstrap != 0 ||
                    w->importance != 0 || w->n_curve != 0;
    bool is_classifier = m->shape.task == PT_TASK_BINARY || m->shape.task == PT_TASK_CLASSES;
    if (is_asked && !is_classifier) {
        plan_fault(p, "P0103", w->calibrate == NULL ? w->key : w->calibrate, NULL,
                   "model `%s` (%s): `calibrate`, `bootstrap`, `importance` and `learning_curve` "
                   "are of models of classes",
                   w->name, m->component->name);
    }
}

static void read_test(struct plan *p, struct plan_model *m)
{
    const struct node *node = m->written->test;
    if (node == NULL) {
        return;
    }
    struct text t = node->text;
    m->test_text = node->text.p;
    if (t.n > 1 && t.p[t.n - 1] == '%') {
        double percent = 0;
        if (!text_to_f64(text_n(t.p, t.n - 1), &percent) || percent <= 0 || percent >= 100) {
            plan_fault(p, "P0106", node, NULL, "`test` is a share such as 20%% or a condition");
            return;
        }
        m->test_fraction = percent / 100;
        return;
    }
    double number = 0;
    if (text_to_f64(t, &number)) {
        char hint[160];
        snprintf(hint, sizeof hint, "for a share write %g%%", number < 1 ? number * 100 : number);
        plan_fault(p, "P0106", node, hint, "`test` is a share such as 20%% or a condition");
        return;
    }
    struct expr_scope scope;
    if (plan_profile_scope(p, false, &scope)) {
        m->test = plan_condition(p, node, &scope);
    }
    if (m->test != NULL) {
        plan_note_uses(p, m->test);
    }
}

static pt_status known_column(void *ctx, const char *name, struct pt_error *err)
{
    const struct plan *p = ctx;
    bool is_follow_up = p->diags->n_errors > 0 && plan_is_declared(p, text_of(name));
    if (plan_column_find(p, text_of(name)) >= 0 || is_follow_up) {
        return PT_OK;
    }
    error_set(err, PT_E_NOT_FOUND, "there is no column `%s`", name);
    char hint[160];
    hint_input(p, name, hint);
    snprintf(err->hint, sizeof err->hint, "%.127s", hint);
    return PT_E_NOT_FOUND;
}

static bool configure(struct plan *p, struct plan_model *m)
{
    const struct pipeline_model *w = m->written;
    m->component = plan_component(p, PT_KIND_MODEL, w->plugin);
    if (m->component == NULL) {
        return false;
    }
    char owner[192];
    snprintf(owner, sizeof owner, "model `%s` (%s %s)", w->name, m->component->name,
             m->component->plugin->version);
    const struct config_services services = {.ctx = p, .column = known_column};
    m->config = plan_config(p, m->component, w->with, w->key, owner, &services);
    if (m->config == NULL) {
        return false;
    }
    struct pt_error err = ERROR_INIT;
    if (learn_describe(m->component, config_struct(m->config), host_services_table(p->host),
                       &m->shape, &err) != PT_OK) {
        plan_error(p, "P0113", w->key, owner, &err);
        return false;
    }
    return true;
}

static void add_outputs(struct plan *p, struct plan_model *m, uint32_t index)
{
    m->first_output = p->n_columns;
    for (size_t i = 0; i < m->shape.n_outputs; i++) {
        const struct learn_output *o = &m->shape.outputs[i];
        const char *name = o->name[0] == '\0'
                               ? m->written->name
                               : arena_printf(&p->arena, "%s.%s", m->written->name, o->name);
        if (name == NULL) {
            plan_no_memory(p);
            return;
        }
        plan_column_add(p, name, o->type, PLAN_OUTPUT, index, m->written->key);
    }
}

// reason_1 .. reason_N, beside the outputs.
static void add_reasons(struct plan *p, struct plan_model *m, uint32_t index)
{
    if (m->written->reasons > 0 && m->shape.contributes == PT_CONTRIBUTES_NOTHING) {
        plan_fault(p, "P0103", m->written->reasons_at, "leave `reasons` out",
                   "model `%s` (%s) cannot tell the reasons of a score", m->written->name,
                   m->component->name);
        return;
    }
    for (int64_t i = 1; i <= m->written->reasons; i++) {
        const char *name = arena_printf(&p->arena, REASONS_COLUMN, m->written->name, (unsigned)i);
        if (name == NULL) {
            plan_no_memory(p);
            return;
        }
        plan_column_add(p, name, VEC_STR, PLAN_OUTPUT, index, m->written->key);
    }
}

static void read_keep_ids(struct plan *p, struct plan_model *m)
{
    const struct node *node = m->written->keep_ids;
    if (node == NULL) {
        return;
    }
    if (m->shape.task != PT_TASK_CLUSTER) {
        plan_fault(p, "P0103", node, "leave `keep_ids` out", "model `%s` (%s) has no segments",
                   m->written->name, m->component->name);
        return;
    }
    if (m->written->load != NULL) {
        plan_fault(p, "P0103", node, "leave `keep_ids` out",
                   "model `%s` is loaded, so its segments have their numbers already",
                   m->written->name);
        return;
    }
    m->keep_path = plan_path(p, node);
}

void plan_add_models(struct plan *p)
{
    p->models = plan_alloc(p, p->pipeline->n_models, sizeof *p->models);
    for (size_t i = 0; p->models != NULL && i < p->pipeline->n_models; i++) {
        struct plan_model *m = &p->models[i];
        m->written = &p->pipeline->models[i];
        if (!configure(p, m)) {
            continue;
        }
        add_inputs(p, m);
        read_prepare(p, m);
        read_label(p, m);
        read_judge(p, m);
        read_test(p, m);
        if (m->written->load != NULL) {
            m->load_path = plan_path(p, m->written->load);
        }
        read_keep_ids(p, m);
        bool learns_here = m->load_path == NULL && p->pipeline->n_train == 0;
        p->is_backtest = p->is_backtest || (m->has_timed_label && learns_here);
        add_outputs(p, m, (uint32_t)i);
        add_reasons(p, m, (uint32_t)i);
    }
}
