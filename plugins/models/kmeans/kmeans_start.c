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

static double uniform(uint64_t bits)
{
    return (double)(bits >> 11) * 0x1p-53;
}

static pt_status take_row(const struct kmeans_fit *f, uint64_t row, double *to)
{
    const double *x = NULL;
    pt_status status = kmeans_row(f, row, &x);
    if (status == PT_OK) {
        memcpy(to, x, f->d * sizeof *to);
    }
    return status;
}

// Lowers the distances by a new centre and sums them by block, each in row order.
static pt_status lower_blocks(void *arg, uint64_t begin, uint64_t end, pt_error *err)
{
    const struct seeding *s = arg;
    const struct kmeans_fit *f = s->f;
    for (uint64_t b = begin; b < end; b++) {
        pt_block block = {.struct_size = sizeof block};
        pt_status status = f->data->block(f->data->ctx, (uint32_t)b, &block, err);
        if (status != PT_OK) {
            return status;
        }
        double sum = 0;
        for (uint64_t i = 0; i < block.rows; i++) {
            double *nearest = &f->distance[block.first_row + i];
            const double *x = (const double *)block.x + i * block.stride;
            double distance = kmeans_distance(x, s->centre, f->d);
            *nearest = distance < *nearest ? distance : *nearest;
            sum += *nearest;
        }
        s->block_sums[b] = sum;
    }
    return PT_OK;
}

// What the sum of distances would be with each candidate.
static pt_status try_blocks(void *arg, uint64_t begin, uint64_t end, void *state, pt_error *err)
{
    const struct seeding *s = arg;
    const struct kmeans_fit *f = s->f;
    double *sums = state;
    for (uint64_t b = begin; b < end; b++) {
        pt_block block = {.struct_size = sizeof block};
        pt_status status = f->data->block(f->data->ctx, (uint32_t)b, &block, err);
        if (status != PT_OK) {
            return status;
        }
        for (uint64_t i = 0; i < block.rows; i++) {
            const double *x = (const double *)block.x + i * block.stride;
            double nearest = f->distance[block.first_row + i];
            for (uint32_t c = 0; c < s->n_candidates; c++) {
                double distance = kmeans_distance(x, s->candidates + (uint64_t)c * f->d, f->d);
                sums[c] += distance < nearest ? distance : nearest;
            }
        }
    }
    return PT_OK;
}

static void add_sums(void *arg, void *into, const void *from)
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
        if (f->distance[row] > 0) {
            last = row;
            if (left < f->distance[row]) {
                break;
            }
            left -= f->distance[row];
        }
    }
    return last;
}

static pt_status choose_next(struct seeding *s, uint64_t stream, uint64_t *index, double *centre)
{
    struct kmeans_fit *f = s->f;
    for (uint32_t c = 0; c < s->n_candidates; c++) {
        double u = uniform(f->run->random(f->run, stream, (*index)++));
        pt_status status = take_row(f, draw_row(s, u), s->candidates + (uint64_t)c * f->d);
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
    s.block_sums = f->run->scratch(f->run, f->data->n_blocks * sizeof *s.block_sums);
    s.candidates = f->run->scratch(f->run, (uint64_t)s.n_candidates * f->d * sizeof *s.candidates);
    if (s.block_sums == NULL || s.candidates == NULL) {
        return kmeans_out_of_memory(f);
    }
    uint64_t index = 0;
    uint64_t first = (uint64_t)(uniform(f->run->random(f->run, restart, index++)) * (double)f->n);
    pt_status status = take_row(f, first < f->n ? first : f->n - 1, f->centres);
    for (uint64_t i = 0; i < f->n; i++) {
        f->distance[i] = INFINITY;
    }
    for (uint32_t c = 1; status == PT_OK && c < f->k; c++) {
        s.centre = f->centres + (uint64_t)(c - 1) * f->d;
        status = f->run->parallel_for(f->run, f->data->n_blocks, 1, lower_blocks, &s, f->err);
        if (status == PT_OK) {
            status = choose_next(&s, restart, &index, f->centres + (uint64_t)c * f->d);
        }
    }
    return status;
}

static pt_status start_spread(struct kmeans_fit *f)
{
    pt_status status = PT_OK;
    for (uint32_t c = 0; status == PT_OK && c < f->k; c++) {
        status = take_row(f, c * f->n / f->k, f->centres + (uint64_t)c * f->d);
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
        pt_status status = take_row(f, (uint64_t)rows[c], f->centres + (uint64_t)c * f->d);
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
    default:
        return start_plusplus(f, restart);
    }
}
