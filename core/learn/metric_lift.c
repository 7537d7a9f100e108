// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Lift and gain by tenths of the rows in falling order of score.
#include "metric.h"

#include <math.h>

static double ratio(double a, double b)
{
    return b > 0 ? a / b : (double)NAN;
}

void metric_lift(const struct ranked *r, struct metric_tenth tenths[METRIC_BINS])
{
    double base = ratio((double)r->positives, (double)r->n);
    uint64_t found = 0;
    for (uint64_t i = 0; i < METRIC_BINS; i++) {
        uint64_t begin = i * r->n / METRIC_BINS;
        uint64_t end = (i + 1) * r->n / METRIC_BINS;
        struct metric_tenth t = {.n = end - begin, .least_score = (double)NAN};
        for (uint64_t k = begin; k < end; k++) {
            const struct ranked_row *row = &r->rows[r->n - 1 - k];
            t.positives += row->is_positive;
            t.least_score = row->score;
        }
        found += t.positives;
        t.rate = ratio((double)t.positives, (double)t.n);
        t.lift = ratio(t.rate, base);
        t.gain = ratio((double)found, (double)r->positives);
        t.cumulative_lift = ratio(ratio((double)found, (double)end), base);
        tenths[i] = t;
    }
}
