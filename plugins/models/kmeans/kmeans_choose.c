// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// k by silhouette (Rousseeuw 1987): every k is learnt, and judged on one fixed sample of rows, of
// which all distances are made once. The highest mean wins, the lower k of equals.
#include <math.h>
#include <string.h>

#include "kmeans.h"

#define SAMPLE_ROWS 2000
#define STREAM 0x73696c6868756574U

struct sample {
    struct kmeans_fit *f;
    uint64_t n;
    uint64_t *rows;
    double *x;        // n * d
    float *distances; // n * n
    double *values;   // by sampled row
};

// One row at random of each of n equal stretches.
static pt_status draw(struct sample *s)
{
    struct kmeans_fit *f = s->f;
    pt_status status = PT_OK;
    for (uint64_t i = 0; status == PT_OK && i < s->n; i++) {
        uint64_t begin = i * f->n / s->n;
        uint64_t width = (i + 1) * f->n / s->n - begin;
        s->rows[i] = begin + f->run->random(f->run, STREAM, i) % width;
        status = kmeans_take_row(f, s->rows[i], s->x + i * f->d);
    }
    return status;
}

static pt_status measure_rows(void *arg, uint64_t begin, uint64_t end, pt_error *err)
{
    const struct sample *s = arg;
    uint32_t d = s->f->d;
    (void)err;
    for (uint64_t i = begin; i < end; i++) {
        for (uint64_t k = 0; k < s->n; k++) {
            double sum = 0;
            for (uint32_t j = 0; j < d; j++) {
                double gap = s->x[i * d + j] - s->x[k * d + j];
                sum += gap * gap;
            }
            s->distances[i * s->n + k] = (float)sqrt(sum);
        }
    }
    return PT_OK;
}

static double silhouette_of(const struct sample *s, uint64_t i, const double *sums,
                            const uint32_t *counts)
{
    uint16_t own = s->f->nearest[s->rows[i]];
    if (counts[own] < 2) {
        return 0;
    }
    double a = sums[own] / (counts[own] - 1);
    double b = INFINITY;
    for (uint32_t c = 0; c < s->f->k; c++) {
        if (c != own && counts[c] > 0) {
            b = fmin(b, sums[c] / counts[c]);
        }
    }
    double larger = fmax(a, b);
    return larger > 0 && isfinite(b) ? (b - a) / larger : 0;
}

static pt_status judge_rows(void *arg, uint64_t begin, uint64_t end, pt_error *err)
{
    const struct sample *s = arg;
    (void)err;
    for (uint64_t i = begin; i < end; i++) {
        double sums[KMEANS_K_MAX] = {0};
        uint32_t counts[KMEANS_K_MAX] = {0};
        for (uint64_t k = 0; k < s->n; k++) {
            uint16_t c = s->f->nearest[s->rows[k]];
            sums[c] += (double)s->distances[i * s->n + k];
            counts[c]++;
        }
        s->values[i] = silhouette_of(s, i, sums, counts);
    }
    return PT_OK;
}

static pt_status judge(struct sample *s, double *out)
{
    const pt_run *run = s->f->run;
    pt_status status = run->parallel_for(run, s->n, 64, judge_rows, s, s->f->err);
    double sum = 0;
    for (uint64_t i = 0; status == PT_OK && i < s->n; i++) {
        sum += s->values[i];
    }
    *out = sum / (double)s->n;
    return status;
}

static pt_status make_sample(struct kmeans_fit *f, struct sample *out)
{
    const pt_run *run = f->run;
    struct sample s = {.f = f, .n = f->n < SAMPLE_ROWS ? f->n : SAMPLE_ROWS};
    s.rows = run->scratch(run, s.n * sizeof *s.rows);
    s.x = run->scratch(run, s.n * f->d * sizeof *s.x);
    s.distances = run->scratch(run, s.n * s.n * sizeof *s.distances);
    s.values = run->scratch(run, s.n * sizeof *s.values);
    if (s.rows == NULL || s.x == NULL || s.distances == NULL || s.values == NULL) {
        return kmeans_out_of_memory(f);
    }
    pt_status status = draw(&s);
    if (status == PT_OK) {
        status = run->parallel_for(run, s.n, 64, measure_rows, &s, f->err);
    }
    *out = s;
    return status;
}

// Rows as the kept result of f->k has them, which need not be the last start's.
static pt_status place_rows(struct kmeans_fit *f, const struct kmeans_result *r)
{
    memcpy(f->centres, r->centres, (uint64_t)f->k * f->d * sizeof *f->centres);
    memset(f->nearest, 0xff, f->n * sizeof *f->nearest);
    memset(f->sizes, 0, f->k * sizeof *f->sizes);
    f->has_steps = false;
    return kmeans_assign(f);
}

static void take_over(struct kmeans *m, struct kmeans_result *found, uint32_t k)
{
    struct kmeans_result old = m->result;
    m->result = *found;
    m->k = k;
    *found = old;
}

static pt_status try_k(struct kmeans *m, struct sample *s, struct kmeans_result *spare, uint32_t k)
{
    struct kmeans_fit *f = s->f;
    struct kmeans_choice *choice = &m->choices[m->n_choices];
    f->k = k;
    pt_status status = kmeans_learn(f, spare);
    if (status == PT_OK) {
        status = place_rows(f, spare);
    }
    if (status == PT_OK) {
        status = judge(s, &choice->silhouette);
    }
    if (status != PT_OK) {
        return status;
    }
    choice->k = k;
    choice->inertia = spare->inertia;
    bool is_best = true;
    for (uint32_t i = 0; i < m->n_choices; i++) {
        is_best = is_best && choice->silhouette > m->choices[i].silhouette;
    }
    m->n_choices++;
    if (is_best) {
        take_over(m, spare, k);
    }
    return PT_OK;
}

pt_status kmeans_choose(struct kmeans *m, struct kmeans_fit *f)
{
    uint32_t least = (uint32_t)m->config->k_min;
    struct sample s = {0};
    struct kmeans_result spare = {
        .centres = pt_mem_zero(m->host, (uint64_t)f->k_most * f->d, sizeof *spare.centres),
        .sizes = pt_mem_zero(m->host, f->k_most, sizeof *spare.sizes),
    };
    m->choices = pt_mem_zero(m->host, f->k_most - least + 1, sizeof *m->choices);
    pt_status status = PT_OK;
    if (spare.centres == NULL || spare.sizes == NULL || m->choices == NULL) {
        status = kmeans_out_of_memory(f);
    } else {
        status = make_sample(f, &s);
    }
    for (uint32_t k = least; status == PT_OK && k <= f->k_most; k++) {
        status = try_k(m, &s, &spare, k);
    }
    pt_mem_free(m->host, spare.centres);
    pt_mem_free(m->host, spare.sizes);
    return status;
}
