// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Evaluation: what the metrics say of a learnt model, as data and as JSON.
#ifndef PORTRAIT_LEARN_EVALUATE_H
#define PORTRAIT_LEARN_EVALUATE_H

#include "curve.h"
#include "evaluate_bootstrap_classes.h"
#include "evaluate_classes.h"
#include "evaluate_regress.h"
#include "importance.h"
#include "json.h"
#include "metric.h"
#include "score.h"

#define EVALUATE_SILHOUETTE_ROWS 2000
#define EVALUATE_FOLDS 100

struct binary_evaluation {
    uint64_t n;
    uint64_t positives;
    double auc, pr_auc, log_loss, brier, ks, ks_at, ece;
    struct metric_bin bins[METRIC_BINS];
    struct metric_tenth tenths[METRIC_BINS];
    struct metric_confusion at_threshold;
    struct metric_confusion at_ks;
};

struct cluster_evaluation {
    uint64_t n;
    double inertia;
    double silhouette;
    uint64_t silhouette_rows;
    uint64_t *sizes; // n_segments, owned
    uint32_t n_segments;
};

// Where a judgement goes: the place of the model's task is filled.
struct judgement {
    struct binary_evaluation *binary;
    struct class_evaluation *classes;
    struct regress_evaluation *regress;
    double *held; // takes the probabilities by table row, of several classes [class * table rows
                  // + row]; NULL = nobody wants them
};

struct evaluation {
    pt_task task;
    bool is_on_training_rows;
    struct binary_evaluation binary;
    struct cluster_evaluation cluster;
    struct class_evaluation classes;
    struct regress_evaluation regress;
    struct binary_evaluation *folds;          // owned
    struct class_evaluation *class_folds;     // owned
    struct regress_evaluation *regress_folds; // owned
    uint32_t n_folds;
    // Of classes, when asked for.
    bool is_calibrated;
    struct binary_evaluation raw; // of the scores before calibration
    struct class_evaluation class_raw;
    struct bootstrap bootstrap; // no resamples = not asked for
    struct class_bootstrap class_bootstrap;
    struct importance *importance; // owned
    size_t n_importance;
    struct curve_point *curve; // owned
    size_t n_curve;
};

// The figures of ranked rows; class 1 of the confusion = at least `threshold`.
struct binary_evaluation evaluate_binary(const struct ranked *r, double threshold);
// Judges a kept classifier as asked: figures raw and calibrated, intervals, importance.
pt_status evaluate_kept(const struct evaluate_rows *rows, const struct learn_judge *asked,
                        uint64_t seed, struct evaluation *out, struct pt_error *err);

// Rows that were clustered.
struct clustered {
    const struct prepare *prepare;
    struct prepare_rows from;
    const uint32_t *segment; // of the i-th row of `from`
    uint64_t seed;           // of the silhouette's sample
    struct pool *pool;
};

pt_status evaluate_cluster(const struct clustered *c, struct cluster_evaluation *out,
                           struct pt_error *err);
void evaluation_release(struct evaluation *e);

// What an evaluation is told with.
struct evaluation_texts {
    const char *test;           // how the test rows were chosen
    const char *const *classes; // names; NULL without
};

void evaluation_json(const struct evaluation *e, const struct evaluation_texts *texts,
                     struct json_writer *w);

#endif
