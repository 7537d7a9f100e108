// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Newton's method with backtracking (Boyd and Vandenberghe, Convex Optimization, 9.5.2, algorithm
// 9.5; the halved squared decrement estimates the distance from the optimum). Each pass yields
// loss, gradient and curvature together, so a step that is taken at once costs one pass.
//
// Without a penalty the optimum may lie at infinity: a column, or a mix of them, tells the classes
// apart for some rows. Newton then gains a factor of e a round instead of squaring its error, while
// the curvature dies away; both signs together are reported as separation.
#include <math.h>
#include <string.h>

#include "logreg.h"

#define TOLERANCE 1e-12 // of the objective
#define SURE 1e-13      // of the objective: a step so small need not be looked at again
#define SAMPLE_ROUNDS 8
#define SAMPLE_TOLERANCE 1e-4
#define SAMPLE_SHARE 16   // every so many-th block is enough to begin with
#define SAMPLE_BLOCKS 128 // fewer blocks are learnt from at once
#define SAMPLE_ROWS 200   // of the sample, for each weight
#define SUFFICIENT 1e-4   // share of the promised decrease that a step must bring
#define LEAST_STEP 0x1p-30
#define DEPENDENT 1e-11 // share of a column that no other column explains
#define DYING 1e-3      // curvature left, of that at the start
#define SLOW 0.1        // decrement left after a round near the optimum
#define PERFECT 1e-9    // mean loss

const char *logreg_column_name(const struct logreg_fit *f, uint32_t j)
{
    uint32_t column = j % f->q;
    return column < f->d ? f->data->schema->columns[column]->name : "intercept";
}

// Factors the curvature scaled to a unit diagonal. Returns the first column that the ones before it
// explain, or p.
uint32_t logreg_factor(struct logreg_fit *f)
{
    const double *curvature = logreg_curvature(f);
    for (uint32_t j = 0; j < f->p; j++) {
        double diagonal = curvature[(uint64_t)j * f->p + j];
        if (!(diagonal > 0) || !isfinite(diagonal)) {
            return j;
        }
        f->scale[j] = 1 / sqrt(diagonal);
    }
    for (uint32_t j = 0; j < f->p; j++) {
        for (uint32_t i = j; i < f->p; i++) {
            uint64_t at = (uint64_t)j * f->p + i;
            f->factor[at] = curvature[at] * f->scale[i] * f->scale[j];
        }
    }
    int32_t bad = f->run->blas->dpotrf('L', (int32_t)f->p, f->factor, (int32_t)f->p);
    if (bad != 0) {
        return (uint32_t)bad - 1;
    }
    for (uint32_t j = 0; j < f->p; j++) {
        double pivot = f->factor[(uint64_t)j * f->p + j];
        if (pivot * pivot < DEPENDENT) {
            return j;
        }
    }
    return f->p;
}

void logreg_solve(const struct logreg_fit *f, double *x)
{
    int32_t p = (int32_t)f->p;
    for (uint32_t j = 0; j < f->p; j++) {
        x[j] *= f->scale[j];
    }
    f->run->blas->dpotrs('L', p, 1, f->factor, p, x, p);
    for (uint32_t j = 0; j < f->p; j++) {
        x[j] *= f->scale[j];
    }
}

static pt_status fail_separated(const struct logreg_fit *f)
{
    uint32_t worst = 0;
    double largest = -1;
    for (uint32_t j = 0; j < f->p; j++) {
        double weight = fabs(f->step[j]) * sqrt(f->first_curvature[j]);
        if (j % f->q < f->d && weight > largest) {
            largest = weight;
            worst = j;
        }
    }
    return pt_fail(f->host, f->err, PT_E_NUMERIC, "lambda",
                   "column `%s` (alone or with others) separates the classes in some rows, so "
                   "its coefficient grows without end; set lambda above 0 or leave it out",
                   logreg_column_name(f, worst));
}

