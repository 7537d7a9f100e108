// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "metric.h"

struct metric_confusion metric_confusion_at(const struct ranked *r, double threshold)
{
    struct metric_confusion c = {.threshold = threshold};
    for (size_t i = 0; i < r->n_groups; i++) {
        const struct ranked_group *g = &r->groups[i];
        uint64_t negatives = g->n - g->positives;
        if (g->score >= threshold) {
            c.true_positives += g->positives;
            c.false_positives += negatives;
        } else {
            c.false_negatives += g->positives;
            c.true_negatives += negatives;
        }
    }
    return c;
}
