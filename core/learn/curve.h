// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Learning curve: the model learnt from growing shares of the training rows, each judged on the
// same test rows. Shares follow a hash of the row's name, so a smaller one is part of a larger.
#ifndef PORTRAIT_LEARN_CURVE_H
#define PORTRAIT_LEARN_CURVE_H

#include "evaluate_rows.h"

struct curve_point {
    double share;
    uint64_t rows;      // learnt from
    uint64_t positives; // of two classes
    bool has_votes;     // of several: accuracy, log loss and macro AUC alone
    // NaN when the share lacks a class and nothing can be learnt from it.
    double auc, pr_auc, log_loss, brier; // on the test rows
    double accuracy;
    double own_auc, own_log_loss, own_accuracy; // on the rows learnt from
};

struct curve_case {
    const struct trainer *trainer;
    const size_t *train; // table rows
    size_t n_train;
    const size_t *test;
    size_t n_test;
    pt_task task;
};

// points[n] of the shares. Scores as they come, not calibrated.
pt_status curve_run(const struct curve_case *c, const double *shares, size_t n,
                    struct curve_point *points, struct pt_error *err);
void curve_json(const struct curve_point *points, size_t n, struct json_writer *w);

#endif
