// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Glue of campaign-csv: options, and the loop from batches to CSV records.
#include <portrait/plugin.h>
#include <portrait/sink.h>

#include <string.h>

#include "campaign_csv.h"
#include "pt_cells.h"
#include "pt_format.h"
#include "pt_mem.h"

#define BUFFER_BYTES ((uint64_t)256 << 10)

struct config {
    const char *path;
    pt_map columns; // the host resolves them: batches come with these columns and names
    pt_list phones;
    const char *delimiter;
    const char *null_text;
    int32_t line_end;
    int32_t guard;
    int32_t quote;
    uint8_t header;
    uint8_t bom;
    int64_t decimals;
};

struct csv_sink {
    const pt_host *host;
    const struct config *config;
    struct pt_cells cells;
    struct pt_cell_view *views;
    char *buffer;
    struct campaign_csv out;
    uint64_t rows;
    bool wrote_header;
};

// What a flush needs of the call it happens in.
struct target {
    const pt_host *host;
    pt_writer *writer;
    pt_error *err;
};

static int32_t write_out(void *ctx, const char *data, size_t n)
{
    const struct target *t = ctx;
    return t->host->writer->write(t->writer, data, n, t->err);
}

static void sink_reset(struct csv_sink *s)
{
    pt_cells_release(s->host, &s->cells);
    pt_mem_free(s->host, s->views);
    pt_mem_free(s->host, s->buffer);
    s->views = NULL;
    s->buffer = NULL;
}

static bool is_phones(const struct config *c, const char *column)
{
    const char *const *names = c->phones.items;
    for (uint32_t i = 0; i < c->phones.n; i++) {
        if (strcmp(names[i], column) == 0) {
            return true;
        }
    }
    return false;
}

// A mistyped name must not leave the column guarded in silence.
static pt_status check_phones(const pt_host *host, const struct config *c, pt_error *err)
{
    const char *const *names = c->phones.items;
    for (uint32_t i = 0; i < c->phones.n; i++) {
        bool is_known = false;
        for (uint32_t k = 0; k < c->columns.n; k++) {
            is_known = is_known || strcmp(c->columns.keys[k], names[i]) == 0;
        }
        if (!is_known) {
            return pt_fail(host, err, PT_E_CONFIG, NULL,
                           "phones names a column that `columns` does not write");
        }
    }
    return PT_OK;
}

static pt_status sink_create(const pt_host *host, const void *config, void **self, pt_error *err)
{
    pt_status status = check_phones(host, config, err);
    if (status != PT_OK) {
        return status;
    }
    struct csv_sink *s = pt_mem_zero(host, 1, sizeof *s);
    if (s == NULL) {
        return pt_fail(host, err, PT_E_NO_MEMORY, NULL, "no memory for campaign-csv");
    }
    s->host = host;
    s->config = config;
    *self = s;
    return PT_OK;
}

static void sink_destroy(void *self)
{
    struct csv_sink *s = self;
    if (s == NULL) {
        return;
    }
    sink_reset(s);
    pt_mem_free(s->host, s);
}

static struct campaign_csv_style style_of(const struct config *c)
{
    static const enum campaign_csv_guard guards[] = {CAMPAIGN_CSV_ESCAPE, CAMPAIGN_CSV_REJECT,
                                                     CAMPAIGN_CSV_RAW};

    static const enum campaign_csv_quote quotes[] = {CAMPAIGN_CSV_MINIMAL, CAMPAIGN_CSV_ALL};

    return (struct campaign_csv_style){
        .delimiter = c->delimiter[0],
        .has_crlf = c->line_end == 1,
        .guard = guards[c->guard],
        .quote = quotes[c->quote],
        .null_text = c->null_text == NULL ? "" : c->null_text,
        .decimals = (int32_t)c->decimals,
    };
}

static pt_status sink_begin(void *self, const pt_sink_job *job, pt_error *err)
{
    struct csv_sink *s = self;
    sink_reset(s);
    pt_status status = pt_cells_read(s->host, job->schema, &s->cells, err);
    if (status != PT_OK) {
        return status;
    }
    for (uint32_t i = 0; i < s->cells.n; i++) {
        struct pt_cell_column *c = &s->cells.columns[i];
        c->is_guard_exempt = c->is_guard_exempt || is_phones(s->config, c->name);
    }
    s->views = pt_mem_array(s->host, s->cells.n, sizeof *s->views);
    s->buffer = pt_mem_array(s->host, BUFFER_BYTES, 1);
    if (s->views == NULL || s->buffer == NULL) {
        return pt_fail(s->host, err, PT_E_NO_MEMORY, NULL, "no memory for campaign-csv");
    }
    s->out = (struct campaign_csv){.style = style_of(s->config),
                                   .buffer = s->buffer,
                                   .capacity = BUFFER_BYTES,
                                   .flush = write_out};
    s->rows = 0;
    s->wrote_header = false;
    return PT_OK;
}

