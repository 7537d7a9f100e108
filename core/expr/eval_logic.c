// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Three-valued logic and choice. These steps see NULLs: validity is theirs to make.
#include "eval.h"

bool eval_logic_not(struct call *c)
{
    uint8_t *out = call_bools(c);
    if (out == NULL) {
        return false;
    }
    for (size_t i = 0; i < c->n; i++) {
        out[i] = !c->a->b[i];
    }
    return true;
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
    uint8_t flip = value ? 0 : 1;
    for (size_t i = 0; i < c->n; i++) {
        is[i] = v->b[i] ^ flip;
    }
    for (size_t i = 0; v->valid != NULL && i < c->n; i++) {
        is[i] &= v->valid[i];
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
    for (size_t i = 0; i < c->n; i++) {
        uint8_t decided = a_decides[i] | b_decides[i];
        out[i] = decider ? decided : !decided;
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
    uint8_t *out = call_bools(c);
    if (out == NULL) {
        return false;
    }
    for (size_t i = 0; i < c->n; i++) {
        out[i] = c->a->b[i] & c->b->b[i];
    }
    return true;
}

bool eval_logic_or(struct call *c)
{
    if (!has_plain_columns(c)) {
        return decide(c, true);
    }
    uint8_t *out = call_bools(c);
    if (out == NULL) {
        return false;
    }
    for (size_t i = 0; i < c->n; i++) {
        out[i] = c->a->b[i] | c->b->b[i];
    }
    return true;
}

bool eval_logic_is_null(struct call *c)
{
    uint8_t *out = call_bools(c);
    if (out == NULL) {
        return false;
    }
    const uint8_t *valid = c->a->valid;
    for (size_t i = 0; i < c->n; i++) {
        out[i] = valid != NULL && valid[i] == 0;
    }
    return true;
}

bool eval_logic_is_value(struct call *c)
{
    uint8_t *is = rows_that_are(c, c->a, c->step->op == OP_IS_TRUE);
    c->out->b = is;
    return is != NULL;
}

#define CHOOSE(FIELD, OUT)                                                                         \
    do {                                                                                           \
        for (size_t i = 0; (OUT) != NULL && i < c->n; i++) {                                       \
            (OUT)[i] = first[i] ? a->FIELD[i * a_step] : b->FIELD[i * b_step];                     \
        }                                                                                          \
        return (OUT) != NULL;                                                                      \
    } while (0)

// Takes a[i] where first[i], else b[i].
static bool choose_values(struct call *c, const uint8_t *first, const struct vec *a,
                          const struct vec *b)
{
    size_t a_step = a->is_const ? 0 : 1;
    size_t b_step = b->is_const ? 0 : 1;
    uint8_t *bools = NULL;
    double *reals = NULL;
    struct text *texts = NULL;
    int64_t *ints = NULL;
    switch (c->step->type) {
    case VEC_BOOL:
        bools = call_bools(c);
        CHOOSE(b, bools);
    case VEC_F64:
        reals = call_reals(c);
        CHOOSE(f, reals);
    case VEC_STR:
        texts = call_texts(c);
        CHOOSE(s, texts);
    default:
        ints = call_ints(c);
        CHOOSE(i, ints);
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
    for (size_t i = 0; i < c->n; i++) {
        valid[i] = vec_is_valid(first[i] ? a : b, i);
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
