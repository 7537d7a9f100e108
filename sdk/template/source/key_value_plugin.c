// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Glue between the host and the format: options, schema, splits, batches.
#include <portrait/plugin.h>
#include <portrait/source.h>

#include "key_value.h"
#include "pt_batch.h"
#include "pt_export.h"
#include "pt_lines.h"

// 1. What a user may say. The host fills this struct by the rows below before create().
struct config {
    pt_input *path;
    const char *separator;
};

static const pt_option option_path = {.struct_size = sizeof option_path,
                                      .type = PT_OPT_INPUT,
                                      .flags = PT_OPTF_REQUIRED,
                                      .offset = offsetof(struct config, path),
                                      .name = "path",
                                      .help = "The files to read.",
                                      .example = "data/*.txt"};
static const pt_option option_separator = {.struct_size = sizeof option_separator,
                                           .type = PT_OPT_STRING,
                                           .flags = PT_OPTF_AFFECTS_RESULT,
                                           .offset = offsetof(struct config, separator),
                                           .name = "separator",
                                           .help = "What stands between key and number.",
                                           .default_text = "=",
                                           .pattern = "[ -~]",
                                           .example = "="};
static const pt_option *const options[] = {&option_path, &option_separator};

// 2. What comes out.
enum { KEY, VALUE, N_COLUMNS };

static const struct pt_field fields[N_COLUMNS] = {{"key", PT_CELL_DICT, NULL},
                                                  {"value", PT_CELL_F64, NULL}};

struct source {
    const pt_host *host;
    const struct config *config;
    uint32_t n;                       // bound columns
    uint32_t bound[N_COLUMNS];        // which ones
    struct pt_field asked[N_COLUMNS]; // their fields
};

static pt_status create(const pt_host *host, const void *config, void **self, pt_error *err)
{
    struct source *s = pt_mem_zero(host, 1, sizeof *s);
    if (s == NULL) {
        return pt_fail(host, err, PT_E_NO_MEMORY, NULL, "no memory for a source");
    }
    s->host = host;
    s->config = config;
    *self = s;
    return PT_OK;
}

static void destroy(void *self)
{
    struct source *s = self;
    if (s != NULL) {
        pt_mem_free(s->host, s);
    }
}

// 3. Once a run: the schema. A format with a header reads it here, and passes what it found on to
// bind() as state.
static pt_status discover(void *self, const pt_discovery *out, pt_error *err)
{
    const struct source *s = self;
    struct ArrowSchema schema;
    pt_status status = pt_schema_build(s->host, fields, N_COLUMNS, &schema);
    if (status != PT_OK) {
        return pt_fail(s->host, err, status, NULL, "no memory for a schema");
    }
    return out->schema(out->ctx, &schema, err);
}

static pt_status bind(void *self, pt_bytes state, const pt_column_list *columns, pt_error *err)
{
    struct source *s = self;
    (void)state;
    s->n = 0;
    for (uint32_t i = 0; i < columns->n; i++) {
        uint32_t column = 0;
        while (column < N_COLUMNS && strcmp(columns->names[i], fields[column].name) != 0) {
            column++;
        }
        if (column == N_COLUMNS || s->n == N_COLUMNS) {
            return pt_fail(s->host, err, PT_E_NOT_FOUND, NULL, "no column is named `%s`",
                           columns->names[i]);
        }
        s->asked[s->n] = fields[column];
        s->bound[s->n++] = column;
    }
    return PT_OK;
}

// 4. Pieces that threads read independently: ranges of lines.
static pt_status plan(void *self, const pt_plan_request *request, pt_error *err)
{
    const struct source *s = self;
    static const struct pt_splits_options by_lines = {.bytes_per_row = 20};
    return pt_splits_plan(s->host, s->config->path, &by_lines, request, err);
}

// 5. One open split: a stream of batches.
struct reader {
    const struct source *source;
    const pt_split_run *run;
    struct pt_lines lines;
    struct pt_batch batch;
    uint64_t records;
    bool is_counted;
};

static void add_row(struct reader *r, const struct key_value *row)
{
    for (uint32_t i = 0; i < r->source->n; i++) {
        struct pt_column *column = &r->batch.columns[i];
        if (r->source->bound[i] == KEY) {
            pt_column_text(column, row->key, row->key_size);
        } else if (row->has_value) {
            pt_column_f64(column, row->value);
        } else {
            pt_column_null(column);
        }
    }
}

static pt_status add_line(struct reader *r, const struct pt_line *line, uint64_t *n_rows)
{
    struct key_value row = {0};
    const char *reason = "record too long";
    r->records++;
    if (line->kind == PT_LINE_WHOLE) {
        reason = key_value_parse(line->data, line->size, r->source->config->separator[0], &row);
    }
    if (reason == NULL) {
        add_row(r, &row);
        ++*n_rows;
        return PT_OK;
    }
    pt_reject reject = {.struct_size = sizeof reject,
                        .offset = line->offset,
                        .line = line->number,
                        .reason = reason,
                        .excerpt = {line->data, line->size}};
    return r->run->reject(r->run->ctx, &reject, r->run->err);
}

