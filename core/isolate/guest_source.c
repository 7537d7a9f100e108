// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "guest.h"
#include "mem.h"
#include "schema_wire.h"
#include "shared_batch.h"

// So many bytes of rejects are told at once.
#define REJECTS_BYTES ((size_t)64 << 10)

static const pt_source_vtable *vtable_of(const struct guest *g)
{
    return g->component->vtable;
}

static pt_status ask(struct guest *g, uint32_t type, struct str *body, struct pt_error *err)
{
    pt_status status = guest_ask(g, type, body, NULL, err);
    str_release(body);
    return status;
}

static pt_status give_schema(void *ctx, struct ArrowSchema *schema, pt_error *err)
{
    struct str body = {0};
    pt_status status = schema_encode(schema, &body, err);
    if (schema->release != NULL) {
        schema->release(schema);
    }
    if (status != PT_OK) {
        str_release(&body);
        return status;
    }
    return ask(ctx, ASK_SCHEMA, &body, err);
}

static pt_status give_time_column(void *ctx, const char *name, pt_error *err)
{
    struct str body = {0};
    wire_put_text(&body, name);
    return ask(ctx, ASK_TIME_COLUMN, &body, err);
}

static pt_status give_state(void *ctx, pt_bytes state, pt_error *err)
{
    struct str body = {0};
    wire_put_bytes(&body, state);
    return ask(ctx, ASK_STATE, &body, err);
}

static void give_note(void *ctx, const char *text)
{
    struct str body = {0};
    wire_put_text(&body, text);
    ask(ctx, ASK_NOTE, &body, NULL);
}

pt_status guest_discover(struct guest *g, struct pt_error *err)
{
    const pt_discovery out = {.struct_size = sizeof out,
                              .ctx = g,
                              .schema = give_schema,
                              .time_column = give_time_column,
                              .state = give_state,
                              .note = give_note};
    return vtable_of(g)->discover(g->self, &out, err);
}

pt_status guest_bind(struct guest *g, struct wire *in, struct pt_error *err)
{
    pt_bytes state = wire_bytes(in);
    uint32_t n = wire_u32(in);
    const char **names = n > in->n ? NULL : mem_zero(n, sizeof *names);
    if (names == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for columns");
    }
    for (uint32_t i = 0; i < n; i++) {
        names[i] = wire_name(in);
    }
    const pt_column_list columns = {sizeof columns, n, names};
    pt_status status = vtable_of(g)->bind(g->self, state, &columns, err);
    mem_free(names);
    return status;
}

static pt_status give_split(void *ctx, const pt_split *split, pt_error *err)
{
    struct str body = {0};
    wire_put_text(&body, split->id);
    wire_put_bytes(&body, split->data);
    wire_put_text(&body, split->file);
    wire_put_u64(&body, split->est_rows);
    wire_put_u64(&body, split->est_bytes);
    return ask(ctx, ASK_EMIT, &body, err);
}

pt_status guest_plan(struct guest *g, struct wire *in, struct pt_error *err)
{
    pt_plan_request request = {.struct_size = sizeof request, .ctx = g, .emit = give_split};
    request.n_hint = wire_u32(in);
    request.target_bytes = wire_u64(in);
    return vtable_of(g)->plan(g->self, &request, err);
}

static pt_status tell_rejects(struct guest *g, struct pt_error *err)
{
    if (g->rejects.n == 0 && !g->rejects.failed) {
        return PT_OK;
    }
    pt_status status = guest_ask(g, ASK_REJECTS, &g->rejects, NULL, err);
    str_reset(&g->rejects);
    return status;
}

// Kept until there are many: a question each would cost more than reading the rows.
static pt_status give_reject(void *ctx, const pt_reject *reject, pt_error *err)
{
    struct guest *g = ctx;
    struct str *body = &g->rejects;
    wire_put_u32(body, reject->column);
    wire_put_u64(body, reject->offset);
    wire_put_u64(body, reject->line);
    wire_put_text(body, reject->column_name);
    wire_put_text(body, reject->reason);
    wire_put_bytes(body, reject->excerpt);
    return body->n < REJECTS_BYTES ? PT_OK : tell_rejects(g, err);
}

