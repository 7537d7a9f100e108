// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A matrix cut into at most 255 value bins a column, one byte a cell: bin 0 is a missing value,
// bins 1 .. n_bins - 1 are ranges of numbers in rising order or levels of a category.
#ifndef TREES_BINS_H
#define TREES_BINS_H

#include <portrait/model.h>

#include "pt_mem.h"

#define BINS_VALUES_MAX 255u // value bins of a column
#define BINS_SLOTS 256u      // entries of a column in a histogram
#define BINS_GROUP 8u        // columns that stand side by side, at most

struct bins_column {
    uint32_t n_bins;   // bin 0 included
    uint32_t n_levels; // category; 0 = number
    bool is_category;
    bool has_missing; // some row is in bin 0
    // Number: bin b >= 1 holds cuts[b - 2] < value <= cuts[b - 1] (no bound at the ends); there
    // are n_bins - 2 cuts, each a float.
    double *cuts;
    // Category: bin of a level. Levels beyond the 254 most frequent share the last bin.
    uint8_t *bin_of;
};

// {0} is empty. Both orders hold the same bins; one that was not asked for is NULL.
struct bins {
    uint64_t n_rows;
    uint32_t n_columns;
    uint32_t n_groups;
    struct bins_column *columns;
    uint8_t *by_column; // [column * stride + row]
    uint64_t stride;
    // [group_first[g] * n_rows + row * width + k], column group_first[g] + k, width =
    // group_first[g + 1] - group_first[g]
    uint8_t *by_group;
    uint32_t *group_first; // n_groups + 1
};

struct bins_request {
    uint32_t max_bins;  // value bins of a number column: 2 .. BINS_VALUES_MAX
    uint8_t dtype;      // of the blocks: 8 = double, 4 = float; layout columns
    bool wants_columns; // by_column
    bool wants_groups;  // by_group
};

// Cuts are quantiles of the rows (of 262,144 evenly spaced ones when there are more); up to
// max_bins different values get a bin each. Parallel over columns; the same at any thread count.
pt_status bins_make(const pt_host *host, const pt_data *data, const pt_run *run,
                    const struct bins_request *request, struct bins *out, pt_error *err);
void bins_release(const pt_host *host, struct bins *b);

// Value below which (or equal to which) bins up to `bin` lie: the threshold of a split there.
static inline double bins_cut(const struct bins *b, uint32_t column, uint32_t bin)
{
    return b->columns[column].cuts[bin - 1];
}

#endif
