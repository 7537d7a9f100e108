// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "pt_utf8.h"

// Every scalar value is good, alone and at every place of a word; nothing else of the same length.
static void test_pt_utf8__every_code_point(void **state)
{
    (void)state;
    for (uint32_t code = 1; code < 0x120000; code += code < 0x11000 ? 1 : 37) {
        uint8_t text[4];
        uint32_t n = pt_utf8_put(code, text);
        bool is_scalar = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
        assert_int_equal(n > 0, is_scalar);
        if (n == 0) {
            continue;
        }
        for (uint32_t place = 0; place < 20; place += 7) {
            uint8_t line[40];
            memset(line, 'a', sizeof line);
            memcpy(line + place, text, n);
            assert_int_equal(pt_utf8_check(line, sizeof line), PT_UTF8_GOOD);
            assert_int_equal(pt_utf8_check(line, place + n), PT_UTF8_GOOD);
            if (n > 1) {
                assert_int_equal(pt_utf8_check(line, place + n - 1), PT_UTF8_BAD);
            }
        }
    }
}

static void test_pt_utf8__bad_sequences(void **state)
{
    (void)state;
    static const char *const bad[] = {"\x80",
                                      "\xbf",
                                      "\xc0\xaf",
                                      "\xc1\xbf",
                                      "\xe0\x80\xaf",
                                      "\xe0\x9f\xbf",
                                      "\xed\xa0\x80",
                                      "\xed\xbf\xbf",
                                      "\xf0\x80\x80\xaf",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xff",
                                      "\xfe",
                                      "\xc3",
                                      "\xe2\x82",
                                      "\xf0\x9f\x92",
                                      "\xc3(",
                                      "\xe2(\xa1",
                                      "\xe2\x82(",
                                      "\xf0\x9f\x92(",
                                      "a\xffzzzzzzzzzzzz"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char line[64];
        int n = snprintf(line, sizeof line, "12345678%s12345678", bad[i]);
        assert_int_equal(pt_utf8_check((const uint8_t *)line, (uint64_t)n), PT_UTF8_BAD);
        assert_false(pt_utf8_is_valid((const uint8_t *)line, (uint64_t)n));
    }
}

static void test_pt_utf8__nul_is_told_apart(void **state)
{
    (void)state;
    for (uint64_t at = 0; at < 24; at++) {
        uint8_t line[24];
        memset(line, 'b', sizeof line);
        line[at] = 0;
        assert_int_equal(pt_utf8_check(line, sizeof line), PT_UTF8_NUL);
        assert_true(pt_utf8_is_valid(line, sizeof line));
    }
    assert_int_equal(pt_utf8_check((const uint8_t *)"\xff\0", 2), PT_UTF8_BAD);
    assert_int_equal(pt_utf8_check(NULL, 0), PT_UTF8_GOOD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pt_utf8__every_code_point),
        cmocka_unit_test(test_pt_utf8__bad_sequences),
        cmocka_unit_test(test_pt_utf8__nul_is_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
