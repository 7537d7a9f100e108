// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "read_rows.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "mem.h"
#include "plan.h"
#include "row_text.h"
#include "run.h"
#include "source_instance.h"
#include "yaml_reader.h"

struct reading {
    const struct read_request *request;
    FILE *out;
    FILE *messages;
    struct arena arena;
    struct host_services *host;
    struct diags diags;
    struct source_instance source;
    struct pool *pool;
    size_t *order; // schema columns, in the order shown
    size_t n_order;
    struct str line;
    _Atomic uint64_t rows;
    struct source_counts counts;
    struct progress progress;
};

// --- Options of the command line as a node -----------------------------------------------------

static pt_status add_setting(struct reading *r, const char *setting, struct node_pair *out,
                             struct pt_error *err)
{
    const char *equals = strchr(setting, '=');
    if (equals == NULL || equals == setting) {
        FAIL(err, PT_E_CONFIG, "--with takes KEY=VALUE, not `%s`", setting);
    }
    char *key = arena_strndup(&r->arena, setting, (size_t)(equals - setting));
    out->key = key == NULL ? NULL : node_scalar(&r->arena, key);
    if (out->key == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    struct pt_error inner = ERROR_INIT;
    if (yaml_read(&r->arena, "--with", text_of(equals + 1), &r->diags, &out->value) != PT_OK) {
        FAIL(err, PT_E_CONFIG, "--with %s: the value is no YAML%s", key, inner.message);
    }
    return PT_OK;
}

static pt_status settings_node(struct reading *r, struct node **out, struct pt_error *err)
{
    const struct read_request *q = r->request;
    struct node *map = arena_zero(&r->arena, 1, sizeof *map);
    struct node *path = node_scalar(&r->arena, q->path);
    struct node *key = node_scalar(&r->arena, "path");
    struct node_pair *pairs = arena_zero(&r->arena, q->n_with + 1, sizeof *pairs);
    if (map == NULL || path == NULL || key == NULL || pairs == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    path->is_quoted = true;
    pairs[0] = (struct node_pair){key, path};
    for (size_t i = 0; i < q->n_with; i++) {
        TRY(add_setting(r, q->with[i], &pairs[i + 1], err));
    }
    map->kind = NODE_MAP;
    map->pairs = pairs;
    map->n = q->n_with + 1;
    *out = map;
    return PT_OK;
}

// --- Opening -----------------------------------------------------------------------------------

static pt_status open_host(struct reading *r, struct pt_error *err)
{
    char *cwd = getcwd(NULL, 0);
    const char *folder = cwd == NULL ? NULL : arena_strdup(&r->arena, cwd);
    free(cwd);
    if (folder == NULL) {
        FAIL(err, PT_E_IO, "the working folder cannot be told");
    }
    const struct host_settings settings = {
        .folder = folder,
        .secrets_folder = r->request->secrets_folder,
        .log = r->request->log,
        .cancelled = r->request->signal_number,
        .cpu = r->request->cpu,
    };
    return host_services_new(&settings, &r->host, err);
}

static pt_status open_source(struct reading *r, struct pt_error *err)
{
    const struct read_request *q = r->request;
    const struct component_info *component =
        registry_find(q->registry, PT_KIND_SOURCE, q->plugin, err);
    if (component == NULL) {
        return PT_E_CONFIG;
    }
    struct node *with = NULL;
    TRY(open_host(r, err));
    TRY(settings_node(r, &with, err));
    struct config *config = NULL;
    const struct config_request fill = {
        .component = component,
        .with = with,
        .owner = q->plugin,
        .services = host_services_config(r->host),
        .host = host_services_table(r->host),
    };
    if (config_fill(&fill, &r->diags, &config) != PT_OK) {
        FAIL(err, PT_E_CONFIG, "%s cannot be read like this", q->path);
    }
    return source_instance_open(&r->source, component, config, host_services_table(r->host), NULL,
                                err);
}

static pt_status choose_columns(struct reading *r, uint8_t *used, struct pt_error *err)
{
    const struct schema *schema = &r->source.schema;
    if (r->request->columns == NULL) {
        for (size_t i = 0; i < schema->n; i++) {
            r->order[r->n_order++] = i;
            used[i] = r->request->format != READ_COUNT;
        }
        return PT_OK;
    }
    const char *rest = r->request->columns;
    while (rest != NULL) {
        const char *comma = strchr(rest, ',');
        size_t n = comma == NULL ? strlen(rest) : (size_t)(comma - rest);
        char *name = arena_strndup(&r->arena, rest, n);
        ptrdiff_t at = name == NULL ? -1 : schema_find(schema, name);
        if (at < 0 || used[at]) {
            FAIL(err, PT_E_CONFIG, "--columns: %s `%.*s`", at < 0 ? "there is no column" : "twice",
                 (int)n, rest);
        }
        used[at] = 1;
        r->order[r->n_order++] = (size_t)at;
        rest = comma == NULL ? NULL : comma + 1;
    }
    return PT_OK;
}

static pt_status bind_columns(struct reading *r, struct pt_error *err)
{
    size_t n = r->source.schema.n;
    uint8_t *used = arena_zero(&r->arena, n, 1);
    r->order = arena_zero(&r->arena, n, sizeof *r->order);
    if (used == NULL || r->order == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    TRY(choose_columns(r, used, err));
    return source_instance_bind(&r->source, used, err);
}

// --- Rows --------------------------------------------------------------------------------------

static pt_status begin_split(void *ctx, uint32_t ordinal, void **split_ctx, struct pt_error *err)
{
    (void)ordinal;
    (void)err;
    *split_ctx = ctx;
    return PT_OK;
}

static pt_status take_rows(void *split_ctx, const struct vec *columns, size_t n_rows,
                           uint64_t first_row, struct pt_error *err)
{
    struct reading *r = split_ctx;
    (void)first_row;
    r->rows += n_rows;
    if (r->request->format == READ_COUNT) {
        return PT_OK;
    }
    str_reset(&r->line);
    const struct row_text text = {r->source.schema.fields, columns, r->order, r->n_order};
    for (size_t i = 0; i < n_rows; i++) {
        bool done = r->request->format == READ_CSV ? row_text_csv(&text, i, &r->line)
                                                   : row_text_json(&text, i, &r->line);
        if (!done) {
            FAIL(err, PT_E_NO_MEMORY, "out of memory");
        }
    }
    if (fwrite(r->line.p, 1, r->line.n, r->out) != r->line.n) {
        FAIL(err, PT_E_IO, "the output could not be written");
    }
    return PT_OK;
}

static pt_status end_split(void *split_ctx, bool is_whole, struct pt_error *err)
{
    (void)split_ctx;
    (void)is_whole;
    (void)err;
    return PT_OK;
}

static pt_status read_all(struct reading *r, struct pt_error *err)
{
    TRY(pool_new(r->request->threads, &r->pool, err));
    if (r->request->format == READ_CSV) {
        const struct row_text text = {r->source.schema.fields, NULL, r->order, r->n_order};
        if (!row_text_header(&text, &r->line)) {
            FAIL(err, PT_E_NO_MEMORY, "out of memory");
        }
        fwrite(r->line.p, 1, r->line.n, r->out);
    }
    const struct source_read read = {
        .source = &r->source,
        .name = r->request->plugin,
        .pool = r->pool,
        .split_bytes = r->request->split_bytes,
        .max_record = (uint64_t)1 << 20,
        .row_limit = r->request->limit,
        .needs_row = r->request->format != READ_COUNT, // rows are shown in order
        .cancelled = r->request->signal_number,
        .taker = {r, begin_split, take_rows, end_split},
    };
    const struct progress_reading reading = {&r->rows, r->host, host_services_n_inputs(r->host)};
    const struct progress_settings moving = {
        .screen = r->messages, .kind = r->request->progress, .log = r->request->log};
    progress_start(&r->progress, &moving);
    progress_step_reading(&r->progress, r->request->plugin, &reading);
    pt_status status = source_read_all(&read, &r->counts, err);
    progress_stop(&r->progress);
    return status;
}

static pt_status read_source(struct reading *r, struct pt_error *err)
{
    TRY(open_source(r, err));
    for (size_t i = 0; i < r->source.n_notes && !r->request->is_quiet; i++) {
        fprintf(r->messages, "%s: %s\n", r->request->plugin, r->source.notes[i]);
    }
    TRY(bind_columns(r, err));
    return read_all(r, err);
}

static void show_rejects(const struct reading *r)
{
    if (r->counts.rejects == NULL) {
        return;
    }
    size_t n = 0;
    const struct quarantine_reason *reasons = quarantine_reasons(r->counts.rejects, &n);
    const char *file = NULL;
    uint64_t line = 0;
    if (quarantine_first(r->counts.rejects, &file, &line)) {
        fprintf(r->messages, "%s:%llu: first of %llu rejected\n", file, (unsigned long long)line,
                (unsigned long long)r->counts.rejected);
    }
    for (size_t i = 0; i < n; i++) {
        fprintf(r->messages, "  %llux %s\n", (unsigned long long)reasons[i].rows, reasons[i].text);
    }
}

static void reading_release(struct reading *r)
{
    quarantine_free(r->counts.rejects);
    source_instance_close(&r->source);
    host_services_free(r->host);
    pool_free(r->pool);
    str_release(&r->line);
    diags_release(&r->diags);
    arena_release(&r->arena);
}

static void put_count(struct json_writer *w, const char *key, uint64_t value)
{
    json_key(w, key);
    json_put_u64(w, value);
}

static void put_counts(const struct reading *r, int exit_code, struct json_writer *w)
{
    size_t n = 0;
    const struct quarantine_reason *reasons =
        r->counts.rejects == NULL ? NULL : quarantine_reasons(r->counts.rejects, &n);
    put_count(w, "exit", (uint64_t)exit_code);
    put_count(w, "read", r->counts.good + r->counts.rejected);
    put_count(w, "good", r->counts.good);
    put_count(w, "quarantined", r->counts.rejected);
    json_key(w, "reasons");
    json_begin_array(w);
    for (size_t i = 0; i < n; i++) {
        json_begin_object(w);
        json_key(w, "reason");
        json_put_str(w, reasons[i].text);
        put_count(w, "rows", reasons[i].rows);
        json_end_object(w);
    }
    json_end_array(w);
}

static int run_reading(struct reading *r, struct json_writer *json)
{
    const struct read_request *request = r->request;
    FILE *messages = r->messages;
    struct pt_error err = ERROR_INIT;
    pt_status status = read_source(r, &err);
    diags_print(&r->diags, messages, false);
    if (status != PT_OK) {
        fprintf(messages, "portrait read: %s%s%s\n", err.message, err.hint[0] == '\0' ? "" : "; ",
                err.hint);
    } else {
        show_rejects(r);
        if (request->format == READ_COUNT && json == NULL) {
            fprintf(r->out, "%llu\n", (unsigned long long)r->rows);
        }
    }
    int exit_code = run_exit_of(status, request->signal_number);
    fprintf(messages, "read=%llu good=%llu quarantined=%llu exit=%d\n",
            (unsigned long long)(r->counts.good + r->counts.rejected),
            (unsigned long long)r->counts.good, (unsigned long long)r->counts.rejected, exit_code);
    if (json != NULL) {
        put_counts(r, exit_code, json);
    }
    reading_release(r);
    return exit_code;
}

int read_rows(const struct read_request *request, FILE *out, FILE *messages)
{
    struct reading r = {.request = request, .out = out, .messages = messages};
    return run_reading(&r, NULL);
}

int read_count(const struct read_request *request, struct json_writer *out, FILE *messages)
{
    struct reading r = {.request = request, .out = messages, .messages = messages};
    return run_reading(&r, out);
}
