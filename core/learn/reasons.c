// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Blocks of rows go to threads; each block writes sums or texts of its own, and texts are then
// brought together in row order.
#include "reasons.h"

#include <math.h>

#include "clock.h"
#include "learned.h"
#include "mem.h"
#include "reasons_text.h"
#include "score.h"

#define CELLS 524288 // most numbers of one block

struct explaining {
    const struct learned *m;
    const struct table *t;
    const struct column **columns; // of the inputs
    size_t block_rows;
    uint64_t n_blocks;
    double *sums;           // of all rows, or NULL
    struct column *reasons; // n text columns, or NULL
    uint32_t n;             // columns of reasons
    struct str *texts;      // a block, row by row and column by column
};

// One block's memory.
struct workspace {
    void *x;
    double *added; // by the model: matrix columns, then the base
    double *sums;  // inputs, then the base
    struct reason *top;
};

static pt_status no_memory(size_t rows, struct pt_error *err)
{
    return error_set(err, PT_E_NO_MEMORY, "no memory for the reasons of %zu rows", rows);
}

static void sum_inputs(const struct prepare *p, const double *added, size_t rows, double *sums)
{
    for (size_t i = 0; i < p->n_inputs; i++) {
        const struct prepare_input *in = &p->inputs[i];
        double *sum = sums + i * rows;
        for (size_t r = 0; r < rows; r++) {
            sum[r] = 0;
        }
        for (uint32_t j = 0; j < in->n_columns; j++) {
            const double *column = added + (in->first_column + (size_t)j) * rows;
            for (size_t r = 0; r < rows; r++) {
                sum[r] += column[r];
            }
        }
    }
    memcpy(sums + p->n_inputs * rows, added + p->n_columns * rows, rows * sizeof *sums);
}

// The strongest inputs of each row, in top[row * n + k]; an input that adds nothing is none.
static void choose(const struct explaining *e, const double *sums, size_t rows, struct reason *top)
{
    size_t n_inputs = e->m->trained.prepare.n_inputs;
    memset(top, 0, rows * e->n * sizeof *top);
    for (size_t i = 0; i < n_inputs; i++) {
        for (size_t r = 0; r < rows; r++) {
            double added = sums[i * rows + r];
            struct reason *of = top + r * e->n;
            uint32_t at = e->n;
            while (at > 0 && fabs(added) > fabs(of[at - 1].added)) {
                at--;
            }
            if (at < e->n) {
                memmove(of + at + 1, of + at, (e->n - at - 1) * sizeof *of);
                of[at] = (struct reason){added, (uint32_t)i};
            }
        }
    }
}

// Texts of the block; their lengths go into the columns, their places follow in join().
static bool write_texts(const struct explaining *e, size_t begin, size_t rows,
                        const struct reason *top, struct str *out)
{
    for (size_t r = 0; r < rows; r++) {
        for (uint32_t k = 0; k < e->n; k++) {
            const struct reason *one = &top[r * e->n + k];
            struct column *c = &e->reasons[k];
            size_t before = out->n;
            if (one->added == 0) {
                continue;
            }
            if (!reasons_text_add(e->columns[one->input], begin + r, one->added, out)) {
                return false;
            }
            c->s[begin + r].n = out->n - before;
            c->valid[begin + r] = 1;
        }
    }
    return true;
}

static pt_status explain_rows(const struct explaining *e, uint64_t block, struct gather_range range,
                              const struct workspace *w, struct pt_error *err)
{
    const struct trained *t = &e->m->trained;
    const struct score_source source = {&t->prepare, &t->instance, e->columns};
    pt_block of;
    TRY(score_fill(&source, range, w->x, &of, err));
    TRY(instance_contribute(&t->instance, &of, w->added, err));
    sum_inputs(&t->prepare, w->added, range.n, w->sums);
    for (size_t i = 0; e->sums != NULL && i <= t->prepare.n_inputs; i++) {
        memcpy(e->sums + i * e->t->n_rows + range.begin, w->sums + i * range.n,
               range.n * sizeof *e->sums);
    }
    if (e->reasons != NULL) {
        choose(e, w->sums, range.n, w->top);
        if (!write_texts(e, range.begin, range.n, w->top, &e->texts[block])) {
            return no_memory(range.n, err);
        }
    }
    return PT_OK;
}

static pt_status explain_block(void *arg, uint64_t item, uint32_t worker, struct pt_error *err)
{
    const struct explaining *e = arg;
    const struct prepare *p = &e->m->trained.prepare;
    (void)worker;
    struct gather_range range = {NULL, item * e->block_rows, e->block_rows};
    if (e->t->n_rows - range.begin < range.n) {
        range.n = e->t->n_rows - range.begin;
    }
    // score_fill() writes columns PREPARE_BLOCK_ROWS apart when the model wants columns.
    bool by_rows = e->m->trained.instance.needs.layout == PT_LAYOUT_ROWS;
    size_t matrix_rows = by_rows ? e->block_rows : PREPARE_BLOCK_ROWS;
    struct workspace w = {
        .x = mem_aligned(64, matrix_rows * p->n_columns * e->m->trained.instance.needs.dtype),
        .added = mem_array((p->n_columns + 1) * range.n, sizeof *w.added),
        .sums = mem_array((p->n_inputs + 1) * range.n, sizeof *w.sums),
        .top = mem_array((size_t)e->n * range.n, sizeof *w.top),
    };
    bool has_memory = w.x != NULL && w.added != NULL && w.sums != NULL && w.top != NULL;
    pt_status status = has_memory ? explain_rows(e, item, range, &w, err) : no_memory(range.n, err);
    mem_free(w.x);
    mem_free(w.added);
    mem_free(w.sums);
    mem_free(w.top);
    return status;
}

