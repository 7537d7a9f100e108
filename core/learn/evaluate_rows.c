// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "evaluate_rows.h"

#include "mem.h"
#include "score.h"

pt_status evaluate_rows_score(const struct evaluate_rows *e, double **out, struct pt_error *err)
{
    const struct trained *t = e->trained;
    double *scores = mem_array(e->from.n * t->instance.n_outputs, sizeof *scores);
    if (scores == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %zu scores", e->from.n);
    }
    pt_status status = score_rows(&t->prepare, &t->instance, &e->from, e->pool, scores, err);
    if (status != PT_OK) {
        mem_free(scores);
        return status;
    }
    if (e->calibration != NULL) {
        calibrate_apply(e->calibration, scores, e->from.n);
    }
    if (e->class_calibration != NULL) {
        calibrate_classes_apply(e->class_calibration, scores, e->from.n);
    }
    *out = scores;
    return PT_OK;
}

static size_t row_of(const struct prepare_rows *from, size_t i)
{
    return from->rows == NULL ? i : from->rows[i];
}

pt_status evaluate_rows_facts(const struct evaluate_rows *e, struct evaluate_facts *out,
                              struct pt_error *err)
{
    size_t n = e->from.n;
    struct evaluate_facts f = {
        .labels = mem_array(n, sizeof *f.labels),
        .names = mem_array(n, sizeof *f.names),
    };
    if (f.labels == NULL || f.names == NULL) {
        evaluate_facts_release(&f);
        FAIL(err, PT_E_NO_MEMORY, "no memory for %zu labels", n);
    }
    for (size_t i = 0; i < n; i++) {
        f.labels[i] = e->label[row_of(&e->from, i)];
        f.names[i] = e->key[row_of(&e->from, i)];
    }
    *out = f;
    return PT_OK;
}

void evaluate_facts_release(struct evaluate_facts *f)
{
    mem_free(f->labels);
    mem_free(f->names);
    *f = (struct evaluate_facts){0};
}

pt_status evaluate_rows_rank(const struct evaluate_rows *e, const double *scores,
                             struct ranked *out, struct pt_error *err)
{
    struct evaluate_facts f = {0};
    TRY(evaluate_rows_facts(e, &f, err));
    struct ranked_from from = {scores, f.labels, f.names, e->from.n};
    pt_status status = ranked_of(&from, out, err);
    evaluate_facts_release(&f);
    return status;
}

pt_status evaluate_rows_ranked(const struct evaluate_rows *e, struct ranked *out,
                               struct pt_error *err)
{
    double *scores = NULL;
    TRY(evaluate_rows_score(e, &scores, err));
    pt_status status = evaluate_rows_rank(e, scores, out, err);
    mem_free(scores);
    return status;
}
