// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The kernels' text, included once by each level's file, which sets LANES (doubles of a vector),
// TARGET (a function attribute or nothing), FMA(a, b, c), ROOT(a) and LEVEL (the level's name).
// exp: 2^n * e^r with |r| <= ln 2 / 2 and the series to r^13, off by less than 2 units in the last
// place. log(1 + t) of many rows is the log of their product.
#include <math.h>
#include <string.h>

#include "logreg_kernel.h"

typedef double lanes_t __attribute__((vector_size(LANES * 8), aligned(8), may_alias));
typedef int64_t whole_t __attribute__((vector_size(LANES * 8), aligned(8), may_alias));

#define FULL (LOGREG_CHUNK / LANES)
#define STRIP 8
#define LOG2_E 0x1.71547652b82fep+0
#define LN2_HIGH 0x1.62e42fefa0000p-1
#define LN2_LOW 0x1.cf79abc9e3b39p-40
#define SHIFTER 0x1.8p+52
#define LEAST (-708.0)
#define DEAD (-800.0)     // margin of lanes without a row
#define SMALL_EXP 0x1p-10 // below it log(1 + e) is a series, so that small losses keep their digits

static inline TARGET lanes_t splat(double value)
{
    return (lanes_t){0} + value;
}

static inline TARGET lanes_t load(const double *p)
{
    return *(const lanes_t *)p;
}

static inline TARGET void store(double *p, lanes_t v)
{
    *(lanes_t *)p = v;
}

static inline TARGET lanes_t choose(whole_t mask, lanes_t yes, lanes_t no)
{
    return (lanes_t)((mask & (whole_t)yes) | (~mask & (whole_t)no));
}

// Rows from `at` on: a whole vector, or what is left with zeros.
static inline TARGET lanes_t load_rows(const double *p, uint32_t at, uint32_t rows)
{
    if (rows - at >= LANES) {
        return load(p + at);
    }
    double some[LANES] = {0};
    memcpy(some, p + at, (rows - at) * sizeof *p);
    return load(some);
}

// e^x of x <= 0.
static inline TARGET lanes_t exp_of(lanes_t x)
{
    static const double series[] = {1.0 / 6227020800,
                                    1.0 / 479001600,
                                    1.0 / 39916800,
                                    1.0 / 3628800,
                                    1.0 / 362880,
                                    1.0 / 40320,
                                    1.0 / 5040,
                                    1.0 / 720,
                                    1.0 / 120,
                                    1.0 / 24,
                                    1.0 / 6,
                                    0.5,
                                    1,
                                    1};
    x = choose((whole_t)(x > LEAST), x, splat(LEAST));
    lanes_t shifted = FMA(x, splat(LOG2_E), splat(SHIFTER));
    lanes_t n = shifted - SHIFTER;
    lanes_t r = FMA(n, splat(-LN2_HIGH), x);
    r = FMA(n, splat(-LN2_LOW), r);
    lanes_t sum = splat(series[0]);
    for (int i = 1; i < 14; i++) {
        sum = FMA(sum, r, splat(series[i]));
    }
    return (lanes_t)((whole_t)sum + ((whole_t)shifted << 52));
}

static TARGET void exp_down(const double *x, uint32_t n, double *out)
{
    for (uint32_t at = 0; at < n; at += LANES) {
        double some[LANES];
        store(some, exp_of(load_rows(x, at, n)));
        memcpy(out + at, some, (n - at < LANES ? n - at : LANES) * sizeof *out);
    }
}

static inline TARGET lanes_t sigmoid_of(lanes_t eta)
{
    whole_t is_up = (whole_t)(eta >= 0);
    lanes_t e = exp_of(choose(is_up, -eta, eta));
    return choose(is_up, splat(1), e) / (1 + e);
}

static TARGET void sigmoid(const double *eta, uint32_t n, double *p)
{
    for (uint32_t at = 0; at < n; at += LANES) {
        double some[LANES];
        store(some, sigmoid_of(load_rows(eta, at, n)));
        memcpy(p + at, some, (n - at < LANES ? n - at : LANES) * sizeof *p);
    }
}

