// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// k-means|| (Bahmani et al. 2012, "Scalable k-means++"): in 5 rounds each row becomes a candidate
// by its own draw with odds 2k * distance^2 / sum; candidates weigh as much as the rows nearest to
// them, and weighted k-means++ makes k centres of them. Six passes, whatever k is.
#include <math.h>
#include <string.h>

#include "kmeans.h"

#define ROUNDS 5
#define STREAM 0x6b6d7c7c00000000U

struct pool_of {
    struct kmeans_fit *f;
    double *block_sums;
    double *centres; // n * d
    double *weights; // n
    double *nearest; // n: squared distance to the centres chosen of them
    uint64_t n;
    uint64_t capacity;
    uint64_t lowered; // how many are in f->distance
    uint64_t stream;
    double odds; // of a distance of 1
};

static pt_status add_candidate(struct pool_of *p, uint64_t row)
{
    struct kmeans_fit *f = p->f;
    if (!pt_mem_reserve(f->host, &p->centres, &p->capacity, p->n + 1, f->d * sizeof(double))) {
        return kmeans_out_of_memory(f);
    }
    return kmeans_take_row(f, row, p->centres + p->n++ * f->d);
}

static pt_status lower_all(struct pool_of *p)
{
    pt_status status = PT_OK;
    for (; p->lowered < p->n && status == PT_OK; p->lowered++) {
        status = kmeans_lower(p->f, p->centres + p->lowered * p->f->d, p->block_sums);
    }
    return status;
}

// Every row's own draw; f->nearest holds the marks.
static pt_status mark_rows(void *arg, uint64_t begin, uint64_t end, pt_error *err)
{
    const struct pool_of *p = arg;
    const struct kmeans_fit *f = p->f;
    (void)err;
    for (uint64_t i = begin; i < end; i++) {
        double u = kmeans_uniform(f->run->random(f->run, p->stream, i));
        f->nearest[i] = u < p->odds * (double)f->distance[i];
    }
    return PT_OK;
}

static pt_status draw_round(struct pool_of *p)
{
    struct kmeans_fit *f = p->f;
    pt_status status = lower_all(p);
    double total = 0;
    for (uint32_t b = 0; b < f->data->n_blocks; b++) {
        total += p->block_sums[b];
    }
    if (status != PT_OK || !(total > 0)) {
        return status;
    }
    p->odds = 2 * (double)f->k / total;
    p->stream++;
    status = f->run->parallel_for(f->run, f->n, 1 << 14, mark_rows, p, f->err);
    for (uint64_t i = 0; status == PT_OK && i < f->n; i++) {
        if (f->nearest[i] != 0) {
            status = add_candidate(p, i);
        }
    }
    return status;
}

static double squared_gap(const double *a, const double *b, uint32_t d)
{
    double sum = 0;
    for (uint32_t j = 0; j < d; j++) {
        sum += (a[j] - b[j]) * (a[j] - b[j]);
    }
    return sum;
}

// The rows nearest to each candidate, in the kernel's steps of at most KMEANS_K_MAX candidates.
static pt_status weigh(struct pool_of *p)
{
    struct kmeans_fit *f = p->f;
    struct kmeans_fit count = *f;
    count.k = (uint32_t)p->n;
    count.centres = p->centres;
    count.slack = NULL;
    count.has_steps = false;
    count.packed = (struct kmeans_centres){0};
    uint64_t cells = p->n * (f->d + 1);
    count.sizes = pt_mem_zero(f->host, cells, sizeof *count.sizes);
    count.state = pt_mem_zero(f->host, cells + KMEANS_STATE_SIZES, sizeof *count.state);
    count.sums = count.sizes == NULL ? NULL : count.sizes + p->n;
    pt_status status = PT_OK;
    if (count.sizes == NULL || count.state == NULL ||
        !kmeans_centres_make(f->host, count.k, f->d, &count.packed)) {
        status = kmeans_out_of_memory(f);
    } else {
        memset(f->nearest, 0xff, f->n * sizeof *f->nearest);
        status = kmeans_assign(&count);
    }
    if (status == PT_OK) {
        memcpy(p->weights, count.sizes, p->n * sizeof *p->weights);
    }
    kmeans_centres_release(f->host, &count.packed);
    pt_mem_free(f->host, count.sizes);
    pt_mem_free(f->host, count.state);
    return status;
}

static uint64_t draw_candidate(const struct pool_of *p, double u)
{
    double total = 0;
    for (uint64_t i = 0; i < p->n; i++) {
        total += p->weights[i] * p->nearest[i];
    }
    double left = u * total;
    uint64_t last = 0;
    for (uint64_t i = 0; i < p->n; i++) {
        double share = p->weights[i] * p->nearest[i];
        if (share > 0) {
            last = i;
            if (left < share) {
                break;
            }
            left -= share;
        }
    }
    return last;
}

// Weighted k-means++ over the candidates. Distances of 1 make the first draw one by weight.
static void recluster(struct pool_of *p)
{
    struct kmeans_fit *f = p->f;
    for (uint64_t i = 0; i < p->n; i++) {
        p->nearest[i] = 1;
    }
    for (uint32_t c = 0; c < f->k; c++) {
        double u = kmeans_uniform(f->run->random(f->run, p->stream, c));
        double *centre = f->centres + (uint64_t)c * f->d;
        memcpy(centre, p->centres + draw_candidate(p, u) * f->d, f->d * sizeof *centre);
        for (uint64_t i = 0; i < p->n; i++) {
            double gap = squared_gap(p->centres + i * f->d, centre, f->d);
            p->nearest[i] = c == 0 || gap < p->nearest[i] ? gap : p->nearest[i];
        }
    }
}

static pt_status start(struct pool_of *p)
{
    struct kmeans_fit *f = p->f;
    pt_status status = kmeans_want_distance(f);
    for (uint64_t i = 0; status == PT_OK && i < f->n; i++) {
        f->distance[i] = INFINITY;
    }
    double u = kmeans_uniform(f->run->random(f->run, p->stream, 0));
    uint64_t first = (uint64_t)(u * (double)f->n);
    if (status == PT_OK) {
        status = add_candidate(p, first < f->n ? first : f->n - 1);
    }
    for (int round = 0; status == PT_OK && round < ROUNDS; round++) {
        status = draw_round(p);
    }
    p->stream++;
    p->weights = pt_mem_zero(f->host, 2 * p->n, sizeof *p->weights);
    if (status == PT_OK && p->weights == NULL) {
        status = kmeans_out_of_memory(f);
    }
    if (status == PT_OK) {
        p->nearest = p->weights + p->n;
        status = weigh(p);
    }
    if (status == PT_OK) {
        recluster(p);
    }
    return status;
}

pt_status kmeans_start_parallel(struct kmeans_fit *f, uint64_t restart)
{
    struct pool_of p = {.f = f, .stream = STREAM + restart * (ROUNDS + 2)};
    p.block_sums = pt_mem_zero(f->host, f->data->n_blocks, sizeof *p.block_sums);
    pt_status status = p.block_sums == NULL ? kmeans_out_of_memory(f) : start(&p);
    pt_mem_free(f->host, p.block_sums);
    pt_mem_free(f->host, p.centres);
    pt_mem_free(f->host, p.weights);
    return status;
}
