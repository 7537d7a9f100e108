// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Step 1: read every source into the profile's spool, in the order written.
#include "clock.h"
#include "mem.h"
#include "run_state.h"

struct taking {
    struct profile *profile;
    uint32_t source;
};

static pt_status begin_split(void *ctx, uint32_t ordinal, void **split_ctx, struct pt_error *err)
{
    struct taking *t = ctx;
    struct profile_reader *reader = NULL;
    TRY(profile_reader_open(t->profile, t->source, ordinal, &reader, err));
    *split_ctx = reader;
    return PT_OK;
}

static pt_status take_rows(void *split_ctx, const struct vec *columns, size_t n_rows,
                           uint64_t first_row, struct pt_error *err)
{
    return profile_reader_add(split_ctx, columns, n_rows, first_row, err);
}

static pt_status end_split(void *split_ctx, bool is_whole, struct pt_error *err)
{
    if (is_whole) {
        return profile_reader_close(split_ctx, err);
    }
    profile_reader_abort(split_ctx);
    return PT_OK;
}

static pt_status make_spec(struct run *r, struct pt_error *err)
{
    const struct plan *p = r->plan;
    const struct pipeline *w = p->pipeline;
    r->sources = arena_zero(&r->arena, w->n_sources, sizeof *r->sources);
    r->read = arena_zero(&r->arena, w->n_sources, sizeof *r->read);
    if (r->sources == NULL || r->read == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < w->n_sources; i++) {
        const struct plan_source *s = &p->sources[i];
        r->sources[i] = (struct profile_source){
            .name = w->sources[i].name,
            .n_names = s->n_names,
            .time = s->time,
            .where = s->where,
            .ids = s->ids,
            .n_ids = s->n_ids,
        };
    }
    r->spec = (struct profile_spec){
        .sources = r->sources,
        .n_sources = w->n_sources,
        .namespaces = p->namespaces,
        .n_namespaces = w->n_namespaces,
        .features = p->features,
        .n_features = p->n_features,
        .cutoffs_us = p->cutoffs_us,
        .n_cutoffs = p->n_cutoffs,
        .population = p->population < 0 ? 0 : p->columns[p->population].index + 1,
        .ids_per_profile = (uint32_t)w->ids_per_profile,
        .shared_device = w->is_shared_anonymous ? SHARED_ANONYMOUS : SHARED_MAJORITY,
        .memory_bytes = (uint64_t)w->memory_bytes,
        .temp_dir = r->folder.path,
        .pool = r->pool,
    };
    return profile_new(&r->spec, &r->profile, err);
}

static pt_status read_source(struct run *r, uint32_t i, struct pt_error *err)
{
    struct plan_source *s = &r->plan->sources[i];
    struct taking taking = {r->profile, i};
    char *folder = run_folder_path(&r->folder, "quarantine");
    if (folder == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    int64_t started = clock_monotonic_us();
    const struct source_read read = {
        .source = &s->instance,
        .name = s->written->name,
        .pool = r->pool,
        .quarantine_folder = folder,
        .split_bytes = r->options->split_bytes,
        .max_record = (uint64_t)s->written->max_record,
        .needs_row = s->needs_row,
        .cancelled = r->options->signal_number,
        .rows_seen = &r->rows_seen,
        .taker = {&taking, begin_split, take_rows, end_split},
    };
    struct source_counts counts = {0};
    const struct progress_reading reading = {&r->rows_seen, r->plan->host,
                                             r->plan->n_source_inputs};
    progress_step_reading(&r->progress, s->written->name, &reading);
    pt_status status = source_instance_bind(&s->instance, s->used, err);
    if (status == PT_OK) {
        status = source_read_all(&read, &counts, err);
    }
    mem_free(folder);
    if (status != PT_OK) {
        error_prefix(err, "source `%s`", s->written->name);
        return status;
    }
    r->read[i] = (struct run_source){
        .read = counts.good + counts.rejected,
        .quarantined = counts.rejected,
        .rejects = counts.rejects,
        .splits = counts.splits,
        .seconds = (double)(clock_monotonic_us() - started) / 1e6,
    };
    return PT_OK;
}

// The bad-row budget: nothing is published when a source has more rejected rows than it allows.
static pt_status check_budget(struct run *r, uint32_t i, struct pt_error *err)
{
    const struct run_source *s = &r->read[i];
    double budget = r->plan->pipeline->max_bad;
    if (budget < 0 || s->quarantined == 0 || (double)s->quarantined <= budget * (double)s->read) {
        return PT_OK;
    }
    const char *file = NULL;
    uint64_t line = 0;
    quarantine_first(s->rejects, &file, &line);
    r->exit_code = EXIT_QUALITY;
    error_set(err, PT_E_DATA,
              "%s:%llu: error[P0603]: %llu of %llu rows rejected (%.2f%%) > max_bad %.2f%%; "
              "nothing published",
              file[0] == '\0' ? r->plan->pipeline->sources[i].name : file, (unsigned long long)line,
              (unsigned long long)s->quarantined, (unsigned long long)s->read,
              100 * (double)s->quarantined / (double)s->read, 100 * budget);
    return PT_E_DATA;
}

// A log that changed its format must not look like a quiet day.
static void warn_all_rejected(const struct run *r, uint32_t i)
{
    const struct run_source *s = &r->read[i];
    if (r->options->log != NULL && s->read > 0 && s->quarantined == s->read) {
        log_write(r->options->log, LOG_WARN, NULL, 0,
                  "source `%s`: all %llu rows were rejected; `max_bad` stops such runs",
                  r->plan->pipeline->sources[i].name, (unsigned long long)s->read);
    }
}

pt_status step_read(struct run *r, struct pt_error *err)
{
    TRY(make_spec(r, err));
    uint32_t n = (uint32_t)r->plan->pipeline->n_sources;
    for (uint32_t i = 0; i < n; i++) {
        TRY(read_source(r, i, err));
    }
    for (uint32_t i = 0; i < n; i++) {
        TRY(check_budget(r, i, err));
        warn_all_rejected(r, i);
    }
    return profile_close(r->profile, err);
}
