// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "conformance.h"

#include <string.h>

#include "blas.h"
#include "child.h"
#include "clock.h"
#include "manners.h"
#include "mem.h"
#include "scan.h"
#include "scan_record.h"
#include "subject.h"

#define WALL_MS 60000u
#define MEMORY_BYTES ((uint64_t)2 << 30)
#define OUTPUT_BYTES ((uint64_t)1 << 20)
#define CYCLES 1000u
#define LATE_MOST 3u // so many checks may run out of time before the rest is left

// What one child does.
struct job {
    const struct conformance_request *request;
    const struct plugin_file *file;
    const struct check *check;
    uint32_t component;
    pt_kind kind;
    bool is_of_file; // nothing is loaded for it
    uint32_t wall_ms;
    uint32_t n_late;
};

static void run_job(void *ctx, int out)
{
    const struct job *job = ctx;
    const uint32_t cycles = job->request->cycles;
    struct subject s = {.request = job->request,
                        .file = job->file,
                        .out = out,
                        .cycles = cycles == 0 ? CYCLES : cycles,
                        .end_us = clock_monotonic_us() + (int64_t)job->wall_ms * 500};
    struct manners before;
    if (job->kind == PT_KIND_MODEL) {
        const pt_blas *blas = NULL; // its library starts a thread of its own
        (void)blas_table(&blas, NULL);
    }
    manners_take(&before);
    subject_at(&s, "loading");
    if (job->is_of_file) {
        job->check->run(&s);
    } else if (subject_open(&s, job->component)) {
        job->check->run(&s);
    }
    subject_close(&s);
    if (!job->is_of_file) {
        manners_compare(&s, &before);
    }
}

// What the child told, as lines; the last place it was at.
struct told {
    struct str faults;
    struct text skipped;
    struct text at;
};

static void read_told(const struct str *output, struct told *told)
{
    struct text rest = str_view(output);
    while (rest.n > 0) {
        const char *end = memchr(rest.p, '\n', rest.n);
        size_t n = end == NULL ? rest.n : (size_t)(end - rest.p);
        struct text line = {rest.p + 1, n == 0 ? 0 : n - 1};
        char kind = n == 0 ? ' ' : rest.p[0];
        if (kind == 'F') {
            str_add(&told->faults, told->faults.n > 0 ? "\n" : "");
            str_add_n(&told->faults, line.p, line.n);
        } else if (kind == 'S') {
            told->skipped = line;
        } else if (kind == 'P') {
            told->at = line;
        }
        size_t step = end == NULL ? rest.n : n + 1;
        rest = (struct text){rest.p + step, rest.n - step};
    }
}

