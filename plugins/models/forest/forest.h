// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Random forest for two classes (Breiman: Random Forests, Machine Learning 45, 2001): options, the
// learnt forest, and the calls on it.
#ifndef FOREST_H
#define FOREST_H

#include <portrait/model.h>
#include <portrait/option.h>

#include "class_weight.h"
#include "ensemble.h"

#define FOREST_DEPTH_MAX 30
#define FOREST_TREES_MAX 10000

// Filled by the host from the option rows.
struct forest_config {
    int64_t trees;
    int64_t depth;
    int64_t min_leaf;
    int64_t bins;
    const char *features;
    const char *class_weights;
};

// Columns that a split tries, of n.
struct forest_features {
    enum { FOREST_SQRT, FOREST_LOG2, FOREST_SHARE, FOREST_COUNT } kind;

    double number;
};

uint32_t forest_features_of(const struct forest_features *f, uint32_t n);

// How well rows are told by the trees that did not learn from them.
struct forest_oob {
    uint64_t rows; // that some tree left out
    double log_loss;
    double auc;
};

struct forest_model {
    const pt_host *host;
    const struct forest_config *config;
    struct forest_features features;
    struct class_weight weights;
    struct ensemble trees;
    struct pt_columns columns;
    char *classes[2]; // names of label 0 and 1; owned
    uint64_t n[2];    // rows learnt from, by class
    struct forest_oob oob;
};

static const struct ensemble_layout forest_layout = {.layout = PT_LAYOUT_COLUMNS, .dtype = 4};

pt_status forest_learn(struct forest_model *m, const pt_data *data, const pt_run *run,
                       pt_error *err);

// The vtable's calls.
pt_status forest_fit(void *self, const pt_data *data, const pt_run *run, pt_error *err);
pt_status forest_predict(const void *self, const pt_block *block, double *out, pt_error *err);
pt_status forest_contribute(const void *self, const pt_block *block, double *out, pt_error *err);
pt_status forest_save(const void *self, pt_writer *writer, pt_error *err);
pt_status forest_load(void *self, const pt_schema *schema, pt_reader *reader, pt_error *err);
pt_status forest_explain(const void *self, pt_writer *writer, pt_error *err);
pt_status forest_export(const void *self, const char *format, pt_writer *writer, pt_error *err);
void forest_reset(struct forest_model *m); // back to not learnt

#endif
