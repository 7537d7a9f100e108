// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// `deliver RUN`: sends what an earlier run left pending, from the run's own copy of its pipeline,
// then brings the run's record up to date. Inputs are not read again.
#include <portrait/sink.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "component.h"
#include "fsys.h"
#include "mem.h"
#include "record_update.h"
#include "run_state.h"

struct redelivery {
    const char *folder;
    const struct registry *registry;
    const struct plan_options *plan_options;
    const struct run_options *options;
    struct progress progress;
    struct json *record;
    struct pipeline *pipeline;
    struct host_services *host;
    struct diags diags;
    struct arena arena;
    uint64_t delivered;
    uint64_t pending;
    uint64_t rejected;
};

static pt_status no_memory(struct pt_error *err)
{
    return error_set(err, PT_E_NO_MEMORY, "out of memory");
}

static pt_status saved_vars(struct redelivery *d, struct var_settings *out, struct pt_error *err)
{
    const struct json *vars = json_get(d->record, "vars");
    size_t n = json_count(vars);
    struct var_setting *items = arena_zero(&d->arena, n, sizeof *items);
    const char *folder = json_text(json_get(d->record, "vars_folder"));
    if (items == NULL) {
        return no_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        const struct json *value = json_member(vars, i, &items[i].name);
        items[i].value = json_text(value);
        if (items[i].value == NULL) {
            FAIL(err, PT_E_DATA, "the run's record is damaged: variable `%s`", items[i].name);
        }
    }
    *out = (struct var_settings){items, n, folder == NULL ? "/" : folder};
    return PT_OK;
}

static pt_status open_pipeline(struct redelivery *d, struct pt_error *err)
{
    bool is_alive = false;
    struct var_settings vars;
    TRY(run_folder_read(d->folder, &d->record, &is_alive, err));
    if (is_alive) {
        FAIL(err, PT_E_STATE, "the run is still at work");
    }
    TRY(saved_vars(d, &vars, err));
    const char *file = arena_printf(&d->arena, "%s/pipeline.yaml", d->folder);
    if (file == NULL) {
        return no_memory(err);
    }
    if (pipeline_load(file, &vars, &d->diags, &d->pipeline) != PT_OK) {
        FAIL(err, PT_E_CONFIG, "the run's pipeline cannot be read");
    }
    const struct host_settings settings = {
        .folder = d->folder,
        .secrets_folder = d->plan_options->secrets_folder,
        .log = d->options->log,
        .cancelled = d->options->signal_number,
    };
    return host_services_new(&settings, &d->host, err);
}

static pt_status send_one(struct redelivery *d, const struct pipeline_sink *sink,
                          const char *folder, struct pt_error *err)
{
    const struct component_info *c =
        registry_find(d->registry, PT_KIND_SINK, sink->plugin->text.p, err);
    if (c == NULL) {
        return PT_E_CONFIG;
    }
    struct config_services services = *host_services_config(d->host);
    services.input = NULL;
    const struct config_request request = {
        .component = c,
        .with = sink->with,
        .at = sink->key->at,
        .owner = sink->name,
        .services = &services,
        .host = host_services_table(d->host),
    };
    struct config *config = NULL;
    if (config_fill(&request, &d->diags, &config) != PT_OK) {
        FAIL(err, PT_E_CONFIG, "sink `%s` cannot be configured", sink->name);
    }
    const pt_sink_vtable *v = c->vtable;
    void *self = NULL;
    struct delivery_report report = {0};
    pt_status status =
        component_create(c, host_services_table(d->host), config_struct(config), &self, err);
    if (status == PT_OK) {
        struct deliver_screen screen = {d->options, &d->progress};
        progress_step(&d->progress, "deliver", sink->name);
        status = step_deliver_folder(folder, c, self, &screen, &report, err);
        v->destroy(self);
    }
    config_free(config);
    if (status == PT_OK) {
        step_deliver_tell(d->options, sink->name, &report);
    }
    d->delivered += report.accepted.profiles;
    d->pending += report.pending.profiles + report.exhausted.profiles;
    d->rejected += report.rejected.profiles;
    return status;
}

static pt_status send_all(struct redelivery *d, struct pt_error *err)
{
    TRY(open_pipeline(d, err));
    for (size_t i = 0; i < d->pipeline->n_sinks; i++) {
        const struct pipeline_sink *sink = &d->pipeline->sinks[i];
        const char *folder = arena_printf(&d->arena, "%s/deliveries/%s", d->folder, sink->name);
        const char *index =
            folder == NULL ? NULL : arena_printf(&d->arena, "%s/index.ndjson", folder);
        struct stat info;
        if (index == NULL) {
            return no_memory(err);
        }
        if (sink->plugin == NULL || fsys_stat(index, &info) != 0) {
            continue;
        }
        pt_status status = send_one(d, sink, folder, err);
        if (status != PT_OK) {
            return error_prefix(err, "sink `%s`", sink->name);
        }
    }
    return PT_OK;
}

int run_deliver(const char *folder, const struct registry *registry,
                const struct plan_options *plan_options, const struct run_options *options,
                struct run_delivered *out)
{
    struct redelivery d = {
        .folder = folder, .registry = registry, .plan_options = plan_options, .options = options};
    struct pt_error err = ERROR_INIT;
    const struct progress_settings moving = {
        .screen = options->screen, .kind = options->progress, .log = options->log};
    progress_start(&d.progress, &moving);
    pt_status status = send_all(&d, &err);
    progress_stop(&d.progress);
    diags_print(&d.diags, options->screen, false);
    int exit_code = status == PT_E_STATE ? EXIT_RETRY_LATER
                    : status != PT_OK    ? run_exit_of(status, options->signal_number)
                    : d.pending > 0      ? EXIT_PENDING
                                         : EXIT_DONE;
    if (status == PT_OK) {
        const struct record_delivery now = {d.delivered, d.pending, exit_code};
        status = record_update_delivery(folder, d.record, &now, &err);
        exit_code = status == PT_OK ? exit_code : EXIT_RUN_FAILED;
    }
    if (status != PT_OK) {
        fprintf(options->screen, "portrait deliver: %s\n", err.message);
    }
    fprintf(options->screen, "run=%s delivered=%llu pending=%llu rejected=%llu exit=%d\n", folder,
            (unsigned long long)d.delivered, (unsigned long long)d.pending,
            (unsigned long long)d.rejected, exit_code);
    *out = (struct run_delivered){d.delivered, d.pending, d.rejected};
    json_free(d.record);
    pipeline_free(d.pipeline);
    host_services_free(d.host);
    diags_release(&d.diags);
    arena_release(&d.arena);
    return exit_code;
}
