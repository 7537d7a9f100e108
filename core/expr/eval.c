// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Evaluation: every step over a short run of rows before the next run, so that intermediate values
// stay in the cache; the steps of the result are gathered into whole columns.
#include "eval.h"

#define RUN_ROWS ((size_t)2048)
#define RUN_ROWS_SMALL ((size_t)256) // of programs with many steps, to bound the scratch
#define MANY_STEPS 256

uint8_t *call_bools(struct call *c)
{
    uint8_t *values = scratch_temp(c->scratch, c->n, 1);
    c->out->b = values;
    return values;
}

int64_t *call_ints(struct call *c)
{
    int64_t *values = scratch_temp(c->scratch, c->n, sizeof *values);
    c->out->i = values;
    return values;
}

double *call_reals(struct call *c)
{
    double *values = scratch_temp(c->scratch, c->n, sizeof *values);
    c->out->f = values;
    return values;
}

struct text *call_texts(struct call *c)
{
    struct text *values = scratch_temp(c->scratch, c->n, sizeof *values);
    c->out->s = values;
    return values;
}

uint8_t *call_valid(struct call *c)
{
    uint8_t *valid = scratch_temp(c->scratch, c->n, 1);
    if (valid == NULL) {
        return NULL;
    }
    if (c->out->valid == NULL) {
        memset(valid, 1, c->n);
    } else {
        memcpy(valid, c->out->valid, c->n);
    }
    c->out->valid = valid;
    return valid;
}

bool call_drop(struct call *c, const uint8_t *bad)
{
    size_t n = c->n; // a store through uint8_t could change c
    uint8_t *valid = call_valid(c);
    for (size_t i = 0; valid != NULL && i < n; i++) {
        valid[i] &= !bad[i];
    }
    return valid != NULL;
}

static const struct {
    kernel run;
    bool is_strict; // NULL in, NULL out
} kernels[OP_COUNT] = {
    [OP_TO_F64] = {eval_arith_to_f64, true},
    [OP_TO_TIME] = {eval_time_of_date, true},
    [OP_NEGATE] = {eval_arith_sign, true},
    [OP_ADD] = {eval_arith_pair, true},
    [OP_SUB] = {eval_arith_pair, true},
    [OP_MUL] = {eval_arith_pair, true},
    [OP_DIV] = {eval_arith_pair, true},
    [OP_MOD] = {eval_arith_mod, true},
    [OP_ABS] = {eval_arith_sign, true},
    [OP_ROUND] = {eval_arith_round, true},
    [OP_FLOOR] = {eval_arith_floor, true},
    [OP_CEIL] = {eval_arith_ceil, true},
    [OP_LN] = {eval_arith_ln, true},
    [OP_LOG1P] = {eval_arith_log1p, true},
    [OP_EXP] = {eval_arith_exp, true},
    [OP_SQRT] = {eval_arith_sqrt, true},
    [OP_EQ] = {eval_compare_values, true},
    [OP_NE] = {eval_compare_values, true},
    [OP_LT] = {eval_compare_values, true},
    [OP_LE] = {eval_compare_values, true},
    [OP_GT] = {eval_compare_values, true},
    [OP_GE] = {eval_compare_values, true},
    [OP_LEAST] = {eval_compare_extreme, true},
    [OP_GREATEST] = {eval_compare_extreme, true},
    [OP_MEMBER] = {eval_compare_member, true},
    [OP_NOT] = {eval_logic_not, true},
    [OP_AND] = {eval_logic_and, false},
    [OP_OR] = {eval_logic_or, false},
    [OP_IS_NULL] = {eval_logic_is_null, false},
    [OP_IS_TRUE] = {eval_logic_is_value, false},
    [OP_IS_FALSE] = {eval_logic_is_value, false},
    [OP_COALESCE] = {eval_logic_coalesce, false},
    [OP_NULLIF] = {eval_logic_nullif, false},
    [OP_SELECT] = {eval_logic_select, false},
    [OP_CONCAT] = {eval_text_concat, true},
    [OP_LIKE] = {eval_text_match, true},
    [OP_GLOB] = {eval_text_match, true},
    [OP_LOWER] = {eval_text_case, true},
    [OP_UPPER] = {eval_text_case, true},
    [OP_LENGTH] = {eval_text_length, true},
    [OP_SUBSTR] = {eval_text_substr, true},
    [OP_INSTR] = {eval_text_instr, true},
    [OP_TRIM] = {eval_text_trim, true},
    [OP_DIGITS] = {eval_text_digits, true},
    [OP_CRC32] = {eval_text_crc32, true},
    [OP_HOUR] = {eval_time_hour, true},
    [OP_WEEKDAY] = {eval_time_weekday, true},
    [OP_DATE] = {eval_time_date, true},
    [OP_DAYS_BETWEEN] = {eval_time_days_between, true},
    [OP_YEARS_BETWEEN] = {eval_time_years_between, true},
    [OP_BUCKET] = {fit_bucket, true},
    [OP_PERCENT_RANK] = {fit_percent_rank, true},
};

