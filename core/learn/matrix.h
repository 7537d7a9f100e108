// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Matrix: prepared training rows in memory, in the layout a model asked for, served as
// restartable blocks of fixed size.
#ifndef PORTRAIT_LEARN_MATRIX_H
#define PORTRAIT_LEARN_MATRIX_H

#include "digest.h"
#include "prepare.h"

struct matrix {
    pt_data data; // what a model gets
    pt_model_needs needs;
    void *x; // 64-byte aligned
    uint64_t stride;
    size_t n_rows;
    size_t n_columns;
    double *label; // by matrix row; NULL without labels
    uint64_t *key;
};

// Beside the rows; {0} is fine.
struct matrix_extra {
    const double *label; // by table row; NULL = none
    const uint64_t *key; // by table row; NULL = row number
    struct pool *pool;   // fills blocks; NULL = this thread
};

// The preparation must outlive the matrix.
pt_status matrix_build(const struct prepare *p, const pt_model_needs *needs,
                       const struct prepare_rows *from, const struct matrix_extra *extra,
                       struct matrix *out, struct pt_error *err);
// 64-bit hashes of its blocks, hashed again: the training data's fingerprint, as hex.
pt_status matrix_fingerprint(const struct matrix *m, char out[SHA256_HEX], struct pt_error *err);
void matrix_release(struct matrix *m);

#endif
