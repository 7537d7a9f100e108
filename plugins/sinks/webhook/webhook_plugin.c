// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Glue of webhook: batches become bodies of {type, timestamp, data}, bodies become signed requests.
#include <portrait/plugin.h>
#include <portrait/sink.h>

#include <string.h>

#include "pt_cells.h"
#include "pt_format.h"
#include "pt_mem.h"
#include "webhook_body.h"
#include "webhook_options.h"
#include "webhook_sign.h"
#include "webhook_verdict.h"

#define VERSION "0.1.0"
#define CONTENT_TYPE "application/json"

struct webhook {
    const pt_host *host;
    const struct webhook_config *config;
    struct pt_cells cells;
    struct pt_cell_view *views;
    struct webhook_body body;
    char time[PT_FORMAT_MAX];
    uint32_t n_time;
};

static void sink_reset(struct webhook *w)
{
    pt_cells_release(w->host, &w->cells);
    pt_mem_free(w->host, w->views);
    webhook_body_release(&w->body);
    w->views = NULL;
}

static pt_status sink_create(const pt_host *host, const void *config, void **self, pt_error *err)
{
    struct webhook *w = pt_mem_zero(host, 1, sizeof *w);
    if (w == NULL) {
        return pt_fail(host, err, PT_E_NO_MEMORY, NULL, "no memory for webhook");
    }
    w->host = host;
    w->config = config;
    w->body.host = host;
    *self = w;
    return PT_OK;
}

static void sink_destroy(void *self)
{
    struct webhook *w = self;
    if (w == NULL) {
        return;
    }
    sink_reset(w);
    pt_mem_free(w->host, w);
}

// The name stands in every entry already; an unnamed choice of all columns must not repeat it.
static bool is_skipped(const struct webhook *w, uint32_t column)
{
    return w->config->columns.n == 0 && strcmp(w->cells.columns[column].name, "profile") == 0;
}

static pt_status check_names(const struct webhook *w, pt_error *err)
{
    for (uint32_t i = 0; i < w->cells.n; i++) {
        const char *name = w->cells.columns[i].name;
        bool is_taken = strcmp(name, "id") == 0 || strcmp(name, "profile") == 0;
        if (is_taken && !is_skipped(w, i)) {
            return pt_fail(w->host, err, PT_E_CONFIG, "columns",
                           "column `%s` has the name of a field every person has; rename it with "
                           "`columns`",
                           name);
        }
    }
    return PT_OK;
}

static pt_status sink_begin(void *self, const pt_sink_job *job, pt_error *err)
{
    struct webhook *w = self;
    sink_reset(w);
    pt_status status = pt_cells_read(w->host, job->schema, &w->cells, err);
    if (status != PT_OK) {
        return status;
    }
    w->n_time = pt_format_time(job->now_ms * 1000, w->time);
    w->views = pt_mem_array(w->host, w->cells.n, sizeof *w->views);
    if (w->views == NULL) {
        return pt_fail(w->host, err, PT_E_NO_MEMORY, NULL, "no memory for webhook");
    }
    return check_names(w, err);
}

static void put_person(struct webhook *w, const pt_body_out *out, int64_t row)
{
    const char *id = out->delivery_id(out->ctx, (uint64_t)row);
    const char *profile = out->profile(out->ctx, (uint64_t)row);
    webhook_body_raw(&w->body, "{", 1);
    webhook_body_name(&w->body, "id");
    webhook_body_text(&w->body, id, strlen(id));
    webhook_body_raw(&w->body, ",", 1);
    webhook_body_name(&w->body, "profile");
    webhook_body_text(&w->body, profile, strlen(profile));
    for (uint32_t i = 0; i < w->cells.n; i++) {
        if (is_skipped(w, i)) {
            continue;
        }
        webhook_body_raw(&w->body, ",", 1);
        webhook_body_name(&w->body, w->cells.columns[i].name);
        webhook_body_cell(&w->body, &w->views[i], row);
    }
    webhook_body_raw(&w->body, "}", 1);
}

