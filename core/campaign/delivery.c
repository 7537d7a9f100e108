// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Bodies go out in order, one at a time; a failed one is repeated in place. The pause before a
// repetition belongs to the receiver, not to the body: it grows with failures in a row (exponential
// backoff with full jitter,
// https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/) and keeps a struggling
// receiver from being hammered by the next body.
#include "delivery.h"

#include <errno.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>

#include "clock.h"
#include "delivery_exchange.h"
#include "delivery_store.h"
#include "http.h"

#define SLEEP_SLICE_MS 100

struct sender {
    const struct delivery_options *options;
    struct delivery_store *store;
    struct http *http;
    struct delivery_report *report;
    struct str body;        // of the item in hand
    uint32_t failures;      // requests in a row that ended in "retry"
    uint64_t pause_ms;      // before the next request
    uint64_t finished;      // bodies that need nothing more
    struct pt_error damage; // the first body that is not what was frozen
};

static int64_t now_ms(const struct delivery_clock *c)
{
    return c->now_ms != NULL ? c->now_ms(c->ctx) : clock_now_us() / US_PER_MS;
}

static uint64_t random_bits(const struct delivery_clock *c)
{
    uint64_t bits = 0;
    if (c->random != NULL) {
        return c->random(c->ctx);
    }
    if (getrandom(&bits, sizeof bits, 0) != sizeof bits) {
        bits = (uint64_t)clock_monotonic_us() * 0x9E3779B97F4A7C15u;
    }
    return bits;
}

static void sleep_slice(const struct delivery_clock *c, uint64_t ms)
{
    if (c->sleep_ms != NULL) {
        c->sleep_ms(c->ctx, ms);
        return;
    }
    struct timespec left = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};
    while (nanosleep(&left, &left) != 0 && errno == EINTR) {
    }
}

static pt_status check_cancelled(const struct delivery_options *o, struct pt_error *err)
{
    if (o->cancelled != NULL && *o->cancelled != 0) {
        FAIL(err, PT_E_CANCELLED, "delivery was asked to stop");
    }
    return PT_OK;
}

static pt_status pause(struct sender *s, struct pt_error *err)
{
    while (s->pause_ms > 0) {
        TRY(check_cancelled(s->options, err));
        uint64_t slice = s->pause_ms < SLEEP_SLICE_MS ? s->pause_ms : SLEEP_SLICE_MS;
        sleep_slice(&s->options->clock, slice);
        s->pause_ms -= slice;
    }
    return check_cancelled(s->options, err);
}

// What the receiver asked for, within limits; else a random share of a doubling bound.
static uint64_t pause_after(const struct sender *s, const struct delivery_outcome *outcome)
{
    const struct delivery_options *o = s->options;
    if (outcome->retry_after_ms > 0) {
        return outcome->retry_after_ms < o->retry_after_max_ms ? outcome->retry_after_ms
                                                               : o->retry_after_max_ms;
    }
    uint64_t bound = o->backoff_ms;
    for (uint32_t i = 1; i < s->failures && bound < o->backoff_max_ms; i++) {
        bound *= 2;
    }
    bound = bound < o->backoff_max_ms ? bound : o->backoff_max_ms;
    return random_bits(&o->clock) % (bound + 1);
}

static enum delivery_state state_after(const struct sender *s, const struct delivery_item *item,
                                       const struct delivery_outcome *outcome, uint32_t tried)
{
    uint32_t max = outcome->max_attempts > 0 ? outcome->max_attempts : s->options->max_attempts;
    switch (outcome->verdict) {
    case PT_VERDICT_ACCEPTED:
        return DELIVERY_ACCEPTED;
    case PT_VERDICT_REJECTED:
        return DELIVERY_REJECTED;
    case PT_VERDICT_RETRY:
        return tried >= max ? DELIVERY_EXHAUSTED : DELIVERY_PENDING;
    default:
        return item->state;
    }
}

static pt_status record_disabled(struct sender *s, bool is_disabled, struct pt_error *err)
{
    const struct delivery_event event = {
        .is_disabled = is_disabled,
        .now_ms = now_ms(&s->options->clock),
        .error = is_disabled ? "the receiver is gone: nothing more is sent" : "",
    };
    return delivery_store_record(s->store, &event, err);
}

static pt_status record(struct sender *s, const struct delivery_item *item,
                        const struct delivery_outcome *outcome, uint32_t tried,
                        struct pt_error *err)
{
    const struct delivery_event event = {
        .item = item,
        .state = state_after(s, item, outcome, tried),
        .http_status = outcome->http_status,
        .now_ms = now_ms(&s->options->clock),
        .error = outcome->error,
    };
    TRY(delivery_store_record(s->store, &event, err));
    if (outcome->verdict == PT_VERDICT_DISABLE) {
        TRY(record_disabled(s, true, err));
    }
    bool failed = outcome->verdict == PT_VERDICT_RETRY;
    s->failures = failed ? s->failures + 1 : 0;
    s->pause_ms = failed ? pause_after(s, outcome) : 0;
    return PT_OK;
}

