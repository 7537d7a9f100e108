// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Bench matrix: a raw float32 file in memory in the layout and width a model asked for, served as
// pt_data in blocks of the size the host uses.
#ifndef BENCH_MATRIX_H
#define BENCH_MATRIX_H

#include <portrait/model.h>

#include "arena.h"
#include "error.h"

struct bench_matrix {
    struct arena arena; // names of the columns
    pt_model_needs needs;
    pt_schema schema;
    void *x;       // 64-byte aligned
    double *label; // NULL without labels
    uint64_t *key; // row numbers
    uint64_t stride;
    uint64_t n_rows;
    uint64_t n_bytes; // of x
};

struct bench_files {
    const char *matrix; // row-major float32
    const char *labels; // a byte 0 or 1 a row; NULL = none
    uint32_t n_columns;
};

// The first `n_rows` rows of a matrix. Must not move, and the matrix must outlive it.
struct bench_view {
    const struct bench_matrix *matrix;
    pt_data data;
};

pt_status bench_matrix_read(const struct bench_files *from, const pt_model_needs *needs,
                            struct bench_matrix *out, struct pt_error *err);
void bench_matrix_view(const struct bench_matrix *m, uint64_t n_rows, struct bench_view *out);
// One value, whatever the layout and width.
double bench_matrix_at(const struct bench_matrix *m, uint64_t row, uint32_t column);
void bench_matrix_release(struct bench_matrix *m);

#endif
