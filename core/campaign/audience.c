// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Each gate clears rows in one array of marks and counts what it cleared; what is left is sorted,
// cut and split by the hold-out draw.
#include "audience.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "audience_chunks.h"
#include "audience_order.h"
#include "digest.h"
#include "mem.h"

struct gates {
    const struct audience_spec *spec;
    const struct table *table;
    uint8_t *keep; // a mark a row
    struct audience_counts counts;
};

static pt_status check_columns(const struct audience_spec *spec, const struct table *t,
                               struct pt_error *err)
{
    if (spec->profile >= t->n_columns || t->columns[spec->profile].type != VEC_STR) {
        FAIL(err, PT_E_INVALID, "audience `%s`: the profile column is no text", spec->name);
    }
    if (spec->where != NULL && !expr_is_condition(spec->where)) {
        FAIL(err, PT_E_INVALID, "audience `%s`: `%s` is no condition", spec->name,
             expr_text(spec->where));
    }
    for (size_t i = 0; i < spec->n_consent; i++) {
        enum vec_type type =
            spec->consent[i] < t->n_columns ? t->columns[spec->consent[i]].type : VEC_STR;
        if (type != VEC_BOOL && type != VEC_I64 && type != VEC_F64) {
            FAIL(err, PT_E_INVALID, "audience `%s`: consent must be a truth value or a number",
                 spec->name);
        }
    }
    for (size_t i = 0; i < spec->n_suppress; i++) {
        const struct audience_suppress *s = &spec->suppress[i];
        enum vec_type type = s->column < t->n_columns ? t->columns[s->column].type : VEC_DATE;
        if (s->starts == NULL && type != VEC_STR && type != VEC_I64) {
            FAIL(err, PT_E_INVALID, "audience `%s`: a suppressed column must be text or i64",
                 spec->name);
        }
    }
    return PT_OK;
}

static pt_status check_numbers(const struct audience_spec *spec, struct pt_error *err)
{
    bool is_share = spec->hold_out >= 0 && spec->hold_out <= 1;
    if (!is_share) {
        FAIL(err, PT_E_INVALID, "audience `%s`: hold_out must lie in 0..1", spec->name);
    }
    bool is_limit = spec->limit == AUDIENCE_NO_LIMIT ||
                    (spec->limit_value >= 0 &&
                     (spec->limit != AUDIENCE_LIMIT_PERCENT || spec->limit_value <= 100));
    if (!is_limit) {
        FAIL(err, PT_E_INVALID, "audience `%s`: limit is out of range", spec->name);
    }
    return PT_OK;
}

static pt_status take_where(void *ctx, size_t first, const struct vec *values, struct pt_error *err)
{
    (void)err;
    struct gates *g = ctx;
    for (size_t i = 0; i < values->n; i++) {
        uint8_t is_true = vec_is_valid(values, i) && values->b[values->is_const ? 0 : i];
        g->counts.no_match += !is_true;
        g->keep[first + i] = is_true;
    }
    return PT_OK;
}

static bool is_granted(const struct column *c, size_t row)
{
    if (c->valid != NULL && !c->valid[row]) {
        return false;
    }
    switch (c->type) {
    case VEC_BOOL:
        return c->b[row] == 1;
    case VEC_I64:
        return c->i[row] == 1;
    default:
        return c->f[row] == 1;
    }
}

static void gate_consent(struct gates *g)
{
    for (size_t i = 0; i < g->spec->n_consent; i++) {
        const struct column *c = &g->table->columns[g->spec->consent[i]];
        for (size_t row = 0; row < g->table->n_rows; row++) {
            if (g->keep[row] && !is_granted(c, row)) {
                g->keep[row] = 0;
                g->counts.no_consent++;
            }
        }
    }
}

static bool is_suppressed(const struct audience_suppress *s, const struct column *c, size_t row)
{
    if (s->starts != NULL) {
        for (size_t i = s->starts[row]; i < s->starts[row + 1]; i++) {
            if (suppression_has(s->list, s->namespace_, s->values[i])) {
                return true;
            }
        }
        return false;
    }
    if (c->valid != NULL && !c->valid[row]) {
        return false;
    }
    if (c->type == VEC_STR) {
        return suppression_has(s->list, s->namespace_, c->s[row]);
    }
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%" PRId64, c->i[row]);
    return suppression_has(s->list, s->namespace_, text_n(digits, (size_t)n));
}

static void gate_suppression(struct gates *g)
{
    for (size_t i = 0; i < g->spec->n_suppress; i++) {
        const struct audience_suppress *s = &g->spec->suppress[i];
        const struct column *c = s->starts == NULL ? &g->table->columns[s->column] : NULL;
        for (size_t row = 0; row < g->table->n_rows; row++) {
            if (g->keep[row] && is_suppressed(s, c, row)) {
                g->keep[row] = 0;
                g->counts.suppressed++;
            }
        }
    }
}

