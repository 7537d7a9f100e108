// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Lloyd's rounds. Empty-cluster rule: a centre that lost all its rows moves to the row farthest
// from its own centre (the lowest of equals), which leaves its cluster; several empty centres, in
// order, take the farthest rows in order. When no row is away from its centre, they stay.
#include <math.h>
#include <string.h>

#include "kmeans.h"

#define CHUNK_ROWS 512 // of one call of the kernel: its results stay in the nearest cache

pt_status kmeans_out_of_memory(const struct kmeans_fit *f)
{
    return pt_fail(f->host, f->err, PT_E_NO_MEMORY, NULL, "no memory for k-means over %llu rows",
                   (unsigned long long)f->n);
}

pt_status kmeans_row(const struct kmeans_fit *f, uint64_t row, const double **out)
{
    uint32_t low = 0;
    uint32_t high = f->data->n_blocks;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (f->first_row[middle] <= row) {
            low = middle;
        } else {
            high = middle;
        }
    }
    pt_block block = {.struct_size = sizeof block};
    pt_status status = f->data->block(f->data->ctx, low, &block, f->err);
    if (status == PT_OK) {
        *out = (const double *)block.x + (row - block.first_row) * block.stride;
    }
    return status;
}

static void add_rows(const struct kmeans_fit *f, const struct kmeans_rows *rows,
                     const uint32_t *nearest, double *state)
{
    double *sizes = state + KMEANS_STATE_SIZES;
    double *sums = sizes + f->k;
    for (uint64_t i = 0; i < rows->n; i++) {
        const double *x = rows->x + i * rows->stride;
        double *sum = sums + (uint64_t)nearest[i] * f->d;
        sizes[nearest[i]] += 1;
        for (uint32_t j = 0; j < f->d; j++) {
            sum[j] += x[j];
        }
    }
}

static void map_rows(const struct kmeans_fit *f, const struct kmeans_rows *rows, uint64_t first,
                     double *state)
{
    uint32_t nearest[CHUNK_ROWS];
    kmeans_nearest(rows, &f->turned, nearest, f->distance + first);
    for (uint64_t i = 0; i < rows->n; i++) {
        state[KMEANS_STATE_MOVED] += nearest[i] != f->nearest[first + i];
        state[KMEANS_STATE_INERTIA] += f->distance[first + i];
        f->nearest[first + i] = nearest[i];
    }
    add_rows(f, rows, nearest, state);
}

static pt_status map_blocks(void *arg, uint64_t begin, uint64_t end, void *state, pt_error *err)
{
    const struct kmeans_fit *f = arg;
    for (uint64_t b = begin; b < end; b++) {
        pt_block block = {.struct_size = sizeof block};
        pt_status status = f->data->block(f->data->ctx, (uint32_t)b, &block, err);
        if (status != PT_OK) {
            return status;
        }
        for (uint64_t i = 0; i < block.rows; i += CHUNK_ROWS) {
            struct kmeans_rows rows = {
                .x = (const double *)block.x + i * block.stride,
                .stride = block.stride,
                .n = block.rows - i < CHUNK_ROWS ? block.rows - i : CHUNK_ROWS,
            };
            map_rows(f, &rows, block.first_row + i, state);
        }
    }
    return PT_OK;
}

static uint64_t state_length(const struct kmeans_fit *f)
{
    return KMEANS_STATE_SIZES + f->k + (uint64_t)f->k * f->d;
}

static void combine(void *arg, void *into, const void *from)
{
    const struct kmeans_fit *f = arg;
    double *to = into;
    const double *add = from;
    uint64_t n = state_length(f);
    for (uint64_t i = 0; i < n; i++) {
        to[i] += add[i];
    }
}

// Every row goes to its nearest centre.
static pt_status assign(struct kmeans_fit *f)
{
    kmeans_turn(f->centres, &f->turned);
    return f->run->map_reduce(f->run, f->data->n_blocks, state_length(f) * sizeof(double),
                              map_blocks, combine, f, f->state, f->err);
}

static uint64_t farthest_row(const struct kmeans_fit *f)
{
    uint64_t best = 0;
    for (uint64_t i = 1; i < f->n; i++) {
        if (f->distance[i] > f->distance[best]) {
            best = i;
        }
    }
    return best;
}

