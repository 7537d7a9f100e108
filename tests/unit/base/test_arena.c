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

#include "arena.h"
#include "mem.h"
#include "sweep.h"

static void test_arena__aligns_and_keeps_apart(void **state)
{
    (void)state;
    struct arena a = {0};
    unsigned char *last = NULL;
    for (size_t size = 0; size < 3000; size++) {
        unsigned char *p = arena_alloc(&a, size);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % 16, 0);
        memset(p, (int)(size & 0xFF), size);
        if (last != NULL && size > 1) {
            assert_int_equal(last[size - 2], (size - 1) & 0xFF);
        }
        last = p;
    }
    arena_release(&a);
    assert_int_equal(mem_live_blocks(), 0);
}

static void test_arena__blocks_double_up_to_a_mebibyte(void **state)
{
    (void)state;
    struct arena a = {0};
    for (size_t i = 0; i < 5000; i++) {
        assert_non_null(arena_alloc(&a, 1024));
    }
    // 4 KiB ... 1 MiB are 2^21 - 4096 bytes, then 1 MiB each.
    assert_true(a.total >= 5000 * 1024);
    assert_true(a.total <= 5000 * 1024 + 2 * ((size_t)1 << 20));
    assert_true(mem_live_blocks() <= 9 + 5);
    char *large = arena_alloc(&a, 3 << 20);
    assert_non_null(large);
    memset(large, 1, 3 << 20);
    arena_release(&a);
    assert_int_equal(a.total, 0);
    assert_int_equal(mem_live_blocks(), 0);
}

static void test_arena__refuses_sizes_that_overflow(void **state)
{
    (void)state;
    struct arena a = {0};
    assert_null(arena_alloc(&a, SIZE_MAX));
    assert_null(arena_alloc(&a, SIZE_MAX - 40));
    assert_null(arena_zero(&a, SIZE_MAX / 2, 3));
    assert_null(arena_strndup(&a, "x", SIZE_MAX));
    assert_int_equal(mem_live_blocks(), 0);
}

static void test_arena__copies_text(void **state)
{
    (void)state;
    struct arena a = {0};
    struct text copy = {0};
    assert_string_equal(arena_strdup(&a, "abc"), "abc");
    assert_string_equal(arena_strndup(&a, "abcdef", 2), "ab");
    assert_string_equal(arena_strndup(&a, NULL, 0), "");
    assert_true(arena_text(&a, text_n("a\0b", 3), &copy));
    assert_memory_equal(copy.p, "a\0b", 4);
    assert_int_equal(copy.n, 3);
    assert_string_equal(arena_printf(&a, "%d-%s", 7, "x"), "7-x");
    char long_text[6000];
    memset(long_text, 'y', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    assert_string_equal(arena_printf(&a, "%s", long_text), long_text);
    unsigned char *zero = arena_zero(&a, 100, 7);
    for (size_t i = 0; i < 700; i++) {
        assert_int_equal(zero[i], 0);
    }
    arena_release(&a);
}

static void test_arena__reset_keeps_the_largest_block(void **state)
{
    (void)state;
    struct arena a = {0};
    arena_reset(&a);
    assert_int_equal(mem_live_blocks(), 0);
    assert_non_null(arena_alloc(&a, 100));
    assert_non_null(arena_alloc(&a, 200000));
    assert_non_null(arena_alloc(&a, 100));
    arena_reset(&a);
    assert_int_equal(mem_live_blocks(), 1);
    assert_int_equal(a.used, 0);
    size_t kept = a.total;
    assert_true(kept >= 200000);
    assert_non_null(arena_alloc(&a, kept));
    assert_int_equal(mem_live_blocks(), 1);
    arena_release(&a);
    assert_int_equal(mem_live_blocks(), 0);
}

static bool scenario(void)
{
    struct arena a = {0};
    struct text copy = {0};
    bool done = arena_alloc(&a, 10) != NULL && arena_zero(&a, 1000, 100) != NULL &&
                arena_strdup(&a, "text") != NULL && arena_text(&a, text_of("x"), &copy) &&
                arena_printf(&a, "%5000d", 1) != NULL && arena_alloc(&a, 1 << 21) != NULL;
    arena_reset(&a);
    arena_release(&a);
    return done;
}

static void test_arena__survives_failing_allocations(void **state)
{
    (void)state;
    assert_int_equal(sweep_allocations(scenario), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arena__aligns_and_keeps_apart),
        cmocka_unit_test(test_arena__blocks_double_up_to_a_mebibyte),
        cmocka_unit_test(test_arena__refuses_sizes_that_overflow),
        cmocka_unit_test(test_arena__copies_text),
        cmocka_unit_test(test_arena__reset_keeps_the_largest_block),
        cmocka_unit_test(test_arena__survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
