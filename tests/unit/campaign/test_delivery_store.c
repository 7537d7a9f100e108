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

#define N_BODIES 4

// scratch_path() gives names out only for a while.
static void name_path(char out[128], const struct scratch *s, const char *name)
{
    snprintf(out, 128, "%s/%s", s->folder, name);
}

static struct delivery_store *open_store(const char *folder, bool for_sending)
{
    struct delivery_store *store = NULL;
    struct pt_error err = ERROR_INIT;
    assert_int_equal(delivery_store_open(folder, for_sending, &store, &err), PT_OK);
    return store;
}

static void record(struct delivery_store *store, size_t item, enum delivery_state to)
{
    const struct delivery_event event = {.item = &store->items[item],
                                         .state = to,
                                         .http_status = to == DELIVERY_ACCEPTED ? 200 : 503,
                                         .now_ms = 1748736000123,
                                         .error = to == DELIVERY_ACCEPTED ? "" : "said \"no\"\n"};
    assert_int_equal(delivery_store_record(store, &event, NULL), PT_OK);
}

// Body 1 accepted at the second attempt, 2 rejected, 3 exhausted, 4 untouched.
static void write_history(const char *folder)
{
    struct delivery_store *store = open_store(folder, true);
    record(store, 0, DELIVERY_PENDING);
    record(store, 0, DELIVERY_ACCEPTED);
    record(store, 1, DELIVERY_REJECTED);
    record(store, 2, DELIVERY_EXHAUSTED);
    delivery_store_close(store);
}

static void test_delivery_store__state_survives(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    char folder[128];
    name_path(folder, &s, "hook");
    assert_int_equal(courier_freeze(folder, N_BODIES, NULL), PT_OK);
    write_history(folder);
    struct delivery_store *store = open_store(folder, false);
    assert_int_equal(store->n, N_BODIES);
    assert_int_equal(store->items[0].state, DELIVERY_ACCEPTED);
    assert_int_equal(store->items[0].attempts, 2);
    assert_int_equal(store->items[0].http_status, 200);
    assert_int_equal(store->items[1].state, DELIVERY_REJECTED);
    assert_int_equal(store->items[2].state, DELIVERY_EXHAUSTED);
    assert_int_equal(store->items[3].state, DELIVERY_PENDING);
    assert_int_equal(store->items[3].attempts, 0);
    assert_int_equal(store->damaged_lines, 0);
    assert_string_equal(store->last_error, "said \"no\"\n");
    struct str body = {0};
    assert_int_equal(delivery_store_read(store, &store->items[3], &body, NULL), PT_OK);
    assert_string_equal(str_get(&body), "{\"n\":4}");
    str_release(&body);
    delivery_store_close(store);
    delivery_store_close(NULL);
    scratch_release(&s);
}

static void test_delivery_store__disabled_and_enabled(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    char folder[128];
    name_path(folder, &s, "hook");
    assert_int_equal(courier_freeze(folder, 1, NULL), PT_OK);
    for (int disabled = 1; disabled >= 0; disabled--) {
        struct delivery_store *store = open_store(folder, true);
        const struct delivery_event event = {.is_disabled = disabled, .error = ""};
        assert_int_equal(delivery_store_record(store, &event, NULL), PT_OK);
        delivery_store_close(store);
        store = open_store(folder, false);
        assert_int_equal(store->is_disabled, disabled);
        delivery_store_close(store);
    }
    scratch_release(&s);
}

static void test_delivery_store__one_process_at_a_time(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    char folder[128];
    name_path(folder, &s, "hook");
    assert_int_equal(courier_freeze(folder, 1, NULL), PT_OK);
    struct delivery_store *first = open_store(folder, true);
    struct delivery_store *second = NULL;
    struct pt_error err = ERROR_INIT;
    assert_int_equal(delivery_store_open(folder, true, &second, &err), PT_E_STATE);
    assert_null(second);
    delivery_store_close(open_store(folder, false)); // looking is free
    delivery_store_close(first);
    delivery_store_close(open_store(folder, true));
    scratch_release(&s);
}

