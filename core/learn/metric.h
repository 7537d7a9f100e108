// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Metrics: how good a model is. One file each (metric_<name>.c), pure functions of scores and
// labels; NaN where the data gives no answer (one class only, no rows).
#ifndef PORTRAIT_LEARN_METRIC_H
#define PORTRAIT_LEARN_METRIC_H

#include "pool.h"
#include "ranked.h"

#define METRIC_BINS 10

// Area under the ROC curve by mid-ranks (Mann-Whitney): ties count one half.
double metric_auc(const struct ranked *r);

// Largest true positive rate less false positive rate of "score >= *at" over all scores; 0 when
// none is ahead.
double metric_ks(const struct ranked *r, double *at);

// Area under the precision-recall curve, as average precision.
double metric_pr_auc(const struct ranked *r);

// Mean of -log(likelihood); probabilities clipped to [1e-15, 1 - 1e-15].
double metric_log_loss(const struct ranked *r);
// Mean squared error of the probability.
double metric_brier(const struct ranked *r);

// A tenth of the rows, smallest scores first. Rows of one score on two sides of an edge go by the
// hash of their names. NaN when empty (fewer rows than tenths).
struct metric_bin {
    uint64_t n;
    double from, to; // smallest and largest score
    double mean_score;
    double rate; // share of class 1
};

void metric_calibration(const struct ranked *r, struct metric_bin bins[METRIC_BINS]);
// Expected calibration error: the mean of |mean score - rate| over the bins, by rows.
double metric_ece(const struct metric_bin bins[METRIC_BINS]);

// A tenth of the rows, best scores first; ties as above.
struct metric_tenth {
    uint64_t n;
    uint64_t positives;
    double least_score;     // NaN when empty, as the others
    double rate;            // share of class 1
    double lift;            // rate : base rate
    double gain;            // share of all positives found up to here
    double cumulative_lift; // rate up to here : base rate
};

void metric_lift(const struct ranked *r, struct metric_tenth tenths[METRIC_BINS]);

struct metric_confusion {
    double threshold; // class 1 = score >= threshold
    uint64_t true_positives, false_positives, true_negatives, false_negatives;
};

struct metric_confusion metric_confusion_at(const struct ranked *r, double threshold);

// Prepared rows and their segments, row by row.
struct metric_points {
    const double *x; // x[i * n_columns + j]
    const uint32_t *segment;
    size_t n;
    size_t n_columns;
    uint32_t n_segments;
};

// Sum of squared distances to the mean of each row's segment. sizes[n_segments] is filled too.
pt_status metric_inertia(const struct metric_points *p, double *out, uint64_t *sizes,
                         struct pt_error *err);
// Mean silhouette (Rousseeuw 1987) with Euclidean distances among all given points; a point alone
// in its segment counts 0. NaN with fewer than two segments.
pt_status metric_silhouette(const struct metric_points *p, struct pool *pool, double *out,
                            struct pt_error *err);

#endif
