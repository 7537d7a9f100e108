// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Types of function calls; the rows of functions.c have checked the number of arguments.
#include "typing.h"

#include <stdio.h>

#define BUCKETS_MAX 10000

static pt_status call_real(struct typing *t, const struct tree_node *node, enum op op,
                           uint32_t *out, struct pt_error *err)
{
    struct operand o = typing_operand(t, node, 0);
    TRY(typing_want_number(t, &o, node->function->name, err));
    TRY(typing_cast(t, &o, VEC_F64, err));
    return typing_emit_op(t, op, VEC_F64, (uint32_t[3]){o.step}, out, err);
}

static pt_status call_number(struct typing *t, const struct tree_node *node, enum op op,
                             uint32_t *out, struct pt_error *err)
{
    struct operand o[2] = {typing_operand(t, node, 0)};
    TRY(typing_want_number(t, &o[0], node->function->name, err));
    enum vec_type type = typing_type(t, &o[0]);
    if (node->n == 2) {
        o[1] = typing_operand(t, node, 1);
        TRY(typing_want(t, &o[1], VEC_I64, node->function->name, err));
    } else if (type == VEC_I64 && op != OP_ABS) {
        *out = o[0].step; // a whole number already
        return PT_OK;
    }
    TRY(typing_emit_op(t, op, type, (uint32_t[3]){o[0].step, o[1].step}, out, err));
    t->steps[*out].n_args = (uint8_t)node->n;
    return PT_OK;
}

static pt_status call_text(struct typing *t, const struct tree_node *node, enum op op,
                           uint32_t *out, struct pt_error *err)
{
    struct operand o[2] = {typing_operand(t, node, 0)};
    TRY(typing_want(t, &o[0], VEC_STR, node->function->name, err));
    if (node->n == 2) {
        o[1] = typing_operand(t, node, 1);
        TRY(typing_want(t, &o[1], VEC_STR, node->function->name, err));
    }
    bool is_number = op == OP_LENGTH || op == OP_INSTR || op == OP_CRC32;
    enum vec_type type = is_number ? VEC_I64 : VEC_STR;
    TRY(typing_emit_op(t, op, type, (uint32_t[3]){o[0].step, o[1].step}, out, err));
    t->steps[*out].n_args = (uint8_t)node->n;
    return PT_OK;
}

static pt_status call_substr(struct typing *t, const struct tree_node *node, uint32_t *out,
                             struct pt_error *err)
{
    uint32_t args[3] = {0};
    for (uint32_t i = 0; i < node->n; i++) {
        struct operand o = typing_operand(t, node, i);
        TRY(typing_want(t, &o, i == 0 ? VEC_STR : VEC_I64, "substr", err));
        args[i] = o.step;
    }
    TRY(typing_emit_op(t, OP_SUBSTR, VEC_STR, args, out, err));
    t->steps[*out].n_args = (uint8_t)node->n;
    return PT_OK;
}

// coalesce, least, greatest: pairs from the left.
static pt_status call_fold(struct typing *t, const struct tree_node *node, enum op op,
                           uint32_t *out, struct pt_error *err)
{
    struct operand *o = arena_alloc(t->work, node->n * sizeof *o);
    if (o == NULL) {
        return typing_fail_memory(err);
    }
    for (uint32_t i = 0; i < node->n; i++) {
        o[i] = typing_operand(t, node, i);
    }
    if (typing_all_untyped(t, o, node->n)) {
        return typing_emit_untyped(t, out, err);
    }
    enum vec_type type = VEC_I64;
    TRY(typing_unify(t, o, node->n, node->function->name, &type, err));
    if (type == VEC_BOOL && op != OP_COALESCE) {
        return typing_fail(o[0].node, err, "use AND and OR", "%s has no order for conditions",
                           node->function->name);
    }
    *out = o[0].step;
    for (uint32_t i = 1; i < node->n; i++) {
        TRY(typing_emit_op(t, op, type, (uint32_t[3]){*out, o[i].step}, out, err));
    }
    return PT_OK;
}

