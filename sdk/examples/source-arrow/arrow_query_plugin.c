// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A stream somebody else makes as a source. Nothing is copied: batches pass through as they are,
// and the host checks every one of them in full.
#include <string.h>

#include <portrait/plugin.h>
#include <portrait/source.h>

#include "given_stream.h"
#include "pt_mem.h"

// 1. What a user may say.
struct config {
    const char *library;
    const char *path;
    const char *query;
};

#define TEXT_OPTION(field, flag, what, by_default)                                                 \
    {.struct_size = sizeof(pt_option),                                                             \
     .type = PT_OPT_STRING,                                                                        \
     .flags = (flag) | PT_OPTF_AFFECTS_RESULT,                                                     \
     .offset = offsetof(struct config, field),                                                     \
     .name = #field,                                                                               \
     .help = (what),                                                                               \
     .default_text = (by_default)}
static const pt_option option_library =
    TEXT_OPTION(library, PT_OPTF_REQUIRED, "Absolute path of libduckdb.so.", NULL);
static const pt_option option_path = TEXT_OPTION(path, 0, "The database's file.", ":memory:");
static const pt_option option_query =
    TEXT_OPTION(query, PT_OPTF_REQUIRED, "The query whose rows are read.", NULL);
static const pt_option *const options[] = {&option_library, &option_path, &option_query};

struct source {
    const pt_host *host;
    const struct config *config;
    char **names; // bound columns
    uint32_t n;
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

static void forget_names(struct source *s)
{
    for (uint32_t i = 0; i < s->n; i++) {
        pt_mem_free(s->host, s->names[i]);
    }
    pt_mem_free(s->host, s->names);
    s->names = NULL;
    s->n = 0;
}

static void destroy(void *self)
{
    struct source *s = self;
    if (s != NULL) {
        forget_names(s);
        pt_mem_free(s->host, s);
    }
}

static pt_status open_given(const struct source *s, struct ArrowArrayStream *out, pt_error *err)
{
    const struct config *c = s->config;
    const struct given_request request = {c->library, c->path, c->query};
    char message[GIVEN_MESSAGE];
    if (!given_stream_open(&request, out, message)) {
        return pt_fail(s->host, err, PT_E_IO, NULL, "%s", message);
    }
    return PT_OK;
}

static pt_status schema_of(const struct source *s, struct ArrowArrayStream *given,
                           struct ArrowSchema *out, pt_error *err)
{
    if (given->get_schema(given, out) != 0) {
        const char *why = given->get_last_error(given);
        return pt_fail(s->host, err, PT_E_DATA, NULL, "no schema: %s", why == NULL ? "?" : why);
    }
    return PT_OK;
}

// 2. The stream's own schema, as it is: what the host does not take, it refuses by name.
static pt_status discover(void *self, const pt_discovery *out, pt_error *err)
{
    const struct source *s = self;
    struct ArrowArrayStream given;
    struct ArrowSchema schema;
    pt_status status = open_given(s, &given, err);
    if (status != PT_OK) {
        return status;
    }
    status = schema_of(s, &given, &schema, err);
    if (status == PT_OK) {
        status = out->schema(out->ctx, &schema, err);
    }
    given.release(&given);
    return status;
}

static pt_status bind(void *self, pt_bytes state, const pt_column_list *columns, pt_error *err)
{
    struct source *s = self;
    (void)state;
    forget_names(s);
    s->names = pt_mem_zero(s->host, columns->n, sizeof *s->names);
    for (; s->names != NULL && s->n < columns->n; s->n++) {
        const char *name = columns->names[s->n];
        s->names[s->n] = pt_mem_text(s->host, name, strlen(name));
        if (s->names[s->n] == NULL) {
            break;
        }
    }
    if (s->n < columns->n || s->names == NULL) {
        return pt_fail(s->host, err, PT_E_NO_MEMORY, NULL, "no memory for columns");
    }
    return PT_OK;
}

// 3. A stream cannot be cut: one split.
static pt_status plan(void *self, const pt_plan_request *request, pt_error *err)
{
    static const pt_split whole = {.struct_size = sizeof whole, .id = "answer"};
    (void)self;
    return request->emit(request->ctx, &whole, err);
}

// 4. The given stream seen through the bound columns: a schema or batch of ours that shows some
// children of a given one, in the order asked for, and releases it when it is released itself. A
// child that a reader moved away is left alone by the given release, as the interface has it.
struct view {
    const struct source *source;
    const pt_split_run *run;
    struct ArrowArrayStream given;
    uint32_t *order; // bound column i is column order[i] of the given stream
    uint64_t n_rows;
    uint8_t is_counted;
};

struct shown_schema {
    const pt_host *host;
    struct ArrowSchema given;
    struct ArrowSchema *children[];
};

struct shown_array {
    const pt_host *host;
    struct ArrowArray given;
    struct ArrowArray *children[];
};

static void release_schema(struct ArrowSchema *schema)
{
    struct shown_schema *shown = schema->private_data;
    shown->given.release(&shown->given);
    pt_mem_free(shown->host, shown);
    schema->release = NULL;
}

static void release_array(struct ArrowArray *array)
{
    struct shown_array *shown = array->private_data;
    shown->given.release(&shown->given);
    pt_mem_free(shown->host, shown);
    array->release = NULL;
}

// Takes `given` over, also on failure.
static pt_status show_schema(const struct view *v, struct ArrowSchema *given,
                             struct ArrowSchema *out)
{
    const struct source *s = v->source;
    struct shown_schema *shown =
        pt_mem_zero(s->host, 1, sizeof *shown + s->n * sizeof shown->children[0]);
    if (shown == NULL) {
        given->release(given);
        return PT_E_NO_MEMORY;
    }
    shown->host = s->host;
    shown->given = *given;
    for (uint32_t i = 0; i < s->n; i++) {
        shown->children[i] = given->children[v->order[i]];
    }
    *out = *given;
    out->n_children = s->n;
    out->children = shown->children;
    out->release = release_schema;
    out->private_data = shown;
    return PT_OK;
}

static pt_status show_array(const struct view *v, struct ArrowArray *given, struct ArrowArray *out)
{
    const struct source *s = v->source;
    struct shown_array *shown =
        pt_mem_zero(s->host, 1, sizeof *shown + s->n * sizeof shown->children[0]);
    if (shown == NULL) {
        given->release(given);
        return PT_E_NO_MEMORY;
    }
    shown->host = s->host;
    shown->given = *given;
    for (uint32_t i = 0; i < s->n; i++) {
        shown->children[i] = given->children[v->order[i]];
    }
    *out = *given;
    out->n_children = s->n;
    out->children = shown->children;
    out->release = release_array;
    out->private_data = shown;
    return PT_OK;
}

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    struct view *v = stream->private_data;
    struct ArrowSchema given;
    pt_status status = schema_of(v->source, &v->given, &given, v->run->err);
    return status == PT_OK ? show_schema(v, &given, out) : status;
}

