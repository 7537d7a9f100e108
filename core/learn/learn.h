// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Learning: a model plugin, a table and a preparation become a learnt model that scores tables,
// saves itself and explains itself. docs/models.md says what the rules mean.
//
// Use: learn_describe (plan) -> learn_fit, or learned_load + learned_match -> learned_score,
// learned_save, learned_report, learned_portrait -> learned_free.
#ifndef PORTRAIT_LEARN_LEARN_H
#define PORTRAIT_LEARN_LEARN_H

#include <portrait/model.h>

#include "json.h"
#include "pool.h"
#include "registry.h"
#include "table.h"

// A column the model reads. Bool, i64, f64, date (days) and time (days) are numbers; str is a
// category.
struct learn_input {
    const char *name;
    enum vec_type type;
    bool log1p; // x' = log1p(max(x, 0)), numbers only
};

enum learn_scale { LEARN_SCALE_AUTO, LEARN_SCALE_NONE, LEARN_SCALE_STANDARD, LEARN_SCALE_MINMAX };

enum learn_impute {
    LEARN_IMPUTE_AUTO, // none when the model takes missing values, else median
    LEARN_IMPUTE_NONE,
    LEARN_IMPUTE_MEAN,
    LEARN_IMPUTE_MEDIAN,
    LEARN_IMPUTE_ZERO,
    LEARN_IMPUTE_CONSTANT,
};

enum learn_categories {
    LEARN_CATEGORIES_AUTO, // codes when the model takes categories, else one-hot
    LEARN_CATEGORIES_ONE_HOT,
    LEARN_CATEGORIES_CODES,
};

// {0} = let the model say. Order: impute, log1p, one-hot, scale. All fitted on training rows only.
struct learn_prepare {
    enum learn_scale scale;
    enum learn_impute impute;
    double impute_value; // of LEARN_IMPUTE_CONSTANT
    enum learn_categories categories;
    bool drop_first; // one-hot: leave out the first level (byte order)
};

// Turns scores into probabilities that hold, by out-of-fold scores of the training rows.
enum learn_calibrate { LEARN_CALIBRATE_NONE, LEARN_CALIBRATE_PLATT, LEARN_CALIBRATE_ISOTONIC };

// How a model is judged beyond the figures that every model gets. {0} = those alone.
struct learn_judge {
    double threshold;    // of the confusion; 0 = 0.5
    uint32_t bootstrap;  // resamples for 95 % intervals; 0 = none
    uint32_t importance; // repeats of permutation importance; 0 = none
    const double *curve; // shares of the training rows, ascending, in (0, 1]; NULL = none
    size_t n_curve;
};

struct learn_spec {
    const char *name;                    // of the model in the pipeline
    const struct component_info *plugin; // kind PT_KIND_MODEL
    const void *config;                  // its filled config struct
    const pt_host *host;                 // may be shared by models; must outlive the learnt model
    const struct learn_input *inputs;    // in order
    size_t n_inputs;
    struct learn_prepare prepare;
    // Classes: a column of the texts (or numbers) that the plugin's option `classes` names.
    // Numbers: bool, i64 or f64. Binary: bool; i64 or f64 of 0 and 1; str of two texts (byte order
    // makes the second one class 1 unless `classes` says otherwise). NULL = none. Rows whose label
    // is missing are neither learnt from nor judged.
    const char *label;
    const char *classes[2];         // NULL, NULL = by the plugin's option `classes`, or the data
    const char *order_by;           // clusters: segment 0 = highest mean of this column; NULL =
                                    // the plugin's COLUMN option `order_by`, else by size
    const struct learned *keep_ids; // clusters: segments that match those of this model keep their
                                    // numbers (docs/models.md); NULL = none
    const uint8_t *test;            // a byte a row of the table: 1 = judged, not learnt from; NULL
    const char *test_text;          // how the test rows were chosen, for the report; NULL
    uint32_t folds;                 // cross-validation over training rows; 0 or 2..100
    enum learn_calibrate calibrate; // classifiers
    struct learn_judge judge;
    const char *key;           // str column of stable row names (folds); NULL = row number
    const char *training_text; // free text kept in the model file, such as cut-offs; NULL
    uint64_t seed;
    struct pool *pool; // never changes results
    // How far learning is; may be NULL.
    void (*progress)(void *ctx, uint64_t done, uint64_t total);
    void *progress_ctx;
};

// What a model adds and wants, known before fit.
struct learn_output {
    const char *name; // without the model's: "p"; "" = the column named as the model alone
    enum vec_type type;
    int32_t role; // PT_ROLE_*
    const char *help;
};

struct learn_shape {
    struct arena arena;
    pt_task task;
    bool needs_label;
    bool takes_category;
    bool takes_missing;
    uint8_t contributes;          // PT_CONTRIBUTES_*
    struct learn_output *outputs; // [0] is the one named as the model alone, then one each
    size_t n_outputs;
    const char *order_by; // the plugin's COLUMN option of this name, NULL = none
};

