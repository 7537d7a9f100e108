// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The statements that make a profile store, as text. Names are quoted as SQL wants it, so any
// column name is a good one.
#ifndef PROFILE_STORE_SQL_H
#define PROFILE_STORE_SQL_H

#include "pt_cells.h"

// What the store looks like. Texts are borrowed.
struct profile_store_shape {
    const char *table;
    const struct pt_cell_column *columns;
    uint32_t n_columns;
    int32_t key; // column that is the primary key; -1 = none
};

// Each gives a text that the caller frees with sqlite3_free, NULL when out of memory.
char *profile_store_sql_table(const struct profile_store_shape *shape);
char *profile_store_sql_insert(const struct profile_store_shape *shape);
char *profile_store_sql_index(const struct profile_store_shape *shape, uint32_t column);
// View `segments`: how many profiles each value of the columns has. n > 0.
char *profile_store_sql_segments(const struct profile_store_shape *shape, const uint32_t *columns,
                                 uint32_t n);

#endif
