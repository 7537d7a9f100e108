// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Order statistics without sorting everything (Hoare's quickselect).
#ifndef PORTRAIT_LEARN_QUANTILE_H
#define PORTRAIT_LEARN_QUANTILE_H

#include <stdbool.h>
#include <stddef.h>

// The k-th smallest (0-based) of values[0..n), which are reordered; none is NaN, k < n.
double quantile_select(double *values, size_t n, size_t k);
// The median of the values that are not NaN, 0 when there are none. False when memory is out.
bool quantile_median(const double *values, size_t n, double *out);

#endif