static pt_status put_body(struct webhook *w, const pt_body_out *out, int64_t first, int64_t n,
                          pt_error *err)
{
    webhook_body_reset(&w->body);
    webhook_body_raw(&w->body, "{", 1);
    webhook_body_name(&w->body, "type");
    webhook_body_text(&w->body, w->config->type, strlen(w->config->type));
    webhook_body_raw(&w->body, ",", 1);
    webhook_body_name(&w->body, "timestamp");
    webhook_body_text(&w->body, w->time, w->n_time);
    webhook_body_raw(&w->body, ",", 1);
    webhook_body_name(&w->body, "data");
    webhook_body_raw(&w->body, "[", 1);
    for (int64_t row = first; row < first + n; row++) {
        webhook_body_raw(&w->body, ",", row == first ? 0 : 1);
        put_person(w, out, row);
    }
    webhook_body_raw(&w->body, "]}", 2);
    if (w->body.failed) {
        return pt_fail(w->host, err, PT_E_NO_MEMORY, NULL, "no memory for a message");
    }
    const pt_bytes bytes = {(const uint8_t *)w->body.text, w->body.n};
    return out->body(out->ctx, bytes, CONTENT_TYPE, (uint64_t)first, (uint64_t)n, err);
}

static pt_status sink_render_bodies(void *self, const struct ArrowArray *batch,
                                    const pt_body_out *out, pt_error *err)
{
    struct webhook *w = self;
    pt_status status = pt_cells_view(w->host, &w->cells, batch, w->views, err);
    for (int64_t row = 0; status == PT_OK && row < batch->length; row += w->config->batch) {
        int64_t left = batch->length - row;
        status = put_body(w, out, row, left < w->config->batch ? left : w->config->batch, err);
    }
    return status;
}

static pt_status sink_finish(void *self, pt_writer *writer, pt_error *err)
{
    (void)writer;
    (void)err;
    sink_reset(self);
    return PT_OK;
}

static pt_status put_plain_headers(const struct webhook *w, const pt_request_out *out,
                                   pt_error *err)
{
    const pt_map *map = &w->config->headers;
    const char *const *values = map->values;
    for (uint32_t i = 0; i < map->n; i++) {
        pt_status status = out->header(out->ctx, map->keys[i], values[i], err);
        if (status != PT_OK) {
            return status;
        }
    }
    return PT_OK;
}

static pt_status put_secret_header(const struct webhook *w, const char *name, uint32_t handle,
                                   const pt_request_out *out, pt_error *err)
{
    pt_bytes secret = {0};
    pt_status status = w->host->secret_get(w->host, handle, &secret, err);
    if (status != PT_OK) {
        return status;
    }
    char *value = pt_mem_text(w->host, secret.data, secret.size);
    if (value == NULL) {
        return pt_fail(w->host, err, PT_E_NO_MEMORY, NULL, "no memory for a header");
    }
    status = out->header(out->ctx, name, value, err);
    memset(value, 0, secret.size);
    pt_mem_free(w->host, value);
    return status;
}

static pt_status put_secret_headers(const struct webhook *w, const pt_request_out *out,
                                    pt_error *err)
{
    const pt_map *map = &w->config->secret_headers;
    const uint32_t *handles = map->values;
    for (uint32_t i = 0; i < map->n; i++) {
        pt_status status = put_secret_header(w, map->keys[i], handles[i], out, err);
        if (status != PT_OK) {
            return status;
        }
    }
    return PT_OK;
}

