// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Passes over the rows. A row whose slack is not used up by the moves of the centres cannot have
// changed and is left out (bounds by the triangle inequality: Elkan 2003, Hamerly 2010, here kept
// as their difference); the result is the same with and without. Sums follow the rows that moved.
#include <string.h>

#include "kmeans.h"

pt_status kmeans_out_of_memory(const struct kmeans_fit *f)
{
    return pt_fail(f->host, f->err, PT_E_NO_MEMORY, NULL, "no memory for k-means over %llu rows",
                   (unsigned long long)f->n);
}

pt_status kmeans_row(const struct kmeans_fit *f, uint64_t row, const float **x)
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
        *x = (const float *)block.x + (row - block.first_row) * block.stride;
    }
    return status;
}

pt_status kmeans_take_row(const struct kmeans_fit *f, uint64_t row, double *to)
{
    const float *x = NULL;
    pt_status status = kmeans_row(f, row, &x);
    for (uint32_t j = 0; status == PT_OK && j < f->d; j++) {
        to[j] = (double)x[j];
    }
    return status;
}

pt_status kmeans_set_centres(struct kmeans_fit *f)
{
    if (!kmeans_centres_set(f->centres, &f->packed)) {
        return pt_fail(f->host, f->err, PT_E_NUMERIC, NULL,
                       "the values are too large for distances; scale them");
    }
    return PT_OK;
}

// Rows of a chunk that may have changed, in order.
static uint32_t spend_slack(const struct kmeans_fit *f, uint64_t first, uint32_t n, uint16_t *take)
{
    const uint16_t *nearest = f->nearest + first;
    const float *step = f->step;
    float *slack = f->slack + first;
    uint32_t n_take = 0;
    for (uint32_t i = 0; i < n; i++) {
        float left = slack[i];
        left -= step[nearest[i]] + left * 0x1p-22F; // and the rounding
        slack[i] = left;
        take[n_take] = (uint16_t)i;
        n_take += !(left > 0);
    }
    return n_take;
}

static void add_row(const float *restrict x, uint32_t d, double *restrict sum)
{
    for (uint32_t j = 0; j < d; j++) {
        sum[j] += (double)x[j];
    }
}

static void take_row(const float *restrict x, uint32_t d, double *restrict sum)
{
    for (uint32_t j = 0; j < d; j++) {
        sum[j] -= (double)x[j];
    }
}

static void move_row(const struct kmeans_fit *f, const float *x, uint16_t from, uint16_t to,
                     double *state)
{
    double *sizes = state + KMEANS_STATE_SIZES;
    double *sums = sizes + f->k;
    state[KMEANS_STATE_MOVED] += 1;
    sizes[to] += 1;
    add_row(x, f->d, sums + (uint64_t)to * f->d);
    if (from != KMEANS_NO_CENTRE) {
        sizes[from] -= 1;
        take_row(x, f->d, sums + (uint64_t)from * f->d);
    }
}

// What a worker needs for a chunk.
struct work {
    struct kmeans_lead lead;
    uint16_t take[KMEANS_CHUNK];
    double squared[KMEANS_CHUNK];
    float tile[]; // KMEANS_TILE_MAX * d
};

static struct work *work_of(const struct kmeans_fit *f)
{
    uint64_t tile = (uint64_t)KMEANS_TILE_MAX * f->d * sizeof(float);
    struct work *w = pt_mem_array(f->host, 1, sizeof *w + tile);
    if (w != NULL) {
        w->lead.has_slack = f->slack != NULL;
    }
    return w;
}

static void assign_chunk(const struct kmeans_fit *f, struct kmeans_rows rows, uint64_t first,
                         struct work *w, double *state)
{
    if (f->has_steps) {
        uint32_t n_take = spend_slack(f, first, rows.n, w->take);
        // Few are gathered one by one; most of them are read in a row with the rest.
        if (n_take <= rows.n - rows.n / 4) {
            rows.take = w->take;
            rows.n = n_take;
        }
    }
    state[KMEANS_STATE_COMPUTED] += rows.n;
    f->kernel->nearest(&rows, &f->packed, w->tile, &w->lead);
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t at = rows.take == NULL ? i : rows.take[i];
        uint16_t *nearest = &f->nearest[first + at];
        uint16_t centre = (uint16_t)w->lead.centre[i];
        if (centre != *nearest) {
            move_row(f, rows.x + at * rows.stride, *nearest, centre, state);
            *nearest = centre;
        }
        if (f->slack != NULL) {
            f->slack[first + at] = w->lead.slack[i];
        }
    }
}

