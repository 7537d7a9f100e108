// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A sink in a child. What it renders is copied out of the channel before the host looks at it.
#include "cell.h"
#include "fsys.h"
#include "mem.h"
#include "proxies.h"
#include "schema_wire.h"
#include "shared_batch.h"

struct sink_proxy {
    struct cell_origin origin;
    struct cell *cell;
    char *path; // NULL = none
    struct schema schema;
};

// Takes over the body and the descriptor.
static pt_status call_with(struct sink_proxy *p, struct cell_call *call, struct str *body,
                           struct pt_error *err)
{
    call->body = body;
    pt_status status = cell_call(p->cell, call, NULL, err);
    str_release(body);
    if (call->fd >= 0) {
        fsys_close(call->fd);
    }
    return status;
}

static pt_status begin(void *self, const pt_sink_job *job, pt_error *err)
{
    struct sink_proxy *p = self;
    struct str body = {0};
    wire_put_u32(&body, (uint32_t)job->shape);
    wire_put_text(&body, job->pipeline);
    wire_put_text(&body, job->audience);
    wire_put_text(&body, job->sink);
    wire_put_text(&body, job->wave);
    wire_put_i64(&body, job->now_ms);
    wire_put_u64(&body, job->n_rows);
    schema_release(&p->schema);
    pt_status status = schema_encode(job->schema, &body, err);
    if (status == PT_OK) {
        status = schema_import(job->schema, &p->schema, err);
    }
    if (status != PT_OK) {
        str_release(&body);
        return status;
    }
    struct cell_call call = {.type = CALL_BEGIN, .what = "beginning a file", .fd = -1};
    return call_with(p, &call, &body, err);
}

// New memory goes along with the call.
struct sharing {
    struct segment *segment;
    int fd;
};

static pt_status make_room(void *ctx, uint64_t n, struct pt_error *err)
{
    struct sharing *s = ctx;
    return segment_make(s->segment, n, &s->fd, err);
}

// Writes the batch where the child sees it, and its size to `body`.
static pt_status share_batch(const struct sink_proxy *p, const struct ArrowArray *batch, int *fd,
                             struct str *body, struct pt_error *err)
{
    const struct schema_field **fields = mem_array(p->schema.n, sizeof *fields);
    if (fields == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a batch");
    }
    for (size_t i = 0; i < p->schema.n; i++) {
        fields[i] = &p->schema.fields[i];
    }
    const struct shared_layout layout = {fields, p->schema.n};
    struct sharing sharing = {cell_segment(p->cell), -1};
    const struct shared_room room = {sharing.segment, make_room, &sharing};
    uint64_t n = 0;
    pt_status status = shared_batch_write(&layout, batch, &room, &n, err);
    mem_free(fields);
    if (status == PT_OK) {
        wire_put_u64(body, n);
        *fd = sharing.fd;
    }
    return status;
}

struct writing {
    const pt_host *host;
    pt_writer *writer;
};

static pt_status serve_write(void *ctx, uint32_t ask, struct wire *in, struct str *out,
                             struct pt_error *err)
{
    const struct writing *w = ctx;
    (void)out;
    if (ask != ASK_WRITE || w->writer == NULL) {
        return CELL_NOT_ASKED;
    }
    pt_bytes bytes = wire_bytes(in);
    return in->failed ? PT_OK : w->host->writer->write(w->writer, bytes.data, bytes.size, err);
}

static pt_status render_file(void *self, const struct ArrowArray *batch, pt_writer *writer,
                             pt_error *err)
{
    struct sink_proxy *p = self;
    struct writing writing = {p->origin.host, writer};
    struct cell_call call = {.type = CALL_RENDER_FILE,
                             .what = "rendering a file",
                             .fd = -1,
                             .serve = serve_write,
                             .ctx = &writing};
    struct str body = {0};
    TRY(share_batch(p, batch, &call.fd, &body, err));
    return call_with(p, &call, &body, err);
}

static pt_status finish(void *self, pt_writer *writer, pt_error *err)
{
    struct sink_proxy *p = self;
    struct writing writing = {p->origin.host, writer};
    struct str body = {0};
    struct cell_call call = {.type = CALL_FINISH,
                             .what = "finishing a file",
                             .fd = -1,
                             .serve = serve_write,
                             .ctx = &writing};
    wire_put_u8(&body, writer != NULL);
    return call_with(p, &call, &body, err);
}

static pt_status serve_bodies(void *ctx, uint32_t ask, struct wire *in, struct str *out,
                              struct pt_error *err)
{
    const pt_body_out *bodies = ctx;
    (void)out;
    if (ask != ASK_BODY) {
        return CELL_NOT_ASKED;
    }
    pt_bytes body = wire_bytes(in);
    const char *content_type = wire_name(in);
    uint64_t first_row = wire_u64(in);
    uint64_t n_rows = wire_u64(in);
    return in->failed ? PT_OK
                      : bodies->body(bodies->ctx, body, content_type, first_row, n_rows, err);
}

static pt_status render_bodies(void *self, const struct ArrowArray *batch, const pt_body_out *out,
                               pt_error *err)
{
    struct sink_proxy *p = self;
    struct str body = {0};
    uint64_t n = (uint64_t)batch->length;
    struct cell_call call = {.type = CALL_RENDER_BODIES,
                             .what = "rendering messages",
                             .fd = -1,
                             .serve = serve_bodies,
                             .ctx = (void *)(uintptr_t)out};
    TRY(share_batch(p, batch, &call.fd, &body, err));
    wire_put_u64(&body, n);
    for (uint64_t row = 0; row < n; row++) {
        wire_put_text(&body, out->delivery_id(out->ctx, row));
        wire_put_text(&body, out->profile(out->ctx, row));
    }
    return call_with(p, &call, &body, err);
}

