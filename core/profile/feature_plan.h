// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Feature plan: the features of one cut-off with all look-ups done: which bits, which fields, which
// windows.
#ifndef PORTRAIT_PROFILE_FEATURE_PLAN_H
#define PORTRAIT_PROFILE_FEATURE_PLAN_H

#include "aggregate.h"
#include "profile_state.h"

struct plan_pick {
    int32_t test;                     // bit, -1 = every row
    const struct layout_value *value; // NULL = none
};

// Rows of one source; a row belongs to the first pick that takes it.
struct plan_feed {
    uint32_t source;
    uint32_t window; // index into the source's windows
    const struct plan_pick *picks;
    size_t n_picks;
};

struct plan_feature {
    const struct aggregate_kind *kind;
    struct aggregate_scope scope;
    struct plan_feed *feeds; // in order of sources
    size_t n_feeds;
    struct window window;
    bool has_default;
    uint64_t default_bits; // not for texts
};

struct plan_windows {
    struct window *items;
    size_t n;
};

struct feature_plan {
    struct arena arena;
    struct plan_feature *features;
    size_t n;
    struct plan_windows *windows; // a source each, all different
};

pt_status feature_plan_build(const struct profile *p, size_t cutoff, struct feature_plan *out,
                             struct pt_error *err);
void feature_plan_release(struct feature_plan *plan);

#endif
