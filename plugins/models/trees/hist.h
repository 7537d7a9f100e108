// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Histograms of two whole-number statistics a row, packed into one 64-bit sum: an addition a cell,
// exact, and so the same in any order and at any number of threads.
//
// The first statistic (gradient, or rows of class 1) is signed and lives in the upper half, the
// second (hessian, or rows) is unsigned and lives in the lower. Their sums over all rows must stay
// within int32 and uint32.
#ifndef TREES_HIST_H
#define TREES_HIST_H

#include "bins.h"

static inline int64_t hist_pack(int32_t first, uint32_t second)
{
    return (int64_t)(((uint64_t)(uint32_t)first << 32) + second);
}

static inline int32_t hist_first(int64_t packed)
{
    return (int32_t)(packed >> 32);
}

static inline uint32_t hist_second(int64_t packed)
{
    return (uint32_t)packed;
}

// Rows of a histogram: rows[0 .. n), or 0 .. n - 1 when `rows` is NULL, each with stat[row].
struct hist_rows {
    const uint32_t *rows;
    uint64_t n;
    const int64_t *stat; // by row of the matrix
};

// Adds to hist[k * BINS_SLOTS + bin] for every column k of the group; needs by_group.
void hist_add_group(const struct bins *b, uint32_t group, const struct hist_rows *rows,
                    int64_t *hist);
// Adds (0, 1) for every row instead of its statistics.
void hist_count_group(const struct bins *b, uint32_t group, const struct hist_rows *rows,
                      int64_t *hist);
// Adds to hist[bin] of one column; needs by_column.
void hist_add_column(const struct bins *b, uint32_t column, const struct hist_rows *rows,
                     int64_t *hist);
// hist[i] -= part[i]
void hist_subtract(int64_t *hist, const int64_t *part, uint64_t n);

#endif