static pt_status call_nullif(struct typing *t, const struct tree_node *node, uint32_t *out,
                             struct pt_error *err)
{
    struct operand o[2] = {typing_operand(t, node, 0), typing_operand(t, node, 1)};
    uint32_t value = o[0].step;
    uint32_t equal = 0;
    if (typing_all_untyped(t, o, 1)) {
        return typing_emit_untyped(t, out, err);
    }
    enum vec_type type = VEC_I64;
    TRY(typing_unify(t, o, 2, "nullif", &type, err));
    TRY(typing_emit_op(t, OP_EQ, VEC_BOOL, (uint32_t[3]){o[0].step, o[1].step}, &equal, err));
    return typing_emit_op(t, OP_NULLIF, t->steps[value].type, (uint32_t[3]){value, equal}, out,
                          err);
}

static pt_status open_zone(struct typing *t, const struct tree_node *node, const struct zone **out,
                           struct pt_error *err)
{
    if (node->kind != TREE_TEXT) {
        return typing_fail(node, err, "write 'Asia/Shanghai', '+08:00' or 'UTC'",
                           "the zone is a text literal");
    }
    char name[128];
    if (node->text.n >= sizeof name) {
        return typing_fail(node, err, "", "no time zone has so long a name");
    }
    snprintf(name, sizeof name, "%.*s", (int)node->text.n, node->text.p);
    struct zone *zone = NULL;
    struct pt_error inner = ERROR_INIT;
    pt_status status = zone_open(name, &zone, &inner);
    if (status == PT_E_NO_MEMORY) {
        return typing_fail_memory(err);
    }
    if (status != PT_OK) {
        return typing_fail(node, err, inner.hint, "%s", inner.message);
    }
    *out = zone_copy(zone, t->out);
    zone_free(zone);
    return *out == NULL ? typing_fail_memory(err) : PT_OK;
}

static pt_status call_time(struct typing *t, const struct tree_node *node, enum op op,
                           uint32_t *out, struct pt_error *err)
{
    struct operand o = typing_operand(t, node, 0);
    const struct zone *zone = t->scope->zone;
    if (op == OP_HOUR || node->n == 2) {
        TRY(typing_want(t, &o, VEC_TIME, node->function->name, err));
    } else {
        TRY(typing_want_day(t, &o, node->function->name, err));
    }
    if (node->n == 2) {
        TRY(open_zone(t, &t->tree->nodes[node->children[1]], &zone, err));
    }
    if (op == OP_DATE && typing_type(t, &o) == VEC_DATE) {
        *out = o.step;
        return PT_OK;
    }
    TRY(typing_emit_op(t, op, op == OP_DATE ? VEC_DATE : VEC_I64, (uint32_t[3]){o.step}, out, err));
    t->steps[*out].zone = zone;
    return PT_OK;
}

static pt_status call_difference(struct typing *t, const struct tree_node *node, enum op op,
                                 uint32_t *out, struct pt_error *err)
{
    struct operand o[2] = {typing_operand(t, node, 0), typing_operand(t, node, 1)};
    enum vec_type type = VEC_DATE;
    TRY(typing_want_day(t, &o[0], node->function->name, err));
    TRY(typing_want_day(t, &o[1], node->function->name, err));
    TRY(typing_unify(t, o, 2, node->function->name, &type, err));
    return typing_emit_op(t, op, VEC_I64, (uint32_t[3]){o[0].step, o[1].step}, out, err);
}

static pt_status check_column(const struct typing *t, const struct tree_node *node,
                              struct pt_error *err)
{
    const char *name = node->function->name;
    if (!t->scope->allow_column_functions) {
        return typing_fail(node, err, "make it a derived value and use that",
                           "%s() needs a whole column: it is possible in derive only", name);
    }
    uint32_t inner = t->step_of[node->children[node->n - 1]];
    if (t->steps[inner].has_fit) {
        return typing_fail(node, err, "derive the inner value first and use its name",
                           "%s() of a column function", name);
    }
    return PT_OK;
}

