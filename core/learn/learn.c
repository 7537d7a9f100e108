// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fitting, step by step: labels, rows, the model, its judgement, its folds.
#include "learn.h"

#include <math.h>
#include <string.h>

#include "judge.h"
#include "label.h"
#include "learned.h"
#include "mem.h"
#include "segments.h"

#define CALIBRATE_FOLDS 5        // when none are asked for
#define REFERENCE_TEST_ROWS 1000 // fewer tell too little of how scores are spread

// A fit under way.
struct job {
    struct trainer trainer;
    pt_task task;
    struct label label;
    size_t *train; // table rows
    size_t n_train;
    size_t *test;
    size_t n_test;
    uint32_t folds; // asked for, or needed to calibrate
    double *held;   // out-of-fold probabilities, as a judgement's; NULL = not kept
    struct learned *model;
};

static pt_status check_inputs(const struct learn_spec *spec, struct pt_error *err)
{
    if (spec->n_inputs == 0) {
        FAIL(err, PT_E_CONFIG, "model `%s` has no inputs", spec->name);
    }
    for (size_t i = 0; i < spec->n_inputs; i++) {
        const char *name = spec->inputs[i].name;
        if (spec->label != NULL && strcmp(name, spec->label) == 0) {
            FAIL(err, PT_E_CONFIG, "model `%s`: column `%s` is its label and cannot be an input",
                 spec->name, name);
        }
        for (size_t j = 0; j < i; j++) {
            if (strcmp(name, spec->inputs[j].name) == 0) {
                FAIL(err, PT_E_CONFIG, "model `%s`: column `%s` is an input twice", spec->name,
                     name);
            }
        }
    }
    return PT_OK;
}

static pt_status check_spec(const struct learn_spec *spec, pt_task task, struct pt_error *err)
{
    TRY(check_inputs(spec, err));
    if (spec->keep_ids != NULL && task != PT_TASK_CLUSTER) {
        FAIL(err, PT_E_CONFIG, "model `%s` (%s) has no segments whose numbers could be kept",
             spec->name, spec->plugin->name);
    }
    bool needs_label = task != PT_TASK_CLUSTER;
    if (needs_label && spec->label == NULL) {
        FAIL(err, PT_E_CONFIG, "model `%s` (%s) needs a label", spec->name, spec->plugin->name);
    }
    if (!needs_label && spec->label != NULL) {
        FAIL(err, PT_E_CONFIG, "model `%s` (%s) takes no label", spec->name, spec->plugin->name);
    }
    const struct learn_judge *asked = &spec->judge;
    bool asks_of_classes = spec->calibrate != LEARN_CALIBRATE_NONE || asked->bootstrap > 0 ||
                           asked->importance > 0 || asked->n_curve > 0;
    if (asks_of_classes && task != PT_TASK_BINARY && task != PT_TASK_CLASSES) {
        FAIL(err, PT_E_CONFIG, "model `%s` (%s): what is asked of it is of models of classes",
             spec->name, spec->plugin->name);
    }
    if (asked->n_curve > 0 && spec->test == NULL) {
        FAIL(err, PT_E_CONFIG, "model `%s`: a learning curve needs test rows", spec->name);
    }
    if (spec->folds == 1 || spec->folds > EVALUATE_FOLDS) {
        FAIL(err, PT_E_CONFIG, "model `%s`: folds is 0 or 2 to %d", spec->name, EVALUATE_FOLDS);
    }
    if (!needs_label && spec->folds != 0) {
        FAIL(err, PT_E_CONFIG, "model `%s` (%s) cannot be judged in folds", spec->name,
             spec->plugin->name);
    }
    return PT_OK;
}

static pt_status split_rows(struct job *j, struct pt_error *err)
{
    const struct learn_spec *spec = j->trainer.spec;
    size_t n = j->trainer.table->n_rows;
    j->train = mem_array(n, sizeof *j->train);
    j->test = mem_array(n, sizeof *j->test);
    if (j->train == NULL || j->test == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %zu rows", n);
    }
    for (size_t i = 0; i < n; i++) {
        if (j->label.values != NULL && isnan(j->label.values[i])) {
            j->model->unlabelled++;
        } else if (spec->test != NULL && spec->test[i] != 0) {
            j->test[j->n_test++] = i;
        } else {
            j->train[j->n_train++] = i;
        }
    }
    if (j->n_train == 0) {
        FAIL(err, PT_E_DATA, "there are no rows to learn from");
    }
    return PT_OK;
}

