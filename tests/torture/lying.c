// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// lying: a source that breaks its contract in the way its option `fault` says, or ends the process.
// Ten rows (id, kind, n) in each of two splits; the third row of each is rejected.
#include <signal.h>
#include <stdlib.h>

#include <portrait/plugin.h>
#include <portrait/source.h>

#include "pt_batch.h"
#include "pt_export.h"

#define N_ROWS 10

struct config {
    const char *fault;
};

static const pt_option option_fault = {.struct_size = sizeof option_fault,
                                       .type = PT_OPT_STRING,
                                       .flags = PT_OPTF_AFFECTS_RESULT,
                                       .offset = offsetof(struct config, fault),
                                       .name = "fault",
                                       .help = "What to do wrong.",
                                       .default_text = "none",
                                       .example = "crash"};
static const pt_option *const options[] = {&option_fault};

enum { ID, KIND, N, N_COLUMNS };

static const struct pt_field fields[N_COLUMNS] = {
    {"id", PT_CELL_UTF8, NULL}, {"kind", PT_CELL_DICT, NULL}, {"n", PT_CELL_I64, NULL}};

struct source {
    const pt_host *host;
    const struct config *config;
    uint32_t n;
    uint32_t bound[N_COLUMNS];
    struct pt_field asked[N_COLUMNS];
};

struct reader {
    const struct source *source;
    const pt_split_run *run;
    struct pt_batch batch;
    uint32_t split;
    bool is_done;
};

static bool is_fault(const struct source *s, const char *name)
{
    return strcmp(s->config->fault, name) == 0;
}

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

static pt_status give_schema(const struct source *s, const pt_discovery *out, pt_error *err)
{
    struct ArrowSchema schema;
    pt_status status = pt_schema_build(s->host, fields, N_COLUMNS, &schema);
    if (status != PT_OK) {
        return pt_fail(s->host, err, status, NULL, "no memory for a schema");
    }
    return out->schema(out->ctx, &schema, err);
}

static pt_status discover(void *self, const pt_discovery *out, pt_error *err)
{
    const struct source *s = self;
    static uint8_t state[PT_STATE_MAX + 1];
    if (is_fault(s, "no schema")) {
        return PT_OK;
    }
    if (is_fault(s, "silent")) {
        return PT_E_DATA;
    }
    if (is_fault(s, "note first")) {
        out->note(out->ctx, "a note before the schema");
    }
    pt_status status = give_schema(s, out, err);
    if (status == PT_OK && is_fault(s, "two schemas")) {
        status = give_schema(s, out, err);
    }
    if (status == PT_OK && is_fault(s, "no such time")) {
        status = out->time_column(out->ctx, "n", err);
    }
    if (status == PT_OK && is_fault(s, "large state")) {
        status = out->state(out->ctx, (pt_bytes){state, sizeof state}, err);
    }
    return status;
}

static pt_status bind(void *self, pt_bytes state, const pt_column_list *columns, pt_error *err)
{
    struct source *s = self;
    (void)state;
    s->n = 0;
    for (uint32_t i = 0; i < columns->n; i++) {
        for (uint32_t k = 0; k < N_COLUMNS; k++) {
            if (strcmp(columns->names[i], fields[k].name) == 0 && s->n < N_COLUMNS) {
                s->asked[s->n] = fields[k];
                s->bound[s->n++] = k;
            }
        }
    }
    return s->n == columns->n ? PT_OK : pt_fail(s->host, err, PT_E_NOT_FOUND, NULL, "a column");
}

static pt_status plan(void *self, const pt_plan_request *request, pt_error *err)
{
    const struct source *s = self;
    static uint8_t large[PT_SPLIT_MAX + 1];
    static const uint8_t number[2] = {0, 1};
    if (is_fault(s, "no splits")) {
        return PT_OK;
    }
    for (uint32_t i = 0; i < 2; i++) {
        pt_split split = {.struct_size = sizeof split,
                          .id = i == 0 ? "first" : "second",
                          .data = {&number[i], 1}};
        if (is_fault(s, "large split")) {
            split.data = (pt_bytes){large, sizeof large};
        }
        pt_status status = request->emit(request->ctx, &split, err);
        if (status != PT_OK) {
            return status;
        }
    }
    return PT_OK;
}

static void add_row(struct reader *r, uint64_t row)
{
    char id[16] = "\xC3(";
    bool is_broken = is_fault(r->source, "bad text") && row == 5;
    if (!is_broken) {
        id[0] = 'p';
        id[1] = (char)('0' + r->split);
        id[2] = (char)('0' + row);
    }
    for (uint32_t i = 0; i < r->source->n; i++) {
        struct pt_column *column = &r->batch.columns[i];
        if (r->source->bound[i] == N) {
            pt_column_i64(column, (int64_t)row);
        } else if (r->source->bound[i] == KIND) {
            pt_column_text(column, row % 2 ? "odd" : "even", row % 2 ? 3 : 4);
        } else {
            pt_column_text(column, id, strlen(id));
        }
    }
}

