// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The life of a profile, and the balance of its rows.
#include "aggregate.h"
#include "mem.h"
#include "profile_state.h"

static pt_status check_from(const struct profile_spec *spec, const struct profile_feature *f,
                            const struct profile_from *from, struct pt_error *err)
{
    if (from->source >= spec->n_sources) {
        FAIL(err, PT_E_INVALID, "feature `%s` names a source that is not there", f->name);
    }
    for (size_t i = 0; i < from->n_where; i++) {
        if (!expr_is_condition(from->where[i])) {
            FAIL(err, PT_E_CONFIG, "`where` of feature `%s` is no condition", f->name);
        }
    }
    bool has_value = from->value != NULL;
    enum vec_type type = VEC_I64;
    enum vec_type value = has_value ? expr_type(from->value) : VEC_I64;
    pt_status status = profile_feature_type(f->aggregate, has_value, value, &type, err);
    if (status != PT_OK) {
        error_prefix(err, "feature `%s`", f->name);
        return status;
    }
    if (type != f->type || has_value != (f->from[0].value != NULL) ||
        (has_value && value != expr_type(f->from[0].value))) {
        FAIL(err, PT_E_CONFIG, "feature `%s` has values of several types", f->name);
    }
    return PT_OK;
}

static pt_status check_features(const struct profile_spec *spec, struct pt_error *err)
{
    for (size_t i = 0; i < spec->n_features; i++) {
        const struct profile_feature *f = &spec->features[i];
        if (f->n_from == 0) {
            FAIL(err, PT_E_INVALID, "feature `%s` has no rows to look at", f->name);
        }
        for (size_t k = 0; k < f->n_from; k++) {
            TRY(check_from(spec, f, &f->from[k], err));
        }
        bool is_taken = strcmp(f->name, "profile") == 0;
        for (size_t k = 0; k < i; k++) {
            is_taken = is_taken || strcmp(f->name, spec->features[k].name) == 0;
        }
        if (is_taken) {
            FAIL(err, PT_E_CONFIG, "two columns are named `%s`", f->name);
        }
    }
    return PT_OK;
}

static pt_status check_namespaces(const struct profile_spec *spec, struct pt_error *err)
{
    for (size_t i = 0; i < spec->n_namespaces; i++) {
        const struct profile_namespace *ns = &spec->namespaces[i];
        if (ns->normalize != NULL && expr_type(ns->normalize) != VEC_STR) {
            FAIL(err, PT_E_CONFIG, "`normalize` of namespace `%s` must give str, not %s", ns->name,
                 vec_type_name(expr_type(ns->normalize)));
        }
        if (ns->known_in >= 0 && ns->class_ == NAMESPACE_DEVICE) {
            FAIL(err, PT_E_CONFIG, "`known_in` of namespace `%s`: a device cannot be known",
                 ns->name);
        }
        if (ns->known_in >= (int32_t)spec->n_sources) {
            FAIL(err, PT_E_INVALID, "namespace `%s` names a source that is not there", ns->name);
        }
    }
    for (size_t s = 0; s < spec->n_sources; s++) {
        for (size_t i = 0; i < spec->sources[s].n_ids; i++) {
            if (spec->sources[s].ids[i].namespace_ >= spec->n_namespaces) {
                FAIL(err, PT_E_INVALID, "source `%s` names a namespace that is not there",
                     spec->sources[s].name);
            }
        }
    }
    return PT_OK;
}

static pt_status check_spec(const struct profile_spec *spec, struct pt_error *err)
{
    if (spec->n_cutoffs == 0) {
        FAIL(err, PT_E_INVALID, "no cut-off");
    }
    for (size_t c = 1; c < spec->n_cutoffs; c++) {
        if (spec->cutoffs_us[c] <= spec->cutoffs_us[c - 1]) {
            FAIL(err, PT_E_INVALID, "cut-offs must ascend");
        }
    }
    TRY(check_namespaces(spec, err));
    TRY(check_features(spec, err));
    uint32_t population = spec->population;
    if (population > spec->n_features ||
        (population > 0 && spec->features[population - 1].type != VEC_BOOL)) {
        FAIL(err, PT_E_CONFIG, "the population must be a condition");
    }
    return PT_OK;
}

