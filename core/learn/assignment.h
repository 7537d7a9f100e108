// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Assignment: each row one column of a square matrix, at the least sum of costs.
#ifndef PORTRAIT_LEARN_ASSIGNMENT_H
#define PORTRAIT_LEARN_ASSIGNMENT_H

#include "error.h"

// column_of[i] = the column of row i. Costs are finite, n * n, row by row; O(n^3). Of several least
// sums, always the same one.
pt_status assignment_solve(const double *cost, uint32_t n, uint32_t *column_of,
                           struct pt_error *err);

#endif
