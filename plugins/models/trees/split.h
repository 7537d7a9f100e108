// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The best split of a node by one column, from the column's histogram. With first statistic G and
// second H (in the caller's units) a group is worth G^2 / (H + lambda), and a split gains what its
// sides are worth more than the whole. With G = rows of class 1, H = rows, lambda = 0 that is the
// Gini criterion; with gradients and hessians it is the second-order gain of boosting (Friedman
// 2001; Chen, Guestrin 2016).
#ifndef TREES_SPLIT_H
#define TREES_SPLIT_H

#include "hist.h"

// gain 0 = no split found.
struct split {
    double gain;
    uint32_t column;
    uint32_t bin; // number: bins 1 .. bin go left
    bool is_category;
    bool missing_left;
    bool saw_missing;
    int64_t left;    // packed sums of what goes left
    uint64_t set[4]; // category: a bit a bin that goes left (bit 0 = missing)
};

struct split_rule {
    double first_scale;  // G = first * first_scale
    double second_scale; // H = second * second_scale
    double lambda;
    double min_gain;  // a split must gain more
    double min_child; // least H of a side
    // Least rows of a side by `counts`, histograms of packed (0, 1); 1 = not asked.
    uint64_t min_rows;
    int32_t monotone; // of this column: 1 = right >= left, -1 = right <= left, 0 = free
    // Bounds of the sides' weights -G / (H + lambda), for monotone trees; both 0 = none.
    double low, high;
    bool is_bounded;
    double category_smooth; // levels are ordered by G / (H + smooth)
};

// What is known of a node's rows in one column.
struct split_sums {
    const int64_t *hist;   // packed sums by bin
    const int64_t *counts; // packed (0, 1) by bin; NULL unless rule->min_rows > 1
    int64_t total;         // packed sums of the node
};

// Replaces *best where this column gains more. Of equal gains the lowest bin wins, then missing
// left.
void split_find(const struct bins *b, uint32_t column, const struct split_sums *sums,
                const struct split_rule *rule, struct split *best);

// True when a bin goes left.
static inline bool split_goes_left(const struct split *s, uint32_t bin)
{
    if (s->is_category) {
        return (s->set[bin / 64] >> (bin % 64) & 1) != 0;
    }
    return bin == 0 ? s->missing_left : bin <= s->bin;
}

#endif
