// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Meetings: the distinct sets of identifiers that rows of one source and time segment carry, with
// how many rows did. All of identity is computed from them, so its work and memory grow with
// distinct identifiers, never with rows; a record names its meeting instead of its identifiers.
#ifndef PORTRAIT_PROFILE_MEETINGS_H
#define PORTRAIT_PROFILE_MEETINGS_H

#include <stdatomic.h>

#include "identifiers.h"
#include "window.h"

#define MEETING_HOLE UINT16_MAX
#define SEGMENTS_MAX ((size_t)UINT16_MAX - 1)

// Payload of a meeting while rows stream.
struct meeting_tally {
    _Atomic uint64_t rows;
    _Atomic uint64_t first; // complement of the smallest row_place, so that zero is none
};

// Splits are read side by side, so a row is told by its split and its number within; the number
// within the source follows when all splits have been counted.
#define ROW_BITS 40
#define SPLITS_MAX ((uint32_t)1 << (64 - ROW_BITS))

static inline uint64_t row_place(uint32_t ordinal, uint64_t row)
{
    return (uint64_t)ordinal << ROW_BITS | row;
}

struct meetings {
    const struct profile_spec *spec;
    struct intern *table; // key: u32 segment, then a u32 code (0 = none) for each id of the source
    struct store *store;
    struct store *finder;           // of the keys
    const struct segment *segments; // of all sources
    size_t stride;                  // most identifiers of a source
    uint64_t **split_first;         // a source each: number of the first row of every split
    // after closing, by code
    uint32_t end;
    uint16_t *segment; // MEETING_HOLE where there is no such code
    uint32_t *ids;     // [stride] each: node or device + 1, 0 = none
    uint64_t *rows;
    uint64_t *first_row;
};

// The keys live in `finder`, the closed arrays in `store`.
pt_status meetings_init(struct meetings *m, const struct profile_spec *spec,
                        const struct segment *segments, const struct stores *stores,
                        struct pt_error *err);
// Counts n rows of one meeting, the first at `place`; safe for many threads.
void meeting_count(struct intern_entry *e, uint64_t place, uint64_t n);
// After identifiers_close, with split_first set. The keys are not needed any more then.
pt_status meetings_close(struct meetings *m, const struct identifiers *ids, struct pt_error *err);
void meetings_release(struct meetings *m);

static inline const struct segment *meeting_segment(const struct meetings *m, uint32_t code)
{
    return &m->segments[m->segment[code]];
}

// Whether its rows count for identity at a cut-off.
static inline bool meeting_counts(const struct meetings *m, uint32_t code, size_t cutoff)
{
    return m->segment[code] != MEETING_HOLE && m->segments[m->segment[code]].bucket <= cutoff;
}

#endif
