// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Best splits of all nodes of one level by one column, on plain arrays. Ties: the first column,
// then the lowest threshold; missing values rather left than right.
#ifndef DTREE_SPLIT_H
#define DTREE_SPLIT_H

#include <stdbool.h>

#include "dtree_sort.h"

#define DTREE_NO_NODE UINT32_MAX

// Rows of a node, or of a part of it.
struct dtree_count {
    uint64_t n;
    uint64_t n1;
};

struct dtree_criterion {
    int32_t kind; // DTREE_GINI or DTREE_ENTROPY
    uint64_t min_leaf;
    double least;        // decrease that a split must exceed
    double weight[2];    // of a row of each class
    bool is_weighted;    // they differ from 1
    const double *x_log; // entropy: x * log2(x) for x = 0 .. rows
};

// A split that was found; decrease 0 = none.
struct dtree_split {
    double decrease;
    double threshold;
    uint32_t kind;
    uint32_t column;
    uint32_t missing_left;
    uint32_t saw_missing;
    uint32_t prefix; // category: entries that go left
    uint32_t reserved;
    struct dtree_count left;
};

// One level: slot[row] = place of the row's node in the level, times two, plus its class;
// DTREE_NO_NODE = the row rests in a leaf.
struct dtree_level {
    const uint32_t *slot;
    const struct dtree_count *nodes;
    uint32_t n_nodes;
    struct dtree_criterion criterion;
};

// What a scan of numbers knows of each node; zeroed by the callee.
struct dtree_scan {
    struct dtree_count left;
    struct dtree_count missing;
    double last;
};

// A level of a category in a node; code = n_levels stands for missing.
struct dtree_entry {
    uint32_t code;
    uint32_t n;
    uint32_t n1;
};

// Impurity of a group times its size, rows by their weight.
double dtree_impurity(const struct dtree_criterion *c, struct dtree_count g);

// Replaces splits[node] where this column does better. scans: n_nodes.
void dtree_split_numbers(const struct dtree_level *level, const struct dtree_sorted *column,
                         uint32_t number, struct dtree_scan *scans, struct dtree_split *splits);

// Entries of every node: first[node] .. first[node + 1] in `entries`, by rate of class 1, then
// code. `entries` holds one for each row at most, first n_nodes + 1, last n_nodes (scratch).
void dtree_entries(const struct dtree_level *level, const struct dtree_sorted *column,
                   uint32_t n_levels, uint64_t *first, uint32_t *last, struct dtree_entry *entries);
void dtree_split_category(const struct dtree_level *level, uint32_t number, const uint64_t *first,
                          const struct dtree_entry *entries, uint32_t n_levels,
                          struct dtree_split *splits);

#endif
