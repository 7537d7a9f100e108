// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The drift reference in a model file. Nothing read is trusted.
#include "drift.h"

#define REFERENCE_BYTES 20 // least bytes of one reference: cuts and two counts

static bool put_reference(const struct drift_reference *r, struct str *out)
{
    flat_put_u32(out, r->n_cuts);
    for (uint32_t i = 0; i < r->n_cuts; i++) {
        if (r->levels != NULL) {
            flat_put_u32(out, r->levels[i]);
        } else {
            flat_put_f64(out, r->edges[i]);
        }
    }
    for (uint32_t i = 0; i < r->n_cuts + 2; i++) {
        flat_put_u64(out, r->counts[i]);
    }
    return !out->failed;
}

bool drift_put(const struct drift_references *r, struct str *out)
{
    flat_put_u64(out, r->rows);
    flat_put_u64(out, r->score_rows);
    flat_put_u8(out, (uint8_t)r->source);
    put_reference(&r->score, out);
    for (size_t i = 0; i < r->n_inputs; i++) {
        put_reference(&r->inputs[i], out);
    }
    return !out->failed;
}

static pt_status damaged(struct pt_error *err)
{
    return error_set(err, PT_E_DATA, "not a model file, or a damaged one (drift)");
}

static pt_status no_memory(struct pt_error *err)
{
    return error_set(err, PT_E_NO_MEMORY, "no memory for a model file");
}

static pt_status read_edges(struct flat_reader *r, struct arena *a, struct drift_reference *out,
                            struct pt_error *err)
{
    if (out->n_cuts > DRIFT_EDGES) {
        return damaged(err);
    }
    out->edges = arena_zero(a, out->n_cuts, sizeof *out->edges);
    if (out->edges == NULL) {
        return no_memory(err);
    }
    for (uint32_t i = 0; i < out->n_cuts; i++) {
        out->edges[i] = flat_f64(r);
        if (r->failed || (i > 0 && out->edges[i] <= out->edges[i - 1])) {
            return damaged(err);
        }
    }
    return PT_OK;
}

static pt_status read_levels(struct flat_reader *r, struct arena *a, uint32_t n_levels,
                             struct drift_reference *out, struct pt_error *err)
{
    if (out->n_cuts > DRIFT_LEVELS) {
        return damaged(err);
    }
    out->levels = arena_zero(a, out->n_cuts, sizeof *out->levels);
    if (out->levels == NULL) {
        return no_memory(err);
    }
    for (uint32_t i = 0; i < out->n_cuts; i++) {
        out->levels[i] = flat_u32(r);
        bool is_rising = i == 0 || out->levels[i] > out->levels[i - 1];
        if (r->failed || out->levels[i] >= n_levels || !is_rising) {
            return damaged(err);
        }
    }
    return PT_OK;
}

// They add up to the rows.
static pt_status read_counts(struct flat_reader *r, struct arena *a, uint64_t rows,
                             struct drift_reference *out, struct pt_error *err)
{
    out->counts = arena_zero(a, (size_t)out->n_cuts + 2, sizeof *out->counts);
    if (out->counts == NULL) {
        return no_memory(err);
    }
    for (uint32_t i = 0; i < out->n_cuts + 2; i++) {
        out->counts[i] = flat_u64(r);
        if (r->failed || out->counts[i] > rows) {
            return damaged(err);
        }
        rows -= out->counts[i];
    }
    return rows == 0 ? PT_OK : damaged(err);
}

// `in` NULL = the score.
static pt_status read_reference(struct flat_reader *r, struct drift_references *all,
                                const struct prepare_input *in, struct drift_reference *out,
                                struct pt_error *err)
{
    out->n_cuts = flat_u32(r);
    if (r->failed) {
        return damaged(err);
    }
    if (in != NULL && in->type == VEC_STR) {
        TRY(read_levels(r, &all->arena, in->n_levels, out, err));
    } else {
        TRY(read_edges(r, &all->arena, out, err));
    }
    return read_counts(r, &all->arena, in == NULL ? all->score_rows : all->rows, out, err);
}

static pt_status read_all(struct flat_reader *r, const struct prepare *p,
                          struct drift_references *out, struct pt_error *err)
{
    out->rows = flat_u64(r);
    out->score_rows = flat_u64(r);
    out->source = (enum drift_source)flat_u8(r, DRIFT_TRAINING_ROWS);
    out->n_inputs = p->n_inputs;
    if (r->failed || out->rows == 0 || out->score_rows == 0 ||
        r->left.n / REFERENCE_BYTES < p->n_inputs) {
        return damaged(err);
    }
    out->inputs = arena_zero(&out->arena, p->n_inputs, sizeof *out->inputs);
    if (out->inputs == NULL) {
        return no_memory(err);
    }
    TRY(read_reference(r, out, NULL, &out->score, err));
    for (size_t i = 0; i < p->n_inputs; i++) {
        TRY(read_reference(r, out, &p->inputs[i], &out->inputs[i], err));
    }
    return PT_OK;
}

pt_status drift_read(struct flat_reader *r, const struct prepare *p, struct drift_references *out,
                     struct pt_error *err)
{
    struct drift_references read = {0};
    pt_status status = read_all(r, p, &read, err);
    if (status != PT_OK) {
        drift_references_release(&read);
        return status;
    }
    *out = read;
    return PT_OK;
}