static pt_status call_column(struct typing *t, const struct tree_node *node, enum op op,
                             uint32_t *out, struct pt_error *err)
{
    struct operand o = typing_operand(t, node, node->n - 1);
    const struct tree_node *count = &t->tree->nodes[node->children[0]];
    TRY(check_column(t, node, err));
    if (op == OP_BUCKET &&
        (count->kind != TREE_INT || count->number < 1 || count->number > BUCKETS_MAX)) {
        return typing_fail(count, err, "write bucket(5, x)",
                           "bucket wants a whole number from 1 to %d here", BUCKETS_MAX);
    }
    TRY(typing_want_number(t, &o, node->function->name, err));
    TRY(typing_cast(t, &o, VEC_F64, err));
    enum vec_type type = op == OP_BUCKET ? VEC_I64 : VEC_F64;
    TRY(typing_emit_op(t, op, type, (uint32_t[3]){o.step}, out, err));
    t->steps[*out].buckets = count->number;
    t->steps[*out].fit = t->n_fits++;
    return PT_OK;
}

static const struct {
    enum function_id id;
    pt_status (*type)(struct typing *t, const struct tree_node *node, enum op op, uint32_t *out,
                      struct pt_error *err);
    enum op op;
} rows[] = {
    {FUNCTION_COALESCE, call_fold, OP_COALESCE},
    {FUNCTION_LEAST, call_fold, OP_LEAST},
    {FUNCTION_GREATEST, call_fold, OP_GREATEST},
    {FUNCTION_ABS, call_number, OP_ABS},
    {FUNCTION_ROUND, call_number, OP_ROUND},
    {FUNCTION_FLOOR, call_number, OP_FLOOR},
    {FUNCTION_CEIL, call_number, OP_CEIL},
    {FUNCTION_LN, call_real, OP_LN},
    {FUNCTION_LOG1P, call_real, OP_LOG1P},
    {FUNCTION_EXP, call_real, OP_EXP},
    {FUNCTION_SQRT, call_real, OP_SQRT},
    {FUNCTION_LOWER, call_text, OP_LOWER},
    {FUNCTION_UPPER, call_text, OP_UPPER},
    {FUNCTION_LENGTH, call_text, OP_LENGTH},
    {FUNCTION_INSTR, call_text, OP_INSTR},
    {FUNCTION_TRIM, call_text, OP_TRIM},
    {FUNCTION_DIGITS, call_text, OP_DIGITS},
    {FUNCTION_CRC32, call_text, OP_CRC32},
    {FUNCTION_HOUR, call_time, OP_HOUR},
    {FUNCTION_WEEKDAY, call_time, OP_WEEKDAY},
    {FUNCTION_DATE, call_time, OP_DATE},
    {FUNCTION_DAYS_BETWEEN, call_difference, OP_DAYS_BETWEEN},
    {FUNCTION_YEARS_BETWEEN, call_difference, OP_YEARS_BETWEEN},
    {FUNCTION_BUCKET, call_column, OP_BUCKET},
    {FUNCTION_PERCENT_RANK, call_column, OP_PERCENT_RANK},
};

pt_status typing_call(struct typing *t, const struct tree_node *node, uint32_t *out,
                      struct pt_error *err)
{
    enum function_id id = node->function->id;
    if (id == FUNCTION_NULLIF) {
        return call_nullif(t, node, out, err);
    }
    if (id == FUNCTION_SUBSTR) {
        return call_substr(t, node, out, err);
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].id == id) {
            return rows[i].type(t, node, rows[i].op, out, err);
        }
    }
    FAIL(err, PT_E_INTERNAL, "function %s has no type rule", node->function->name);
}
