// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Rows of profile tables: join several, store an expression's result as a column.
#ifndef PORTRAIT_RUN_TABLE_ROWS_H
#define PORTRAIT_RUN_TABLE_ROWS_H

#include "table.h"

// True when the value is there and not zero (bool, i64 or f64).
bool table_rows_truth(const struct vec *v, size_t row);
// One table of the rows of all parts, in order, with the columns of the first (all parts have
// them, with the same types). Texts stay borrowed from the parts.
pt_status table_rows_join(const struct table *const *parts, size_t n, struct table *out,
                          struct pt_error *err);
// Adds a column with a copy of `value`. PT_E_STATE when the name exists.
pt_status table_rows_store(struct table *t, const char *name, const struct vec *value,
                           struct pt_error *err);

#endif
