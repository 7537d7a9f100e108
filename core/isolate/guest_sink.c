// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "guest.h"
#include "host_bytes.h"
#include "mem.h"
#include "schema_wire.h"
#include "shared_batch.h"

static const pt_sink_vtable *vtable_of(const struct guest *g)
{
    return g->component->vtable;
}

static pt_status ask(struct guest *g, uint32_t type, struct str *body, struct pt_error *err)
{
    pt_status status = guest_ask(g, type, body, NULL, err);
    str_release(body);
    return status;
}

static const char *keep_text(struct guest *g, struct wire *in, bool *is_kept)
{
    const char *text = wire_text(in);
    const char *copy = text == NULL ? NULL : arena_strdup(&g->job_texts, text);
    *is_kept = *is_kept && (text == NULL || copy != NULL);
    return copy;
}

static pt_status begin(struct guest *g, struct wire *in, struct pt_error *err)
{
    bool is_kept = true;
    guest_sink_release(g);
    pt_sink_job job = {.struct_size = sizeof job, .shape = (pt_sink_shape)wire_u32(in)};
    job.pipeline = keep_text(g, in, &is_kept);
    job.audience = keep_text(g, in, &is_kept);
    job.sink = keep_text(g, in, &is_kept);
    job.wave = keep_text(g, in, &is_kept);
    job.now_ms = wire_i64(in);
    job.n_rows = wire_u64(in);
    if (!is_kept) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a job");
    }
    TRY(schema_decode(in, &g->job_schema, err));
    TRY(schema_import(&g->job_schema, &g->job_columns, err));
    job.schema = &g->job_schema;
    return vtable_of(g)->begin(g->self, &job, err);
}

// Where the host wrote it: that does not change before the call returns.
static pt_status view_batch(struct guest *g, struct wire *in, struct ArrowArray *out,
                            struct pt_error *err)
{
    uint64_t size = wire_u64(in);
    if (g->message.fd >= 0) {
        TRY(segment_join(&g->segment, g->message.fd, err));
    }
    if (size > g->segment.n) {
        FAIL(err, PT_E_STATE, "there is no such batch");
    }
    size_t n = g->job_columns.n;
    const struct schema_field **fields = mem_array(n, sizeof *fields);
    if (fields == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a batch");
    }
    for (size_t i = 0; i < n; i++) {
        fields[i] = &g->job_columns.fields[i];
    }
    const struct shared_layout layout = {fields, n};
    pt_status status = shared_batch_view(&layout, (pt_bytes){g->segment.bytes, size}, out, err);
    mem_free(fields);
    return status;
}

static pt_status write_out(void *ctx, const void *data, uint64_t size, struct pt_error *err)
{
    const char *p = data;
    const uint64_t part_max = (uint64_t)16 << 20;
    while (size > 0) {
        uint64_t part = size < part_max ? size : part_max;
        struct str body = {0};
        wire_put_bytes(&body, (pt_bytes){(const uint8_t *)p, part});
        TRY(ask(ctx, ASK_WRITE, &body, err));
        p += part;
        size -= part;
    }
    return PT_OK;
}

static pt_status render_file(struct guest *g, struct wire *in, struct pt_error *err)
{
    struct ArrowArray batch = {0};
    struct pt_writer writer = {.ctx = g, .write = write_out};
    TRY(view_batch(g, in, &batch, err));
    pt_status status = vtable_of(g)->render_file(g->self, &batch, &writer, err);
    if (batch.release != NULL) {
        batch.release(&batch);
    }
    return status;
}

// Ids and profiles of a batch, two texts a row.
struct named_rows {
    struct guest *guest;
    const char **texts;
    uint64_t n;
};

static pt_status give_body(void *ctx, pt_bytes bytes, const char *content_type, uint64_t first_row,
                           uint64_t n_rows, pt_error *err)
{
    const struct named_rows *rows = ctx;
    struct str body = {0};
    wire_put_bytes(&body, bytes);
    wire_put_text(&body, content_type);
    wire_put_u64(&body, first_row);
    wire_put_u64(&body, n_rows);
    return ask(rows->guest, ASK_BODY, &body, err);
}

static const char *row_id(void *ctx, uint64_t row)
{
    const struct named_rows *rows = ctx;
    return row < rows->n ? rows->texts[2 * row] : NULL;
}

static const char *row_profile(void *ctx, uint64_t row)
{
    const struct named_rows *rows = ctx;
    return row < rows->n ? rows->texts[2 * row + 1] : NULL;
}

