// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A model plugin on a matrix made by hand, without tables or preparation: columns of floats with
// weights, folds and keys as a test wants them.
#ifndef RAW_MATRIX_H
#define RAW_MATRIX_H

#include "instance.h"
#include "model_bench.h"

#define RAW_COLUMNS 64

// Set n_rows and n_columns, call raw_new, fill x, label and the optional rest.
struct raw_matrix {
    uint64_t n_rows;
    uint32_t n_columns;
    uint64_t stride;
    float *x;       // [column * stride + row]
    double *label;  // NULL = none given
    double *weight; // NULL = all 1
    uint8_t *fold;  // NULL = none
    uint64_t *key;  // row numbers unless changed
    uint32_t block_rows;
    pt_column_info infos[RAW_COLUMNS];
    const pt_column_info *columns[RAW_COLUMNS];
    char names[RAW_COLUMNS][8]; // f0, f1, ...
    pt_schema schema;
    pt_data data;
};

void raw_new(struct raw_matrix *m, uint64_t n_rows, uint32_t n_columns);
// Column c becomes a category of n_levels levels l0, l1, ...
void raw_category(struct raw_matrix *m, uint32_t c, uint32_t n_levels);
void raw_free(struct raw_matrix *m);

// Fits a new instance; `bench` is opened for the plugin. Ends the process on failure.
void raw_fit(struct model_bench *bench, const struct raw_matrix *m, struct instance *out);
// The status instead.
pt_status raw_try_fit(struct model_bench *bench, const struct raw_matrix *m, struct instance *out,
                      struct pt_error *err);
// First output of every row; free() it.
double *raw_predict(const struct instance *model, const struct raw_matrix *m);
// [column * n_rows + row], n_columns + 1 columns; free() it.
double *raw_contribute(const struct instance *model, const struct raw_matrix *m);

#endif