static pt_status build_segments(struct profile *p, struct pt_error *err)
{
    size_t n_sources = p->spec->n_sources;
    p->segments = arena_zero(&p->arena, n_sources, sizeof *p->segments);
    p->first_segment = arena_zero(&p->arena, n_sources, sizeof *p->first_segment);
    if (p->segments == NULL || p->first_segment == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory for windows");
    }
    for (uint32_t s = 0; s < n_sources; s++) {
        TRY(segments_build(p->spec, s, &p->arena, &p->segments[s], err));
        p->first_segment[s] = (uint32_t)p->n_segments;
        p->n_segments += p->segments[s].n;
        if (p->n_segments > SEGMENTS_MAX) {
            FAIL(err, PT_E_LIMIT, "too many cut-offs and windows");
        }
    }
    p->all_segments = arena_zero(&p->arena, p->n_segments, sizeof *p->all_segments);
    if (p->all_segments == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory for windows");
    }
    for (size_t s = 0; s < n_sources; s++) {
        memcpy(p->all_segments + p->first_segment[s], p->segments[s].items,
               p->segments[s].n * sizeof *p->all_segments);
    }
    return PT_OK;
}

static pt_status build_spool(struct profile *p, struct pt_error *err)
{
    size_t n = p->spec->n_sources;
    p->widths = arena_zero(&p->arena, n, sizeof *p->widths);
    p->balances = arena_zero(&p->arena, n, sizeof *p->balances);
    if (p->widths == NULL || p->balances == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory for the spool");
    }
    for (size_t s = 0; s < n; s++) {
        p->widths[s] = p->layouts.items[s].width;
    }
    struct spool_options options = {
        .widths = p->widths,
        .n_sources = n,
        .memory_bytes = p->spec->memory_bytes,
        .temp_dir = p->spec->temp_dir,
        .store = p->store,
    };
    return spool_new(&options, &p->spool, err);
}

static pt_status profile_fill(struct profile *p, struct pt_error *err)
{
    TRY(check_spec(p->spec, err));
    TRY(store_new(p->spec->memory_bytes, p->spec->temp_dir, &p->store, err));
    TRY(store_beside(p->store, &p->finder, err));
    struct stores stores = {p->store, p->finder};
    struct intern_options options = {.store = p->store, .finder = p->finder};
    TRY(layouts_build(p->spec, &p->arena, &p->layouts, err));
    TRY(build_segments(p, err));
    TRY(identifiers_init(&p->ids, p->spec, &p->arena, &stores, err));
    TRY(meetings_init(&p->meetings, p->spec, p->all_segments, &stores, err));
    TRY(intern_new(&options, &p->texts, err));
    TRY(build_spool(p, err));
    p->has_lock = pthread_mutex_init(&p->lock, NULL) == 0;
    if (!p->has_lock) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory for a lock");
    }
    return PT_OK;
}

pt_status profile_new(const struct profile_spec *spec, struct profile **out, struct pt_error *err)
{
    struct profile *p = mem_zero(1, sizeof *p);
    if (p == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory for profiles");
    }
    p->spec = spec;
    pt_status status = profile_fill(p, err);
    if (status != PT_OK) {
        profile_free(p);
        return status;
    }
    *out = p;
    return PT_OK;
}

void profile_free(struct profile *p)
{
    if (p == NULL) {
        return;
    }
    identifiers_release(&p->ids);
    meetings_release(&p->meetings);
    intern_free(p->texts);
    spool_free(p->spool);
    mem_free(p->splits);
    store_drop(p->store, p->matched);
    store_free(p->finder);
    store_free(p->store);
    if (p->has_lock) {
        pthread_mutex_destroy(&p->lock);
    }
    arena_release(&p->arena);
    mem_free(p);
}

