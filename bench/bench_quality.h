// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Quality of a learnt model, from what it predicts and says of itself, computed apart from the
// plugin's own figures.
#ifndef BENCH_QUALITY_H
#define BENCH_QUALITY_H

#include "bench_matrix.h"
#include "instance.h"

// Squared distances of all rows to the centre of the segment predicted for them, summed; centres
// as explain() tells them.
pt_status bench_inertia(const struct instance *m, const struct bench_matrix *x,
                        const double *segment, double *out, struct pt_error *err);

// Sum of log losses over the first `n` rows plus lambda / 2 times the squared coefficients of a
// logistic model. The coefficients are read off its probabilities at the unit points.
pt_status bench_objective(const struct instance *m, const struct bench_view *train, double lambda,
                          double *out, struct pt_error *err);

struct bench_rates {
    double log_loss; // mean
    double auc;
};

// Of rows first .. n-1.
pt_status bench_rates_of(const struct bench_matrix *x, const double *probability, uint64_t first,
                         struct bench_rates *out, struct pt_error *err);

#endif
