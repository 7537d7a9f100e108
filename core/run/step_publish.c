// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Step 5: outputs. Every file is staged and synced, every body frozen, before the first file takes
// its place; the manifest comes last.
#include <portrait/sink.h>

#include "export.h"
#include "mem.h"
#include "run_state.h"

static pt_status no_memory(struct pt_error *err)
{
    return error_set(err, PT_E_NO_MEMORY, "out of memory");
}

// Declared by its rule, never by its name.
static bool holds_phones(const struct plan *p, size_t namespace_)
{
    const struct node *rule = p->pipeline->namespaces[namespace_].normalize;
    return rule != NULL && text_starts(rule->text, "phone ");
}

static pt_status export_columns(const struct run *r, const struct plan_sink *s,
                                struct export_column **out, struct pt_error *err)
{
    const struct plan *p = r->plan;
    struct export_column *columns = mem_zero(s->n_columns, sizeof *columns);
    if (columns == NULL) {
        return no_memory(err);
    }
    for (size_t i = 0; i < s->n_columns; i++) {
        const struct plan_column *c = &p->columns[s->columns[i].column];
        ptrdiff_t at = table_find(r->score_table, c->name);
        if (at < 0) {
            mem_free(columns);
            FAIL(err, PT_E_INTERNAL, "column `%s` was not computed", c->name);
        }
        bool is_phone = c->origin == PLAN_NAMESPACE && holds_phones(p, c->index);
        columns[i] = (struct export_column){(size_t)at, s->columns[i].name, is_phone};
    }
    *out = columns;
    return PT_OK;
}

static struct export_job job_of(const struct run *r, const struct plan_sink *s)
{
    const struct plan *p = r->plan;
    const struct audience *a = s->audience < 0 ? NULL : &r->audiences[s->audience];
    return (struct export_job){
        .sink = s->component->vtable,
        .self = s->self,
        .pipeline = p->pipeline->name,
        .audience = a == NULL ? NULL : p->pipeline->audiences[s->audience].name,
        .name = s->written->name,
        .wave = r->wave,
        .now_ms = r->options->now_us / US_PER_MS,
        .table = r->score_table,
        .profile = 0,
        .n_columns = s->n_columns,
        .rows = a == NULL ? NULL : a->rows,
        .n_rows = a == NULL ? r->score_table->n_rows : a->n_rows,
        .cancelled = r->options->signal_number,
    };
}

static pt_status stage_file(struct run *r, const struct plan_sink *s, struct run_sink *out,
                            const struct export_job *job, struct pt_error *err)
{
    TRY(publish_begin(s->path, r->folder.id, 0, &out->staged, err));
    TRY(export_publish(job, out->staged, err));
    return publish_stage(out->staged, &out->bytes, out->sha256, err);
}

char *run_delivery_folder(const struct run_folder *folder, const char *sink)
{
    struct str path = {0};
    str_addf(&path, "%s/deliveries/%s", folder->path, sink);
    return str_take(&path);
}

static pt_status freeze_bodies(struct run *r, const struct plan_sink *s, struct run_sink *out,
                               const struct export_job *job, struct pt_error *err)
{
    char *folder = run_delivery_folder(&r->folder, s->written->name);
    struct delivery_freezer *freezer = NULL;
    pt_status status =
        folder == NULL ? no_memory(err) : delivery_freezer_new(folder, r->folder.id, &freezer, err);
    if (status == PT_OK) {
        status = export_bodies(job, freezer, err);
    }
    if (status == PT_OK) {
        status = delivery_freezer_commit(freezer, err);
    }
    out->is_frozen = status == PT_OK;
    if (status == PT_OK) {
        status = delivery_status(folder, &out->report, err);
        out->has_report = status == PT_OK;
    }
    delivery_freezer_free(freezer);
    mem_free(folder);
    return status;
}

static pt_status stage_sink(struct run *r, size_t i, struct pt_error *err)
{
    const struct plan_sink *s = &r->plan->sinks[i];
    struct export_job job = job_of(r, s);
    struct export_column *columns = NULL;
    pt_status status = export_columns(r, s, &columns, err);
    job.columns = columns;
    if (status == PT_OK) {
        status = s->is_delivery ? freeze_bodies(r, s, &r->sinks[i], &job, err)
                                : stage_file(r, s, &r->sinks[i], &job, err);
    }
    r->sinks[i].rows = job.n_rows;
    mem_free(columns);
    return status;
}

static pt_status write_manifest(const struct run *r, struct pt_error *err)
{
    struct str text = {0};
    struct json_writer w = json_writer_of(&text, true);
    json_begin_object(&w);
    json_key(&w, "portrait_manifest");
    json_put_i64(&w, 1);
    json_key(&w, "run");
    json_put_str(&w, r->folder.id);
    json_key(&w, "files");
    json_begin_array(&w);
    for (size_t i = 0; i < r->plan->pipeline->n_sinks; i++) {
        if (!r->sinks[i].is_committed) {
            continue;
        }
        json_begin_object(&w);
        json_key(&w, "path");
        json_put_str(&w, r->plan->sinks[i].path);
        json_key(&w, "rows");
        json_put_u64(&w, r->sinks[i].rows);
        json_key(&w, "bytes");
        json_put_u64(&w, r->sinks[i].bytes);
        json_key(&w, "sha256");
        json_put_str(&w, r->sinks[i].sha256);
        json_end_object(&w);
    }
    json_end_array(&w);
    json_end_object(&w);
    str_add_char(&text, '\n');
    pt_status status = str_get(&text) == NULL
                           ? no_memory(err)
                           : run_folder_write(&r->folder, "MANIFEST", str_view(&text), err);
    str_release(&text);
    return status;
}

static pt_status commit_files(struct run *r, struct pt_error *err)
{
    for (size_t i = 0; i < r->plan->pipeline->n_sinks; i++) {
        if (r->sinks[i].staged == NULL) {
            continue;
        }
        pt_status status = publish_commit(r->sinks[i].staged, err);
        if (status != PT_OK) {
            return error_prefix(err, "sink `%s`", r->plan->sinks[i].written->name);
        }
        r->sinks[i].is_committed = true;
    }
    return PT_OK;
}

static pt_status sweep_old(struct run *r, struct pt_error *err)
{
    for (size_t i = 0; i < r->plan->pipeline->n_sinks; i++) {
        if (!r->plan->sinks[i].is_delivery) {
            TRY(publish_sweep(r->plan->sinks[i].path, err));
        }
    }
    return PT_OK;
}

pt_status step_publish(struct run *r, struct pt_error *err)
{
    size_t n = r->plan->pipeline->n_sinks;
    r->sinks = arena_zero(&r->arena, n, sizeof *r->sinks);
    if (r->sinks == NULL) {
        return no_memory(err);
    }
    TRY(sweep_old(r, err));
    for (size_t i = 0; i < n; i++) {
        progress_step(&r->progress, "write", r->plan->sinks[i].written->name);
        pt_status status = stage_sink(r, i, err);
        if (status != PT_OK) {
            return error_prefix(err, "sink `%s`", r->plan->sinks[i].written->name);
        }
    }
    if (run_is_cancelled(r)) {
        FAIL(err, PT_E_CANCELLED, "stopped before anything was published");
    }
    TRY(commit_files(r, err));
    return write_manifest(r, err);
}
