// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "evaluate.h"

#include <math.h>

#include "matrix.h"
#include "mem.h"
#include "philox.h"

#define SILHOUETTE_STREAM 0x73696c68u

struct binary_evaluation evaluate_binary(const struct ranked *r, double threshold)
{
    struct binary_evaluation e = {.n = r->n, .positives = r->positives};
    e.auc = metric_auc(r);
    e.pr_auc = metric_pr_auc(r);
    e.log_loss = metric_log_loss(r);
    e.brier = metric_brier(r);
    e.ks = metric_ks(r, &e.ks_at);
    metric_calibration(r, e.bins);
    e.ece = metric_ece(e.bins);
    metric_lift(r, e.tenths);
    e.at_threshold = metric_confusion_at(r, threshold);
    e.at_ks = metric_confusion_at(r, e.ks_at);
    return e;
}

struct sample {
    double *x;
    uint32_t *segment;
    size_t n;
};

// One row at random of each of n equal stretches: distinct, spread, a function of the seed alone.
static pt_status draw_sample(const struct metric_points *all, uint64_t seed, struct sample *out,
                             struct pt_error *err)
{
    out->n = all->n < EVALUATE_SILHOUETTE_ROWS ? all->n : EVALUATE_SILHOUETTE_ROWS;
    out->x = mem_array(out->n * all->n_columns, sizeof *out->x);
    out->segment = mem_array(out->n, sizeof *out->segment);
    if (out->x == NULL || out->segment == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a sample of %zu rows", out->n);
    }
    for (size_t i = 0; i < out->n; i++) {
        size_t begin = i * all->n / out->n;
        size_t width = (i + 1) * all->n / out->n - begin;
        size_t row = begin + (size_t)(philox_bits(seed, SILHOUETTE_STREAM, i) % width);
        out->segment[i] = all->segment[row];
        for (size_t j = 0; j < all->n_columns; j++) {
            out->x[i * all->n_columns + j] = all->x[row * all->n_columns + j];
        }
    }
    return PT_OK;
}

static pt_status sampled_silhouette(const struct clustered *c, const struct metric_points *all,
                                    struct cluster_evaluation *e, struct pt_error *err)
{
    struct sample s = {0};
    pt_status status = draw_sample(all, c->seed, &s, err);
    if (status == PT_OK) {
        struct metric_points points = *all;
        points.x = s.x;
        points.segment = s.segment;
        points.n = s.n;
        e->silhouette_rows = s.n;
        status = metric_silhouette(&points, c->pool, &e->silhouette, err);
    }
    mem_free(s.x);
    mem_free(s.segment);
    return status;
}

static uint32_t count_segments(const uint32_t *segment, size_t n)
{
    uint32_t most = 0;
    for (size_t i = 0; i < n; i++) {
        most = segment[i] >= most ? segment[i] + 1 : most;
    }
    return most;
}

static pt_status measure(const struct clustered *c, const struct metric_points *points,
                         struct cluster_evaluation *e, struct pt_error *err)
{
    e->n = points->n;
    e->n_segments = points->n_segments;
    e->sizes = mem_zero(points->n_segments, sizeof *e->sizes);
    if (e->sizes == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %u segments", points->n_segments);
    }
    TRY(metric_inertia(points, &e->inertia, e->sizes, err));
    return sampled_silhouette(c, points, e, err);
}

pt_status evaluate_cluster(const struct clustered *c, struct cluster_evaluation *out,
                           struct pt_error *err)
{
    pt_model_needs rows_of_doubles = {.layout = PT_LAYOUT_ROWS, .dtype = 8};
    struct matrix_extra extra = {.pool = c->pool};
    struct matrix m = {0};
    TRY(matrix_build(c->prepare, &rows_of_doubles, &c->from, &extra, &m, err));
    struct metric_points points = {
        .x = m.x,
        .segment = c->segment,
        .n = m.n_rows,
        .n_columns = m.n_columns,
        .n_segments = count_segments(c->segment, m.n_rows),
    };
    struct cluster_evaluation e = {0};
    pt_status status = measure(c, &points, &e, err);
    matrix_release(&m);
    if (status != PT_OK) {
        mem_free(e.sizes);
        return status;
    }
    *out = e;
    return PT_OK;
}

void evaluation_release(struct evaluation *e)
{
    mem_free(e->cluster.sizes);
    class_evaluation_release(&e->classes);
    class_evaluation_release(&e->class_raw);
    for (uint32_t i = 0; i < e->n_folds; i++) {
        class_evaluation_release(&e->class_folds[i]);
    }
    mem_free(e->folds);
    mem_free(e->class_folds);
    mem_free(e->regress_folds);
    mem_free(e->importance);
    mem_free(e->curve);
    *e = (struct evaluation){0};
}
