// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A sink of files and one of deliveries, with one fault in one of them.
#include <stdlib.h>
#include <string.h>

#include <portrait/sink.h>

#include "sound.h"

enum fault {
    RENDERS_DIFFERENTLY,
    HIDES_FULL_DISK,
    CRASHES_ON_EMPTY_BATCH,
    RELEASES_BATCH,
    MOVES_ITS_PATH,
    RENDERS_NOTHING,
    KEEPS_JOB_OPEN,
    LEAVES_ROWS_OUT,
    TWO_TARGETS,
    BREAKS_HEADER_LINES,
    VERDICT_UNKNOWN,
    VERDICT_BY_CHANCE,
    ACCEPTS_ERRORS,
};

#define FILE_SINK 0
#define DELIVERY_SINK 1

static const pt_sink_vtable *sounds[2];
static const pt_sink_vtable *sound;
static const pt_host *the_host;
static uint32_t n_calls;

static pt_status create(const pt_host *host, const void *config, void **self, pt_error *err)
{
    the_host = host;
    return sound->create(host, config, self, err);
}

static void destroy(void *self)
{
    sound->destroy(self);
}

static pt_status begin(void *self, const pt_sink_job *job, pt_error *err)
{
    if (FAULT == KEEPS_JOB_OPEN && malloc(100) == NULL) {
        return the_host->error_set(err, PT_E_NO_MEMORY, "out of memory", NULL, 0);
    }
    return sound->begin(self, job, err);
}

static pt_status render_file(void *self, const struct ArrowArray *batch, pt_writer *writer,
                             pt_error *err)
{
    if (FAULT == RENDERS_NOTHING) {
        return PT_OK;
    }
    if (FAULT == CRASHES_ON_EMPTY_BATCH && batch->length == 0) {
        abort();
    }
    pt_status status = sound->render_file(self, batch, writer, err);
    if (FAULT == RENDERS_DIFFERENTLY && status == PT_OK) {
        n_calls++;
        status = the_host->writer->write(writer, &n_calls, sizeof n_calls, err);
    }
    if (FAULT == RELEASES_BATCH) {
        batch->release((struct ArrowArray *)batch);
    }
    return FAULT == HIDES_FULL_DISK ? PT_OK : status;
}

static pt_status finish(void *self, pt_writer *writer, pt_error *err)
{
    if (FAULT == RENDERS_NOTHING) {
        return PT_OK;
    }
    pt_status status = sound->finish(self, writer, err);
    return FAULT == HIDES_FULL_DISK ? PT_OK : status;
}

static const char *path(void *self)
{
    if (FAULT == MOVES_ITS_PATH) {
        return n_calls++ % 2 == 0 ? "a.csv" : "b.csv";
    }
    return sound->struct_size > offsetof(pt_sink_vtable, path) && sound->path != NULL
               ? sound->path(self)
               : NULL;
}

// --- Deliveries ---

struct rendering {
    const pt_body_out *out;
};

static pt_status body(void *ctx, pt_bytes bytes, const char *content_type, uint64_t first_row,
                      uint64_t n_rows, pt_error *err)
{
    struct rendering *r = ctx;
    if (FAULT == LEAVES_ROWS_OUT && first_row == 1) {
        return PT_OK;
    }
    return r->out->body(r->out->ctx, bytes, content_type, first_row, n_rows, err);
}

static const char *delivery_id(void *ctx, uint64_t row)
{
    const struct rendering *r = ctx;
    return r->out->delivery_id(r->out->ctx, row);
}

static const char *profile(void *ctx, uint64_t row)
{
    const struct rendering *r = ctx;
    return r->out->profile(r->out->ctx, row);
}

static pt_status render_bodies(void *self, const struct ArrowArray *batch, const pt_body_out *out,
                               pt_error *err)
{
    struct rendering rendering = {out};
    const pt_body_out watched = {.struct_size = sizeof watched,
                                 .ctx = &rendering,
                                 .body = body,
                                 .delivery_id = delivery_id,
                                 .profile = profile};
    return sound->render_bodies(self, batch, &watched, err);
}

static pt_status request(void *self, const pt_frozen_body *frozen, const pt_request_out *out,
                         pt_error *err)
{
    pt_status status = sound->request(self, frozen, out, err);
    if (FAULT == TWO_TARGETS && status == PT_OK) {
        status = out->target(out->ctx, "POST", "https://example.net/", err);
    }
    if (FAULT == BREAKS_HEADER_LINES && status == PT_OK) {
        status = out->header(out->ctx, "X-Note", "one\r\nX-Other: two", err);
    }
    return status;
}

static pt_verdict verdict(void *self, const pt_http_response *response, uint32_t attempt,
                          uint64_t *retry_after_ms)
{
    pt_verdict sound_one = sound->verdict(self, response, attempt, retry_after_ms);
    switch (FAULT) {
    case VERDICT_UNKNOWN:
        return response->status == 418 ? 9 : sound_one;
    case VERDICT_BY_CHANCE:
        return n_calls++ % 2 == 0 ? sound_one : PT_VERDICT_DISABLE;
    case ACCEPTS_ERRORS:
        return response->status == 500 ? PT_VERDICT_ACCEPTED : sound_one;
    default:
        return sound_one;
    }
}

static const pt_sink_vtable spoilt_file = {
    .struct_size = sizeof spoilt_file,
    .create = create,
    .destroy = destroy,
    .begin = begin,
    .render_file = render_file,
    .finish = finish,
    .path = path,
};

static const pt_sink_vtable spoilt_delivery = {
    .struct_size = sizeof spoilt_delivery,
    .create = create,
    .destroy = destroy,
    .begin = begin,
    .render_bodies = render_bodies,
    .finish = finish,
    .request = request,
    .verdict = verdict,
};

PT_EXPORT const pt_plugin *portrait_plugin_v1(void)
{
    uint32_t which = FAULT >= LEAVES_ROWS_OUT ? DELIVERY_SINK : FILE_SINK;
    for (uint32_t i = 0; i < 2; i++) {
        sounds[i] = sound_plugin()->components[i]->vtable;
    }
    sound = sounds[which];
    return spoilt_plugin(which, which == FILE_SINK ? &spoilt_file : &spoilt_delivery);
}
