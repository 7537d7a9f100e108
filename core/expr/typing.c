// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "typing.h"

#include <stdio.h>

#include "members.h"
#include "pattern.h"
#include "suggest.h"

pt_status typing_emit(struct typing *t, struct step step, uint32_t *out, struct pt_error *err)
{
    if (t->n == t->capacity) {
        size_t wanted = t->capacity == 0 ? 32 : t->capacity * 2;
        struct step *steps = arena_zero(t->work, wanted, sizeof *steps);
        if (steps == NULL) {
            return typing_fail_memory(err);
        }
        if (t->n > 0) {
            memcpy(steps, t->steps, t->n * sizeof *steps);
        }
        t->steps = steps;
        t->capacity = wanted;
    }
    step.has_fit = step.op == OP_BUCKET || step.op == OP_PERCENT_RANK;
    for (uint8_t i = 0; i < step.n_args; i++) {
        step.has_fit = step.has_fit || t->steps[step.args[i]].has_fit;
    }
    *out = (uint32_t)t->n;
    t->steps[t->n++] = step;
    return PT_OK;
}

static uint8_t argument_count(enum op op)
{
    switch (op) {
    case OP_SELECT:
        return 3;
    case OP_TO_F64:
    case OP_TO_TIME:
    case OP_NEGATE:
    case OP_ABS:
    case OP_FLOOR:
    case OP_CEIL:
    case OP_LN:
    case OP_LOG1P:
    case OP_EXP:
    case OP_SQRT:
    case OP_MEMBER:
    case OP_NOT:
    case OP_IS_NULL:
    case OP_IS_TRUE:
    case OP_IS_FALSE:
    case OP_LOWER:
    case OP_UPPER:
    case OP_LENGTH:
    case OP_DIGITS:
    case OP_CRC32:
    case OP_HOUR:
    case OP_WEEKDAY:
    case OP_DATE:
    case OP_BUCKET:
    case OP_PERCENT_RANK:
        return 1;
    default:
        return 2;
    }
}

pt_status typing_emit_op(struct typing *t, enum op op, enum vec_type type, const uint32_t args[3],
                         uint32_t *out, struct pt_error *err)
{
    struct step step = {.op = op, .type = type, .n_args = argument_count(op)};
    memcpy(step.args, args, sizeof step.args);
    return typing_emit(t, step, out, err);
}

pt_status typing_emit_null(struct typing *t, enum vec_type type, uint32_t *out,
                           struct pt_error *err)
{
    void *zero = arena_zero(t->out, 1, sizeof(struct text));
    if (zero == NULL) {
        return typing_fail_memory(err);
    }
    struct step step = {.op = OP_LITERAL, .type = type, .is_null = true};
    step.literal = (struct vec){.type = type, .n = 1, .is_const = true, .valid = zero};
    step.literal.b = type == VEC_BOOL ? zero : NULL;
    step.literal.f = type == VEC_F64 ? zero : NULL;
    step.literal.s = type == VEC_STR ? zero : NULL;
    step.literal.i = type == VEC_I64 || type == VEC_DATE || type == VEC_TIME ? zero : NULL;
    return typing_emit(t, step, out, err);
}

struct operand typing_operand(const struct typing *t, const struct tree_node *node, uint32_t child)
{
    uint32_t at = node->children[child];
    return (struct operand){t->step_of[at], &t->tree->nodes[at]};
}

static pt_status lower_text(struct typing *t, struct text value, struct vec *out,
                            struct pt_error *err)
{
    struct text *copy = arena_alloc(t->out, sizeof *copy);
    if (copy == NULL || !arena_text(t->out, value, copy)) {
        return typing_fail_memory(err);
    }
    out->s = copy;
    return PT_OK;
}

static pt_status lower_literal(struct typing *t, const struct tree_node *node, uint32_t *out,
                               struct pt_error *err)
{
    static const enum vec_type types[] = {
        [TREE_NULL] = VEC_I64, [TREE_BOOL] = VEC_BOOL, [TREE_INT] = VEC_I64,  [TREE_REAL] = VEC_F64,
        [TREE_TEXT] = VEC_STR, [TREE_DATE] = VEC_DATE, [TREE_TIME] = VEC_TIME};

