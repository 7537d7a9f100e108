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
    *out = scores;
    return PT_OK;
}

static size_t row_of(const struct prepare_rows *from, size_t i)
{
    return from->rows == NULL ? i : from->rows[i];
}

pt_status evaluate_rows_rank(const struct evaluate_rows *e, const double *scores,
                             struct ranked *out, struct pt_error *err)
{
    size_t n = e->from.n;
    double *labels = mem_array(n, sizeof *labels);
    uint64_t *names = mem_array(n, sizeof *names);
    pt_status status = PT_OK;
    if (labels == NULL || names == NULL) {
        status = error_set(err, PT_E_NO_MEMORY, "no memory for %zu labels", n);
    } else {
        for (size_t i = 0; i < n; i++) {
            labels[i] = e->label[row_of(&e->from, i)];
            names[i] = e->key[row_of(&e->from, i)];
        }
        struct ranked_from from = {scores, labels, names, n};
        status = ranked_of(&from, out, err);
    }
    mem_free(labels);
    mem_free(names);
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
