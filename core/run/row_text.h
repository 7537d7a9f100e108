// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// One row as text: CSV (RFC 4180) or a JSON object. Dates as YYYY-MM-DD, times as RFC 3339,
// booleans as true and false; NULL is an empty field or null.
#ifndef PORTRAIT_RUN_ROW_TEXT_H
#define PORTRAIT_RUN_ROW_TEXT_H

#include "batch.h"

struct row_text {
    const struct schema_field *fields;
    const struct vec *columns; // by index of `fields`
    const size_t *order;       // which, in which order
    size_t n;
};

bool row_text_header(const struct row_text *t, struct str *out);
bool row_text_csv(const struct row_text *t, size_t row, struct str *out);
bool row_text_json(const struct row_text *t, size_t row, struct str *out);

#endif
