// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "metric_regress.h"

#include <math.h>

static double squared_errors(const double *guess, const double *label, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double miss = label[i] - guess[i];
        sum += miss * miss;
    }
    return sum;
}

double metric_rmse(const double *guess, const double *label, size_t n)
{
    return n == 0 ? (double)NAN : sqrt(squared_errors(guess, label, n) / (double)n);
}

double metric_mae(const double *guess, const double *label, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += fabs(label[i] - guess[i]);
    }
    return n == 0 ? (double)NAN : sum / (double)n;
}

double metric_r2(const double *guess, const double *label, size_t n)
{
    double mean = 0;
    for (size_t i = 0; i < n; i++) {
        mean += label[i] / (double)n;
    }
    double spread = 0;
    for (size_t i = 0; i < n; i++) {
        spread += (label[i] - mean) * (label[i] - mean);
    }
    return spread > 0 ? 1 - squared_errors(guess, label, n) / spread : (double)NAN;
}