// Every class must be there. *positives = rows of the second of two classes.
static pt_status check_classes(const struct job *j, const size_t *rows, size_t n,
                               uint64_t *positives, struct pt_error *err)
{
    uint64_t counts[LABEL_CLASSES] = {0};
    uint32_t n_classes = j->label.n_classes;
    for (size_t i = 0; n_classes > 0 && i < n; i++) {
        counts[(size_t)j->label.values[rows[i]]]++;
    }
    for (uint32_t c = 0; c < n_classes; c++) {
        if (counts[c] == n) {
            FAIL(err, PT_E_DATA, "label `%s` is `%s` in all %zu rows to learn from",
                 j->trainer.spec->label, j->label.classes[c], n);
        }
        if (n_classes > 2 && counts[c] == 0) {
            FAIL(err, PT_E_DATA, "label `%s` is `%s` in none of the %zu rows to learn from",
                 j->trainer.spec->label, j->label.classes[c], n);
        }
    }
    *positives = n_classes == 2 ? counts[1] : 0;
    return PT_OK;
}

static pt_status name_model(struct job *j, struct pt_error *err)
{
    const struct learn_spec *spec = j->trainer.spec;
    struct learned *m = j->model;
    struct arena *a = &m->arena;
    m->plugin_id = arena_strdup(a, spec->plugin->plugin->id);
    m->plugin_version = arena_strdup(a, spec->plugin->plugin->version);
    m->component = arena_strdup(a, spec->plugin->name);
    m->label = arena_strdup(a, spec->label == NULL ? "" : spec->label);
    m->training_text = arena_strdup(a, spec->training_text == NULL ? "" : spec->training_text);
    m->test_text = arena_strdup(a, spec->test_text == NULL ? "" : spec->test_text);
    m->seed = spec->seed;
    if (m->plugin_id == NULL || m->plugin_version == NULL || m->component == NULL ||
        m->label == NULL || m->training_text == NULL || m->test_text == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for model `%s`", spec->name);
    }
    return PT_OK;
}

// First outputs of some rows; free with mem_free.
static pt_status score_some(const struct trained *t, const struct prepare_rows *from,
                            struct pool *pool, double **out, struct pt_error *err)
{
    double *scores = mem_array(from->n * t->instance.n_outputs, sizeof *scores);
    if (scores == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %zu scores", from->n);
    }
    pt_status status = score_rows(&t->prepare, &t->instance, from, pool, scores, err);
    if (status != PT_OK) {
        mem_free(scores);
        return status;
    }
    *out = scores;
    return PT_OK;
}

static struct evaluate_rows rows_of(const struct job *j, const struct trained *t,
                                    const struct prepare_rows *from)
{
    return (struct evaluate_rows){
        .trained = t,
        .from = *from,
        .label = j->label.values,
        .key = j->trainer.key,
        .pool = j->trainer.spec->pool,
    };
}

static pt_status judge_binary(const struct job *j, const struct trained *t,
                              const struct prepare_rows *from, const struct judgement *at,
                              struct pt_error *err)
{
    struct evaluate_rows rows = rows_of(j, t, from);
    struct ranked r = {0};
    double *scores = NULL;
    TRY(evaluate_rows_score(&rows, &scores, err));
    for (size_t i = 0; at->held != NULL && i < from->n; i++) {
        at->held[from->rows[i]] = scores[i];
    }
    pt_status status = evaluate_rows_rank(&rows, scores, &r, err);
    mem_free(scores);
    TRY(status);
    *at->binary = evaluate_binary(&r, j->trainer.spec->judge.threshold);
    ranked_release(&r);
    return PT_OK;
}

static pt_status judge_several(const struct job *j, const struct trained *t,
                               const struct prepare_rows *from, const struct judgement *at,
                               struct pt_error *err)
{
    struct evaluate_rows rows = rows_of(j, t, from);
    double *scores = NULL;
    TRY(evaluate_rows_score(&rows, &scores, err));
    for (uint32_t c = 0; at->held != NULL && c < j->label.n_classes; c++) {
        double *held = at->held + c * from->table->n_rows;
        for (size_t i = 0; i < from->n; i++) {
            held[from->rows[i]] = scores[(c + 1) * from->n + i];
        }
    }
    pt_status status = judge_votes(&rows, scores, at->classes, err);
    mem_free(scores);
    return status;
}

