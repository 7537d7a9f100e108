// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Sheets: small tables of typed columns with NULLs, for the tests of expressions.
#ifndef PORTRAIT_TEST_EXPR_SHEET_H
#define PORTRAIT_TEST_EXPR_SHEET_H

#include "expr.h"

#define SHEET_COLUMNS 32

struct sheet {
    struct arena arena;
    struct expr_name names[SHEET_COLUMNS];
    struct vec columns[SHEET_COLUMNS];
    size_t n_columns;
    size_t n_rows;
};

// Adds a column of n_rows values, all there and zero; write through the vec's arrays with the
// helpers below. Returns its index.
size_t sheet_add(struct sheet *s, const char *name, enum vec_type type);
void sheet_set_null(struct sheet *s, size_t column, size_t row);
void sheet_set_int(struct sheet *s, size_t column, size_t row,
                   int64_t value); // bool, date, time too
void sheet_set_real(struct sheet *s, size_t column, size_t row, double value);
void sheet_set_text(struct sheet *s, size_t column, size_t row, const char *value); // borrowed
struct expr_scope sheet_scope(const struct sheet *s);
// A deep copy whose rows are rows 0 .. n_rows of the source again and again; text columns become
// dictionaries on request.
void sheet_repeat(const struct sheet *from, size_t n_rows, bool with_dictionaries,
                  struct sheet *out);
void sheet_release(struct sheet *s);

// Compiles and fails the test with the message otherwise.
struct expr *sheet_compile(struct sheet *s, const char *source);
// The value of one row as text: NULL, true, 12, 0.5, 'a''b', DATE '...', TIMESTAMP '...'.
const char *sheet_show(struct arena *a, const struct vec *v, size_t row);
// Evaluates `source` and checks every row's value, given with blanks between: "1 NULL 'a'".
void sheet_expect(struct sheet *s, const char *source, const char *values);

#endif
