// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Lines of fixed places as a source; the places are options. Written from the pages of docs/plugins
// and the installed SDK alone, without a starter.
#include <string.h>

#include <portrait/plugin.h>
#include <portrait/source.h>

#include "pt_batch.h"
#include "pt_export.h"
#include "pt_lines.h"
#include "pt_number.h"
#include "pt_splits.h"
#include "pt_time.h"
#include "pt_utf8.h"

enum { TEXT, NUMBER, DATE };

// One column as the user writes it.
struct field {
    const char *name;
    int64_t begin; // first byte, from 1
    int64_t size;
    int32_t type; // TEXT ..
};

struct config {
    pt_input *path;
    pt_list columns; // of struct field
};

static const char *const types[] = {"text", "number", "date"};
static const pt_option f_name = {.struct_size = sizeof(pt_option),
                                 .type = PT_OPT_STRING,
                                 .flags = PT_OPTF_REQUIRED,
                                 .offset = offsetof(struct field, name),
                                 .name = "name",
                                 .help = "The column's name."};
static const pt_option f_begin = {.struct_size = sizeof(pt_option),
                                  .type = PT_OPT_I64,
                                  .flags = PT_OPTF_REQUIRED,
                                  .offset = offsetof(struct field, begin),
                                  .name = "begin",
                                  .help = "Its first byte, from 1.",
                                  .i_min = 1,
                                  .i_max = 1000000};
static const pt_option f_size = {.struct_size = sizeof(pt_option),
                                 .type = PT_OPT_I64,
                                 .flags = PT_OPTF_REQUIRED,
                                 .offset = offsetof(struct field, size),
                                 .name = "size",
                                 .help = "Its bytes.",
                                 .i_min = 1,
                                 .i_max = 1000000};
static const pt_option f_type = {.struct_size = sizeof(pt_option),
                                 .type = PT_OPT_ENUM,
                                 .offset = offsetof(struct field, type),
                                 .name = "type",
                                 .help = "What it holds.",
                                 .default_text = "text",
                                 .choices = types,
                                 .n_choices = 3};
static const pt_option *const f_rows[] = {&f_name, &f_begin, &f_size, &f_type};
static const pt_option element = {.struct_size = sizeof(pt_option),
                                  .type = PT_OPT_OBJECT,
                                  .name = "column",
                                  .help = "A column.",
                                  .fields = f_rows,
                                  .n_fields = 4};
static const pt_option *const element_rows[] = {&element};
static const pt_option o_path = {.struct_size = sizeof(pt_option),
                                 .type = PT_OPT_INPUT,
                                 .flags = PT_OPTF_REQUIRED,
                                 .offset = offsetof(struct config, path),
                                 .name = "path",
                                 .help = "The files."};
static const pt_option o_columns = {.struct_size = sizeof(pt_option),
                                    .type = PT_OPT_LIST,
                                    .flags = PT_OPTF_REQUIRED | PT_OPTF_AFFECTS_RESULT,
                                    .offset = offsetof(struct config, columns),
                                    .name = "columns",
                                    .help = "The columns.",
                                    .fields = element_rows,
                                    .n_fields = 1,
                                    .elem_size = sizeof(struct field)};
static const pt_option *const options[] = {&o_path, &o_columns};

struct source {
    const pt_host *host;
    const struct config *config;
    uint32_t *bound; // which columns of the config
    struct pt_field *asked;
    uint32_t n;
};

static pt_status create(const pt_host *host, const void *config, void **self, pt_error *err)
{
    struct source *s = pt_mem_zero(host, 1, sizeof *s);
    if (s == NULL) {
        return pt_fail(host, err, PT_E_NO_MEMORY, NULL, "no memory");
    }
    s->host = host;
    s->config = config;
    *self = s;
    return PT_OK;
}

static void destroy(void *self)
{
    struct source *s = self;
    if (s == NULL) {
        return;
    }
    pt_mem_free(s->host, s->bound);
    pt_mem_free(s->host, s->asked);
    pt_mem_free(s->host, s);
}

static struct pt_field field_of(const struct field *f)
{
    return (struct pt_field){f->name,
                             f->type == TEXT     ? PT_CELL_DICT
                             : f->type == NUMBER ? PT_CELL_F64
                                                 : PT_CELL_DATE32,
                             NULL};
}

