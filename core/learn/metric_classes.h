// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Metrics of several classes: how good probabilities of classes 0 .. n_classes-1 are. NaN where the
// data gives no answer (no rows, one class only).
#ifndef PORTRAIT_LEARN_METRIC_CLASSES_H
#define PORTRAIT_LEARN_METRIC_CLASSES_H

#include "error.h"

// Rows judged: what each one is, what the model says it is, and its probabilities.
struct metric_votes {
    const double *label;         // a class a row
    const double *guess;         // a class a row
    const double *probabilities; // [class * n + row]
    const uint64_t *name;        // hashes of row names; for resamples alone
    size_t n;
    uint32_t n_classes;
};

// Share of rows whose class is guessed.
double metric_accuracy(const struct metric_votes *v);
// Mean of -log(probability of the row's class), clipped to [1e-15, 1 - 1e-15].
double metric_classes_log_loss(const struct metric_votes *v);
// One row's part of it.
double metric_classes_loss(const struct metric_votes *v, size_t row);
// counts[label * n_classes + guess]; zeroed first.
void metric_classes_confusion(const struct metric_votes *v, uint64_t *counts);
// Mean over the classes of the AUC of that class against the rest (macro average); classes that no
// row or every row has are left out.
pt_status metric_macro_auc(const struct metric_votes *v, double *out, struct pt_error *err);

#endif