static pt_status read_rows(struct reader *r, uint64_t *n_rows, bool *is_end)
{
    const pt_host *host = r->source->host;
    struct pt_line line = {0};
    while (*n_rows < r->run->batch_rows) {
        pt_status status =
            host->cancelled(host) ? PT_E_CANCELLED : pt_lines_next(&r->lines, &line, r->run->err);
        if (status != PT_OK) {
            return status;
        }
        if (line.kind == PT_LINE_END) {
            *is_end = true;
            return PT_OK;
        }
        status = add_line(r, &line, n_rows);
        if (status != PT_OK) {
            return status;
        }
    }
    return PT_OK;
}

static pt_status next(void *self, struct ArrowArray *out, char *message, uint64_t capacity)
{
    struct reader *r = self;
    uint64_t n_rows = 0;
    bool is_end = false;
    (void)message;
    (void)capacity;
    out->release = NULL;
    pt_status status = read_rows(r, &n_rows, &is_end);
    if (status == PT_OK && is_end && !r->is_counted) {
        r->is_counted = true;
        status = r->run->counted(r->run->ctx, r->records, r->lines.n_lines, r->run->err);
    }
    if (status != PT_OK || n_rows == 0) {
        return status;
    }
    return pt_batch_finish(&r->batch, n_rows, out);
}

static pt_status schema(void *self, struct ArrowSchema *out, char *message, uint64_t capacity)
{
    const struct reader *r = self;
    (void)message;
    (void)capacity;
    return pt_schema_build(r->source->host, r->source->asked, r->source->n, out);
}

static void close_reader(void *self)
{
    struct reader *r = self;
    const pt_host *host = r->source->host;
    pt_lines_close(&r->lines);
    pt_batch_release(&r->batch);
    pt_mem_free(host, r);
}

static const struct pt_export_ops stream_ops = {
    .schema = schema, .next = next, .free = close_reader};

static pt_status fill_reader(struct reader *r, const pt_split *split, pt_error *err)
{
    const struct source *s = r->source;
    struct pt_range range;
    pt_status status = pt_splits_range(s->host, split->data, &range, err);
    if (status != PT_OK) {
        return status;
    }
    const struct pt_lines_limits limits = {.max_record = r->run->max_record};
    status = pt_lines_open(&r->lines, s->host, s->config->path, &range, &limits, err);
    if (status != PT_OK) {
        return status;
    }
    status = pt_batch_init(&r->batch, s->host, s->asked, s->n, r->run->batch_rows);
    return status == PT_OK ? PT_OK : pt_fail(s->host, err, status, NULL, "no memory for a batch");
}

static pt_status open_split(void *self, const pt_split *split, const pt_split_run *run,
                            struct ArrowArrayStream *out, pt_error *err)
{
    const struct source *s = self;
    struct reader *r = pt_mem_zero(s->host, 1, sizeof *r);
    if (r == NULL) {
        return pt_fail(s->host, err, PT_E_NO_MEMORY, NULL, "no memory for a split");
    }
    r->source = s;
    r->run = run;
    pt_status status = fill_reader(r, split, err);
    if (status == PT_OK && pt_export_stream(s->host, &stream_ops, r, out) != PT_OK) {
        status = pt_fail(s->host, err, PT_E_NO_MEMORY, NULL, "no memory for a stream");
    }
    if (status != PT_OK) {
        close_reader(r);
    }
    return status;
}

// 6. Who this is.
static const pt_source_vtable vtable = {
    .struct_size = sizeof vtable,
    .create = create,
    .destroy = destroy,
    .discover = discover,
    .bind = bind,
    .plan = plan,
    .open = open_split,
};

static const pt_component component = {
    .struct_size = sizeof component,
    .kind = PT_KIND_SOURCE,
    .name = "key-value",
    .summary = "Lines of a key and a number.",
    .threads = PT_THREADS_PARALLEL_READERS,
    .config_size = sizeof(struct config),
    .caps = PT_CAP_PROJECTION | PT_CAP_SPLITS,
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .vtable = &vtable,
};

static const pt_component *const components[] = {&component};

static const pt_plugin plugin = {
    .struct_size = sizeof plugin,
    .abi_major = PT_ABI_MAJOR,
    .abi_minor = PT_ABI_MINOR,
    .min_host_minor = 0,
    .n_components = 1,
    .id = "example.key-value",
    .version = "0.1.0",
    .vendor = "Portrait contributors",
    .license = "Apache-2.0",
    .summary = "A source to start from.",
    .components = components,
};

PT_PLUGIN(plugin, "example.key-value", 0)
