// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Segments: which number each cluster gets, so that a rule can name a segment before training.
#ifndef PORTRAIT_LEARN_SEGMENTS_H
#define PORTRAIT_LEARN_SEGMENTS_H

#include "segments_keep.h"

// The column whose mean orders segments: the spec's, else the plugin's COLUMN option `order_by`;
// NULL = by size.
const char *segments_order_by(const struct component_info *plugin, const void *config,
                              const char *wanted);

// One numbering.
struct numbering {
    struct instance *m;
    const struct prepare_rows *from;
    const char *order_by;      // NULL = by size
    uint32_t *segment;         // of the i-th row of `from`; rewritten
    const struct learned *old; // whose numbers are kept; NULL = none
    const struct prepare *prepare;
    struct pool *pool;
    struct kept_segments *kept; // what became of the old ones, where there are any
};

// Numbers the clusters of a fitted instance by falling mean of `order_by` (NULL: falling size) over
// `from`; ties by size, then by the model's own number. Those that match one of the old model keep
// its number. A plugin that cannot renumber keeps its own.
pt_status segments_number(const struct numbering *job, struct pt_error *err);

#endif
