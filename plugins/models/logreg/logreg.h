// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Logistic regression of two or more classes: options, the learnt model, and the steps of learning
// it. Objective: sum of weighted log-losses + lambda * (l1_ratio * |w|_1 + (1 - l1_ratio) / 2 *
// |w|_2^2) with free intercepts; 1 / lambda is what others call C.
#ifndef LOGREG_H
#define LOGREG_H

#include <portrait/model.h>
#include <portrait/option.h>

#include "logreg_kernel.h"
#include "pt_columns.h"

#define LOGREG_CLASSES 256

typedef int32_t logreg_balance;
#define LOGREG_PLAIN 0
#define LOGREG_BALANCED 1

// Filled by the host from the option rows.
struct logreg_config {
    double lambda;
    double l1_ratio;
    int64_t rounds;
    pt_list classes; // texts
    logreg_balance balance;
    pt_map weights; // class -> double
};

// What was learnt. Weights are k * (d + 1): of each predictor its columns, then its intercept. Two
// classes have one predictor, the log-odds of class 1; more have one each, adding up to zero.
struct logreg {
    const pt_host *host;
    const struct logreg_config *config;
    const struct logreg_kernel *kernel;
    pt_output *outputs; // as list_outputs() tells them; of several classes
    const pt_output **output_list;
    char **output_texts; // their names
    uint32_t n_outputs;
    uint32_t d;
    uint32_t k;
    uint32_t n_classes;
    uint8_t is_weighted;
    double *weights;              // NULL = not learnt
    double *errors;               // their standard errors; 0 = not known
    double *raw_intercept_errors; // k
    double *means;                // d, of the training rows
    double lambda;
    double l1_ratio;
    double objective;
    double log_likelihood;
    double null_deviance;
    uint64_t rounds;
    struct pt_columns columns;
    char **classes; // n_classes names
};

// One fit under way; vectors have p = k * q places, q = d + 1. Memory is the run's scratch.
struct logreg_fit {
    const pt_host *host;
    const pt_data *data;
    const pt_run *run;
    pt_error *err;
    const struct logreg_kernel *kernel;
    double l1; // lambda * l1_ratio
    double l2; // lambda * (1 - l1_ratio)
    uint64_t max_rounds;
    uint32_t d;
    uint32_t q;
    uint32_t k;
    uint32_t p;
    uint32_t n_classes;
    uint32_t block_step; // a sample: every so many-th block; 1 = all
    uint8_t wants_curvature;
    double n_rows;         // that passes see
    double *class_rows;    // n_classes
    double *class_weights; // n_classes
    double *means;         // d
    uint8_t *is_constant;  // by column: one value in all rows, left at 0
    double *weights;
    double *trial; // where the pass was made
    double *step;
    double *state;           // of one pass: loss, gradient p, curvature p * p (lower triangle)
    double *factor;          // Cholesky factor of the curvature, scaled to a unit diagonal
    double *scale;           // 1 / sqrt(diagonal)
    double *first_curvature; // diagonal at the start
    double decrement;        // what the step promises, twice
};

#define LOGREG_LOSS 0
#define LOGREG_GRADIENT 1

static inline double *logreg_curvature(const struct logreg_fit *f)
{
    return f->state + LOGREG_GRADIENT + f->p;
}

pt_status logreg_out_of_memory(const struct logreg_fit *f);
const char *logreg_column_name(const struct logreg_fit *f, uint32_t j);
// Classes, constant columns, means, class weights, start weights.
pt_status logreg_survey(struct logreg_fit *f);
// Loss, gradient and, if wanted, curvature of the rows, with penalty, at f->trial into f->state.
pt_status logreg_pass(struct logreg_fit *f);
// The maps of a pass: two classes, several.
pt_status logreg_map_two(const void *arg, uint64_t begin, uint64_t end, void *state, pt_error *err);
pt_status logreg_map_several(const void *arg, uint64_t begin, uint64_t end, void *state,
                             pt_error *err);
// The `index`-th block that passes see.
pt_status logreg_block(const struct logreg_fit *f, uint64_t index, pt_block *out, pt_error *err);

// Newton's method from f->weights. f->state and f->factor then belong to the weights found.
pt_status logreg_newton(struct logreg_fit *f, uint64_t *rounds);
// Better f->weights from a sample of the rows, where that pays; leaves them alone otherwise.
pt_status logreg_head_start(struct logreg_fit *f);
// Factors the curvature; the first column that the ones before it explain, or p.
uint32_t logreg_factor(struct logreg_fit *f);
// Solves curvature * x = x in place with f->factor.
void logreg_solve(const struct logreg_fit *f, double *x);
// The step that minimises the quadratic model with |w|_1, by coordinates, into f->step.
void logreg_descend(struct logreg_fit *f);
// Steps along few remembered gradients (L-BFGS; OWL-QN with |w|_1), for many columns.
pt_status logreg_quasi_newton(struct logreg_fit *f, uint64_t *rounds);

// The vtable's calls.
pt_status logreg_fit_model(void *self, const pt_data *data, const pt_run *run, pt_error *err);
pt_status logreg_predict(const void *self, const pt_block *block, double *out, pt_error *err);
pt_status logreg_contribute(const void *self, const pt_block *block, double *out, pt_error *err);
pt_status logreg_save(const void *self, pt_writer *writer, pt_error *err);
pt_status logreg_load(void *self, const pt_schema *schema, pt_reader *reader, pt_error *err);
pt_status logreg_explain(const void *self, pt_writer *writer, pt_error *err);
pt_status logreg_export(const void *self, const char *format, pt_writer *writer, pt_error *err);
void logreg_reset(struct logreg *m); // back to not learnt
pt_status logreg_check_learnt(const struct logreg *m, pt_error *err);
// Places for d columns, k predictors and the classes' names.
pt_status logreg_allocate(struct logreg *m, const pt_schema *schema, pt_error *err);

#endif
