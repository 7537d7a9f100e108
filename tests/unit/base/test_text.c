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

#include "sweep.h"
#include "text.h"

static void test_text__compares_bytes(void **state)
{
    (void)state;
    assert_true(text_compare(text_of("a"), text_of("b")) < 0);
    assert_true(text_compare(text_of("ab"), text_of("a")) > 0);
    assert_true(text_compare(text_of("\x7F"), text_of("\x80")) < 0);
    assert_int_equal(text_compare(text_of(NULL), text_of("")), 0);
    assert_true(text_equal(text_of(NULL), text_of("")));
    assert_false(text_equal(text_of("a"), text_of("b")));
    assert_true(text_is(text_of(NULL), ""));
    assert_false(text_is(text_of("ab"), "a"));
    assert_true(text_starts(text_of("abc"), "ab"));
    assert_true(text_starts(text_of(NULL), ""));
    assert_false(text_starts(text_of("a"), "ab"));
}

static void test_text__trims_ascii_blanks(void **state)
{
    (void)state;
    assert_true(text_is(text_trim(text_of(" \t\r\n\v\f x y \n")), "x y"));
    assert_true(text_is(text_trim(text_of("   ")), ""));
    assert_true(text_is(text_trim(text_of("\xC2\xA0x")), "\xC2\xA0x"));
}

// Well-formed sequences and near misses, each behind 0 to 8 plain bytes.
static void test_text__knows_utf8(void **state)
{
    (void)state;
    static const char *const good[] = {"\x7F",         "\xC2\x80",         "\xDF\xBF",
                                       "\xE0\xA0\x80", "\xED\x9F\xBF",     "\xEE\x80\x80",
                                       "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"};
    static const char *const bad[] = {"\x80",
                                      "\xBF",
                                      "\xC0\x80",
                                      "\xC1\xBF",
                                      "\xC2",
                                      "\xC2\x41",
                                      "\xE0\x9F\xBF",
                                      "\xE0\xA0",
                                      "\xED\xA0\x80",
                                      "\xEF\xBF",
                                      "\xF0\x8F\xBF",
                                      "\xF0\x90\x80",
                                      "\xF4\x90\x80\x80",
                                      "\xF5\x80\x80\x80",
                                      "\xFF",
                                      "\xE2\x28\xA1",
                                      "\xF0\x28\x8C\xBC"};
    char buffer[32];
    for (size_t shift = 0; shift <= 8; shift++) {
        memset(buffer, 'a', shift);
        for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
            strcpy(buffer + shift, good[i]);
            assert_true(text_is_utf8(text_of(buffer), NULL));
        }
        for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
            size_t bad_at = 99;
            strcpy(buffer + shift, bad[i]);
            strcat(buffer, "zzzzzzzzz");
            assert_false(text_is_utf8(text_of(buffer), &bad_at));
            assert_int_equal(bad_at, shift);
            assert_false(text_is_utf8(text_of(buffer), NULL));
        }
    }
    assert_true(text_is_utf8(text_n("a\0b", 3), NULL));
}

static void test_text__str_grows_and_is_terminated(void **state)
{
    (void)state;
    struct str s = {0};
    assert_string_equal(str_get(&s), "");
    for (int i = 0; i < 1000; i++) {
        assert_true(str_addf(&s, "%d,", i % 10));
        assert_int_equal(s.p[s.n], '\0');
    }
    assert_int_equal(s.n, 2000);
    str_reset(&s);
    assert_string_equal(str_get(&s), "");
    assert_true(str_add(&s, "ab") && str_add_char(&s, 'c') && str_add_n(&s, "d\0e", 3));
    assert_int_equal(s.n, 6);
    assert_memory_equal(s.p, "abcd\0e", 7);
    char *taken = str_take(&s);
    assert_string_equal(taken, "abcd");
    assert_null(s.p);
    mem_free(taken);
    taken = str_take(&s);
    assert_string_equal(taken, "");
    mem_free(taken);
    str_release(&s);
    assert_int_equal(mem_live_blocks(), 0);
}

static void test_text__str_failure_sticks(void **state)
{
    (void)state;
    struct str s = {0};
    assert_true(str_add(&s, "abc"));
    mem_fault_arm(1, false);
    char large[100] = {0};
    memset(large, 'x', sizeof large - 1);
    assert_false(str_add(&s, large));
    mem_fault_arm(0, false);
    assert_true(s.failed);
    assert_false(str_add(&s, "d"));
    assert_false(str_addf(&s, "%s", "d"));
    assert_false(str_add_f64(&s, 1.5));
    assert_null(str_get(&s));
    assert_null(str_take(&s));
    assert_int_equal(mem_live_blocks(), 0);
    assert_true(str_add(&s, "again"));
    assert_string_equal(str_get(&s), "again");
    str_release(&s);
}

static bool scenario(void)
{
    struct str s = {0};
    for (int i = 0; i < 100; i++) {
        str_addf(&s, "line %d\n", i);
    }
    str_add_f64(&s, 0.1);
    char *taken = str_take(&s);
    mem_free(taken);
    return taken != NULL;
}

static void test_text__survives_failing_allocations(void **state)
{
    (void)state;
    assert_true(sweep_allocations(scenario) > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text__compares_bytes),
        cmocka_unit_test(test_text__trims_ascii_blanks),
        cmocka_unit_test(test_text__knows_utf8),
        cmocka_unit_test(test_text__str_grows_and_is_terminated),
        cmocka_unit_test(test_text__str_failure_sticks),
        cmocka_unit_test(test_text__survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
