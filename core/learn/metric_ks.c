// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Kolmogorov-Smirnov statistic of a score: the most by which the share of yeses found is ahead of
// the share of noes, over all thresholds. A score that runs the wrong way has none.
#include "metric.h"

#include <math.h>

double metric_ks(const struct ranked *r, double *at)
{
    uint64_t negatives = r->n - r->positives;
    *at = (double)NAN;
    if (r->positives == 0 || negatives == 0) {
        return (double)NAN;
    }
    // Compared as whole numbers: two gaps that differ by rounding only are equal.
    unsigned __int128 best = 0;
    uint64_t positives_below = 0;
    uint64_t negatives_below = 0;
    for (size_t i = 0; i < r->n_groups; i++) {
        unsigned __int128 a = (unsigned __int128)negatives_below * r->positives;
        unsigned __int128 b = (unsigned __int128)positives_below * negatives;
        unsigned __int128 gap = a > b ? a - b : 0;
        if (i == 0 || gap > best) {
            best = gap;
            *at = r->groups[i].score;
        }
        positives_below += r->groups[i].positives;
        negatives_below += r->groups[i].n - r->groups[i].positives;
    }
    return (double)best / ((double)r->positives * (double)negatives);
}
