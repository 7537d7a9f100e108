// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Glue between the host and the format: options, columns of a batch, bytes to the host's writer.
#include <string.h>

#include <portrait/plugin.h>
#include <portrait/sink.h>

#include "pt_cells.h"
#include "pt_format.h"
#include "pt_mem.h"
#include "tab_file.h"

// 1. What a user may say. The host fills this struct by the rows below before create().
struct config {
    const char *path;
    uint8_t header;
};

static const pt_option option_path = {.struct_size = sizeof option_path,
                                      .type = PT_OPT_STRING,
                                      .offset = offsetof(struct config, path),
                                      .name = "path",
                                      .help = "Where the file goes; the default is out/<sink>.",
                                      .example = "out/people.tsv"};
static const pt_option option_header = {.struct_size = sizeof option_header,
                                        .type = PT_OPT_BOOL,
                                        .offset = offsetof(struct config, header),
                                        .name = "header",
                                        .help = "Write the names of the columns first.",
                                        .default_text = "true"};
static const pt_option *const options[] = {&option_path, &option_header};

struct sink {
    const pt_host *host;
    const struct config *config;
    struct pt_cells cells;
    struct pt_cell_view *views; // a column each, of the batch at hand
    char *line;
    uint64_t capacity;
    uint64_t n;
    uint8_t is_header_due;
};

static pt_status create(const pt_host *host, const void *config, void **self, pt_error *err)
{
    struct sink *s = pt_mem_zero(host, 1, sizeof *s);
    if (s == NULL) {
        return pt_fail(host, err, PT_E_NO_MEMORY, NULL, "no memory for a sink");
    }
    s->host = host;
    s->config = config;
    *self = s;
    return PT_OK;
}

static void destroy(void *self)
{
    struct sink *s = self;
    if (s == NULL) {
        return;
    }
    pt_cells_release(s->host, &s->cells);
    pt_mem_free(s->host, s->views);
    pt_mem_free(s->host, s->line);
    pt_mem_free(s->host, s);
}

// 2. The columns that will come. One sink instance writes one job.
static pt_status begin(void *self, const pt_sink_job *job, pt_error *err)
{
    struct sink *s = self;
    pt_status status = pt_cells_read(s->host, job->schema, &s->cells, err);
    if (status != PT_OK) {
        return status;
    }
    s->views = pt_mem_zero(s->host, s->cells.n, sizeof *s->views);
    if (s->views == NULL) {
        return pt_fail(s->host, err, PT_E_NO_MEMORY, NULL, "no memory for a sink");
    }
    s->is_header_due = s->config->header;
    return PT_OK;
}

// 3. A line at a time, in memory of the sink that grows to the longest one.
static bool add_field(struct sink *s, const uint8_t *field, uint64_t size, bool is_first)
{
    uint64_t need = s->n + TAB_FILE_MOST(size) + 2; // tab before, line end after
    if (!pt_mem_reserve(s->host, &s->line, &s->capacity, need, 1)) {
        return false;
    }
    if (!is_first) {
        s->line[s->n++] = '\t';
    }
    s->n += tab_file_escape(field, size, s->line + s->n);
    return true;
}

static bool add_cell(struct sink *s, const struct pt_cell_view *view, int64_t row, bool is_first)
{
    char text[PT_FORMAT_MAX];
    uint64_t n = 0;
    if (pt_cell_is_null(view, row)) {
        return add_field(s, NULL, 0, is_first);
    }
    switch (view->type) {
    case PT_CELLS_TEXT: {
        const uint8_t *field = pt_cell_text(view, row, &n);
        return add_field(s, field, n, is_first);
    }
    case PT_CELLS_BOOL:
        text[0] = pt_cell_bool(view, row) ? '1' : '0';
        n = 1;
        break;
    case PT_CELLS_F64:
        n = pt_format_f64(pt_cell_f64(view, row), text);
        break;
    case PT_CELLS_DATE:
        n = pt_format_date(pt_cell_days(view, row), text);
        break;
    case PT_CELLS_TIME:
        n = pt_format_time(pt_cell_i64(view, row), text);
        break;
    default:
        n = pt_format_i64(pt_cell_i64(view, row), text);
        break;
    }
    return add_field(s, (const uint8_t *)text, n, is_first);
}

static pt_status write_line(struct sink *s, pt_writer *writer, bool is_whole, pt_error *err)
{
    if (!is_whole || !pt_mem_reserve(s->host, &s->line, &s->capacity, s->n + 1, 1)) {
        return pt_fail(s->host, err, PT_E_NO_MEMORY, NULL, "no memory for a line");
    }
    s->line[s->n++] = '\n';
    pt_status status = s->host->writer->write(writer, s->line, s->n, err);
    s->n = 0;
    return status;
}

static pt_status write_header(struct sink *s, pt_writer *writer, pt_error *err)
{
    bool is_whole = true;
    for (uint32_t c = 0; c < s->cells.n; c++) {
        const char *name = s->cells.columns[c].name;
        is_whole = is_whole && add_field(s, (const uint8_t *)name, strlen(name), c == 0);
    }
    return write_line(s, writer, is_whole, err);
}

static pt_status write_row(struct sink *s, int64_t row, pt_writer *writer, pt_error *err)
{
    bool is_whole = true;
    for (uint32_t c = 0; c < s->cells.n; c++) {
        is_whole = is_whole && add_cell(s, &s->views[c], row, c == 0);
    }
    return write_line(s, writer, is_whole, err);
}

// 4. Rendering: the same rows give the same bytes. The host stages, syncs and publishes them.
static pt_status write_due_header(struct sink *s, pt_writer *writer, pt_error *err)
{
    if (s->is_header_due == 0) {
        return PT_OK;
    }
    s->is_header_due = 0;
    return write_header(s, writer, err);
}

static pt_status render_file(void *self, const struct ArrowArray *batch, pt_writer *writer,
                             pt_error *err)
{
    struct sink *s = self;
    pt_status status = write_due_header(s, writer, err);
    if (status == PT_OK) {
        status = pt_cells_view(s->host, &s->cells, batch, s->views, err);
    }
    for (int64_t row = 0; status == PT_OK && row < batch->length; row++) {
        status = write_row(s, row, writer, err);
    }
    return status;
}

static pt_status finish(void *self, pt_writer *writer, pt_error *err)
{
    return write_due_header(self, writer, err); // an audience of nobody still has columns
}

static const char *path(void *self)
{
    const struct sink *s = self;
    return s->config->path;
}

// 5. Who this is.
static const pt_sink_vtable vtable = {
    .struct_size = sizeof vtable,
    .create = create,
    .destroy = destroy,
    .begin = begin,
    .render_file = render_file,
    .finish = finish,
    .path = path,
};

static const pt_component component = {
    .struct_size = sizeof component,
    .kind = PT_KIND_SINK,
    .name = "tab-file",
    .summary = "A file of fields between tabs.",
    .threads = PT_THREADS_SERIAL_INSTANCE,
    .config_size = sizeof(struct config),
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
    .id = "example.tab-file",
    .version = "0.1.0",
    .vendor = "Portrait contributors",
    .license = "Apache-2.0",
    .summary = "A sink to start from.",
    .components = components,
};

PT_PLUGIN(plugin, "example.tab-file", 0)
