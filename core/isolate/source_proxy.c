// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A source in children: the first discovers, binds and plans; each open split has a child of its
// own. Children that are done with a split wait for the next one.
#include "cell.h"

#include <pthread.h>

#include "fsys.h"
#include "mem.h"
#include "proxies.h"
#include "schema_wire.h"
#include "shared_batch.h"

#define NOTES_MAX 1000
#define SPLITS_MAX ((uint64_t)1 << 22)
// A child has so much processor time and no more; so readers are replaced before it is used up.
#define OPENS_MAX 256

struct source_proxy {
    struct cell_origin origin;
    pthread_mutex_t lock; // of idle
    struct cell **idle;
    size_t n_idle;
    size_t idle_capacity;
    struct schema schema;               // all columns, as discovered
    struct str columns;                 // the schema's bytes
    struct str bound;                   // body of CALL_BIND
    const struct schema_field **fields; // bound columns
    size_t n_fields;
};

struct stream {
    struct source_proxy *source;
    struct cell *cell;
    const pt_split_run *run;
    bool is_ahead;   // the next batch is being made
    pt_status ahead; // what became of asking for it; its text is in `error`
    bool is_closing; // what the child still tells is about rows nobody takes
    struct pt_error error;
};

static const struct str no_body;

// What is asked during discover.
struct discovering {
    struct source_proxy *source;
    const pt_discovery *out;
    uint32_t n_notes;
};

static pt_status take_schema(struct discovering *d, struct wire *in, struct pt_error *err)
{
    struct source_proxy *p = d->source;
    struct ArrowSchema schema = {0};
    str_reset(&p->columns);
    if (!str_add_n(&p->columns, (const char *)in->p, in->n)) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a schema");
    }
    TRY(schema_decode(in, &schema, err));
    schema_release(&p->schema);
    pt_status status = schema_import(&schema, &p->schema, err);
    if (status != PT_OK) {
        schema.release(&schema);
        return status;
    }
    return d->out->schema(d->out->ctx, &schema, err); // moved
}

static pt_status serve_discover(void *ctx, uint32_t ask, struct wire *in, struct str *out,
                                struct pt_error *err)
{
    struct discovering *d = ctx;
    (void)out;
    if (ask == ASK_SCHEMA) {
        return take_schema(d, in, err);
    }
    if (ask == ASK_TIME_COLUMN) {
        const char *name = wire_name(in);
        return in->failed ? PT_OK : d->out->time_column(d->out->ctx, name, err);
    }
    if (ask == ASK_STATE) {
        pt_bytes state = wire_bytes(in);
        return in->failed ? PT_OK : d->out->state(d->out->ctx, state, err);
    }
    if (ask == ASK_NOTE && d->n_notes++ < NOTES_MAX) {
        const char *text = wire_name(in);
        if (!in->failed) {
            d->out->note(d->out->ctx, text);
        }
        return PT_OK;
    }
    return CELL_NOT_ASKED;
}

static pt_status discover(void *self, const pt_discovery *out, pt_error *err)
{
    struct source_proxy *p = self;
    struct discovering d = {p, out, 0};
    const struct cell_call call = {.type = CALL_DISCOVER,
                                   .what = "discovering the input",
                                   .body = &no_body,
                                   .fd = -1,
                                   .serve = serve_discover,
                                   .ctx = &d};
    return cell_call(p->idle[0], &call, NULL, err);
}

static pt_status drop_schema(void *ctx, struct ArrowSchema *schema, pt_error *err)
{
    (void)ctx;
    (void)err;
    schema->release(schema);
    return PT_OK;
}

static pt_status drop_time_column(void *ctx, const char *name, pt_error *err)
{
    (void)ctx;
    (void)name;
    (void)err;
    return PT_OK;
}

static pt_status drop_state(void *ctx, pt_bytes state, pt_error *err)
{
    (void)ctx;
    (void)state;
    (void)err;
    return PT_OK;
}

static void drop_note(void *ctx, const char *text)
{
    (void)ctx;
    (void)text;
}

// Somebody else discovered: bind gets that one's state, but batches need columns known here.
static pt_status discover_columns(struct source_proxy *p, struct pt_error *err)
{
    const pt_discovery out = {.struct_size = sizeof out,
                              .schema = drop_schema,
                              .time_column = drop_time_column,
                              .state = drop_state,
                              .note = drop_note};
    return discover(p, &out, err);
}

