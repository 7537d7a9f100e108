// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Glue of profile-store: options, and the way from a sink's calls to the SQLite file.
#include <portrait/plugin.h>
#include <portrait/sink.h>

#include <sqlite3.h>
#include <string.h>

#include "profile_store.h"

#define VERSION "0.1.0"

struct config {
    const char *path;
    pt_map columns; // the host resolves them: batches come with these columns and names
    const char *table;
    const char *key;
    pt_list index;
    pt_list segments;
};

struct store_sink {
    const pt_host *host;
    const struct config *config;
    struct pt_cells cells;
    struct profile_store store;
    pt_sink_job job;
};

static void sink_reset(struct store_sink *s)
{
    profile_store_release(&s->store);
    pt_cells_release(s->host, &s->cells);
}

static pt_status not_written(const pt_host *host, const char *option, const char *name,
                             pt_error *err)
{
    return pt_fail(host, err, PT_E_CONFIG, option, "%s names `%s`, which no column of the table is",
                   option, name);
}

// Names of columns are known before there are rows when `columns` lists them.
static pt_status check_written(const pt_host *host, const struct config *c, const char *option,
                               const char *name, pt_error *err)
{
    bool is_written = c->columns.n == 0;
    for (uint32_t i = 0; i < c->columns.n && !is_written; i++) {
        is_written = strcmp(c->columns.keys[i], name) == 0;
    }
    return is_written ? PT_OK : not_written(host, option, name, err);
}

static pt_status check_list(const pt_host *host, const struct config *c, const char *option,
                            const pt_list *list, pt_error *err)
{
    const char *const *names = list->items;
    pt_status status = PT_OK;
    for (uint32_t i = 0; i < list->n && status == PT_OK; i++) {
        status = check_written(host, c, option, names[i], err);
    }
    return status;
}

static pt_status check_columns(const pt_host *host, const struct config *c, pt_error *err)
{
    bool has_key = c->key != NULL && strcmp(c->key, "none") != 0;
    pt_status status = has_key ? check_written(host, c, "key", c->key, err) : PT_OK;
    if (status == PT_OK) {
        status = check_list(host, c, "index", &c->index, err);
    }
    return status == PT_OK ? check_list(host, c, "segments", &c->segments, err) : status;
}

static pt_status check_config(const pt_host *host, const void *config, pt_error *err)
{
    const struct config *c = config;
    bool is_taken = sqlite3_stricmp(c->table, "run") == 0 ||
                    sqlite3_stricmp(c->table, "segments") == 0 ||
                    sqlite3_strnicmp(c->table, "sqlite_", 7) == 0;
    return is_taken ? pt_fail(host, err, PT_E_CONFIG, "table",
                              "the store has a table or view of its own called `%s`", c->table)
                    : check_columns(host, c, err);
}

static pt_status sink_create(const pt_host *host, const void *config, void **self, pt_error *err)
{
    pt_status status = check_config(host, config, err);
    if (status != PT_OK) {
        return status;
    }
    struct store_sink *s = pt_mem_zero(host, 1, sizeof *s);
    if (s == NULL) {
        return pt_fail(host, err, PT_E_NO_MEMORY, NULL, "no memory for profile-store");
    }
    s->host = host;
    s->config = config;
    *self = s;
    return PT_OK;
}

static void sink_destroy(void *self)
{
    struct store_sink *s = self;
    if (s == NULL) {
        return;
    }
    sink_reset(s);
    pt_mem_free(s->host, s);
}

// SQL holds `City` and `city` for the same column.
static pt_status check_names(const struct store_sink *s, pt_error *err)
{
    for (uint32_t i = 0; i < s->cells.n; i++) {
        for (uint32_t k = 0; k < i; k++) {
            if (sqlite3_stricmp(s->cells.columns[i].name, s->cells.columns[k].name) == 0) {
                return pt_fail(s->host, err, PT_E_CONFIG, "columns",
                               "to SQL, columns `%s` and `%s` have the same name",
                               s->cells.columns[k].name, s->cells.columns[i].name);
            }
        }
    }
    return PT_OK;
}

static pt_status find_column(const struct store_sink *s, const char *option, const char *name,
                             uint32_t *out, pt_error *err)
{
    for (uint32_t i = 0; i < s->cells.n; i++) {
        if (strcmp(s->cells.columns[i].name, name) == 0) {
            *out = i;
            return PT_OK;
        }
    }
    return not_written(s->host, option, name, err);
}

// The key that is asked for, or the first column.
static pt_status find_key(const struct store_sink *s, int32_t *out, pt_error *err)
{
    uint32_t at = 0;
    const char *name = s->config->key;
    pt_status status = PT_OK;
    if (name != NULL && strcmp(name, "none") == 0) {
        *out = -1;
        return PT_OK;
    }
    if (name != NULL) {
        status = find_column(s, "key", name, &at, err);
    }
    *out = (int32_t)at;
    return status;
}

static pt_status sink_begin(void *self, const pt_sink_job *job, pt_error *err)
{
    struct store_sink *s = self;
    sink_reset(s);
    s->job = *job;
    pt_status status = pt_cells_read(s->host, job->schema, &s->cells, err);
    if (status == PT_OK) {
        status = check_names(s, err);
    }
    struct profile_store_shape shape = {
        .table = s->config->table, .columns = s->cells.columns, .n_columns = s->cells.n};
    if (status == PT_OK) {
        status = find_key(s, &shape.key, err);
    }
    return status == PT_OK ? profile_store_open(&s->store, s->host, &shape, err) : status;
}

