// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "courier.h"
#include "delivery_store.h"
#include "fault.h"
#include "scratch.h"

// A folder of frozen bodies, a receiver, and a sink that posts to it without waiting for real.
struct scene {
    struct scratch s;
    char folder[128];
    struct receiver receiver;
    struct courier courier;
    struct fake_clock clock;
    struct delivery_options options;
    struct delivery_report report;
    struct pt_error err;
};

static void scene_init(struct scene *x, size_t n_bodies)
{
    memset(x, 0, sizeof *x);
    scratch_init(&x->s);
    snprintf(x->folder, sizeof x->folder, "%s/hook", x->s.folder);
    assert_int_equal(courier_freeze(x->folder, n_bodies, NULL), PT_OK);
    receiver_init(&x->receiver);
    snprintf(x->courier.url, sizeof x->courier.url, "%s", x->receiver.url);
    x->clock.now_ms = 1748736000000;
    x->options = courier_options(&x->courier, &x->clock);
}

static void scene_release(struct scene *x)
{
    receiver_stop(&x->receiver);
    scratch_release(&x->s);
}

static pt_status scene_send(struct scene *x)
{
    return delivery_send(x->folder, &x->options, &x->report, &x->err);
}

static bool body_is(const struct scene *x, unsigned request, const char *text)
{
    const struct receiver_request *r = receiver_at(&x->receiver, request);
    return r->size == strlen(text) &&
           memcmp(receiver_body(&x->receiver, request), text, r->size) == 0;
}

static void assert_counts(const struct scene *x, uint64_t accepted, uint64_t rejected,
                          uint64_t exhausted, uint64_t pending)
{
    assert_int_equal(x->report.accepted.bodies, accepted);
    assert_int_equal(x->report.rejected.bodies, rejected);
    assert_int_equal(x->report.exhausted.bodies, exhausted);
    assert_int_equal(x->report.pending.bodies, pending);
    assert_int_equal(x->report.accepted.profiles, 2 * accepted);
    assert_int_equal(x->report.total.bodies, accepted + rejected + exhausted + pending);
}

static void test_delivery__sends_each_body_once_in_order(void **state)
{
    (void)state;
    struct scene x;
    scene_init(&x, 3);
    receiver_start(&x.receiver);
    assert_int_equal(scene_send(&x), PT_OK);
    assert_counts(&x, 3, 0, 0, 0);
    assert_true(delivery_is_complete(&x.report));
    assert_int_equal(x.report.requests, 3);
    assert_int_equal(receiver_count(&x.receiver), 3);
    assert_true(body_is(&x, 0, "{\"n\":1}"));
    assert_true(body_is(&x, 1, "{\"n\":2}"));
    assert_true(body_is(&x, 2, "{\"n\":3}"));
    const struct receiver_request *first = receiver_at(&x.receiver, 0);
    assert_string_equal(first->content_type, "application/json");
    assert_string_equal(first->timestamp, "1748736000");
    assert_int_equal(strlen(first->id), 32);
    assert_string_not_equal(first->id, receiver_at(&x.receiver, 1)->id);
    assert_int_equal(scene_send(&x), PT_OK);
    assert_int_equal(x.report.requests, 0);
    assert_int_equal(receiver_count(&x.receiver), 3);
    assert_true(delivery_is_complete(&x.report));
    scene_release(&x);
}

static void test_delivery__repeats_under_the_same_id(void **state)
{
    (void)state;
    struct scene x;
    scene_init(&x, 2);
    receiver_step(&x.receiver, 500, 0, "");
    receiver_step(&x.receiver, 0, 0, ""); // took it, said nothing
    receiver_start(&x.receiver);
    assert_int_equal(scene_send(&x), PT_OK);
    assert_counts(&x, 2, 0, 0, 0);
    assert_int_equal(x.report.requests, 4);
    for (unsigned i = 1; i < 3; i++) {
        assert_string_equal(receiver_at(&x.receiver, 0)->id, receiver_at(&x.receiver, i)->id);
        assert_true(body_is(&x, i, "{\"n\":1}"));
    }
    assert_true(body_is(&x, 3, "{\"n\":2}"));
    scene_release(&x);
}

