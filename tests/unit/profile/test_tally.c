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
#include "tally.h"

static void test_tally__rounds_forget_each_other(void **state)
{
    (void)state;
    struct tally t = {0};
    struct pt_error err = ERROR_INIT;
    static const size_t sizes[] = {0, 1, 5, 500, 3, 2000, 64, 0};
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        size_t n = sizes[s];
        assert_int_equal(tally_begin(&t, n, &err), PT_OK);
        for (size_t i = 0; i < n; i++) {
            tally_add(&t, (i % 7) << 56 | (s << 8)); // differ in their highest bits only
        }
        assert_int_equal(t.n, n < 7 ? n : 7);
        for (size_t i = 0; i < t.n; i++) {
            assert_int_equal(t.items[i].value, i << 56 | (s << 8)); // in order of arrival
            assert_int_equal(t.items[i].n, n / 7 + (i < n % 7));
        }
    }
    tally_release(&t);
}

static void test_tally__a_failed_round_can_be_begun_again(void **state)
{
    (void)state;
    struct tally t = {0};
    struct pt_error err = ERROR_INIT;
    int64_t blocks = mem_live_blocks();
    for (uint64_t at = 1; at <= 2; at++) {
        mem_fault_arm(at, false);
        assert_int_equal(tally_begin(&t, 100, &err), PT_E_NO_MEMORY);
        mem_fault_arm(0, false);
    }
    assert_int_equal(tally_begin(&t, 100, &err), PT_OK);
    tally_add(&t, 1);
    assert_int_equal(t.n, 1);
    tally_release(&t);
    assert_int_equal(mem_live_blocks(), blocks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tally__rounds_forget_each_other),
        cmocka_unit_test(test_tally__a_failed_round_can_be_begun_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
