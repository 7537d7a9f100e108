// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A model learns from a matrix and scores rows of the same columns.
//
// Order: create -> describe -> outputs -> (fit | load) -> predict*, contribute*, save, explain,
// export_as -> destroy, which may follow any call. An instance learns or loads once.
#ifndef PORTRAIT_MODEL_H
#define PORTRAIT_MODEL_H

#include <portrait/abi.h>
#include <portrait/host.h>
#include <portrait/run.h>

PT_EXTERN_C_BEGIN

// What is learnt. Of PT_TASK_CLASSES output 0 has role PT_ROLE_CLASS, outputs 1 .. n_classes are
// the probabilities in order of the classes; the plugin has an option `classes`, a PT_OPT_LIST of
// PT_OPT_STRING, that names them (of a PT_TASK_BINARY model, if it has one: label 0 and 1).
typedef int32_t pt_task;
#define PT_TASK_CLUSTER 1 // no label; output 0 is the segment
#define PT_TASK_BINARY 2  // label 0 or 1; an output of role PT_ROLE_PROBABILITY
#define PT_TASK_REGRESS 3 // label a number; output 0 has role PT_ROLE_VALUE
#define PT_TASK_CLASSES 4 // label 0 .. n_classes - 1

typedef int32_t pt_layout;
#define PT_LAYOUT_ROWS 1    // x[row * stride + col]
#define PT_LAYOUT_COLUMNS 2 // x[col * stride + row]

// What a model wants of its matrix. The host builds exactly this, or refuses the model. It has set
// struct_size and zeroed the rest.
typedef struct pt_model_needs {
    uint32_t struct_size;
    pt_task task;
    pt_layout layout;
    uint8_t dtype;          // bytes of a number: 8 = double, 4 = float
    uint8_t takes_missing;  // 1: NaN may occur; 0: the host imputes
    uint8_t takes_category; // 1: category columns as codes 0.., NaN = missing; 0: one-hot
    uint8_t takes_weight;   // 1: block.weight is read
    uint8_t wants_scaling;  // 1: standard scaling unless the pipeline says otherwise
    uint8_t contributes;    // PT_CONTRIBUTES_*: what contribute() adds up to
    uint8_t reserved[6];
} pt_model_needs;

// What contribute() adds up to.
#define PT_CONTRIBUTES_NOTHING 0  // there is no contribute()
#define PT_CONTRIBUTES_LOG_ODDS 1 // to ln(p / (1 - p)) of the probability output
#define PT_CONTRIBUTES_OUTPUT 2   // to the first output itself

// Kinds of a column. A category comes only to models that take them.
#define PT_COLUMN_NUMBER 0
#define PT_COLUMN_CATEGORY 1

typedef struct pt_column_info {
    uint32_t struct_size;
    int32_t kind; // PT_COLUMN_*
    const char *name;
    uint32_t n_levels; // category: number of levels; code i means levels[i]
    uint32_t reserved;
    const char *const *levels;
    // How the host made the column: value = (transform(raw) - offset) * factor. A one-hot column
    // is raw 1 where column `source` is `level`. Lets explain() speak of raw values.
    const char *source;    // the pipeline's column
    const char *level;     // NULL = not one-hot
    const char *transform; // "log1p", or NULL = as it is
    double offset;
    double factor;
} pt_column_info;

// The matrix's columns in their order. The same at fit and at load.
typedef struct pt_schema {
    uint32_t struct_size;
    uint32_t n_columns;
    const pt_column_info *const *columns;
    uint32_t n_classes; // binary: 2, names of label 0 and 1; classes: 2 or more; else 0
    uint32_t reserved;
    const char *const *classes;
} pt_schema;

// A run of rows, some thousand at most. Pointers are read-only; x is 64-byte aligned. They are
// valid until the same thread asks for its next block; what predict is given is valid until it
// returns. A model must be ready for weights it takes and for folds; hosts of 1.0 give neither.
typedef struct pt_block {
    uint32_t struct_size;
    uint32_t cols;
    uint64_t first_row; // index of the block's first row in the data
    uint64_t rows;
    uint64_t stride;      // elements between rows (ROWS) or columns (COLUMNS)
    const void *x;        // float or double as asked; NaN only where missing values are taken
    const double *label;  // NULL without labels, and in predict
    const double *weight; // NULL = all 1
    const uint8_t *fold;  // 0 = train, 1 = validation; NULL = all train
    const uint64_t *key;  // stable row key, for sampling
} pt_block;

// Restartable blocks: block(i) gives the same bytes whenever and from whichever thread it is asked.
// The caller sets out->struct_size. Valid until fit() returns.
typedef struct pt_data {
    uint32_t struct_size;
    uint32_t n_blocks;
    uint64_t n_rows;
    const pt_schema *schema;
    void *ctx;
    pt_status (*block)(void *ctx, uint32_t index, pt_block *out, pt_error *err); // [any]
} pt_data;

