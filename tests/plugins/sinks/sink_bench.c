// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "sink_bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "host_bytes.h"
#include "scratch.h"
#include "yaml_reader.h"

static void must(bool is_true, const char *what)
{
    if (!is_true) {
        fprintf(stderr, "sink bench: %s\n", what);
        abort();
    }
}

static void bench_log(const pt_host *host, pt_log_level level, const char *message,
                      const pt_log_field *fields, uint32_t n_fields)
{
    struct sink_bench *b = host->ctx;
    size_t n = strlen(b->log);
    n += (size_t)snprintf(b->log + n, sizeof b->log - n, "%d %s", level, message);
    for (uint32_t i = 0; i < n_fields; i++) {
        n += (size_t)snprintf(b->log + n, sizeof b->log - n, " %s=%s", fields[i].key,
                              fields[i].value);
    }
    snprintf(b->log + n, sizeof b->log - n, "\n");
}

static pt_status bench_secret(const pt_host *host, uint32_t handle, pt_bytes *out, pt_error *err)
{
    const struct sink_bench *b = host->ctx;
    if (handle == 0 || handle > BENCH_SECRETS || b->secret_values[handle - 1] == NULL) {
        FAIL(err, PT_E_NOT_FOUND, "no such secret");
    }
    const char *value = b->secret_values[handle - 1];
    *out = (pt_bytes){(const uint8_t *)value, strlen(value)};
    return PT_OK;
}

static int64_t bench_now(const pt_host *host)
{
    const struct sink_bench *b = host->ctx;
    return b->now_ms;
}

static pt_status bench_temp(const pt_host *host, const char **path, pt_error *err)
{
    const struct sink_bench *b = host->ctx;
    if (b->temp == NULL) {
        FAIL(err, PT_E_IO, "no private folder");
    }
    *path = b->temp;
    return PT_OK;
}

void sink_bench_init(struct sink_bench *b, const char *plugin)
{
    memset(b, 0, sizeof *b);
    const char *build = getenv("PORTRAIT_BUILD");
    must(build != NULL, "PORTRAIT_BUILD is not set");
    char folder[512];
    snprintf(folder, sizeof folder, "%s/plugins", build);
    const struct registry_folder at = {folder, false};
    struct pt_error err = ERROR_INIT;
    must(registry_open(&at, 1, &b->registry, &err) == PT_OK, err.message);
    b->component = registry_find(b->registry, PT_KIND_SINK, plugin, &err);
    must(b->component != NULL, err.message);
    b->sink = b->component->vtable;
    host_table_init(&b->host, b);
    b->host.log = bench_log;
    b->host.secret_get = bench_secret;
    b->host.now_ms = bench_now;
    b->host.temp_dir = bench_temp;
    b->host.writer = host_writer_api();
}

static pt_status find_secret(void *ctx, const char *name, uint32_t *out, struct pt_error *err)
{
    const struct sink_bench *b = ctx;
    for (uint32_t i = 0; i < BENCH_SECRETS; i++) {
        if (b->secret_names[i] != NULL && strcmp(b->secret_names[i], name) == 0) {
            *out = i + 1;
            return PT_OK;
        }
    }
    FAIL(err, PT_E_NOT_FOUND, "no secret `%s`", name);
}

pt_status sink_bench_configure(struct sink_bench *b, const char *yaml)
{
    sink_bench_reset(b);
    struct node *with = NULL;
    must(yaml_read(&b->arena, "test.yaml", text_of(yaml), &b->diags, &with) == PT_OK,
         "the test's YAML");
    const struct config_services services = {.ctx = b, .secret = find_secret};
    const struct config_request request = {.component = b->component,
                                           .with = with,
                                           .owner = "sink `test`",
                                           .services = &services,
                                           .host = &b->host};
    return config_fill(&request, &b->diags, &b->config);
}

void sink_bench_create(struct sink_bench *b, const char *yaml)
{
    struct pt_error err = ERROR_INIT;
    pt_status status = sink_bench_configure(b, yaml);
    must(status == PT_OK, b->diags.n > 0 ? b->diags.items[0].message : "configuration");
    must(b->sink->create(&b->host, config_struct(b->config), &b->self, &err) == PT_OK, err.message);
}

void sink_bench_reset(struct sink_bench *b)
{
    b->sink->destroy(b->self);
    b->self = NULL;
    config_free(b->config);
    b->config = NULL;
    diags_release(&b->diags);
    b->diags = (struct diags){0};
    arena_release(&b->arena);
    b->log[0] = '\0';
}

void sink_bench_release(struct sink_bench *b)
{
    sink_bench_reset(b);
    registry_free(b->registry);
}

static bool has_row(const char *readme, const struct option_row *o)
{
    char row[128];
    char value[128] = "";
    snprintf(row, sizeof row, "\n| `%s` |", o->name);
    if (o->default_text != NULL && o->default_text[0] != '\0') {
        snprintf(value, sizeof value, "| `%s` |", o->default_text);
    }
    const char *at = strstr(readme, row);
    const char *default_at = at == NULL ? NULL : strstr(at + strlen(row) - 1, value);
    return default_at != NULL && default_at < strchr(at + 1, '\n');
}

void sink_bench_check_readme(const struct sink_bench *b, const char *folder)
{
    char path[512];
    size_t n = 0;
    const char *source = getenv("PORTRAIT_SOURCE");
    must(source != NULL, "PORTRAIT_SOURCE is not set");
    snprintf(path, sizeof path, "%s/plugins/sinks/%s/README.md", source, folder);
    char *readme = scratch_read(path, &n);
    must(readme != NULL, path);
    for (uint32_t i = 0; i < b->component->n_options; i++) {
        const struct option_row *o = &b->component->options[i];
        must(o->help != NULL && strlen(o->help) > 10, o->name);
        must(has_row(readme, o), o->name);
    }
    free(readme);
}

struct export_job sink_bench_job(struct sink_bench *b, const struct people *p,
                                 struct export_column *columns, const char *const *skip)
{
    struct export_job job = {.sink = b->sink,
                             .self = b->self,
                             .pipeline = "shop",
                             .audience = "spring",
                             .name = "test",
                             .wave = "2025-06-01T00:00:00Z",
                             .now_ms = 1748736000000,
                             .table = &p->table,
                             .columns = columns};
    for (size_t i = 0; i < p->table.n_columns; i++) {
        bool is_skipped = false;
        for (size_t k = 0; skip != NULL && skip[k] != NULL; k++) {
            is_skipped = is_skipped || strcmp(skip[k], p->table.columns[i].name) == 0;
        }
        if (!is_skipped) {
            columns[job.n_columns++] = (struct export_column){.column = i};
        }
    }
    return job;
}

static pt_status write_str(void *ctx, const void *data, uint64_t size, struct pt_error *err)
{
    if (!str_add_n(ctx, data, size)) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a file");
    }
    return PT_OK;
}

pt_status sink_bench_render(const struct export_job *job, struct str *out, struct pt_error *err)
{
    struct pt_writer writer = {.ctx = out, .write = write_str};
    return export_file(job, &writer, err);
}