    if (node->kind == TREE_NULL) {
        return typing_emit_untyped(t, out, err);
    }
    enum vec_type type = types[node->kind];
    struct step step = {.op = OP_LITERAL, .type = type};
    step.literal = (struct vec){.type = type, .n = 1, .is_const = true};
    if (type == VEC_STR) {
        TRY(lower_text(t, node->text, &step.literal, err));
        return typing_emit(t, step, out, err);
    }
    int64_t *value = arena_alloc(t->out, sizeof *value);
    if (value == NULL) {
        return typing_fail_memory(err);
    }
    *value = node->number;
    if (type == VEC_BOOL) {
        *(uint8_t *)value = (uint8_t)node->number;
        step.literal.b = (uint8_t *)value;
    } else if (type == VEC_F64) {
        memcpy(value, &node->real, sizeof *value);
        step.literal.f = (double *)value;
    } else {
        step.literal.i = value;
    }
    return typing_emit(t, step, out, err);
}

static pt_status fail_name(struct typing *t, const struct tree_node *node, struct pt_error *err)
{
    char word[200];
    snprintf(word, sizeof word, "%.*s", (int)node->text.n, node->text.p);
    char hint[128] = "";
    const char **names = arena_alloc(t->work, (t->scope->n_names + 1) * sizeof *names);
    if (names == NULL) {
        return typing_fail_memory(err);
    }
    for (size_t i = 0; i < t->scope->n_names; i++) {
        names[i] = t->scope->names[i].name;
    }
    const char *near = suggest(word, names, t->scope->n_names);
    if (near != NULL) {
        snprintf(hint, sizeof hint, "did you mean `%s`?", near);
    } else if (t->tree->source.p[node->at] == '"') {
        snprintf(hint, sizeof hint, "double quotes are for names; a text stands in single quotes");
    }
    return typing_fail(node, err, hint, "nothing here is called `%s`", word);
}

static pt_status lower_name(struct typing *t, const struct tree_node *node, uint32_t *out,
                            struct pt_error *err)
{
    for (size_t i = 0; i < t->scope->n_names; i++) {
        if (text_is(node->text, t->scope->names[i].name)) {
            struct step step = {
                .op = OP_NAME, .type = t->scope->names[i].type, .name = (uint32_t)i};
            return typing_emit(t, step, out, err);
        }
    }
    return fail_name(t, node, err);
}

static pt_status lower_unary(struct typing *t, const struct tree_node *node, uint32_t *out,
                             struct pt_error *err)
{
    struct operand o = typing_operand(t, node, 0);
    if (node->kind == TREE_NOT) {
        TRY(typing_want(t, &o, VEC_BOOL, "NOT", err));
        return typing_emit_op(t, OP_NOT, VEC_BOOL, (uint32_t[3]){o.step}, out, err);
    }
    TRY(typing_want_number(t, &o, "-", err));
    return typing_emit_op(t, OP_NEGATE, typing_type(t, &o), (uint32_t[3]){o.step}, out, err);
}

static pt_status emit_not(struct typing *t, bool is_negated, uint32_t *out, struct pt_error *err)
{
    if (!is_negated) {
        return PT_OK;
    }
    return typing_emit_op(t, OP_NOT, VEC_BOOL, (uint32_t[3]){*out}, out, err);
}

static pt_status lower_is(struct typing *t, const struct tree_node *node, uint32_t *out,
                          struct pt_error *err)
{
    struct operand o = typing_operand(t, node, 0);
    enum op op = OP_IS_NULL;
    if (node->test != TEST_NULL) {
        TRY(typing_want(t, &o, VEC_BOOL, "IS", err));
        op = node->test == TEST_TRUE ? OP_IS_TRUE : OP_IS_FALSE;
    }
    TRY(typing_emit_op(t, op, VEC_BOOL, (uint32_t[3]){o.step}, out, err));
    return emit_not(t, node->is_negated, out, err);
}

