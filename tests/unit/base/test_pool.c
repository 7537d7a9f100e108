// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "pool.h"
#include "sweep.h"

struct counts {
    struct pool *pool;
    atomic_uint_fast32_t seen[5000];
    atomic_uint_fast32_t by_worker[64];
    atomic_uint_fast64_t n_run;
    uint64_t fails_at[3];
    size_t n_fails;
};

static pt_status count_item(void *arg, uint64_t item, uint32_t worker, struct pt_error *err)
{
    struct counts *c = arg;
    atomic_fetch_add(&c->seen[item], 1);
    atomic_fetch_add(&c->by_worker[worker], 1);
    atomic_fetch_add(&c->n_run, 1);
    for (size_t i = 0; i < c->n_fails; i++) {
        if (c->fails_at[i] == item) {
            // The smallest takes longest, so that later failures are noted first.
            usleep(item < 100 ? 3000 : 0);
            return error_set(err, PT_E_DATA, "item %d is bad", (int)item);
        }
    }
    return PT_OK;
}

static struct pool *pool_of(uint32_t threads)
{
    struct pool *p = NULL;
    struct pt_error err = ERROR_INIT;
    assert_int_equal(pool_new(threads, &p, &err), PT_OK);
    return p;
}

static void test_pool__runs_each_item_once(void **state)
{
    (void)state;
    static const uint32_t threads[] = {1, 2, 3, 8, 64};
    for (size_t t = 0; t < sizeof threads / sizeof threads[0]; t++) {
        struct pool *p = pool_of(threads[t]);
        assert_int_equal(pool_threads(p), threads[t]);
        for (uint64_t n = 0; n <= 5000; n = n == 0 ? 1 : n * 5) {
            static struct counts c;
            memset(&c, 0, sizeof c);
            assert_int_equal(pool_run(p, n, count_item, &c, NULL), PT_OK);
            assert_int_equal(atomic_load(&c.n_run), n);
            for (uint64_t i = 0; i < n; i++) {
                assert_int_equal(atomic_load(&c.seen[i]), 1);
            }
            for (uint32_t w = threads[t]; w < 64; w++) {
                assert_int_equal(atomic_load(&c.by_worker[w]), 0);
            }
        }
        pool_free(p);
    }
    pool_free(NULL);
    assert_int_equal(mem_live_blocks(), 0);
}

static void test_pool__many_short_rounds(void **state)
{
    (void)state;
    struct pool *p = pool_of(4);
    static struct counts c;
    memset(&c, 0, sizeof c);
    for (int round = 0; round < 5000; round++) {
        assert_int_equal(pool_run(p, 5, count_item, &c, NULL), PT_OK);
        assert_int_equal(atomic_load(&c.n_run), 5 * (round + 1));
    }
    pool_free(p);
}

static void test_pool__smallest_failing_item_wins(void **state)
{
    (void)state;
    for (int round = 0; round < 60; round++) {
        struct pool *p = pool_of((uint32_t)(1 + round % 8));
        static struct counts c;
        memset(&c, 0, sizeof c);
        c.fails_at[0] = 4000;
        c.fails_at[1] = 57;
        c.fails_at[2] = 58 + (uint64_t)round;
        c.n_fails = 3;
        struct pt_error err = ERROR_INIT;
        assert_int_equal(pool_run(p, 5000, count_item, &c, &err), PT_E_DATA);
        assert_int_equal(err.code, PT_E_DATA);
        assert_string_equal(err.message, "item 57 is bad");
        for (uint64_t i = 0; i <= 57; i++) {
            assert_int_equal(atomic_load(&c.seen[i]), 1);
        }
        // The pool goes on after a failure.
        memset(&c, 0, sizeof c);
        assert_int_equal(pool_run(p, 100, count_item, &c, &err), PT_OK);
        assert_int_equal(atomic_load(&c.n_run), 100);
        pool_free(p);
    }
}

static void test_pool__failure_stops_new_items(void **state)
{
    (void)state;
    struct pool *p = pool_of(2);
    static struct counts c;
    memset(&c, 0, sizeof c);
    c.fails_at[0] = 4000;
    c.n_fails = 1;
    assert_int_equal(pool_run(p, 5000, count_item, &c, NULL), PT_E_DATA);
    assert_true(atomic_load(&c.n_run) >= 4001);
    pool_free(p);
    p = pool_of(1);
    memset(&c, 0, sizeof c);
    c.fails_at[0] = 4000;
    c.n_fails = 1;
    assert_int_equal(pool_run(p, 5000, count_item, &c, NULL), PT_E_DATA);
    assert_int_equal(atomic_load(&c.n_run), 4001);
    pool_free(p);
}

