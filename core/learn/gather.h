// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Gathering: a column's values at some rows as doubles; missing and non-finite values are NaN.
#ifndef PORTRAIT_LEARN_GATHER_H
#define PORTRAIT_LEARN_GATHER_H

#include "map.h"
#include "table.h"

// Rows [begin, begin + n) of `rows`; NULL = row numbers themselves.
struct gather_range {
    const size_t *rows;
    size_t begin;
    size_t n;
};

static inline size_t gather_row(const struct gather_range *r, size_t i)
{
    return r->rows == NULL ? r->begin + i : r->rows[r->begin + i];
}

// bool 0/1, i64, f64, date in days, time in days.
void gather_numbers(const struct column *c, struct gather_range range, double *out);
// str: the value `level_of` has for the text; NaN when missing or unknown.
void gather_codes(const struct column *c, const struct map *level_of, struct gather_range range,
                  double *out);

#endif
