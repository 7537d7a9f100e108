// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Distances of rows to centres on plain arrays. Every distance is summed over the columns in
// order, so results do not depend on the width of the machine's vectors.
#ifndef KMEANS_KERNEL_H
#define KMEANS_KERNEL_H

#include <stdint.h>

// Centres turned on their side: t[j * stride + c] is column j of centre c. Places beyond k are
// infinitely far away.
struct kmeans_centres {
    uint32_t k;
    uint32_t d;
    uint32_t stride; // kmeans_stride(k)
    double *t;       // d * stride
};

uint32_t kmeans_stride(uint32_t k);
// rows: k * d, row-major.
void kmeans_turn(const double *rows, struct kmeans_centres *out);

// x[i * stride + j], rows of d columns.
struct kmeans_rows {
    const double *x;
    uint64_t stride;
    uint64_t n;
};

// nearest[i] = the nearest centre of row i (the lowest of equals), distance[i] = its squared
// distance.
void kmeans_nearest(const struct kmeans_rows *rows, const struct kmeans_centres *centres,
                    uint32_t *nearest, double *distance);
// Squared distance of two points.
double kmeans_distance(const double *a, const double *b, uint32_t d);

#endif