static void measure_chunk(const struct kmeans_fit *f, struct kmeans_rows rows, uint64_t first,
                          struct work *w, double *state)
{
    kmeans_distances(&rows, f->centres, f->d, f->nearest + first, w->squared);
    for (uint32_t i = 0; i < rows.n; i++) {
        state[0] += w->squared[i];
    }
    for (uint32_t i = 0; f->distance != NULL && i < rows.n; i++) {
        f->distance[first + i] = (float)w->squared[i];
    }
}

typedef void (*chunk_fn)(const struct kmeans_fit *f, struct kmeans_rows rows, uint64_t first,
                         struct work *w, double *state);

static pt_status each_chunk(const struct kmeans_fit *f, uint64_t begin, uint64_t end, chunk_fn fn,
                            double *state, pt_error *err)
{
    struct work *w = work_of(f);
    if (w == NULL) {
        return pt_fail(f->host, err, PT_E_NO_MEMORY, NULL, "no memory for a tile of rows");
    }
    pt_status status = PT_OK;
    for (uint64_t b = begin; b < end && status == PT_OK; b++) {
        pt_block block = {.struct_size = sizeof block};
        status = f->data->block(f->data->ctx, (uint32_t)b, &block, err);
        for (uint64_t i = 0; status == PT_OK && i < block.rows; i += KMEANS_CHUNK) {
            struct kmeans_rows rows = {
                .x = (const float *)block.x + i * block.stride,
                .stride = block.stride,
                .n = (uint32_t)(block.rows - i < KMEANS_CHUNK ? block.rows - i : KMEANS_CHUNK),
            };
            fn(f, rows, block.first_row + i, w, state);
        }
    }
    pt_mem_free(f->host, w);
    return status;
}

static pt_status map_assign(const void *arg, uint64_t begin, uint64_t end, void *state,
                            pt_error *err)
{
    return each_chunk(arg, begin, end, assign_chunk, state, err);
}

static pt_status map_measure(const void *arg, uint64_t begin, uint64_t end, void *state,
                             pt_error *err)
{
    return each_chunk(arg, begin, end, measure_chunk, state, err);
}

static uint64_t state_length(const struct kmeans_fit *f)
{
    return KMEANS_STATE_SIZES + f->k + (uint64_t)f->k * f->d;
}

static void add_states(const void *arg, void *into, const void *from)
{
    uint64_t n = state_length(arg);
    for (uint64_t i = 0; i < n; i++) {
        ((double *)into)[i] += ((const double *)from)[i];
    }
}

static void add_inertia(const void *arg, void *into, const void *from)
{
    (void)arg;
    *(double *)into += *(const double *)from;
}

pt_status kmeans_assign(struct kmeans_fit *f)
{
    pt_status status = kmeans_set_centres(f);
    if (status == PT_OK) {
        status = f->run->map_reduce(f->run, f->data->n_blocks, state_length(f) * sizeof(double),
                                    map_assign, add_states, f, f->state, f->err);
    }
    const double *sizes = f->state + KMEANS_STATE_SIZES;
    const double *sums = sizes + f->k;
    for (uint32_t c = 0; status == PT_OK && c < f->k; c++) {
        f->sizes[c] += sizes[c];
        for (uint32_t j = 0; j < f->d; j++) {
            uint64_t at = (uint64_t)c * f->d + j;
            f->sums[at] = f->sizes[c] > 0 ? f->sums[at] + sums[at] : 0;
        }
    }
    return status;
}

pt_status kmeans_measure(struct kmeans_fit *f)
{
    return f->run->map_reduce(f->run, f->data->n_blocks, sizeof f->inertia, map_measure,
                              add_inertia, f, &f->inertia, f->err);
}

pt_status kmeans_want_distance(struct kmeans_fit *f)
{
    if (f->distance == NULL) {
        f->distance = f->run->scratch(f->run, f->n * sizeof *f->distance);
    }
    return f->distance == NULL ? kmeans_out_of_memory(f) : PT_OK;
}
