// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Gradient boosting on histograms (Friedman: Greedy function approximation, 2001; Chen, Guestrin:
// XGBoost, 2016; Ke et al.: LightGBM, 2017): options, the learnt model, and the calls on it.
#ifndef GBDT_H
#define GBDT_H

#include <portrait/model.h>
#include <portrait/option.h>

#include "ensemble.h"

#define GBDT_LOGISTIC 0
#define GBDT_SQUARED 1
#define GBDT_TREES_MAX 100000
#define GBDT_DEPTH_MAX 60
#define GBDT_LEAVES_MAX 4096

// Filled by the host from the option rows.
struct gbdt_config {
    int32_t loss;
    int64_t trees;
    double learning_rate;
    int64_t depth;
    int64_t leaves;
    double lambda;
    double min_gain;
    double min_child_weight;
    int64_t min_leaf;
    double rows;
    double columns;
    int64_t early_stopping;
    double validation;
    int64_t max_bins;
    const char *class_weights;
    pt_map monotone; // column -> int64_t
};

// Losses by round, mean a unit of weight; round 0 is the base alone.
struct gbdt_trace {
    double *train;
    double *validation; // NULL without validation rows
    uint32_t n;
};

struct gbdt_model {
    const pt_host *host;
    const struct gbdt_config *config;
    int32_t loss; // of the learnt model
    bool is_learnt;
    uint64_t n_rows;
    uint64_t n_validation;
    struct ensemble trees;
    struct gbdt_trace trace;
    struct pt_columns columns;
    char *classes[2]; // names; NULL for GBDT_SQUARED
};

static inline struct ensemble_layout gbdt_layout(void)
{
    return (struct ensemble_layout){.layout = PT_LAYOUT_COLUMNS, .dtype = 4};
}

void gbdt_reset(struct gbdt_model *m); // back to not learnt
// PT_E_STATE when nothing was learnt yet.
pt_status gbdt_check_learnt(const struct gbdt_model *m, pt_error *err);
// Takes over columns and class names.
pt_status gbdt_take_schema(struct gbdt_model *m, const pt_schema *schema, pt_error *err);

// Learns m->trees and m->trace; the schema was taken.
pt_status gbdt_boost(struct gbdt_model *m, const pt_data *data, const pt_run *run, pt_error *err);
// The whole JSON model that XGBoost loads.
pt_status gbdt_write_xgboost(const struct gbdt_model *m, pt_writer *writer, pt_error *err);

// The vtable's calls.
pt_status gbdt_fit(void *self, const pt_data *data, const pt_run *run, pt_error *err);
pt_status gbdt_predict(const void *self, const pt_block *block, double *out, pt_error *err);
pt_status gbdt_contribute(const void *self, const pt_block *block, double *out, pt_error *err);
pt_status gbdt_save(const void *self, pt_writer *writer, pt_error *err);
pt_status gbdt_load(void *self, const pt_schema *schema, pt_reader *reader, pt_error *err);
pt_status gbdt_explain(const void *self, pt_writer *writer, pt_error *err);
pt_status gbdt_export(const void *self, const char *format, pt_writer *writer, pt_error *err);

#endif
