// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Glue between the ABI and the parsers: instance, discovery, binding, planning.
#include <stdio.h>
#include <string.h>

#include <portrait/plugin.h>

#include "weblog_detect.h"
#include "weblog_reader.h"
#include "weblog_state.h"

#define SAMPLE_FILES 4u
#define SAMPLE_BYTES (64u << 10) // of each file
#define LINE_BYTES 250u          // usual length, for the row estimate

static void weblog_destroy(void *self)
{
    struct weblog_instance *in = self;
    if (in == NULL) {
        return;
    }
    pt_mem_free(in->host, in->bound);
    pt_mem_free(in->host, in->fields);
    pt_mem_free(in->host, in);
}

static pt_status config_fail(const struct weblog_instance *in, pt_error *err, const char *option,
                             const struct weblog_fault *fault)
{
    return pt_fail(in->host, err, PT_E_CONFIG, option, "%s", fault->text);
}

static pt_status pages_load(struct weblog_instance *in, pt_error *err)
{
    const pt_map *map = &in->config->pages;
    const char *const *templates = map->values;
    for (uint32_t i = 0; i < map->n; i++) {
        struct weblog_fault fault = {.at = 0};
        if (!weblog_page_add(&in->pages, map->keys[i], templates[i], &fault)) {
            return config_fail(in, err, "pages", &fault);
        }
    }
    return PT_OK;
}

static pt_status bots_load(struct weblog_instance *in, pt_error *err)
{
    uint32_t n = in->config->bots.n;
    const char *const *texts = n == 0 ? weblog_bot_builtin(&n) : in->config->bots.items;
    if (!weblog_bot_prepare(&in->bots, texts, n)) {
        return pt_fail(in->host, err, PT_E_CONFIG, "bots", "at most %u texts, none of them empty",
                       WEBLOG_BOTS_MAX);
    }
    return PT_OK;
}

static pt_status offset_load(struct weblog_instance *in, pt_error *err)
{
    const char *text = in->config->utc_offset;
    int64_t us = 0;
    char stamp[40];
    if (text == NULL) {
        return PT_OK;
    }
    snprintf(stamp, sizeof stamp, "1970-01-02T00:00:00%.8s", text);
    if (strlen(text) != 6 || !pt_time_iso((const uint8_t *)stamp, strlen(stamp), 0, &us)) {
        return pt_fail(in->host, err, PT_E_CONFIG, "utc_offset", "not an offset like +08:00");
    }
    in->offset_s = (int32_t)((PT_TIME_US_PER_DAY - us) / PT_TIME_US_PER_S);
    return PT_OK;
}

static const char *format_wish(const struct weblog_instance *in)
{
    if (in->wish[0] != '\0') {
        return in->wish;
    }
    return in->config->format == NULL ? "auto" : in->config->format;
}

// With date_format or time_format: `format` in GoAccess' letters.
static pt_status goaccess_load(struct weblog_instance *in, pt_error *err)
{
    const struct weblog_config *c = in->config;
    struct weblog_fault fault = {.at = 0};
    if (c->date_format == NULL && c->time_format == NULL) {
        return PT_OK;
    }
    if (c->format == NULL || strcmp(c->format, "auto") == 0) {
        return pt_fail(in->host, err, PT_E_CONFIG, "format",
                       "date_format and time_format go with a GoAccess log-format");
    }
    struct weblog_goaccess given = {c->format, c->date_format, c->time_format};
    if (weblog_goaccess_translate(&given, in->wish, &fault)) {
        return PT_OK;
    }
    const char *option = strncmp(fault.text, "date_format", 11) == 0   ? "date_format"
                         : strncmp(fault.text, "time_format", 11) == 0 ? "time_format"
                                                                       : "format";
    return config_fail(in, err, option, &fault);
}

