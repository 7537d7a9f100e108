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
#include "utf8.h"

static void test_utf8__decodes_what_it_encodes(void **state)
{
    (void)state;
    for (uint32_t code = 0; code <= 0x110000; code++) {
        char bytes[4];
        size_t n = utf8_put(code, bytes);
        bool is_character = code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
        assert_int_equal(n > 0, is_character);
        if (n > 0) {
            struct utf8_char c = utf8_next(text_n(bytes, n));
            assert_true(c.is_valid);
            assert_int_equal(c.code, code);
            assert_int_equal(c.size, n);
            assert_true(text_is_utf8(text_n(bytes, n), NULL));
        }
    }
}

static void test_utf8__takes_bad_bytes_one_by_one(void **state)
{
    (void)state;
    struct utf8_char c = utf8_next(text_of("\xE2\x82"));
    assert_false(c.is_valid);
    assert_int_equal(c.size, 1);
    assert_int_equal(c.code, 0xE2);
    assert_int_equal(utf8_count(text_of("a\xE2\x82"
                                        "b")),
                     4);
    assert_int_equal(utf8_count(text_of("a\xE2\x82\xAC"
                                        "b")),
                     3);
    assert_int_equal(utf8_count(text_of("")), 0);
}

static void test_utf8__shows_controls_escaped(void **state)
{
    (void)state;

    static const struct {
        const char *in;
        const char *shown;
    } cases[] = {
        {"plain \xC3\xA4 \xE4\xB8\xAD \xF0\x9F\x98\x80",
         "plain \xC3\xA4 \xE4\xB8\xAD \xF0\x9F\x98\x80"},
        {"a\x1b[31mb", "a\\x1b[31mb"},
        {"a\r\n\tb", "a\\r\\n\\tb"},
        {"\x7F", "\\x7f"},
        {"\xC2\x9B"
         "31m",
         "\\x9b31m"},
        {"\xE2\x80\xAE"
         "abc",
         "\\u202eabc"},
        {"\xE2\x81\xA6", "\\u2066"},
        {"\xE2\x80\xA8", "\\u2028"},
        {"\xEF\xBB\xBF", "\\ufeff"},
        {"\xF3\xA0\x81\x81", "\\U000e0041"},
        {"\xFF\xC3", "\\xff\\xc3"},
        {"back\\slash", "back\\slash"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct str s = {0};
        assert_true(utf8_add_shown(&s, text_of(cases[i].in)));
        assert_string_equal(str_get(&s), cases[i].shown);
        str_release(&s);
    }
}

static void test_utf8__knows_widths(void **state)
{
    (void)state;
    assert_int_equal(utf8_width('a'), 1);
    assert_int_equal(utf8_width(0xE4), 1);
    assert_int_equal(utf8_width(0x301), 0);
    assert_int_equal(utf8_width(0x4E2D), 2);
    assert_int_equal(utf8_width(0xAC00), 2);
    assert_int_equal(utf8_width(0xFF21), 2);
    assert_int_equal(utf8_width(0x1F600), 2);
    assert_int_equal(utf8_width(0x10FFFF), 1);
}

static bool scenario(void)
{
    struct str s = {0};
    bool done =
        utf8_add_shown(&s, text_of("some text \x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b and more"));
    str_release(&s);
    return done;
}

static void test_utf8__survives_failing_allocations(void **state)
{
    (void)state;
    assert_true(sweep_allocations(scenario) > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_utf8__decodes_what_it_encodes),
        cmocka_unit_test(test_utf8__takes_bad_bytes_one_by_one),
        cmocka_unit_test(test_utf8__shows_controls_escaped),
        cmocka_unit_test(test_utf8__knows_widths),
        cmocka_unit_test(test_utf8__survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
