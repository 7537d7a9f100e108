// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "learned.h"

#include <math.h>
#include <string.h>

#include "mem.h"
#include "segments_keep.h"

struct learned *learned_new(void)
{
    struct learned *m = mem_zero(1, sizeof *m);
    if (m != NULL) {
        m->plugin_id = m->plugin_version = m->component = m->label = "";
        m->numbering = m->training_text = "";
    }
    return m;
}

void learned_free(struct learned *m)
{
    if (m == NULL) {
        return;
    }
    trained_release(&m->trained);
    if (m->kept != NULL) {
        kept_segments_release(m->kept);
    }
    evaluation_release(&m->evaluation);
    calibrate_release(&m->calibration);
    calibrate_classes_release(&m->class_calibration);
    drift_references_release(&m->reference);
    drift_release(&m->drift);
    arena_release(&m->arena);
    mem_free(m);
}

enum learn_calibrate learned_calibrated(const struct learned *m)
{
    return m->class_calibration.n > 0 ? calibrate_classes_kind(&m->class_calibration)
                                      : m->calibration.kind;
}

// One output of a model and its scores.
struct scored_output {
    int32_t role;
    const double *scores;
    const struct text *classes; // names, as long-lived as the table
};

static enum vec_type type_of(int32_t role)
{
    return role == PT_ROLE_SEGMENT ? VEC_I64 : role == PT_ROLE_CLASS ? VEC_STR : VEC_F64;
}

// Adds one column and fills it from the scores of one output.
static pt_status add_column(struct table *t, const char *name, const struct scored_output *o,
                            struct pt_error *err)
{
    if (table_find(t, name) >= 0) {
        FAIL(err, PT_E_DATA, "column `%s` is there already; a model adds it", name);
    }
    struct column *c = table_add(t, name, type_of(o->role), false);
    if (c == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for column `%s`", name);
    }
    for (size_t i = 0; i < t->n_rows; i++) {
        if (o->role == PT_ROLE_SEGMENT) {
            c->i[i] = (int64_t)o->scores[i];
        } else if (o->role == PT_ROLE_CLASS) {
            c->s[i] = o->classes[(size_t)o->scores[i]];
        } else {
            c->f[i] = o->scores[i];
        }
    }
    return PT_OK;
}

// Names of the classes in the table's memory.
static pt_status copy_classes(const struct learned *m, struct table *t, struct text **out,
                              struct pt_error *err)
{
    struct text *classes = arena_zero(&t->arena, (size_t)m->n_classes + 1, sizeof *classes);
    bool is_out = classes == NULL;
    for (uint32_t i = 0; !is_out && i < m->n_classes; i++) {
        is_out = !arena_text(&t->arena, text_of(m->classes[i]), &classes[i]);
    }
    if (is_out) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %u classes", m->n_classes);
    }
    *out = classes;
    return PT_OK;
}

static pt_status add_columns(const struct learned *l, struct table *t, const char *prefix,
                             const double *scores, struct pt_error *err)
{
    const struct instance *m = &l->trained.instance;
    struct text *classes = NULL;
    TRY(copy_classes(l, t, &classes, err));
    struct scored_output first = {m->outputs[0]->role, scores, classes};
    TRY(add_column(t, prefix, &first, err));
    struct str name = {0};
    pt_status status = PT_OK;
    for (uint32_t i = 0; status == PT_OK && i < m->n_outputs; i++) {
        str_reset(&name);
        if (!str_addf(&name, "%s.%s", prefix, m->outputs[i]->name)) {
            status = error_set(err, PT_E_NO_MEMORY, "no memory for a column of `%s`", prefix);
            break;
        }
        struct scored_output o = {m->outputs[i]->role, scores + i * t->n_rows, classes};
        status = add_column(t, name.p, &o, err);
    }
    str_release(&name);
    return status;
}

pt_status learned_score(const struct learned *m, struct pool *pool, struct table *t,
                        const char *prefix, struct pt_error *err)
{
    const struct trained *trained = &m->trained;
    double *scores = mem_array(t->n_rows * trained->instance.n_outputs, sizeof *scores);
    if (scores == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %zu scores", t->n_rows);
    }
    struct prepare_rows all = {t, NULL, t->n_rows};
    pt_status status = score_rows(&trained->prepare, &trained->instance, &all, pool, scores, err);
    if (status == PT_OK) {
        calibrate_apply(&m->calibration, scores, t->n_rows);
        calibrate_classes_apply(&m->class_calibration, scores, t->n_rows);
        status = add_columns(m, t, prefix, scores, err);
    }
    mem_free(scores);
    return status;
}

size_t learned_n_inputs(const struct learned *m)
{
    return m->trained.prepare.n_inputs;
}

struct learn_input learned_input(const struct learned *m, size_t i)
{
    const struct prepare_input *in = &m->trained.prepare.inputs[i];
    return (struct learn_input){in->name, in->type, in->log1p};
}

const char *learned_plugin_id(const struct learned *m)
{
    return m->plugin_id;
}

const char *learned_training_text(const struct learned *m)
{
    return m->training_text;
}

