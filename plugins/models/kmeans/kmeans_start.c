// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// First centres: greedy k-means++ (Arthur and Vassilvitskii 2007, section 3 and its remark on
// several candidates a step), rows spread evenly over the table, or rows that were named.
#include <math.h>
#include <string.h>

#include "kmeans.h"

#define CANDIDATES_MAX 16

// Squared distances of all rows to the nearest centre so far lie in f->distance.
struct seeding {
    struct kmeans_fit *f;
    double *block_sums; // of f->distance, by block
    double *candidates; // n_candidates * d
    uint32_t n_candidates;
    const double *centre; // the one to take into f->distance
};

double kmeans_uniform(uint64_t bits)
{
    return (double)(bits >> 11) * 0x1p-53;
}

// Lowers the distances by a new centre and sums them by block, each in row order.
static pt_status lower_blocks(void *arg, uint64_t begin, uint64_t end, pt_error *err)
{
    const struct seeding *s = arg;
    const struct kmeans_fit *f = s->f;
    double squared[KMEANS_CHUNK];
    for (uint64_t b = begin; b < end; b++) {
        pt_block block = {.struct_size = sizeof block};
        pt_status status = f->data->block(f->data->ctx, (uint32_t)b, &block, err);
        if (status != PT_OK) {
            return status;
        }
        double sum = 0;
        for (uint64_t i = 0; i < block.rows; i += KMEANS_CHUNK) {
            uint64_t n = block.rows - i < KMEANS_CHUNK ? block.rows - i : KMEANS_CHUNK;
            struct kmeans_rows rows = {(const float *)block.x + i * block.stride, block.stride,
                                       (uint32_t)n, NULL};
            float *nearest = f->distance + block.first_row + i;
            kmeans_distances(&rows, s->centre, f->d, NULL, squared);
            for (uint64_t r = 0; r < n; r++) {
                float distance = (float)squared[r];
                nearest[r] = distance < nearest[r] ? distance : nearest[r];
                sum += (double)nearest[r];
            }
        }
        s->block_sums[b] = sum;
    }
    return PT_OK;
}

pt_status kmeans_lower(struct kmeans_fit *f, const double *centre, double *block_sums)
{
    struct seeding s = {.f = f, .block_sums = block_sums, .centre = centre};
    return f->run->parallel_for(f->run, f->data->n_blocks, 1, lower_blocks, &s, f->err);
}

static void try_chunk(const struct seeding *s, const struct kmeans_rows *rows, uint64_t first,
                      double *sums)
{
    double squared[KMEANS_CHUNK];
    for (uint32_t c = 0; c < s->n_candidates; c++) {
        kmeans_distances(rows, s->candidates + (uint64_t)c * s->f->d, s->f->d, NULL, squared);
        for (uint32_t i = 0; i < rows->n; i++) {
            double nearest = (double)s->f->distance[first + i];
            sums[c] += squared[i] < nearest ? squared[i] : nearest;
        }
    }
}

// What the sum of distances would be with each candidate.
static pt_status try_blocks(const void *arg, uint64_t begin, uint64_t end, void *state,
                            pt_error *err)
{
    const struct seeding *s = arg;
    const struct kmeans_fit *f = s->f;
    for (uint64_t b = begin; b < end; b++) {
        pt_block block = {.struct_size = sizeof block};
        pt_status status = f->data->block(f->data->ctx, (uint32_t)b, &block, err);
        if (status != PT_OK) {
            return status;
        }
        for (uint64_t i = 0; i < block.rows; i += KMEANS_CHUNK) {
            uint64_t n = block.rows - i < KMEANS_CHUNK ? block.rows - i : KMEANS_CHUNK;
            struct kmeans_rows rows = {(const float *)block.x + i * block.stride, block.stride,
                                       (uint32_t)n, NULL};
            try_chunk(s, &rows, block.first_row + i, state);
        }
    }
    return PT_OK;
}

static void add_sums(const void *arg, void *into, const void *from)
{
    const struct seeding *s = arg;
    for (uint32_t c = 0; c < s->n_candidates; c++) {
        ((double *)into)[c] += ((const double *)from)[c];
    }
}

