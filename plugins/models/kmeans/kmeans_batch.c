// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Mini-batch k-means (Sculley 2010, "Web-scale k-means clustering"): a round draws `batch` rows,
// gives each to its nearest centre, and moves the centre towards it at the rate 1 / (rows it ever
// got). Those steps add up to the mean of all rows the centre was ever given, which is kept here.
#include <stdlib.h>
#include <string.h>

#include "kmeans.h"

#define STREAM 0x626174636800000U

struct batch {
    struct kmeans_fit *f;
    uint64_t *rows; // in order
    uint64_t n;
    float *x; // n * d
    float *tile;
    struct kmeans_lead lead;
};

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

// Rows in order, so that each block is asked for once.
static pt_status draw(struct batch *b, uint64_t stream)
{
    struct kmeans_fit *f = b->f;
    for (uint64_t i = 0; i < b->n; i++) {
        double u = kmeans_uniform(f->run->random(f->run, stream, i));
        uint64_t row = (uint64_t)(u * (double)f->n);
        b->rows[i] = row < f->n ? row : f->n - 1;
    }
    qsort(b->rows, b->n, sizeof *b->rows, by_number);
    pt_block block = {.struct_size = sizeof block};
    uint32_t at = 0;
    for (uint64_t i = 0; i < b->n; i++) {
        while (at + 1 < f->data->n_blocks && f->first_row[at + 1] <= b->rows[i]) {
            at++;
        }
        if (i == 0 || b->rows[i] >= block.first_row + block.rows) {
            pt_status status = f->data->block(f->data->ctx, at, &block, f->err);
            if (status != PT_OK) {
                return status;
            }
        }
        const float *x = (const float *)block.x + (b->rows[i] - block.first_row) * block.stride;
        memcpy(b->x + i * f->d, x, f->d * sizeof *x);
    }
    return PT_OK;
}

static double move_centre(struct kmeans_fit *f, uint32_t c)
{
    double shift = 0;
    for (uint32_t j = 0; j < f->d && f->sizes[c] > 0; j++) {
        uint64_t at = (uint64_t)c * f->d + j;
        double mean = f->sums[at] / f->sizes[c];
        shift += (mean - f->centres[at]) * (mean - f->centres[at]);
        f->centres[at] = mean;
    }
    return shift;
}

// Gives the batch's rows to the centres and moves those. *shift: the sum of squared moves.
static pt_status take_batch(struct batch *b, double *shift)
{
    struct kmeans_fit *f = b->f;
    pt_status status = kmeans_set_centres(f);
    for (uint64_t i = 0; status == PT_OK && i < b->n; i += KMEANS_CHUNK) {
        uint64_t n = b->n - i < KMEANS_CHUNK ? b->n - i : KMEANS_CHUNK;
        struct kmeans_rows rows = {b->x + i * f->d, f->d, (uint32_t)n, NULL};
        f->kernel->nearest(&rows, &f->packed, b->tile, &b->lead);
        for (uint64_t r = 0; r < n; r++) {
            uint32_t c = b->lead.centre[r];
            f->sizes[c] += 1;
            for (uint32_t j = 0; j < f->d; j++) {
                f->sums[(uint64_t)c * f->d + j] += (double)rows.x[r * f->d + j];
            }
        }
    }
    *shift = 0;
    for (uint32_t c = 0; status == PT_OK && c < f->k; c++) {
        *shift += move_centre(f, c);
    }
    return status;
}

static pt_status run_batches(struct batch *b, uint64_t restart, uint64_t *rounds,
                             uint8_t *has_converged)
{
    struct kmeans_fit *f = b->f;
    uint64_t most = (uint64_t)f->config->rounds;
    pt_status status = PT_OK;
    *has_converged = 0;
    for (*rounds = 0; status == PT_OK && *rounds < most && *has_converged == 0; (*rounds)++) {
        double shift = 0;
        if (f->run->cancelled(f->run) != 0) {
            return pt_fail(f->host, f->err, PT_E_CANCELLED, NULL, "stopped");
        }
        status = draw(b, STREAM + (restart << 20) + *rounds);
        if (status == PT_OK) {
            status = take_batch(b, &shift);
        }
        *has_converged = f->shift_limit > 0 && shift <= f->shift_limit;
    }
    return status;
}

pt_status kmeans_batches(struct kmeans_fit *f, uint64_t restart, uint64_t *rounds,
                         uint8_t *has_converged)
{
    struct batch *b = pt_mem_zero(f->host, 1, sizeof *b);
    if (b == NULL) {
        return kmeans_out_of_memory(f);
    }
    b->f = f;
    b->n = (uint64_t)f->config->batch < f->n ? (uint64_t)f->config->batch : f->n;
    b->rows = pt_mem_array(f->host, b->n, sizeof *b->rows);
    b->x = pt_mem_array(f->host, b->n * f->d, sizeof *b->x);
    b->tile = pt_mem_array(f->host, (uint64_t)KMEANS_TILE_MAX * f->d, sizeof *b->tile);
    pt_status status = PT_OK;
    if (b->rows == NULL || b->x == NULL || b->tile == NULL) {
        status = kmeans_out_of_memory(f);
    } else {
        status = run_batches(b, restart, rounds, has_converged);
    }
    pt_mem_free(f->host, b->rows);
    pt_mem_free(f->host, b->x);
    pt_mem_free(f->host, b->tile);
    pt_mem_free(f->host, b);
    return status;
}
