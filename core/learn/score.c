// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "score.h"

#include <string.h>

#include "mem.h"

struct scoring {
    const struct prepare *p;
    const struct instance *m;
    const struct prepare_rows *from;
    const struct column **columns;
    double *out;
};

// Memory of one block.
struct buffers {
    void *x;
    double *scores;
};

pt_status score_fill(const struct score_source *s, struct gather_range range, void *x,
                     pt_block *out, struct pt_error *err)
{
    bool by_rows = s->m->needs.layout == PT_LAYOUT_ROWS;
    struct prepare_target target = {
        .x = x,
        .stride = by_rows ? s->p->n_columns : PREPARE_BLOCK_ROWS,
        .layout = s->m->needs.layout,
        .dtype = s->m->needs.dtype,
    };
    TRY(prepare_fill(s->p, s->columns, range, &target, err));
    *out = (pt_block){
        .struct_size = sizeof *out,
        .cols = (uint32_t)s->p->n_columns,
        .first_row = range.begin,
        .rows = range.n,
        .stride = target.stride,
        .x = x,
    };
    return PT_OK;
}

static pt_status score_into(const struct scoring *s, struct gather_range range,
                            const struct buffers *b, struct pt_error *err)
{
    const struct score_source source = {s->p, s->m, s->columns};
    pt_block block;
    TRY(score_fill(&source, range, b->x, &block, err));
    TRY(instance_predict(s->m, &block, b->scores, err));
    for (uint32_t c = 0; c < s->m->n_outputs; c++) {
        memcpy(s->out + c * s->from->n + range.begin, b->scores + c * range.n,
               range.n * sizeof *s->out);
    }
    return PT_OK;
}

static pt_status score_block(void *arg, uint64_t item, uint32_t worker, struct pt_error *err)
{
    const struct scoring *s = arg;
    (void)worker;
    struct gather_range range = {s->from->rows, item * PREPARE_BLOCK_ROWS, PREPARE_BLOCK_ROWS};
    if (s->from->n - range.begin < range.n) {
        range.n = s->from->n - range.begin;
    }
    struct buffers b = {
        .x = mem_aligned(64, PREPARE_BLOCK_ROWS * s->p->n_columns * s->m->needs.dtype),
        .scores = mem_array(range.n * s->m->n_outputs, sizeof *b.scores),
    };
    pt_status status = PT_OK;
    if (b.x == NULL || b.scores == NULL) {
        status = error_set(err, PT_E_NO_MEMORY, "no memory to score %zu rows", range.n);
    } else {
        status = score_into(s, range, &b, err);
    }
    mem_free(b.x);
    mem_free(b.scores);
    return status;
}

static pt_status score_all(struct scoring *s, struct pool *pool, struct pt_error *err)
{
    uint64_t n = (s->from->n + PREPARE_BLOCK_ROWS - 1) / PREPARE_BLOCK_ROWS;
    if (pool != NULL) {
        return pool_run(pool, n, score_block, s, err);
    }
    for (uint64_t i = 0; i < n; i++) {
        TRY(score_block(s, i, 0, err));
    }
    return PT_OK;
}

pt_status score_rows(const struct prepare *p, const struct instance *m,
                     const struct prepare_rows *from, struct pool *pool, double *out,
                     struct pt_error *err)
{
    struct scoring s = {.p = p, .m = m, .from = from, .out = out};
    s.columns = mem_zero(p->n_inputs, sizeof *s.columns);
    if (s.columns == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory to score %zu rows", from->n);
    }
    pt_status status = prepare_bind(p, from->table, s.columns, err);
    if (status == PT_OK) {
        status = score_all(&s, pool, err);
    }
    mem_free(s.columns);
    return status;
}
