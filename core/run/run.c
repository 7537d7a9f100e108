// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "run.h"

#include <signal.h>

#include "clock.h"
#include "mem.h"
#include "people_files.h"
#include "run_state.h"

bool run_is_cancelled(const struct run *r)
{
    return r->options->signal_number != NULL && *r->options->signal_number != 0;
}

int run_exit_of(pt_status status, const volatile int *signal_number)
{
    switch (status) {
    case PT_OK:
        return EXIT_DONE;
    case PT_E_CANCELLED:
        return signal_number != NULL && *signal_number == SIGTERM ? EXIT_TERMINATED
                                                                  : EXIT_INTERRUPTED;
    case PT_E_CONFIG:
        return EXIT_CONFIG;
    case PT_E_INTERNAL:
        return EXIT_BUG;
    case PT_E_NETWORK:
        return EXIT_RETRY_LATER;
    default:
        return EXIT_RUN_FAILED;
    }
}

static const char *status_of(int exit_code)
{
    switch (exit_code) {
    case EXIT_DONE:
        return "DONE";
    case EXIT_QUALITY:
        return "QUALITY";
    case EXIT_PENDING:
        return "PENDING";
    case EXIT_INTERRUPTED:
    case EXIT_TERMINATED:
        return "STOPPED";
    default:
        return "FAILED";
    }
}

static double timed(struct run *r, pt_status (*step)(struct run *, struct pt_error *),
                    pt_status *status, struct pt_error *err)
{
    int64_t started = clock_monotonic_us();
    if (*status == PT_OK) {
        *status = step(r, err);
    }
    return (double)(clock_monotonic_us() - started) / 1e6;
}

static pt_status steps(struct run *r, struct pt_error *err)
{
    pt_status status = PT_OK;
    r->seconds_read = timed(r, step_read, &status, err);
    progress_step(&r->progress, "people", NULL);
    r->seconds_people = timed(r, step_people, &status, err);
    r->seconds_learn = timed(r, step_learn, &status, err);
    progress_step(&r->progress, "select", NULL);
    if (status == PT_OK) {
        status = people_files_save(&r->folder, r->profile, &r->cuts[r->plan->n_cutoffs - 1],
                                   r->score_table, err);
    }
    if (status == PT_OK) {
        status = step_audiences(r, err);
    }
    r->seconds_publish = timed(r, step_publish, &status, err);
    if (status == PT_OK) {
        // From here on every file is complete: whatever happens to deliveries, they stay pending.
        status = record_write(r, err);
    }
    r->seconds_deliver = timed(r, step_deliver, &status, err);
    return status;
}

static uint64_t pending_of(const struct run *r)
{
    uint64_t pending = 0;
    for (size_t i = 0; r->sinks != NULL && i < r->plan->pipeline->n_sinks; i++) {
        const struct delivery_report *d = &r->sinks[i].report;
        pending += d->pending.profiles + d->exhausted.profiles;
    }
    return pending;
}

static void settle(struct run *r, pt_status status)
{
    if (status == PT_OK) {
        r->exit_code = pending_of(r) > 0 ? EXIT_PENDING : EXIT_DONE;
    } else if (r->exit_code == 0) {
        r->exit_code = run_exit_of(status, r->options->signal_number);
    }
    // Without a folder nothing was begun: another run is at work, or there is no place for runs.
    r->status = r->folder.path == NULL ? "REFUSED" : status_of(r->exit_code);
}

static const char *wave_of(struct run *r)
{
    const struct pipeline *p = r->plan->pipeline;
    if (p->wave != NULL) {
        return p->wave;
    }
    char text[32];
    if (p->has_as_of) {
        time_format(p->as_of_us, text);
    } else {
        date_format(r->options->now_us / US_PER_DAY, text);
    }
    return arena_strdup(&r->arena, text);
}

