// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Nearest centres of rows on plain arrays, fused: a tile of rows is packed once, the centres pass
// by in groups that stay in registers, and the running minimum is kept beside them; no matrix of
// rows by centres is ever written. The score of a centre is |c|^2 / 2 - x.c, summed over the
// columns in order, so that results do not depend on the width of the vectors, only on whether
// products are rounded before they are added (portable) or not (AVX2 and AVX-512, whose results are
// equal).
#ifndef KMEANS_KERNEL_H
#define KMEANS_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "pt_mem.h"

#define KMEANS_CHUNK 512   // most rows of one call
#define KMEANS_TILE_MAX 32 // rows of the widest tile

// Value j of row i is x[i * stride + j].
struct kmeans_rows {
    const float *x;
    uint64_t stride;
    uint32_t n;
    const uint16_t *take; // the i-th row is row take[i]; NULL = row i
};

// Centres in groups, column by column: t[(first * d) + j * size + c], less the shift, which is the
// mean of the centres: scores of data far from 0 keep their digits.
struct kmeans_centres {
    uint32_t k;
    uint32_t d;
    uint32_t group; // centres of a group; the last one is filled up with centres that never win
    uint32_t n_groups;
    float *t;      // n_groups * group * d
    float *half;   // |c|^2 / 2 by centre
    float *shift;  // d
    float doubt;   // how far off a squared distance may be, as a share of |x|^2 + largest
    float largest; // |c|^2
};

// Of each row, by place.
struct kmeans_lead {
    uint32_t centre[KMEANS_CHUNK]; // the nearest (the lowest of equals)
    // Distance to the next centre less distance to the nearest, at least: all centres together may
    // move by this much before the row can change. Only where has_slack is set.
    float slack[KMEANS_CHUNK];
    bool has_slack;
};

// One level of the processor.
struct kmeans_kernel {
    uint32_t group_max;
    // tile: KMEANS_TILE_MAX * d places.
    void (*nearest)(const struct kmeans_rows *rows, const struct kmeans_centres *centres,
                    float *tile, struct kmeans_lead *out);
};

const struct kmeans_kernel *kmeans_kernel_of(uint32_t cpu);
extern const struct kmeans_kernel kmeans_kernel_portable;
extern const struct kmeans_kernel kmeans_kernel_avx2;
extern const struct kmeans_kernel kmeans_kernel_avx512;

// Makes room for k centres of d columns; {0} before. False when memory is out.
bool kmeans_centres_make(const pt_host *host, uint32_t k, uint32_t d, struct kmeans_centres *out);
void kmeans_centres_release(const pt_host *host, struct kmeans_centres *centres);
// Takes k * d values, row-major. False when they are too large for float.
bool kmeans_centres_set(const double *rows, struct kmeans_centres *out);

// squared[i] = the squared distance of row i to row of[i] of centres (k * d); of NULL = to row 0.
// In double, four sums side by side.
void kmeans_distances(const struct kmeans_rows *rows, const double *centres, uint32_t d,
                      const uint16_t *of, double *squared);

#endif
