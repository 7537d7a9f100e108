// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Vectors: one column's values for a run of rows, as expressions and aggregates see them. Physical
// types are few: narrow integers are widened, every date is days, every time is microseconds UTC.
#ifndef PORTRAIT_TABLE_VEC_H
#define PORTRAIT_TABLE_VEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

enum vec_type {
    VEC_BOOL, // uint8_t 0/1
    VEC_I64,
    VEC_F64,
    VEC_STR,
    VEC_DATE, // int64_t days since 1970-01-01
    VEC_TIME, // int64_t microseconds since 1970 UTC
};

// A view: owns nothing. Exactly one of b, i, f, s is set, by type (i for I64, DATE, TIME).
struct vec {
    enum vec_type type;
    size_t n;
    const uint8_t *valid; // a byte a row, 1 = there; NULL = all there
    const uint8_t *b;
    const int64_t *i;
    const double *f;
    const struct text *s; // values, or the dictionary when codes is set
    const int32_t *codes; // STR only: row -> index into s; invalid rows hold any valid index or 0
    size_t n_dict;        // entries of s when codes is set
    bool is_const;        // arrays hold one value that stands for all n rows
};

static inline bool vec_is_valid(const struct vec *v, size_t row)
{
    return v->valid == NULL || v->valid[v->is_const ? 0 : row] != 0;
}

static inline struct text vec_text(const struct vec *v, size_t row)
{
    size_t at = v->is_const ? 0 : row;
    return v->s[v->codes == NULL ? at : (size_t)v->codes[at]];
}

const char *vec_type_name(enum vec_type type); // "bool", "i64", "f64", "str", "date", "time"

#endif
