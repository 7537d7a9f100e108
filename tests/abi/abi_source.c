// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A source made of the ABI headers alone: strict C11, no helper library. It counts; what it is for
// is to have an option row of every type, several splits, rejected records and a dictionary.
#include <stdlib.h>
#include <string.h>

#include <portrait/plugin.h>
#include <portrait/source.h>

#include "abi_source.h"

#define FIELD(member) offsetof(struct abi_source_config, member)
#define ROW .struct_size = sizeof(pt_option)

static const pt_option text_element = {ROW, .type = PT_OPT_STRING};
static const pt_option *const text_elements[] = {&text_element};
static const pt_option input_element = {ROW, .type = PT_OPT_INPUT};
static const pt_option *const input_elements[] = {&input_element};
static const char *const modes[] = {"up", "down", "sideways"};

#define LIMIT(member) offsetof(struct abi_source_limits, member)

static const pt_option limit_low = {ROW, .type = PT_OPT_I64, .offset = LIMIT(low), .name = "low",
                                    .default_text = "-5"};
static const pt_option limit_high = {
    ROW,       .type = PT_OPT_I64, .flags = PT_OPTF_REQUIRED, .offset = LIMIT(high), .name = "high",
    .i_min = 1};
static const pt_option *const limit_rows[] = {&limit_low, &limit_high};
static const pt_option limits_element = {ROW, .type = PT_OPT_OBJECT, .n_fields = 2,
                                         .fields = limit_rows};
static const pt_option *const limits_elements[] = {&limits_element};

static const pt_option option_rows = {ROW,
                                      .type = PT_OPT_I64,
                                      .flags = PT_OPTF_REQUIRED | PT_OPTF_AFFECTS_RESULT,
                                      .offset = FIELD(rows),
                                      .name = "rows",
                                      .help = "How many rows to count.",
                                      .unit = "rows",
                                      .i_min = 1,
                                      .i_max = 1000000,
                                      .example = "100"};
static const pt_option option_flag = {ROW,
                                      .type = PT_OPT_BOOL,
                                      .offset = FIELD(flag),
                                      .name = "flag",
                                      .help = "A flag.",
                                      .default_text = "true"};
static const pt_option option_share = {
    ROW,        .type = PT_OPT_F64, .offset = FIELD(share), .name = "share", .default_text = "0.25",
    .f_min = 0, .f_max = 1};
static const pt_option option_label = {ROW,
                                       .type = PT_OPT_STRING,
                                       .offset = FIELD(label),
                                       .name = "label",
                                       .default_text = "\"",
                                       .pattern = "[a-z]+|\"",
                                       .example = "abc"};
static const pt_option option_mode = {ROW,
                                      .type = PT_OPT_ENUM,
                                      .offset = FIELD(mode),
                                      .name = "mode",
                                      .default_text = "down",
                                      .choices = modes,
                                      .n_choices = 3};
static const pt_option option_buffer = {ROW,
                                        .type = PT_OPT_SIZE,
                                        .offset = FIELD(buffer),
                                        .name = "buffer",
                                        .default_text = "64KiB",
                                        .i_min = 1024};
static const pt_option option_window = {ROW,
                                        .type = PT_OPT_DURATION,
                                        .offset = FIELD(window),
                                        .name = "window",
                                        .default_text = "1h30m",
                                        .i_max = 86400000};
static const pt_option option_since = {ROW, .type = PT_OPT_TIME, .offset = FIELD(since),
                                       .name = "since", .default_text = "2025-06-01T00:00:00Z"};
static const pt_option option_column = {ROW, .type = PT_OPT_COLUMN, .offset = FIELD(column),
                                        .name = "column"};
static const pt_option option_where = {ROW, .type = PT_OPT_EXPR, .offset = FIELD(where),
                                       .name = "where"};
static const pt_option option_key = {ROW, .type = PT_OPT_SECRET, .offset = FIELD(key),
                                     .name = "key"};
static const pt_option option_password = {ROW, .type = PT_OPT_STRING, .flags = PT_OPTF_SECRET,
                                          .offset = FIELD(password), .name = "password"};
static const pt_option option_path = {ROW, .type = PT_OPT_INPUT, .offset = FIELD(path),
                                      .name = "path", .example = "data/*.csv"};
static const pt_option option_names = {ROW,
                                       .type = PT_OPT_LIST,
                                       .offset = FIELD(names),
                                       .name = "names",
                                       .default_text = "[ape, \"b, c\", 'it''s']",
                                       .n_fields = 1,
                                       .fields = text_elements,
                                       .elem_size = sizeof(const char *)};