static pt_status take_policy(const pt_request_out *out, struct wire *in, struct pt_error *err)
{
    uint8_t allow_http = wire_u8(in);
    uint8_t allow_private = wire_u8(in);
    uint32_t timeout_ms = wire_u32(in);
    uint32_t max_attempts = wire_u32(in);
    return in->failed
               ? PT_OK
               : out->policy(out->ctx, allow_http, allow_private, timeout_ms, max_attempts, err);
}

static pt_status serve_request(void *ctx, uint32_t ask, struct wire *in, struct str *out,
                               struct pt_error *err)
{
    const pt_request_out *request = ctx;
    (void)out;
    if (ask == ASK_POLICY) {
        return take_policy(request, in, err);
    }
    if (ask != ASK_TARGET && ask != ASK_HEADER) {
        return CELL_NOT_ASKED;
    }
    const char *first = wire_name(in);
    const char *second = wire_name(in);
    if (in->failed) {
        return PT_OK;
    }
    return ask == ASK_TARGET ? request->target(request->ctx, first, second, err)
                             : request->header(request->ctx, first, second, err);
}

static pt_status request(void *self, const pt_frozen_body *frozen, const pt_request_out *out,
                         pt_error *err)
{
    struct sink_proxy *p = self;
    struct str body = {0};
    wire_put_u32(&body, frozen->attempt);
    wire_put_text(&body, frozen->id);
    wire_put_text(&body, frozen->content_type);
    wire_put_bytes(&body, frozen->body);
    wire_put_i64(&body, frozen->now_ms);
    struct cell_call call = {.type = CALL_REQUEST,
                             .what = "writing a request",
                             .fd = -1,
                             .serve = serve_request,
                             .ctx = (void *)(uintptr_t)out};
    return call_with(p, &call, &body, err);
}

// There is no place for an error: 0 is no verdict, which the caller refuses.
static pt_verdict verdict(void *self, const pt_http_response *response, uint32_t attempt,
                          uint64_t *retry_after_ms)
{
    struct sink_proxy *p = self;
    struct str body = {0};
    struct wire reply = {0};
    struct pt_error err = ERROR_INIT;
    wire_put_u32(&body, attempt);
    wire_put_u64(&body, *retry_after_ms);
    wire_put_u32(&body, (uint32_t)response->status);
    wire_put_bytes(&body, response->body);
    wire_put_u32(&body, response->n_headers);
    for (uint32_t i = 0; i < response->n_headers; i++) {
        wire_put_text(&body, response->header_names[i]);
        wire_put_text(&body, response->header_values[i]);
    }
    const struct cell_call call = {
        .type = CALL_VERDICT, .what = "judging an answer", .body = &body, .fd = -1};
    pt_status status = cell_call(p->cell, &call, &reply, &err);
    str_release(&body);
    if (status != PT_OK) {
        const pt_host *host = p->origin.host;
        host->log(host, PT_LOG_ERROR, err.message, NULL, 0);
        return 0;
    }
    pt_verdict said = (pt_verdict)wire_u32(&reply);
    *retry_after_ms = wire_u64(&reply);
    return reply.failed ? 0 : said;
}

static const char *path(void *self)
{
    const struct sink_proxy *p = self;
    return p->path;
}

static void destroy(void *self)
{
    struct sink_proxy *p = self;
    if (p == NULL) {
        return;
    }
    cell_close(p->cell);
    mem_free(p->path);
    schema_release(&p->schema);
    cell_origin_release(&p->origin);
    mem_free(p);
}

static pt_status open_sink(struct sink_proxy *p, struct pt_error *err)
{
    struct wire reply = {0};
    TRY(cell_open(&p->origin, &p->cell, &reply, err));
    const char *told = wire_text(&reply);
    if (reply.failed) {
        return cell_lied(p->cell, "the path of its file is no text", err);
    }
    p->path = told == NULL ? NULL : mem_strdup(told);
    return told != NULL && p->path == NULL ? error_set(err, PT_E_NO_MEMORY, "no memory for a sink")
                                           : PT_OK;
}

pt_status sink_proxy_create(const struct component_info *component, const pt_host *host,
                            const void *config, void **self, struct pt_error *err)
{
    struct sink_proxy *p = mem_zero(1, sizeof *p);
    if (p == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a sink");
    }
    pt_status status = cell_origin_init(&p->origin, component, host, config, err);
    if (status == PT_OK) {
        status = open_sink(p, err);
    }
    if (status != PT_OK) {
        destroy(p);
        return status;
    }
    *self = p;
    return PT_OK;
}

const pt_sink_vtable *sink_proxy_vtable(bool is_delivery)
{
    static const pt_sink_vtable file = {
        .struct_size = sizeof file,
        .destroy = destroy,
        .begin = begin,
        .render_file = render_file,
        .finish = finish,
        .path = path,
    };
    static const pt_sink_vtable delivery = {
        .struct_size = sizeof delivery,
        .destroy = destroy,
        .begin = begin,
        .render_bodies = render_bodies,
        .finish = finish,
        .request = request,
        .verdict = verdict,
    };
    return is_delivery ? &delivery : &file;
}
