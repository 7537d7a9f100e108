// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What a profile holds while rows stream and people are computed. Only for files of this room.
#ifndef PORTRAIT_PROFILE_PROFILE_STATE_H
#define PORTRAIT_PROFILE_PROFILE_STATE_H

#include <pthread.h>

#include "layout.h"
#include "meetings.h"
#include "spool.h"

// How many rows a split had.
struct split_rows {
    uint32_t source;
    uint32_t ordinal;
    uint64_t n;
};

struct profile {
    const struct profile_spec *spec;
    struct arena arena;
    struct layouts layouts;
    struct segments *segments;    // a source each
    struct segment *all_segments; // of all sources, one after another
    uint32_t *first_segment;      // a source each: index into all_segments
    size_t n_segments;
    uint32_t *widths; // a source each
    struct identifiers ids;
    struct meetings meetings;
    struct intern *texts; // text values
    struct store *store;  // of identifiers, links and texts
    struct store *finder; // of what is needed only while rows stream; NULL once closed
    struct spool *spool;
    struct split_rows *splits; // that were closed
    size_t n_splits;
    size_t splits_capacity;
    pthread_mutex_t lock; // of the balances and the splits
    bool has_lock;
    struct profile_balance *balances; // a source each; used and unmatched of meetings not yet in
    bool is_closed;                   // no more rows
    bool is_ready;                    // closed without an error
    uint8_t *matched; // [meetings end] owned at a cut-off whose windows hold its rows
    uint64_t regrouped_bytes;
    uint64_t finder_disk_bytes; // what of the finder was on disk
};

#endif