static pt_status put_signature(const struct webhook *w, const pt_frozen_body *body,
                               int64_t timestamp, const pt_request_out *out, pt_error *err)
{
    if (w->config->signing_key == 0) {
        return PT_OK;
    }
    pt_bytes secret = {0};
    pt_status status = w->host->secret_get(w->host, w->config->signing_key, &secret, err);
    if (status != PT_OK) {
        return status;
    }
    struct webhook_key key;
    char signature[WEBHOOK_SIGNATURE_BYTES];
    bool is_key = webhook_sign_key(secret.data, secret.size, &key);
    bool is_signed = is_key && webhook_sign(&key, body->id, timestamp, body->body.data,
                                            body->body.size, signature);
    webhook_sign_wipe(&key);
    if (!is_signed) {
        return pt_fail(w->host, err, is_key ? PT_E_INTERNAL : PT_E_CONFIG, "signing_key",
                       is_key ? "libcrypto cannot sign"
                              : "the signing key cannot be used: it is "
                                "empty, too long or no base64");
    }
    return out->header(out->ctx, "webhook-signature", signature, err);
}

static pt_status put_headers(const struct webhook *w, const pt_frozen_body *body,
                             const pt_request_out *out, pt_error *err)
{
    char timestamp[PT_FORMAT_MAX + 1];
    int64_t seconds = body->now_ms / 1000;
    timestamp[pt_format_i64(seconds, timestamp)] = '\0';
    const char *const own[][2] = {
        {"content-type", body->content_type},
        {"user-agent", "portrait-webhook/" VERSION},
        {"webhook-id", body->id},
        {"webhook-timestamp", timestamp},
    };
    for (uint32_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        pt_status status = out->header(out->ctx, own[i][0], own[i][1], err);
        if (status != PT_OK) {
            return status;
        }
    }
    pt_status status = put_signature(w, body, seconds, out, err);
    if (status == PT_OK) {
        status = put_plain_headers(w, out, err);
    }
    return status == PT_OK ? put_secret_headers(w, out, err) : status;
}

static pt_status sink_request(void *self, const pt_frozen_body *body, const pt_request_out *out,
                              pt_error *err)
{
    const struct webhook *w = self;
    const struct webhook_config *c = w->config;
    pt_status status = out->target(out->ctx, "POST", c->url, err);
    if (status == PT_OK) {
        status = out->policy(out->ctx, c->allow_http, c->allow_private, (uint32_t)c->timeout_ms,
                             (uint32_t)c->max_attempts, err);
    }
    return status == PT_OK ? put_headers(w, body, out, err) : status;
}

static pt_verdict sink_verdict(void *self, const pt_http_response *response, uint32_t attempt,
                               uint64_t *retry_after_ms)
{
    (void)attempt;
    const struct webhook *w = self;
    pt_verdict verdict = webhook_verdict_of(response->status);
    *retry_after_ms = 0;
    if (verdict == PT_VERDICT_RETRY) {
        *retry_after_ms = webhook_verdict_wait(webhook_verdict_header(response, "retry-after"),
                                               webhook_verdict_header(response, "date"),
                                               w->host->now_ms(w->host));
    }
    return verdict;
}

static const pt_sink_vtable vtable = {
    .struct_size = sizeof vtable,
    .create = sink_create,
    .destroy = sink_destroy,
    .begin = sink_begin,
    .render_bodies = sink_render_bodies,
    .finish = sink_finish,
    .request = sink_request,
    .verdict = sink_verdict,
};

static const pt_component component = {
    .struct_size = sizeof component,
    .kind = PT_KIND_SINK,
    .name = "webhook",
    .summary = "Posts people as signed Standard Webhooks messages.",
    .threads = PT_THREADS_SERIAL_INSTANCE,
    .caps = PT_CAP_DELIVERY,
    .config_size = sizeof(struct webhook_config),
    .options = webhook_options,
    .n_options = WEBHOOK_OPTIONS,
    .vtable = &vtable,
    .validate = webhook_options_validate,
};

static const pt_component *const components[] = {&component};

static const pt_plugin plugin = {
    .struct_size = sizeof plugin,
    .abi_major = PT_ABI_MAJOR,
    .abi_minor = PT_ABI_MINOR,
    .n_components = 1,
    .id = "portrait.webhook",
    .version = VERSION,
    .vendor = "Portrait contributors",
    .license = "Apache-2.0",
    .summary = "Deliveries over HTTP.",
    .components = components,
};

PT_PLUGIN(plugin, "portrait.webhook", 0)
