// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Many columns: steps along few remembered gradients, without a curvature matrix. L-BFGS (Nocedal
// and Wright, Numerical Optimization, algorithm 7.5) with backtracking; with |w|_1 OWL-QN (Andrew
// and Gao 2007): pseudo-gradients, and steps that stay in one orthant.
#include <math.h>
#include <string.h>

#include "logreg.h"

#define MEMORY 12
#define TOLERANCE 1e-11 // of the objective, twice in a row: what a step still brought
#define SUFFICIENT 1e-4
#define LEAST_STEP 0x1p-40
#define ROUNDS 20 // of these for one of Newton's

struct memory {
    double *s; // MEMORY * p: steps
    double *y; // MEMORY * p: what they did to the gradient
    double rho[MEMORY];
    uint32_t n;
    uint32_t next;
    double *slope;  // pseudo-gradient
    double *before; // gradient of the round before
};

static double dot(const double *a, const double *b, uint32_t n)
{
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += a[i] * b[i];
    }
    return sum;
}

static double l1_of(const struct logreg_fit *f, uint32_t j)
{
    return j % f->q == f->d || f->is_constant[j % f->q] != 0 ? 0 : f->l1;
}

// Steepest slope of the objective with |w|_1: 0 where neither side goes down.
static void find_slope(const struct logreg_fit *f, struct memory *m)
{
    const double *gradient = f->state + LOGREG_GRADIENT;
    for (uint32_t j = 0; j < f->p; j++) {
        double l1 = l1_of(f, j);
        double right = gradient[j] + (f->weights[j] >= 0 ? l1 : -l1);
        double left = gradient[j] + (f->weights[j] > 0 ? l1 : -l1);
        m->slope[j] = left > 0 ? left : right < 0 ? right : 0;
    }
}

static void find_direction(const struct logreg_fit *f, const struct memory *m)
{
    double alpha[MEMORY];
    for (uint32_t j = 0; j < f->p; j++) {
        f->step[j] = -m->slope[j];
    }
    for (uint32_t i = 0; i < m->n; i++) {
        uint32_t at = (m->next + MEMORY - 1 - i) % MEMORY;
        const double *s = m->s + (uint64_t)at * f->p;
        const double *y = m->y + (uint64_t)at * f->p;
        alpha[at] = m->rho[at] * dot(s, f->step, f->p);
        for (uint32_t j = 0; j < f->p; j++) {
            f->step[j] -= alpha[at] * y[j];
        }
    }
    if (m->n > 0) {
        uint32_t last = (m->next + MEMORY - 1) % MEMORY;
        const double *y = m->y + (uint64_t)last * f->p;
        double scale = 1 / (m->rho[last] * dot(y, y, f->p));
        for (uint32_t j = 0; j < f->p; j++) {
            f->step[j] *= scale;
        }
    }
    for (uint32_t i = m->n; i > 0; i--) {
        uint32_t at = (m->next + MEMORY - i) % MEMORY;
        const double *s = m->s + (uint64_t)at * f->p;
        const double *y = m->y + (uint64_t)at * f->p;
        double beta = m->rho[at] * dot(y, f->step, f->p);
        for (uint32_t j = 0; j < f->p; j++) {
            f->step[j] += (alpha[at] - beta) * s[j];
        }
    }
    for (uint32_t j = 0; f->l1 > 0 && j < f->p; j++) {
        f->step[j] = f->step[j] * m->slope[j] < 0 ? f->step[j] : 0;
    }
}

// The point a step leads to; a coordinate that would cross zero stops there.
static void move_to(const struct logreg_fit *f, const struct memory *m, double length)
{
    for (uint32_t j = 0; j < f->p; j++) {
        double side = f->weights[j] != 0 ? f->weights[j] : -m->slope[j];
        double to = f->weights[j] + length * f->step[j];
        f->trial[j] = l1_of(f, j) > 0 && to * side <= 0 ? 0 : to;
    }
}