static pt_status keep_result(struct conformance *c, const struct conformance_result *result,
                             struct text message, struct pt_error *err)
{
    if (!mem_reserve(&c->results, &c->capacity, c->n + 1, sizeof *c->results)) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    struct conformance_result *kept = &c->results[c->n];
    *kept = *result;
    kept->message = message.n == 0 ? "" : arena_strndup(&c->arena, message.p, message.n);
    if (kept->message == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    c->n++;
    c->n_failed += result->verdict == CONFORMANCE_FAILED;
    c->n_skipped += result->verdict == CONFORMANCE_SKIPPED;
    return PT_OK;
}

static pt_status judge(struct conformance *c, struct conformance_result *result,
                       const struct child_result *child, const struct child_limits *limits,
                       struct pt_error *err)
{
    struct told told = {0};
    char how[128];
    read_told(&child->output, &told);
    child_describe(child, limits, how);
    if (how[0] != '\0') {
        str_addf(&told.faults, "%s%s, at: %.*s", told.faults.n > 0 ? "\n" : "", how, (int)told.at.n,
                 told.at.p == NULL ? "" : told.at.p);
    }
    pt_status status = PT_OK;
    if (told.faults.failed) {
        status = error_set(err, PT_E_NO_MEMORY, "out of memory");
    } else if (told.faults.n > 0) {
        result->verdict = CONFORMANCE_FAILED;
        status = keep_result(c, result, str_view(&told.faults), err);
    } else {
        result->verdict = told.skipped.p == NULL ? CONFORMANCE_PASSED : CONFORMANCE_SKIPPED;
        status = keep_result(c, result, told.skipped, err);
    }
    str_release(&told.faults);
    return status;
}

static pt_status run_check(struct conformance *c, struct job *job, struct pt_error *err)
{
    const struct check *check = job->check;
    struct conformance_result result = {.check = check->name, .about = check->about};
    result.component = job->is_of_file ? NULL : &c->info.components[job->component];
    if (check->needs_data && job->request->data == NULL) {
        result.verdict = CONFORMANCE_SKIPPED;
        return keep_result(c, &result, text_of("it needs --data"), err);
    }
    const struct child_limits limits = {
        .wall_ms = job->wall_ms, .memory_bytes = MEMORY_BYTES, .output_bytes = OUTPUT_BYTES};
    struct child_result child;
    int64_t begin = clock_monotonic_us();
    TRY(child_run(&limits, run_job, job, &child, err));
    job->n_late += child.end == CHILD_LATE;
    result.seconds = (double)(clock_monotonic_us() - begin) / US_PER_SECOND;
    pt_status status = judge(c, &result, &child, &limits, err);
    str_release(&child.output);
    return status;
}

static pt_status run_checks(struct conformance *c, struct job *job, const struct check *checks,
                            bool *goes_on, struct pt_error *err)
{
    for (const struct check *check = checks; check->name != NULL; check++) {
        const size_t n_failed = c->n_failed;
        if (job->request->only != NULL && strcmp(job->request->only, check->name) != 0 &&
            check != life_checks) {
            continue;
        }
        job->check = check;
        TRY(run_check(c, job, err));
        if (check == life_checks && c->n_failed > n_failed) {
            *goes_on = false; // without options every other check says the same
            return PT_OK;
        }
    }
    return PT_OK;
}

static const struct check *checks_of(pt_kind kind)
{
    switch (kind) {
    case PT_KIND_SOURCE:
        return source_checks;
    case PT_KIND_MODEL:
        return model_checks;
    default:
        return sink_checks;
    }
}

// What the registry would do with the file.
static pt_status look(struct conformance *c, struct plugin_file *file, struct pt_error *err)
{
    struct pt_error reason = ERROR_INIT;
    struct scan_result scan = {0};
    pt_status status = plugin_file_open(c->info.path, file, &reason);
    memcpy(c->info.sha256, file->sha256, sizeof c->info.sha256);
    if (status == PT_OK) {
        TRY(scan_file(file, 0, NULL, &scan, err));
        status = scan.status;
        error_set(&reason, status, "%s", str_get(&scan.bytes));
    }
    if (status == PT_OK) {
        status = scan_record_read(str_view(&scan.bytes), &c->arena, &c->info, &reason);
    }
    str_release(&scan.bytes);
    if (status == PT_OK) {
        return PT_OK;
    }
    c->failure = arena_strdup(&c->arena, reason.message);
    return c->failure == NULL ? error_set(err, PT_E_NO_MEMORY, "out of memory") : PT_OK;
}

static pt_status skip_model(struct conformance *c, const struct component_info *model,
                            struct pt_error *err)
{
    const struct conformance_result result = {.component = model,
                                              .check = life_checks->name,
                                              .about = life_checks->about,
                                              .verdict = CONFORMANCE_SKIPPED};
    return keep_result(c, &result, text_of("models do not run isolated"), err);
}

static pt_status run_all(struct conformance *c, struct job *job, struct pt_error *err)
{
    bool goes_on = true;
    job->is_of_file = true;
    TRY(run_checks(c, job, file_checks, &goes_on, err));
    job->is_of_file = false;
    for (uint32_t i = 0; i < c->info.n_components; i++) {
        job->component = i;
        job->kind = c->info.components[i].kind;
        if (job->kind == PT_KIND_MODEL && job->request->proxy != NULL) {
            TRY(skip_model(c, &c->info.components[i], err));
            continue;
        }
        goes_on = true;
        TRY(run_checks(c, job, life_checks, &goes_on, err));
        if (goes_on) {
            TRY(run_checks(c, job, checks_of(job->kind), &goes_on, err));
        }
    }
    return PT_OK;
}

static bool has_run(const struct conformance *c, const char *only)
{
    for (size_t i = 0; only != NULL && i < c->n; i++) {
        // A component that cannot be configured has no other results.
        if (strcmp(c->results[i].check, only) == 0 || c->n_failed > 0) {
            return true;
        }
    }
    return only == NULL;
}

pt_status conformance_run(const struct conformance_request *request, struct conformance *out,
                          struct pt_error *err)
{
    struct plugin_file file = {.fd = -1};
    struct job job = {.request = request,
                      .file = &file,
                      .wall_ms = request->wall_ms == 0 ? WALL_MS : request->wall_ms};
    out->info.path = request->path;
    pt_status status = look(out, &file, err);
    if (status == PT_OK && out->failure == NULL) {
        status = run_all(out, &job, err);
    }
    if (status == PT_OK && out->failure == NULL && !has_run(out, request->only)) {
        status = error_set(err, PT_E_NOT_FOUND, "there is no check `%s` for it", request->only);
    }
    plugin_file_close(&file);
    return status;
}

void conformance_release(struct conformance *c)
{
    mem_free(c->results);
    arena_release(&c->arena);
    *c = (struct conformance){0};
}