uint32_t learned_n_segments(const struct learned *m)
{
    return m->n_segments;
}

struct learn_summary learned_summary(const struct learned *m)
{
    double unknown = (double)NAN;
    struct learn_summary s = {
        .task = m->trained.instance.needs.task,
        .rows = m->rows,
        .auc = unknown,
        .log_loss = unknown,
        .brier = unknown,
        .ks = unknown,
        .lift_top = unknown,
        .base_rate = unknown,
        .inertia = unknown,
        .silhouette = unknown,
        .accuracy = unknown,
        .rmse = unknown,
        .mae = unknown,
        .r2 = unknown,
    };
    const struct evaluation *e = &m->evaluation;
    if (!m->has_evaluation) {
        return s;
    }
    if (s.task == PT_TASK_CLUSTER) {
        s.inertia = e->cluster.inertia;
        s.silhouette = e->cluster.silhouette;
        return s;
    }
    if (s.task == PT_TASK_CLASSES) {
        s.test_rows = e->is_on_training_rows ? 0 : e->classes.n;
        s.accuracy = e->classes.accuracy;
        s.log_loss = e->classes.log_loss;
        s.auc = e->classes.auc;
        return s;
    }
    if (s.task == PT_TASK_REGRESS) {
        s.test_rows = e->is_on_training_rows ? 0 : e->regress.n;
        s.rmse = e->regress.rmse;
        s.mae = e->regress.mae;
        s.r2 = e->regress.r2;
        return s;
    }
    s.test_rows = e->is_on_training_rows ? 0 : e->binary.n;
    s.auc = e->binary.auc;
    s.log_loss = e->binary.log_loss;
    s.brier = e->binary.brier;
    s.ks = e->binary.ks;
    s.lift_top = e->binary.tenths[0].lift;
    s.base_rate = (double)e->binary.positives / (double)e->binary.n;
    return s;
}

static pt_status match_prepare(const struct learn_prepare *have, const struct learn_prepare *want,
                               struct pt_error *err)
{
    if (want->scale != LEARN_SCALE_AUTO && want->scale != have->scale) {
        FAIL(err, PT_E_CONFIG, "the model was learnt with scale %s, not %s",
             prepare_scale_name(have->scale), prepare_scale_name(want->scale));
    }
    if (want->impute != LEARN_IMPUTE_AUTO && want->impute != have->impute) {
        FAIL(err, PT_E_CONFIG, "the model was learnt with impute %s, not %s",
             prepare_impute_name(have->impute), prepare_impute_name(want->impute));
    }
    if (want->impute == LEARN_IMPUTE_CONSTANT && want->impute_value != have->impute_value) {
        FAIL(err, PT_E_CONFIG, "the model was learnt with impute constant %g, not %g",
             have->impute_value, want->impute_value);
    }
    if (want->categories != LEARN_CATEGORIES_AUTO && want->categories != have->categories) {
        FAIL(err, PT_E_CONFIG, "the model was learnt with categories %s",
             prepare_categories_name(have->categories));
    }
    if (want->drop_first != have->drop_first) {
        FAIL(err, PT_E_CONFIG, "the model was learnt %s drop_first",
             have->drop_first ? "with" : "without");
    }
    return PT_OK;
}

static pt_status match_input(const struct prepare_input *have, const struct learn_input *want,
                             size_t at, struct pt_error *err)
{
    if (strcmp(have->name, want->name) != 0) {
        FAIL(err, PT_E_CONFIG, "input %zu is column `%s`; the model was learnt with `%s` there",
             at + 1, want->name, have->name);
    }
    if (have->type != want->type) {
        FAIL(err, PT_E_CONFIG, "column `%s` is %s; the model was learnt with %s", want->name,
             vec_type_name(want->type), vec_type_name(have->type));
    }
    if (have->log1p != want->log1p) {
        FAIL(err, PT_E_CONFIG, "column `%s`: the model was learnt %s log1p", want->name,
             have->log1p ? "with" : "without");
    }
    return PT_OK;
}

pt_status learned_match(const struct learned *m, const struct learn_spec *spec,
                        struct pt_error *err)
{
    const struct prepare *p = &m->trained.prepare;
    size_t common = p->n_inputs < spec->n_inputs ? p->n_inputs : spec->n_inputs;
    for (size_t i = 0; i < common; i++) {
        TRY(match_input(&p->inputs[i], &spec->inputs[i], i, err));
    }
    if (p->n_inputs > common) {
        FAIL(err, PT_E_CONFIG, "column `%s` is no input; the model was learnt with it",
             p->inputs[common].name);
    }
    if (spec->n_inputs > common) {
        FAIL(err, PT_E_CONFIG, "column `%s` is an input; the model was learnt without it",
             spec->inputs[common].name);
    }
    if (spec->calibrate != LEARN_CALIBRATE_NONE && spec->calibrate != learned_calibrated(m)) {
        FAIL(err, PT_E_CONFIG, "the model was learnt with calibrate %s, not %s",
             calibrate_name(learned_calibrated(m)), calibrate_name(spec->calibrate));
    }
    return match_prepare(&p->settings, &spec->prepare, err);
}