// A journal cut at any byte: what its whole lines say still counts, the rest never happened, and
// writing goes on behind it.
static void test_delivery_store__journal_cut_anywhere(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    char folder[128];
    name_path(folder, &s, "hook");
    char journal[128];
    name_path(journal, &s, "hook/journal");
    assert_int_equal(courier_freeze(folder, N_BODIES, NULL), PT_OK);
    write_history(folder);
    size_t n = 0;
    char *whole = scratch_read(journal, &n);
    assert_non_null(whole);
    for (size_t cut = 0; cut <= n; cut++) {
        scratch_write(&s, "hook/journal", whole, cut);
        size_t lines = 0;
        for (size_t i = 0; i < cut; i++) {
            lines += whole[i] == '\n';
        }
        struct delivery_store *store = open_store(folder, true);
        assert_int_equal(store->damaged_lines, 0);
        assert_int_equal(store->items[0].attempts, lines < 2 ? lines : 2);
        assert_int_equal(store->items[1].attempts, lines >= 3);
        assert_int_equal(store->items[2].attempts, lines >= 4);
        record(store, 3, DELIVERY_ACCEPTED);
        delivery_store_close(store);
        store = open_store(folder, false);
        assert_int_equal(store->damaged_lines, 0);
        assert_int_equal(store->items[3].state, DELIVERY_ACCEPTED);
        assert_int_equal(store->items[1].attempts, lines >= 3);
        delivery_store_close(store);
    }
    free(whole);
    scratch_release(&s);
}

// Any one byte of the journal changed: never a crash; at most the line it stands in is lost (two,
// when the byte was the line break), and damage inside is counted.
static void test_delivery_store__journal_with_any_byte_flipped(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    char folder[128];
    name_path(folder, &s, "hook");
    char journal[128];
    name_path(journal, &s, "hook/journal");
    assert_int_equal(courier_freeze(folder, N_BODIES, NULL), PT_OK);
    write_history(folder);
    size_t n = 0;
    char *whole = scratch_read(journal, &n);
    for (size_t at = 0; at < n; at++) {
        for (int bit = 0; bit < 8; bit += 3) {
            whole[at] ^= (char)(1 << bit);
            scratch_write(&s, "hook/journal", whole, n);
            whole[at] ^= (char)(1 << bit);
            struct delivery_store *store = open_store(folder, false);
            uint64_t attempts = 0;
            for (size_t i = 0; i < store->n; i++) {
                attempts += store->items[i].attempts;
            }
            assert_in_range(attempts, 2, 3);
            assert_true(store->damaged_lines > 0 || at == n - 1);
            delivery_store_close(store);
        }
    }
    free(whole);
    scratch_release(&s);
}

static void test_delivery_store__index_damaged_anywhere(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    char folder[128];
    name_path(folder, &s, "hook");
    char path[128];
    name_path(path, &s, "hook/index.ndjson");
    assert_int_equal(courier_freeze(folder, N_BODIES, NULL), PT_OK);
    size_t n = 0;
    char *whole = scratch_read(path, &n);
    struct pt_error err = ERROR_INIT;
    for (size_t cut = 0; cut + 1 < n; cut++) { // without its last line break it still is whole
        struct delivery_store *store = NULL;
        scratch_write(&s, "hook/index.ndjson", whole, cut);
        assert_int_equal(delivery_store_open(folder, false, &store, &err), PT_E_DATA);
        assert_non_null(strstr(err.message, "index.ndjson:"));
    }
    static const char *const faulty[] = {
        "{\"version\":2,\"run\":\"r\"}\n{\"bodies\":0,\"profiles\":0}\n",
        "{\"version\":1,\"run\":\"r\"}\n{\"bodies\":0,\"profiles\":0}\n{\"bodies\":0,\"profiles\":"
        "0}\n",
        "{\"version\":1}\n{\"file\":\"../../etc/passwd\",\"id\":\"a\",\"bytes\":1,\"sha256\":\"\","
        "\"content_type\":\"x\",\"profiles\":1}\n{\"bodies\":1,\"profiles\":1}\n",
        "{\"version\":1}\n{\"file\":\"000001.json\",\"id\":\"a\",\"bytes\":-1,\"sha256\":\"\","
        "\"content_type\":\"x\",\"profiles\":1}\n{\"bodies\":1,\"profiles\":1}\n",
        "{\"version\":1}\n[]\n",
        "{\"version\":1}\nnot json\n",
    };
    for (size_t i = 0; i < sizeof faulty / sizeof faulty[0]; i++) {
        struct delivery_store *store = NULL;
        scratch_write(&s, "hook/index.ndjson", faulty[i], strlen(faulty[i]));
        assert_int_equal(delivery_store_open(folder, false, &store, &err), PT_E_DATA);
    }
    free(whole);
    scratch_release(&s);
}

