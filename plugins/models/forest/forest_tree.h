// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// One tree of a forest: rows drawn with replacement, columns drawn at every split.
#ifndef FOREST_TREE_H
#define FOREST_TREE_H

#include "forest.h"
#include "split.h"

// What the trees share; read by all threads at once but for `left_out`.
struct forest_job {
    const pt_host *host;
    const struct forest_model *m;
    const struct bins *bins;
    const uint8_t *label; // by row
    const uint64_t *seed; // by tree
    uint32_t n_tried;     // columns that a split tries
    struct class_units units;
    // By row, what trees that left it out say: sum of p * 2^FOREST_P_BITS in the low
    // FOREST_SUM_BITS, number of trees above. Whole numbers: the same in any order.
    uint64_t *left_out;
};

#define FOREST_P_BITS 36
#define FOREST_SUM_BITS 50

// Grows tree `number` into `out` ({0}).
pt_status forest_tree_grow(const struct forest_job *job, uint64_t number, struct ensemble *out,
                           pt_error *err);

#endif