static const pt_option option_inputs = {
    ROW,           .type = PT_OPT_LIST,      .offset = FIELD(inputs),        .name = "inputs",
    .n_fields = 1, .fields = input_elements, .elem_size = sizeof(pt_input *)};
static const pt_option option_fields = {ROW,
                                        .type = PT_OPT_MAP,
                                        .offset = FIELD(fields),
                                        .name = "fields",
                                        .default_text = "{ts: time, who: \"a: b\"}",
                                        .n_fields = 1,
                                        .fields = text_elements,
                                        .elem_size = sizeof(const char *)};
static const pt_option option_limits = {
    ROW,           .type = PT_OPT_OBJECT, .offset = FIELD(limits), .name = "limits",
    .n_fields = 2, .fields = limit_rows};
static const pt_option option_ranges = {ROW,
                                        .type = PT_OPT_LIST,
                                        .offset = FIELD(ranges),
                                        .name = "ranges",
                                        .n_fields = 1,
                                        .fields = limits_elements,
                                        .elem_size = sizeof(struct abi_source_limits)};
static const pt_option option_amount = {ROW,
                                        .type = PT_OPT_I64,
                                        .flags = PT_OPTF_DEPRECATED,
                                        .offset = FIELD(amount),
                                        .name = "amount",
                                        .since = "1.0.0",
                                        .replaced_by = "rows"};

static const pt_option *const options[] = {
    &option_rows,   &option_flag,     &option_share,  &option_label,  &option_mode,
    &option_buffer, &option_window,   &option_since,  &option_column, &option_where,
    &option_key,    &option_password, &option_path,   &option_names,  &option_inputs,
    &option_fields, &option_limits,   &option_ranges, &option_amount,
};

#define N_COLUMNS 3

static const char *const column_names[N_COLUMNS] = {"id", "at", "city"};
static const char *const column_formats[N_COLUMNS] = {"l", "tsm:UTC", "c"};

struct source {
    const pt_host *host;
    const struct abi_source_config *config;
    uint32_t n_bound;
    uint32_t bound[N_COLUMNS]; // indices of columns
};

static pt_status create(const pt_host *host, const void *config, void **self, pt_error *err)
{
    struct source *s = host->alloc(host, sizeof *s);
    if (s == NULL) {
        return host->error_set(err, PT_E_NO_MEMORY, "no memory for a source", NULL, 0);
    }
    *s = (struct source){.host = host, .config = config};
    *self = s;
    return PT_OK;
}

static void destroy(void *self)
{
    struct source *s = self;
    if (s != NULL) {
        s->host->free(s->host, s);
    }
}

static void release_schema(struct ArrowSchema *schema)
{
    for (int64_t i = 0; i < schema->n_children; i++) {
        if (schema->children[i]->release != NULL) {
            schema->children[i]->release(schema->children[i]);
        }
        free(schema->children[i]);
    }
    free((void *)schema->children);
    free(schema->dictionary);
    schema->release = NULL;
}

static void release_text(struct ArrowSchema *schema)
{
    schema->release = NULL;
}

// The schema of columns which[0..n), or a partial one with release set when memory is out.
static int make_schema(const uint32_t *which, uint32_t n, struct ArrowSchema *out)
{
    *out = (struct ArrowSchema){.format = "+s", .name = "", .release = release_schema};
    out->children = calloc(n + 1, sizeof(struct ArrowSchema *));
    for (uint32_t i = 0; out->children != NULL && i < n; i++) {
        struct ArrowSchema *child = calloc(1, sizeof *child);
        struct ArrowSchema *text = calloc(1, sizeof *text);
        if (child == NULL || text == NULL) {
            free(child);
            free(text);
            return 0;
        }
        *child = (struct ArrowSchema){.format = column_formats[which[i]],
                                      .name = column_names[which[i]],
                                      .flags = ARROW_FLAG_NULLABLE,
                                      .release = release_schema};
        *text = (struct ArrowSchema){.format = "u", .name = "", .release = release_text};
        child->dictionary = which[i] == 2 ? text : NULL;
        if (child->dictionary == NULL) {
            free(text);
        }
        out->children[i] = child;
        out->n_children = i + 1;
    }
    return out->children != NULL;
}