// A row with odds in proportion to its distance: first the block, then the row.
static uint64_t draw_row(const struct seeding *s, double u)
{
    const struct kmeans_fit *f = s->f;
    double total = 0;
    for (uint32_t b = 0; b < f->data->n_blocks; b++) {
        total += s->block_sums[b];
    }
    double left = u * total;
    uint32_t block = 0;
    while (block + 1 < f->data->n_blocks && left >= s->block_sums[block]) {
        left -= s->block_sums[block];
        block++;
    }
    uint64_t row = f->first_row[block];
    uint64_t end = block + 1 < f->data->n_blocks ? f->first_row[block + 1] : f->n;
    uint64_t last = row; // with a distance above 0
    for (; row < end; row++) {
        double distance = (double)f->distance[row];
        if (distance > 0) {
            last = row;
            if (left < distance) {
                break;
            }
            left -= distance;
        }
    }
    return last;
}

static pt_status choose_next(struct seeding *s, uint64_t stream, uint64_t *index, double *centre)
{
    struct kmeans_fit *f = s->f;
    for (uint32_t c = 0; c < s->n_candidates; c++) {
        double u = kmeans_uniform(f->run->random(f->run, stream, (*index)++));
        pt_status status = kmeans_take_row(f, draw_row(s, u), s->candidates + (uint64_t)c * f->d);
        if (status != PT_OK) {
            return status;
        }
    }
    double sums[CANDIDATES_MAX];
    pt_status status = f->run->map_reduce(f->run, f->data->n_blocks, s->n_candidates * sizeof *sums,
                                          try_blocks, add_sums, s, sums, f->err);
    uint32_t best = 0;
    for (uint32_t c = 1; c < s->n_candidates; c++) {
        best = sums[c] < sums[best] ? c : best;
    }
    memcpy(centre, s->candidates + (uint64_t)best * f->d, f->d * sizeof *centre);
    return status;
}

static pt_status start_plusplus(struct kmeans_fit *f, uint64_t restart)
{
    struct seeding s = {.f = f, .n_candidates = 2 + (uint32_t)log(f->k)};
    s.block_sums = pt_mem_array(f->host, f->data->n_blocks, sizeof *s.block_sums);
    s.candidates = pt_mem_array(f->host, (uint64_t)s.n_candidates * f->d, sizeof *s.candidates);
    pt_status status = kmeans_want_distance(f);
    if (s.block_sums == NULL || s.candidates == NULL) {
        status = kmeans_out_of_memory(f);
    }
    uint64_t index = 0;
    if (status == PT_OK) {
        double u = kmeans_uniform(f->run->random(f->run, restart, index++));
        uint64_t first = (uint64_t)(u * (double)f->n);
        status = kmeans_take_row(f, first < f->n ? first : f->n - 1, f->centres);
    }
    for (uint64_t i = 0; status == PT_OK && i < f->n; i++) {
        f->distance[i] = INFINITY;
    }
    for (uint32_t c = 1; status == PT_OK && c < f->k; c++) {
        status = kmeans_lower(f, f->centres + (uint64_t)(c - 1) * f->d, s.block_sums);
        if (status == PT_OK) {
            status = choose_next(&s, restart, &index, f->centres + (uint64_t)c * f->d);
        }
    }
    pt_mem_free(f->host, s.block_sums);
    pt_mem_free(f->host, s.candidates);
    return status;
}

static pt_status start_spread(struct kmeans_fit *f)
{
    pt_status status = PT_OK;
    for (uint32_t c = 0; status == PT_OK && c < f->k; c++) {
        status = kmeans_take_row(f, c * f->n / f->k, f->centres + (uint64_t)c * f->d);
    }
    return status;
}

static pt_status start_rows(struct kmeans_fit *f)
{
    const int64_t *rows = f->config->rows.items;
    for (uint32_t c = 0; c < f->k; c++) {
        if (rows[c] < 0 || (uint64_t)rows[c] >= f->n) {
            return pt_fail(f->host, f->err, PT_E_CONFIG, "rows",
                           "row %lld does not exist; there are %llu to learn from",
                           (long long)rows[c], (unsigned long long)f->n);
        }
        pt_status status = kmeans_take_row(f, (uint64_t)rows[c], f->centres + (uint64_t)c * f->d);
        if (status != PT_OK) {
            return status;
        }
    }
    return PT_OK;
}

pt_status kmeans_start(struct kmeans_fit *f, uint64_t restart)
{
    switch (f->config->start) {
    case KMEANS_START_SPREAD:
        return start_spread(f);
    case KMEANS_START_ROWS:
        return start_rows(f);
    case KMEANS_START_PARALLEL:
        return kmeans_start_parallel(f, restart);
    default:
        return start_plusplus(f, restart);
    }
}