static pt_status discover(void *self, const pt_discovery *out, pt_error *err)
{
    struct source *s = self;
    const struct field *f = s->config->columns.items;
    uint32_t n = s->config->columns.n;
    struct pt_field *fields = pt_mem_zero(s->host, n, sizeof *fields);
    struct ArrowSchema schema;
    if (fields == NULL) {
        return pt_fail(s->host, err, PT_E_NO_MEMORY, NULL, "no memory");
    }
    for (uint32_t i = 0; i < n; i++) {
        fields[i] = field_of(&f[i]);
    }
    pt_status status = pt_schema_build(s->host, fields, n, &schema);
    pt_mem_free(s->host, fields);
    if (status != PT_OK) {
        return pt_fail(s->host, err, status, NULL, "no memory");
    }
    return out->schema(out->ctx, &schema, err);
}

static pt_status bind(void *self, pt_bytes state, const pt_column_list *columns, pt_error *err)
{
    struct source *s = self;
    (void)state;
    const struct field *f = s->config->columns.items;
    pt_mem_free(s->host, s->bound);
    pt_mem_free(s->host, s->asked);
    s->n = 0;
    s->bound = pt_mem_zero(s->host, columns->n, sizeof *s->bound);
    s->asked = pt_mem_zero(s->host, columns->n, sizeof *s->asked);
    if (s->bound == NULL || s->asked == NULL) {
        return pt_fail(s->host, err, PT_E_NO_MEMORY, NULL, "no memory");
    }
    for (uint32_t i = 0; i < columns->n; i++) {
        uint32_t c = 0;
        while (c < s->config->columns.n && strcmp(f[c].name, columns->names[i]) != 0) {
            c++;
        }
        if (c == s->config->columns.n) {
            return pt_fail(s->host, err, PT_E_NOT_FOUND, NULL, "no column `%s`", columns->names[i]);
        }
        s->bound[i] = c;
        s->asked[i] = field_of(&f[c]);
        s->n++;
    }
    return PT_OK;
}

static pt_status plan(void *self, const pt_plan_request *request, pt_error *err)
{
    struct source *s = self;
    static const struct pt_splits_options o = {.bytes_per_row = 50};
    return pt_splits_plan(s->host, s->config->path, &o, request, err);
}

struct reader {
    struct source *s;
    const pt_split_run *run;
    struct pt_lines lines;
    struct pt_batch batch;
    uint64_t records;
    bool is_counted;
};

// Blanks around a value do not count; of a line that ends before it, it is NULL.
static const char *add_cell(struct pt_column *to, const struct field *f, const struct pt_line *line)
{
    uint64_t begin = (uint64_t)f->begin - 1;
    uint64_t end = begin + (uint64_t)f->size;
    end = end > line->size ? line->size : end;
    begin = begin > end ? end : begin;
    while (begin < end && line->data[begin] == ' ') {
        begin++;
    }
    while (end > begin && line->data[end - 1] == ' ') {
        end--;
    }
    const uint8_t *value = line->data + begin;
    uint64_t n = end - begin;
    double number = 0;
    int64_t us = 0;
    if (n == 0) {
        pt_column_null(to);
        return NULL;
    }
    switch (f->type) {
    case TEXT:
        if (!pt_utf8_is_valid(value, n)) {
            return "cuts a character";
        }
        pt_column_text(to, value, n);
        return NULL;
    case NUMBER:
        if (!pt_number_f64(value, n, &number)) {
            return "not a number";
        }
        pt_column_f64(to, number);
        return NULL;
    default:
        if (!pt_time_iso(value, n, 0, &us) || us % PT_TIME_US_PER_DAY != 0) {
            return "not a date";
        }
        pt_column_i32(to, (int32_t)(us / PT_TIME_US_PER_DAY));
        return NULL;
    }
}

static const char *add(struct reader *r, const struct pt_line *line, uint32_t *column)
{
    const struct field *all = r->s->config->columns.items;
    if (line->kind != PT_LINE_WHOLE) {
        return "record too long";
    }
    if (pt_utf8_check(line->data, line->size) != PT_UTF8_GOOD) {
        return "not UTF-8";
    }
    for (uint32_t i = 0; i < r->s->n; i++) {
        *column = r->s->bound[i] + 1;
        const char *reason = add_cell(&r->batch.columns[i], &all[r->s->bound[i]], line);
        if (reason != NULL) {
            return reason;
        }
    }
    return NULL;
}

static pt_status add_line(struct reader *r, const struct pt_line *line, uint64_t *n_rows)
{
    uint32_t column = 0;
    const char *reason = add(r, line, &column);
    r->records++;
    if (reason == NULL) {
        ++*n_rows;
        return PT_OK;
    }
    pt_batch_truncate(&r->batch, *n_rows);
    const pt_reject reject = {.struct_size = sizeof reject,
                              .column = column,
                              .offset = line->offset,
                              .line = line->number,
                              .reason = reason,
                              .excerpt = {line->data, line->size}};
    return r->run->reject(r->run->ctx, &reject, r->run->err);
}

