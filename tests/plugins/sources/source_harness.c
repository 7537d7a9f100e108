// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "source_harness.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness_inner.h"

static const pt_component *component_load(const char *name)
{
    const char *build = getenv("PORTRAIT_BUILD");
    char path[4096];
    snprintf(path, sizeof path, "%s/plugins/%s.so", build == NULL ? "." : build, name);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    void *symbol = library == NULL ? NULL : dlsym(library, PT_PLUGIN_SYMBOL);
    if (symbol == NULL) {
        harness_die("%s", dlerror());
    }
    pt_plugin_entry entry = NULL;
    memcpy(&entry, &symbol, sizeof symbol);
    const pt_plugin *plugin = entry();
    for (uint32_t i = 0; i < plugin->n_components; i++) {
        if (strcmp(plugin->components[i]->name, name) == 0) {
            return plugin->components[i];
        }
    }
    harness_die("%s has no component %s", path, name);
}

struct harness *harness_new(const char *name)
{
    struct harness *h = harness_grow(NULL, sizeof *h);
    memset(h, 0, sizeof *h);
    host_init(&h->host);
    h->component = component_load(name);
    h->config = harness_own(h, h->component->config_size);
    config_defaults(h, h->component->options, h->component->n_options, h->config);
    return h;
}

void harness_free(struct harness *h)
{
    if (h == NULL) {
        return;
    }
    config_release(h, h->component->options, h->component->n_options, h->config);
    for (uint32_t i = 0; i < h->n_owned; i++) {
        free(h->owned[i]);
    }
    free(h->owned);
    free(h);
}

void *harness_own(struct harness *h, uint64_t bytes)
{
    h->owned = harness_grow(h->owned, ((uint64_t)h->n_owned + 1) * sizeof *h->owned);
    void *p = memset(harness_grow(NULL, bytes), 0, bytes);
    h->owned[h->n_owned++] = p;
    return p;
}

void harness_read_limit(struct harness *h, uint64_t bytes)
{
    h->read_limit = bytes;
}

void harness_cpu(struct harness *h, uint32_t level)
{
    h->host.table.cpu = level;
}

void harness_fault(struct harness *h, uint64_t at, uint8_t forever)
{
    atomic_store(&h->host.calls, 0);
    atomic_store(&h->host.fails_on, forever != 0);
    atomic_store(&h->host.fail_at, at);
}

uint64_t harness_fault_calls(const struct harness *h)
{
    return atomic_load(&h->host.calls);
}

int64_t harness_live_blocks(const struct harness *h)
{
    return atomic_load(&h->host.live);
}

const char *harness_message(const struct harness *h)
{
    return h->error.message;
}

const char *harness_option_at_fault(const struct harness *h)
{
    return h->error.option;
}

// What one split gave.
struct part {
    char *id;
    char *file;
    uint8_t *data;
    uint64_t data_size;
    pt_status status;
    struct pt_error error;
    char **rows;
    uint64_t n_rows;
    uint64_t rows_capacity;
    struct harness_reject *rejects;
    uint64_t n_rejects;
    uint64_t records;
    uint64_t lines;
    uint32_t n_counted;
};

struct reading {
    struct harness *h;
    const pt_source_vtable *source;
    const struct harness_options *options;
    void *self;
    struct ArrowSchema schema;
    char *time_column;
    struct text_buffer notes;
    uint8_t *state;
    uint64_t state_size;
    const char **names;
    uint32_t n_names;
    struct part *parts;
    uint32_t n_parts;
    atomic_uint next;
};

static pt_status on_schema(void *ctx, struct ArrowSchema *schema, pt_error *err)
{
    (void)err;
    struct reading *r = ctx;
    if (r->schema.release != NULL) {
        harness_die("discover gave two schemas");
    }
    r->schema = *schema;
    schema->release = NULL;
    return PT_OK;
}

static pt_status on_time_column(void *ctx, const char *name, pt_error *err)
{
    (void)err;
    struct reading *r = ctx;
    free(r->time_column);
    r->time_column = harness_text(name);
    return PT_OK;
}

static pt_status on_state(void *ctx, pt_bytes state, pt_error *err)
{
    (void)err;
    struct reading *r = ctx;
    if (state.size > PT_STATE_MAX) {
        harness_die("the state is too large");
    }
    r->state = harness_grow(r->state, state.size);
    r->state_size = state.size;
    if (state.size > 0) {
        memcpy(r->state, state.data, state.size);
    }
    return PT_OK;
}

static void on_note(void *ctx, const char *text)
{
    struct reading *r = ctx;
    text_bytes(&r->notes, text, strlen(text));
    text_bytes(&r->notes, "\n", 1);
}