static pt_status fail_singular(const struct logreg_fit *f, uint32_t column, uint64_t round)
{
    if (round > 0 && f->l1 == 0 && f->l2 == 0) {
        return fail_separated(f);
    }
    if (!isfinite(f->state[LOGREG_LOSS])) {
        return pt_fail(f->host, f->err, PT_E_NUMERIC, NULL,
                       "the values of the columns are too large; scale them");
    }
    return pt_fail(f->host, f->err, PT_E_NUMERIC, "lambda",
                   "column `%s` follows from the columns before it; leave it out, set drop_first "
                   "for one-hot columns, or set lambda above 0",
                   logreg_column_name(f, column));
}

static pt_status find_newton_step(struct logreg_fit *f, uint64_t round)
{
    uint32_t bad = logreg_factor(f);
    if (bad < f->p) {
        return fail_singular(f, bad, round);
    }
    const double *gradient = f->state + LOGREG_GRADIENT;
    for (uint32_t j = 0; j < f->p; j++) {
        f->step[j] = -gradient[j];
    }
    logreg_solve(f, f->step);
    f->decrement = 0;
    for (uint32_t j = 0; j < f->p; j++) {
        f->decrement -= gradient[j] * f->step[j];
    }
    return PT_OK;
}

// With |w|_1 the quadratic model has no closed form: it is descended by coordinates.
static pt_status find_sparse_step(struct logreg_fit *f)
{
    if (!isfinite(f->state[LOGREG_LOSS])) {
        return fail_singular(f, 0, 0);
    }
    logreg_descend(f);
    const double *gradient = f->state + LOGREG_GRADIENT;
    f->decrement = 0;
    for (uint32_t j = 0; j < f->p; j++) {
        f->decrement -= gradient[j] * f->step[j];
        if (j % f->q != f->d) {
            f->decrement += f->l1 * (fabs(f->weights[j]) - fabs(f->weights[j] + f->step[j]));
        }
    }
    return PT_OK;
}

static pt_status find_step(struct logreg_fit *f, uint64_t round)
{
    return f->l1 > 0 ? find_sparse_step(f) : find_newton_step(f, round);
}

static pt_status pass_at(struct logreg_fit *f, double length)
{
    for (uint32_t j = 0; j < f->p; j++) {
        f->trial[j] = f->weights[j] + length * f->step[j];
    }
    return logreg_pass(f);
}

// Halves the step until it brings its share of the promised decrease.
static pt_status take_step(struct logreg_fit *f, uint8_t is_last)
{
    double before = f->state[LOGREG_LOSS];
    double length = 1;
    for (;;) {
        pt_status status = pass_at(f, length);
        if (status != PT_OK) {
            return status;
        }
        double after = f->state[LOGREG_LOSS];
        // Below the last digits of the objective a decrease cannot be seen any more.
        if (is_last != 0 || after <= before - SUFFICIENT * length * f->decrement) {
            break;
        }
        if (length < LEAST_STEP) {
            return pt_fail(f->host, f->err, PT_E_NUMERIC, NULL,
                           "no step makes the objective smaller; scale the columns");
        }
        length /= 2;
    }
    memcpy(f->weights, f->trial, f->p * sizeof *f->weights);
    return PT_OK;
}

static uint8_t has_dying_curvature(const struct logreg_fit *f)
{
    const double *curvature = logreg_curvature(f);
    for (uint32_t j = 0; j < f->p; j++) {
        double pivot = f->factor[(uint64_t)j * f->p + j];
        double left = pivot * pivot * curvature[(uint64_t)j * f->p + j];
        if (left < DYING * f->first_curvature[j]) {
            return 1;
        }
    }
    return 0;
}

// Without a penalty, curvature that faded away may be a sign of separation.
static uint8_t has_died(const struct logreg_fit *f)
{
    return f->l1 == 0 && f->l2 == 0 && has_dying_curvature(f) != 0;
}

// Asked after each round. Away from the optimum only a vanishing loss tells; at it, a decrement
// that did not fall as squares do.
static uint8_t is_separated(const struct logreg_fit *f, double decrement_before, uint8_t is_last)
{
    if (f->l1 > 0 || f->l2 > 0) {
        return 0;
    }
    if (f->state[LOGREG_LOSS] < PERFECT * f->n_rows) {
        return 1;
    }
    return is_last != 0 && f->decrement > SLOW * decrement_before && has_dying_curvature(f) != 0;
}