static pt_status reject_one(struct reader *r)
{
    const struct source *s = r->source;
    pt_reject reject = {.struct_size = sizeof reject,
                        .line = 2,
                        .reason = is_fault(s, "no reason") ? NULL : "made to be rejected",
                        .excerpt = {(const uint8_t *)"row", 3}};
    if (is_fault(s, "no excerpt")) {
        reject.excerpt = (pt_bytes){NULL, 0};
    }
    return r->run->reject(r->run->ctx, &reject, r->run->err);
}

// The first column whose cells are such, or NULL.
static struct ArrowArray *child(const struct reader *r, const struct ArrowArray *a, uint32_t column)
{
    for (uint32_t i = 0; i < r->source->n; i++) {
        if (r->source->bound[i] == column) {
            return a->children[i];
        }
    }
    return NULL;
}

static void spoil(const struct reader *r, struct ArrowArray *a)
{
    const struct source *s = r->source;
    struct ArrowArray *id = child(r, a, ID);
    struct ArrowArray *kind = child(r, a, KIND);
    struct ArrowArray *n = child(r, a, N);
    if (is_fault(s, "negative length")) {
        a->length = -1;
    } else if (is_fault(s, "long batch")) {
        a->length += 1;
    } else if (is_fault(s, "short column") && id != NULL) {
        id->length -= 1;
    } else if (is_fault(s, "falling offsets") && id != NULL) {
        ((int32_t *)(uintptr_t)id->buffers[1])[3] = 30000;
    } else if (is_fault(s, "negative offset") && id != NULL) {
        ((int32_t *)(uintptr_t)id->buffers[1])[0] = -4;
    } else if (is_fault(s, "far code") && kind != NULL) {
        ((int32_t *)(uintptr_t)kind->buffers[1])[2] = 77;
    } else if (is_fault(s, "negative code") && kind != NULL) {
        ((int32_t *)(uintptr_t)kind->buffers[1])[2] = -1;
    } else if (is_fault(s, "no values") && n != NULL) {
        pt_mem_free(s->host, (void *)(uintptr_t)n->buffers[1]);
        n->buffers[1] = NULL;
    } else if (is_fault(s, "false nulls") && n != NULL) {
        n->null_count = 5;
    } else if (is_fault(s, "one buffer") && n != NULL) {
        pt_mem_free(s->host, (void *)(uintptr_t)n->buffers[1]);
        n->n_buffers = 1;
    } else if (is_fault(s, "no children")) {
        for (int64_t i = 0; i < a->n_children; i++) { // its release would not find them any more
            a->children[i]->release(a->children[i]);
            pt_mem_free(s->host, a->children[i]);
        }
        a->n_children = 0;
    }
}

static void end_process(const struct source *s)
{
    if (is_fault(s, "crash")) { // a worker may have the signal blocked; a true fault asks nobody
        sigset_t only;
        sigemptyset(&only);
        sigaddset(&only, SIGSEGV);
        pthread_sigmask(SIG_UNBLOCK, &only, NULL);
        raise(SIGSEGV);
    }
    if (is_fault(s, "abort")) {
        abort();
    }
}

static pt_status count(struct reader *r)
{
    const struct source *s = r->source;
    uint64_t records = N_ROWS + (is_fault(s, "more") ? 1 : 0) - (is_fault(s, "fewer") ? 1 : 0);
    if (is_fault(s, "no count")) {
        return PT_OK;
    }
    return r->run->counted(r->run->ctx, records, N_ROWS, r->run->err);
}

static pt_status next(void *self, struct ArrowArray *out, char *message, uint64_t capacity)
{
    struct reader *r = self;
    (void)message;
    (void)capacity;
    out->release = NULL;
    if (r->is_done) {
        return PT_OK;
    }
    r->is_done = true;
    end_process(r->source);
    if (is_fault(r->source, "unknown status")) {
        return 9999;
    }
    for (uint64_t row = 0; row < N_ROWS; row++) {
        if (row != 2) {
            add_row(r, row);
        }
    }
    pt_status status = reject_one(r);
    status = status == PT_OK ? count(r) : status;
    status = status == PT_OK ? pt_batch_finish(&r->batch, N_ROWS - 1, out) : status;
    if (status == PT_OK) {
        spoil(r, out);
    }
    return status;
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
    pt_batch_release(&r->batch);
    pt_mem_free(host, r);
}

static const struct pt_export_ops stream_ops = {
    .schema = schema, .next = next, .free = close_reader};

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
    r->split = split->data.data[0];
    pt_status status = pt_batch_init(&r->batch, s->host, s->asked, s->n, run->batch_rows);
    if (status == PT_OK) {
        status = pt_export_stream(s->host, &stream_ops, r, out);
    }
    if (status != PT_OK) {
        close_reader(r);
        return pt_fail(s->host, err, status, NULL, "no memory for a stream");
    }
    return PT_OK;
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
    .name = "lying",
    .summary = "Breaks its contract as told.",
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
    .id = "test.lying",
    .version = "0.1.0",
    .vendor = "Portrait contributors",
    .license = "Apache-2.0",
    .summary = "A source that breaks its contract.",
    .components = components,
};

PT_PLUGIN(plugin, "test.lying", 0)