static pt_status on_split(void *ctx, const pt_split *split, pt_error *err)
{
    (void)err;
    struct reading *r = ctx;
    if (split->data.size > PT_SPLIT_MAX) {
        harness_die("a split is too large");
    }
    for (uint32_t i = 0; i < r->n_parts; i++) {
        if (strcmp(r->parts[i].id, split->id) == 0) {
            harness_die("two splits are named %s", split->id);
        }
    }
    r->parts = harness_grow(r->parts, ((uint64_t)r->n_parts + 1) * sizeof *r->parts);
    struct part *p = &r->parts[r->n_parts++];
    *p = (struct part){.id = harness_text(split->id),
                       .file = harness_text(split->file == NULL ? "" : split->file),
                       .data_size = split->data.size};
    p->data = memcpy(harness_grow(NULL, split->data.size), split->data.data, split->data.size);
    return PT_OK;
}

static void excerpt_text(pt_bytes bytes, struct text_buffer *out)
{
    text_bytes(out, "", 0);
    for (uint64_t i = 0; i < bytes.size; i++) {
        if (bytes.data[i] >= 0x20 && bytes.data[i] < 0x7f) {
            text_bytes(out, bytes.data + i, 1);
        } else {
            text_add(out, "\\x%02x", bytes.data[i]);
        }
    }
}

static pt_status on_reject(void *ctx, const pt_reject *reject, pt_error *err)
{
    (void)err;
    struct part *p = ctx;
    struct text_buffer excerpt = {0};
    excerpt_text(reject->excerpt, &excerpt);
    p->rejects = harness_grow(p->rejects, (p->n_rejects + 1) * sizeof *p->rejects);
    p->rejects[p->n_rejects++] = (struct harness_reject){
        .file = harness_text(p->file),
        .reason = harness_text(reject->reason),
        .column_name = reject->column_name == NULL ? NULL : harness_text(reject->column_name),
        .excerpt = excerpt.p,
        .offset = reject->offset,
        .line = reject->line + 1};
    return PT_OK;
}

static pt_status on_counted(void *ctx, uint64_t records, uint64_t lines, pt_error *err)
{
    (void)err;
    struct part *p = ctx;
    p->records = records;
    p->lines = lines;
    p->n_counted++;
    return PT_OK;
}

static void rows_keep(struct part *p, const struct reading *r, const struct ArrowSchema *schema,
                      const struct ArrowArray *batch)
{
    for (int64_t i = 0; i < batch->length; i++) {
        if (r->options->count_only != 0) {
            p->n_rows++;
            continue;
        }
        if (p->n_rows == p->rows_capacity) {
            p->rows_capacity = p->rows_capacity == 0 ? 1024 : p->rows_capacity * 2;
            p->rows = harness_grow(p->rows, p->rows_capacity * sizeof *p->rows);
        }
        struct text_buffer row = {0};
        text_bytes(&row, "", 0);
        arrow_row(schema, batch, i, &row);
        p->rows[p->n_rows++] = row.p;
    }
}

static pt_status stream_failed(struct part *p, struct ArrowArrayStream *stream, int code)
{
    const char *text = stream->get_last_error(stream);
    snprintf(p->error.message, sizeof p->error.message, "%s", text == NULL ? "" : text);
    return (pt_status)code;
}

// Batches of a split; the batch before is kept until the next one came, as a consumer may.
static pt_status stream_drain(const struct reading *r, struct part *p,
                              struct ArrowArrayStream *stream, const struct ArrowSchema *schema)
{
    struct ArrowArray before = {0};
    pt_status status = PT_OK;
    for (;;) {
        struct ArrowArray batch = {0};
        int code = stream->get_next(stream, &batch);
        if (code != 0) {
            status = stream_failed(p, stream, code);
            break;
        }
        if (batch.release == NULL) {
            break;
        }
        const char *fault = arrow_fault(schema, &batch);
        if (fault != NULL || batch.length == 0) {
            harness_die("%s: %s", p->id, fault == NULL ? "an empty batch" : fault);
        }
        if (before.release != NULL) {
            rows_keep(p, r, schema, &before);
            before.release(&before);
        }
        before = batch;
    }
    if (before.release != NULL) {
        rows_keep(p, r, schema, &before);
        before.release(&before);
    }
    return status;
}

