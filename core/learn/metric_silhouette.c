// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Silhouette (Rousseeuw 1987, doi:10.1016/0377-0427(87)90125-7): (b - a) / max(a, b), a = mean
// distance within the own segment, b = least mean distance to another one.
#include "metric.h"

#include <math.h>

#include "mem.h"

struct shapes {
    const struct metric_points *p;
    const uint64_t *sizes;
    double *values; // of each point
};

static double distance(const struct metric_points *p, size_t a, size_t b)
{
    double sum = 0;
    for (size_t j = 0; j < p->n_columns; j++) {
        double d = p->x[a * p->n_columns + j] - p->x[b * p->n_columns + j];
        sum += d * d;
    }
    return sqrt(sum);
}

static double silhouette_of(const struct shapes *s, size_t i, const double *sums)
{
    uint32_t own = s->p->segment[i];
    if (s->sizes[own] < 2) {
        return 0;
    }
    double a = sums[own] / (double)(s->sizes[own] - 1);
    double b = INFINITY;
    for (uint32_t k = 0; k < s->p->n_segments; k++) {
        if (k != own && s->sizes[k] > 0) {
            double mean = sums[k] / (double)s->sizes[k];
            b = mean < b ? mean : b;
        }
    }
    double larger = a > b ? a : b;
    return larger > 0 ? (b - a) / larger : 0;
}

static pt_status point_value(void *arg, uint64_t item, uint32_t worker, struct pt_error *err)
{
    const struct shapes *s = arg;
    (void)worker;
    double *sums = mem_zero(s->p->n_segments, sizeof *sums);
    if (sums == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %u segments", s->p->n_segments);
    }
    for (size_t j = 0; j < s->p->n; j++) {
        if (j != item) {
            sums[s->p->segment[j]] += distance(s->p, item, j);
        }
    }
    s->values[item] = silhouette_of(s, item, sums);
    mem_free(sums);
    return PT_OK;
}

static pt_status all_values(struct shapes *s, struct pool *pool, struct pt_error *err)
{
    if (pool != NULL) {
        return pool_run(pool, s->p->n, point_value, s, err);
    }
    for (size_t i = 0; i < s->p->n; i++) {
        TRY(point_value(s, i, 0, err));
    }
    return PT_OK;
}

static uint32_t count_sizes(const struct metric_points *p, uint64_t *sizes)
{
    uint32_t used = 0;
    for (size_t i = 0; i < p->n; i++) {
        used += sizes[p->segment[i]]++ == 0;
    }
    return used;
}

pt_status metric_silhouette(const struct metric_points *p, struct pool *pool, double *out,
                            struct pt_error *err)
{
    uint64_t *sizes = mem_zero(p->n_segments, sizeof *sizes);
    double *values = mem_array(p->n, sizeof *values);
    pt_status status = PT_OK;
    double result = (double)NAN;
    if (sizes == NULL || values == NULL) {
        status = error_set(err, PT_E_NO_MEMORY, "no memory for a silhouette of %zu rows", p->n);
    } else if (count_sizes(p, sizes) >= 2) {
        struct shapes s = {p, sizes, values};
        status = all_values(&s, pool, err);
        double sum = 0;
        for (size_t i = 0; status == PT_OK && i < p->n; i++) {
            sum += values[i];
        }
        result = sum / (double)p->n;
    }
    mem_free(sizes);
    mem_free(values);
    if (status == PT_OK) {
        *out = result;
    }
    return status;
}