static pt_status bind_cell(const struct source_proxy *p, struct cell *cell, struct pt_error *err)
{
    const struct cell_call call = {
        .type = CALL_BIND, .what = "binding columns", .body = &p->bound, .fd = -1};
    return cell_call(cell, &call, NULL, err);
}

static pt_status remember_columns(struct source_proxy *p, const pt_column_list *columns,
                                  struct pt_error *err)
{
    mem_free(p->fields);
    p->n_fields = 0;
    p->fields = mem_zero(columns->n + 1, sizeof *p->fields);
    if (p->fields == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for columns");
    }
    for (uint32_t i = 0; i < columns->n; i++) {
        ptrdiff_t at = schema_find(&p->schema, columns->names[i]);
        if (at < 0) {
            FAIL(err, PT_E_NOT_FOUND, "there is no column `%s`", columns->names[i]);
        }
        p->fields[p->n_fields++] = &p->schema.fields[at];
    }
    return PT_OK;
}

static pt_status bind(void *self, pt_bytes state, const pt_column_list *columns, pt_error *err)
{
    struct source_proxy *p = self;
    if (p->columns.n == 0) {
        TRY(discover_columns(p, err));
    }
    TRY(remember_columns(p, columns, err));
    str_reset(&p->bound);
    wire_put_bytes(&p->bound, state);
    wire_put_u32(&p->bound, columns->n);
    for (uint32_t i = 0; i < columns->n; i++) {
        wire_put_text(&p->bound, columns->names[i]);
    }
    return bind_cell(p, p->idle[0], err);
}

struct planning {
    const pt_plan_request *request;
    uint64_t n;
};

static pt_status serve_plan(void *ctx, uint32_t ask, struct wire *in, struct str *out,
                            struct pt_error *err)
{
    struct planning *p = ctx;
    (void)out;
    if (ask != ASK_EMIT || p->n++ >= SPLITS_MAX) {
        return CELL_NOT_ASKED;
    }
    pt_split split = {.struct_size = sizeof split, .id = wire_text(in)};
    split.data = wire_bytes(in);
    split.file = wire_text(in);
    split.est_rows = wire_u64(in);
    split.est_bytes = wire_u64(in);
    return in->failed ? PT_OK : p->request->emit(p->request->ctx, &split, err);
}

static pt_status plan(void *self, const pt_plan_request *request, pt_error *err)
{
    struct source_proxy *p = self;
    struct planning planning = {request, 0};
    struct str body = {0};
    wire_put_u32(&body, request->n_hint);
    wire_put_u64(&body, request->target_bytes);
    const struct cell_call call = {.type = CALL_PLAN,
                                   .what = "planning splits",
                                   .body = &body,
                                   .fd = -1,
                                   .serve = serve_plan,
                                   .ctx = &planning};
    pt_status status = cell_call(p->idle[0], &call, NULL, err);
    str_release(&body);
    return status;
}

static pt_status take_reject(const pt_split_run *run, struct wire *in, struct pt_error *err)
{
    pt_reject reject = {.struct_size = sizeof reject, .column = wire_u32(in)};
    reject.offset = wire_u64(in);
    reject.line = wire_u64(in);
    reject.column_name = wire_text(in);
    reject.reason = wire_text(in);
    reject.excerpt = wire_bytes(in);
    return in->failed ? PT_OK : run->reject(run->ctx, &reject, err);
}

static pt_status take_rejects(const pt_split_run *run, struct wire *in, struct pt_error *err)
{
    while (in->n > 0 && !in->failed) {
        TRY(take_reject(run, in, err));
    }
    return PT_OK;
}

static pt_status serve_split(void *ctx, uint32_t ask, struct wire *in, struct str *out,
                             struct pt_error *err)
{
    const struct stream *s = ctx;
    (void)out;
    if (s->is_closing && (ask == ASK_REJECTS || ask == ASK_COUNTED)) {
        return PT_OK;
    }
    if (ask == ASK_REJECTS) {
        return take_rejects(s->run, in, err);
    }
    if (ask == ASK_COUNTED) {
        uint64_t records = wire_u64(in);
        uint64_t lines = wire_u64(in);
        return in->failed ? PT_OK : s->run->counted(s->run->ctx, records, lines, err);
    }
    return CELL_NOT_ASKED;
}