static pt_status discover(void *self, const pt_discovery *out, pt_error *err)
{
    static const uint32_t all[N_COLUMNS] = {0, 1, 2};
    struct source *s = self;
    struct ArrowSchema schema;
    pt_bytes state = {(const uint8_t *)"counted", 7};
    if (!make_schema(all, N_COLUMNS, &schema)) {
        schema.release(&schema);
        return s->host->error_set(err, PT_E_NO_MEMORY, "no memory for a schema", NULL, 0);
    }
    pt_status status = out->schema(out->ctx, &schema, err);
    if (status == PT_OK) {
        status = out->time_column(out->ctx, "at", err);
    }
    if (status == PT_OK) {
        out->note(out->ctx, "counts from 0");
        status = out->state(out->ctx, state, err);
    }
    return status;
}

static pt_status bind(void *self, pt_bytes state, const pt_column_list *columns, pt_error *err)
{
    struct source *s = self;
    if (state.size != 7 || memcmp(state.data, "counted", 7) != 0) {
        return s->host->error_set(err, PT_E_STATE, "the state is not mine", NULL, 0);
    }
    for (uint32_t i = 0; i < columns->n; i++) {
        uint32_t c = 0;
        while (c < N_COLUMNS && strcmp(columns->names[i], column_names[c]) != 0) {
            c++;
        }
        if (c == N_COLUMNS || i == N_COLUMNS) {
            return s->host->error_set(err, PT_E_NOT_FOUND, columns->names[i], NULL, 0);
        }
        s->bound[i] = c;
    }
    s->n_bound = columns->n;
    return PT_OK;
}

// Two halves; a split is its first and last row.
static pt_status plan(void *self, const pt_plan_request *request, pt_error *err)
{
    const struct source *s = self;
    int64_t middle = s->config->rows / 2;
    for (int half = 0; half < 2; half++) {
        int64_t range[2] = {half == 0 ? 0 : middle, half == 0 ? middle : s->config->rows};
        pt_split split = {.struct_size = sizeof split,
                          .id = half == 0 ? "first" : "second",
                          .data = {(const uint8_t *)range, sizeof range},
                          .est_rows = (uint64_t)(range[1] - range[0])};
        pt_status status = request->emit(request->ctx, &split, err);
        if (status != PT_OK) {
            return status;
        }
    }
    return PT_OK;
}

// An open split. Row i has id i, time i seconds and a city; every tenth record is rejected.
struct reader {
    const struct source *source;
    const pt_split_run *run;
    int64_t begin;
    int64_t at;
    int64_t end;
    uint8_t is_counted;
    const char *message;
};

struct rows {
    int64_t ids[ABI_SOURCE_BATCH];
    int64_t times[ABI_SOURCE_BATCH];
    int8_t cities[ABI_SOURCE_BATCH];
    int64_t n;
    const void *buffers[N_COLUMNS][3];
    const void *entry_buffers[3];
    const void *none[1];
    struct ArrowArray children[N_COLUMNS];
    struct ArrowArray *pointers[N_COLUMNS];
    struct ArrowArray entries;
};

static void release_nothing(struct ArrowArray *array)
{
    array->release = NULL;
}

static void release_rows(struct ArrowArray *array)
{
    free(array->private_data);
    array->release = NULL;
}

static void describe_column(struct rows *r, uint32_t column, uint32_t at)
{
    static const int32_t entry_offsets[] = {0, 4, 8};
    const void *const values[N_COLUMNS] = {r->ids, r->times, r->cities};
    r->buffers[at][1] = values[column];
    r->children[at] = (struct ArrowArray){
        .length = r->n, .n_buffers = 2, .buffers = r->buffers[at], .release = release_nothing};
    r->pointers[at] = &r->children[at];
    if (column == 2) {
        r->entry_buffers[1] = entry_offsets;
        r->entry_buffers[2] = "RomeOslo";
        r->entries = (struct ArrowArray){
            .length = 2, .n_buffers = 3, .buffers = r->entry_buffers, .release = release_nothing};
        r->children[at].dictionary = &r->entries;
    }
}

static pt_status fill_rows(struct reader *reader, struct rows *r)
{
    while (reader->at < reader->end && r->n < ABI_SOURCE_BATCH) {
        int64_t i = reader->at++;
        if (i % 10 == 9) {
            pt_reject reject = {.struct_size = sizeof reject,
                                .offset = (uint64_t)i,
                                .line = (uint64_t)(i - reader->begin),
                                .reason = "every tenth",
                                .excerpt = {(const uint8_t *)"#", 1}};
            pt_status status = reader->run->reject(reader->run->ctx, &reject, NULL);
            if (status != PT_OK) {
                return status;
            }
            continue;
        }
        r->ids[r->n] = i;
        r->times[r->n] = i * 1000;
        r->cities[r->n] = (int8_t)(i % 2);
        r->n++;
    }
    return PT_OK;
}

