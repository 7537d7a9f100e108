// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Passes over the data of two classes, and what passes of any number of classes share.
#include <math.h>
#include <string.h>

#include "logreg.h"

#define TILED                                                                                      \
    96 // most weights whose curvature is added up in lanes; more go through the host's BLAS
#define ALIGNED 64

pt_status logreg_out_of_memory(const struct logreg_fit *f)
{
    return pt_fail(f->host, f->err, PT_E_NO_MEMORY, NULL,
                   "no memory for a logistic regression of %u columns", f->d);
}

pt_status logreg_block(const struct logreg_fit *f, uint64_t index, pt_block *out, pt_error *err)
{
    *out = (pt_block){.struct_size = sizeof *out};
    return f->data->block(f->data->ctx, (uint32_t)(index * f->block_step), out, err);
}

// Memory of one map: the lanes' sums, the margins, the labels.
struct work {
    void *memory;
    struct logreg_sums sums;
    struct logreg_labels labels;
    double *eta; // CHUNK
    uint64_t n_tiles;
};

static pt_status work_open(const struct logreg_fit *f, struct work *w, pt_error *err)
{
    uint32_t lanes = f->kernel->lanes;
    uint32_t tiles = logreg_tiles(f->p);
    uint64_t n_z = (uint64_t)tiles * LOGREG_TILE * LOGREG_CHUNK;
    uint64_t n_gradient = (uint64_t)f->p * lanes;
    *w = (struct work){0};
    if (f->wants_curvature != 0 && f->p <= TILED) {
        w->n_tiles = (uint64_t)tiles * (tiles + 1) / 2;
    }
    uint64_t n_curvature = w->n_tiles * LOGREG_TILE * LOGREG_TILE * lanes;
    uint64_t n = LOGREG_CHUNK + n_z + n_gradient + n_curvature + ALIGNED / sizeof(double);
    w->memory = pt_mem_zero(f->host, n, sizeof(double));
    if (w->memory == NULL) {
        return pt_fail(f->host, err, PT_E_NO_MEMORY, NULL, "no memory for %u columns", f->d);
    }
    uintptr_t at = ((uintptr_t)w->memory + ALIGNED - 1) / ALIGNED * ALIGNED;
    w->sums.z = (double *)at;
    w->eta = w->sums.z + n_z;
    w->sums.tiles = w->n_tiles == 0 ? NULL : w->eta + LOGREG_CHUNK;
    w->sums.gradient = w->eta + LOGREG_CHUNK + n_curvature;
    w->labels.weights[0] = f->class_weights[0];
    w->labels.weights[1] = f->class_weights[1];
    return PT_OK;
}

static double add_lanes(const double *from, uint32_t lanes)
{
    double sum = 0;
    for (uint32_t i = 0; i < lanes; i++) {
        sum += from[i];
    }
    return sum;
}

// The tiles' lanes into the lower triangle (columns first) of the state.
static void unfold_tiles(const struct logreg_fit *f, const struct work *w, double *curvature)
{
    uint32_t lanes = f->kernel->lanes;
    uint32_t n = logreg_tiles(f->p);
    const double *tile = w->sums.tiles;
    for (uint32_t at = 0, i = 0; i < n; i++) {
        for (uint32_t j = 0; j <= i; j++, at++) {
            for (uint32_t e = 0; e < LOGREG_TILE * LOGREG_TILE; e++, tile += lanes) {
                uint32_t row = i * LOGREG_TILE + e / LOGREG_TILE;
                uint32_t col = j * LOGREG_TILE + e % LOGREG_TILE;
                if (row < f->p && col <= row) {
                    curvature[(uint64_t)col * f->p + row] += add_lanes(tile, lanes);
                }
            }
        }
    }
}

static void close_sums(const struct logreg_fit *f, const struct work *w, double *state)
{
    double *gradient = state + LOGREG_GRADIENT;
    state[LOGREG_LOSS] += f->class_weights[0] * w->sums.losses[0];
    state[LOGREG_LOSS] += f->class_weights[1] * w->sums.losses[1];
    for (uint32_t j = 0; j < f->p; j++) {
        gradient[j] +=
            add_lanes(w->sums.gradient + (uint64_t)j * f->kernel->lanes, f->kernel->lanes);
    }
    if (w->sums.tiles != NULL) {
        unfold_tiles(f, w, gradient + f->p);
    }
}