static pt_status sink_render_file(void *self, const struct ArrowArray *batch, pt_writer *writer,
                                  pt_error *err)
{
    struct store_sink *s = self;
    (void)writer; // the file is complete at the end only
    return profile_store_add(&s->store, &s->cells, batch, err);
}

static pt_status add_indices(struct store_sink *s, pt_error *err)
{
    const char *const *names = s->config->index.items;
    pt_status status = PT_OK;
    for (uint32_t i = 0; i < s->config->index.n && status == PT_OK; i++) {
        uint32_t at = 0;
        status = find_column(s, "index", names[i], &at, err);
        if (status == PT_OK) {
            status = profile_store_index(&s->store, at, err);
        }
    }
    return status;
}

static pt_status add_segments(struct store_sink *s, pt_error *err)
{
    const char *const *names = s->config->segments.items;
    uint32_t n = s->config->segments.n;
    uint32_t *columns = pt_mem_array(s->host, n, sizeof *columns);
    if (columns == NULL) {
        return pt_fail(s->host, err, PT_E_NO_MEMORY, NULL, "no memory for profile-store");
    }
    pt_status status = PT_OK;
    for (uint32_t i = 0; i < n && status == PT_OK; i++) {
        status = find_column(s, "segments", names[i], &columns[i], err);
    }
    if (status == PT_OK) {
        status = profile_store_segments(&s->store, columns, n, err);
    }
    pt_mem_free(s->host, columns);
    return status;
}

static pt_status sink_finish(void *self, pt_writer *writer, pt_error *err)
{
    struct store_sink *s = self;
    pt_status status = add_indices(s, err);
    if (status == PT_OK) {
        status = add_segments(s, err);
    }
    if (status == PT_OK) {
        status = profile_store_run(&s->store, &s->job, "profile-store " VERSION, err);
    }
    if (status == PT_OK) {
        status = profile_store_finish(&s->store, writer, err);
    }
    sink_reset(s);
    return status;
}

static const char *sink_path(void *self)
{
    const struct store_sink *s = self;
    return s->config->path;
}

#define ROW(member) .struct_size = sizeof(pt_option), .offset = offsetof(struct config, member)

static const pt_option column_row = {
    .struct_size = sizeof(pt_option),
    .type = PT_OPT_COLUMN,
    .name = "column",
    .help = "A column, derived value, model output or identifier namespace, or `profile`.",
};
static const pt_option *const column_rows[] = {&column_row};
static const pt_option name_row = {
    .struct_size = sizeof(pt_option),
    .type = PT_OPT_STRING,
    .name = "column",
    .help = "A column of the table, by its name there.",
};
static const pt_option *const name_rows[] = {&name_row};

static const pt_option path_row = {
    ROW(path),
    .type = PT_OPT_STRING,
    .name = "path",
    .help = "Where the file goes; without it, the run folder's out/.",
    .example = "out/profiles.sqlite",
    .pattern = ".+",
};
static const pt_option columns_row = {
    ROW(columns),
    .type = PT_OPT_MAP,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "columns",
    .help = "Name in the table and the column it takes, in this order; all columns unless given.",
    .fields = column_rows,
    .n_fields = 1,
    .elem_size = sizeof(const char *),
    .example = "{customer_id: profile, score: intent.p}",
};
static const pt_option table_row = {
    ROW(table),
    .type = PT_OPT_STRING,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "table",
    .help = "Name of the table; `run` and `segments` are taken.",
    .default_text = "profiles",
    .pattern = "[A-Za-z][A-Za-z0-9_]*",
    .example = "customers",
};
static const pt_option key_row = {
    ROW(key),
    .type = PT_OPT_STRING,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "key",
    .help = "Column that is the primary key: the first one unless given; none: no key.",
    .example = "customer_id",
};
static const pt_option index_row = {
    ROW(index),
    .type = PT_OPT_LIST,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "index",
    .help = "Columns that get an index, for quick searches by their values.",
    .fields = name_rows,
    .n_fields = 1,
    .elem_size = sizeof(const char *),
    .example = "[email, persona]",
};
static const pt_option segments_row = {
    ROW(segments),
    .type = PT_OPT_LIST,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "segments",
    .help = "Columns of segments: the view `segments` counts the profiles of each of their values.",
    .fields = name_rows,
    .n_fields = 1,
    .elem_size = sizeof(const char *),
    .example = "[persona, tier]",
};

static const pt_option *const options[] = {&path_row, &columns_row, &table_row,
                                           &key_row,  &index_row,   &segments_row};

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
    .name = "profile-store",
    .summary = "Writes people as an SQLite file: profiles, scores, segments.",
    .threads = PT_THREADS_SERIAL_INSTANCE,
    .config_size = sizeof(struct config),
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .vtable = &vtable,
    .validate = check_config,
};

static const pt_component *const components[] = {&component};

static const pt_plugin plugin = {
    .struct_size = sizeof plugin,
    .abi_major = PT_ABI_MAJOR,
    .abi_minor = PT_ABI_MINOR,
    .n_components = 1,
    .id = "portrait.profile-store",
    .version = VERSION,
    .vendor = "Portrait contributors",
    .license = "Apache-2.0",
    .summary = "Profiles as an SQLite file.",
    .components = components,
};

PT_PLUGIN(plugin, "portrait.profile-store", 0)
