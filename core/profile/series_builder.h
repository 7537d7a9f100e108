// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Series builder: from the frames of one profile to the rows one feature sees.
#ifndef PORTRAIT_PROFILE_SERIES_BUILDER_H
#define PORTRAIT_PROFILE_SERIES_BUILDER_H

#include "feature_plan.h"
#include "frame.h"

// {0} is empty; memory is kept.
struct series_builder {
    size_t n;
    int64_t *time;
    uint64_t *value;
    uint8_t *valid;
    struct time_item *items;
    uint64_t *value_scratch;
    uint8_t *valid_scratch;
    size_t capacity;
};

// Room for n rows; empties.
pt_status series_reserve(struct series_builder *b, size_t n, struct pt_error *err);
void series_release(struct series_builder *b);

// How many rows of `range` a feed takes.
size_t series_count(const struct frame *f, const struct plan_feed *feed, struct frame_range range);
// Adds the rows of a feed in time order, with times and values.
void series_add(struct series_builder *b, const struct frame *f, const struct plan_feed *feed,
                struct frame_range range);
// Puts rows of several feeds in time order, feeds and files in theirs.
void series_order(struct series_builder *b);
// Adds the own row: the first in file order that a feed takes and that goes by the profile's name.
bool series_add_own(struct series_builder *b, const struct frame *f, const struct plan_feed *feed,
                    const struct window *window);

#endif