static void add_block(const struct logreg_fit *f, const pt_block *block, struct work *w,
                      double *state)
{
    for (uint64_t i = 0; i < block->rows; i += LOGREG_CHUNK) {
        uint64_t left = block->rows - i;
        struct logreg_chunk c = {
            .x = (const double *)block->x + i,
            .stride = block->stride,
            .n_columns = f->d,
            .rows = (uint32_t)(left < LOGREG_CHUNK ? left : LOGREG_CHUNK),
        };
        w->labels.label = block->label + i;
        f->kernel->margins(&c, f->trial, w->eta);
        f->kernel->add(&c, &w->labels, w->eta, &w->sums);
        if (f->wants_curvature != 0 && w->sums.tiles == NULL) {
            int32_t p = (int32_t)f->p;
            f->run->blas->dsyrk('L', 'T', p, (int32_t)c.rows, 1, w->sums.z, LOGREG_CHUNK, 1,
                                state + LOGREG_GRADIENT + f->p, p);
        }
    }
}

pt_status logreg_map_two(const void *arg, uint64_t begin, uint64_t end, void *state, pt_error *err)
{
    const struct logreg_fit *f = arg;
    struct work w;
    pt_status status = work_open(f, &w, err);
    for (uint64_t b = begin; status == PT_OK && b < end; b++) {
        pt_block block;
        status = logreg_block(f, b, &block, err);
        if (status == PT_OK) {
            add_block(f, &block, &w, state);
        }
    }
    if (status == PT_OK) {
        close_sums(f, &w, state);
    }
    pt_mem_free(f->host, w.memory);
    return status;
}

static uint64_t state_length(const struct logreg_fit *f)
{
    return 1 + f->p + (f->wants_curvature != 0 ? (uint64_t)f->p * f->p : 0);
}

static void combine(const void *arg, void *into, const void *from)
{
    uint64_t n = state_length(arg);
    for (uint64_t i = 0; i < n; i++) {
        ((double *)into)[i] += ((const double *)from)[i];
    }
}

static void add_penalty(const struct logreg_fit *f)
{
    double *gradient = f->state + LOGREG_GRADIENT;
    double *curvature = gradient + f->p;
    double squares = 0;
    double sizes = 0;
    for (uint32_t j = 0; j < f->p; j++) {
        if (j % f->q == f->d) {
            continue;
        }
        squares += f->trial[j] * f->trial[j];
        sizes += fabs(f->trial[j]);
        gradient[j] += f->l2 * f->trial[j];
        if (f->wants_curvature != 0) {
            curvature[(uint64_t)j * f->p + j] += f->l2;
        }
    }
    f->state[LOGREG_LOSS] += f->l2 / 2 * squares + f->l1 * sizes;
}

// A constant column has nothing to say beside the intercept.
static void freeze_constant(const struct logreg_fit *f)
{
    double *gradient = f->state + LOGREG_GRADIENT;
    double *curvature = gradient + f->p;
    for (uint32_t j = 0; j < f->p; j++) {
        if (j % f->q == f->d || f->is_constant[j % f->q] == 0) {
            continue;
        }
        gradient[j] = 0;
        for (uint32_t i = 0; f->wants_curvature != 0 && i < f->p; i++) {
            curvature[(uint64_t)i * f->p + j] = 0;
            curvature[(uint64_t)j * f->p + i] = 0;
        }
        if (f->wants_curvature != 0) {
            curvature[(uint64_t)j * f->p + j] = 1;
        }
    }
}

// Predictors of several classes may all shift by the same without a change; where no penalty
// settles that, the shift is given a curvature of its own, so that steps leave it at zero.
static void settle_shift(const struct logreg_fit *f)
{
    double *curvature = logreg_curvature(f);
    for (uint32_t j = 0; j < f->q; j++) {
        if (j < f->d && (f->l2 > 0 || f->l1 > 0 || f->is_constant[j] != 0)) {
            continue;
        }
        double size = 0;
        for (uint32_t a = 0; a < f->k; a++) {
            uint64_t at = (uint64_t)a * f->q + j;
            size += curvature[at * f->p + at] / f->k;
        }
        for (uint32_t a = 0; a < f->k; a++) {
            for (uint32_t b = 0; b <= a; b++) {
                uint64_t row = (uint64_t)a * f->q + j;
                uint64_t column = (uint64_t)b * f->q + j;
                curvature[column * f->p + row] += size / f->k;
            }
        }
    }
}

pt_status logreg_pass(struct logreg_fit *f)
{
    uint64_t n = (f->data->n_blocks + (uint64_t)f->block_step - 1) / f->block_step;
    pt_map_fn map = f->k == 1 ? logreg_map_two : logreg_map_several;
    pt_status status = f->run->map_reduce(f->run, n, state_length(f) * sizeof(double), map, combine,
                                          f, f->state, f->err);
    if (status != PT_OK) {
        return status;
    }
    add_penalty(f);
    freeze_constant(f);
    if (f->k > 1 && f->wants_curvature != 0) {
        settle_shift(f);
    }
    return PT_OK;
}
