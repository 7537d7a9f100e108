// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "metric.h"

#include <math.h>

double metric_auc(const struct ranked *r)
{
    uint64_t negatives = r->n - r->positives;
    if (r->positives == 0 || negatives == 0) {
        return (double)NAN;
    }
    double wins = 0;
    double below = 0; // negatives with a smaller score
    for (size_t i = 0; i < r->n_groups; i++) {
        double positives = (double)r->groups[i].positives;
        double others = (double)(r->groups[i].n - r->groups[i].positives);
        wins += positives * (below + others / 2);
        below += others;
    }
    return wins / ((double)r->positives * (double)negatives);
}
