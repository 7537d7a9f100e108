// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Area under the precision-recall curve as average precision: the sum over distinct scores, best
// first, of (gain in recall) x precision. No interpolation, which would flatter (Davis and
// Goadrich, "The relationship between precision-recall and ROC curves", ICML 2006).
#include "metric.h"

#include <math.h>

double metric_pr_auc(const struct ranked *r)
{
    if (r->positives == 0) {
        return (double)NAN;
    }
    double area = 0;
    uint64_t n = 0;
    uint64_t positives = 0;
    for (size_t i = r->n_groups; i > 0; i--) {
        const struct ranked_group *g = &r->groups[i - 1];
        n += g->n;
        positives += g->positives;
        area += (double)g->positives * ((double)positives / (double)n);
    }
    return area / (double)r->positives;
}