static void test_delivery_store__changed_bodies_are_found(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    char folder[128];
    name_path(folder, &s, "hook");
    assert_int_equal(courier_freeze(folder, 3, NULL), PT_OK);
    struct delivery_store *store = open_store(folder, false);
    struct str body = {0};
    struct pt_error err = ERROR_INIT;
    scratch_write(&s, "hook/000001.json", "{\"n\":9}", 7);
    assert_int_equal(delivery_store_read(store, &store->items[0], &body, &err), PT_E_DATA);
    assert_non_null(strstr(err.message, "000001.json is not what was frozen"));
    scratch_write(&s, "hook/000001.json", "{\"n\":1} ", 8);
    assert_int_equal(delivery_store_read(store, &store->items[0], &body, &err), PT_E_DATA);
    assert_int_equal(remove(scratch_path(&s, "hook/000002.json")), 0);
    assert_int_equal(delivery_store_read(store, &store->items[1], &body, &err), PT_E_DATA);
    assert_int_equal(delivery_store_read(store, &store->items[2], &body, &err), PT_OK);
    str_release(&body);
    delivery_store_close(store);
    scratch_release(&s);
}

struct sweep {
    struct scratch s;
    char folder[128];
};

static pt_status use_once(void *arg, struct pt_error *err)
{
    struct sweep *x = arg;
    struct delivery_store *store = NULL;
    struct str body = {0};
    TRY(delivery_store_open(x->folder, true, &store, err));
    const struct delivery_event event = {
        .item = &store->items[0], .state = DELIVERY_ACCEPTED, .http_status = 200, .error = ""};
    pt_status status = delivery_store_read(store, &store->items[0], &body, err);
    if (status == PT_OK) {
        status = delivery_store_record(store, &event, err);
    }
    if (status != PT_OK) {
        assert_int_equal(store->items[0].state, DELIVERY_PENDING);
    }
    str_release(&body);
    delivery_store_close(store);
    return status;
}

// Back to nothing delivered, so that the next run meets the same state.
static void forget(void *arg, pt_status status)
{
    struct sweep *x = arg;
    char path[160];
    (void)status;
    snprintf(path, sizeof path, "%s/journal", x->folder);
    remove(path);
}

static void test_delivery_store__every_failure_is_clean(void **state)
{
    (void)state;
    struct sweep x = {0};
    scratch_init(&x.s);
    snprintf(x.folder, sizeof x.folder, "%s/hook", x.s.folder);
    assert_int_equal(courier_freeze(x.folder, 2, NULL), PT_OK);
    assert_true(fault_sweep_memory(use_once, forget, &x) > 20);
    assert_true(fault_sweep_calls(use_once, forget, &x, EIO) > 8);
    scratch_release(&x.s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_delivery_store__state_survives),
        cmocka_unit_test(test_delivery_store__disabled_and_enabled),
        cmocka_unit_test(test_delivery_store__one_process_at_a_time),
        cmocka_unit_test(test_delivery_store__journal_cut_anywhere),
        cmocka_unit_test(test_delivery_store__journal_with_any_byte_flipped),
        cmocka_unit_test(test_delivery_store__index_damaged_anywhere),
        cmocka_unit_test(test_delivery_store__changed_bodies_are_found),
        cmocka_unit_test(test_delivery_store__every_failure_is_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
