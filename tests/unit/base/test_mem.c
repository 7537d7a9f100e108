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

#include "mem.h"

static void test_mem__refuses_sizes_that_overflow(void **state)
{
    (void)state;
    assert_null(mem_array(SIZE_MAX / 2, 4));
    assert_null(mem_resize(NULL, SIZE_MAX / 2, 4));
    assert_null(mem_zero(SIZE_MAX / 2, 4));
    assert_null(mem_aligned(64, SIZE_MAX - 3));
    assert_int_equal(mem_live_blocks(), 0);
}

static void test_mem__size_zero_gives_unique_blocks(void **state)
{
    (void)state;
    void *a = mem_alloc(0);
    void *b = mem_array(0, 8);
    void *c = mem_zero(0, 0);
    assert_non_null(a);
    assert_non_null(b);
    assert_non_null(c);
    assert_ptr_not_equal(a, b);
    assert_ptr_not_equal(b, c);
    assert_int_equal(mem_live_blocks(), 3);
    mem_free(a);
    mem_free(b);
    mem_free(c);
    mem_free(NULL);
    assert_int_equal(mem_live_blocks(), 0);
}

static void test_mem__aligned_is_aligned(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 63, 64, 65, 4096};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        unsigned char *p = mem_aligned(64, sizes[i]);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % 64, 0);
        memset(p, 1, sizes[i]);
        mem_free(p);
    }
    assert_int_equal(mem_live_blocks(), 0);
}

static void test_mem__counts_resized_blocks_once(void **state)
{
    (void)state;
    char *p = mem_resize(NULL, 4, 1);
    memcpy(p, "abc", 4);
    p = mem_resize(p, 1000, 10);
    assert_string_equal(p, "abc");
    assert_int_equal(mem_live_blocks(), 1);
    p = mem_resize(p, 0, 1);
    assert_non_null(p);
    assert_int_equal(mem_live_blocks(), 1);
    mem_free(p);
    assert_int_equal(mem_live_blocks(), 0);
}

static void test_mem__fault_hits_the_named_call(void **state)
{
    (void)state;
    mem_fault_arm(2, false);
    void *a = mem_alloc(1);
    void *b = mem_zero(1, 1);
    void *c = mem_aligned(64, 1);
    assert_int_equal(mem_fault_calls(), 3);
    mem_fault_arm(1, true);
    assert_null(mem_alloc(1));
    assert_null(mem_strdup("x"));
    assert_null(mem_resize(a, 100, 1));
    mem_fault_arm(0, false);
    assert_non_null(a);
    assert_null(b);
    assert_non_null(c);
    mem_free(a);
    mem_free(c);
    assert_int_equal(mem_live_blocks(), 0);
}

static void test_mem__reserve_doubles_and_keeps_on_failure(void **state)
{
    (void)state;
    int *items = NULL;
    size_t capacity = 0;
    assert_true(mem_reserve(&items, &capacity, 1, sizeof *items));
    assert_int_equal(capacity, 8);
    items[7] = 42;
    assert_true(mem_reserve(&items, &capacity, 8, sizeof *items));
    assert_int_equal(capacity, 8);
    mem_fault_arm(1, true);
    int *before = items;
    assert_false(mem_reserve(&items, &capacity, 9, sizeof *items));
    mem_fault_arm(0, false);
    assert_ptr_equal(items, before);
    assert_int_equal(capacity, 8);
    assert_false(mem_reserve(&items, &capacity, SIZE_MAX / 2, sizeof *items));
    assert_true(mem_reserve(&items, &capacity, 9, sizeof *items));
    assert_int_equal(capacity, 16);
    assert_true(mem_reserve(&items, &capacity, 1000, sizeof *items));
    assert_int_equal(capacity, 1000);
    assert_int_equal(items[7], 42);
    mem_free(items);
}

static void test_mem__strdup_copies(void **state)
{
    (void)state;
    char *a = mem_strdup("");
    char *b = mem_strndup("abcdef", 3);
    assert_string_equal(a, "");
    assert_string_equal(b, "abc");
    mem_free(a);
    mem_free(b);
    assert_int_equal(mem_live_blocks(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mem__refuses_sizes_that_overflow),
        cmocka_unit_test(test_mem__size_zero_gives_unique_blocks),
        cmocka_unit_test(test_mem__aligned_is_aligned),
        cmocka_unit_test(test_mem__counts_resized_blocks_once),
        cmocka_unit_test(test_mem__fault_hits_the_named_call),
        cmocka_unit_test(test_mem__reserve_doubles_and_keeps_on_failure),
        cmocka_unit_test(test_mem__strdup_copies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
