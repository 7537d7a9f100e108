// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Lift and gain by tenths of the rows in falling order of score.
#include "metric.h"

#include <math.h>

// Shares `g` out over the tenths that its rows [begin, begin + n) touch.
static void share_out(const struct ranked_group *g, double begin, double width,
                      struct metric_tenth tenths[METRIC_BINS])
{
    double end = begin + (double)g->n;
    double rate = (double)g->positives / (double)g->n;
    for (int i = (int)(begin / width); i < METRIC_BINS; i++) {
        double from = begin > i * width ? begin : i * width;
        double to = i == METRIC_BINS - 1 || end < (i + 1) * width ? end : (i + 1) * width;
        if (i * width >= end) {
            break;
        }
        if (to > from) {
            tenths[i].n += to - from;
            tenths[i].positives += (to - from) * rate;
        }
    }
}

void metric_lift(const struct ranked *r, struct metric_tenth tenths[METRIC_BINS])
{
    for (int i = 0; i < METRIC_BINS; i++) {
        tenths[i] = (struct metric_tenth){0};
    }
    double width = (double)r->n / METRIC_BINS;
    double begin = 0;
    for (size_t i = r->n_groups; i > 0; i--) {
        share_out(&r->groups[i - 1], begin, width, tenths);
        begin += (double)r->groups[i - 1].n;
    }
    double base = (double)r->positives / (double)r->n;
    double found = 0;
    for (int i = 0; i < METRIC_BINS; i++) {
        struct metric_tenth *t = &tenths[i];
        found += t->positives;
        t->rate = t->n > 0 ? t->positives / t->n : (double)NAN;
        t->lift = r->positives > 0 ? t->rate / base : (double)NAN;
        t->gain = r->positives > 0 ? found / (double)r->positives : (double)NAN;
    }
}
