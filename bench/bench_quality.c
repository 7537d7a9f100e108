// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "bench_quality.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "mem.h"

static double squared_distance(const struct bench_matrix *x, uint64_t row, const double *centre)
{
    double sum = 0;
    for (uint32_t j = 0; j < x->schema.n_columns; j++) {
        double d = bench_matrix_at(x, row, j) - centre[j];
        sum += d * d;
    }
    return sum;
}

static pt_status read_centres(const struct json *list, uint32_t width, double *out,
                              struct pt_error *err)
{
    for (size_t c = 0; c < json_count(list); c++) {
        const struct json *centre = json_get(json_at(list, c), "prepared");
        for (uint32_t j = 0; j < width; j++) {
            if (!json_f64(json_at(centre, j), &out[c * width + j])) {
                FAIL(err, PT_E_DATA, "explain: centre %zu has no value %u", c, j);
            }
        }
    }
    return PT_OK;
}

static pt_status sum_distances(const struct bench_matrix *x, const double *segment,
                               const struct json *list, double *out, struct pt_error *err)
{
    uint32_t width = x->schema.n_columns;
    size_t k = json_count(list);
    double *centres = mem_array(k * width + 1, sizeof *centres);
    if (centres == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %zu centres", k);
    }
    pt_status status = read_centres(list, width, centres, err);
    double sum = 0;
    for (uint64_t i = 0; status == PT_OK && i < x->n_rows; i++) {
        if (segment[i] >= (double)k) {
            status = error_set(err, PT_E_DATA, "segment %g of %zu", segment[i], k);
            break;
        }
        sum += squared_distance(x, i, centres + (size_t)segment[i] * width);
    }
    mem_free(centres);
    *out = sum;
    return status;
}

pt_status bench_inertia(const struct instance *m, const struct bench_matrix *x,
                        const double *segment, double *out, struct pt_error *err)
{
    struct str text = {0};
    struct json *root = NULL;
    pt_status status = instance_explain(m, &text, err);
    if (status == PT_OK) {
        status = json_parse(str_view(&text), &root, err);
    }
    if (status == PT_OK) {
        status = sum_distances(x, segment, json_get(root, "centres"), out, err);
    }
    json_free(root);
    str_release(&text);
    return status;
}

static double log_odds(double p)
{
    return log(p) - log1p(-p);
}

// Rows: the origin and the unit vectors, at most one block.
static pt_status read_coefficients(const struct instance *m, const struct bench_matrix *x,
                                   double *weights, double *intercept, struct pt_error *err)
{
    uint32_t width = x->schema.n_columns;
    uint64_t rows = width + 1;
    uint64_t bytes = rows * rows * sizeof(double);
    double *points = mem_aligned(64, bytes);
    double *scores = mem_zero(rows * m->n_outputs, sizeof *scores);
    pt_status status = PT_OK;
    if (points == NULL || scores == NULL) {
        status = error_set(err, PT_E_NO_MEMORY, "no memory for %u coefficients", width);
    } else {
        bool by_rows = m->needs.layout == PT_LAYOUT_ROWS;
        uint64_t stride = by_rows ? width : rows;
        memset(points, 0, bytes);
        for (uint64_t j = 0; j < width; j++) {
            uint64_t at = by_rows ? (j + 1) * stride + j : j * stride + j + 1;
            if (m->needs.dtype == 4) {
                ((float *)(void *)points)[at] = 1;
            } else {
                points[at] = 1;
            }
        }
        pt_block block = {.struct_size = sizeof block, .cols = width, .rows = rows};
        block.stride = stride;
        block.x = points;
        status = instance_predict(m, &block, scores, err);
    }
    for (uint32_t j = 0; status == PT_OK && j < width; j++) {
        weights[j] = log_odds(scores[j + 1]) - log_odds(scores[0]);
    }
    *intercept = status == PT_OK ? log_odds(scores[0]) : 0;
    mem_free(points);
    mem_free(scores);
    return status;
}

// log(1 + e^z) - y z without overflow.
static double log_loss_at(double z, double y)
{
    return (z > 0 ? z + log1p(exp(-z)) : log1p(exp(z))) - y * z;
}

pt_status bench_objective(const struct instance *m, const struct bench_view *train, double lambda,
                          double *out, struct pt_error *err)
{
    const struct bench_matrix *x = train->matrix;
    uint32_t width = x->schema.n_columns;
    double intercept = 0;
    double *w = mem_array(width, sizeof *w);
    if (w == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %u coefficients", width);
    }
    pt_status status = read_coefficients(m, x, w, &intercept, err);
    double sum = 0;
    for (uint64_t i = 0; status == PT_OK && i < train->data.n_rows; i++) {
        double z = intercept;
        for (uint32_t j = 0; j < width; j++) {
            z += w[j] * bench_matrix_at(x, i, j);
        }
        sum += log_loss_at(z, x->label[i]);
    }
    for (uint32_t j = 0; status == PT_OK && j < width; j++) {
        sum += lambda / 2 * w[j] * w[j];
    }
    mem_free(w);
    *out = sum;
    return status;
}

struct scored {
    double p;
    double label;
};

static int by_probability(const void *a, const void *b)
{
    double x = ((const struct scored *)a)->p;
    double y = ((const struct scored *)b)->p;
    return (x > y) - (x < y);
}

// Area under the ROC curve by mid-ranks: ties count one half.
static double area(const struct scored *rows, uint64_t n)
{
    double ranks = 0;
    double positives = 0;
    for (uint64_t begin = 0, end = 0; begin < n; begin = end) {
        double here = 0;
        while (end < n && rows[end].p <= rows[begin].p) {
            here += rows[end++].label;
        }
        ranks += here * ((double)(begin + end + 1) / 2);
        positives += here;
    }
    double negatives = (double)n - positives;
    return (ranks - positives * (positives + 1) / 2) / (positives * negatives);
}

static double mean_log_loss(const struct scored *rows, uint64_t n)
{
    double sum = 0;
    for (uint64_t i = 0; i < n; i++) {
        double p = fmin(fmax(rows[i].p, 1e-15), 1 - 1e-15);
        sum -= rows[i].label > 0 ? log(p) : log1p(-p);
    }
    return sum / (double)n;
}

pt_status bench_rates_of(const struct bench_matrix *x, const double *probability, uint64_t first,
                         struct bench_rates *out, struct pt_error *err)
{
    uint64_t n = x->n_rows - first;
    struct scored *rows = mem_array(n, sizeof *rows);
    if (rows == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory to rank %llu rows", (unsigned long long)n);
    }
    for (uint64_t i = 0; i < n; i++) {
        rows[i] = (struct scored){probability[first + i], x->label[first + i]};
    }
    qsort(rows, n, sizeof *rows, by_probability);
    out->log_loss = mean_log_loss(rows, n);
    out->auc = area(rows, n);
    mem_free(rows);
    return PT_OK;
}
