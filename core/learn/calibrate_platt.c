// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Platt's sigmoid by Newton's method with backtracking: algorithm 1 of Lin, Lin and Weng (2007),
// which forms neither log(0) nor a difference of almost equal numbers. Equal scores count as one
// with a weight.
#include <math.h>

#include "calibrate_fit.h"
#include "mem.h"

#define ITERATIONS 100
#define LEAST_STEP 1e-10
#define RIDGE 1e-12 // keeps the Hessian positive definite
#define ENOUGH 1e-9 // of the gradient, per row
#define LEAST_ODDS 1e-15

struct sigmoid {
    const struct ranked *r;
    double *x;        // log-odds of each group
    double high, low; // smoothed targets of the classes
    double a, b;
};

// Newton's equations at (a, b).
struct newton {
    double h11, h22, h21, g1, g2;
};

static double positives_of(const struct sigmoid *s, size_t i)
{
    return (double)s->r->groups[i].positives;
}

static double negatives_of(const struct sigmoid *s, size_t i)
{
    return (double)(s->r->groups[i].n - s->r->groups[i].positives);
}

// Cross-entropy with the smoothed targets.
static double objective(const struct sigmoid *s, double a, double b)
{
    double sum = 0;
    for (size_t i = 0; i < s->r->n_groups; i++) {
        double z = a * s->x[i] + b;
        double n = (double)s->r->groups[i].n;
        double target = s->high * positives_of(s, i) + s->low * negatives_of(s, i);
        sum += z >= 0 ? target * z + n * log1p(exp(-z)) : (target - n) * z + n * log1p(exp(z));
    }
    return sum;
}

static struct newton equations(const struct sigmoid *s)
{
    struct newton e = {.h11 = RIDGE, .h22 = RIDGE};
    for (size_t i = 0; i < s->r->n_groups; i++) {
        double n = (double)s->r->groups[i].n;
        double p = calibrate_sigmoid(s->a * s->x[i] + s->b);
        double curve = n * p * (1 - p);
        double slope = s->high * positives_of(s, i) + s->low * negatives_of(s, i) - n * p;
        e.h11 += s->x[i] * s->x[i] * curve;
        e.h22 += curve;
        e.h21 += s->x[i] * curve;
        e.g1 += s->x[i] * slope;
        e.g2 += slope;
    }
    return e;
}

// One step downhill; false when none is long enough to matter.
static bool descend(struct sigmoid *s, const struct newton *e, double *value)
{
    double determinant = e->h11 * e->h22 - e->h21 * e->h21;
    double da = -(e->h22 * e->g1 - e->h21 * e->g2) / determinant;
    double db = -(-e->h21 * e->g1 + e->h11 * e->g2) / determinant;
    double slope = e->g1 * da + e->g2 * db;
    for (double step = 1; step >= LEAST_STEP; step /= 2) {
        double a = s->a + step * da;
        double b = s->b + step * db;
        double next = objective(s, a, b);
        if (next < *value + 1e-4 * step * slope) {
            s->a = a;
            s->b = b;
            *value = next;
            return true;
        }
    }
    return false;
}

static void minimise(struct sigmoid *s)
{
    double value = objective(s, s->a, s->b);
    double enough = ENOUGH * (double)s->r->n;
    for (int i = 0; i < ITERATIONS; i++) {
        struct newton e = equations(s);
        if (fabs(e.g1) < enough && fabs(e.g2) < enough) {
            return;
        }
        if (!descend(s, &e, &value)) {
            return;
        }
    }
}

// Half way from the outermost score inside (0, 1) to the end.
static void set_clip(const struct ranked *r, struct calibration *out)
{
    double least = 0.5;
    double greatest = 0.5;
    for (size_t i = 0; i < r->n_groups; i++) {
        double score = r->groups[i].score;
        if (score > 0 && score < 1) {
            least = fmin(least, score);
            greatest = fmax(greatest, score);
        }
    }
    out->low = fmax(least / 2, LEAST_ODDS);
    out->high = fmin(greatest + (1 - greatest) / 2, 1 - LEAST_ODDS);
}

pt_status calibrate_fit_platt(const struct ranked *r, struct calibration *out, struct pt_error *err)
{
    double positives = (double)r->positives;
    double negatives = (double)(r->n - r->positives);
    struct sigmoid s = {
        .r = r,
        .x = mem_array(r->n_groups, sizeof *s.x),
        .high = (positives + 1) / (positives + 2),
        .low = 1 / (negatives + 2),
        .b = log((negatives + 1) / (positives + 1)),
    };
    if (s.x == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory to calibrate %zu scores", r->n_groups);
    }
    set_clip(r, out);
    for (size_t i = 0; i < r->n_groups; i++) {
        s.x[i] = calibrate_log_odds(out, r->groups[i].score);
    }
    minimise(&s);
    mem_free(s.x);
    out->a = s.a;
    out->b = s.b;
    return PT_OK;
}