static pt_status give_counts(void *ctx, uint64_t records, uint64_t lines, pt_error *err)
{
    struct str body = {0};
    TRY(tell_rejects(ctx, err));
    wire_put_u64(&body, records);
    wire_put_u64(&body, lines);
    return ask(ctx, ASK_COUNTED, &body, err);
}

static pt_status learn_columns(struct guest *g, struct pt_error *err)
{
    struct ArrowSchema schema = {0};
    int code = g->stream.get_schema(&g->stream, &schema);
    if (code != 0) {
        const char *text = g->stream.get_last_error(&g->stream);
        FAIL(err, code < 0 || code > PT_E_INTERNAL ? PT_E_INTERNAL : code, "%s",
             text == NULL ? "the stream has no schema" : text);
    }
    pt_status status = schema_import(&schema, &g->stream_schema, err);
    if (schema.release != NULL) {
        schema.release(&schema);
    }
    return status;
}

pt_status guest_open(struct guest *g, struct wire *in, struct pt_error *err)
{
    guest_close(g);
    pt_split split = {.struct_size = sizeof split, .id = wire_name(in)};
    split.data = wire_bytes(in);
    split.file = wire_text(in);
    split.est_rows = wire_u64(in);
    split.est_bytes = wire_u64(in);
    g->inner = ERROR_INIT;
    str_reset(&g->rejects);
    g->run = (pt_split_run){.struct_size = sizeof g->run,
                            .batch_rows = wire_u32(in),
                            .max_record = wire_u64(in),
                            .ctx = g,
                            .reject = give_reject,
                            .counted = give_counts,
                            .err = &g->inner};
    TRY(vtable_of(g)->open(g->self, &split, &g->run, &g->stream, err));
    return learn_columns(g, err);
}

static pt_status write_batch(struct guest *g, const struct ArrowArray *array, struct pt_error *err)
{
    size_t n = g->stream_schema.n;
    const struct schema_field **fields = mem_array(n, sizeof *fields);
    if (fields == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a batch");
    }
    for (size_t i = 0; i < n; i++) {
        fields[i] = &g->stream_schema.fields[i];
    }
    const struct shared_layout layout = {fields, n};
    const struct shared_room room = {&g->segment, guest_room, g};
    uint64_t size = 0;
    pt_status status = shared_batch_write(&layout, array, &room, &size, err);
    mem_free(fields);
    wire_put_u64(&g->reply, size);
    return status;
}

// What get_next says of its failure: a text of its own, and what host calls inside it said.
static pt_status stream_failed(struct guest *g, int code, struct pt_error *err)
{
    const char *text = g->stream.get_last_error(&g->stream);
    wire_put_u32(&g->reply, (uint32_t)code);
    wire_put_text(&g->reply, text);
    wire_put_status(&g->reply, g->inner.code, &g->inner);
    (void)err;
    return PT_OK;
}

pt_status guest_next(struct guest *g, struct pt_error *err)
{
    struct ArrowArray array = {0};
    if (g->stream.release == NULL) {
        FAIL(err, PT_E_STATE, "no split is open");
    }
    int code = g->stream.get_next(&g->stream, &array);
    if (code == 0) {
        code = tell_rejects(g, &g->inner);
    }
    if (code != 0) {
        if (array.release != NULL) {
            array.release(&array);
        }
        return stream_failed(g, code, err);
    }
    wire_put_u32(&g->reply, 0);
    if (array.release == NULL) {
        wire_put_u64(&g->reply, 0);
        return PT_OK;
    }
    pt_status status = write_batch(g, &array, err);
    if (array.release != NULL) {
        array.release(&array);
    }
    return status;
}

void guest_close(struct guest *g)
{
    if (g->stream.release != NULL) {
        g->stream.release(&g->stream);
    }
    g->stream = (struct ArrowArrayStream){0};
    schema_release(&g->stream_schema);
}