static pt_status lower_arithmetic(struct typing *t, const struct tree_node *node, uint32_t *out,
                                  struct pt_error *err)
{
    static const enum op ops[] = {[SYMBOL_ADD] = OP_ADD,
                                  [SYMBOL_SUB] = OP_SUB,
                                  [SYMBOL_MUL] = OP_MUL,
                                  [SYMBOL_DIV] = OP_DIV,
                                  [SYMBOL_MOD] = OP_MOD};
    struct operand o[2] = {typing_operand(t, node, 0), typing_operand(t, node, 1)};
    const char *what = tree_symbol_name(node->symbol);
    TRY(typing_want_number(t, &o[0], what, err));
    TRY(typing_want_number(t, &o[1], what, err));
    bool is_real = typing_type(t, &o[0]) == VEC_F64 || typing_type(t, &o[1]) == VEC_F64 ||
                   node->symbol == SYMBOL_DIV;
    enum vec_type type = is_real ? VEC_F64 : VEC_I64;
    TRY(typing_cast(t, &o[0], type, err));
    TRY(typing_cast(t, &o[1], type, err));
    return typing_emit_op(t, ops[node->symbol], type, (uint32_t[3]){o[0].step, o[1].step}, out,
                          err);
}

static pt_status lower_comparison(struct typing *t, const struct tree_node *node, uint32_t *out,
                                  struct pt_error *err)
{
    static const enum op ops[] = {[SYMBOL_EQ] = OP_EQ, [SYMBOL_NE] = OP_NE, [SYMBOL_LT] = OP_LT,
                                  [SYMBOL_LE] = OP_LE, [SYMBOL_GT] = OP_GT, [SYMBOL_GE] = OP_GE};
    struct operand o[2] = {typing_operand(t, node, 0), typing_operand(t, node, 1)};
    const char *what = tree_symbol_name(node->symbol);
    enum vec_type type = VEC_I64;
    TRY(typing_unify(t, o, 2, what, &type, err));
    if (type == VEC_BOOL && node->symbol != SYMBOL_EQ && node->symbol != SYMBOL_NE) {
        return typing_fail(o[0].node, err, "compare conditions with = and <>",
                           "%s has no order for conditions", what);
    }
    return typing_emit_op(t, ops[node->symbol], VEC_BOOL, (uint32_t[3]){o[0].step, o[1].step}, out,
                          err);
}

static pt_status lower_pair(struct typing *t, const struct tree_node *node, uint32_t *out,
                            struct pt_error *err)
{
    struct operand o[2] = {typing_operand(t, node, 0), typing_operand(t, node, 1)};
    bool is_text = node->symbol == SYMBOL_CONCAT;
    enum vec_type type = is_text ? VEC_STR : VEC_BOOL;
    const char *what = tree_symbol_name(node->symbol);
    TRY(typing_want(t, &o[0], type, what, err));
    TRY(typing_want(t, &o[1], type, what, err));
    enum op op = is_text ? OP_CONCAT : node->symbol == SYMBOL_AND ? OP_AND : OP_OR;
    return typing_emit_op(t, op, type, (uint32_t[3]){o[0].step, o[1].step}, out, err);
}

static pt_status lower_binary(struct typing *t, const struct tree_node *node, uint32_t *out,
                              struct pt_error *err)
{
    if (node->symbol <= SYMBOL_MOD) {
        return lower_arithmetic(t, node, out, err);
    }
    if (node->symbol >= SYMBOL_EQ && node->symbol <= SYMBOL_GE) {
        return lower_comparison(t, node, out, err);
    }
    return lower_pair(t, node, out, err);
}

static pt_status lower_between(struct typing *t, const struct tree_node *node, uint32_t *out,
                               struct pt_error *err)
{
    struct operand o[3] = {typing_operand(t, node, 0), typing_operand(t, node, 1),
                           typing_operand(t, node, 2)};
    enum vec_type type = VEC_I64;
    TRY(typing_unify(t, o, 3, "BETWEEN", &type, err));
    if (type == VEC_BOOL) {
        return typing_fail(o[0].node, err, "", "BETWEEN has no order for conditions");
    }
    uint32_t low = 0;
    uint32_t high = 0;
    TRY(typing_emit_op(t, OP_GE, VEC_BOOL, (uint32_t[3]){o[0].step, o[1].step}, &low, err));
    TRY(typing_emit_op(t, OP_LE, VEC_BOOL, (uint32_t[3]){o[0].step, o[2].step}, &high, err));
    TRY(typing_emit_op(t, OP_AND, VEC_BOOL, (uint32_t[3]){low, high}, out, err));
    return emit_not(t, node->is_negated, out, err);
}