static pt_status config_load(struct weblog_instance *in, pt_error *err)
{
    struct weblog_fault fault = {.at = 0};
    pt_status status = goaccess_load(in, err);
    if (status != PT_OK) {
        return status;
    }
    const char *format = format_wish(in);
    if (!weblog_detect_check(format, in->config->allow_missing != 0, &fault)) {
        return pt_fail(in->host, err, PT_E_CONFIG, "format", "%s", fault.text);
    }
    if (in->config->query.n > WEBLOG_QUERIES_MAX) {
        return pt_fail(in->host, err, PT_E_CONFIG, "query", "more than %u parameters",
                       WEBLOG_QUERIES_MAX);
    }
    status = pages_load(in, err);
    if (status == PT_OK) {
        status = bots_load(in, err);
    }
    return status == PT_OK ? offset_load(in, err) : status;
}

static pt_status weblog_create(const pt_host *host, const void *config, void **self, pt_error *err)
{
    struct weblog_instance *in = pt_mem_zero(host, 1, sizeof *in);
    if (in == NULL) {
        return pt_fail(host, err, PT_E_NO_MEMORY, NULL, "out of memory");
    }
    in->host = host;
    in->config = config;
    pt_status status = config_load(in, err);
    if (status != PT_OK) {
        weblog_destroy(in);
        return status;
    }
    *self = in;
    return PT_OK;
}

static pt_status weblog_validate(const pt_host *host, const void *config, pt_error *err)
{
    void *self = NULL;
    pt_status status = weblog_create(host, config, &self, err);
    weblog_destroy(self);
    return status;
}

// Cuts the head of a file into sample lines; the last one only when the file ends there.
static void sample_cut(struct weblog_sample *sample, const uint8_t *p, uint64_t n, bool is_whole,
                       int64_t skip_lines)
{
    const uint8_t *end = p + n;
    bool is_first = true;
    if (n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0) {
        p += 3;
    }
    while (p < end && sample->n < WEBLOG_SAMPLE_LINES) {
        const uint8_t *newline = memchr(p, '\n', (size_t)(end - p));
        if (newline == NULL && !is_whole) {
            return;
        }
        const uint8_t *stop = newline == NULL ? end : newline;
        const uint8_t *next = newline == NULL ? end : newline + 1;
        stop -= stop > p && stop[-1] == '\r' ? 1 : 0;
        const uint8_t *text = p;
        while (text < stop && (*text == ' ' || *text == '\t')) {
            text++;
        }
        if (skip_lines > 0) {
            skip_lines--;
        } else if (stop > text) {
            sample->line[sample->n] = (struct weblog_bytes){p, (uint64_t)(stop - p)};
            sample->file_begins[sample->n++] = is_first;
            is_first = false;
        }
        p = next;
    }
}

static pt_status sample_file(const struct weblog_instance *in, uint32_t file, uint8_t *buffer,
                             struct weblog_sample *sample, pt_error *err)
{
    const pt_input_api *input = in->host->input;
    pt_stream *stream = NULL;
    pt_status status = input->open(in->config->path, file, 0, &stream, err);
    uint64_t n = 0;
    uint64_t got = 1;
    while (status == PT_OK && got > 0 && n < SAMPLE_BYTES) {
        status = input->read(stream, buffer + n, SAMPLE_BYTES - n, &got, err);
        n += status == PT_OK ? got : 0;
    }
    input->close(stream);
    if (status == PT_OK) {
        sample_cut(sample, buffer, n, got == 0, in->config->skip_lines);
    }
    return status;
}

static pt_status sample_read(const struct weblog_instance *in, uint8_t *buffers,
                             struct weblog_sample *sample, pt_error *err)
{
    uint32_t n = in->host->input->count(in->config->path);
    n = n < SAMPLE_FILES ? n : SAMPLE_FILES;
    for (uint32_t i = 0; i < n; i++) {
        pt_status status = sample_file(in, i, buffers + (size_t)i * SAMPLE_BYTES, sample, err);
        if (status != PT_OK) {
            return status;
        }
    }
    return PT_OK;
}

static pt_status columns_load(struct weblog_instance *in, pt_error *err)
{
    struct weblog_fault fault = {.at = 0};
    struct weblog_extras extras = {
        .pages = &in->pages, .queries = in->config->query.items, .n_queries = in->config->query.n};
    return weblog_columns_build(&in->format, &extras, &in->columns, &fault)
               ? PT_OK
               : config_fail(in, err, NULL, &fault);
}