// The kept model: its learning curve and all that is asked of it.
static pt_status judge_kept(struct job *j, const struct prepare_rows *from, struct pt_error *err)
{
    const struct learn_spec *spec = j->trainer.spec;
    struct learned *m = j->model;
    struct evaluation *e = &m->evaluation;
    struct evaluate_rows rows = rows_of(j, &m->trained, from);
    rows.calibration = &m->calibration;
    rows.class_calibration = &m->class_calibration;
    TRY(evaluate_kept(&rows, &spec->judge, spec->seed, e, err));
    if (spec->judge.n_curve == 0) {
        return PT_OK;
    }
    e->curve = mem_zero(spec->judge.n_curve, sizeof *e->curve);
    if (e->curve == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a learning curve");
    }
    e->n_curve = spec->judge.n_curve;
    struct curve_case c = {&j->trainer, j->train, j->n_train, j->test, j->n_test, j->task};
    return curve_run(&c, spec->judge.curve, spec->judge.n_curve, e->curve, err);
}

static pt_status number_and_judge(struct job *j, const struct prepare_rows *from, uint32_t *segment,
                                  struct pt_error *err)
{
    const struct learn_spec *spec = j->trainer.spec;
    struct learned *m = j->model;
    const char *order_by = segments_order_by(spec->plugin, spec->config, spec->order_by);
    const char *before = spec->keep_ids == NULL ? "" : "the saved model, then ";
    m->numbering = order_by == NULL ? arena_printf(&m->arena, "%ssize", before)
                                    : arena_printf(&m->arena, "%smean of %s", before, order_by);
    m->kept = spec->keep_ids == NULL ? NULL : arena_zero(&m->arena, 1, sizeof *m->kept);
    if (m->numbering == NULL || (spec->keep_ids != NULL && m->kept == NULL)) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for model `%s`", spec->name);
    }
    struct numbering numbering = {
        .m = &m->trained.instance,
        .from = from,
        .order_by = order_by,
        .segment = segment,
        .old = spec->keep_ids,
        .prepare = &m->trained.prepare,
        .pool = spec->pool,
        .kept = m->kept,
    };
    TRY(segments_number(&numbering, err));
    struct clustered c = {&m->trained.prepare, *from, segment, spec->seed, spec->pool};
    TRY(evaluate_cluster(&c, &m->evaluation.cluster, err));
    m->n_segments = m->evaluation.cluster.n_segments;
    return PT_OK;
}

static pt_status judge_cluster(struct job *j, struct pt_error *err)
{
    struct prepare_rows from = {j->trainer.table, j->train, j->n_train};
    double *scores = NULL;
    TRY(score_some(&j->model->trained, &from, j->trainer.spec->pool, &scores, err));
    uint32_t *segment = mem_array(from.n, sizeof *segment);
    pt_status status = PT_OK;
    if (segment == NULL) {
        status = error_set(err, PT_E_NO_MEMORY, "no memory for %zu segments", from.n);
    } else {
        for (size_t i = 0; i < from.n; i++) {
            segment[i] = (uint32_t)scores[i];
        }
        status = number_and_judge(j, &from, segment, err);
    }
    mem_free(scores);
    mem_free(segment);
    return status;
}

// Judges a model of the kept one's task on some rows, as `at` of the results.
static pt_status judge_rows(const struct job *j, const struct trained *t,
                            const struct prepare_rows *from, const struct judgement *at,
                            struct pt_error *err)
{
    struct evaluate_rows rows = rows_of(j, t, from);
    switch (t->instance.needs.task) {
    case PT_TASK_CLASSES:
        return judge_several(j, t, from, at, err);
    case PT_TASK_REGRESS:
        return judge_regress(&rows, at->regress, err);
    default:
        return judge_binary(j, t, from, at, err);
    }
}

static pt_status judge(struct job *j, struct pt_error *err)
{
    struct evaluation *e = &j->model->evaluation;
    e->task = j->model->trained.instance.needs.task;
    if (e->task == PT_TASK_CLUSTER) {
        e->is_on_training_rows = true;
        return judge_cluster(j, err);
    }
    e->is_on_training_rows = j->n_test == 0;
    struct prepare_rows from = {j->trainer.table, j->test, j->n_test};
    if (j->n_test == 0) {
        from = (struct prepare_rows){j->trainer.table, j->train, j->n_train};
    }
    if (e->task == PT_TASK_BINARY || e->task == PT_TASK_CLASSES) {
        return judge_kept(j, &from, err);
    }
    struct judgement at = {&e->binary, &e->classes, &e->regress, NULL};
    return judge_rows(j, &j->model->trained, &from, &at, err);
}