static struct operand *all_operands(struct typing *t, const struct tree_node *node,
                                    struct pt_error *err)
{
    struct operand *o = arena_alloc(t->work, node->n * sizeof *o);
    if (o == NULL) {
        (void)typing_fail_memory(err);
        return NULL;
    }
    for (uint32_t i = 0; i < node->n; i++) {
        o[i] = typing_operand(t, node, i);
    }
    return o;
}

static pt_status emit_members(struct typing *t, const struct operand *o, size_t n, uint32_t *out,
                              struct pt_error *err)
{
    struct vec *values = arena_alloc(t->work, n * sizeof *values);
    struct members *members = arena_alloc(t->out, sizeof *members);
    if (values == NULL || members == NULL) {
        return typing_fail_memory(err);
    }
    for (size_t i = 1; i < n; i++) {
        values[i - 1] = t->steps[o[i].step].literal;
    }
    if (!members_build(t->out, typing_type(t, &o[0]), values, n - 1, members)) {
        return typing_fail_memory(err);
    }
    TRY(typing_emit_op(t, OP_MEMBER, VEC_BOOL, (uint32_t[3]){o[0].step}, out, err));
    t->steps[*out].members = members;
    return PT_OK;
}

static pt_status lower_in(struct typing *t, const struct tree_node *node, uint32_t *out,
                          struct pt_error *err)
{
    struct operand *o = all_operands(t, node, err);
    if (o == NULL) {
        return PT_E_NO_MEMORY;
    }
    enum vec_type type = VEC_I64;
    TRY(typing_unify(t, o, node->n, "IN", &type, err));
    bool is_constant = true;
    for (uint32_t i = 1; i < node->n; i++) {
        is_constant = is_constant && t->steps[o[i].step].op == OP_LITERAL;
    }
    if (is_constant) {
        TRY(emit_members(t, o, node->n, out, err));
        return emit_not(t, node->is_negated, out, err);
    }
    TRY(typing_emit_op(t, OP_EQ, VEC_BOOL, (uint32_t[3]){o[0].step, o[1].step}, out, err));
    for (uint32_t i = 2; i < node->n; i++) {
        uint32_t equal = 0;
        TRY(typing_emit_op(t, OP_EQ, VEC_BOOL, (uint32_t[3]){o[0].step, o[i].step}, &equal, err));
        TRY(typing_emit_op(t, OP_OR, VEC_BOOL, (uint32_t[3]){*out, equal}, out, err));
    }
    return emit_not(t, node->is_negated, out, err);
}

static pt_status read_escape(struct typing *t, const struct tree_node *node, uint32_t *out,
                             struct pt_error *err)
{
    const struct tree_node *child = &t->tree->nodes[node->children[2]];
    size_t at = 0;
    if (child->kind == TREE_TEXT && child->text.n > 0) {
        *out = pattern_next_char(child->text, &at);
    }
    if (at == 0 || at != child->text.n) {
        return typing_fail(child, err, "write ESCAPE '!'", "ESCAPE wants a text of one character");
    }
    return PT_OK;
}

static pt_status lower_like(struct typing *t, const struct tree_node *node, uint32_t *out,
                            struct pt_error *err)
{
    struct operand o[2] = {typing_operand(t, node, 0), typing_operand(t, node, 1)};
    bool is_glob = node->kind == TREE_GLOB;
    const char *what = is_glob ? "GLOB" : "LIKE";
    uint32_t escape = 0;
    TRY(typing_want(t, &o[0], VEC_STR, what, err));
    TRY(typing_want(t, &o[1], VEC_STR, what, err));
    if (node->n == 3) {
        TRY(read_escape(t, node, &escape, err));
    }
    enum op op = is_glob ? OP_GLOB : OP_LIKE;
    TRY(typing_emit_op(t, op, VEC_BOOL, (uint32_t[3]){o[0].step, o[1].step}, out, err));
    struct step *step = &t->steps[*out];
    step->escape = escape;
    const struct step *source = &t->steps[o[1].step];
    if (source->op == OP_LITERAL && !source->is_null) {
        struct pattern *pattern = arena_alloc(t->out, sizeof *pattern);
        if (pattern == NULL ||
            !pattern_compile(t->out, source->literal.s[0], is_glob, escape, pattern)) {
            return typing_fail_memory(err);
        }
        step->pattern = pattern;
    }
    return emit_not(t, node->is_negated, out, err);
}

