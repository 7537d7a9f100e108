// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "sweep.h"

#include "mem.h"
#include "parallel.h"
#include "series_builder.h"

// What one thread works with.
struct desk {
    struct frame *frames;        // a source each
    struct scatter_pair **pairs; // a source each, sorted by profile
    size_t *capacities;          // of pairs
    size_t *begin;               // [n_sources][profiles of a partition + 1]
    struct frame_range **ranges; // a source each, a window each
    struct series_builder series;
    struct tally tally;
    struct arena arena;
};

struct sweeping {
    const struct sweep_input *in;
    struct scatter scatter;
    struct desk *desks;
    uint32_t n_desks;
};

static bool desk_init(struct desk *d, const struct sweeping *s)
{
    size_t n = s->in->profile->spec->n_sources;
    size_t n_begin = ((size_t)1 << s->scatter.shift) + 1;
    d->frames = arena_zero(&d->arena, n, sizeof *d->frames);
    d->pairs = arena_zero(&d->arena, n, sizeof(struct scatter_pair *));
    d->capacities = arena_zero(&d->arena, n, sizeof *d->capacities);
    d->begin = arena_zero(&d->arena, n * n_begin, sizeof *d->begin);
    d->ranges = arena_zero(&d->arena, n, sizeof(struct frame_range *));
    if (d->frames == NULL || d->pairs == NULL || d->capacities == NULL || d->begin == NULL ||
        d->ranges == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        size_t n_windows = s->in->plan->windows[i].n;
        d->ranges[i] = arena_zero(&d->arena, n_windows, sizeof **d->ranges);
        if (d->ranges[i] == NULL) {
            return false;
        }
    }
    return true;
}

static void desk_release(struct desk *d, size_t n_sources)
{
    for (size_t i = 0; i < n_sources; i++) {
        if (d->frames != NULL) {
            frame_release(&d->frames[i]);
        }
        if (d->pairs != NULL) {
            mem_free(d->pairs[i]);
        }
    }
    series_release(&d->series);
    tally_release(&d->tally);
    arena_release(&d->arena);
}

// Counting sort of a partition's pairs of one source by profile.
static pt_status sort_pairs(const struct sweeping *s, struct desk *d, size_t partition,
                            uint32_t source, struct pt_error *err)
{
    const struct scatter *sc = &s->scatter;
    const size_t *at = sc->begin + source * (sc->n_partitions + 1);
    const struct scatter_pair *from = sc->pairs + at[partition];
    size_t n = at[partition + 1] - at[partition];
    size_t n_profiles = (size_t)1 << sc->shift;
    size_t *begin = d->begin + source * (n_profiles + 1);
    uint32_t first = s->in->first + (uint32_t)(partition << sc->shift);
    if (!mem_reserve(&d->pairs[source], &d->capacities[source], n, sizeof *from)) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory for the rows of profiles");
    }
    memset(begin, 0, (n_profiles + 1) * sizeof *begin);
    for (size_t i = 0; i < n; i++) {
        begin[person_index(from[i].person) - first + 1]++;
    }
    for (size_t p = 0; p < n_profiles; p++) {
        begin[p + 1] += begin[p];
    }
    for (size_t i = 0; i < n; i++) {
        d->pairs[source][begin[person_index(from[i].person) - first]++] = from[i];
    }
    memmove(begin + 1, begin, n_profiles * sizeof *begin);
    begin[0] = 0;
    return PT_OK;
}

static pt_status load_profile(const struct sweeping *s, struct desk *d, size_t profile,
                              struct pt_error *err)
{
    size_t n_profiles = (size_t)1 << s->scatter.shift;
    size_t n_rows = 0;
    for (uint32_t source = 0; source < s->in->profile->spec->n_sources; source++) {
        const size_t *begin = d->begin + source * (n_profiles + 1);
        size_t n = begin[profile + 1] - begin[profile];
        const struct scatter_pair *pairs = n == 0 ? NULL : d->pairs[source] + begin[profile];
        struct frame *f = &d->frames[source];
        TRY(frame_reserve(f, &s->in->profile->layouts.items[source], n, err));
        f->rows = s->in->rows;
        frame_load(f, pairs, n, begin[n_profiles] - begin[profile + 1]);
        const struct plan_windows *windows = &s->in->plan->windows[source];
        for (size_t w = 0; w < windows->n; w++) {
            d->ranges[source][w] = frame_window(f, &windows->items[w]);
        }
        n_rows += n;
    }
    return series_reserve(&d->series, n_rows, err);
}

static size_t count_rows(const struct desk *d, const struct plan_feature *f)
{
    size_t n = 0;
    for (size_t i = 0; i < f->n_feeds; i++) {
        const struct plan_feed *feed = &f->feeds[i];
        n += series_count(&d->frames[feed->source], feed, d->ranges[feed->source][feed->window]);
    }
    return n;
}

static void gather_own(struct desk *d, const struct plan_feature *f)
{
    bool is_found = false;
    for (size_t i = 0; i < f->n_feeds && !is_found; i++) {
        const struct plan_feed *feed = &f->feeds[i];
        is_found = series_add_own(&d->series, &d->frames[feed->source], feed, &f->window);
    }
}

static void gather_feed(struct desk *d, const struct plan_feed *feed)
{
    series_add(&d->series, &d->frames[feed->source], feed, d->ranges[feed->source][feed->window]);
}

