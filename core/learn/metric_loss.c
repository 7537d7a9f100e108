// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Losses of a probability: logarithmic and squared (Brier 1950).
#include "metric.h"

#include <math.h>

#define CLIP 1e-15

double metric_log_loss(const struct ranked *r)
{
    double sum = 0;
    for (size_t i = 0; i < r->n_groups; i++) {
        const struct ranked_group *g = &r->groups[i];
        double p = fmin(fmax(g->score, CLIP), 1 - CLIP);
        sum -= (double)g->positives * log(p) + (double)(g->n - g->positives) * log1p(-p);
    }
    return r->n == 0 ? (double)NAN : sum / (double)r->n;
}

double metric_brier(const struct ranked *r)
{
    double sum = 0;
    for (size_t i = 0; i < r->n_groups; i++) {
        const struct ranked_group *g = &r->groups[i];
        double miss = 1 - g->score;
        sum += (double)g->positives * miss * miss +
               (double)(g->n - g->positives) * g->score * g->score;
    }
    return r->n == 0 ? (double)NAN : sum / (double)r->n;
}
