// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A sink renders the people of an audience: into a file the host publishes, or into message
// bodies the host freezes and delivers. Consent, suppression and limits are applied before.
#ifndef PORTRAIT_SINK_H
#define PORTRAIT_SINK_H

#include <portrait/abi.h>
#include <portrait/arrow.h>
#include <portrait/host.h>

PT_EXTERN_C_BEGIN

typedef int32_t pt_sink_shape;
#define PT_SINK_FILE 1
#define PT_SINK_DELIVERY 2

// What is being written. It and its texts are valid until finish() returns.
typedef struct pt_sink_job {
    uint32_t struct_size;
    pt_sink_shape shape;
    const char *pipeline;
    const char *audience; // NULL when all profiles are written
    const char *sink;
    const char *wave; // names the run's deliveries; the same when they are repeated
    int64_t now_ms;   // of the run, milliseconds since 1970 UTC
    uint64_t n_rows;  // in all batches
    // Columns of every batch, a struct schema of formats b l g U tdD tsu:UTC, all nullable;
    // borrowed. A field's metadata may hold the key `portrait.guard` = `exempt` (declared
    // identifiers such as phones).
    const struct ArrowSchema *schema;
} pt_sink_job;

// Takes one body and the rows (indices into the batch) it carries; all bytes are copied.
// Delivery sinks never regroup: a body's id is fixed here from the ids of its rows.
typedef struct pt_body_out {
    uint32_t struct_size;
    uint32_t reserved;
    void *ctx;
    // Rows [first_row, first_row + n_rows) of the batch, at least one. A row belongs to at most
    // one body. No secrets: bodies are kept on disk. [instance]
    pt_status (*body)(void *ctx, pt_bytes body, const char *content_type, uint64_t first_row,
                      uint64_t n_rows, pt_error *err);
    // Delivery id of a row of the batch: hex text, stable over reruns of the same wave. Valid until
    // render_bodies returns, as the next. NULL for a row that does not exist. [instance]
    const char *(*delivery_id)(void *ctx, uint64_t row);
    // Name of the profile of a row of the batch. [instance]
    const char *(*profile)(void *ctx, uint64_t row);
} pt_body_out;

// A frozen body about to be sent.
typedef struct pt_frozen_body {
    uint32_t struct_size;
    uint32_t attempt; // 0 for the first
    const char *id;   // hash of the delivery ids it carries; the same on every attempt
    const char *content_type;
    pt_bytes body;
    int64_t now_ms; // of this attempt, milliseconds since 1970 UTC
} pt_frozen_body;

// Takes the request; all texts are copied.
typedef struct pt_request_out {
    uint32_t struct_size;
    uint32_t reserved;
    void *ctx;
    // Once: POST PUT PATCH GET HEAD DELETE, and where to, as in pt_http_request. [instance]
    pt_status (*target)(void *ctx, const char *method, const char *url, pt_error *err);
    // One header; secrets belong here. The content type is one, too: the host adds none.
    // [instance]
    pt_status (*header)(void *ctx, const char *name, const char *value, pt_error *err);
    // What the destination may be (HTTP without TLS, addresses that are not public), how long an
    // exchange may take and how often it is tried (0 = the host's default); not called = HTTPS to
    // public addresses, with the defaults. [instance]
    pt_status (*policy)(void *ctx, uint8_t allow_http, uint8_t allow_private, uint32_t timeout_ms,
                        uint32_t max_attempts, pt_error *err);
} pt_request_out;

// What became of a body. One the host does not know is an error.
typedef int32_t pt_verdict;
#define PT_VERDICT_ACCEPTED 1
#define PT_VERDICT_REJECTED 2 // final: do not send this body again
#define PT_VERDICT_RETRY 3    // again after *retry_after_ms (0 = the host's backoff)
#define PT_VERDICT_DISABLE 4  // the destination is gone: send nothing more

// A sink of one shape (PT_CAP_DELIVERY or not) leaves the slots of the other NULL.
typedef struct pt_sink_vtable {
    uint32_t struct_size;
    uint32_t reserved;
    // `config` and `host` outlive the instance. [main]
    pt_status (*create)(const pt_host *host, const void *config, void **self, pt_error *err);
    // NULL is fine. [main]
    void (*destroy)(void *self);
    // Once, before the first batch; there is one even when there are no rows. [instance]
    pt_status (*begin)(void *self, const pt_sink_job *job, pt_error *err);
    // File shape: appends the batch to the writer. Rendering is a pure function of job and rows,
    // however they are cut into batches. `batch` is borrowed: not released. [instance]
    pt_status (*render_file)(void *self, const struct ArrowArray *batch, pt_writer *writer,
                             pt_error *err);
    // Delivery shape: cuts the batch into bodies, a pure function as well. [instance]
    pt_status (*render_bodies)(void *self, const struct ArrowArray *batch, const pt_body_out *out,
                               pt_error *err);
    // Once, after the last batch: what comes last; `writer` is NULL for deliveries. [instance]
    pt_status (*finish)(void *self, pt_writer *writer, pt_error *err);
    // Delivery shape; also called for bodies of an earlier run, without begin. [instance]
    pt_status (*request)(void *self, const pt_frozen_body *body, const pt_request_out *out,
                         pt_error *err);
    // Total: every status has a verdict; status 0 = no answer. `attempt` counts from 0;
    // *retry_after_ms is 0 when it is called. The answer's body is cut at 64 KiB. [instance]
    pt_verdict (*verdict)(void *self, const pt_http_response *response, uint32_t attempt,
                          uint64_t *retry_after_ms);
    // File shape, optional: path option's value (relative to the pipeline) or NULL = out/<sink>.
    // The text lives as long as self. [main]
    const char *(*path)(void *self);
} pt_sink_vtable;

PT_EXTERN_C_END

#endif
