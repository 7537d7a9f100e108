// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Trees packed for scoring. Values become small codes once a row (how many of the column's
// thresholds lie below), so that a step down a tree is one compare of whole numbers; a leaf leads
// to itself, so that rows go in step.
#ifndef TREES_ENSEMBLE_SCORER_H
#define TREES_ENSEMBLE_SCORER_H

#include <stdint.h>

#include "ensemble.h"

#define SCORER_ROWS 256u // rows whose codes stand in memory at a time
#define SCORER_STEP 16u  // rows that go down a tree together
#define SCORER_CODE_RIGHT 0xffffu
#define SCORER_CATEGORY 0x8000u // plane of a node that asks for a set
#define SCORER_NO_PLANE UINT32_MAX

// A column's codes. A missing value is code 0 in the plane of splits that send it left,
// SCORER_CODE_RIGHT in that of those that send it right, and n_levels among categories.
struct scorer_column {
    uint32_t column;
    uint32_t left;     // planes; SCORER_NO_PLANE = not asked for
    uint32_t right;    //
    uint32_t category; //
    uint32_t n_levels;
    uint32_t n_padded;  // thresholds, a power of two
    uint64_t threshold; // first in `thresholds`, rising, padded by infinity
};

#define SCORER_MASK_DEPTH 6u
#define SCORER_MASK_LEAVES (1u << SCORER_MASK_DEPTH)
#define SCORER_MASK_ROWS 32u

// A shallow tree made complete: node i asks whether the row's code in its plane is above its bin;
// its children are 2i + 1 and 2i + 2. A leaf higher up stands at all places below it.
struct scorer_masks {
    uint16_t plane[SCORER_MASK_LEAVES];
    uint16_t bin[SCORER_MASK_LEAVES];
    double values[SCORER_MASK_LEAVES]; // by leaf, left to right
};

struct ensemble_scorer {
    bool is_plain;   // too many thresholds or planes: the trees are walked as they are
    uint64_t *nodes; // plane | bin << 16 | next << 32: next if code <= bin, else the one behind
    // The same in half the room, plane | bin << 8 | next << 16, where all fit; NULL = they do not.
    uint32_t *small;
    struct scorer_masks *masks; // by tree; NULL = they are too deep, or ask for sets
    double *values;             // by node
    uint32_t *first;            // by tree
    uint32_t *depth;            // by tree
    uint32_t deepest;
    uint64_t n_trees;
    uint32_t *set_of; // by node: first word of its set in `sets`; NULL = no categories
    uint32_t *sets;   // the last bit stands for a missing value
    uint32_t n_planes;
    uint32_t n_columns;
    struct scorer_column *columns;
    double *thresholds;
    uint32_t *levels;  // by column of the matrix: number of levels
    uint32_t n_levels; // columns of the matrix
};

// A block in either layout and type.
struct ensemble_view {
    const uint8_t *x;
    uint64_t row_bytes;
    uint64_t column_bytes;
    bool is_float;
};

static inline struct ensemble_view ensemble_view(struct ensemble_layout layout,
                                                 const pt_block *block)
{
    bool is_rows = layout.layout == PT_LAYOUT_ROWS;
    return (struct ensemble_view){
        .x = block->x,
        .row_bytes = is_rows ? block->stride * layout.dtype : layout.dtype,
        .column_bytes = is_rows ? layout.dtype : block->stride * layout.dtype,
        .is_float = layout.dtype == 4,
    };
}

static inline double ensemble_cell(const struct ensemble_view *v, uint64_t row, uint64_t column)
{
    const void *at = v->x + row * v->row_bytes + column * v->column_bytes;
    return v->is_float ? (double)*(const float *)at : *(const double *)at;
}

// Of a sealed ensemble.
bool ensemble_goes_left(const struct ensemble *e, const struct ensemble_node *node, double value);
// PT_E_STATE before sealing, PT_E_INVALID for a block of other columns.
pt_status ensemble_check(const pt_host *host, const struct ensemble *e, const pt_block *block,
                         pt_error *err);

void ensemble_scorer_free(const pt_host *host, struct ensemble_scorer *s);

// A column's thresholds: rising, padded by infinity to a power of two.
struct scorer_search {
    const double *thresholds;
    uint32_t n_padded;
};

// codes[i] = thresholds below values[i]; 0 for NaN.
void scorer_codes(const struct scorer_search *s, const double *values, uint64_t n, uint16_t *codes);
#if defined(__x86_64__)
void scorer_codes_avx512(const struct scorer_search *s, const double *values, uint64_t n,
                         uint16_t *codes);
#endif

// Before the nodes shrink. False when memory is out.
bool scorer_masks_make(const pt_host *host, struct ensemble_scorer *s);
#if defined(__x86_64__)
// Adds the values of n rows (at most SCORER_ROWS, from a multiple of 32 of `codes`) to sums.
void scorer_masks_avx512(const struct scorer_masks *m, uint32_t depth, const uint16_t *codes,
                         double *sums, uint64_t n);
#endif

// Eight rows at once in plain code: with AVX-512 gathers it was a third slower, as measured on a
// processor that has them. Leaves that rows [0, SCORER_STEP) of `codes` come to in a tree; plane p
// of row r is codes[p * SCORER_ROWS + r].
typedef void (*scorer_walk)(const struct ensemble_scorer *s, uint64_t tree, const uint16_t *codes,
                            uint32_t *leaves);

void scorer_walk_small(const struct ensemble_scorer *s, uint64_t tree, const uint16_t *codes,
                       uint32_t *leaves);
void scorer_walk_plain(const struct ensemble_scorer *s, uint64_t tree, const uint16_t *codes,
                       uint32_t *leaves);
void scorer_walk_sets(const struct ensemble_scorer *s, uint64_t tree, const uint16_t *codes,
                      uint32_t *leaves);

#endif
