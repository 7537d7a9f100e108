// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A group's bins of a row lie side by side, so a row costs one load of its statistics and one of
// its bins; the histograms of a group (16 KiB) stay in the first-level cache.
#include "hist.h"

#define AHEAD 24u // rows that are fetched before they are needed

// With the width a constant, the compiler unrolls the loop over columns.
static inline __attribute__((always_inline)) void add_row(const uint8_t *bins, uint32_t width,
                                                          int64_t stat, int64_t *hist)
{
    for (uint32_t k = 0; k < width; k++) {
        hist[k * BINS_SLOTS + bins[k]] += stat;
    }
}

static inline __attribute__((always_inline)) void add_rows(const uint8_t *bins, uint32_t width,
                                                           const struct hist_rows *r, int64_t *hist)
{
    if (r->rows == NULL) {
        for (uint64_t i = 0; i < r->n; i++) {
            add_row(bins + i * width, width, r->stat[i], hist);
        }
        return;
    }
    uint64_t i = 0;
    for (; i + AHEAD < r->n; i++) {
        uint64_t ahead = r->rows[i + AHEAD];
        __builtin_prefetch(bins + ahead * width);
        __builtin_prefetch(r->stat + ahead);
        uint64_t row = r->rows[i];
        add_row(bins + row * width, width, r->stat[row], hist);
    }
    for (; i < r->n; i++) {
        uint64_t row = r->rows[i];
        add_row(bins + row * width, width, r->stat[row], hist);
    }
}

void hist_add_group(const struct bins *b, uint32_t group, const struct hist_rows *rows,
                    int64_t *hist)
{
    const uint8_t *bins = b->by_group + b->group_first[group] * b->n_rows;
    switch (b->group_first[group + 1] - b->group_first[group]) {
    case 1:
        add_rows(bins, 1, rows, hist);
        break;
    case 2:
        add_rows(bins, 2, rows, hist);
        break;
    case 3:
        add_rows(bins, 3, rows, hist);
        break;
    case 4:
        add_rows(bins, 4, rows, hist);
        break;
    case 5:
        add_rows(bins, 5, rows, hist);
        break;
    case 6:
        add_rows(bins, 6, rows, hist);
        break;
    case 7:
        add_rows(bins, 7, rows, hist);
        break;
    default:
        add_rows(bins, 8, rows, hist);
        break;
    }
}

void hist_count_group(const struct bins *b, uint32_t group, const struct hist_rows *rows,
                      int64_t *hist)
{
    uint32_t width = b->group_first[group + 1] - b->group_first[group];
    const uint8_t *bins = b->by_group + b->group_first[group] * b->n_rows;
    for (uint64_t i = 0; i < rows->n; i++) {
        uint64_t row = rows->rows == NULL ? i : rows->rows[i];
        add_row(bins + row * width, width, 1, hist);
    }
}

void hist_add_column(const struct bins *b, uint32_t column, const struct hist_rows *rows,
                     int64_t *hist)
{
    add_rows(b->by_column + column * b->stride, 1, rows, hist);
}

void hist_subtract(int64_t *hist, const int64_t *part, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        hist[i] -= part[i];
    }
}