static void show_progress(const struct logreg_fit *f, uint64_t round)
{
    pt_metric metrics[] = {
        {"round", (double)round},
        {"objective", f->state[LOGREG_LOSS]},
        {"decrement", f->decrement},
    };
    f->run->progress(f->run, (double)round / (double)f->max_rounds, metrics, 3);
}

// What no other column explains of each, at the start.
static void keep_first_curvature(const struct logreg_fit *f)
{
    const double *curvature = logreg_curvature(f);
    for (uint32_t j = 0; j < f->p; j++) {
        double pivot = f->factor[(uint64_t)j * f->p + j];
        f->first_curvature[j] = pivot * pivot * curvature[(uint64_t)j * f->p + j];
    }
}

static pt_status start(struct logreg_fit *f)
{
    memset(f->step, 0, f->p * sizeof *f->step);
    pt_status status = pass_at(f, 0);
    if (status == PT_OK) {
        status = find_step(f, 0);
    }
    if (status == PT_OK && f->l1 == 0) {
        keep_first_curvature(f);
    }
    return status;
}

// A step whose outcome is known well enough without a pass.
static void take_sure_step(struct logreg_fit *f)
{
    for (uint32_t j = 0; j < f->p; j++) {
        f->weights[j] += f->step[j];
    }
    f->state[LOGREG_LOSS] -= f->decrement / 2;
}

pt_status logreg_newton(struct logreg_fit *f, uint64_t *rounds)
{
    pt_status status = start(f);
    for (uint64_t round = 1; status == PT_OK; round++) {
        uint8_t is_last = f->decrement / 2 <= TOLERANCE * f->state[LOGREG_LOSS];
        double before = f->decrement;
        if (f->decrement / 2 <= SURE * f->state[LOGREG_LOSS] && has_died(f) == 0) {
            take_sure_step(f);
            *rounds = round;
            return PT_OK;
        }
        status = take_step(f, is_last);
        if (status == PT_OK) {
            status = find_step(f, round);
        }
        if (status != PT_OK) {
            break;
        }
        show_progress(f, round);
        *rounds = round;
        if (is_separated(f, before, is_last) != 0) {
            return fail_separated(f);
        }
        if (is_last != 0) {
            return PT_OK;
        }
        if (round == f->max_rounds) {
            return pt_fail(f->host, f->err, PT_E_NUMERIC, "rounds",
                           "not at the optimum after %llu rounds", (unsigned long long)round);
        }
    }
    return status;
}

static pt_status learn_sample(struct logreg_fit *f)
{
    pt_status status = start(f);
    for (uint64_t round = 0; status == PT_OK && round < SAMPLE_ROUNDS; round++) {
        if (f->decrement / 2 <= SAMPLE_TOLERANCE * f->state[LOGREG_LOSS]) {
            break;
        }
        status = take_step(f, 0);
        if (status == PT_OK) {
            status = find_step(f, round + 1);
        }
    }
    return status;
}

pt_status logreg_head_start(struct logreg_fit *f)
{
    uint32_t n_blocks = f->data->n_blocks;
    double share = (double)((n_blocks + SAMPLE_SHARE - 1) / SAMPLE_SHARE) / n_blocks;
    if (n_blocks < SAMPLE_BLOCKS || share * f->n_rows < (double)SAMPLE_ROWS * f->p) {
        return PT_OK;
    }
    double *before = f->run->scratch(f->run, f->p * sizeof *before);
    if (before == NULL) {
        return logreg_out_of_memory(f);
    }
    memcpy(before, f->weights, f->p * sizeof *before);
    struct logreg_fit sample = *f;
    sample.block_step = SAMPLE_SHARE;
    sample.l1 *= share;
    sample.l2 *= share;
    sample.n_rows *= share;
    sample.err = NULL;
    pt_status status = learn_sample(&sample);
    if (status == PT_E_NUMERIC) { // the sample has no answer; all rows may have one
        memcpy(f->weights, before, f->p * sizeof *before);
        return PT_OK;
    }
    return status;
}
