// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Numbers. Integer overflow, division by zero and results that are not finite are NULL.
#include <float.h>
#include <math.h>

#include "eval.h"

// One loop for each shape, so that a constant stays in a register; both constant has n = 1.
#define ARITH_LOOPS(n, a, b, a_const, b_const, EACH)                                               \
    do {                                                                                           \
        if (a_const) {                                                                             \
            for (size_t i = 0; i < (n); i++) {                                                     \
                EACH(i, (a)[0], (b)[i]);                                                           \
            }                                                                                      \
        } else if (b_const) {                                                                      \
            for (size_t i = 0; i < (n); i++) {                                                     \
                EACH(i, (a)[i], (b)[0]);                                                           \
            }                                                                                      \
        } else {                                                                                   \
            for (size_t i = 0; i < (n); i++) {                                                     \
                EACH(i, (a)[i], (b)[i]);                                                           \
            }                                                                                      \
        }                                                                                          \
    } while (0)

static uint8_t *bad_flags(const struct call *c)
{
    return scratch_temp(c->scratch, c->n, 1);
}

static bool drop_if_any(struct call *c, const uint8_t *bad)
{
    uint8_t any = 0;
    size_t n = c->n;
    for (size_t i = 0; i < n; i++) {
        any |= bad[i];
    }
    return any == 0 || call_drop(c, bad);
}

static bool drop_not_finite(struct call *c, const double *values)
{
    int any = 0;
    size_t n = c->n;
    for (size_t i = 0; i < n; i++) {
        any |= !(fabs(values[i]) <= DBL_MAX);
    }
    if (any == 0) {
        return true;
    }
    uint8_t *bad = bad_flags(c);
    if (bad == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        bad[i] = !(fabs(values[i]) <= DBL_MAX);
    }
    return call_drop(c, bad);
}

#define EACH_ADD(i, x, y) out[i] = (x) + (y)
#define EACH_SUB(i, x, y) out[i] = (x) - (y)
#define EACH_MUL(i, x, y) out[i] = (x) * (y)
#define EACH_DIV(i, x, y) out[i] = (x) / (y)

static bool real_pairs(struct call *c)
{
    const double *a = c->a->f;
    const double *b = c->b->f;
    double *out = call_reals(c);
    if (out == NULL) {
        return false;
    }
    switch (c->step->op) {
    case OP_ADD:
        ARITH_LOOPS(c->n, a, b, c->a->is_const, c->b->is_const, EACH_ADD);
        break;
    case OP_SUB:
        ARITH_LOOPS(c->n, a, b, c->a->is_const, c->b->is_const, EACH_SUB);
        break;
    case OP_MUL:
        ARITH_LOOPS(c->n, a, b, c->a->is_const, c->b->is_const, EACH_MUL);
        break;
    default:
        ARITH_LOOPS(c->n, a, b, c->a->is_const, c->b->is_const, EACH_DIV);
        break;
    }
    return drop_not_finite(c, out);
}

// Overflow by the signs: the sum differs from both terms, the difference from the first only.
#define EACH_INT_ADD(i, x, y)                                                                      \
    do {                                                                                           \
        out[i] = (int64_t)((uint64_t)(x) + (uint64_t)(y));                                         \
        bad[i] = (uint8_t)((uint64_t)(((x) ^ out[i]) & ((y) ^ out[i])) >> 63);                     \
    } while (0)
#define EACH_INT_SUB(i, x, y)                                                                      \
    do {                                                                                           \
        out[i] = (int64_t)((uint64_t)(x) - (uint64_t)(y));                                         \
        bad[i] = (uint8_t)((uint64_t)(((x) ^ (y)) & ((x) ^ out[i])) >> 63);                        \
    } while (0)
#define EACH_INT_MUL(i, x, y) bad[i] = (uint8_t)__builtin_mul_overflow((x), (y), &out[i])

static bool int_pairs(struct call *c)
{
    const int64_t *a = c->a->i;
    const int64_t *b = c->b->i;
    size_t n = c->n; // a store through uint8_t could change c
    bool a_const = c->a->is_const;
    bool b_const = c->b->is_const;
    int64_t *out = call_ints(c);
    uint8_t *bad = bad_flags(c);
    if (out == NULL || bad == NULL) {
        return false;
    }
    switch (c->step->op) {
    case OP_ADD:
        ARITH_LOOPS(n, a, b, a_const, b_const, EACH_INT_ADD);
        break;
    case OP_SUB:
        ARITH_LOOPS(n, a, b, a_const, b_const, EACH_INT_SUB);
        break;
    default:
        ARITH_LOOPS(n, a, b, a_const, b_const, EACH_INT_MUL);
        break;
    }
    return drop_if_any(c, bad);
}

bool eval_arith_pair(struct call *c)
{
    return c->step->type == VEC_F64 ? real_pairs(c) : int_pairs(c);
}

static void int_mod(int64_t x, int64_t y, int64_t *out, uint8_t *bad)
{
    *bad = y == 0;
    *out = y == 0 || y == -1 ? 0 : x % y;
}

