// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Metrics of a number: how far guesses lie from what was. NaN without rows.
#ifndef PORTRAIT_LEARN_METRIC_REGRESS_H
#define PORTRAIT_LEARN_METRIC_REGRESS_H

#include <stddef.h>

// Root of the mean squared error.
double metric_rmse(const double *guess, const double *label, size_t n);
// Mean of the absolute errors.
double metric_mae(const double *guess, const double *label, size_t n);
// 1 - squared errors / squared distances from the mean; NaN when all labels are equal.
double metric_r2(const double *guess, const double *label, size_t n);

#endif