// Rows start .. of an input; a constant stays one.
static struct vec slice(const struct vec *v, size_t start, size_t n)
{
    struct vec out = *v;
    out.n = n;
    if (v->is_const) {
        return out;
    }
    out.valid = v->valid == NULL ? NULL : v->valid + start;
    out.b = v->b == NULL ? NULL : v->b + start;
    out.i = v->i == NULL ? NULL : v->i + start;
    out.f = v->f == NULL ? NULL : v->f + start;
    out.codes = v->codes == NULL ? NULL : v->codes + start;
    out.s = v->s == NULL || v->codes != NULL ? v->s : v->s + start;
    return out;
}

// Text as a plain column, with nothing where there is NULL: kernels read every row.
static bool flatten(const struct run *r, struct vec *v, size_t rows)
{
    if (v->codes == NULL && v->valid == NULL) {
        return true;
    }
    struct text *texts = scratch_temp(r->scratch, rows, sizeof *texts);
    if (texts == NULL) {
        return false;
    }
    for (size_t i = 0; i < rows; i++) {
        texts[i] = vec_is_valid(v, i) ? vec_text(v, i) : (struct text){0};
    }
    v->s = texts;
    v->codes = NULL;
    v->n_dict = 0;
    return true;
}

// Marks NaN as NULL.
static bool drop_nan(const struct run *r, struct vec *v, size_t rows)
{
    const double *f = v->f;
    int any = 0;
    for (size_t i = 0; i < rows; i++) {
        any |= f[i] != f[i];
    }
    if (any == 0) {
        return true;
    }
    uint8_t *valid = scratch_temp(r->scratch, rows, 1);
    if (valid == NULL) {
        return false;
    }
    for (size_t i = 0; i < rows; i++) {
        valid[i] = vec_is_valid(v, i) && v->f[i] == v->f[i];
    }
    v->valid = valid;
    return true;
}

static bool run_load(const struct run *r, const struct step *s, size_t start, size_t n,
                     struct vec *out)
{
    *out = slice(r->entries != NULL ? r->entries : &r->inputs[s->name], start, n);
    out->type = s->type;
    size_t rows = out->is_const ? 1 : n;
    if (s->type == VEC_STR) {
        return flatten(r, out, rows);
    }
    return s->type != VEC_F64 || drop_nan(r, out, rows);
}

static void set_values(struct vec *v, void *values)
{
    v->b = v->type == VEC_BOOL ? values : NULL;
    v->f = v->type == VEC_F64 ? values : NULL;
    v->s = v->type == VEC_STR ? values : NULL;
    v->i = v->b == NULL && v->f == NULL && v->s == NULL ? values : NULL;
}

// One constant NULL of the step's type.
static bool make_null(const struct run *r, const struct step *s, size_t n, struct vec *out)
{
    void *zero = scratch_temp(r->scratch, 1, sizeof(struct text));
    if (zero == NULL) {
        return false;
    }
    memset(zero, 0, sizeof(struct text));
    *out = (struct vec){.type = s->type, .n = n, .is_const = true, .valid = zero};
    set_values(out, zero);
    return true;
}

// The validity of a strict step: rows where every argument is there.
static bool join_valid(struct call *c, const struct vec *const args[3])
{
    for (uint8_t k = 0; k < c->step->n_args; k++) {
        const struct vec *v = args[k];
        bool is_column = v->valid != NULL && (!v->is_const || c->out->is_const);
        if (!is_column) {
            continue;
        }
        if (c->out->valid == NULL) {
            c->out->valid = v->valid;
            continue;
        }
        uint8_t *valid = call_valid(c);
        if (valid == NULL) {
            return false;
        }
        const uint8_t *other = v->valid;
        size_t n = c->n;
        for (size_t i = 0; i < n; i++) {
            valid[i] &= other[i];
        }
    }
    return true;
}

static bool has_null_constant(const struct step *s, const struct vec *const args[3])
{
    for (uint8_t k = 0; k < s->n_args; k++) {
        if (args[k]->is_const && !vec_is_valid(args[k], 0)) {
            return true;
        }
    }
    return false;
}

static bool run_kernel(const struct run *r, const struct step *s, struct vec *slots, size_t n,
                       struct vec *out)
{
    const struct vec *args[3] = {NULL};
    bool is_const = true;
    for (uint8_t k = 0; k < s->n_args; k++) {
        args[k] = &slots[s->args[k]];
        is_const = is_const && args[k]->is_const;
    }
    bool is_strict = kernels[s->op].is_strict;
    if (is_strict && has_null_constant(s, args)) {
        return make_null(r, s, n, out);
    }
    *out = (struct vec){.type = s->type, .n = n, .is_const = is_const};
    struct call c = {.step = s, .a = args[0], .b = args[1], .c = args[2], .out = out};
    c.n = is_const ? 1 : n;
    c.scratch = r->scratch;
    c.fit = r->fit;
    if (is_strict && !join_valid(&c, args)) {
        return false;
    }
    return kernels[s->op].run(&c);
}

