// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The judgement of the model that is kept.
#include "evaluate.h"
#include "judge.h"
#include "mem.h"

#define HALF 0.5

static double threshold_of(const struct learn_judge *asked)
{
    return asked->threshold > 0 ? asked->threshold : HALF;
}

static pt_status judge_raw(const struct evaluate_rows *rows, const double *scores,
                           const struct learn_judge *asked, struct evaluation *out,
                           struct pt_error *err)
{
    struct ranked r = {0};
    TRY(evaluate_rows_rank(rows, scores, &r, err));
    out->raw = evaluate_binary(&r, threshold_of(asked));
    out->is_calibrated = true;
    ranked_release(&r);
    return PT_OK;
}

static pt_status judge_scores(const struct evaluate_rows *rows, double *scores,
                              const struct learn_judge *asked, uint64_t seed,
                              struct evaluation *out, struct pt_error *err)
{
    if (rows->calibration->kind != LEARN_CALIBRATE_NONE) {
        TRY(judge_raw(rows, scores, asked, out, err));
        calibrate_apply(rows->calibration, scores, rows->from.n);
    }
    struct ranked r = {0};
    TRY(evaluate_rows_rank(rows, scores, &r, err));
    out->binary = evaluate_binary(&r, threshold_of(asked));
    pt_status status = PT_OK;
    if (asked->bootstrap > 0) {
        status = bootstrap_run(&r, asked->bootstrap, seed, rows->pool, &out->bootstrap, err);
    }
    ranked_release(&r);
    return status;
}

// The same of several classes.
static pt_status judge_several(const struct evaluate_rows *rows, double *scores,
                               const struct learn_judge *asked, uint64_t seed,
                               struct evaluation *out, struct pt_error *err)
{
    if (rows->class_calibration->n > 0) {
        TRY(judge_votes(rows, scores, &out->class_raw, err));
        out->is_calibrated = true;
        calibrate_classes_apply(rows->class_calibration, scores, rows->from.n);
    }
    TRY(judge_votes(rows, scores, &out->classes, err));
    if (asked->bootstrap == 0) {
        return PT_OK;
    }
    return judge_intervals(rows, scores, asked->bootstrap, seed, &out->class_bootstrap, err);
}

static pt_status judge_inputs(const struct evaluate_rows *rows, const struct learn_judge *asked,
                              uint64_t seed, struct evaluation *out, struct pt_error *err)
{
    if (asked->importance == 0) {
        return PT_OK;
    }
    size_t n = rows->trained->prepare.n_inputs;
    out->importance = mem_zero(n, sizeof *out->importance);
    if (out->importance == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for the importance of %zu inputs", n);
    }
    out->n_importance = n;
    return importance_run(rows, asked->importance, seed, out->importance, err);
}

pt_status evaluate_kept(const struct evaluate_rows *rows, const struct learn_judge *asked,
                        uint64_t seed, struct evaluation *out, struct pt_error *err)
{
    double *scores = NULL;
    struct evaluate_rows raw = *rows;
    raw.calibration = NULL;
    raw.class_calibration = NULL;
    TRY(evaluate_rows_score(&raw, &scores, err));
    bool is_several = rows->trained->instance.needs.task == PT_TASK_CLASSES;
    pt_status status = is_several ? judge_several(rows, scores, asked, seed, out, err)
                                  : judge_scores(rows, scores, asked, seed, out, err);
    mem_free(scores);
    TRY(status);
    return judge_inputs(rows, asked, seed, out, err);
}