static struct cell *take_idle(struct source_proxy *p)
{
    pthread_mutex_lock(&p->lock);
    struct cell *cell = p->n_idle == 0 ? NULL : p->idle[--p->n_idle];
    pthread_mutex_unlock(&p->lock);
    return cell;
}

static pt_status find_cell(struct source_proxy *p, struct cell **out, struct pt_error *err)
{
    struct cell *cell = take_idle(p);
    if (cell != NULL) {
        *out = cell;
        return PT_OK;
    }
    TRY(cell_open(&p->origin, &cell, NULL, err));
    pt_status status = bind_cell(p, cell, err);
    if (status != PT_OK) {
        cell_close(cell);
        return status;
    }
    *out = cell;
    return PT_OK;
}

static void give_idle(struct source_proxy *p, struct cell *cell)
{
    bool is_kept = false;
    if (cell_is_alive(cell) && cell_opens(cell) < OPENS_MAX) {
        pthread_mutex_lock(&p->lock);
        is_kept = mem_reserve(&p->idle, &p->idle_capacity, p->n_idle + 1, sizeof(struct cell *));
        if (is_kept) {
            p->idle[p->n_idle++] = cell;
        }
        pthread_mutex_unlock(&p->lock);
    }
    if (!is_kept) {
        cell_close(cell);
    }
}

static int stream_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    struct stream *s = stream->private_data;
    const struct source_proxy *p = s->source;
    struct wire in = wire_of(str_view(&p->columns));
    struct ArrowSchema all = {0};
    pt_status status = schema_decode(&in, &all, &s->error);
    if (status != PT_OK) {
        return status;
    }
    struct ArrowSchema **chosen = mem_zero(p->n_fields + 1, sizeof *chosen);
    if (chosen == NULL) {
        all.release(&all);
        return error_set(&s->error, PT_E_NO_MEMORY, "no memory for a schema");
    }
    // The bound columns come to the front; the arena of `all` holds them and the others.
    for (size_t i = 0; i < p->n_fields; i++) {
        chosen[i] = all.children[p->fields[i] - p->schema.fields];
    }
    memcpy(all.children, chosen, p->n_fields * sizeof *chosen);
    all.n_children = (int64_t)p->n_fields;
    mem_free(chosen);
    *out = all;
    return 0;
}

static pt_status take_batch(struct stream *s, struct wire *reply, struct ArrowArray *out)
{
    struct source_proxy *p = s->source;
    int code = (int)wire_u32(reply);
    if (code != 0) {
        const char *text = wire_text(reply);
        struct pt_error inner = ERROR_INIT;
        error_set(&s->error, PT_E_INTERNAL, "%s", text == NULL ? "" : text);
        if (code == PT_E_NO_MEMORY) {
            return cell_out_of_memory(s->cell, "reading a split", &s->error);
        }
        if (wire_status(reply, &inner) != PT_OK && s->run->err != NULL) {
            *s->run->err = inner;
        }
        return code;
    }
    uint64_t size = wire_u64(reply);
    if (size == 0) {
        return PT_OK; // the end
    }
    const struct shared_layout layout = {p->fields, p->n_fields};
    return shared_batch_copy(&layout, cell_segment(s->cell), size, out, &s->error);
}

static struct cell_call call_next(struct stream *s)
{
    return (struct cell_call){.type = CALL_NEXT,
                              .what = "reading a split",
                              .body = &no_body,
                              .fd = -1,
                              .serve = serve_split,
                              .ctx = s};
}

// While the host works on one batch the child makes the next one.
static int stream_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    struct stream *s = stream->private_data;
    struct wire reply = {0};
    const struct cell_call call = call_next(s);
    out->release = NULL;
    TRY(s->ahead);
    s->error = ERROR_INIT;
    if (!s->is_ahead) {
        TRY(cell_begin(s->cell, &call, &s->error));
    }
    s->is_ahead = false;
    TRY(cell_finish(s->cell, &call, &reply, &s->error));
    TRY(take_batch(s, &reply, out));
    if (out->release != NULL) {
        s->ahead = cell_begin(s->cell, &call, &s->error);
        s->is_ahead = s->ahead == PT_OK;
    }
    return PT_OK;
}