// Rows a limit lets through. A percentage such as 29 % of 100 must not lose a row to binary
// fractions: a product within 1e-12 of a whole number is that number.
static uint64_t limit_rows(const struct audience_spec *spec, uint64_t n)
{
    if (spec->limit == AUDIENCE_NO_LIMIT) {
        return n;
    }
    if (spec->limit == AUDIENCE_LIMIT_COUNT) {
        return spec->limit_value < (double)n ? (uint64_t)spec->limit_value : n;
    }
    double exact = (double)n * spec->limit_value / 100;
    double near = nearbyint(exact);
    double rows = fabs(exact - near) <= 1e-12 * fmax(1, near) ? near : floor(exact);
    return rows < (double)n ? (uint64_t)rows : n;
}

pt_status audience_is_control(const char *salt, struct text profile, double share, bool *out,
                              struct pt_error *err)
{
    uint8_t mac[SHA256_BYTES];
    TRY(hmac_sha256(text_of(salt), profile, mac, err));
    uint64_t drawn = 0;
    for (size_t i = 0; i < 8; i++) {
        drawn = drawn << 8 | mac[i];
    }
    // u < share without rounding u: share * 2^64 is exact, and share = 1 holds out everybody.
    *out = share >= 1 || (share > 0 && drawn < (uint64_t)ceil(ldexp(share, 64)));
    return PT_OK;
}

static pt_status draw_hold_out(const struct audience_spec *spec, const struct table *t,
                               struct audience *a, struct pt_error *err)
{
    if (spec->hold_out <= 0) {
        return PT_OK;
    }
    struct str salt = {0};
    if (!(spec->salt != NULL ? str_add(&salt, spec->salt)
                             : str_addf(&salt, "%s/%s", spec->pipeline, spec->name))) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for the hold-out's salt");
    }
    pt_status status = PT_OK;
    size_t kept = 0;
    for (size_t i = 0; status == PT_OK && i < a->n_rows; i++) {
        bool is_control = false;
        struct text profile = t->columns[spec->profile].s[a->rows[i]];
        status = audience_is_control(str_get(&salt), profile, spec->hold_out, &is_control, err);
        if (is_control) {
            a->controls[a->n_controls++] = a->rows[i];
        } else {
            a->rows[kept++] = a->rows[i];
        }
    }
    a->n_rows = kept;
    str_release(&salt);
    return status;
}

static pt_status gates_pass(struct gates *g, const struct audience_people *people,
                            struct pt_error *err)
{
    for (size_t row = 0; row < people->table->n_rows; row++) {
        g->keep[row] = 1;
    }
    if (g->spec->where != NULL) {
        TRY(audience_chunks_eval(people, g->spec->where, take_where, g, err));
    }
    gate_consent(g);
    gate_suppression(g);
    return PT_OK;
}

static pt_status rows_collect(struct gates *g, struct audience *a, struct pt_error *err)
{
    struct audience_counts *c = &g->counts;
    c->population = g->table->n_rows;
    c->eligible = c->population - c->no_match - c->no_consent - c->suppressed;
    a->rows = mem_array(c->eligible, sizeof *a->rows);
    a->controls = mem_array(c->eligible, sizeof *a->controls);
    if (a->rows == NULL || a->controls == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for an audience of %" PRIu64 " people", c->eligible);
    }
    for (size_t row = 0; row < g->table->n_rows; row++) {
        if (g->keep[row]) {
            a->rows[a->n_rows++] = row;
        }
    }
    return PT_OK;
}

static pt_status select_people(struct gates *g, const struct audience_people *people,
                               struct audience *a, struct pt_error *err)
{
    TRY(gates_pass(g, people, err));
    TRY(rows_collect(g, a, err));
    TRY(audience_order_sort(g->spec, people, a->rows, a->n_rows, err));
    a->n_rows = limit_rows(g->spec, a->n_rows);
    g->counts.over_limit = g->counts.eligible - a->n_rows;
    TRY(draw_hold_out(g->spec, g->table, a, err));
    g->counts.held_out = a->n_controls;
    g->counts.selected = a->n_rows;
    a->counts = g->counts;
    return PT_OK;
}

pt_status audience_select(const struct audience_spec *spec, const struct audience_people *people,
                          struct audience *out, struct pt_error *err)
{
    TRY(check_columns(spec, people->table, err));
    TRY(check_numbers(spec, err));
    struct gates g = {.spec = spec, .table = people->table};
    struct audience a = {0};
    g.keep = mem_array(people->table->n_rows, 1);
    if (g.keep == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for the gates of audience `%s`", spec->name);
    }
    pt_status status = select_people(&g, people, &a, err);
    mem_free(g.keep);
    if (status != PT_OK) {
        audience_release(&a);
        return status;
    }
    *out = a;
    return PT_OK;
}

void audience_release(struct audience *a)
{
    mem_free(a->rows);
    mem_free(a->controls);
    *a = (struct audience){0};
}
