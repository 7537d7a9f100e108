// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The proximal Newton step: the minimum of gradient . s + s H s / 2 + l1 |w + s|_1 by cyclic
// coordinate descent over the columns that move (Friedman, Hastie and Tibshirani 2010, Journal of
// Statistical Software 33(1); Lee, Sun and Saunders 2014).
#include <math.h>
#include <string.h>

#include "logreg.h"

#define SWEEPS 10000
#define SETTLED 1e-24 // of the curvature-weighted square of the whole step

static double soft(double value, double threshold)
{
    if (value > threshold) {
        return value - threshold;
    }
    return value < -threshold ? value + threshold : 0;
}

// The lower triangle mirrored, so that a column lies together.
static void mirror(const struct logreg_fit *f)
{
    double *h = logreg_curvature(f);
    for (uint32_t j = 0; j < f->p; j++) {
        for (uint32_t i = j + 1; i < f->p; i++) {
            h[(uint64_t)i * f->p + j] = h[(uint64_t)j * f->p + i];
        }
    }
}

// Moves one coordinate to its best place; `slope` is the model's gradient, kept up to date. Returns
// the square of the move by curvature.
static double move(const struct logreg_fit *f, uint32_t j, double *slope)
{
    const double *column = logreg_curvature(f) + (uint64_t)j * f->p;
    double bend = column[j];
    if (!(bend > 0)) {
        return 0;
    }
    double at = f->weights[j] + f->step[j];
    double threshold = j % f->q == f->d ? 0 : f->l1 / bend;
    double to = soft(at - slope[j] / bend, threshold);
    double by = to - at;
    if (by == 0) {
        return 0;
    }
    f->step[j] = to - f->weights[j];
    for (uint32_t i = 0; i < f->p; i++) {
        slope[i] += by * column[i];
    }
    return by * by * bend;
}

static uint8_t may_move(const struct logreg_fit *f, uint32_t j)
{
    return j % f->q == f->d || f->is_constant[j % f->q] == 0;
}

void logreg_descend(struct logreg_fit *f)
{
    double *slope = f->scale; // the factor is not used with |w|_1
    mirror(f);
    memcpy(slope, f->state + LOGREG_GRADIENT, f->p * sizeof *slope);
    memset(f->step, 0, f->p * sizeof *f->step);
    double first = 0;
    uint8_t is_full = 1;
    for (uint32_t sweep = 0; sweep < SWEEPS; sweep++) {
        double moved = 0;
        for (uint32_t j = 0; j < f->p; j++) {
            uint8_t is_active = f->weights[j] + f->step[j] != 0;
            if (may_move(f, j) != 0 && (is_full != 0 || is_active != 0)) {
                moved += move(f, j, slope);
            }
        }
        first = moved > first ? moved : first;
        uint8_t is_settled = moved <= SETTLED * first;
        if (is_settled != 0 && is_full != 0) {
            return;
        }
        is_full = is_settled;
    }
}
