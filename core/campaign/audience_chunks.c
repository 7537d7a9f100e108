// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "audience_chunks.h"

#include "mem.h"

// Rows [begin, begin + n) of a vector, as a view.
static struct vec slice(const struct vec *v, size_t begin, size_t n)
{
    struct vec out = *v;
    out.n = n;
    if (v->is_const) {
        return out;
    }
    out.valid = v->valid == NULL ? NULL : v->valid + begin;
    out.b = v->b == NULL ? NULL : v->b + begin;
    out.i = v->i == NULL ? NULL : v->i + begin;
    out.f = v->f == NULL ? NULL : v->f + begin;
    if (v->codes != NULL) {
        out.codes = v->codes + begin;
    } else {
        out.s = v->s == NULL ? NULL : v->s + begin;
    }
    return out;
}

// Who takes the values of a chunk.
struct taker {
    audience_chunk_fn take;
    void *ctx;
};

static pt_status eval_chunks(const struct audience_people *people, const struct expr *e,
                             struct vec *views, struct expr_scratch *scratch, struct taker taker,
                             struct pt_error *err)
{
    size_t n_rows = people->table->n_rows;
    for (size_t begin = 0; begin < n_rows; begin += AUDIENCE_CHUNK_ROWS) {
        size_t n = n_rows - begin < AUDIENCE_CHUNK_ROWS ? n_rows - begin : AUDIENCE_CHUNK_ROWS;
        for (size_t i = 0; i < people->n_inputs; i++) {
            views[i] = slice(&people->inputs[i], begin, n);
        }
        expr_scratch_reset(scratch);
        struct vec values = {0};
        TRY(expr_eval(e, &(struct expr_rows){.inputs = views, .n = n}, scratch, &values, err));
        values.n = n;
        TRY(taker.take(taker.ctx, begin, &values, err));
    }
    return PT_OK;
}

pt_status audience_chunks_eval(const struct audience_people *people, const struct expr *e,
                               audience_chunk_fn take, void *ctx, struct pt_error *err)
{
    pt_status status = PT_E_NO_MEMORY;
    struct vec *views = mem_zero(people->n_inputs, sizeof *views);
    struct expr_scratch *scratch = expr_scratch_new();
    if (views == NULL || scratch == NULL) {
        error_set(err, status, "no memory to evaluate `%s`", expr_text(e));
        goto cleanup;
    }
    status = eval_chunks(people, e, views, scratch, (struct taker){take, ctx}, err);
cleanup:
    expr_scratch_free(scratch);
    mem_free(views);
    return status;
}