static bool run_rows(const struct run *r, struct vec *slots, size_t start, size_t n)
{
    for (uint32_t i = 0; i <= r->last; i++) {
        const struct step *s = &r->e->steps[i];
        bool is_done = true;
        if (r->modes[i] == MODE_SKIP) {
            continue;
        }
        if (r->modes[i] == MODE_MAP) {
            is_done = dictionary_map(r, i, start, n, &slots[i]);
        } else if (s->op == OP_LITERAL) {
            slots[i] = s->literal;
            slots[i].n = n;
        } else if (s->op == OP_NAME) {
            is_done = run_load(r, s, start, n, &slots[i]);
        } else {
            is_done = run_kernel(r, s, slots, n, &slots[i]);
        }
        if (!is_done) {
            return false;
        }
    }
    return true;
}

static size_t value_bytes(enum vec_type type)
{
    return type == VEC_BOOL ? 1 : type == VEC_STR ? sizeof(struct text) : 8;
}

static const void *values_of(const struct vec *v)
{
    switch (v->type) {
    case VEC_BOOL:
        return v->b;
    case VEC_F64:
        return v->f;
    case VEC_STR:
        return v->s;
    default:
        return v->i;
    }
}

// Makes kept room for a whole column like `first`, the target's first run of rows.
static bool begin_column(const struct run *r, const struct vec *first, struct vec *out)
{
    size_t rows = first->is_const ? 1 : r->n;
    void *values = scratch_keep(r->scratch, rows, value_bytes(first->type));
    *out = (struct vec){.type = first->type, .n = r->n, .is_const = first->is_const};
    set_values(out, values);
    return values != NULL;
}

static bool append_valid(const struct run *r, const struct vec *part, size_t start, size_t rows,
                         struct vec *out)
{
    if (part->valid == NULL && out->valid == NULL) {
        return true;
    }
    uint8_t *valid = (uint8_t *)out->valid;
    if (valid == NULL) {
        size_t all = out->is_const ? 1 : r->n;
        valid = scratch_keep(r->scratch, all, 1);
        if (valid == NULL) {
            return false;
        }
        memset(valid, 1, all);
        out->valid = valid;
    }
    if (part->valid == NULL) {
        memset(valid + start, 1, rows);
    } else {
        memcpy(valid + start, part->valid, rows);
    }
    return true;
}

static bool append_rows(const struct run *r, const struct vec *part, size_t start, struct vec *out)
{
    if (start == 0 && !begin_column(r, part, out)) {
        return false;
    }
    if (out->is_const && start > 0) {
        return true;
    }
    size_t rows = out->is_const ? 1 : part->n;
    size_t size = value_bytes(out->type);
    memcpy((char *)values_of(out) + (start * size), values_of(part), rows * size);
    return append_valid(r, part, start, rows, out);
}

bool run_collect(const struct run *r, const uint32_t *targets, size_t n_targets, struct vec *outs)
{
    struct vec *slots = scratch_keep(r->scratch, r->e->n, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    size_t most = r->e->n > MANY_STEPS ? RUN_ROWS_SMALL : RUN_ROWS;
    size_t start = 0;
    do {
        size_t n = r->n - start < most ? r->n - start : most;
        scratch_rewind(r->scratch);
        if (!run_rows(r, slots, start, n)) {
            return false;
        }
        for (size_t k = 0; k < n_targets; k++) {
            if (!append_rows(r, &slots[targets[k]], start, &outs[k])) {
                return false;
            }
        }
        start += n;
    } while (start < r->n);
    return true;
}

static bool is_ready(const struct step *s, const struct vec *input)
{
    if (s->op != OP_NAME) {
        return false;
    }
    size_t rows = input->is_const ? 1 : input->n;
    for (size_t i = 0; s->type == VEC_F64 && i < rows; i++) {
        if (input->f[i] != input->f[i]) {
            return false;
        }
    }
    return true;
}

bool run_step_column(struct run *r, uint32_t step, struct vec *out)
{
    const struct step *s = &r->e->steps[step];
    struct vec input = s->op == OP_NAME ? slice(&r->inputs[s->name], 0, r->n) : (struct vec){0};
    if (is_ready(s, &input)) {
        *out = input;
        return true;
    }
    bool root_is_mapped = false;
    r->last = step;
    if (!dictionary_plan(r, step, &root_is_mapped)) {
        return false;
    }
    return root_is_mapped ? dictionary_map_all(r, step, out) : run_collect(r, &step, 1, out);
}

pt_status expr_eval(const struct expr *e, const struct expr_rows *rows,
                    struct expr_scratch *scratch, struct vec *out, struct pt_error *err)
{
    if (e->n_fits > 0 && (rows->fit == NULL || expr_fit_count(rows->fit) != e->n_fits)) {
        FAIL(err, PT_E_INVALID, "the expression has column functions that are not fitted");
    }
    struct vec result = {0};
    struct run r = {
        .e = e, .fit = rows->fit, .inputs = rows->inputs, .n = rows->n, .scratch = scratch};
    if (scratch == NULL || !run_step_column(&r, (uint32_t)e->n - 1, &result)) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    *out = result;
    return PT_OK;
}
