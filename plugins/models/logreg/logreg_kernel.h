// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Kernels: what a chunk of rows says about weights, in one go while it lies in the nearest cache.
// Rows stand in lanes, columns in registers; lanes are added up only at the very end. One set of
// functions a processor level; levels differ in the last bits.
#ifndef LOGREG_KERNEL_H
#define LOGREG_KERNEL_H

#include <stdint.h>

#include <portrait/abi.h>

#define LOGREG_CHUNK 128 // most rows of a call
#define LOGREG_TILE 3    // columns of a register tile
#define LOGREG_LANES 8   // most lanes of a level

// Columns of a chunk, column by column.
struct logreg_chunk {
    const double *x; // x[col * stride + row]
    uint64_t stride;
    uint32_t n_columns;
    uint32_t rows; // 1 .. LOGREG_CHUNK
};

// Sums under way, lane by lane; of p = n_columns + 1 weights, the intercept last. 64-byte aligned.
struct logreg_sums {
    double *gradient; // [p][lanes]
    double *tiles;    // [tile][TILE * TILE][lanes], lower triangle of tiles by rows; NULL = none
    double *z;        // scratch: [p padded to whole tiles][CHUNK], zero at the start
    double losses[2]; // by label
};

// Two classes: their weights, and the labels of the chunk.
struct logreg_labels {
    const double *label; // 0 or 1
    double weights[2];
};

struct logreg_kernel {
    const char *name;
    uint32_t lanes;
    // eta[row] = weights . row + weights[n_columns]
    void (*margins)(const struct logreg_chunk *c, const double *weights, double *eta);
    // p[i] = 1 / (1 + exp(-eta[i])); in place is fine. n <= CHUNK
    void (*sigmoid)(const double *eta, uint32_t n, double *p);
    // out[i] = exp(x[i]) of x <= 0. n <= CHUNK
    void (*exp_down)(const double *x, uint32_t n, double *out);
    // Adds losses, gradient and, with tiles, curvature of rows whose margins are known.
    void (*add)(const struct logreg_chunk *c, const struct logreg_labels *labels, double *eta,
                struct logreg_sums *sums);
};

// Of the highest level up to `cpu` (PT_CPU_*) that was built.
const struct logreg_kernel *logreg_kernel_of(uint32_t cpu);

extern const struct logreg_kernel logreg_kernel_portable;
#if defined(__x86_64__)
extern const struct logreg_kernel logreg_kernel_avx2;
extern const struct logreg_kernel logreg_kernel_avx512;
#endif

static inline uint32_t logreg_tiles(uint32_t p)
{
    return (p + LOGREG_TILE - 1) / LOGREG_TILE;
}

#endif
