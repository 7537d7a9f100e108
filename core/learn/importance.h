// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Permutation importance: what a classifier loses when one input's values are dealt out
// among the judged rows anew (Breiman, "Random forests", 2001; Fisher, Rudin and Dominici, "All
// models are wrong, but many are useful", 2019). Of raw input columns, so that a text counts as
// one.
#ifndef PORTRAIT_LEARN_IMPORTANCE_H
#define PORTRAIT_LEARN_IMPORTANCE_H

#include "evaluate_rows.h"

// Over the repeats: the mean and the standard deviation (n - 1; 0 of one repeat).
struct importance {
    const char *name; // of the input, borrowed from the preparation
    double auc_drop;  // AUC (of several classes: macro) as it is - AUC permuted
    double auc_drop_sd;
    double log_loss_rise; // log-loss permuted - log-loss as it is
    double log_loss_rise_sd;
    double accuracy_drop; // of several classes, else NaN
    double accuracy_drop_sd;
};

// items[n_inputs], greatest drop of AUC first. A function of rows, seed and repeats alone.
pt_status importance_run(const struct evaluate_rows *e, uint32_t repeats, uint64_t seed,
                         struct importance *items, struct pt_error *err);
void importance_json(const struct importance *items, size_t n, struct json_writer *w);

#endif
