// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Preparation: how a table's columns become a model's matrix columns. Fitted on training rows,
// kept in the model file, repeated at scoring. Order: impute (on raw values), log1p, one-hot or
// codes, scale.
#ifndef PORTRAIT_LEARN_PREPARE_H
#define PORTRAIT_LEARN_PREPARE_H

#include "gather.h"
#include "learn.h"

#define PREPARE_BLOCK_ROWS 4096     // most rows of one prepare_fill()
#define PREPARE_ONE_HOT_LEVELS 1000 // of one input
#define PREPARE_CODE_LEVELS 65536   // of one input
#define PREPARE_COLUMNS 16384       // of the matrix
#define PREPARE_WHOLE UINT32_MAX    // prepare_column.level: not one-hot

enum prepare_missing {
    PREPARE_MISSING_FILL,   // becomes `fill`
    PREPARE_MISSING_KEEP,   // stays NaN; one-hot: all levels 0
    PREPARE_MISSING_REFUSE, // an error that names the column
};

struct prepare_input {
    const char *name;
    enum vec_type type;
    bool log1p;
    bool is_category; // the matrix holds codes the model knows as a category
    enum prepare_missing missing;
    double fill;          // a raw value
    struct map level_of;  // str: text -> rank in byte order
    struct text *levels;  // by rank; bytes in level_of
    uint64_t *level_rows; // training rows of each, while fitting; NULL later
    uint32_t n_levels;
    uint32_t first_column;
    uint32_t n_columns;
    double offset; // of the input as one column
    double factor;
};

// value = (transform(raw) - offset) * factor
struct prepare_column {
    uint32_t input;
    uint32_t level;
    double offset;
    double factor;
};

struct prepare {
    struct arena arena;
    struct learn_prepare settings; // resolved: no AUTO
    struct prepare_input *inputs;
    size_t n_inputs;
    struct prepare_column *columns;
    size_t n_columns;
    pt_schema schema; // of the columns; classes are set by the owner
};

// What of which table is prepared.
struct prepare_rows {
    const struct table *table;
    const size_t *rows; // NULL = all, 0 .. n-1
    size_t n;
};

// Where a block of at most PREPARE_BLOCK_ROWS rows is written to.
struct prepare_target {
    void *x;
    uint64_t stride;
    pt_layout layout;
    uint8_t dtype; // 8 or 4
};

// How the settings are spelt.
const char *prepare_scale_name(enum learn_scale scale);
const char *prepare_impute_name(enum learn_impute impute);
const char *prepare_categories_name(enum learn_categories categories);

// Settings with AUTO replaced by what the model wants.
struct learn_prepare prepare_resolve(const struct learn_prepare *wanted,
                                     const pt_model_needs *needs);
// Learns from the rows. Errors name the column. *out is released on failure.
pt_status prepare_fit(const struct learn_spec *spec, const pt_model_needs *needs,
                      const struct prepare_rows *from, struct prepare *out, struct pt_error *err);
// After inputs are known: makes the columns (scales from level_rows) ...
pt_status prepare_layout(struct prepare *p, struct pt_error *err);
// ... and, once their offsets and factors are right, the schema.
pt_status prepare_describe(struct prepare *p, struct pt_error *err);
// columns[i] = the table's column of input i. PT_E_DATA names what is missing or of another type.
pt_status prepare_bind(const struct prepare *p, const struct table *t,
                       const struct column **columns, struct pt_error *err);
// The range's rows (at most PREPARE_BLOCK_ROWS) into target. Callable from many threads.
pt_status prepare_fill(const struct prepare *p, const struct column *const *columns,
                       struct gather_range range, const struct prepare_target *target,
                       struct pt_error *err);
void prepare_release(struct prepare *p);

#endif