static pt_status attempt(struct sender *s, const struct delivery_item *item,
                         struct delivery_outcome *outcome, struct pt_error *err)
{
    TRY(pause(s, err));
    const pt_frozen_body body = {
        .struct_size = sizeof body,
        .attempt = item->attempts,
        .id = item->id,
        .content_type = item->content_type,
        .body = {(const uint8_t *)s->body.p, s->body.n},
        .now_ms = now_ms(&s->options->clock),
    };
    const struct delivery_attempt one = {s->options->sink, s->options->self, &body,
                                         s->options->cancelled};
    s->report->requests++;
    return delivery_exchange(s->http, &one, outcome, err);
}

static bool is_down(const struct sender *s, uint32_t max_attempts)
{
    uint32_t give_up = s->options->give_up_after;
    return s->failures >= (give_up > max_attempts ? give_up : max_attempts);
}

// Repeats until the body needs nothing more, the receiver counts as down or is gone.
static pt_status send_item(struct sender *s, struct delivery_item *item, struct pt_error *err)
{
    pt_status status = delivery_store_read(s->store, item, &s->body, err);
    if (status == PT_E_DATA) {
        if (s->damage.code == PT_OK && err != NULL) {
            s->damage = *err;
        }
        s->damage.code = PT_E_DATA;
        return PT_OK;
    }
    TRY(status);
    bool is_open = true;
    for (uint32_t tried = 1; is_open; tried++) {
        struct delivery_outcome outcome = {0};
        TRY(attempt(s, item, &outcome, err));
        TRY(record(s, item, &outcome, tried, err));
        s->report->is_down = is_down(s, outcome.max_attempts);
        is_open = item->state == DELIVERY_PENDING && !s->report->is_down && !s->store->is_disabled;
    }
    return PT_OK;
}

static bool needs_sending(const struct sender *s, const struct delivery_item *item)
{
    return item->state == DELIVERY_PENDING ||
           (item->state == DELIVERY_EXHAUSTED && s->options->retry_exhausted);
}

static void show_progress(struct sender *s)
{
    s->finished++;
    if (s->options->progress != NULL) {
        s->options->progress(s->options->progress_ctx, s->finished, s->store->n);
    }
}

static pt_status send_all(struct sender *s, struct pt_error *err)
{
    if (s->store->is_disabled && s->options->enable) {
        TRY(record_disabled(s, false, err));
    }
    for (size_t i = 0; i < s->store->n; i++) {
        struct delivery_item *item = &s->store->items[i];
        bool is_wanted = needs_sending(s, item);
        if (is_wanted && (s->store->is_disabled || s->report->is_down)) {
            return PT_OK;
        }
        if (is_wanted) {
            item->state = DELIVERY_PENDING;
            TRY(send_item(s, item, err));
        }
        show_progress(s);
    }
    return PT_OK;
}

static pt_status send_store(struct delivery_store *store, const struct delivery_options *options,
                            struct delivery_report *report, struct pt_error *err)
{
    struct sender s = {.options = options, .store = store, .report = report};
    pt_status status = http_new(&s.http, err);
    if (status == PT_OK) {
        status = send_all(&s, err);
    }
    http_free(s.http);
    str_release(&s.body);
    delivery_store_count(store, report);
    if (status == PT_OK && s.damage.code != PT_OK) {
        status = PT_E_DATA;
        if (err != NULL) {
            *err = s.damage;
        }
    }
    return status;
}

pt_status delivery_send(const char *folder, const struct delivery_options *options,
                        struct delivery_report *report, struct pt_error *err)
{
    *report = (struct delivery_report){0};
    if (options->sink == NULL || options->sink->request == NULL || options->sink->verdict == NULL) {
        FAIL(err, PT_E_INVALID, "this sink delivers nothing: it has no request or verdict");
    }
    struct delivery_store *store = NULL;
    TRY(delivery_store_open(folder, true, &store, err));
    pt_status status = send_store(store, options, report, err);
    delivery_store_close(store);
    return status;
}

pt_status delivery_status(const char *folder, struct delivery_report *report, struct pt_error *err)
{
    *report = (struct delivery_report){0};
    struct delivery_store *store = NULL;
    TRY(delivery_store_open(folder, false, &store, err));
    delivery_store_count(store, report);
    delivery_store_close(store);
    return PT_OK;
}

bool delivery_is_complete(const struct delivery_report *report)
{
    return report->accepted.bodies == report->total.bodies;
}
