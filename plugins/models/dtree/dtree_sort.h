// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Sorting a column once, before growing.
#ifndef DTREE_SORT_H
#define DTREE_SORT_H

#include <stdint.h>

// Rows by value, equal values by row; rows without a value at the end.
struct dtree_sorted {
    uint32_t *row;
    double *value; // of row[i]
    uint64_t n;
    uint64_t n_there; // rows with a value
};

// values[i] is of row i. `out` has its arrays of n; spare_rows and spare_values hold n each.
void dtree_sort(const double *values, struct dtree_sorted *out, uint32_t *spare_rows,
                double *spare_values);

#endif
