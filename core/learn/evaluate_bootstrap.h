// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Bootstrap intervals: how far the figures of a test could have come out otherwise with other
// people in it.
#ifndef PORTRAIT_LEARN_EVALUATE_BOOTSTRAP_H
#define PORTRAIT_LEARN_EVALUATE_BOOTSTRAP_H

#include "pool.h"
#include "ranked.h"

// The 2.5th and 97.5th percentile of the resamples; NaN when all hold one class only.
struct interval {
    double low;
    double high;
};

struct bootstrap {
    uint32_t resamples;
    uint32_t counted; // those with both classes
    struct interval auc, pr_auc, log_loss, brier;
};

// A function of ranked rows, their names and the seed alone; the pool (NULL = this thread) never
// changes it. All rows of one name are drawn together.
pt_status bootstrap_run(const struct ranked *r, uint32_t resamples, uint64_t seed,
                        struct pool *pool, struct bootstrap *out, struct pt_error *err);

#endif