// Numbers of the first rows of all splits.
static pt_status count_splits(struct profile *p, struct pt_error *err)
{
    size_t n_sources = p->spec->n_sources;
    uint32_t *n = arena_zero(&p->arena, n_sources, sizeof *n);
    uint64_t **first = arena_zero(&p->arena, n_sources, sizeof(uint64_t *));
    if (n == NULL || first == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory for splits");
    }
    for (size_t i = 0; i < p->n_splits; i++) {
        const struct split_rows *s = &p->splits[i];
        n[s->source] = n[s->source] > s->ordinal ? n[s->source] : s->ordinal + 1;
    }
    for (size_t i = 0; i < n_sources; i++) {
        first[i] = arena_zero(&p->arena, n[i], sizeof **first);
        if (first[i] == NULL) {
            FAIL(err, PT_E_NO_MEMORY, "out of memory for splits");
        }
    }
    for (size_t i = 0; i < p->n_splits; i++) {
        first[p->splits[i].source][p->splits[i].ordinal] = p->splits[i].n;
    }
    for (size_t i = 0; i < n_sources; i++) {
        uint64_t sum = 0;
        for (uint32_t k = 0; k < n[i]; k++) {
            uint64_t rows = first[i][k];
            first[i][k] = sum;
            sum += rows;
        }
    }
    p->meetings.split_first = first;
    return PT_OK;
}

// What the sealed spool keeps in memory, the store cannot have.
static void share_memory(struct profile *p)
{
    uint64_t budget = p->spec->memory_bytes;
    uint64_t kept = spool_memory_bytes(p->spool);
    store_limit(p->store, kept < budget ? budget - kept : 0);
}

pt_status profile_close(struct profile *p, struct pt_error *err)
{
    if (p->is_closed) {
        FAIL(err, PT_E_STATE, "the profile is already closed");
    }
    p->is_closed = true;
    TRY(spool_seal(p->spool, err));
    share_memory(p);
    TRY(identifiers_close(&p->ids, err));
    TRY(count_splits(p, err));
    TRY(meetings_close(&p->meetings, &p->ids, err));
    p->finder_disk_bytes = store_disk_bytes(p->finder);
    store_free(p->finder);
    p->finder = NULL;
    p->matched = store_array(p->store, p->meetings.end, 1);
    if (p->matched == NULL) {
        return store_failure(p->store, "profiles", err);
    }
    store_rest(p->store);
    p->is_ready = true;
    return PT_OK;
}

struct profile_balance profile_balance_of(const struct profile *p, uint32_t source)
{
    struct profile_balance b = p->balances[source];
    for (uint32_t code = 1; p->is_ready && code < p->meetings.end; code++) {
        if (p->meetings.segment[code] == MEETING_HOLE) {
            continue;
        }
        const struct segment *s = meeting_segment(&p->meetings, code);
        if (s->source == source && s->is_inside) {
            uint64_t rows = p->meetings.rows[code];
            b.used += p->matched[code] != 0 ? rows : 0;
            b.unmatched += p->matched[code] != 0 ? 0 : rows;
        }
    }
    return b;
}

struct pool *profile_pool(const struct profile *p)
{
    return p->spec->pool;
}

struct profile_spill profile_spill_of(const struct profile *p)
{
    struct profile_spill s = {
        .rows = spool_disk_bytes(p->spool) + p->regrouped_bytes,
        .identifiers = p->finder_disk_bytes + store_disk_bytes(p->store),
    };
    s.identifiers += p->finder == NULL ? 0 : store_disk_bytes(p->finder);
    return s;
}

uint64_t profile_spilled_bytes(const struct profile *p)
{
    struct profile_spill s = profile_spill_of(p);
    return s.rows + s.identifiers;
}