static pt_status take_step(struct logreg_fit *f, struct memory *m, double length)
{
    double before = f->state[LOGREG_LOSS];
    memcpy(m->before, f->state + LOGREG_GRADIENT, f->p * sizeof *m->before);
    for (;; length /= 2) {
        move_to(f, m, length);
        pt_status status = logreg_pass(f);
        if (status != PT_OK) {
            return status;
        }
        double promised = 0;
        for (uint32_t j = 0; j < f->p; j++) {
            promised += m->slope[j] * (f->trial[j] - f->weights[j]);
        }
        double after = f->state[LOGREG_LOSS];
        if (isfinite(after) && after <= before + SUFFICIENT * promised) {
            f->decrement = before - after;
            return PT_OK;
        }
        if (length < LEAST_STEP || fabs(promised) <= TOLERANCE * TOLERANCE * before) {
            f->decrement = 0; // nothing left to win
            memcpy(f->trial, f->weights, f->p * sizeof *f->trial);
            return logreg_pass(f);
        }
    }
}

static void remember(struct logreg_fit *f, struct memory *m)
{
    double *s = m->s + (uint64_t)m->next * f->p;
    double *y = m->y + (uint64_t)m->next * f->p;
    const double *gradient = f->state + LOGREG_GRADIENT;
    for (uint32_t j = 0; j < f->p; j++) {
        s[j] = f->trial[j] - f->weights[j];
        y[j] = gradient[j] - m->before[j];
    }
    double product = dot(s, y, f->p);
    if (product > 1e-14 * dot(y, y, f->p)) {
        m->rho[m->next] = 1 / product;
        m->next = (m->next + 1) % MEMORY;
        m->n += m->n < MEMORY;
    }
    memcpy(f->weights, f->trial, f->p * sizeof *f->weights);
}

static pt_status memory_open(const struct logreg_fit *f, struct memory *m)
{
    *m = (struct memory){0};
    m->s = f->run->scratch(f->run, (uint64_t)MEMORY * f->p * sizeof(double));
    m->y = f->run->scratch(f->run, (uint64_t)MEMORY * f->p * sizeof(double));
    m->slope = f->run->scratch(f->run, f->p * sizeof(double));
    m->before = f->run->scratch(f->run, f->p * sizeof(double));
    if (m->s == NULL || m->y == NULL || m->slope == NULL || m->before == NULL) {
        return logreg_out_of_memory(f);
    }
    return PT_OK;
}

pt_status logreg_quasi_newton(struct logreg_fit *f, uint64_t *rounds)
{
    struct memory m;
    pt_status status = memory_open(f, &m);
    memcpy(f->trial, f->weights, f->p * sizeof *f->trial);
    if (status == PT_OK) {
        status = logreg_pass(f);
    }
    uint32_t calm = 0;
    for (uint64_t round = 1; status == PT_OK; round++) {
        find_slope(f, &m);
        double size = sqrt(dot(m.slope, m.slope, f->p));
        if (size == 0) {
            return PT_OK;
        }
        find_direction(f, &m);
        status = take_step(f, &m, m.n > 0 ? 1 : 1 / size);
        if (status != PT_OK) {
            break;
        }
        remember(f, &m);
        *rounds = round;
        calm = f->decrement <= TOLERANCE * f->state[LOGREG_LOSS] ? calm + 1 : 0;
        if (calm == 2) {
            return PT_OK;
        }
        if (round >= ROUNDS * f->max_rounds) {
            return pt_fail(f->host, f->err, PT_E_NUMERIC, "rounds",
                           "not at the optimum after %llu rounds", (unsigned long long)round);
        }
        pt_metric metric = {"objective", f->state[LOGREG_LOSS]};
        f->run->progress(f->run, (double)round / (double)(ROUNDS * f->max_rounds), &metric, 1);
    }
    return status;
}
