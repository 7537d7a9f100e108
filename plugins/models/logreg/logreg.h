// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Binary logistic regression: options, the learnt model, and the steps of learning it.
// Objective: sum of log-losses + lambda / 2 * |w|^2 with a free intercept (C = 1 / lambda where
// others speak of C).
#ifndef LOGREG_H
#define LOGREG_H

#include <portrait/model.h>
#include <portrait/option.h>

#include "pt_columns.h"

// Filled by the host from the option rows.
struct logreg_config {
    double lambda;
    int64_t rounds;
};

struct logreg {
    const pt_host *host;
    const struct logreg_config *config;
    uint32_t d;
    double *weights; // d, then the intercept; NULL = not learnt
    double *errors;  // their standard errors; 0 = not known
    double raw_intercept_error;
    double lambda;
    double objective;
    double log_likelihood;
    double null_deviance;
    uint64_t rounds;
    struct pt_columns columns;
};

// One fit under way; vectors have p = d + 1 places, the last for the intercept. Memory is the run's
// scratch.
struct logreg_fit {
    const pt_host *host;
    const pt_data *data;
    const pt_run *run;
    pt_error *err;
    double lambda;
    uint64_t max_rounds;
    uint32_t d;
    uint32_t p;
    uint64_t positives;
    uint8_t *is_constant; // by column: one value in all rows, left at 0
    double *weights;
    double *trial; // where the pass was made
    double *step;
    double *state;           // of one pass: loss, gradient p, curvature p * p (lower triangle)
    double *factor;          // Cholesky factor of the curvature, scaled to a unit diagonal
    double *scale;           // 1 / sqrt(diagonal)
    double *first_curvature; // diagonal at the start
    double decrement;        // squared Newton decrement
};

#define LOGREG_LOSS 0
#define LOGREG_GRADIENT 1

pt_status logreg_out_of_memory(const struct logreg_fit *f);
// Loss, gradient and curvature of the whole data, with penalty, at f->trial into f->state.
pt_status logreg_pass(struct logreg_fit *f);
// Classes, constant columns, start weights.
pt_status logreg_survey(struct logreg_fit *f);
// Newton's method from f->weights. f->state and f->factor then belong to the weights found.
pt_status logreg_newton(struct logreg_fit *f, uint64_t *rounds);
// Solves curvature * x = x in place with f->factor.
void logreg_solve(const struct logreg_fit *f, double *x);

// The vtable's calls.
pt_status logreg_fit_model(void *self, const pt_data *data, const pt_run *run, pt_error *err);
pt_status logreg_predict(const void *self, const pt_block *block, double *out, pt_error *err);
pt_status logreg_save(const void *self, const pt_host *host, pt_writer *writer, pt_error *err);
pt_status logreg_load(void *self, const pt_schema *schema, pt_reader *reader, pt_error *err);
pt_status logreg_explain(const void *self, pt_writer *writer, pt_error *err);
void logreg_reset(struct logreg *m); // back to not learnt

#endif