static pt_status render_bodies(struct guest *g, struct wire *in, struct pt_error *err)
{
    struct ArrowArray batch = {0};
    TRY(view_batch(g, in, &batch, err));
    struct named_rows rows = {.guest = g, .n = wire_u64(in)};
    rows.texts = rows.n > in->n ? NULL : mem_zero(2 * rows.n, sizeof *rows.texts);
    if (rows.texts == NULL) {
        batch.release(&batch);
        FAIL(err, PT_E_NO_MEMORY, "no memory for a batch");
    }
    for (uint64_t i = 0; i < 2 * rows.n; i++) {
        rows.texts[i] = wire_text(in);
    }
    const pt_body_out out = {.struct_size = sizeof out,
                             .ctx = &rows,
                             .body = give_body,
                             .delivery_id = row_id,
                             .profile = row_profile};
    pt_status status = vtable_of(g)->render_bodies(g->self, &batch, &out, err);
    if (batch.release != NULL) {
        batch.release(&batch);
    }
    mem_free(rows.texts);
    return status;
}

static pt_status finish(struct guest *g, struct wire *in, struct pt_error *err)
{
    struct pt_writer writer = {.ctx = g, .write = write_out};
    bool has_writer = wire_u8(in) != 0;
    return vtable_of(g)->finish(g->self, has_writer ? &writer : NULL, err);
}

static pt_status give_target(void *ctx, const char *method, const char *url, pt_error *err)
{
    struct str body = {0};
    wire_put_text(&body, method);
    wire_put_text(&body, url);
    return ask(ctx, ASK_TARGET, &body, err);
}

static pt_status give_header(void *ctx, const char *name, const char *value, pt_error *err)
{
    struct str body = {0};
    wire_put_text(&body, name);
    wire_put_text(&body, value);
    return ask(ctx, ASK_HEADER, &body, err);
}

static pt_status give_policy(void *ctx, uint8_t allow_http, uint8_t allow_private,
                             uint32_t timeout_ms, uint32_t max_attempts, pt_error *err)
{
    struct str body = {0};
    wire_put_u8(&body, allow_http);
    wire_put_u8(&body, allow_private);
    wire_put_u32(&body, timeout_ms);
    wire_put_u32(&body, max_attempts);
    return ask(ctx, ASK_POLICY, &body, err);
}

static pt_status request(struct guest *g, struct wire *in, struct pt_error *err)
{
    const pt_request_out out = {.struct_size = sizeof out,
                                .ctx = g,
                                .target = give_target,
                                .header = give_header,
                                .policy = give_policy};
    pt_frozen_body body = {.struct_size = sizeof body, .attempt = wire_u32(in)};
    body.id = wire_text(in);
    body.content_type = wire_text(in);
    body.body = wire_bytes(in);
    body.now_ms = wire_i64(in);
    return vtable_of(g)->request(g->self, &body, &out, err);
}

static pt_status verdict(struct guest *g, struct wire *in, struct pt_error *err)
{
    uint32_t attempt = wire_u32(in);
    uint64_t retry_after_ms = wire_u64(in);
    pt_http_response response = {.struct_size = sizeof response, .status = (int32_t)wire_u32(in)};
    response.body = wire_bytes(in);
    response.n_headers = wire_u32(in);
    uint32_t n = response.n_headers;
    const char **texts = n > in->n ? NULL : mem_zero((size_t)n * 2 + 1, sizeof *texts);
    if (texts == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for an answer");
    }
    for (uint32_t i = 0; i < n; i++) {
        texts[i] = wire_name(in);
        texts[n + i] = wire_name(in);
    }
    response.header_names = texts;
    response.header_values = texts + n;
    pt_verdict said = vtable_of(g)->verdict(g->self, &response, attempt, &retry_after_ms);
    mem_free(texts);
    wire_put_u32(&g->reply, (uint32_t)said);
    wire_put_u64(&g->reply, retry_after_ms);
    return PT_OK;
}

pt_status guest_sink(struct guest *g, uint32_t call, struct wire *in, struct pt_error *err)
{
    switch (call) {
    case CALL_BEGIN:
        return begin(g, in, err);
    case CALL_RENDER_FILE:
        return render_file(g, in, err);
    case CALL_RENDER_BODIES:
        return render_bodies(g, in, err);
    case CALL_FINISH:
        return finish(g, in, err);
    case CALL_REQUEST:
        return request(g, in, err);
    case CALL_VERDICT:
        return verdict(g, in, err);
    default:
        FAIL(err, PT_E_STATE, "call %u does not exist", call);
    }
}

void guest_sink_release(struct guest *g)
{
    schema_release(&g->job_columns);
    if (g->job_schema.release != NULL) {
        g->job_schema.release(&g->job_schema);
    }
    arena_release(&g->job_texts);
}