static struct pt_field field_of(const struct weblog_column *column)
{
    return (struct pt_field){.name = column->name, .cell = column->cell, .zone = "UTC"};
}

static pt_status schema_give(const struct weblog_instance *in, const pt_discovery *out,
                             pt_error *err)
{
    struct pt_field fields[WEBLOG_COLUMNS_MAX];
    struct ArrowSchema schema = {0};
    for (uint32_t i = 0; i < in->columns.n; i++) {
        fields[i] = field_of(&in->columns.column[i]);
    }
    pt_status status = pt_schema_build(in->host, fields, in->columns.n, &schema);
    if (status != PT_OK) {
        return pt_fail(in->host, err, status, NULL, "out of memory");
    }
    status = out->schema(out->ctx, &schema, err);
    if (schema.release != NULL) {
        schema.release(&schema);
    }
    bool has_time = in->format.by_role[WEBLOG_TIME] >= 0 || in->format.by_role[WEBLOG_CLOCK] >= 0 ||
                    in->format.kind == WEBLOG_W3C;
    if (status == PT_OK && has_time) {
        status = out->time_column(out->ctx, "ts", err);
    }
    return status;
}

static void note_give(const struct weblog_instance *in, const pt_discovery *out,
                      const struct weblog_found *found)
{
    static const char *const prefixes[] = {
        "", ", after a syslog prefix", ", after a container prefix", ", after a compose prefix"};
    char note[768];
    const char *name = found->name;
    if (in->format.kind == WEBLOG_JSON && strcmp(name, "json") == 0) {
        name = "json";
    }
    snprintf(note, sizeof note, "format `%s`%s: %u of the first %u lines fit", name,
             prefixes[in->format.prefix], found->n_good, found->n_lines);
    out->note(out->ctx, note);
}

static pt_status detect(struct weblog_instance *in, const struct weblog_sample *sample,
                        struct weblog_found *found, pt_error *err)
{
    const struct weblog_config *c = in->config;
    struct weblog_fault fault = {.at = 0};
    struct weblog_wish wish = {.format = format_wish(in),
                               .prefix = c->prefix - 1,
                               .allow_missing = c->allow_missing != 0,
                               .offset_s = in->offset_s,
                               .mapping = {c->fields.keys, c->fields.values, c->fields.n}};
    if (!weblog_detect(&wish, sample, &in->format, found, &fault)) {
        pt_status code =
            c->format == NULL || strcmp(c->format, "auto") == 0 ? PT_E_DATA : PT_E_CONFIG;
        return pt_fail(in->host, err, code, "format", "%s", fault.text);
    }
    return PT_OK;
}

static pt_status found_give(struct weblog_instance *in, const pt_discovery *out,
                            const struct weblog_found *found, struct weblog_state *state,
                            pt_error *err)
{
    pt_status status = columns_load(in, err);
    if (status == PT_OK) {
        status = schema_give(in, out, err);
    }
    if (status != PT_OK) {
        return status;
    }
    if (!weblog_state_save(&in->format, found->name, state)) {
        return pt_fail(in->host, err, PT_E_LIMIT, "format", "the format is too long");
    }
    note_give(in, out, found);
    return out->state(out->ctx, (pt_bytes){(const uint8_t *)state->bytes, state->n}, err);
}

// Memory of one discovery, too large for a stack.
struct discovery_room {
    struct weblog_sample sample;
    struct weblog_state state;
    uint8_t heads[SAMPLE_FILES * SAMPLE_BYTES];
};

static pt_status weblog_discover(void *self, const pt_discovery *out, pt_error *err)
{
    struct weblog_instance *in = self;
    struct weblog_found found;
    struct discovery_room *room = pt_mem_zero(in->host, 1, sizeof *room);
    if (room == NULL) {
        return pt_fail(in->host, err, PT_E_NO_MEMORY, NULL, "out of memory");
    }
    pt_status status = sample_read(in, room->heads, &room->sample, err);
    if (status == PT_OK) {
        status = detect(in, &room->sample, &found, err);
    }
    if (status == PT_OK) {
        status = found_give(in, out, &found, &room->state, err);
    }
    pt_mem_free(in->host, room);
    return status;
}