// A stream cannot be asked where a row came from, so records count as lines do.
static pt_status count(struct view *v)
{
    if (v->is_counted) {
        return PT_OK;
    }
    v->is_counted = 1;
    return v->run->counted(v->run->ctx, v->n_rows, v->n_rows, v->run->err);
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    struct view *v = stream->private_data;
    const pt_host *host = v->source->host;
    struct ArrowArray given = {0};
    out->release = NULL;
    if (host->cancelled(host)) {
        return PT_E_CANCELLED;
    }
    if (v->given.get_next(&v->given, &given) != 0) {
        return PT_E_DATA; // get_last_error tells
    }
    if (given.release == NULL) {
        return count(v);
    }
    v->n_rows += (uint64_t)(given.length > 0 ? given.length : 0);
    return show_array(v, &given, out);
}

static const char *get_last_error(struct ArrowArrayStream *stream)
{
    struct view *v = stream->private_data;
    return v->given.get_last_error(&v->given);
}

static void view_free(struct view *v)
{
    if (v->given.release != NULL) {
        v->given.release(&v->given);
    }
    pt_mem_free(v->source->host, v->order);
    pt_mem_free(v->source->host, v);
}

static void release(struct ArrowArrayStream *stream)
{
    view_free(stream->private_data);
    stream->release = NULL;
}

static pt_status find_columns(struct view *v, pt_error *err)
{
    const struct source *s = v->source;
    struct ArrowSchema schema;
    pt_status status = schema_of(s, &v->given, &schema, err);
    if (status != PT_OK) {
        return status;
    }
    for (uint32_t i = 0; i < s->n && status == PT_OK; i++) {
        int64_t at = 0;
        while (at < schema.n_children && strcmp(schema.children[at]->name, s->names[i]) != 0) {
            at++;
        }
        v->order[i] = (uint32_t)at;
        if (at == schema.n_children) {
            status =
                pt_fail(s->host, err, PT_E_NOT_FOUND, NULL, "no column is named `%s`", s->names[i]);
        }
    }
    schema.release(&schema);
    return status;
}

static pt_status open_split(void *self, const pt_split *split, const pt_split_run *run,
                            struct ArrowArrayStream *out, pt_error *err)
{
    const struct source *s = self;
    (void)split;
    struct view *v = pt_mem_zero(s->host, 1, sizeof *v);
    if (v == NULL) {
        return pt_fail(s->host, err, PT_E_NO_MEMORY, NULL, "no memory for a stream");
    }
    v->source = s;
    v->run = run;
    v->order = pt_mem_zero(s->host, s->n, sizeof *v->order);
    pt_status status = v->order == NULL
                           ? pt_fail(s->host, err, PT_E_NO_MEMORY, NULL, "no memory for a stream")
                           : open_given(s, &v->given, err);
    if (status == PT_OK) {
        status = find_columns(v, err);
    }
    if (status != PT_OK) {
        view_free(v);
        return status;
    }
    *out = (struct ArrowArrayStream){get_schema, get_next, get_last_error, release, v};
    return PT_OK;
}

// 5. Who this is.
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
    .name = "arrow-query",
    .summary = "A DuckDB query, as the Arrow stream DuckDB makes of it.",
    .threads = PT_THREADS_SERIAL_INSTANCE,
    .config_size = sizeof(struct config),
    .caps = PT_CAP_PROJECTION | PT_CAP_NETWORK,
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
    .id = "example.arrow-query",
    .version = "0.1.0",
    .vendor = "Portrait contributors",
    .license = "Apache-2.0",
    .summary = "An Arrow stream somebody else makes, as a source.",
    .components = components,
};

PT_PLUGIN(plugin, "example.arrow-query", 0)