// Turns the WHENs into conditions: compared with the base, or checked to be some.
static pt_status lower_whens(struct typing *t, const struct tree_node *node, struct operand *o,
                             size_t n_whens, struct pt_error *err)
{
    if (!node->has_base) {
        for (size_t i = 0; i < n_whens; i++) {
            TRY(typing_want(t, &o[2 * i], VEC_BOOL, "WHEN", err));
        }
        return PT_OK;
    }
    struct operand *compared = arena_alloc(t->work, (n_whens + 1) * sizeof *compared);
    if (compared == NULL) {
        return typing_fail_memory(err);
    }
    compared[0] = typing_operand(t, node, 0);
    for (size_t i = 0; i < n_whens; i++) {
        compared[i + 1] = o[2 * i];
    }
    enum vec_type type = VEC_I64;
    TRY(typing_unify(t, compared, n_whens + 1, "CASE", &type, err));
    for (size_t i = 0; i < n_whens; i++) {
        const uint32_t args[3] = {compared[0].step, compared[i + 1].step};
        TRY(typing_emit_op(t, OP_EQ, VEC_BOOL, args, &o[2 * i].step, err));
    }
    return PT_OK;
}

static pt_status lower_case(struct typing *t, const struct tree_node *node, uint32_t *out,
                            struct pt_error *err)
{
    struct operand *all = all_operands(t, node, err);
    if (all == NULL) {
        return PT_E_NO_MEMORY;
    }
    size_t n_whens = (node->n - (node->has_base ? 1u : 0u)) / 2;
    struct operand *o = all + (node->has_base ? 1 : 0);
    TRY(lower_whens(t, node, o, n_whens, err));
    struct operand *values = arena_alloc(t->work, (n_whens + 1) * sizeof *values);
    if (values == NULL) {
        return typing_fail_memory(err);
    }
    for (size_t i = 0; i < n_whens; i++) {
        values[i] = o[2 * i + 1];
    }
    values[n_whens] = node->has_else ? o[2 * n_whens] : values[0];
    enum vec_type type = VEC_I64;
    size_t n_values = n_whens + (node->has_else ? 1u : 0u);
    if (typing_all_untyped(t, values, n_values)) {
        return typing_emit_untyped(t, out, err);
    }
    TRY(typing_unify(t, values, n_values, "CASE", &type, err));
    *out = values[n_whens].step;
    if (!node->has_else) {
        TRY(typing_emit_null(t, type, out, err));
    }
    for (size_t i = n_whens; i-- > 0;) {
        const uint32_t args[3] = {o[2 * i].step, values[i].step, *out};
        TRY(typing_emit_op(t, OP_SELECT, type, args, out, err));
    }
    return PT_OK;
}

static pt_status lower_node(struct typing *t, const struct tree_node *node, uint32_t *out,
                            struct pt_error *err)
{
    switch (node->kind) {
    case TREE_NAME:
        return lower_name(t, node, out, err);
    case TREE_NEGATE:
    case TREE_NOT:
        return lower_unary(t, node, out, err);
    case TREE_IS:
        return lower_is(t, node, out, err);
    case TREE_BINARY:
        return lower_binary(t, node, out, err);
    case TREE_BETWEEN:
        return lower_between(t, node, out, err);
    case TREE_IN:
        return lower_in(t, node, out, err);
    case TREE_LIKE:
    case TREE_GLOB:
        return lower_like(t, node, out, err);
    case TREE_CASE:
        return lower_case(t, node, out, err);
    case TREE_CALL:
        return typing_call(t, node, out, err);
    default:
        return lower_literal(t, node, out, err);
    }
}

pt_status typing_lower(struct typing *t, uint32_t *root, struct pt_error *err)
{
    t->step_of = arena_zero(t->work, t->tree->n, sizeof *t->step_of);
    if (t->step_of == NULL) {
        return typing_fail_memory(err);
    }
    for (size_t i = 0; i < t->tree->n; i++) {
        TRY(lower_node(t, &t->tree->nodes[i], &t->step_of[i], err));
    }
    *root = t->step_of[t->tree->n - 1];
    return PT_OK;
}
