// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Windows: the half-open spans of time a feature sees, and the segments they cut a source's time
// axis into. Within a segment all rows are alike: they link at the same cut-offs and lie in windows
// of the same cut-offs.
#ifndef PORTRAIT_PROFILE_WINDOW_H
#define PORTRAIT_PROFILE_WINDOW_H

#include "profile.h"

#define TIME_NONE INT64_MIN // of an untimed row: before every time, in every window

struct window {
    int64_t from; // first instant inside
    int64_t to;   // first instant after
};

struct window window_of(const struct profile_feature *f, int64_t cutoff);

struct segment {
    int64_t from; // first instant; it ends where the next one begins
    uint32_t source;
    uint32_t bucket;       // first cut-off its rows lie before; n_cutoffs = none
    bool is_inside;        // of a window of any cut-off
    const uint8_t *inside; // [n_cutoffs] of a window of that one
};

// A row in it can change something.
static inline bool segment_matters(const struct segment *s, size_t n_cutoffs)
{
    return s->is_inside || s->bucket < n_cutoffs;
}

struct segments {
    struct segment *items; // in arena
    size_t n;
};

// Segments of one source, by time; a source that no feature uses has one window, all before the
// last cut-off, as its rows still say who is who.
pt_status segments_build(const struct profile_spec *spec, uint32_t source, struct arena *arena,
                         struct segments *out, struct pt_error *err);
// Whether any feature uses rows of the source.
bool window_uses_source(const struct profile_feature *f, uint32_t source);

#endif