static pt_status fill_centre(struct kmeans_fit *f, uint32_t centre, uint8_t *is_filled)
{
    double *sizes = f->state + KMEANS_STATE_SIZES;
    double *sums = sizes + f->k;
    uint64_t row = farthest_row(f);
    *is_filled = f->distance[row] > 0;
    if (*is_filled == 0) {
        return PT_OK;
    }
    const double *x = NULL;
    pt_status status = kmeans_row(f, row, &x);
    if (status != PT_OK) {
        return status;
    }
    uint32_t old = f->nearest[row];
    sizes[old] -= 1;
    sizes[centre] = 1;
    for (uint32_t j = 0; j < f->d; j++) {
        sums[(uint64_t)old * f->d + j] -= x[j];
        sums[(uint64_t)centre * f->d + j] = x[j];
    }
    f->nearest[row] = centre;
    f->distance[row] = 0;
    f->state[KMEANS_STATE_MOVED] += 1;
    return PT_OK;
}

// A row that leaves a cluster of one would empty it in turn; such a row has distance 0 once its
// centre is its mean, so this ends.
static pt_status fill_empty(struct kmeans_fit *f)
{
    const double *sizes = f->state + KMEANS_STATE_SIZES;
    uint8_t is_filled = 1;
    for (uint32_t c = 0; c < f->k && is_filled != 0; c++) {
        if (sizes[c] > 0) {
            continue;
        }
        pt_status status = fill_centre(f, c, &is_filled);
        if (status != PT_OK) {
            return status;
        }
    }
    return PT_OK;
}

// Centres become the means of their rows. Returns the sum of squared moves.
static double move_centres(struct kmeans_fit *f)
{
    const double *sizes = f->state + KMEANS_STATE_SIZES;
    const double *sums = sizes + f->k;
    double shift = 0;
    for (uint32_t c = 0; c < f->k; c++) {
        double *centre = f->centres + (uint64_t)c * f->d;
        for (uint32_t j = 0; j < f->d && sizes[c] > 0; j++) {
            double mean = sums[(uint64_t)c * f->d + j] / sizes[c];
            shift += (mean - centre[j]) * (mean - centre[j]);
            centre[j] = mean;
        }
    }
    return shift;
}

static void show_progress(const struct kmeans_fit *f, uint64_t round)
{
    pt_metric metrics[] = {
        {"round", (double)round},
        {"inertia", f->state[KMEANS_STATE_INERTIA]},
        {"moved", f->state[KMEANS_STATE_MOVED]},
    };
    f->run->progress(f->run, (double)round / (double)f->config->rounds, metrics, 3);
}

// Rounds from the given centres until nothing moves. The state then belongs to f->centres.
static pt_status run_rounds(struct kmeans_fit *f, uint64_t *rounds, uint8_t *has_converged)
{
    memset(f->nearest, 0xff, f->n * sizeof *f->nearest);
    *has_converged = 0;
    for (uint64_t round = 0;; round++) {
        pt_status status = assign(f);
        if (status != PT_OK) {
            return status;
        }
        show_progress(f, round);
        *rounds = round;
        if (f->state[KMEANS_STATE_MOVED] == 0 || *has_converged != 0) {
            *has_converged = 1;
            return PT_OK;
        }
        if (round == (uint64_t)f->config->rounds) {
            return PT_OK;
        }
        status = fill_empty(f);
        if (status != PT_OK) {
            return status;
        }
        double shift = move_centres(f);
        *has_converged = f->shift_limit > 0 && shift <= f->shift_limit;
    }
}

static void keep_result(const struct kmeans_fit *f, uint64_t rounds, uint8_t has_converged,
                        struct kmeans_result *out)
{
    memcpy(out->centres, f->centres, (uint64_t)f->k * f->d * sizeof *f->centres);
    for (uint32_t c = 0; c < f->k; c++) {
        out->sizes[c] = (uint64_t)f->state[KMEANS_STATE_SIZES + c];
    }
    out->inertia = f->state[KMEANS_STATE_INERTIA];
    out->rounds = rounds;
    out->has_converged = has_converged;
}

pt_status kmeans_learn(struct kmeans_fit *f, struct kmeans_result *out)
{
    uint64_t restarts =
        f->config->start == KMEANS_START_PLUSPLUS ? (uint64_t)f->config->restarts : 1;
    out->inertia = INFINITY;
    for (uint64_t restart = 0; restart < restarts; restart++) {
        uint64_t rounds = 0;
        uint8_t has_converged = 0;
        pt_status status = kmeans_start(f, restart);
        if (status == PT_OK) {
            status = run_rounds(f, &rounds, &has_converged);
        }
        if (status != PT_OK) {
            return status;
        }
        if (f->state[KMEANS_STATE_INERTIA] < out->inertia) {
            keep_result(f, rounds, has_converged, out);
        }
    }
    if (!isfinite(out->inertia)) {
        return pt_fail(f->host, f->err, PT_E_NUMERIC, NULL,
                       "the values are too large for distances; scale them");
    }
    return PT_OK;
}
