// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Interning alone and by many threads at once: one code a text, whoever comes first.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "intern.h"
#include "mem.h"
#include "pool.h"

#define N_TEXTS 20000
#define N_ROUNDS 64

static struct text text_at(char (*buffer)[24], uint32_t i)
{
    // Lengths from 0 to 18, with bytes of all kinds in front.
    int n = snprintf(*buffer, sizeof *buffer, "%c%u-%0*u", (char)(1 + i % 255), i, (int)(i % 9) + 1,
                     i % 7);
    return text_n(*buffer, i == 0 ? 0 : (size_t)n);
}

static bool is_even(const void *arg, struct text key)
{
    (void)arg;
    return key.n % 2 == 0;
}

static struct store *new_store(uint64_t memory)
{
    struct pt_error err = ERROR_INIT;
    struct store *store = NULL;
    assert_int_equal(store_new(memory, "/tmp", &store, &err), PT_OK);
    return store;
}

static void test_intern__finds_what_it_was_given(void **state)
{
    (void)state;
    struct pt_error err = ERROR_INIT;
    struct intern *t = NULL;
    struct store *store = new_store(UINT64_MAX);
    struct intern_options options = {.store = store, .payload_bytes = 16, .check = is_even};
    assert_int_equal(intern_new(&options, &t, &err), PT_OK);
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < N_TEXTS; i++) {
            char buffer[24];
            struct text key = text_at(&buffer, i);
            struct intern_entry *e = NULL;
            assert_int_equal(intern_many(t, &key, 1, &e, &err), PT_OK);
            uint64_t *payload = intern_payload(e);
            assert_int_equal(payload[0], round == 0 ? 0 : i);
            payload[0] = i;
            payload[1] = UINT64_MAX;
            assert_true(text_equal(intern_key(t, e), key));
            assert_ptr_equal(intern_at(t, e->code), e);
            assert_int_equal(intern_is_flagged(e), key.n % 2 == 0);
        }
    }
    assert_int_equal(intern_count(t), N_TEXTS);
    uint64_t n = 0;
    for (uint32_t code = 1; code < intern_end(t); code++) {
        n += intern_at(t, code) != NULL;
    }
    assert_int_equal(n, N_TEXTS);
    intern_free(t);
    store_free(store);
}

static void test_intern__keeps_long_and_absent_keys_apart(void **state)
{
    (void)state;
    struct pt_error err = ERROR_INIT;
    struct intern *t = NULL;
    struct store *store = new_store(1 << 20); // the rest goes to disk
    struct intern_options options = {.store = store};
    size_t n = (size_t)20 << 20; // larger than any segment
    char *huge = calloc(2, n);
    huge[n - 1] = 'x';
    assert_int_equal(intern_new(&options, &t, &err), PT_OK);
    struct text keys[] = {text_n(huge, n),     INTERN_ABSENT,     text_of(""),
                          text_n(huge, n - 1), text_n(huge, n),   text_n("\0", 1),
                          text_n(NULL, 0),     text_n("\0\0", 2), text_of("x")};
    struct intern_entry *e[9];
    assert_int_equal(intern_many(t, keys, 9, e, &err), PT_OK);
    assert_null(e[1]);
    assert_ptr_equal(e[0], e[4]);
    assert_ptr_equal(e[2], e[6]);
    assert_int_equal(intern_count(t), 6);
    assert_true(text_equal(intern_text(t, e[0]->code), keys[0]));
    assert_true(store_disk_bytes(store) >= 2 * n);
    intern_free(t);
    store_free(store);
    free(huge);
}

struct race {
    struct intern *table;
    uint32_t *codes; // [N_ROUNDS][N_TEXTS]
};

static pt_status run_round(void *arg, uint64_t item, uint32_t worker, struct pt_error *err)
{
    (void)worker;
    struct race *r = arg;
    static const uint32_t steps[] = {1, 7, 11, 13, 17, 19, 23, 29}; // prime to N_TEXTS
    for (uint32_t i = 0; i < N_TEXTS; i += 10) {
        char buffers[10][24];
        struct text keys[10];
        struct intern_entry *e[10];
        uint32_t which[10];
        for (uint32_t k = 0; k < 10; k++) {
            which[k] = (i + k) * steps[item % 8] % N_TEXTS;
            keys[k] = text_at(&buffers[k], which[k]);
        }
        TRY(intern_many(r->table, keys, 10, e, err));
        for (uint32_t k = 0; k < 10; k++) {
            uint64_t *payload = intern_payload(e[k]);
            __atomic_fetch_add(payload, 1, __ATOMIC_RELAXED);
            r->codes[item * N_TEXTS + which[k]] = e[k]->code;
        }
    }
    return PT_OK;
}

static void test_intern__threads_agree_on_codes(void **state)
{
    (void)state;
    struct pt_error err = ERROR_INIT;
    struct store *store = new_store(0);
    struct store *finder = NULL;
    assert_int_equal(store_beside(store, &finder, &err), PT_OK);
    struct intern_options options = {.store = store, .finder = finder, .payload_bytes = 8};
    struct race r = {0};
    struct pool *pool = NULL;
    r.codes = calloc(N_ROUNDS, N_TEXTS * sizeof *r.codes);
    assert_int_equal(pool_new(8, &pool, &err), PT_OK);
    assert_int_equal(intern_new(&options, &r.table, &err), PT_OK);
    assert_int_equal(pool_run(pool, N_ROUNDS, run_round, &r, &err), PT_OK);
    assert_int_equal(intern_count(r.table), N_TEXTS);
    for (size_t i = 0; i < N_TEXTS; i++) {
        for (size_t round = 1; round < N_ROUNDS; round++) {
            assert_int_equal(r.codes[round * N_TEXTS + i], r.codes[i]);
        }
        uint64_t *payload = intern_payload(intern_at(r.table, r.codes[i]));
        assert_int_equal(*payload, N_ROUNDS);
    }
    pool_free(pool);
    intern_free(r.table);
    store_free(finder);
    store_free(store);
    free(r.codes);
}

static void test_intern__survives_failing_allocations(void **state)
{
    (void)state;
    for (uint64_t at = 1;; at++) {
        int64_t blocks = mem_live_blocks();
        struct pt_error err = ERROR_INIT;
        struct store *store = new_store(at % 2 == 0 ? 0 : 100000);
        struct intern_options options = {.store = store};
        struct intern *t = NULL;
        mem_fault_arm(at, false);
        pt_status status = intern_new(&options, &t, &err);
        uint32_t i = 0;
        for (; i < 2000 && status == PT_OK; i++) {
            char buffer[24];
            struct text key = text_at(&buffer, i);
            struct intern_entry *e = NULL;
            status = intern_many(t, &key, 1, &e, &err);
        }
        uint64_t calls = mem_fault_calls();
        mem_fault_arm(0, false);
        if (status != PT_OK) {
            assert_int_equal(status, PT_E_NO_MEMORY);
            assert_true(t == NULL || intern_count(t) == i - 1); // the failed one left no trace
        }
        intern_free(t);
        store_free(store);
        assert_int_equal(mem_live_blocks(), blocks);
        if (calls < at) {
            assert_int_equal(status, PT_OK);
            break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_intern__finds_what_it_was_given),
        cmocka_unit_test(test_intern__keeps_long_and_absent_keys_apart),
        cmocka_unit_test(test_intern__threads_agree_on_codes),
        cmocka_unit_test(test_intern__survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