// Asks the plugin; nothing is learnt. Release with learn_shape_release ({0} is fine).
pt_status learn_describe(const struct component_info *plugin, const void *config,
                         const pt_host *host, struct learn_shape *out, struct pt_error *err);
void learn_shape_release(struct learn_shape *s);

struct learned;

// Learns and judges. `train` may hold several cut-offs of the same people one after another.
pt_status learn_fit(const struct learn_spec *spec, const struct table *train, struct learned **out,
                    struct pt_error *err);
void learned_free(struct learned *m); // NULL is fine

// Adds the columns `<prefix>` and `<prefix>.<output>` to the table. Columns of the table are found
// by name; a missing one or another type is PT_E_DATA naming it.
pt_status learned_score(const struct learned *m, struct pool *pool, struct table *t,
                        const char *prefix, struct pt_error *err);

#define LEARN_DRIFT_WATCH 0.1  // a PSI from here on is worth a look
#define LEARN_DRIFT_DRIFT 0.25 // from here on the model is on other ground
// How far the people of `t`, which holds the inputs and the column `prefix` of learned_score, are
// from those the model learnt from. Kept for learned_report and learned_drift.
pt_status learned_watch(struct learned *m, struct pool *pool, const struct table *t,
                        const char *prefix, struct pt_error *err);

// An input, or the score as i = learned_n_inputs(): its PSI; NaN before learned_watch.
struct learn_drift {
    const char *name; // borrowed; "score"
    double psi;
    const char *verdict; // "stable", "watch", "drift"; "unknown"
};
struct learn_drift learned_drift(const struct learned *m, size_t i);

// The model file: flat, little-endian, length-checked, sealed by SHA-256. Appended to `out`.
pt_status learned_save(const struct learned *m, struct str *out, struct pt_error *err);
// Reads it back. PT_E_DATA for bytes that save() did not write, PT_E_UNSUPPORTED for a newer
// format, PT_E_CONFIG for another plugin's model. `config` and `host` as in learn_spec.
pt_status learned_load(const struct component_info *plugin, const void *config, const pt_host *host,
                       struct text bytes, struct learned **out, struct pt_error *err);
// PT_E_CONFIG naming the column or the step when the model was learnt with other inputs (names,
// order, types) or another preparation than `spec` says; AUTO settings match anything.
pt_status learned_match(const struct learned *m, const struct learn_spec *spec,
                        struct pt_error *err);

size_t learned_n_inputs(const struct learned *m);
struct learn_input learned_input(const struct learned *m, size_t i); // borrowed
const char *learned_plugin_id(const struct learned *m);
const char *learned_training_text(const struct learned *m); // "" when none
uint32_t learned_n_segments(const struct learned *m);       // 0 = not a clustering

// One JSON object: plugin, inputs, preparation, training, evaluation (absent after load), explain.
pt_status learned_report(const struct learned *m, struct json_writer *w, struct pt_error *err);

// The headline figures of the evaluation, for one line on the screen; NaN = not known.
struct learn_summary {
    pt_task task;
    uint64_t rows;      // learnt from
    uint64_t test_rows; // judged; 0 = judged on the training rows
    double auc, log_loss, brier, ks, lift_top, base_rate;
    double inertia, silhouette;
    double accuracy;      // of classes; their auc is the macro average
    double rmse, mae, r2; // of numbers
};
struct learn_summary learned_summary(const struct learned *m);

// What makes each segment of a scored table different, most telling features first.
struct persona_trait {
    const char *feature; // borrowed from the model
    const char *level;   // category: this level's share; NULL = a number's mean
    double mean;         // in the segment (share for levels)
    double mean_all;
    double tgi;    // 100 * mean / mean_all; NaN when that says nothing
    double effect; // (mean - mean_all) / standard deviation
};

struct persona {
    uint32_t segment;
    uint64_t size;
    double share;
    struct persona_trait *traits;
    size_t n_traits;
    const char *words; // "high app_spend_90d (TGI 340), low web_recency_days (TGI 12)"
};

struct personas {
    struct arena arena;
    struct persona *items;
    size_t n;
};

// `t` holds the inputs and the column `prefix` of learned_score. PT_E_STATE when not a clustering.
pt_status learned_portrait(const struct learned *m, const struct table *t, const char *prefix,
                           struct personas *out, struct pt_error *err);
void personas_release(struct personas *p);
void personas_json(const struct personas *p, struct json_writer *w); // an array

// Test rows by a stable hash of row names: mask[i] = 1 for about `fraction` of the names. The same
// name always lands on the same side, whatever other rows there are.
void learn_test_mask(const struct text *names, size_t n, double fraction, uint64_t seed,
                     uint8_t *mask);
// The fold (0 .. folds-1) of a name; independent of learn_test_mask.
uint32_t learn_fold_of(struct text name, uint32_t folds, uint64_t seed);

#endif
