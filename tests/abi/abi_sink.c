// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Two sinks made of the ABI headers alone, one of each shape, in one plugin.
#include <string.h>

#include <portrait/plugin.h>
#include <portrait/sink.h>

struct sink {
    const pt_host *host;
    uint64_t rows;
};

static pt_status create(const pt_host *host, const void *config, void **self, pt_error *err)
{
    (void)config;
    struct sink *s = host->alloc(host, sizeof *s);
    if (s == NULL) {
        return host->error_set(err, PT_E_NO_MEMORY, "no memory for a sink", NULL, 0);
    }
    *s = (struct sink){.host = host};
    *self = s;
    return PT_OK;
}

static void destroy(void *self)
{
    struct sink *s = self;
    if (s != NULL) {
        s->host->free(s->host, s);
    }
}

static pt_status begin(void *self, const pt_sink_job *job, pt_error *err)
{
    struct sink *s = self;
    if (job->n_rows > 1000000) {
        return s->host->error_set(err, PT_E_LIMIT, "too many rows", NULL, 0);
    }
    s->rows = 0;
    return PT_OK;
}

// A dot a row.
static pt_status render_file(void *self, const struct ArrowArray *batch, pt_writer *writer,
                             pt_error *err)
{
    struct sink *s = self;
    for (int64_t i = 0; i < batch->length; i++) {
        pt_status status = s->host->writer->write(writer, ".", 1, err);
        if (status != PT_OK) {
            return status;
        }
        s->rows++;
    }
    return PT_OK;
}

static pt_status finish(void *self, pt_writer *writer, pt_error *err)
{
    struct sink *s = self;
    return writer == NULL ? PT_OK : s->host->writer->write(writer, "\n", 1, err);
}

// A body a row.
static pt_status render_bodies(void *self, const struct ArrowArray *batch, const pt_body_out *out,
                               pt_error *err)
{
    (void)self;
    for (int64_t i = 0; i < batch->length; i++) {
        const char *id = out->delivery_id(out->ctx, (uint64_t)i);
        pt_bytes body = {(const uint8_t *)id, strlen(id)};
        pt_status status = out->body(out->ctx, body, "text/plain", (uint64_t)i, 1, err);
        if (status != PT_OK) {
            return status;
        }
    }
    return PT_OK;
}

static pt_status request(void *self, const pt_frozen_body *body, const pt_request_out *out,
                         pt_error *err)
{
    (void)self;
    pt_status status = out->target(out->ctx, "POST", "https://example.org/", err);
    return status == PT_OK ? out->header(out->ctx, "webhook-id", body->id, err) : status;
}

static pt_verdict verdict(void *self, const pt_http_response *response, uint32_t attempt,
                          uint64_t *retry_after_ms)
{
    (void)self;
    (void)attempt;
    *retry_after_ms = 0;
    if (response->status >= 200 && response->status < 300) {
        return PT_VERDICT_ACCEPTED;
    }
    return response->status >= 400 && response->status < 500 ? PT_VERDICT_REJECTED
                                                             : PT_VERDICT_RETRY;
}

static const pt_sink_vtable file_vtable = {
    .struct_size = sizeof file_vtable,
    .create = create,
    .destroy = destroy,
    .begin = begin,
    .render_file = render_file,
    .finish = finish,
};

static const pt_sink_vtable delivery_vtable = {
    .struct_size = sizeof delivery_vtable,
    .create = create,
    .destroy = destroy,
    .begin = begin,
    .render_bodies = render_bodies,
    .finish = finish,
    .request = request,
    .verdict = verdict,
};

static const pt_component file_component = {
    .struct_size = sizeof file_component,
    .kind = PT_KIND_SINK,
    .name = "abi-file",
    .summary = "Writes dots, to try the ABI.",
    .threads = PT_THREADS_SERIAL_INSTANCE,
    .vtable = &file_vtable,
};

static const pt_component delivery_component = {
    .struct_size = sizeof delivery_component,
    .kind = PT_KIND_SINK,
    .name = "abi-delivery",
    .summary = "Sends ids, to try the ABI.",
    .threads = PT_THREADS_SERIAL_PROCESS,
    .caps = PT_CAP_DELIVERY,
    .vtable = &delivery_vtable,
};

static const pt_component *const components[] = {&file_component, &delivery_component};

static const pt_plugin plugin = {
    .struct_size = sizeof plugin,
    .abi_major = PT_ABI_MAJOR,
    .abi_minor = PT_ABI_MINOR,
    .min_host_minor = PT_ABI_MINOR,
    .n_components = 2,
    .id = "portrait.abi-sink",
    .version = "10.0.2+build.7",
    .components = components,
};

PT_PLUGIN(plugin, "portrait.abi-sink", PT_ABI_MINOR)