// Five attempts: pauses are random % (bound + 1) with bounds 1, 2, 4 and 8 s, cut at 3 s here.
static void test_delivery__backoff_doubles_with_jitter_up_to_a_bound(void **state)
{
    (void)state;
    static const uint64_t draws[] = {0, 999, 12345678901234567u};
    for (size_t i = 0; i < sizeof draws / sizeof draws[0]; i++) {
        struct scene x;
        scene_init(&x, 1);
        for (int step = 0; step < 4; step++) {
            receiver_step(&x.receiver, 503, 0, "");
        }
        receiver_start(&x.receiver);
        x.clock.random = draws[i];
        x.options.backoff_max_ms = 3000;
        assert_int_equal(scene_send(&x), PT_OK);
        assert_counts(&x, 1, 0, 0, 0);
        uint64_t expected = draws[i] % 1001 + draws[i] % 2001 + 2 * (draws[i] % 3001);
        assert_int_equal(x.clock.slept_ms, expected);
        scene_release(&x);
    }
}

static void test_delivery__retry_after_is_kept_and_clamped(void **state)
{
    (void)state;
    struct scene x;
    scene_init(&x, 1);
    receiver_step(&x.receiver, 429, 0, "Retry-After: 7");
    receiver_step(&x.receiver, 503, 0, "Retry-After: 86400");
    receiver_start(&x.receiver);
    assert_int_equal(scene_send(&x), PT_OK);
    assert_int_equal(x.clock.slept_ms, 7000 + 120000);
    assert_counts(&x, 1, 0, 0, 0);
    scene_release(&x);
}

static void test_delivery__slow_answers_count_as_none(void **state)
{
    (void)state;
    struct scene x;
    scene_init(&x, 1);
    receiver_step(&x.receiver, 200, 700, "");
    receiver_start(&x.receiver);
    x.courier.timeout_ms = 200;
    assert_int_equal(scene_send(&x), PT_OK);
    assert_counts(&x, 1, 0, 0, 0);
    assert_in_range(x.report.requests, 2, 5); // those that queued up behind the sleep included
    for (unsigned i = 1; i < receiver_count(&x.receiver); i++) {
        assert_string_equal(receiver_at(&x.receiver, 0)->id, receiver_at(&x.receiver, i)->id);
    }
    assert_true(strlen(x.report.last_error) > 0);
    scene_release(&x);
}

static void test_delivery__huge_answers_are_cut(void **state)
{
    (void)state;
    struct scene x;
    scene_init(&x, 2);
    receiver_step(&x.receiver, 200, 0, "");
    x.receiver.shared->steps[0].body_bytes = 8 << 20;
    receiver_start(&x.receiver);
    assert_int_equal(scene_send(&x), PT_OK);
    assert_counts(&x, 2, 0, 0, 0);
    assert_int_equal(receiver_count(&x.receiver), 2);
    scene_release(&x);
}

static void test_delivery__gone_disables_until_enabled(void **state)
{
    (void)state;
    struct scene x;
    scene_init(&x, 3);
    receiver_step(&x.receiver, 200, 0, "");
    receiver_step(&x.receiver, 410, 0, "");
    receiver_start(&x.receiver);
    assert_int_equal(scene_send(&x), PT_OK);
    assert_counts(&x, 1, 0, 0, 2);
    assert_true(x.report.is_disabled);
    assert_int_equal(x.report.requests, 2);
    x.options.retry_exhausted = true;
    assert_int_equal(scene_send(&x), PT_OK);
    assert_int_equal(x.report.requests, 0);
    assert_true(x.report.is_disabled);
    x.options.enable = true;
    assert_int_equal(scene_send(&x), PT_OK);
    assert_counts(&x, 3, 0, 0, 0);
    assert_false(x.report.is_disabled);
    scene_release(&x);
}

static void test_delivery__rejected_is_final(void **state)
{
    (void)state;
    struct scene x;
    scene_init(&x, 2);
    receiver_step(&x.receiver, 400, 0, "");
    receiver_start(&x.receiver);
    assert_int_equal(scene_send(&x), PT_OK);
    assert_counts(&x, 1, 1, 0, 0);
    assert_false(delivery_is_complete(&x.report));
    assert_string_equal(x.report.last_error, "HTTP status 400");
    x.options.retry_exhausted = true;
    assert_int_equal(scene_send(&x), PT_OK);
    assert_int_equal(x.report.requests, 0);
    assert_counts(&x, 1, 1, 0, 0);
    scene_release(&x);
}