static uint32_t fold_of(const struct job *j, size_t row)
{
    const struct learn_spec *spec = j->trainer.spec;
    uint64_t key = j->trainer.key[row];
    return learn_fold_of(text_n((const char *)&key, sizeof key), j->folds, spec->seed);
}

static pt_status run_fold(const struct job *j, uint32_t fold, size_t *rows,
                          const struct judgement *out, struct pt_error *err)
{
    size_t n = 0;
    size_t n_held = 0;
    for (size_t i = 0; i < j->n_train; i++) {
        if (fold_of(j, j->train[i]) == fold) {
            n_held++;
            rows[j->n_train - n_held] = j->train[i];
        } else {
            rows[n++] = j->train[i];
        }
    }
    uint64_t positives = 0;
    TRY(check_classes(j, rows, n, &positives, err));
    struct trained t = {0};
    struct prepare_rows learn_from = {j->trainer.table, rows, n};
    TRY(trainer_run(&j->trainer, &learn_from, &t, err));
    struct prepare_rows held = {j->trainer.table, rows + n, n_held};
    pt_status status = judge_rows(j, &t, &held, out, err);
    trained_release(&t);
    return status;
}

static pt_status run_folds(struct job *j, struct pt_error *err)
{
    uint32_t folds = j->folds;
    if (folds == 0) {
        return PT_OK;
    }
    struct evaluation *e = &j->model->evaluation;
    size_t *rows = mem_array(j->n_train, sizeof *rows);
    e->folds = mem_zero(folds, sizeof *e->folds);
    e->class_folds = mem_zero(folds, sizeof *e->class_folds);
    e->regress_folds = mem_zero(folds, sizeof *e->regress_folds);
    pt_status status = PT_OK;
    if (rows == NULL || e->folds == NULL || e->class_folds == NULL || e->regress_folds == NULL) {
        status = error_set(err, PT_E_NO_MEMORY, "no memory for %u folds", folds);
    }
    for (uint32_t i = 0; status == PT_OK && i < folds; i++) {
        struct judgement at = {&e->folds[i], &e->class_folds[i], &e->regress_folds[i], j->held};
        status = run_fold(j, i, rows, &at, err);
        e->n_folds = i + 1;
        if (status != PT_OK) {
            error_prefix(err, "fold %u of %u", i + 1, folds);
        }
    }
    if (status == PT_OK && j->trainer.spec->folds == 0) {
        for (uint32_t i = 0; i < folds; i++) {
            class_evaluation_release(&e->class_folds[i]);
        }
        e->n_folds = 0; // run to calibrate, not to be told
    }
    mem_free(rows);
    return status;
}

static pt_status hold_scores(struct job *j, struct pt_error *err)
{
    const struct learn_spec *spec = j->trainer.spec;
    bool is_calibrated = spec->calibrate != LEARN_CALIBRATE_NONE;
    j->folds = spec->folds == 0 && is_calibrated ? CALIBRATE_FOLDS : spec->folds;
    bool is_several = j->task == PT_TASK_CLASSES;
    bool is_kept = is_several ? is_calibrated : j->task == PT_TASK_BINARY;
    if (j->folds == 0 || !is_kept) {
        return PT_OK;
    }
    size_t n_columns = is_several ? j->label.n_classes : 1;
    j->held = mem_array(j->trainer.table->n_rows * n_columns, sizeof *j->held);
    if (j->held == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %zu scores", j->trainer.table->n_rows);
    }
    return PT_OK;
}

// Out-of-fold scores of the training rows; free with mem_free.
static pt_status held_scores(const struct job *j, double **out, struct pt_error *err)
{
    double *scores = mem_array(j->n_train, sizeof *scores);
    if (scores == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %zu scores", j->n_train);
    }
    for (size_t i = 0; i < j->n_train; i++) {
        scores[i] = j->held[j->train[i]];
    }
    *out = scores;
    return PT_OK;
}

static pt_status calibrate_several(struct job *j, struct pt_error *err)
{
    const struct class_scores from = {
        .p = j->held,
        .stride = j->trainer.table->n_rows,
        .rows = j->train,
        .n = j->n_train,
        .label = j->label.values,
        .key = j->trainer.key,
        .n_classes = j->label.n_classes,
    };
    return calibrate_classes_fit(j->trainer.spec->calibrate, &from, &j->model->class_calibration,
                                 err);
}

