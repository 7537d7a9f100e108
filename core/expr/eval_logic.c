// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Three-valued logic and choice. These steps see NULLs: validity is theirs to make.
#include "eval.h"

bool eval_logic_not(struct call *c)
{
    const uint8_t *a = c->a->b;
    size_t n = c->n; // a store through uint8_t could change what c points to
    uint8_t *out = call_bools(c);
    for (size_t i = 0; out != NULL && i < n; i++) {
        out[i] = !a[i];
    }
    return out != NULL;
}

// is[i] = 1 where the condition is there and equals `value`.
static uint8_t *rows_that_are(const struct call *c, const struct vec *v, bool value)
{
    uint8_t *is = scratch_temp(c->scratch, c->n, 1);
    if (is == NULL) {
        return NULL;
    }
    if (v->is_const) {
        memset(is, vec_is_valid(v, 0) && v->b[0] == value, c->n);
        return is;
    }
    const uint8_t *b = v->b;
    const uint8_t *valid = v->valid;
    size_t n = c->n;
    uint8_t flip = value ? 0 : 1;
    for (size_t i = 0; i < n; i++) {
        is[i] = b[i] ^ flip;
    }
    for (size_t i = 0; valid != NULL && i < n; i++) {
        is[i] &= valid[i];
    }
    return is;
}

// AND is decided by one false, OR by one true; otherwise both must be there.
static bool decide(struct call *c, bool decider)
{
    uint8_t *a_decides = rows_that_are(c, c->a, decider);
    uint8_t *b_decides = rows_that_are(c, c->b, decider);
    uint8_t *a_yields = rows_that_are(c, c->a, !decider);
    uint8_t *b_yields = rows_that_are(c, c->b, !decider);
    uint8_t *out = call_bools(c);
    uint8_t *valid = call_valid(c);
    if (a_decides == NULL || b_decides == NULL || a_yields == NULL || b_yields == NULL ||
        out == NULL || valid == NULL) {
        return false;
    }
    size_t n = c->n;
    uint8_t flip = decider ? 0 : 1;
    for (size_t i = 0; i < n; i++) {
        uint8_t decided = a_decides[i] | b_decides[i];
        out[i] = decided ^ flip;
        valid[i] = decided | (a_yields[i] & b_yields[i]);
    }
    return true;
}

static bool has_plain_columns(const struct call *c)
{
    return c->a->valid == NULL && c->b->valid == NULL && c->a->is_const == c->b->is_const;
}

bool eval_logic_and(struct call *c)
{
    if (!has_plain_columns(c)) {
        return decide(c, false);
    }
    const uint8_t *a = c->a->b;
    const uint8_t *b = c->b->b;
    size_t n = c->n;
    uint8_t *out = call_bools(c);
    for (size_t i = 0; out != NULL && i < n; i++) {
        out[i] = a[i] & b[i];
    }
    return out != NULL;
}

bool eval_logic_or(struct call *c)
{
    if (!has_plain_columns(c)) {
        return decide(c, true);
    }
    const uint8_t *a = c->a->b;
    const uint8_t *b = c->b->b;
    size_t n = c->n;
    uint8_t *out = call_bools(c);
    for (size_t i = 0; out != NULL && i < n; i++) {
        out[i] = a[i] | b[i];
    }
    return out != NULL;
}

bool eval_logic_is_null(struct call *c)
{
    const uint8_t *valid = c->a->valid;
    size_t n = c->n;
    uint8_t *out = call_bools(c);
    if (out == NULL) {
        return false;
    }
    memset(out, 0, n);
    for (size_t i = 0; valid != NULL && i < n; i++) {
        out[i] = valid[i] == 0;
    }
    return true;
}

bool eval_logic_is_value(struct call *c)
{
    uint8_t *is = rows_that_are(c, c->a, c->step->op == OP_IS_TRUE);
    c->out->b = is;
    return is != NULL;
}

#define CHOOSE(TYPE, FIELD, OUT)                                                                   \
    do {                                                                                           \
        const TYPE *x = a->FIELD;                                                                  \
        const TYPE *y = b->FIELD;                                                                  \
        TYPE *out = OUT;                                                                           \
        for (size_t i = 0; out != NULL && i < n; i++) {                                            \
            out[i] = first[i] ? x[i * a_step] : y[i * b_step];                                     \
        }                                                                                          \
        return out != NULL;                                                                        \
    } while (0)

// Takes a[i] where first[i], else b[i].
static bool choose_values(struct call *c, const uint8_t *first, const struct vec *a,
                          const struct vec *b)
{
    size_t a_step = a->is_const ? 0 : 1;
    size_t b_step = b->is_const ? 0 : 1;
    size_t n = c->n;
    switch (c->step->type) {
    case VEC_BOOL:
        CHOOSE(uint8_t, b, call_bools(c));
    case VEC_F64:
        CHOOSE(double, f, call_reals(c));
    case VEC_STR:
        CHOOSE(struct text, s, call_texts(c));
    default:
        CHOOSE(int64_t, i, call_ints(c));
    }
}

static bool choose(struct call *c, const uint8_t *first, const struct vec *a, const struct vec *b)
{
    if (!choose_values(c, first, a, b)) {
        return false;
    }
    if (a->valid == NULL && b->valid == NULL) {
        return true;
    }
    uint8_t *valid = call_valid(c);
    if (valid == NULL) {
        return false;
    }
    static const uint8_t there = 1;
    const uint8_t *x = a->valid == NULL ? &there : a->valid;
    const uint8_t *y = b->valid == NULL ? &there : b->valid;
    size_t x_step = a->valid == NULL || a->is_const ? 0 : 1;
    size_t y_step = b->valid == NULL || b->is_const ? 0 : 1;
    size_t n = c->n;
    for (size_t i = 0; i < n; i++) {
        valid[i] = first[i] ? x[i * x_step] : y[i * y_step];
    }
    return true;
}

bool eval_logic_coalesce(struct call *c)
{
    if (c->a->valid == NULL) {
        *c->out = *c->a;
        return true;
    }
    if (c->a->is_const) {
        *c->out = c->a->valid[0] ? *c->a : *c->b;
        return true;
    }
    return choose(c, c->a->valid, c->a, c->b);
}

bool eval_logic_nullif(struct call *c)
{
    uint8_t *drop = rows_that_are(c, c->b, true);
    uint8_t *all = scratch_temp(c->scratch, c->n, 1);
    if (drop == NULL || all == NULL) {
        return false;
    }
    memset(all, 1, c->n);
    return choose(c, all, c->a, c->a) && call_drop(c, drop);
}

bool eval_logic_select(struct call *c)
{
    uint8_t *first = rows_that_are(c, c->a, true);
    return first != NULL && choose(c, first, c->b, c->c);
}