static pt_status begin(struct run *r, struct pt_error *err)
{
    const struct pipeline *p = r->plan->pipeline;
    const char *runs = r->options->runs;
    if (runs == NULL) {
        runs = arena_printf(&r->arena, "%s/runs", p->folder);
    }
    r->wave = wave_of(r);
    if (runs == NULL || r->wave == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    pt_status status = run_folder_create(runs, p->name, r->options->now_us, &r->folder, err);
    if (status != PT_OK) {
        r->exit_code = status == PT_E_STATE ? EXIT_RETRY_LATER : 0;
        if (status == PT_E_IO && err->hint[0] == '\0') {
            snprintf(err->hint, sizeof err->hint, "--runs DIR names another folder for runs");
        }
        return status;
    }
    if (r->options->log != NULL) {
        log_set_events(r->options->log, r->folder.events);
    }
    TRY(pool_new(r->options->threads, &r->pool, err));
    TRY(run_folder_write(&r->folder, "pipeline.yaml", p->source, err));
    if (r->options->lock.n > 0) { // deliveries to come are held to the same plugins
        TRY(run_folder_write(&r->folder, "pipeline.yaml.lock", r->options->lock, err));
    }
    TRY(record_write(r, err));
    return run_folder_mark_latest(&r->folder, err);
}

static void run_release(struct run *r)
{
    const struct plan *p = r->plan;
    for (size_t i = 0; r->sinks != NULL && i < p->pipeline->n_sinks; i++) {
        publish_free(r->sinks[i].staged);
    }
    for (size_t i = 0; r->audiences != NULL && i < p->pipeline->n_audiences; i++) {
        audience_release(&r->audiences[i]);
    }
    for (size_t i = 0; r->models != NULL && i < p->pipeline->n_models; i++) {
        learned_free(r->models[i]);
    }
    for (size_t i = 0; r->fits != NULL && i < p->pipeline->n_derive; i++) {
        expr_fit_free(r->fits[i]);
    }
    table_release(&r->training);
    for (size_t i = 0; r->cuts != NULL && i < p->n_cutoffs; i++) {
        profile_cut_release(&r->cuts[i]);
    }
    for (size_t i = 0; r->read != NULL && i < p->pipeline->n_sources; i++) {
        quarantine_free(r->read[i].rejects);
    }
    profile_free(r->profile);
    pool_free(r->pool);
    if (r->options->log != NULL) {
        log_set_events(r->options->log, -1);
    }
    run_folder_close(&r->folder);
    arena_release(&r->arena);
}

// The record must tell the end; when it cannot, the run failed, and is told so in a second attempt.
static void write_end(struct run *r)
{
    struct pt_error err = ERROR_INIT;
    if (r->folder.path == NULL || record_write(r, &err) == PT_OK) {
        return;
    }
    fprintf(r->options->screen, "portrait: the run's record cannot be written: %s\n", err.message);
    if (r->exit_code == EXIT_DONE || r->exit_code == EXIT_PENDING) {
        r->exit_code = EXIT_RUN_FAILED;
        r->status = status_of(r->exit_code);
        r->failure = err;
    }
    // What failed may have passed; a record that cannot be written stays RUNNING and reads ABORTED.
    struct pt_error ignored = ERROR_INIT;
    (void)record_write(r, &ignored);
}

static void say_failure(const struct run *r)
{
    const char *message = r->failure.message;
    bool is_diagnostic = strstr(message, ": error[P") != NULL;
    if (!r->options->is_quiet && r->exit_code != EXIT_QUALITY) {
        record_rows(r, r->options->screen);
    }
    fprintf(r->options->screen, "%s%s\n", is_diagnostic ? "" : "portrait: ", message);
    if (r->failure.hint[0] != '\0') {
        fprintf(r->options->screen, "  %s\n", r->failure.hint);
    }
    size_t n = 0;
    for (size_t i = 0; r->exit_code == EXIT_QUALITY && i < r->plan->pipeline->n_sources; i++) {
        const struct quarantine_reason *reasons = quarantine_reasons(r->read[i].rejects, &n);
        for (size_t k = 0; k < n && k < 5; k++) {
            fprintf(r->options->screen, "  %llux %s\n", (unsigned long long)reasons[k].rows,
                    reasons[k].text);
        }
    }
    if (r->exit_code == EXIT_QUALITY) {
        fprintf(r->options->screen, "  rows: %s/quarantine/\n", r->folder.path);
    }
}

int run_execute(struct plan *plan, const struct run_options *options)
{
    struct run r = {.plan = plan,
                    .options = options,
                    .folder = RUN_FOLDER_NONE,
                    .status = "RUNNING",
                    .started_us = clock_monotonic_us()};
    struct pt_error err = ERROR_INIT;
    pt_status status = begin(&r, &err);
    const struct progress_settings moving = {
        .screen = options->screen, .kind = options->progress, .log = options->log};
    progress_start(&r.progress, &moving);
    if (status == PT_OK) {
        status = steps(&r, &err);
    }
    progress_stop(&r.progress);
    r.failure = err;
    r.failure.code = status;
    settle(&r, status);
    write_end(&r);
    if (status != PT_OK) {
        say_failure(&r);
    } else if (!options->is_quiet) {
        record_summary(&r, options->screen);
    }
    record_status_line(&r, options->screen);
    int exit_code = r.exit_code;
    if (options->folder != NULL && r.folder.path != NULL) {
        *options->folder = mem_strdup(r.folder.path);
    }
    run_release(&r);
    return exit_code;
}
