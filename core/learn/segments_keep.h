// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Numbers that stay over retrains: new segments are matched to those of a saved model.
#ifndef PORTRAIT_LEARN_SEGMENTS_KEEP_H
#define PORTRAIT_LEARN_SEGMENTS_KEEP_H

#include "json.h"
#include "learned.h"

#define SEGMENTS_NEW UINT32_MAX

// What became of a segment.
struct kept_segment {
    uint32_t was;      // its number in the saved model; SEGMENTS_NEW
    uint64_t rows;     // training rows
    uint64_t was_rows; // of the saved model's segment, among the same rows
    uint64_t shared;   // in both
    double drift;      // distance between the two means, on the new model's prepared scale
};

// {0} = numbers were not kept.
struct kept_segments {
    struct kept_segment *items; // by number, owned
    uint32_t n;
    uint32_t n_old; // segments of the saved model that have rows
};

// One matching.
struct segments_keep {
    const struct learned *old;
    const struct prepare *prepare; // of the new model
    const struct prepare_rows *from;
    const uint32_t *segment; // of the i-th row, as the new model numbers them
    uint32_t n;              // new segments
    struct pool *pool;
};

// new_of holds the order of the segments (a permutation of 0 .. n-1) and becomes their numbers:
// matched ones have their old number where it is below n, the others the free ones in that order.
// The match shares the most rows in all; of equals, the one whose means are nearest in all.
// Segments that share no row are not matched.
pt_status segments_keep(const struct segments_keep *job, uint32_t *new_of,
                        struct kept_segments *out, struct pt_error *err);
void kept_segments_release(struct kept_segments *k);
void kept_segments_json(const struct kept_segments *k, struct json_writer *w); // an array

#endif