// Eight vectors at a time, so that no sum waits for the one before.
static inline TARGET void strip_margins(const struct logreg_chunk *c, const double *weights,
                                        uint32_t at, double *eta)
{
    lanes_t sum[STRIP];
    for (int v = 0; v < STRIP; v++) {
        sum[v] = splat(weights[c->n_columns]);
    }
    for (uint32_t j = 0; j < c->n_columns; j++) {
        const double *x = c->x + j * c->stride + at;
        lanes_t w = splat(weights[j]);
        for (int v = 0; v < STRIP; v++) {
            sum[v] = FMA(w, load(x + v * LANES), sum[v]);
        }
    }
    for (int v = 0; v < STRIP; v++) {
        store(eta + at + v * LANES, sum[v]);
    }
}

// The same sums in the same order, one vector at a time.
static inline TARGET void few_margins(const struct logreg_chunk *c, const double *weights,
                                      uint32_t at, double *eta)
{
    lanes_t sum = splat(weights[c->n_columns]);
    for (uint32_t j = 0; j < c->n_columns; j++) {
        sum = FMA(splat(weights[j]), load_rows(c->x + j * c->stride, at, c->rows), sum);
    }
    double some[LANES];
    store(some, sum);
    memcpy(eta + at, some, (c->rows - at < LANES ? c->rows - at : LANES) * sizeof *eta);
}

static TARGET void margins(const struct logreg_chunk *c, const double *weights, double *eta)
{
    uint32_t at = 0;
    for (; at + STRIP * LANES <= c->rows; at += STRIP * LANES) {
        strip_margins(c, weights, at, eta);
    }
    for (; at < c->rows; at += LANES) {
        few_margins(c, weights, at, eta);
    }
}

// What is known of each row beside its columns.
struct judged {
    double residual[LOGREG_CHUNK]; // weight * (p - label)
    double root[LOGREG_CHUNK];     // of weight * p * (1 - p)
};

static inline TARGET double sum_of(lanes_t v)
{
    double sum = 0;
    for (int i = 0; i < LANES; i++) {
        sum += v[i];
    }
    return sum;
}

static inline TARGET double log_of_product(lanes_t v)
{
    double product = 1;
    for (int i = 0; i < LANES; i++) {
        product *= v[i];
    }
    return log(product);
}

// log(1 + e) of small e, to e^5.
static inline TARGET lanes_t log_near_one(lanes_t e)
{
    lanes_t sum = FMA(e, splat(0.2), splat(-0.25));
    sum = FMA(e, sum, splat(1.0 / 3));
    sum = FMA(e, sum, splat(-0.5));
    return FMA(e * e, sum, e);
}

// Loss of a row: log(1 + e) + max(eta, 0) - label * eta with e = exp(-|eta|).
static TARGET void judge(const struct logreg_labels *labels, const double *eta, uint32_t rows,
                         struct judged *out, double *losses)
{
    lanes_t products[2] = {splat(1), splat(1)};
    lanes_t rest[2] = {splat(0), splat(0)};
    lanes_t weight_step = splat(labels->weights[1] - labels->weights[0]);
    for (uint32_t at = 0; at < rows; at += LANES) {
        lanes_t h = load(eta + at);
        lanes_t y = load_rows(labels->label, at, rows);
        whole_t is_up = (whole_t)(h >= 0);
        whole_t is_one = (whole_t)(y != 0);
        lanes_t e = exp_of(choose(is_up, -h, h));
        lanes_t q = 1 / (1 + e);
        lanes_t p = choose(is_up, q, e * q);
        lanes_t weight = FMA(y, weight_step, splat(labels->weights[0]));
        store(out->residual + at, weight * (p - y));
        store(out->root + at, ROOT(weight * e) * q);
        whole_t is_small = (whole_t)(e < SMALL_EXP);
        lanes_t factor = choose(is_small, splat(1), 1 + e);
        lanes_t plain =
            choose(is_small, log_near_one(e), splat(0)) + choose(is_up, h, splat(0)) - y * h;
        products[0] *= choose(is_one, splat(1), factor);
        products[1] *= choose(is_one, factor, splat(1));
        rest[0] += choose(is_one, splat(0), plain);
        rest[1] += choose(is_one, plain, splat(0));
    }
    for (int i = 0; i < 2; i++) {
        losses[i] += log_of_product(products[i]) + sum_of(rest[i]);
    }
}