static pt_status calibrate(struct job *j, struct pt_error *err)
{
    enum learn_calibrate kind = j->trainer.spec->calibrate;
    if (kind == LEARN_CALIBRATE_NONE) {
        return PT_OK;
    }
    if (j->task == PT_TASK_CLASSES) {
        return calibrate_several(j, err);
    }
    struct prepare_rows from = {j->trainer.table, j->train, j->n_train};
    struct evaluate_rows rows = rows_of(j, &j->model->trained, &from);
    struct ranked r = {0};
    double *scores = NULL;
    TRY(held_scores(j, &scores, err));
    pt_status status = evaluate_rows_rank(&rows, scores, &r, err);
    mem_free(scores);
    TRY(status);
    status = calibrate_fit(kind, &r, &j->model->calibration, err);
    ranked_release(&r);
    return status;
}

// Scores for the drift reference: of rows that the model has not seen, if it can be.
static pt_status reference_scores(struct job *j, struct drift_scores *out, double **scores,
                                  struct pt_error *err)
{
    struct learned *m = j->model;
    struct prepare_rows from = {j->trainer.table, j->train, j->n_train};
    out->source = DRIFT_TRAINING_ROWS;
    out->n_kinds = j->task == PT_TASK_CLASSES ? m->n_classes : m->n_segments;
    if (j->task != PT_TASK_CLUSTER && j->n_test >= REFERENCE_TEST_ROWS) {
        from = (struct prepare_rows){j->trainer.table, j->test, j->n_test};
        out->source = DRIFT_TEST_ROWS;
    } else if (j->held != NULL && j->task == PT_TASK_BINARY) {
        out->source = DRIFT_OUT_OF_FOLD;
    }
    if (out->source == DRIFT_OUT_OF_FOLD) {
        TRY(held_scores(j, scores, err));
    } else {
        TRY(score_some(&m->trained, &from, j->trainer.spec->pool, scores, err));
    }
    calibrate_apply(&m->calibration, *scores, from.n);
    calibrate_classes_apply(&m->class_calibration, *scores, from.n);
    out->values = *scores;
    out->n = from.n;
    return PT_OK;
}

static pt_status learn_reference(struct job *j, struct pt_error *err)
{
    struct learned *m = j->model;
    struct drift_then then = {
        .prepare = &m->trained.prepare,
        .from = {j->trainer.table, j->train, j->n_train},
    };
    double *scores = NULL;
    TRY(reference_scores(j, &then.scores, &scores, err));
    pt_status status = drift_learn(&then, j->trainer.spec->pool, &m->reference, err);
    mem_free(scores);
    return status;
}

static pt_status fit_job(struct job *j, struct pt_error *err)
{
    const struct learn_spec *spec = j->trainer.spec;
    struct learned *m = j->model;
    TRY(name_model(j, err));
    if (spec->label != NULL) {
        struct label_from label_from = {spec, j->task, j->trainer.table};
        TRY(label_read(&label_from, &m->arena, &j->label, err));
        m->classes = j->trainer.classes = j->label.classes;
        m->n_classes = j->trainer.n_classes = j->label.n_classes;
        j->trainer.label = j->label.values;
    }
    TRY(split_rows(j, err));
    TRY(check_classes(j, j->train, j->n_train, &m->positives, err));
    struct prepare_rows from = {j->trainer.table, j->train, j->n_train};
    TRY(trainer_run(&j->trainer, &from, &m->trained, err));
    m->rows = j->n_train;
    TRY(hold_scores(j, err));
    TRY(run_folds(j, err));
    TRY(calibrate(j, err));
    TRY(judge(j, err));
    TRY(learn_reference(j, err));
    m->has_evaluation = true;
    return PT_OK;
}

static void job_release(struct job *j)
{
    label_release(&j->label);
    mem_free(j->train);
    mem_free(j->test);
    mem_free(j->held);
    trainer_release(&j->trainer);
    learned_free(j->model);
}

pt_status learn_fit(const struct learn_spec *spec, const struct table *train, struct learned **out,
                    struct pt_error *err)
{
    struct learn_shape shape = {0};
    TRY(learn_describe(spec->plugin, spec->config, spec->host, &shape, err));
    pt_task task = shape.task;
    learn_shape_release(&shape);
    TRY(check_spec(spec, task, err));
    struct job j = {.task = task};
    TRY(trainer_init(spec, train, &j.trainer, err));
    j.model = learned_new();
    pt_status status = j.model == NULL ? error_set(err, PT_E_NO_MEMORY, "no memory for a model")
                                       : fit_job(&j, err);
    if (status == PT_OK) {
        *out = j.model;
        j.model = NULL;
    }
    job_release(&j);
    return status;
}