static struct series series_view(const struct desk *d)
{
    return (struct series){d->series.n, d->series.time, d->series.value, d->series.valid};
}

// Sessions: each source for itself, then added up.
static pt_status run_per_source(struct desk *d, const struct plan_feature *f,
                                struct aggregate_result *out, struct pt_error *err)
{
    struct aggregate_result sum = {0};
    for (size_t i = 0; i < f->n_feeds; i++) {
        struct aggregate_result one = {0};
        d->series.n = 0;
        gather_feed(d, &f->feeds[i]);
        struct series rows = series_view(d);
        TRY(f->kind->run(&f->scope, &rows, &one, err));
        sum.bits += one.bits;
    }
    *out = sum;
    return PT_OK;
}

static pt_status run_feature(struct desk *d, const struct plan_feature *f,
                             struct aggregate_result *out, struct pt_error *err)
{
    bool has_values = f->n_feeds > 0 && f->feeds[0].picks[0].value != NULL;
    struct aggregate_scope scope = f->scope;
    scope.tally = &d->tally;
    if (f->kind->is_per_source) {
        return run_per_source(d, f, out, err);
    }
    struct series rows = {0};
    if (!has_values && !f->kind->needs_time) {
        rows.n = count_rows(d, f);
        return f->kind->run(&scope, &rows, out, err);
    }
    d->series.n = 0;
    if (f->scope.feature->aggregate == AGGREGATE_OWN) {
        gather_own(d, f);
    } else {
        for (size_t i = 0; i < f->n_feeds; i++) {
            gather_feed(d, &f->feeds[i]);
        }
        if (f->n_feeds > 1) {
            series_order(&d->series);
        }
    }
    rows = series_view(d);
    return f->kind->run(&scope, &rows, out, err);
}

static pt_status run_profile(const struct sweeping *s, struct desk *d, uint32_t row,
                             struct pt_error *err)
{
    const struct feature_plan *plan = s->in->plan;
    for (size_t i = 0; i < plan->n; i++) {
        const struct plan_feature *f = &plan->features[i];
        struct aggregate_result r = {0};
        TRY(run_feature(d, f, &r, err));
        bool is_filled = r.is_null && f->has_default && f->scope.feature->type != VEC_STR;
        s->in->columns[i].bits[row] = is_filled ? f->default_bits : r.bits;
        s->in->columns[i].valid[row] = !r.is_null || is_filled;
    }
    return PT_OK;
}

static pt_status run_partition(void *arg, uint64_t item, uint32_t worker, struct pt_error *err)
{
    struct sweeping *s = arg;
    struct desk *d = &s->desks[worker];
    uint32_t first = (uint32_t)(item << s->scatter.shift);
    uint32_t n = s->in->n - first;
    uint32_t most = (uint32_t)1 << s->scatter.shift;
    n = n < most ? n : most;
    for (uint32_t source = 0; source < s->in->profile->spec->n_sources; source++) {
        TRY(sort_pairs(s, d, (size_t)item, source, err));
    }
    for (uint32_t i = 0; i < n; i++) {
        TRY(load_profile(s, d, i, err));
        TRY(run_profile(s, d, s->in->first + first + i, err));
    }
    return PT_OK;
}

static pt_status sweep_scatter(struct sweeping *s, struct pt_error *err)
{
    const struct profile *p = s->in->profile;
    struct scatter_source *sources = mem_array(p->spec->n_sources, sizeof *sources);
    if (sources == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory for the rows of profiles");
    }
    for (size_t i = 0; i < p->spec->n_sources; i++) {
        const struct layout *l = &p->layouts.items[i];
        sources[i] = (struct scatter_source){l->width, l->meeting_at};
    }
    struct scatter_input in = {
        .rows = s->in->rows,
        .sources = sources,
        .n_sources = p->spec->n_sources,
        .person = s->in->people->person,
        .first = s->in->first,
        .n = s->in->n,
        .pool = p->spec->pool,
    };
    pt_status status = scatter_build(&in, &s->scatter, err);
    mem_free(sources);
    return status;
}

static pt_status sweep_desks(struct sweeping *s, struct pt_error *err)
{
    uint32_t n = parallel_workers(s->in->profile->spec->pool);
    s->desks = mem_zero(n, sizeof *s->desks);
    s->n_desks = s->desks == NULL ? 0 : n;
    for (uint32_t i = 0; i < s->n_desks; i++) {
        if (!desk_init(&s->desks[i], s)) {
            FAIL(err, PT_E_NO_MEMORY, "out of memory for the rows of profiles");
        }
    }
    if (s->desks == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory for the rows of profiles");
    }
    return PT_OK;
}

pt_status sweep_run(const struct sweep_input *in, struct pt_error *err)
{
    struct sweeping s = {.in = in};
    pt_status status = sweep_scatter(&s, err);
    if (status == PT_OK) {
        status = sweep_desks(&s, err);
    }
    if (status == PT_OK) {
        status =
            parallel_run(in->profile->spec->pool, s.scatter.n_partitions, run_partition, &s, err);
    }
    for (uint32_t i = 0; i < s.n_desks; i++) {
        desk_release(&s.desks[i], in->profile->spec->n_sources);
    }
    mem_free(s.desks);
    scatter_release(&s.scatter);
    return status;
}
