// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Grows one boosting tree over binned columns: level by level, or the leaf with the highest gain
// first. All rows of a node lie side by side in `rows`; threads share a tree.
#ifndef TREES_GROW_H
#define TREES_GROW_H

#include "ensemble.h"
#include "split.h"

struct grow_rule {
    uint32_t depth;  // most splits on a way; 0 = no bound (with leaves)
    uint32_t leaves; // most leaves, best gain first; 0 = level by level
    double lambda;
    double min_gain;
    double min_child_weight;
    uint64_t min_leaf;
    double category_smooth; // see split.h
    double rate;            // leaf value = -rate * G / (H + lambda)
    const int8_t *monotone; // by column, NULL = all free
};

struct grow; // memory that trees of one matrix share

// `bins` needs both orders. Bins, run and rule must outlive it.
pt_status grow_new(const pt_host *host, const struct bins *bins, const pt_run *run,
                   const struct grow_rule *rule, struct grow **out, pt_error *err);
void grow_free(struct grow *g); // NULL is fine

// What a tree learns from.
struct grow_sample {
    const int64_t *stat; // packed gradients and hessians by row
    double first_scale;
    double second_scale;
    const uint32_t *rows; // rising; NULL = all rows
    uint64_t n;
    const uint8_t *use; // by column: 1 = may split; NULL = all
};

// Rows of a leaf after growing, rising.
struct grow_leaf {
    const uint32_t *rows;
    uint64_t n;
    double value;
};

// Adds one tree to the ensemble.
pt_status grow_tree(struct grow *g, const struct grow_sample *sample, struct ensemble *out,
                    pt_error *err);
// Leaves of the last tree; valid until the next.
const struct grow_leaf *grow_leaves(const struct grow *g, uint64_t *n);
// What the last tree adds for a row that it was not grown from. The ensemble must be as
// grow_tree() left it.
double grow_value(const struct grow *g, uint64_t row);

#endif
