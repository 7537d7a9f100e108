// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Frame: one profile's records of one source in order of time, with times and bits side by side.
// Memory is kept from profile to profile.
#ifndef PORTRAIT_PROFILE_FRAME_H
#define PORTRAIT_PROFILE_FRAME_H

#include "layout.h"
#include "scatter.h"
#include "timesort.h"
#include "window.h"

struct frame_range {
    size_t from;
    size_t to;
};

// {0} is empty.
struct frame {
    const struct layout *layout;
    const struct rowset *rows;
    const struct scatter_pair *pairs; // in file order
    size_t n;
    const unsigned char **records;
    int64_t *time;  // unused when the source is untimed
    uint32_t *bits; // [n_words] a record
    struct time_item *items;
    size_t capacity;
};

// Room for n records of a layout.
pt_status frame_reserve(struct frame *f, const struct layout *layout, size_t n,
                        struct pt_error *err);
// Loads `n` pairs of one profile; `ahead` pairs behind them may be read soon.
void frame_load(struct frame *f, const struct scatter_pair *pairs, size_t n, size_t ahead);
void frame_release(struct frame *f);

// Records inside a window; all of them when the source is untimed.
struct frame_range frame_window(const struct frame *f, const struct window *w);

#endif
