// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Comparison: numbers and times by value, text by bytes.
#include "eval.h"
#include "members.h"

#define COMPARE_FUNCTION(NAME, TYPE, OPERATOR)                                                     \
    static void NAME(const TYPE *a, const TYPE *b, const struct call *c, uint8_t *out)             \
    {                                                                                              \
        size_t n = c->n;                                                                           \
        if (a == NULL || b == NULL) {                                                              \
            return;                                                                                \
        }                                                                                          \
        if (c->b->is_const) {                                                                      \
            TYPE y = b[0];                                                                         \
            for (size_t i = 0; i < n; i++) {                                                       \
                out[i] = a[i] OPERATOR y;                                                          \
            }                                                                                      \
        } else if (c->a->is_const) {                                                               \
            TYPE x = a[0];                                                                         \
            for (size_t i = 0; i < n; i++) {                                                       \
                out[i] = x OPERATOR b[i];                                                          \
            }                                                                                      \
        } else {                                                                                   \
            for (size_t i = 0; i < n; i++) {                                                       \
                out[i] = a[i] OPERATOR b[i];                                                       \
            }                                                                                      \
        }                                                                                          \
    }

COMPARE_FUNCTION(int_eq, int64_t, ==)
COMPARE_FUNCTION(int_ne, int64_t, !=)
COMPARE_FUNCTION(int_lt, int64_t, <)
COMPARE_FUNCTION(int_le, int64_t, <=)
COMPARE_FUNCTION(int_gt, int64_t, >)
COMPARE_FUNCTION(int_ge, int64_t, >=)
COMPARE_FUNCTION(real_eq, double, ==)
COMPARE_FUNCTION(real_ne, double, !=)
COMPARE_FUNCTION(real_lt, double, <)
COMPARE_FUNCTION(real_le, double, <=)
COMPARE_FUNCTION(real_gt, double, >)
COMPARE_FUNCTION(real_ge, double, >=)
COMPARE_FUNCTION(bool_eq, uint8_t, ==)
COMPARE_FUNCTION(bool_ne, uint8_t, !=)

static void compare_ints(const struct call *c, uint8_t *out)
{
    static void (*const functions[])(const int64_t *, const int64_t *, const struct call *,
                                     uint8_t *) = {int_eq, int_ne, int_lt, int_le, int_gt, int_ge};
    functions[c->step->op - OP_EQ](c->a->i, c->b->i, c, out);
}

static void compare_reals(const struct call *c, uint8_t *out)
{
    static void (*const functions[])(const double *, const double *, const struct call *,
                                     uint8_t *) = {real_eq, real_ne, real_lt,
                                                   real_le, real_gt, real_ge};
    functions[c->step->op - OP_EQ](c->a->f, c->b->f, c, out);
}

static void compare_texts(const struct call *c, uint8_t *out)
{
    size_t a_step = c->a->is_const ? 0 : 1;
    size_t b_step = c->b->is_const ? 0 : 1;
    enum op op = c->step->op;
    if (op == OP_EQ || op == OP_NE) {
        for (size_t i = 0; i < c->n; i++) {
            out[i] = text_equal(c->a->s[i * a_step], c->b->s[i * b_step]) == (op == OP_EQ);
        }
        return;
    }
    for (size_t i = 0; i < c->n; i++) {
        int order = text_compare(c->a->s[i * a_step], c->b->s[i * b_step]);
        bool is_below = op == OP_LT || op == OP_LE;
        bool holds_equal = op == OP_LE || op == OP_GE;
        out[i] = order == 0 ? holds_equal : (order < 0) == is_below;
    }
}

bool eval_compare_values(struct call *c)
{
    uint8_t *out = call_bools(c);
    if (out == NULL) {
        return false;
    }
    switch (c->a->type) {
    case VEC_F64:
        compare_reals(c, out);
        break;
    case VEC_STR:
        compare_texts(c, out);
        break;
    case VEC_BOOL:
        (c->step->op == OP_EQ ? bool_eq : bool_ne)(c->a->b, c->b->b, c, out);
        break;
    default:
        compare_ints(c, out);
        break;
    }
    return true;
}

static bool extreme_texts(struct call *c, size_t a_step, size_t b_step)
{
    struct text *out = call_texts(c);
    if (out == NULL) {
        return false;
    }
    bool is_least = c->step->op == OP_LEAST;
    for (size_t i = 0; i < c->n; i++) {
        struct text x = c->a->s[i * a_step];
        struct text y = c->b->s[i * b_step];
        int order = text_compare(x, y);
        out[i] = (is_least ? order <= 0 : order >= 0) ? x : y;
    }
    return true;
}

static bool extreme_reals(struct call *c, size_t a_step, size_t b_step)
{
    double *out = call_reals(c);
    if (out == NULL) {
        return false;
    }
    bool is_least = c->step->op == OP_LEAST;
    for (size_t i = 0; i < c->n; i++) {
        double x = c->a->f[i * a_step];
        double y = c->b->f[i * b_step];
        out[i] = (is_least ? x <= y : x >= y) ? x : y;
    }
    return true;
}

static bool extreme_ints(struct call *c, size_t a_step, size_t b_step)
{
    int64_t *out = call_ints(c);
    if (out == NULL) {
        return false;
    }
    bool is_least = c->step->op == OP_LEAST;
    for (size_t i = 0; i < c->n; i++) {
        int64_t x = c->a->i[i * a_step];
        int64_t y = c->b->i[i * b_step];
        out[i] = (is_least ? x <= y : x >= y) ? x : y;
    }
    return true;
}

bool eval_compare_extreme(struct call *c)
{
    size_t a_step = c->a->is_const ? 0 : 1;
    size_t b_step = c->b->is_const ? 0 : 1;
    if (c->step->type == VEC_STR) {
        return extreme_texts(c, a_step, b_step);
    }
    return c->step->type == VEC_F64 ? extreme_reals(c, a_step, b_step)
                                    : extreme_ints(c, a_step, b_step);
}

static void find_members(const struct call *c, uint8_t *out)
{
    const struct members *m = c->step->members;
    switch (c->a->type) {
    case VEC_STR:
        for (size_t i = 0; i < c->n; i++) {
            out[i] = members_has_text(m, c->a->s[i]);
        }
        break;
    case VEC_F64:
        for (size_t i = 0; i < c->n; i++) {
            out[i] = members_has_key(m, members_key_of_f64(c->a->f[i]));
        }
        break;
    case VEC_BOOL:
        for (size_t i = 0; i < c->n; i++) {
            out[i] = members_has_key(m, c->a->b[i]);
        }
        break;
    default:
        for (size_t i = 0; i < c->n; i++) {
            out[i] = members_has_key(m, c->a->i[i]);
        }
        break;
    }
}

bool eval_compare_member(struct call *c)
{
    uint8_t *out = call_bools(c);
    if (out == NULL) {
        return false;
    }
    find_members(c, out);
    if (!c->step->members->has_null) {
        return true;
    }
    // Not among the values known: with a NULL in the list that is unknown.
    uint8_t *bad = scratch_temp(c->scratch, c->n, 1);
    if (bad == NULL) {
        return false;
    }
    for (size_t i = 0; i < c->n; i++) {
        bad[i] = !out[i];
    }
    return call_drop(c, bad);
}
