// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "metric.h"

#include <math.h>

void metric_calibration(const struct ranked *r, struct metric_bin bins[METRIC_BINS])
{
    uint64_t positives[METRIC_BINS] = {0};
    double sums[METRIC_BINS] = {0};
    for (int i = 0; i < METRIC_BINS; i++) {
        bins[i] = (struct metric_bin){0};
    }
    for (size_t i = 0; i < r->n_groups; i++) {
        const struct ranked_group *g = &r->groups[i];
        int bin = (int)(g->score * METRIC_BINS);
        if (bin >= METRIC_BINS) {
            bin = METRIC_BINS - 1; // a score of 1
        }
        bins[bin].n += g->n;
        positives[bin] += g->positives;
        sums[bin] += g->score * (double)g->n;
    }
    for (int i = 0; i < METRIC_BINS; i++) {
        double n = (double)bins[i].n;
        bins[i].mean_score = n == 0 ? (double)NAN : sums[i] / n;
        bins[i].rate = n == 0 ? (double)NAN : (double)positives[i] / n;
    }
}