static void test_delivery__exhausted_waits_for_a_wish(void **state)
{
    (void)state;
    struct scene x;
    scene_init(&x, 2);
    for (int i = 0; i < 3; i++) {
        receiver_step(&x.receiver, 500, 0, "");
    }
    receiver_start(&x.receiver);
    x.courier.max_attempts = 3; // the sink's policy wins over the options
    assert_int_equal(scene_send(&x), PT_OK);
    assert_counts(&x, 1, 0, 1, 0);
    assert_int_equal(x.report.requests, 4);
    assert_int_equal(scene_send(&x), PT_OK);
    assert_int_equal(x.report.requests, 0);
    x.options.retry_exhausted = true;
    assert_int_equal(scene_send(&x), PT_OK);
    assert_counts(&x, 2, 0, 0, 0);
    assert_string_equal(receiver_at(&x.receiver, 4)->id, receiver_at(&x.receiver, 0)->id);
    scene_release(&x);
}

static void test_delivery__a_receiver_that_is_down_is_left_alone(void **state)
{
    (void)state;
    struct scene x;
    scene_init(&x, 50);
    receiver_stop(&x.receiver); // its port refuses connections now
    receiver_init(&x.receiver);
    assert_int_equal(scene_send(&x), PT_OK);
    assert_true(x.report.is_down);
    assert_int_equal(x.report.requests, 15);
    assert_counts(&x, 0, 0, 3, 47);
    assert_true(strlen(x.report.last_error) > 0);
    snprintf(x.courier.url, sizeof x.courier.url, "%s", x.receiver.url);
    receiver_start(&x.receiver);
    x.options.retry_exhausted = true;
    assert_int_equal(scene_send(&x), PT_OK);
    assert_counts(&x, 50, 0, 0, 0);
    assert_int_equal(receiver_count(&x.receiver), 50);
    scene_release(&x);
}

static void test_delivery__stops_when_cancelled_and_goes_on_later(void **state)
{
    (void)state;
    struct scene x;
    volatile int cancelled = 0;
    scene_init(&x, 3);
    receiver_step(&x.receiver, 200, 0, "");
    receiver_step(&x.receiver, 500, 0, "");
    receiver_start(&x.receiver);
    x.options.cancelled = &cancelled;
    x.clock.cancel_on_sleep = &cancelled;
    x.clock.random = 500;
    assert_int_equal(scene_send(&x), PT_E_CANCELLED);
    assert_counts(&x, 1, 0, 0, 2);
    cancelled = 0;
    x.clock.cancel_on_sleep = NULL;
    assert_int_equal(scene_send(&x), PT_OK);
    assert_counts(&x, 3, 0, 0, 0);
    assert_int_equal(receiver_count(&x.receiver), 4);
    scene_release(&x);
}

static void test_delivery__a_private_address_is_refused_not_repeated(void **state)
{
    (void)state;
    struct scene x;
    scene_init(&x, 2);
    receiver_start(&x.receiver);
    x.courier.is_strict = true;
    assert_int_equal(scene_send(&x), PT_E_DENIED);
    assert_counts(&x, 0, 0, 0, 2);
    assert_int_equal(x.report.requests, 1);
    assert_int_equal(receiver_count(&x.receiver), 0);
    scene_release(&x);
}

static void test_delivery__a_changed_body_is_not_sent(void **state)
{
    (void)state;
    struct scene x;
    scene_init(&x, 3);
    receiver_start(&x.receiver);
    scratch_write(&x.s, "hook/000002.json", "{\"n\":7}", 7);
    assert_int_equal(scene_send(&x), PT_E_DATA);
    assert_non_null(strstr(x.err.message, "000002.json"));
    assert_counts(&x, 2, 0, 0, 1);
    assert_int_equal(receiver_count(&x.receiver), 2);
    scratch_write(&x.s, "hook/000002.json", "{\"n\":2}", 7);
    assert_int_equal(scene_send(&x), PT_OK);
    assert_counts(&x, 3, 0, 0, 0);
    scene_release(&x);
}

static void test_delivery__faulty_sinks_are_told(void **state)
{
    (void)state;
    struct scene x;
    scene_init(&x, 1);
    receiver_start(&x.receiver);
    x.courier.request_fails = PT_E_CONFIG;
    assert_int_equal(scene_send(&x), PT_E_CONFIG);
    assert_counts(&x, 0, 0, 0, 1);
    x.courier.request_fails = PT_OK;
    x.courier.verdict = 9;
    assert_int_equal(scene_send(&x), PT_E_INTERNAL);
    assert_counts(&x, 0, 0, 0, 1);
    x.courier.verdict = 0;
    snprintf(x.courier.url, sizeof x.courier.url, "nonsense");
    assert_int_not_equal(scene_send(&x), PT_OK);
    assert_counts(&x, 0, 0, 0, 1);
    const pt_sink_vtable nothing = {.struct_size = sizeof nothing};
    x.options.sink = &nothing;
    assert_int_equal(scene_send(&x), PT_E_INVALID);
    scene_release(&x);
}

