// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A pipeline as written: sections turned into structs, each part with its position. What names
// refer to, and whether expressions hold, is the plan's business; here only shape is checked.
// All memory is in the pipeline's arena; nodes stay valid as long as it does.
#ifndef PORTRAIT_PIPELINE_PIPELINE_H
#define PORTRAIT_PIPELINE_PIPELINE_H

#include "diag.h"
#include "vars.h"

// A name with its position, and its expression or value.
struct named_node {
    const char *name;
    const struct node *key;
    const struct node *value; // a scalar
};

struct node_list {
    const struct node *const *items; // scalars
    size_t n;
};

struct pipeline_network {
    struct node_list hosts;
    bool allow_http;
    bool allow_private;
};

struct pipeline_source {
    const char *name;
    const struct node *key;
    const struct node *plugin;
    const struct node *with;  // may be NULL
    const struct node *where; // may be NULL
    const struct node *time;  // may be NULL
    struct node_list statics;
    const struct named_node *consents;
    size_t n_consents;
    int64_t max_record; // bytes
    struct pipeline_network network;
};

struct pipeline_event {
    const char *name;
    const struct node *key;
    const struct node *from;
    const struct node *where; // may be NULL
};

struct pipeline_namespace {
    const char *name;
    const struct node *key;
    const struct node *class_;
    const struct node *known_in;  // may be NULL
    const struct node *normalize; // may be NULL
    struct node_list reject;
    bool has_reject;
};

struct pipeline_rows {
    const struct node *source;    // the key: a source's name
    const struct named_node *ids; // namespace -> expression or `row`
    size_t n_ids;
};

struct pipeline_feature {
    const char *name;
    const struct node *key;
    struct node_list from;
    const struct node *aggregate; // the key that names the aggregate
    const struct node *value;     // its value
    const struct node *where;     // may be NULL
    const struct node *default_;  // may be NULL
    int64_t within_us;            // -1 = any age
    int64_t after_us;             // labels; -1 = none given
    int64_t gap_us;
    const struct node *at_within; // for messages; may be NULL
};

struct pipeline_model {
    const char *name;
    const struct node *key;
    const struct node *plugin;
    const struct node *with; // may be NULL
    struct node_list inputs;
    struct node_list exclude;
    const struct node *label;    // may be NULL
    const struct node *load;     // may be NULL
    const struct node *keep_ids; // a saved model whose segments' numbers stay; may be NULL
    struct node_list log1p;
    const struct node *scale;      // may be NULL
    const struct node *impute;     // may be NULL
    const struct node *categories; // may be NULL
    bool drop_first;
    const struct node *test; // evaluate.test; may be NULL
    int64_t folds;
    int64_t reasons; // columns of reasons; 0 = none
    const struct node *reasons_at;
    double threshold;   // evaluate.threshold
    int64_t bootstrap;  // resamples; 0 = none
    int64_t importance; // repeats; 0 = none
    double *curve;      // evaluate.learning_curve: shares, ascending
    size_t n_curve;
    const struct node *calibrate; // may be NULL
    int64_t seed;                 // -1 = the pipeline's
};

struct pipeline_audience {
    const char *name;
    const struct node *key;
    const struct node *where;   // may be NULL
    const struct node *consent; // may be NULL
    struct node_list suppress;
    struct node_list order_by;
    const struct node *limit; // may be NULL
    double hold_out;
    const char *salt; // NULL = from the names
};

struct pipeline_sink {
    const char *name;
    const struct node *key;
    const struct node *plugin;
    const struct node *from;
    const struct node *with; // may be NULL
};

struct pipeline {
    struct arena arena;
    const char *file;   // as given
    const char *folder; // absolute, of the file
    struct text source; // the YAML text
    struct node *root;
    const char *name;
    bool has_as_of;
    int64_t as_of_us;
    const struct node *as_of;
    int64_t *train_us; // ascending, without as_of
    const struct node **train;
    size_t n_train;
    const char *timezone;
    const struct node *timezone_node;
    int64_t seed;
    int64_t memory_bytes;
    double max_bad;                // fraction; negative = no limit
    const char *wave;              // NULL = as_of
    const struct node *population; // may be NULL
    bool deliver_backtest;         // scores learnt at as_of may be delivered
    int64_t ids_per_profile;
    bool is_shared_anonymous;
    struct pipeline_source *sources;
    size_t n_sources;
    struct pipeline_event *events;
    size_t n_events;
    struct pipeline_namespace *namespaces;
    size_t n_namespaces;
    struct pipeline_rows *rows;
    size_t n_rows;
    struct pipeline_feature *features;
    size_t n_features;
    struct named_node *derive;
    size_t n_derive;
    struct pipeline_feature *labels;
    size_t n_labels;
    struct pipeline_model *models;
    size_t n_models;
    struct pipeline_audience *audiences;
    size_t n_audiences;
    struct pipeline_sink *sinks;
    size_t n_sinks;
};

// Reads and checks the shape of `file`. Faults go to `diags` (all of them); *out is given even
// then when the YAML itself could be read, so that the plan can find more. PT_E_CONFIG when there
// are faults, PT_E_NOT_FOUND / PT_E_IO (P0001) when the file cannot be read.
pt_status pipeline_load(const char *file, const struct var_settings *vars, struct diags *diags,
                        struct pipeline **out);
void pipeline_free(struct pipeline *p); // NULL is fine

#endif