static pt_status weblog_bind(void *self, pt_bytes state, const pt_column_list *columns,
                             pt_error *err)
{
    struct weblog_instance *in = self;
    if (!weblog_state_load(state.data, state.size, &in->format)) {
        return pt_fail(in->host, err, PT_E_INVALID, NULL, "the state is not of this plugin");
    }
    pt_status status = columns_load(in, err);
    if (status != PT_OK) {
        return status;
    }
    pt_mem_free(in->host, in->bound);
    pt_mem_free(in->host, in->fields);
    in->n_bound = 0;
    in->bound = pt_mem_array(in->host, columns->n, sizeof *in->bound);
    in->fields = pt_mem_array(in->host, columns->n, sizeof *in->fields);
    if (in->bound == NULL || in->fields == NULL) {
        return pt_fail(in->host, err, PT_E_NO_MEMORY, NULL, "out of memory");
    }
    for (uint32_t i = 0; i < columns->n; i++) {
        int32_t at = weblog_columns_find(&in->columns, columns->names[i]);
        if (at < 0) {
            return pt_fail(in->host, err, PT_E_NOT_FOUND, NULL, "there is no column `%s`",
                           columns->names[i]);
        }
        in->bound[i] = (uint32_t)at;
        in->fields[i] = field_of(&in->columns.column[at]);
        in->n_bound++;
    }
    return PT_OK;
}

static pt_status weblog_plan(void *self, const pt_plan_request *request, pt_error *err)
{
    struct weblog_instance *in = self;
    // What a #Fields line says holds for the rest of the file, so such a file is one split.
    struct pt_splits_options options = {.bytes_per_row = LINE_BYTES,
                                        .whole_files = in->format.kind == WEBLOG_W3C};
    return pt_splits_plan(in->host, in->config->path, &options, request, err);
}

static pt_status weblog_open(void *self, const pt_split *split, const pt_split_run *run,
                             struct ArrowArrayStream *out, pt_error *err)
{
    struct weblog_instance *in = self;
    struct pt_range range;
    pt_status status = pt_splits_range(in->host, split->data, &range, err);
    return status == PT_OK ? weblog_reader_open(in, &range, run, out, err) : status;
}

static const pt_source_vtable weblog_source = {.struct_size = sizeof(pt_source_vtable),
                                               .create = weblog_create,
                                               .destroy = weblog_destroy,
                                               .discover = weblog_discover,
                                               .bind = weblog_bind,
                                               .plan = weblog_plan,
                                               .open = weblog_open};

static const pt_component weblog_component = {
    .struct_size = sizeof(pt_component),
    .kind = PT_KIND_SOURCE,
    .name = "weblog",
    .summary = "Web server access logs: Apache, nginx, W3C extended, JSON lines, custom formats.",
    .threads = PT_THREADS_PARALLEL_READERS,
    .config_size = sizeof(struct weblog_config),
    .caps = PT_CAP_PROJECTION | PT_CAP_SPLITS,
    .options = weblog_options,
    .n_options = WEBLOG_N_OPTIONS,
    .vtable = &weblog_source,
    .validate = weblog_validate};

static const pt_component *const weblog_components[] = {&weblog_component};

static const pt_plugin weblog_plugin = {.struct_size = sizeof(pt_plugin),
                                        .abi_major = PT_ABI_MAJOR,
                                        .abi_minor = PT_ABI_MINOR,
                                        .min_host_minor = 0,
                                        .n_components = 1,
                                        .id = "portrait.weblog",
                                        .version = "0.1.0",
                                        .vendor = "Portrait contributors",
                                        .license = "Apache-2.0 AND MIT",
                                        .summary = "Reads web server access logs.",
                                        .components = weblog_components};

PT_PLUGIN(weblog_plugin, "portrait.weblog", 0)
