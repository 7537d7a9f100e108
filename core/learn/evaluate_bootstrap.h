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

#define BOOTSTRAP_LANES 4   // resamples of one draw
#define BOOTSTRAP_FIGURES 4 // AUC, PR-AUC, log loss, Brier

// A function of ranked rows, their names and the seed alone; the pool (NULL = this thread) never
// changes it. All rows of one name are drawn together.
pt_status bootstrap_run(const struct ranked *r, uint32_t resamples, uint64_t seed,
                        struct pool *pool, struct bootstrap *out, struct pt_error *err);

// Parts of it, for the intervals of other figures. values[figure * resamples + resample]; NaN for a
// resample of one class.
pt_status bootstrap_values(const struct ranked *r, uint32_t resamples, uint64_t seed,
                           struct pool *pool, double *values, struct pt_error *err);
// How often the rows of a name count in the resamples of block `block`.
void bootstrap_draw(uint64_t seed, uint64_t name, uint32_t block, double counts[BOOTSTRAP_LANES]);
// Calls `fn` for each block of resamples.
pt_status bootstrap_each(struct pool *pool, uint32_t resamples, pool_fn fn, void *ctx,
                         struct pt_error *err);
// Of a figure's resamples, which it reorders; *counted = those that are numbers.
struct interval bootstrap_interval(double *values, uint32_t resamples, uint32_t *counted);

#endif