static pt_status part_read(const struct reading *r, struct part *p)
{
    const struct harness_options *o = r->options;
    pt_split split = {
        .struct_size = sizeof split, .id = p->id, .data = {p->data, p->data_size}, .file = p->file};
    pt_split_run run = {.struct_size = sizeof run,
                        .batch_rows = o->batch_rows == 0 ? 1000 : o->batch_rows,
                        .max_record = o->max_record == 0 ? 1 << 20 : o->max_record,
                        .ctx = p,
                        .reject = on_reject,
                        .counted = on_counted};
    struct ArrowArrayStream stream = {0};
    pt_status status = r->source->open(r->self, &split, &run, &stream, &p->error);
    if (status != PT_OK) {
        return status;
    }
    struct ArrowSchema schema = {0};
    int code = stream.get_schema(&stream, &schema);
    status = code != 0 ? stream_failed(p, &stream, code) : stream_drain(r, p, &stream, &schema);
    stream.release(&stream);
    if (schema.release != NULL) {
        schema.release(&schema);
    }
    if (status == PT_OK && (p->n_counted != 1 || p->records != p->n_rows + p->n_rejects)) {
        harness_die("%s: counted %u times, %" PRIu64 " records of %" PRIu64 " rows, %" PRIu64
                    " rejects",
                    p->id, p->n_counted, p->records, p->n_rows, p->n_rejects);
    }
    return status;
}

static void *reader_thread(void *arg)
{
    struct reading *r = arg;
    for (;;) {
        uint32_t i = atomic_fetch_add(&r->next, 1);
        if (i >= r->n_parts) {
            return NULL;
        }
        r->parts[i].status = part_read(r, &r->parts[i]);
    }
}

static pt_status parts_read(struct reading *r)
{
    uint32_t threads = r->options->threads == 0 ? 1 : r->options->threads;
    if (threads == 1) {
        reader_thread(r);
    } else {
        pthread_t *ids = harness_grow(NULL, threads * sizeof *ids);
        for (uint32_t i = 0; i < threads; i++) {
            if (pthread_create(&ids[i], NULL, reader_thread, r) != 0) {
                harness_die("no thread");
            }
        }
        for (uint32_t i = 0; i < threads; i++) {
            pthread_join(ids[i], NULL);
        }
        free(ids);
    }
    for (uint32_t i = 0; i < r->n_parts; i++) {
        if (r->parts[i].status != PT_OK) {
            r->h->error = r->parts[i].error;
            return r->parts[i].status;
        }
    }
    return PT_OK;
}

static void names_choose(struct reading *r)
{
    if (r->options->columns != NULL) {
        r->n_names = r->options->n_columns;
        r->names = harness_grow(NULL, r->n_names * sizeof *r->names);
        memcpy(r->names, r->options->columns, r->n_names * sizeof *r->names);
        return;
    }
    r->n_names = (uint32_t)r->schema.n_children;
    r->names = harness_grow(NULL, r->n_names * sizeof *r->names);
    for (uint32_t i = 0; i < r->n_names; i++) {
        r->names[i] = r->schema.children[i]->name;
    }
}

static pt_status reading_prepare(struct reading *r)
{
    struct harness *h = r->h;
    pt_status status = PT_OK;
    if (h->component->validate != NULL) {
        status = h->component->validate(&h->host.table, h->config, &h->error);
    }
    if (status == PT_OK) {
        status = r->source->create(&h->host.table, h->config, &r->self, &h->error);
    }
    if (status != PT_OK) {
        return status;
    }
    pt_discovery discovery = {.struct_size = sizeof discovery,
                              .ctx = r,
                              .schema = on_schema,
                              .time_column = on_time_column,
                              .state = on_state,
                              .note = on_note};
    status = r->source->discover(r->self, &discovery, &h->error);
    if (status != PT_OK) {
        return status;
    }
    names_choose(r);
    pt_column_list columns = {.struct_size = sizeof columns, .n = r->n_names, .names = r->names};
    status = r->source->bind(r->self, (pt_bytes){r->state, r->state_size}, &columns, &h->error);
    if (status != PT_OK) {
        return status;
    }
    pt_plan_request request = {.struct_size = sizeof request,
                               .n_hint = r->options->threads,
                               .target_bytes = r->options->target_bytes,
                               .ctx = r,
                               .emit = on_split};
    return r->source->plan(r->self, &request, &h->error);
}

// Moves the parts' rows and rejects into one table; reject lines become lines of the file.
static void table_join(struct reading *r, struct harness_table *out)
{
    uint64_t lines_before = 0;
    for (uint32_t i = 0; i < r->n_parts; i++) {
        struct part *p = &r->parts[i];
        if (i == 0 || strcmp(p->file, r->parts[i - 1].file) != 0) {
            lines_before = 0;
        }
        out->rows = harness_grow(out->rows, (out->n_rows + p->n_rows) * sizeof *out->rows);
        for (uint64_t k = 0; k < p->n_rows && p->rows != NULL; k++) {
            out->rows[out->n_rows + k] = p->rows[k];
        }
        out->n_rows += p->n_rows;
        uint64_t n = out->n_rejects + p->n_rejects;
        out->rejects = harness_grow(out->rejects, n * sizeof *out->rejects);
        for (uint64_t k = 0; k < p->n_rejects; k++) {
            p->rejects[k].line += lines_before;
            out->rejects[out->n_rejects++] = p->rejects[k];
        }
        out->records += p->records;
        out->lines += p->lines;
        lines_before += p->lines;
        p->n_rows = 0;
        p->n_rejects = 0;
    }
    out->n_splits = r->n_parts;
    if (r->options->count_only != 0) {
        free(out->rows);
        out->rows = NULL;
    }
}

