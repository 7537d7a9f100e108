// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "mem.h"
#include "scratch.h"

static void test_scratch__kept_and_temporary_are_apart(void **state)
{
    (void)state;
    struct expr_scratch *s = expr_scratch_new();
    uint8_t *kept[50];
    for (size_t i = 0; i < 50; i++) {
        kept[i] = scratch_keep(s, 1000 * i, 1);
        assert_non_null(kept[i]);
        memset(kept[i], (int)i, 1000 * i);
        scratch_rewind(s);
        uint8_t *temporary = scratch_temp(s, 70000, 8);
        memset(temporary, 0xFF, 70000 * 8);
        assert_int_equal((uintptr_t)temporary % 16, 0);
    }
    for (size_t i = 1; i < 50; i++) {
        assert_int_equal(kept[i][0], i);
        assert_int_equal(kept[i][1000 * i - 1], i);
    }
    expr_scratch_free(s);
}

static void test_scratch__reset_uses_the_same_blocks(void **state)
{
    (void)state;
    struct expr_scratch *s = expr_scratch_new();
    for (int round = 0; round < 3; round++) {
        mem_fault_arm(round == 0 ? 0 : 1, true);
        for (size_t i = 0; i < 100; i++) {
            assert_non_null(scratch_keep(s, 10000, i % 7));
            assert_non_null(scratch_temp(s, 3, 100000));
        }
        mem_fault_arm(0, false);
        expr_scratch_reset(s);
    }
    expr_scratch_free(s);
}

static void test_scratch__refuses_sizes_beyond_memory(void **state)
{
    (void)state;
    struct expr_scratch *s = expr_scratch_new();
    assert_null(scratch_keep(s, SIZE_MAX, 2));
    assert_null(scratch_keep(s, SIZE_MAX - 3, 1));
    assert_null(scratch_temp(s, SIZE_MAX / 8, 8));
    assert_non_null(scratch_keep(s, 0, 8));
    expr_scratch_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scratch__kept_and_temporary_are_apart),
        cmocka_unit_test(test_scratch__reset_uses_the_same_blocks),
        cmocka_unit_test(test_scratch__refuses_sizes_beyond_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