static int next_batch(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    struct reader *reader = stream->private_data;
    const struct source *s = reader->source;
    *out = (struct ArrowArray){0};
    if (s->host->cancelled(s->host)) {
        reader->message = "cancelled";
        return PT_E_CANCELLED;
    }
    if (reader->at == reader->end) {
        uint64_t seen = (uint64_t)(reader->end - reader->begin);
        int status =
            reader->is_counted ? PT_OK : reader->run->counted(reader->run->ctx, seen, seen, NULL);
        reader->is_counted = 1;
        return status;
    }
    struct rows *r = calloc(1, sizeof *r);
    if (r == NULL) {
        reader->message = "no memory for rows";
        return PT_E_NO_MEMORY;
    }
    pt_status status = fill_rows(reader, r);
    if (status != PT_OK) {
        reader->message = "a record could not be rejected";
        free(r);
        return status;
    }
    for (uint32_t i = 0; i < s->n_bound; i++) {
        describe_column(r, s->bound[i], i);
    }
    *out = (struct ArrowArray){.length = r->n,
                               .n_buffers = 1,
                               .n_children = s->n_bound,
                               .buffers = r->none,
                               .children = r->pointers,
                               .release = release_rows,
                               .private_data = r};
    return PT_OK;
}

static int stream_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    const struct reader *reader = stream->private_data;
    if (!make_schema(reader->source->bound, reader->source->n_bound, out)) {
        out->release(out);
        return PT_E_NO_MEMORY;
    }
    return PT_OK;
}

static const char *last_error(struct ArrowArrayStream *stream)
{
    const struct reader *reader = stream->private_data;
    return reader->message;
}

static void release_stream(struct ArrowArrayStream *stream)
{
    free(stream->private_data);
    stream->release = NULL;
}

static pt_status open_split(void *self, const pt_split *split, const pt_split_run *run,
                            struct ArrowArrayStream *out, pt_error *err)
{
    const struct source *s = self;
    int64_t range[2];
    if (split->data.size != sizeof range) {
        return s->host->error_set(err, PT_E_INVALID, "the split is not mine", NULL, 0);
    }
    memcpy(range, split->data.data, sizeof range);
    struct reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL) {
        return s->host->error_set(err, PT_E_NO_MEMORY, "no memory for a split", NULL, 0);
    }
    *reader = (struct reader){
        .source = s, .run = run, .begin = range[0], .at = range[0], .end = range[1]};
    *out = (struct ArrowArrayStream){.get_schema = stream_schema,
                                     .get_next = next_batch,
                                     .get_last_error = last_error,
                                     .release = release_stream,
                                     .private_data = reader};
    return PT_OK;
}

// A rule over two options: label and mode.
static pt_status validate(const pt_host *host, const void *config, pt_error *err)
{
    const struct abi_source_config *c = config;
    if (c->mode == 2 && strcmp(c->label, "crab") != 0) {
        return host->error_set(err, PT_E_CONFIG, "must be crab when mode is sideways", "label", 0);
    }
    return PT_OK;
}

static const void *get_extension(const char *id)
{
    return strcmp(id, "ext/draft/count/1") == 0 ? column_names : NULL;
}

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
    .name = "abi-source",
    .summary = "Counts, to try the ABI.",
    .threads = PT_THREADS_PARALLEL_READERS,
    .config_size = sizeof(struct abi_source_config),
    .caps = PT_CAP_PROJECTION | PT_CAP_SPLITS,
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .vtable = &vtable,
    .validate = validate,
    .get_extension = get_extension,
};

static const pt_component *const components[] = {&component};

static const pt_plugin plugin = {
    .struct_size = sizeof plugin,
    .abi_major = PT_ABI_MAJOR,
    .abi_minor = PT_ABI_MINOR,
    .min_host_minor = 0,
    .n_components = 1,
    .id = "portrait.abi-source",
    .version = "1.2.3",
    .vendor = "Portrait contributors",
    .license = "Apache-2.0",
    .summary = "A source of the tests.",
    .components = components,
};

PT_PLUGIN(plugin, "portrait.abi-source", 0)