static pt_status fail_mutely(void *arg, uint64_t item, uint32_t worker, struct pt_error *err)
{
    (void)arg;
    (void)worker;
    (void)err;
    return item == 3 ? PT_E_LIMIT : PT_OK;
}

static void test_pool__mute_failure_gets_a_message(void **state)
{
    (void)state;
    struct pool *p = pool_of(3);
    struct pt_error err = ERROR_INIT;
    assert_int_equal(pool_run(p, 10, fail_mutely, NULL, &err), PT_E_LIMIT);
    assert_int_equal(err.code, PT_E_LIMIT);
    assert_string_equal(err.message, "item 3: limit exceeded");
    pool_free(p);
}

struct nested {
    struct pool *pool;
    pthread_t thread;
    uint32_t worker;
    atomic_uint_fast64_t n_run;
};

static pt_status inner_item(void *arg, uint64_t item, uint32_t worker, struct pt_error *err)
{
    struct nested *n = arg;
    if (!pthread_equal(n->thread, pthread_self()) || n->worker != worker) {
        return error_set(err, PT_E_INTERNAL, "item %d ran elsewhere", (int)item);
    }
    atomic_fetch_add(&n->n_run, 1);
    return PT_OK;
}

static pt_status outer_item(void *arg, uint64_t item, uint32_t worker, struct pt_error *err)
{
    struct counts *c = arg;
    struct nested n = {.pool = c->pool, .thread = pthread_self(), .worker = worker};
    TRY(pool_run(c->pool, 50, inner_item, &n, err));
    atomic_fetch_add(&c->n_run, atomic_load(&n.n_run));
    return item == 30 && c->n_fails > 0 ? pool_run(c->pool, 10, fail_mutely, NULL, err) : PT_OK;
}

static void test_pool__nested_calls_stay_in_their_thread(void **state)
{
    (void)state;
    static const uint32_t threads[] = {1, 2, 6};
    for (size_t t = 0; t < 3; t++) {
        static struct counts c;
        memset(&c, 0, sizeof c);
        c.pool = pool_of(threads[t]);
        struct pt_error err = ERROR_INIT;
        assert_int_equal(pool_run(c.pool, 200, outer_item, &c, &err), PT_OK);
        assert_int_equal(atomic_load(&c.n_run), 200 * 50);
        c.n_fails = 1;
        assert_int_equal(pool_run(c.pool, 200, outer_item, &c, &err), PT_E_LIMIT);
        assert_string_equal(err.message, "item 3: limit exceeded");
        pool_free(c.pool);
    }
}

static void *run_from_outside(void *arg)
{
    struct counts *c = arg;
    for (int i = 0; i < 50; i++) {
        if (pool_run(c->pool, 100, count_item, c, NULL) != PT_OK) {
            return arg;
        }
    }
    return NULL;
}

static void test_pool__several_callers_take_turns(void **state)
{
    (void)state;
    static struct counts c;
    memset(&c, 0, sizeof c);
    c.pool = pool_of(3);
    pthread_t callers[4];
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&callers[i], NULL, run_from_outside, &c), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        void *failed = NULL;
        pthread_join(callers[i], &failed);
        assert_null(failed);
    }
    assert_int_equal(atomic_load(&c.n_run), 4 * 50 * 100);
    pool_free(c.pool);
}

static void test_pool__counts_processors_and_refuses_too_many(void **state)
{
    (void)state;
    struct pool *p = pool_of(0);
    struct pt_error err = ERROR_INIT;
    assert_in_range(pool_threads(p), 1, 1024);
    pool_free(p);
    p = NULL;
    assert_int_equal(pool_new(100000, &p, &err), PT_E_INVALID);
    assert_null(p);
}

static bool scenario(void)
{
    struct pool *p = NULL;
    struct pt_error err = ERROR_INIT;
    static struct counts c;
    pt_status status = pool_new(2, &p, &err);
    assert_true(status == PT_OK || (status == PT_E_NO_MEMORY && err.code == status && p == NULL));
    if (status == PT_OK) {
        assert_int_equal(pool_run(p, 20, count_item, &c, &err), PT_OK);
    }
    pool_free(p);
    return status == PT_OK;
}

static void test_pool__survives_failing_allocations(void **state)
{
    (void)state;
    assert_int_equal(sweep_allocations(scenario), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pool__runs_each_item_once),
        cmocka_unit_test(test_pool__many_short_rounds),
        cmocka_unit_test(test_pool__smallest_failing_item_wins),
        cmocka_unit_test(test_pool__failure_stops_new_items),
        cmocka_unit_test(test_pool__mute_failure_gets_a_message),
        cmocka_unit_test(test_pool__nested_calls_stay_in_their_thread),
        cmocka_unit_test(test_pool__several_callers_take_turns),
        cmocka_unit_test(test_pool__counts_processors_and_refuses_too_many),
        cmocka_unit_test(test_pool__survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
