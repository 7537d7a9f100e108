// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "courier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pt_status courier_request(void *self, const pt_frozen_body *body, const pt_request_out *out,
                                 pt_error *err)
{
    const struct courier *c = self;
    if (c->request_fails != PT_OK) {
        return error_set(err, c->request_fails, "the sink cannot write this request");
    }
    TRY(out->target(out->ctx, "POST", c->url, err));
    TRY(out->policy(out->ctx, 1, !c->is_strict, c->timeout_ms, c->max_attempts, err));
    TRY(out->header(out->ctx, "content-type", body->content_type, err));
    char stamp[32];
    snprintf(stamp, sizeof stamp, "%lld", (long long)body->now_ms / 1000);
    TRY(out->header(out->ctx, "webhook-timestamp", stamp, err));
    return out->header(out->ctx, "webhook-id", body->id, err);
}

static pt_verdict courier_verdict(void *self, const pt_http_response *response, uint32_t attempt,
                                  uint64_t *retry_after_ms)
{
    (void)attempt;
    const struct courier *c = self;
    *retry_after_ms = c->retry_after_ms;
    for (uint32_t i = 0; i < response->n_headers; i++) {
        if (strcmp(response->header_names[i], "retry-after") == 0) {
            *retry_after_ms = strtoull(response->header_values[i], NULL, 10) * 1000;
        }
    }
    if (c->verdict != 0) {
        return c->verdict;
    }
    if (response->status == 410) {
        return PT_VERDICT_DISABLE;
    }
    if (response->status == 200) {
        return PT_VERDICT_ACCEPTED;
    }
    bool is_retry = response->status == 0 || response->status == 429 || response->status >= 500;
    return is_retry ? PT_VERDICT_RETRY : PT_VERDICT_REJECTED;
}

const pt_sink_vtable *courier_sink(void)
{
    static const pt_sink_vtable sink = {
        .struct_size = sizeof sink, .request = courier_request, .verdict = courier_verdict};
    return &sink;
}

static int64_t fake_now(void *ctx)
{
    struct fake_clock *c = ctx;
    return c->now_ms;
}

static void fake_sleep(void *ctx, uint64_t ms)
{
    struct fake_clock *c = ctx;
    c->now_ms += (int64_t)ms;
    c->slept_ms += ms;
    if (c->cancel_on_sleep != NULL) {
        *c->cancel_on_sleep = 1;
    }
}

static uint64_t fake_random(void *ctx)
{
    struct fake_clock *c = ctx;
    return c->random;
}

struct delivery_options courier_options(struct courier *c, struct fake_clock *clock)
{
    struct delivery_options o = DELIVERY_OPTIONS_INIT;
    o.sink = courier_sink();
    o.self = c;
    o.clock = (struct delivery_clock){clock, fake_now, fake_sleep, fake_random};
    return o;
}

static pt_status freeze_one(struct delivery_freezer *f, size_t number, struct pt_error *err)
{
    const struct delivery_key key = {"shop", "spring", "hook", "2025-06-01T00:00:00Z"};
    char body[64];
    char names[2][32];
    char ids[2][DELIVERY_ID_CHARS];
    int n = snprintf(body, sizeof body, "{\"n\":%zu}", number);
    for (size_t i = 0; i < 2; i++) {
        snprintf(names[i], sizeof names[i], "C%zu,%zu", number, i);
        TRY(delivery_id(&key, text_of(names[i]), ids[i], err));
    }
    const struct delivery_body frozen = {.bytes = {(const uint8_t *)body, (uint64_t)n},
                                         .content_type = "application/json",
                                         .ids = (const char *const[]){ids[0], ids[1]},
                                         .profiles = (const char *const[]){names[0], names[1]},
                                         .n = 2};
    return delivery_freezer_add(f, &frozen, err);
}

pt_status courier_freeze(const char *folder, size_t n, struct pt_error *err)
{
    struct delivery_freezer *f = NULL;
    TRY(delivery_freezer_new(folder, "run1", &f, err));
    pt_status status = PT_OK;
    for (size_t i = 1; status == PT_OK && i <= n; i++) {
        status = freeze_one(f, i, err);
    }
    if (status == PT_OK) {
        status = delivery_freezer_commit(f, err);
    }
    delivery_freezer_free(f);
    return status;
}