// What a column that a model adds holds. A cell of predict() that is not so is PT_E_NUMERIC.
#define PT_ROLE_SEGMENT 1     // whole number from 0
#define PT_ROLE_PROBABILITY 2 // in [0, 1]
#define PT_ROLE_VALUE 3       // any number
#define PT_ROLE_CLASS 4       // whole number below n_classes; the host writes the class's name

// One column a model adds, named `<model>.<name>`; the first is also `<model>` alone.
typedef struct pt_output {
    uint32_t struct_size;
    int32_t role;     // PT_ROLE_*
    const char *name; // unique in the model
    const char *help; // one sentence
} pt_output;

// Formats of export_as().
#define PT_EXPORT_PMML "pmml" // https://dmg.org/pmml/v4-4-1/GeneralStructure.html
#define PT_EXPORT_XGBOOST "xgboost"

typedef struct pt_model_vtable {
    uint32_t struct_size;
    uint32_t reserved;
    // `config` and `host` outlive the instance. [main]
    pt_status (*create)(const pt_host *host, const void *config, void **self, pt_error *err);
    // NULL is fine. [main]
    void (*destroy)(void *self);
    // Callable right after create. [main]
    pt_status (*describe)(void *self, pt_model_needs *out, pt_error *err);
    // Columns this model adds; callable before fit. The array lives as long as self. [main]
    pt_status (*outputs)(void *self, const pt_output *const **outputs, uint32_t *n, pt_error *err);
    // Learns. The matrix is never written to. PT_E_NUMERIC when there is no finite answer.
    // [instance]
    pt_status (*fit)(void *self, const pt_data *data, const pt_run *run, pt_error *err);
    // Scores a block: out[col * block->rows + row], every cell, cols in the order of outputs(); of
    // `block`, x alone counts. A row's score depends on the row alone. Reads self only; called from
    // many threads at once. A block is small: the host asks whether the run was stopped between
    // blocks. Memory that is needed comes from pt_host.alloc and is freed before it returns.
    // [worker]
    pt_status (*predict)(const void *self, const pt_block *block, double *out, pt_error *err);
    // All that predict, explain, contribute and export_as need, as little-endian bytes that begin
    // with a version of the plugin's own; the host adds the envelope (names, preparation, hash).
    // The same model gives the same bytes. [instance]
    pt_status (*save)(const void *self, pt_writer *writer, pt_error *err);
    // Instead of fit. Reads all bytes and refuses, with PT_E_DATA, what save() could not have
    // written: they may be cut or changed. Numbers in them are claims, to be held against
    // remaining() before memory is allocated by them. [instance]
    pt_status (*load)(void *self, const pt_schema *schema, pt_reader *reader, pt_error *err);
    // What was learnt, as one JSON object (centres, coefficients, rules, importances). [instance]
    pt_status (*explain)(const void *self, pt_writer *writer, pt_error *err);
    // Clusters, optional: after fit, segment i becomes new_of[i] (a permutation of 0 .. n-1)
    // everywhere: predict, save, explain. NULL = segments keep the model's own numbers. [instance]
    pt_status (*renumber)(void *self, const uint32_t *new_of, uint32_t n, pt_error *err);
    // Optional: why a row has its score. out[col * block->rows + row] is what the row's value of
    // matrix column `col` adds, against the training rows; col = block->cols is the base. They add
    // up to what `describe` told in `contributes`. Reads self only. [worker]
    pt_status (*contribute)(const void *self, const pt_block *block, double *out, pt_error *err);
    // Optional: the model in another format; PT_E_UNSUPPORTED for one it does not know. Called on
    // a loaded model. [instance]
    // PT_EXPORT_XGBOOST: the whole JSON model that XGBoost loads.
    // PT_EXPORT_PMML: the one model element (RegressionModel, TreeModel, MiningModel,
    // ClusteringModel) and nothing around it. Where its MiningSchema belongs it holds exactly
    // `<MiningSchema/>`, followed at once by what is the model's own (RegressionTable, Node,
    // Segmentation, ComparisonMeasure): there the host puts the MiningSchema over the pipeline's
    // columns with the label as target, Output and LocalTransformations (impute, transform,
    // one-hot, scale). Fields are `columns[i]->name` of the schema, which the host makes unique;
    // their values are those of the matrix (dtype 4: PMML's float, else double). A PT_COLUMN_NUMBER
    // is a number; a PT_COLUMN_CATEGORY is a string with the texts of `levels` for its codes, an
    // unknown text is missing. Models inside (Segment) have their own MiningSchema over these
    // fields. functionName of the element: binary and classes: "classification" with `classes` of
    // the schema as categories and probabilities for all; regression: "regression"; clusters:
    // "clustering" with id="0".. of Cluster the segments. See pt_xml.h of sdk/support.
    pt_status (*export_as)(const void *self, const char *format, pt_writer *writer, pt_error *err);
} pt_model_vtable;

PT_EXTERN_C_END

#endif