// Gradient, and the rows times their roots for the curvature.
static TARGET void weigh(const struct logreg_chunk *c, const struct judged *judged,
                         struct logreg_sums *sums)
{
    for (uint32_t j = 0; j <= c->n_columns; j++) {
        const double *x = j < c->n_columns ? c->x + j * c->stride : NULL;
        double *z = sums->z + (uint64_t)j * LOGREG_CHUNK;
        lanes_t gradient = load(sums->gradient + (uint64_t)j * LANES);
        for (uint32_t at = 0; at < c->rows; at += LANES) {
            lanes_t value = x == NULL ? splat(1) : load_rows(x, at, c->rows);
            gradient = FMA(load(judged->residual + at), value, gradient);
            store(z + at, load(judged->root + at) * value);
        }
        store(sums->gradient + (uint64_t)j * LANES, gradient);
    }
}

static inline TARGET void add_tile(const double *a, const double *b, uint32_t rows, double *tile)
{
    lanes_t sum[LOGREG_TILE * LOGREG_TILE];
    for (int i = 0; i < LOGREG_TILE * LOGREG_TILE; i++) {
        sum[i] = load(tile + (uint64_t)i * LANES);
    }
    for (uint32_t at = 0; at < rows; at += LANES) {
        lanes_t b0 = load(b + at);
        lanes_t b1 = load(b + LOGREG_CHUNK + at);
        lanes_t b2 = load(b + 2 * LOGREG_CHUNK + at);
        for (int i = 0; i < LOGREG_TILE; i++) {
            lanes_t value = load(a + (uint64_t)i * LOGREG_CHUNK + at);
            sum[i * LOGREG_TILE] = FMA(value, b0, sum[i * LOGREG_TILE]);
            sum[i * LOGREG_TILE + 1] = FMA(value, b1, sum[i * LOGREG_TILE + 1]);
            sum[i * LOGREG_TILE + 2] = FMA(value, b2, sum[i * LOGREG_TILE + 2]);
        }
    }
    for (int i = 0; i < LOGREG_TILE * LOGREG_TILE; i++) {
        store(tile + (uint64_t)i * LANES, sum[i]);
    }
}

static TARGET void add(const struct logreg_chunk *c, const struct logreg_labels *labels,
                       double *eta, struct logreg_sums *sums)
{
    struct judged judged;
    for (uint32_t i = c->rows; i % LANES != 0; i++) {
        eta[i] = DEAD;
    }
    judge(labels, eta, c->rows, &judged, sums->losses);
    weigh(c, &judged, sums);
    if (sums->tiles == NULL) {
        return;
    }
    uint32_t n = logreg_tiles(c->n_columns + 1);
    double *tile = sums->tiles;
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t j = 0; j <= i; j++) {
            add_tile(sums->z + (uint64_t)i * LOGREG_TILE * LOGREG_CHUNK,
                     sums->z + (uint64_t)j * LOGREG_TILE * LOGREG_CHUNK, c->rows, tile);
            tile += LOGREG_TILE * LOGREG_TILE * LANES;
        }
    }
}

#define KERNEL_OF(level) logreg_kernel_##level
#define KERNEL(level) KERNEL_OF(level)
#define NAME_OF(level) #level
#define NAME(level) NAME_OF(level)

const struct logreg_kernel KERNEL(LEVEL) = {
    .name = NAME(LEVEL),
    .lanes = LANES,
    .margins = margins,
    .sigmoid = sigmoid,
    .exp_down = exp_down,
    .add = add,
};
