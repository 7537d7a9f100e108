// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The plan: a pipeline with every name resolved, every expression typed, every plugin configured
// and every source's header read. The one validator: `check` and `run` both go through it.
#ifndef PORTRAIT_RUN_PLAN_H
#define PORTRAIT_RUN_PLAN_H

#include "audience.h"
#include "host_services.h"
#include "learn.h"
#include "pipeline.h"
#include "profile.h"
#include "registry.h"
#include "source_instance.h"

struct plan_source {
    const struct pipeline_source *written;
    struct source_instance instance;
    bool is_open;            // discovery went well
    struct expr_name *names; // the schema's columns, then `row`, then `as_of`
    size_t n_names;
    int32_t time;      // index of the time column; -1 = untimed
    bool is_time_told; // it was reported that there is none
    struct expr *where;
    struct profile_id *ids;
    size_t n_ids;
    uint8_t *used; // a byte a name: read by some expression
    bool needs_row;
};

// A kind of rows: a source narrowed by a chain of conditions.
struct plan_event {
    const char *name;
    uint32_t source;
    const struct expr **where;
    size_t n_where;
    bool is_resolved;
    bool is_failed; // reported
};

enum plan_origin {
    PLAN_PROFILE, // the profile's name
    PLAN_ROW,     // source row number, where identifiers are rows
    PLAN_AS_OF,
    PLAN_NAMESPACE, // an identifier of the profile
    PLAN_STATIC,
    PLAN_FEATURE,
    PLAN_HIDDEN, // computed for the host only: consents, population
    PLAN_DERIVED,
    PLAN_LABEL,
    PLAN_OUTPUT, // of a model
};

// A column of the profile table. Expressions over profiles are compiled against all columns known
// so far; the list only grows, so that indices stay valid.
struct plan_column {
    const char *name;
    enum vec_type type;
    enum plan_origin origin;
    uint32_t index; // into namespaces, derive or models
    bool is_used;   // PLAN_NAMESPACE: someone reads it
};

struct plan_derived {
    const char *name;
    struct expr *expr;
};

struct plan_model {
    const struct pipeline_model *written;
    const struct component_info *component;
    struct config *config;
    struct learn_shape shape;
    struct learn_input *inputs;
    size_t n_inputs;
    struct learn_prepare prepare;
    enum learn_calibrate calibrate;
    const char *label;    // column, or NULL
    bool has_timed_label; // the label looks past the cut-off
    double test_fraction; // 0 = none
    struct expr *test;    // or an expression; NULL
    const char *test_text;
    const char *load_path; // absolute; NULL = learn
    const char *keep_path; // absolute, of the model whose segment numbers stay; NULL = none
    size_t first_output;   // plan column
};

struct plan_audience {
    const struct pipeline_audience *written;
    struct expr *where;
    struct audience_order *order;
    size_t n_order;
    bool has_consent; // asks for a purpose, which some source declares
    enum audience_limit limit;
    double limit_value;
    const char **suppress; // absolute patterns
    size_t n_suppress;
    bool reads_backtest; // selects by scores learnt at the cut-off they score
};

struct plan_sink_column {
    const char *name; // as written out
    size_t column;    // plan column
};

struct plan_sink {
    const struct pipeline_sink *written;
    const struct component_info *component;
    struct config *config;
    void *self;
    bool is_delivery;
    int32_t audience; // -1 = all profiles
    const char *path; // absolute; files only
    struct plan_sink_column *columns;
    size_t n_columns;
};

struct plan_options {
    const char *secrets_folder; // may be NULL
    bool skip_secrets;          // --no-deliver: secrets need not exist
    struct log *log;            // may be NULL
    const volatile int *cancelled;
    int64_t now_ms;
    uint32_t cpu; // PT_CPU_*; 0 = the processor's
};

struct plan {
    struct arena arena;
    struct pipeline *pipeline; // owned
    const struct registry *registry;
    struct host_services *host;
    struct plan_options options;
    struct diags *diags;
    struct zone *zone;
    struct plan_source *sources;
    size_t n_source_inputs; // of the host's inputs, the first ones
    struct plan_event *events;
    struct profile_namespace *namespaces;
    struct plan_column *columns;
    size_t n_columns;
    size_t columns_capacity;
    struct profile_feature *features; // statics, features, hidden, labels
    size_t n_features;
    size_t features_capacity;
    int64_t *cutoffs_us;
    size_t n_cutoffs;   // the last one is scored
    int32_t population; // plan column of the hidden condition; -1 = none
    struct plan_derived *derived;
    struct plan_model *models;
    struct plan_audience *audiences;
    struct plan_sink *sinks;
    bool is_as_of_told; // it was reported that there is none
    bool is_backtest;   // some score was learnt at the cut-off it is given for
};

// Reads `file` and resolves everything. All faults go to `diags`. *out is given only when there
// are none; PT_E_CONFIG else (or PT_E_NO_MEMORY, PT_E_CANCELLED).
pt_status plan_open(const char *file, const struct var_settings *vars,
                    const struct registry *registry, const struct plan_options *options,
                    struct diags *diags, struct plan **out);
void plan_free(struct plan *p); // NULL is fine

// Index of a plan column, or -1.
// The purpose of a hidden consent column ("consent:<purpose>:<source>:yes" or ":no"), else empty.
struct text plan_consent_purpose(const struct plan_column *c);
ptrdiff_t plan_column_find(const struct plan *p, struct text name);
// Prints what would run, for people (`portrait plan`) or as JSON.
void plan_print(const struct plan *p, FILE *out);
void plan_json(const struct plan *p, struct json_writer *w);
// The hosts a source was granted, as a list.
void plan_network_json(const struct pipeline_network *network, struct json_writer *w);

#endif