bool eval_arith_mod(struct call *c)
{
    size_t a_step = c->a->is_const ? 0 : 1;
    size_t b_step = c->b->is_const ? 0 : 1;
    if (c->step->type == VEC_F64) {
        double *out = call_reals(c);
        if (out == NULL) {
            return false;
        }
        for (size_t i = 0; i < c->n; i++) {
            out[i] = fmod(c->a->f[i * a_step], c->b->f[i * b_step]);
        }
        return drop_not_finite(c, out);
    }
    int64_t *out = call_ints(c);
    uint8_t *bad = bad_flags(c);
    if (out == NULL || bad == NULL) {
        return false;
    }
    for (size_t i = 0; i < c->n; i++) {
        int_mod(c->a->i[i * a_step], c->b->i[i * b_step], &out[i], &bad[i]);
    }
    return drop_if_any(c, bad);
}

// -x and abs(x) of integers: the smallest one has no opposite.
static bool int_sign(struct call *c)
{
    const int64_t *a = c->a->i;
    int64_t *out = call_ints(c);
    uint8_t *bad = bad_flags(c);
    if (out == NULL || bad == NULL) {
        return false;
    }
    bool is_abs = c->step->op == OP_ABS;
    for (size_t i = 0; i < c->n; i++) {
        bad[i] = a[i] == INT64_MIN;
        out[i] = is_abs && a[i] > 0 ? a[i] : (int64_t)(0 - (uint64_t)a[i]);
    }
    return drop_if_any(c, bad);
}

bool eval_arith_sign(struct call *c)
{
    if (c->step->type != VEC_F64) {
        return int_sign(c);
    }
    const double *a = c->a->f;
    double *out = call_reals(c);
    if (out == NULL) {
        return false;
    }
    bool is_abs = c->step->op == OP_ABS;
    for (size_t i = 0; i < c->n; i++) {
        out[i] = is_abs ? fabs(a[i]) : 0.0 - a[i];
    }
    return drop_not_finite(c, out);
}

// x to `digits` decimals, halves away from zero. As in SQLite a value a hair below a half (3e-16 of
// itself) is a half, so that round(2.675, 2) is 2.68. The product's rounding error is taken by fma;
// the quotient of two exact doubles is the double nearest to the decimal.
static double round_real(double x, int64_t digits)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    int64_t most = (int64_t)(sizeof powers / sizeof powers[0]) - 1;
    int64_t n = digits < 0 ? 0 : digits > most ? most : digits;
    double size = fabs(x);
    double scaled = size * powers[n];
    if (!(scaled < 9007199254740992.0)) {
        return x;
    }
    bool is_short = n > 0 && size > 0 && n + ilogb(size) / 3 < 15;
    double above = fma(size, powers[n], -scaled) + (is_short ? scaled * 3e-16 : 0);
    double whole = floor(scaled);
    double to_half = 0.5 - (scaled - whole); // exact
    double result = (whole + (above >= to_half ? 1 : 0)) / powers[n];
    return x < 0 ? 0.0 - result : result;
}

bool eval_arith_round(struct call *c)
{
    if (c->step->type == VEC_I64) {
        int64_t *out = call_ints(c);
        size_t step = c->a->is_const ? 0 : 1;
        for (size_t i = 0; out != NULL && i < c->n; i++) {
            out[i] = c->a->i[i * step];
        }
        return out != NULL;
    }
    double *out = call_reals(c);
    if (out == NULL) {
        return false;
    }
    size_t a_step = c->a->is_const ? 0 : 1;
    size_t b_step = c->b == NULL || c->b->is_const ? 0 : 1;
    for (size_t i = 0; i < c->n; i++) {
        out[i] = round_real(c->a->f[i * a_step], c->b == NULL ? 0 : c->b->i[i * b_step]);
    }
    return drop_not_finite(c, out);
}

#define REAL_FUNCTION(NAME, VALUE)                                                                 \
    bool NAME(struct call *c)                                                                      \
    {                                                                                              \
        const double *a = c->a->f;                                                                 \
        double *out = call_reals(c);                                                               \
        if (out == NULL) {                                                                         \
            return false;                                                                          \
        }                                                                                          \
        for (size_t i = 0; i < c->n; i++) {                                                        \
            out[i] = VALUE(a[i]);                                                                  \
        }                                                                                          \
        return drop_not_finite(c, out);                                                            \
    }

REAL_FUNCTION(eval_arith_floor, floor)
REAL_FUNCTION(eval_arith_ceil, ceil)
REAL_FUNCTION(eval_arith_ln, log)
REAL_FUNCTION(eval_arith_log1p, log1p)
REAL_FUNCTION(eval_arith_exp, exp)
REAL_FUNCTION(eval_arith_sqrt, sqrt)

bool eval_arith_to_f64(struct call *c)
{
    const int64_t *a = c->a->i;
    double *out = call_reals(c);
    if (out == NULL) {
        return false;
    }
    for (size_t i = 0; i < c->n; i++) {
        out[i] = (double)a[i];
    }
    return true;
}
