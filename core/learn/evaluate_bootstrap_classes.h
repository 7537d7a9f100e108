// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Bootstrap intervals of the figures of several classes.
#ifndef PORTRAIT_LEARN_EVALUATE_BOOTSTRAP_CLASSES_H
#define PORTRAIT_LEARN_EVALUATE_BOOTSTRAP_CLASSES_H

#include "evaluate_bootstrap.h"
#include "json.h"
#include "metric_classes.h"

struct class_bootstrap {
    uint32_t resamples;
    uint32_t counted; // those with rows of two classes or more
    struct interval accuracy, log_loss, auc;
};

// As bootstrap_run(). In a resample the macro AUC leaves out classes that it holds no row of.
pt_status bootstrap_classes_run(const struct metric_votes *v, uint32_t resamples, uint64_t seed,
                                struct pool *pool, struct class_bootstrap *out,
                                struct pt_error *err);

#endif
