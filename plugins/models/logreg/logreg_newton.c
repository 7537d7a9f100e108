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
#define SUFFICIENT 1e-4 // share of the promised decrease that a step must bring
#define LEAST_STEP 0x1p-30
#define DEPENDENT 1e-11 // share of a column that no other column explains
#define DYING 1e-3      // curvature left, of that at the start
#define SLOW 0.1        // decrement left after a round near the optimum
#define PERFECT 1e-9    // mean loss

static double *curvature_of(const struct logreg_fit *f)
{
    return f->state + LOGREG_GRADIENT + f->p;
}

static const char *column_name(const struct logreg_fit *f, uint32_t j)
{
    return j < f->d ? f->data->schema->columns[j]->name : "intercept";
}

// Factors the curvature scaled to a unit diagonal. Returns the first column that the ones before it
// explain, or p.
static uint32_t factor_curvature(struct logreg_fit *f)
{
    const double *curvature = curvature_of(f);
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
    for (uint32_t j = 0; j < f->d; j++) {
        double weight = fabs(f->step[j]) * sqrt(f->first_curvature[j]);
        if (weight > largest) {
            largest = weight;
            worst = j;
        }
    }
    return pt_fail(f->host, f->err, PT_E_NUMERIC, "lambda",
                   "column `%s` (alone or with others) separates the classes in some rows, so "
                   "its coefficient grows without end; set lambda above 0 or leave it out",
                   column_name(f, worst));
}

static pt_status fail_singular(const struct logreg_fit *f, uint32_t column, uint64_t round)
{
    if (round > 0 && f->lambda == 0) {
        return fail_separated(f);
    }
    if (!isfinite(f->state[LOGREG_LOSS])) {
        return pt_fail(f->host, f->err, PT_E_NUMERIC, NULL,
                       "the values of the columns are too large; scale them");
    }
    return pt_fail(f->host, f->err, PT_E_NUMERIC, "lambda",
                   "column `%s` follows from the columns before it; leave it out, set drop_first "
                   "for one-hot columns, or set lambda above 0",
                   column_name(f, column));
}

static pt_status find_step(struct logreg_fit *f, uint64_t round)
{
    uint32_t bad = factor_curvature(f);
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
    const double *curvature = curvature_of(f);
    for (uint32_t j = 0; j < f->p; j++) {
        double pivot = f->factor[(uint64_t)j * f->p + j];
        double left = pivot * pivot * curvature[(uint64_t)j * f->p + j];
        if (left < DYING * f->first_curvature[j]) {
            return 1;
        }
    }
    return 0;
}

// Asked after each round. Away from the optimum only a vanishing loss tells; at it, a decrement
// that did not fall as squares do.
static uint8_t is_separated(const struct logreg_fit *f, double decrement_before, uint8_t is_last)
{
    if (f->lambda > 0) {
        return 0;
    }
    if (f->state[LOGREG_LOSS] < PERFECT * (double)f->data->n_rows) {
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
    const double *curvature = curvature_of(f);
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
    if (status == PT_OK) {
        keep_first_curvature(f);
    }
    return status;
}

pt_status logreg_newton(struct logreg_fit *f, uint64_t *rounds)
{
    pt_status status = start(f);
    for (uint64_t round = 1; status == PT_OK; round++) {
        uint8_t is_last = f->decrement / 2 <= TOLERANCE * f->state[LOGREG_LOSS];
        double before = f->decrement;
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
