// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Sums of times saturate, so that "no cut-off" (the last instant) needs no case of its own.
#include "window.h"

static int64_t add_time(int64_t a, int64_t b)
{
    int64_t sum = 0;
    if (__builtin_add_overflow(a, b, &sum)) {
        return b > 0 ? INT64_MAX : TIME_NONE + 1;
    }
    return sum;
}

struct window window_of(const struct profile_feature *f, int64_t cutoff)
{
    if (f->is_label) {
        int64_t from = add_time(cutoff, f->gap_us);
        return (struct window){from, add_time(from, f->after_us)};
    }
    int64_t from = f->within_us < 0 ? TIME_NONE + 1 : add_time(cutoff, -f->within_us);
    return (struct window){from, cutoff};
}

bool window_uses_source(const struct profile_feature *f, uint32_t source)
{
    for (size_t i = 0; i < f->n_from; i++) {
        if (f->from[i].source == source) {
            return true;
        }
    }
    return false;
}

struct edges {
    int64_t *at;
    size_t n;
};

static bool source_is_used(const struct profile_spec *spec, uint32_t source)
{
    for (size_t f = 0; f < spec->n_features; f++) {
        if (window_uses_source(&spec->features[f], source)) {
            return true;
        }
    }
    return false;
}

// True when a window of cut-off `c` over the source holds instant t.
static bool is_inside(const struct profile_spec *spec, uint32_t source, size_t c, int64_t t)
{
    for (size_t f = 0; f < spec->n_features; f++) {
        if (!window_uses_source(&spec->features[f], source)) {
            continue;
        }
        struct window w = window_of(&spec->features[f], spec->cutoffs_us[c]);
        if (w.from <= t && t < w.to) {
            return true;
        }
    }
    return false;
}

static void add_edge(struct edges *e, int64_t at)
{
    size_t i = e->n;
    while (i > 0 && e->at[i - 1] > at) {
        i--;
    }
    if (i > 0 && e->at[i - 1] == at) {
        return;
    }
    memmove(e->at + i + 1, e->at + i, (e->n - i) * sizeof *e->at);
    e->at[i] = at;
    e->n++;
}

static void collect_edges(const struct profile_spec *spec, uint32_t source, struct edges *e)
{
    add_edge(e, TIME_NONE + 1);
    for (size_t c = 0; c < spec->n_cutoffs; c++) {
        add_edge(e, spec->cutoffs_us[c]);
        for (size_t f = 0; f < spec->n_features; f++) {
            if (window_uses_source(&spec->features[f], source)) {
                struct window w = window_of(&spec->features[f], spec->cutoffs_us[c]);
                add_edge(e, w.from);
                add_edge(e, w.to);
            }
        }
    }
}

static bool segment_fill(const struct profile_spec *spec, struct segment *s, bool is_used,
                         struct arena *arena)
{
    uint8_t *inside = arena_zero(arena, spec->n_cutoffs, 1);
    if (inside == NULL) {
        return false;
    }
    s->bucket = (uint32_t)spec->n_cutoffs;
    for (size_t c = spec->n_cutoffs; c-- > 0;) {
        bool is_before = s->from < spec->cutoffs_us[c];
        s->bucket = is_before ? (uint32_t)c : s->bucket;
        inside[c] = is_used ? is_inside(spec, s->source, c, s->from) : is_before;
        s->is_inside = s->is_inside || inside[c] != 0;
    }
    s->inside = inside;
    return true;
}

static bool segment_untimed(const struct profile_spec *spec, struct segment *s, struct arena *arena)
{
    uint8_t *inside = arena_alloc(arena, spec->n_cutoffs);
    if (inside == NULL) {
        return false;
    }
    memset(inside, 1, spec->n_cutoffs);
    s->from = TIME_NONE;
    s->is_inside = true;
    s->inside = inside;
    return true;
}

static bool segments_alike(const struct segment *a, const struct segment *b, size_t n_cutoffs)
{
    return a->bucket == b->bucket && memcmp(a->inside, b->inside, n_cutoffs) == 0;
}

pt_status segments_build(const struct profile_spec *spec, uint32_t source, struct arena *arena,
                         struct segments *out, struct pt_error *err)
{
    bool is_timed = spec->sources[source].time >= 0;
    size_t most = is_timed ? spec->n_cutoffs * (2 * spec->n_features + 1) + 1 : 1;
    struct edges edges = {arena_zero(arena, most, sizeof(int64_t)), 0};
    struct segments built = {arena_zero(arena, most, sizeof(struct segment)), 0};
    if (edges.at == NULL || built.items == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory for windows");
    }
    bool is_used = source_is_used(spec, source);
    if (is_timed) {
        collect_edges(spec, source, &edges);
    } else {
        edges.n = 1;
    }
    for (size_t i = 0; i < edges.n; i++) {
        struct segment *s = &built.items[built.n];
        *s = (struct segment){.from = edges.at[i], .source = source};
        bool is_filled =
            is_timed ? segment_fill(spec, s, is_used, arena) : segment_untimed(spec, s, arena);
        if (!is_filled) {
            FAIL(err, PT_E_NO_MEMORY, "out of memory for windows");
        }
        built.n += built.n == 0 || !segments_alike(s - 1, s, spec->n_cutoffs);
    }
    *out = built;
    return PT_OK;
}
