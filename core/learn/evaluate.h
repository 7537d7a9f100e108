// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Evaluation: what the metrics say of a learnt model, as data and as JSON.
#ifndef PORTRAIT_LEARN_EVALUATE_H
#define PORTRAIT_LEARN_EVALUATE_H

#include "evaluate_classes.h"
#include "evaluate_regress.h"
#include "json.h"
#include "metric.h"
#include "score.h"

#define EVALUATE_SILHOUETTE_ROWS 2000
#define EVALUATE_FOLDS 100

struct binary_evaluation {
    uint64_t n;
    uint64_t positives;
    double auc, log_loss, brier, ks, ks_at;
    struct metric_bin bins[METRIC_BINS];
    struct metric_tenth tenths[METRIC_BINS];
    struct metric_confusion at_half;
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
};

// Probabilities and labels, row by row.
pt_status evaluate_binary(const double *scores, const double *labels, size_t n,
                          struct binary_evaluation *out, struct pt_error *err);

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
