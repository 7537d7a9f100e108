// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "metric.h"

#include "mem.h"

static void add_means(const struct metric_points *p, double *means, uint64_t *sizes)
{
    for (uint32_t s = 0; s < p->n_segments; s++) {
        sizes[s] = 0;
    }
    for (size_t i = 0; i < p->n; i++) {
        double *mean = means + (size_t)p->segment[i] * p->n_columns;
        sizes[p->segment[i]]++;
        for (size_t j = 0; j < p->n_columns; j++) {
            mean[j] += p->x[i * p->n_columns + j];
        }
    }
    for (uint32_t s = 0; s < p->n_segments; s++) {
        for (size_t j = 0; j < p->n_columns && sizes[s] > 0; j++) {
            means[s * p->n_columns + j] /= (double)sizes[s];
        }
    }
}

pt_status metric_inertia(const struct metric_points *p, double *out, uint64_t *sizes,
                         struct pt_error *err)
{
    double *means = mem_zero(p->n_segments * p->n_columns, sizeof *means);
    if (means == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %u segment means", p->n_segments);
    }
    add_means(p, means, sizes);
    double sum = 0;
    for (size_t i = 0; i < p->n; i++) {
        const double *mean = means + (size_t)p->segment[i] * p->n_columns;
        double row = 0;
        for (size_t j = 0; j < p->n_columns; j++) {
            double d = p->x[i * p->n_columns + j] - mean[j];
            row += d * d;
        }
        sum += row;
    }
    mem_free(means);
    *out = sum;
    return PT_OK;
}