static const char *stream_error(struct ArrowArrayStream *stream)
{
    const struct stream *s = stream->private_data;
    return s->error.message;
}

static void stream_release(struct ArrowArrayStream *stream)
{
    struct stream *s = stream->private_data;
    const struct cell_call call = {.type = CALL_CLOSE,
                                   .what = "closing a split",
                                   .body = &no_body,
                                   .fd = -1,
                                   .serve = serve_split,
                                   .ctx = s};
    struct pt_error err = ERROR_INIT; // a child that dies now has given all that is wanted
    s->is_closing = true;
    if (s->is_ahead) {
        const struct cell_call next = call_next(s);
        cell_finish(s->cell, &next, NULL, &err);
    }
    if (cell_is_alive(s->cell)) {
        cell_call(s->cell, &call, NULL, &err);
    }
    give_idle(s->source, s->cell);
    mem_free(s);
    stream->release = NULL;
}

static pt_status open_in(struct stream *s, const pt_split *split, struct pt_error *err)
{
    struct str body = {0};
    wire_put_text(&body, split->id == NULL ? "" : split->id);
    wire_put_bytes(&body, split->data);
    wire_put_text(&body, split->file);
    wire_put_u64(&body, split->est_rows);
    wire_put_u64(&body, split->est_bytes);
    wire_put_u32(&body, s->run->batch_rows);
    wire_put_u64(&body, s->run->max_record);
    const struct cell_call call = {.type = CALL_OPEN,
                                   .what = "opening a split",
                                   .body = &body,
                                   .fd = -1,
                                   .serve = serve_split,
                                   .ctx = s};
    pt_status status = cell_call(s->cell, &call, NULL, err);
    str_release(&body);
    return status;
}

static pt_status open_split(void *self, const pt_split *split, const pt_split_run *run,
                            struct ArrowArrayStream *out, pt_error *err)
{
    struct source_proxy *p = self;
    struct stream *s = mem_zero(1, sizeof *s);
    if (s == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a split");
    }
    *s = (struct stream){.source = p, .run = run};
    pt_status status = find_cell(p, &s->cell, err);
    if (status == PT_OK) {
        status = open_in(s, split, err);
        if (status != PT_OK) {
            give_idle(p, s->cell);
        }
    }
    if (status != PT_OK) {
        mem_free(s);
        return status;
    }
    *out = (struct ArrowArrayStream){.get_schema = stream_schema,
                                     .get_next = stream_next,
                                     .get_last_error = stream_error,
                                     .release = stream_release,
                                     .private_data = s};
    return PT_OK;
}

static void destroy(void *self)
{
    struct source_proxy *p = self;
    if (p == NULL) {
        return;
    }
    for (size_t i = 0; i < p->n_idle; i++) {
        cell_close(p->idle[i]);
    }
    mem_free(p->idle);
    schema_release(&p->schema);
    str_release(&p->columns);
    str_release(&p->bound);
    mem_free(p->fields);
    cell_origin_release(&p->origin);
    pthread_mutex_destroy(&p->lock);
    mem_free(p);
}

pt_status source_proxy_create(const struct component_info *component, const pt_host *host,
                              const void *config, void **self, struct pt_error *err)
{
    struct source_proxy *p = mem_zero(1, sizeof *p);
    if (p == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a source");
    }
    pthread_mutex_init(&p->lock, NULL);
    pt_status status = cell_origin_init(&p->origin, component, host, config, err);
    if (status == PT_OK && !mem_reserve(&p->idle, &p->idle_capacity, 1, sizeof(struct cell *))) {
        status = error_set(err, PT_E_NO_MEMORY, "no memory for a source");
    }
    if (status == PT_OK) {
        status = cell_open(&p->origin, &p->idle[0], NULL, err);
        p->n_idle = status == PT_OK;
    }
    if (status != PT_OK) {
        destroy(p);
        return status;
    }
    *self = p;
    return PT_OK;
}

const pt_source_vtable *source_proxy_vtable(void)
{
    static const pt_source_vtable vtable = {
        .struct_size = sizeof vtable,
        .destroy = destroy,
        .discover = discover,
        .bind = bind,
        .plan = plan,
        .open = open_split,
    };
    return &vtable;
}