static pt_status formula_found(const struct csv_sink *s, uint32_t column, pt_error *err)
{
    return pt_fail(s->host, err, PT_E_DATA, "guard",
                   "column `%s`, row %llu: text starts like a formula (guard: reject)",
                   s->cells.columns[column].name, (unsigned long long)s->rows + 1);
}

static pt_status put_header(struct csv_sink *s, pt_error *err)
{
    if (s->wrote_header) {
        return PT_OK;
    }
    s->wrote_header = true;
    if (s->config->bom) {
        campaign_csv_bytes(&s->out, "\xEF\xBB\xBF", 3);
    }
    if (!s->config->header) {
        return PT_OK;
    }
    for (uint32_t i = 0; i < s->cells.n; i++) {
        const char *name = s->cells.columns[i].name;
        if (!campaign_csv_text(&s->out, (const uint8_t *)name, strlen(name), false)) {
            return formula_found(s, i, err);
        }
    }
    campaign_csv_end(&s->out);
    return PT_OK;
}

// False when the guard refuses the text.
static bool put_cell(struct csv_sink *s, uint32_t column, int64_t row)
{
    const struct pt_cell_view *v = &s->views[column];
    char text[PT_FORMAT_MAX];
    uint64_t n = 0;
    const uint8_t *bytes = NULL;
    if (pt_cell_is_null(v, row)) {
        campaign_csv_null(&s->out, s->cells.n == 1);
        return true;
    }
    switch (v->type) {
    case PT_CELLS_BOOL:
        campaign_csv_plain(&s->out, pt_cell_bool(v, row) ? "1" : "0", 1);
        return true;
    case PT_CELLS_I64:
        campaign_csv_i64(&s->out, pt_cell_i64(v, row));
        return true;
    case PT_CELLS_F64:
        campaign_csv_f64(&s->out, pt_cell_f64(v, row));
        return true;
    case PT_CELLS_DATE:
        campaign_csv_plain(&s->out, text, pt_format_date(pt_cell_days(v, row), text));
        return true;
    case PT_CELLS_TIME:
        campaign_csv_plain(&s->out, text, pt_format_time(pt_cell_i64(v, row), text));
        return true;
    default:
        bytes = pt_cell_text(v, row, &n);
        return campaign_csv_text(&s->out, bytes, n, s->cells.columns[column].is_guard_exempt);
    }
}

static pt_status put_rows(struct csv_sink *s, int64_t n_rows, pt_error *err)
{
    for (int64_t row = 0; row < n_rows && s->out.failed == 0; row++) {
        for (uint32_t i = 0; i < s->cells.n; i++) {
            if (!put_cell(s, i, row)) {
                return formula_found(s, i, err);
            }
        }
        campaign_csv_end(&s->out);
        s->rows++;
    }
    return s->out.failed;
}

static pt_status sink_render_file(void *self, const struct ArrowArray *batch, pt_writer *writer,
                                  pt_error *err)
{
    struct csv_sink *s = self;
    struct target target = {s->host, writer, err};
    s->out.ctx = &target;
    pt_status status = put_header(s, err);
    if (status == PT_OK) {
        status = pt_cells_view(s->host, &s->cells, batch, s->views, err);
    }
    if (status == PT_OK) {
        status = put_rows(s, batch->length, err);
    }
    s->out.ctx = NULL;
    return status;
}

static void log_guarded(const struct csv_sink *s)
{
    char digits[PT_FORMAT_MAX + 1];
    digits[pt_format_i64((int64_t)s->out.guarded, digits)] = '\0';
    const pt_log_field field = {"guarded_cells", digits};
    s->host->log(s->host, PT_LOG_INFO, "texts that start like a formula got an apostrophe", &field,
                 1);
}

static pt_status sink_finish(void *self, pt_writer *writer, pt_error *err)
{
    struct csv_sink *s = self;
    struct target target = {s->host, writer, err};
    s->out.ctx = &target;
    pt_status status = put_header(s, err);
    if (status == PT_OK) {
        status = campaign_csv_finish(&s->out);
    }
    s->out.ctx = NULL;
    if (status == PT_OK && s->out.guarded > 0) {
        log_guarded(s);
    }
    sink_reset(s);
    return status;
}

static const char *sink_path(void *self)
{
    const struct csv_sink *s = self;
    return s->config->path;
}

#define ROW(member) .struct_size = sizeof(pt_option), .offset = offsetof(struct config, member)

