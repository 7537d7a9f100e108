// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Tables: named columns of equal length, owned. A profile table, a training table, a sink's rows.
#ifndef PORTRAIT_TABLE_TABLE_H
#define PORTRAIT_TABLE_TABLE_H

#include "arena.h"
#include "error.h"
#include "vec.h"

// Arrays are blocks of core/base/mem.h, freed by table_release.
struct column {
    const char *name; // in the table's arena
    enum vec_type type;
    uint8_t *valid; // a byte a row; NULL = all there
    uint8_t *b;
    int64_t *i;
    double *f;
    struct text *s; // bytes in the table's arena or borrowed for the table's life
};

// {0} plus n_rows is an empty table.
struct table {
    struct arena arena;
    size_t n_rows;
    struct column *columns;
    size_t n_columns;
    size_t capacity;
};

// Adds a zeroed column of table->n_rows values, all invalid when `with_nulls`, else all there.
// Returned pointer is valid until the next add. NULL when memory is out or the name exists.
struct column *table_add(struct table *t, const char *name, enum vec_type type, bool with_nulls);
// Index, or -1.
ptrdiff_t table_find(const struct table *t, const char *name);
struct vec table_vec(const struct table *t, size_t column);
void table_release(struct table *t);

#endif