static void reject_release(struct harness_reject *x)
{
    free(x->file);
    free(x->reason);
    free(x->column_name);
    free(x->excerpt);
}

static void reading_release(struct reading *r)
{
    r->source->destroy(r->self);
    for (uint32_t i = 0; i < r->n_parts; i++) {
        struct part *p = &r->parts[i];
        for (uint64_t k = 0; k < p->n_rows && p->rows != NULL; k++) {
            free(p->rows[k]);
        }
        for (uint64_t k = 0; k < p->n_rejects; k++) {
            reject_release(&p->rejects[k]);
        }
        free(p->id);
        free(p->file);
        free(p->data);
        free(p->rows);
        free(p->rejects);
    }
    free(r->parts);
    free(r->names);
    free(r->state);
    free(r->time_column);
    free(r->notes.p);
    if (r->schema.release != NULL) {
        r->schema.release(&r->schema);
    }
}

pt_status harness_read(struct harness *h, const struct harness_options *options,
                       struct harness_table *out)
{
    struct reading r = {.h = h, .source = h->component->vtable, .options = options};
    memset(out, 0, sizeof *out);
    memset(&h->error, 0, sizeof h->error);
    pt_status status = reading_prepare(&r);
    if (status == PT_OK) {
        status = parts_read(&r);
    }
    if (status == PT_OK) {
        struct text_buffer schema = {0};
        arrow_describe(&r.schema, &schema);
        text_bytes(&r.notes, "", 0);
        out->schema = schema.p;
        out->notes = r.notes.p;
        out->time_column = r.time_column;
        r.notes.p = NULL;
        r.time_column = NULL;
        table_join(&r, out);
    }
    reading_release(&r);
    return status;
}

void harness_table_release(struct harness_table *t)
{
    for (uint64_t i = 0; i < t->n_rows && t->rows != NULL; i++) {
        free(t->rows[i]);
    }
    for (uint64_t i = 0; i < t->n_rejects; i++) {
        reject_release(&t->rejects[i]);
    }
    free(t->rows);
    free(t->rejects);
    free(t->schema);
    free(t->time_column);
    free(t->notes);
    memset(t, 0, sizeof *t);
}

char *harness_value(const struct harness_table *t, uint64_t row, uint32_t column)
{
    const char *p = t->rows[row];
    for (uint32_t i = 0; i < column && p != NULL; i++) {
        p = strchr(p, '\t');
        p = p == NULL ? NULL : p + 1;
    }
    if (p == NULL) {
        harness_die("row %" PRIu64 " has no column %u", row, column);
    }
    struct text_buffer value = {0};
    text_bytes(&value, p, strcspn(p, "\t"));
    return value.p;
}

int harness_equal(const struct harness_table *a, const struct harness_table *b)
{
    for (uint64_t i = 0; i < a->n_rows && i < b->n_rows; i++) {
        if (strcmp(a->rows[i], b->rows[i]) != 0) {
            fprintf(stderr, "row %" PRIu64 " differs:\n%s\n%s\n", i, a->rows[i], b->rows[i]);
            return 0;
        }
    }
    for (uint64_t i = 0; i < a->n_rejects && i < b->n_rejects; i++) {
        const struct harness_reject *x = &a->rejects[i];
        const struct harness_reject *y = &b->rejects[i];
        if (strcmp(x->file, y->file) != 0 || strcmp(x->reason, y->reason) != 0 ||
            strcmp(x->excerpt, y->excerpt) != 0 || x->offset != y->offset || x->line != y->line) {
            fprintf(stderr, "reject %" PRIu64 " differs: %s:%" PRIu64 " %s / %s:%" PRIu64 " %s\n",
                    i, x->file, x->line, x->reason, y->file, y->line, y->reason);
            return 0;
        }
    }
    if (a->n_rows != b->n_rows || a->n_rejects != b->n_rejects || a->lines != b->lines) {
        fprintf(stderr,
                "rows %" PRIu64 "/%" PRIu64 " rejects %" PRIu64 "/%" PRIu64 " lines %" PRIu64
                "/%" PRIu64 "\n",
                a->n_rows, b->n_rows, a->n_rejects, b->n_rejects, a->lines, b->lines);
        return 0;
    }
    return 1;
}