static const char *const line_ends[] = {"lf", "crlf"};
static const char *const guards[] = {"escape", "reject", "raw"};
static const char *const quotes[] = {"minimal", "all"};

static const pt_option column_row = {
    .struct_size = sizeof(pt_option),
    .type = PT_OPT_COLUMN,
    .name = "column",
    .help = "A column, derived value, model output or identifier namespace, or `profile`.",
};
static const pt_option *const column_rows[] = {&column_row};

static const pt_option path_row = {
    ROW(path),
    .type = PT_OPT_STRING,
    .name = "path",
    .help = "Where the file goes; without it, the run folder's out/.",
    .example = "out/spring.csv",
    .pattern = ".+",
};
static const pt_option columns_row = {
    ROW(columns),
    .type = PT_OPT_MAP,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "columns",
    .help = "Header name and the column below it, in this order; all columns unless given.",
    .fields = column_rows,
    .n_fields = 1,
    .elem_size = sizeof(const char *),
    .example = "{customer_id: profile, score: intent.p}",
};
static const pt_option phone_row = {
    .struct_size = sizeof(pt_option),
    .type = PT_OPT_STRING,
    .name = "column",
    .help = "A header name of `columns`.",
};
static const pt_option *const phone_rows[] = {&phone_row};
static const pt_option phones_row = {
    ROW(phones),
    .type = PT_OPT_LIST,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "phones",
    .help = "Columns of phone numbers: a number such as +8613800138000 is no formula there.",
    .fields = phone_rows,
    .n_fields = 1,
    .elem_size = sizeof(const char *),
    .example = "[mobile]",
};
static const pt_option delimiter_row = {
    ROW(delimiter),
    .type = PT_OPT_STRING,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "delimiter",
    .help = "The byte between two fields: comma, semicolon, TAB or bar.",
    .default_text = ",",
    .pattern = "[,;|\t]",
    .example = ";",
};
static const pt_option null_row = {
    ROW(null_text),
    .type = PT_OPT_STRING,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "null",
    .help = "What stands for a missing value; a text that looks like it is quoted.",
    .default_text = "",
    .pattern = "[-A-Za-z0-9_.\\\\/()#]*",
    .example = "NULL",
};
static const pt_option header_row = {
    ROW(header),
    .type = PT_OPT_BOOL,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "header",
    .help = "Write the column names as the first line.",
    .default_text = "true",
};
static const pt_option bom_row = {
    ROW(bom),
    .type = PT_OPT_BOOL,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "bom",
    .help = "Begin with a UTF-8 byte order mark, for spreadsheets that guess the encoding.",
    .default_text = "false",
};
static const pt_option line_end_row = {
    ROW(line_end),
    .type = PT_OPT_ENUM,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "line_end",
    .help = "What ends a line.",
    .default_text = "lf",
    .choices = line_ends,
    .n_choices = 2,
};
static const pt_option guard_row = {
    ROW(guard),
    .type = PT_OPT_ENUM,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "guard",
    .help = "Texts that a spreadsheet would run as formulas: put an apostrophe before them, refuse "
            "to write the file, or leave them.",
    .default_text = "escape",
    .choices = guards,
    .n_choices = 3,
};
static const pt_option quote_row = {
    ROW(quote),
    .type = PT_OPT_ENUM,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "quote",
    .help = "Quote the fields that need it, or all but missing values.",
    .default_text = "minimal",
    .choices = quotes,
    .n_choices = 2,
};
static const pt_option decimals_row = {
    ROW(decimals),
    .type = PT_OPT_I64,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "decimals",
    .help = "Round fractions to at most so many places; -1 writes what reads back exactly.",
    .unit = "places",
    .default_text = "-1",
    .i_min = -1,
    .i_max = 15,
};

static const pt_option *const options[] = {
    &path_row, &columns_row,  &phones_row, &delimiter_row, &null_row,     &header_row,
    &bom_row,  &line_end_row, &guard_row,  &quote_row,     &decimals_row,
};

static const pt_sink_vtable vtable = {
    .struct_size = sizeof vtable,
    .create = sink_create,
    .destroy = sink_destroy,
    .begin = sink_begin,
    .render_file = sink_render_file,
    .finish = sink_finish,
    .path = sink_path,
};

static const pt_component component = {
    .struct_size = sizeof component,
    .kind = PT_KIND_SINK,
    .name = "campaign-csv",
    .summary = "Writes people as a CSV file that is safe to open in a spreadsheet.",
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
    .n_components = 1,
    .id = "portrait.campaign-csv",
    .version = "0.1.0",
    .vendor = "Portrait contributors",
    .license = "Apache-2.0",
    .summary = "Campaign files as CSV.",
    .components = components,
};

PT_PLUGIN(plugin, "portrait.campaign-csv", 0)