static pt_status explain_all(struct explaining *e, struct pool *pool, struct pt_error *err)
{
    if (pool != NULL) {
        return pool_run(pool, e->n_blocks, explain_block, e, err);
    }
    for (uint64_t i = 0; i < e->n_blocks; i++) {
        TRY(explain_block(e, i, 0, err));
    }
    return PT_OK;
}

// Binds the inputs and runs; the columns of reasons stand in the table already.
static pt_status explain(struct explaining *e, struct pool *pool, struct pt_error *err)
{
    const struct prepare *p = &e->m->trained.prepare;
    size_t cells = p->n_columns + p->n_inputs + 2;
    e->block_rows = CELLS / cells < PREPARE_BLOCK_ROWS ? CELLS / cells + 1 : PREPARE_BLOCK_ROWS;
    e->n_blocks = (e->t->n_rows + e->block_rows - 1) / e->block_rows;
    e->columns = mem_zero(p->n_inputs, sizeof *e->columns);
    e->texts = mem_zero(e->n_blocks, sizeof *e->texts);
    pt_status status = PT_OK;
    if (e->columns == NULL || e->texts == NULL) {
        status = no_memory(e->t->n_rows, err);
    }
    if (status == PT_OK) {
        status = prepare_bind(p, e->t, e->columns, err);
    }
    return status == PT_OK ? explain_all(e, pool, err) : status;
}

static void explaining_release(struct explaining *e)
{
    for (uint64_t i = 0; e->texts != NULL && i < e->n_blocks; i++) {
        str_release(&e->texts[i]);
    }
    mem_free(e->texts);
    mem_free(e->columns);
}

static pt_status check(const struct learned *m, struct pt_error *err)
{
    if (learned_contributes(m) == PT_CONTRIBUTES_NOTHING) {
        FAIL(err, PT_E_UNSUPPORTED, "model plugin `%s` cannot tell the reasons of a score",
             m->component);
    }
    return PT_OK;
}

uint8_t learned_contributes(const struct learned *m)
{
    return m->trained.instance.needs.contributes;
}

pt_status learned_contributions(const struct learned *m, struct pool *pool, const struct table *t,
                                double *out, struct pt_error *err)
{
    TRY(check(m, err));
    struct explaining e = {.m = m, .t = t, .sums = out};
    pt_status status = explain(&e, pool, err);
    explaining_release(&e);
    return status;
}

static pt_status add_columns(struct table *t, const char *prefix, uint32_t n, struct pt_error *err)
{
    struct str name = {0};
    pt_status status = PT_OK;
    for (uint32_t i = 1; i <= n && status == PT_OK; i++) {
        str_reset(&name);
        if (!str_addf(&name, REASONS_COLUMN, prefix, i)) {
            status = no_memory(t->n_rows, err);
        } else if (table_find(t, name.p) >= 0) {
            status =
                error_set(err, PT_E_DATA, "column `%s` is there already; a model adds it", name.p);
        } else if (table_add(t, name.p, VEC_STR, true) == NULL) {
            status = no_memory(t->n_rows, err);
        }
    }
    str_release(&name);
    return status;
}

// Gives every text its place in the table's memory.
static pt_status join(const struct explaining *e, struct table *t, struct pt_error *err)
{
    for (uint64_t b = 0; b < e->n_blocks; b++) {
        const struct str *from = &e->texts[b];
        size_t begin = b * e->block_rows;
        size_t end = begin + e->block_rows < t->n_rows ? begin + e->block_rows : t->n_rows;
        const char *at = from->n == 0 ? "" : arena_strndup(&t->arena, from->p, from->n);
        if (at == NULL) {
            return no_memory(t->n_rows, err);
        }
        for (size_t row = begin; row < end; row++) {
            for (uint32_t k = 0; k < e->n; k++) {
                e->reasons[k].s[row].p = at;
                at += e->reasons[k].s[row].n;
            }
        }
    }
    return PT_OK;
}

pt_status learned_reasons(const struct learned *m, struct pool *pool, struct table *t,
                          const char *prefix, uint32_t n, struct pt_error *err)
{
    TRY(check(m, err));
    if (n == 0 || n > REASONS_MOST) {
        FAIL(err, PT_E_LIMIT, "%u reasons; 1 to %d can be told", n, REASONS_MOST);
    }
    TRY(add_columns(t, prefix, n, err));
    struct explaining e = {.m = m, .t = t, .n = n};
    e.reasons = &t->columns[t->n_columns - n];
    pt_status status = explain(&e, pool, err);
    if (status == PT_OK) {
        status = join(&e, t, err);
    }
    explaining_release(&e);
    return status;
}