static void test_delivery__needs_frozen_bodies_of_its_own(void **state)
{
    (void)state;
    struct scene x;
    scene_init(&x, 1);
    receiver_start(&x.receiver);
    struct delivery_store *other = NULL;
    assert_int_equal(delivery_store_open(x.folder, true, &other, NULL), PT_OK);
    assert_int_equal(scene_send(&x), PT_E_STATE);
    delivery_store_close(other);
    strcat(x.folder, "-none");
    assert_int_equal(scene_send(&x), PT_E_NOT_FOUND);
    scene_release(&x);
}

static void count_progress(void *ctx, uint64_t finished, uint64_t total)
{
    uint64_t *seen = ctx;
    (*seen)++;
    assert_int_equal(finished, *seen);
    assert_int_equal(total, 3);
}

static void test_delivery__shows_progress(void **state)
{
    (void)state;
    struct scene x;
    uint64_t seen = 0;
    scene_init(&x, 3);
    receiver_start(&x.receiver);
    x.options.progress = count_progress;
    x.options.progress_ctx = &seen;
    assert_int_equal(scene_send(&x), PT_OK);
    assert_int_equal(seen, 3);
    scene_release(&x);
}

struct sweep {
    struct scene scene;
    unsigned next;
};

static void next_folder(struct sweep *w)
{
    snprintf(w->scene.folder, sizeof w->scene.folder, "%s/d%u", w->scene.s.folder, w->next++);
    assert_int_equal(courier_freeze(w->scene.folder, 2, NULL), PT_OK);
}

static pt_status send_once(void *arg, struct pt_error *err)
{
    struct sweep *w = arg;
    struct delivery_report report;
    return delivery_send(w->scene.folder, &w->scene.options, &report, err);
}

// Whatever failed: what was recorded is true, and the next call delivers the rest.
static void deliver_rest(void *arg, pt_status status)
{
    struct sweep *w = arg;
    struct scene *x = &w->scene;
    assert_int_equal(delivery_status(x->folder, &x->report, NULL), PT_OK);
    if (status == PT_OK) {
        assert_int_equal(x->report.accepted.bodies + x->report.exhausted.bodies +
                             (x->report.is_down ? x->report.pending.bodies : 0),
                         2);
    }
    x->options.retry_exhausted = true;
    assert_int_equal(scene_send(x), PT_OK);
    x->options.retry_exhausted = false;
    assert_counts(x, 2, 0, 0, 0);
    next_folder(w);
}

static void test_delivery__every_failure_is_clean(void **state)
{
    (void)state;
    struct sweep w = {0};
    scene_init(&w.scene, 1);
    receiver_step(&w.scene.receiver, 500, 0, "");
    receiver_start(&w.scene.receiver);
    assert_int_equal(scene_send(&w.scene), PT_OK); // libcurl and libcrypto start for good here
    next_folder(&w);
    assert_true(fault_sweep_memory(send_once, deliver_rest, &w) > 30);
    assert_true(fault_sweep_calls(send_once, deliver_rest, &w, EIO) > 20);
    scene_release(&w.scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_delivery__sends_each_body_once_in_order),
        cmocka_unit_test(test_delivery__repeats_under_the_same_id),
        cmocka_unit_test(test_delivery__backoff_doubles_with_jitter_up_to_a_bound),
        cmocka_unit_test(test_delivery__retry_after_is_kept_and_clamped),
        cmocka_unit_test(test_delivery__slow_answers_count_as_none),
        cmocka_unit_test(test_delivery__huge_answers_are_cut),
        cmocka_unit_test(test_delivery__gone_disables_until_enabled),
        cmocka_unit_test(test_delivery__rejected_is_final),
        cmocka_unit_test(test_delivery__exhausted_waits_for_a_wish),
        cmocka_unit_test(test_delivery__a_receiver_that_is_down_is_left_alone),
        cmocka_unit_test(test_delivery__stops_when_cancelled_and_goes_on_later),
        cmocka_unit_test(test_delivery__a_private_address_is_refused_not_repeated),
        cmocka_unit_test(test_delivery__a_changed_body_is_not_sent),
        cmocka_unit_test(test_delivery__faulty_sinks_are_told),
        cmocka_unit_test(test_delivery__needs_frozen_bodies_of_its_own),
        cmocka_unit_test(test_delivery__shows_progress),
        cmocka_unit_test(test_delivery__every_failure_is_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