static pt_status count(struct reader *r)
{
    if (r->is_counted) {
        return PT_OK;
    }
    r->is_counted = true;
    return r->run->counted(r->run->ctx, r->records, r->lines.n_lines, r->run->err);
}

static pt_status next(void *self, struct ArrowArray *out, char *message, uint64_t capacity)
{
    struct reader *r = self;
    const pt_host *host = r->s->host;
    struct pt_line line = {0};
    uint64_t n = 0;
    bool is_end = false;
    pt_status status = PT_OK;
    (void)message;
    (void)capacity;
    out->release = NULL;
    while (status == PT_OK && n < r->run->batch_rows && !is_end) {
        status =
            host->cancelled(host) ? PT_E_CANCELLED : pt_lines_next(&r->lines, &line, r->run->err);
        is_end = status == PT_OK && line.kind == PT_LINE_END;
        if (status == PT_OK) {
            status = is_end ? count(r) : add_line(r, &line, &n);
        }
    }
    return status != PT_OK || n == 0 ? status : pt_batch_finish(&r->batch, n, out);
}

static pt_status schema(void *self, struct ArrowSchema *out, char *message, uint64_t capacity)
{
    struct reader *r = self;
    (void)message;
    (void)capacity;
    return pt_schema_build(r->s->host, r->s->asked, r->s->n, out);
}

static void close_reader(void *self)
{
    struct reader *r = self;
    pt_lines_close(&r->lines);
    pt_batch_release(&r->batch);
    pt_mem_free(r->s->host, r);
}
static const struct pt_export_ops ops = {schema, next, close_reader};

static pt_status open_split(void *self, const pt_split *split, const pt_split_run *run,
                            struct ArrowArrayStream *out, pt_error *err)
{
    struct source *s = self;
    struct pt_range range;
    const struct pt_lines_limits limits = {.max_record = run->max_record};
    struct reader *r = pt_mem_zero(s->host, 1, sizeof *r);
    if (r == NULL) {
        return pt_fail(s->host, err, PT_E_NO_MEMORY, NULL, "no memory");
    }
    r->s = s;
    r->run = run;
    pt_status st = pt_splits_range(s->host, split->data, &range, err);
    if (!st) {
        st = pt_lines_open(&r->lines, s->host, s->config->path, &range, &limits, err);
    }
    if (!st) {
        st = pt_batch_init(&r->batch, s->host, s->asked, s->n, run->batch_rows);
    }
    if (!st) {
        st = pt_export_stream(s->host, &ops, r, out);
    }
    if (st) {
        close_reader(r);
    }
    return st;
}

static pt_status validate(const pt_host *host, const void *config, pt_error *err)
{
    const struct config *c = config;
    const struct field *f = c->columns.items;
    if (c->columns.n == 0) {
        return pt_fail(host, err, PT_E_CONFIG, "columns", "there are none");
    }
    for (uint32_t i = 0; i < c->columns.n; i++) {
        for (uint32_t k = 0; k < i; k++) {
            if (strcmp(f[i].name, f[k].name) == 0) {
                return pt_fail(host, err, PT_E_CONFIG, "columns", "two are named `%s`", f[i].name);
            }
        }
    }
    return PT_OK;
}

static const pt_source_vtable vtable = {.struct_size = sizeof vtable,
                                        .create = create,
                                        .destroy = destroy,
                                        .discover = discover,
                                        .bind = bind,
                                        .plan = plan,
                                        .open = open_split};
static const pt_component component = {.struct_size = sizeof component,
                                       .kind = PT_KIND_SOURCE,
                                       .name = "fixed-width",
                                       .summary = "Lines of fixed places.",
                                       .threads = PT_THREADS_PARALLEL_READERS,
                                       .config_size = sizeof(struct config),
                                       .caps = PT_CAP_PROJECTION | PT_CAP_SPLITS,
                                       .options = options,
                                       .n_options = 2,
                                       .vtable = &vtable,
                                       .validate = validate};
static const pt_component *const components[] = {&component};
static const pt_plugin plugin = {.struct_size = sizeof plugin,
                                 .abi_major = PT_ABI_MAJOR,
                                 .abi_minor = PT_ABI_MINOR,
                                 .min_host_minor = 0,
                                 .n_components = 1,
                                 .id = "example.fixed-width",
                                 .version = "1.0.0",
                                 .vendor = "Portrait contributors",
                                 .license = "Apache-2.0",
                                 .summary = "Fixed-width files.",
                                 .components = components};
PT_PLUGIN(plugin, "example.fixed-width", 0)
