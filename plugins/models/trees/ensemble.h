// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Flat trees and sums of them, shared by the tree models: built, sealed, applied, saved, loaded.
//
// Use: ensemble_begin + ensemble_split (or ensemble_append of trees grown elsewhere) ->
// ensemble_seal -> ensemble_predict*, ensemble_save -> ensemble_release.
#ifndef TREES_ENSEMBLE_H
#define TREES_ENSEMBLE_H

#include <portrait/model.h>

#include "pt_columns.h"
#include "pt_payload.h"

#define ENSEMBLE_LEAF 0
#define ENSEMBLE_NUMBER 1   // left: value <= threshold
#define ENSEMBLE_CATEGORY 2 // left: code in the set
#define ENSEMBLE_MISSING 3  // left: there, right: missing

#define ENSEMBLE_NONE UINT32_MAX
#define ENSEMBLE_DEPTH_MAX 64 // splits on the way to a leaf

struct ensemble_node {
    uint32_t column;
    uint32_t left; // number of the left child in its tree; the right child comes next
    uint32_t set;  // category: first word of the set in `sets`, one bit a level
    uint8_t kind;
    uint8_t missing_left; // where a missing value goes, and a level that training never saw
    uint8_t saw_missing;  // 1: rows without a value were learnt from here
    uint8_t reserved;
    double threshold;
    double value; // leaf: what the tree adds; split: what it would add as a leaf
    double cover; // summed weight of the training rows
    double gain;  // of the split
};

struct ensemble_scorer; // trees packed for scoring

// {0} is empty. The answer for a row is base + scale * (sum over trees of the leaf's value). A
// child's number is higher than its parent's; the nodes of tree t are nodes[first[t]] up to
// nodes[first[t + 1]] (or n_nodes for the last).
struct ensemble {
    struct ensemble_node *nodes;
    uint64_t n_nodes;
    uint64_t nodes_capacity;
    uint32_t *first;
    uint64_t n_trees;
    uint64_t trees_capacity;
    uint64_t *sets;
    uint64_t n_words;
    uint64_t sets_capacity;
    double base;
    double scale;
    struct ensemble_scorer *scorer;
};

static inline uint32_t ensemble_words(uint32_t n_levels)
{
    return (n_levels + 63) / 64;
}

static inline uint64_t ensemble_end(const struct ensemble *e, uint64_t tree)
{
    return tree + 1 < e->n_trees ? e->first[tree + 1] : e->n_nodes;
}

// A tree of one leaf (zeroed but for its kind) at the end; false when memory is out. Its root is
// node 0; its nodes are reached by ensemble_at until the next tree begins.
bool ensemble_begin(const pt_host *host, struct ensemble *e);

// A node of the last tree. Pointers move when nodes or trees are added.
static inline struct ensemble_node *ensemble_at(const struct ensemble *e, uint32_t node)
{
    return &e->nodes[e->first[e->n_trees - 1] + node];
}

// Two zeroed leaves at the end of the last tree, children of `node`, whose kind, column, ... the
// caller sets. Number of the left one; ENSEMBLE_NONE when memory is out.
uint32_t ensemble_split(const pt_host *host, struct ensemble *e, uint32_t node);
// Room for a set of n_levels bits, all zero: its first word, or ENSEMBLE_NONE.
uint32_t ensemble_set(const pt_host *host, struct ensemble *e, uint32_t n_levels);
// Copies all trees of `from` to the end; false when memory is out.
bool ensemble_append(const pt_host *host, struct ensemble *e, const struct ensemble *from);
// Frees everything; NULL host memory is fine.
void ensemble_release(const pt_host *host, struct ensemble *e);

// Packs the trees for scoring. After fit and after load, before the first prediction.
pt_status ensemble_seal(const pt_host *host, struct ensemble *e, const struct pt_columns *columns,
                        pt_error *err);

// out[row] for every row of the block (float or double, rows or columns layout as told); the same
// bytes at every processor level. Reads only: many threads at once. block->cols is columns->n.
struct ensemble_layout {
    pt_layout layout;
    uint8_t dtype; // 8 = double, 4 = float
};

pt_status ensemble_predict(const pt_host *host, const struct ensemble *e,
                           struct ensemble_layout layout, const pt_block *block, double *out,
                           pt_error *err);
// The leaf's number in its tree for every row and tree: out[tree * block->rows + row].
pt_status ensemble_leaves(const pt_host *host, const struct ensemble *e,
                          struct ensemble_layout layout, const pt_block *block, uint32_t *out,
                          pt_error *err);

// The trees' bytes, base and scale; failures stick to the writer or reader. load() refuses with
// PT_E_DATA all that save() could not have written; `e` must be {0} and is released by the caller.
void ensemble_save(const struct ensemble *e, const struct pt_columns *columns,
                   struct pt_payload_writer *w);
pt_status ensemble_load(const pt_host *host, struct ensemble *e, const struct pt_columns *columns,
                        struct pt_payload_reader *r);

// Summed gain of the splits by column, n columns.
void ensemble_gains(const struct ensemble *e, uint32_t n, double *out);
// Splits on the longest way of a tree.
uint32_t ensemble_depth(const struct ensemble *e, uint64_t tree);

#endif
