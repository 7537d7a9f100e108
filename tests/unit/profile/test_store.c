// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What is put into a store stays what it is, in memory or on disk; the budget is kept; a disk that
// is full or not there is an error of its own.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fsys.h"
#include "mem.h"
#include "pool.h"
#include "store.h"

#include <errno.h>

#define N_PIECES 4000

static size_t size_of(uint64_t i)
{
    return (size_t)(i * 7919 % 900 + 1);
}

struct pieces {
    struct store *store;
    unsigned char **at;
};

static pt_status take_piece(void *arg, uint64_t item, uint32_t worker, struct pt_error *err)
{
    (void)worker;
    struct pieces *p = arg;
    unsigned char *piece = store_piece(p->store, size_of(item));
    if (piece == NULL) {
        return store_failure(p->store, "pieces", err);
    }
    for (size_t i = 0; i < size_of(item); i++) {
        if (piece[i] != 0) {
            FAIL(err, PT_E_DATA, "a piece is not zero");
        }
    }
    memset(piece, (int)(item % 251), size_of(item));
    p->at[item] = piece;
    return PT_OK;
}

static void check_pieces(uint64_t memory, uint32_t threads)
{
    struct pt_error err = ERROR_INIT;
    struct pool *pool = NULL;
    int64_t blocks = mem_live_blocks();
    struct pieces p = {.at = calloc(N_PIECES, sizeof(unsigned char *))};
    assert_int_equal(store_new(memory, "/tmp", &p.store, &err), PT_OK);
    assert_int_equal(pool_new(threads, &pool, &err), PT_OK);
    assert_int_equal(pool_run(pool, N_PIECES, take_piece, &p, &err), PT_OK);
    store_rest(p.store);
    for (uint64_t i = 0; i < N_PIECES; i++) {
        assert_int_equal((uintptr_t)p.at[i] % 64, 0);
        for (size_t k = 0; k < size_of(i); k++) {
            assert_int_equal(p.at[i][k], i % 251);
        }
    }
    assert_true(store_memory(p.store) <= memory);
    uint64_t all = store_memory(p.store) + store_disk_bytes(p.store);
    assert_true(all >= N_PIECES * 450 && all < 3 * N_PIECES * 500);
    assert_true((store_disk_bytes(p.store) > 0) == (memory < all));
    store_free(p.store);
    pool_free(pool);
    free(p.at);
    assert_int_equal(mem_live_blocks(), blocks);
}

static void test_store__pieces_stay_what_they_are(void **state)
{
    (void)state;
    check_pieces((uint64_t)1 << 30, 1);
    check_pieces((uint64_t)1 << 30, 4);
    check_pieces((uint64_t)1 << 20, 4);
    check_pieces(0, 1);
    check_pieces(0, 4);
}

static void check_arrays(struct store *s, uint64_t budget)
{
    static const size_t sizes[] = {0, 1, 1000, (size_t)1 << 20, (size_t)9 << 20};
    unsigned char *arrays[5];
    for (size_t i = 0; i < 5; i++) {
        arrays[i] = store_array(s, sizes[i], 1);
        assert_non_null(arrays[i]);
        assert_int_equal((uintptr_t)arrays[i] % 64, 0);
        for (size_t k = 0; k < sizes[i]; k += 97) {
            assert_int_equal(arrays[i][k], 0);
            arrays[i][k] = (unsigned char)(i + 1);
        }
        assert_true(store_memory(s) <= budget);
    }
    store_rest(s);
    for (size_t i = 0; i < 5; i++) {
        for (size_t k = 0; k < sizes[i]; k += 97) {
            assert_int_equal(arrays[i][k], i + 1);
        }
        store_drop(s, arrays[i]);
    }
    assert_int_equal(store_memory(s), 0);
}

static void test_store__arrays_come_and_go(void **state)
{
    (void)state;
    struct pt_error err = ERROR_INIT;
    struct store *s = NULL;
    int64_t blocks = mem_live_blocks();
    static const uint64_t budgets[] = {0, (uint64_t)2 << 20, (uint64_t)64 << 20};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(store_new(budgets[i], "/tmp", &s, &err), PT_OK);
        check_arrays(s, budgets[i]);
        check_arrays(s, budgets[i]);
        assert_null(store_array(s, SIZE_MAX / 2, 3));
        assert_null(store_array(s, SIZE_MAX / 2, 1));
        assert_null(store_piece(s, SIZE_MAX));
        store_drop(s, NULL);
        store_free(s);
        assert_int_equal(mem_live_blocks(), blocks);
    }
}

static void test_store__two_share_one_account(void **state)
{
    (void)state;
    struct pt_error err = ERROR_INIT;
    struct store *s = NULL;
    struct store *beside = NULL;
    assert_int_equal(store_new((uint64_t)1 << 20, "/tmp", &s, &err), PT_OK);
    assert_int_equal(store_beside(s, &beside, &err), PT_OK);
    void *a = store_array(beside, 700000, 1);
    assert_true(store_memory(s) >= 700000);
    assert_int_equal(store_disk_bytes(beside), 0);
    void *b = store_array(s, 700000, 1);
    assert_true(store_disk_bytes(s) >= 700000);
    store_limit(s, (uint64_t)4 << 20);
    void *c = store_array(s, 700000, 1);
    assert_true(store_memory(s) >= 1400000);
    store_drop(beside, a);
    store_free(beside);
    assert_true(store_memory(s) < 1400000);
    store_drop(s, b);
    store_drop(s, c);
    store_free(s);
}

static void test_store__a_full_disk_is_told(void **state)
{
    (void)state;
    struct pt_error err = ERROR_INIT;
    struct store *s = NULL;
    assert_int_equal(store_new(0, "/tmp", &s, &err), PT_OK);
    fsys_fault_arm(1, ENOSPC, true);
    assert_null(store_piece(s, 100));
    fsys_fault_arm(0, 0, false);
    assert_int_equal(store_failure(s, "names", &err), PT_E_IO);
    assert_non_null(strstr(err.message, "names"));
    assert_non_null(store_piece(s, 100)); // there is room again
    mem_fault_arm(1, false);
    assert_null(store_array(s, 100, 1));
    assert_int_equal(store_failure(s, "names", &err), PT_E_NO_MEMORY);
    mem_fault_arm(0, false);
    store_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_store__pieces_stay_what_they_are),
        cmocka_unit_test(test_store__arrays_come_and_go),
        cmocka_unit_test(test_store__two_share_one_account),
        cmocka_unit_test(test_store__a_full_disk_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
