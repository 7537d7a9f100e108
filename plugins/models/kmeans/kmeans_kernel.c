// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Eight (or four) centres at a time share one load of the row's value; their sums are independent,
// which is what a vector unit wants, and no sum is reordered.
#include "kmeans_kernel.h"

#include <math.h>

#define WIDE 8
#define NARROW 4

uint32_t kmeans_stride(uint32_t k)
{
    return (k + NARROW - 1) / NARROW * NARROW;
}

void kmeans_turn(const double *rows, struct kmeans_centres *out)
{
    for (uint32_t j = 0; j < out->d; j++) {
        for (uint32_t c = 0; c < out->stride; c++) {
            out->t[j * out->stride + c] = c < out->k ? rows[c * out->d + j] : INFINITY;
        }
    }
}

struct best {
    double distance;
    uint32_t centre;
};

static inline void wide(const double *x, const struct kmeans_centres *m, uint32_t first,
                        struct best *best)
{
    double sums[WIDE] = {0};
    const double *t = m->t + first;
    for (uint32_t j = 0; j < m->d; j++) {
        double value = x[j];
        for (int i = 0; i < WIDE; i++) {
            double gap = value - t[i];
            sums[i] += gap * gap;
        }
        t += m->stride;
    }
    for (uint32_t i = 0; i < WIDE; i++) {
        if (sums[i] < best->distance) {
            *best = (struct best){sums[i], first + i};
        }
    }
}

static inline void narrow(const double *x, const struct kmeans_centres *m, uint32_t first,
                          struct best *best)
{
    double sums[NARROW] = {0};
    const double *t = m->t + first;
    for (uint32_t j = 0; j < m->d; j++) {
        double value = x[j];
        for (int i = 0; i < NARROW; i++) {
            double gap = value - t[i];
            sums[i] += gap * gap;
        }
        t += m->stride;
    }
    for (uint32_t i = 0; i < NARROW; i++) {
        if (sums[i] < best->distance) {
            *best = (struct best){sums[i], first + i};
        }
    }
}

void kmeans_nearest(const struct kmeans_rows *rows, const struct kmeans_centres *centres,
                    uint32_t *nearest, double *distance)
{
    for (uint64_t i = 0; i < rows->n; i++) {
        const double *x = rows->x + i * rows->stride;
        struct best best = {INFINITY, 0};
        uint32_t c = 0;
        for (; c + WIDE <= centres->stride; c += WIDE) {
            wide(x, centres, c, &best);
        }
        for (; c < centres->stride; c += NARROW) {
            narrow(x, centres, c, &best);
        }
        nearest[i] = best.centre;
        distance[i] = best.distance;
    }
}

double kmeans_distance(const double *a, const double *b, uint32_t d)
{
    double sum = 0;
    for (uint32_t j = 0; j < d; j++) {
        sum += (a[j] - b[j]) * (a[j] - b[j]);
    }
    return sum;
}
