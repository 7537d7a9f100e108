// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pt_number.h"

static bool parse_i64(const char *text, int64_t *out)
{
    return pt_number_i64((const uint8_t *)text, strlen(text), out);
}

static bool parse_f64(const char *text, double *out)
{
    return pt_number_f64((const uint8_t *)text, strlen(text), out);
}

static void test_pt_number__whole_numbers_to_the_limits(void **state)
{
    (void)state;

    static const struct {
        const char *text;
        int64_t value;
    } good[] = {{"0", 0},
                {"-0", 0},
                {"+7", 7},
                {"007", 7},
                {"-42", -42},
                {"9223372036854775807", INT64_MAX},
                {"-9223372036854775808", INT64_MIN}};

    static const char *const bad[] = {"",
                                      "-",
                                      "+",
                                      "1 ",
                                      " 1",
                                      "1.0",
                                      "0x1",
                                      "1e3",
                                      "--1",
                                      "9223372036854775808",
                                      "-9223372036854775809",
                                      "99999999999999999999",
                                      "12a",
                                      "\xEF\xBC\x91"};
    int64_t v = 5;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(parse_i64(good[i].text, &v));
        assert_true(v == good[i].value);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(parse_i64(bad[i], &v));
    }
}

static void test_pt_number__reals_are_strict(void **state)
{
    (void)state;
    static const char *const bad[] = {"",       ".",     "-",    "e5",       "1e",  "1e+", "1 ",
                                      " 1",     "1.2.3", "0x10", "inf",      "nan", "1,5", "1e400",
                                      "-1e400", "1e5x",  "1_0",  "infinity", "+-1"};
    double v = 0;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(parse_f64(bad[i], &v));
    }
    assert_true(parse_f64("5.", &v) && v == 5);
    assert_true(parse_f64("-.5", &v) && v == -.5);
    assert_true(parse_f64("0e999999999999", &v) && v == 0);
    assert_true(parse_f64("1e-999999999999", &v) && v == 0);
    assert_true(parse_f64("-0", &v) && v == 0 && signbit(v));
    char text[1100];
    memset(text, '1', sizeof text);
    assert_false(pt_number_f64((const uint8_t *)text, 1001, &v));
    assert_true(pt_number_f64((const uint8_t *)text, 300, &v));
}

static void check_nearest(const char *text)
{
    double v = 0;
    double expected = strtod(text, NULL);
    assert_true(parse_f64(text, &v));
    if (memcmp(&v, &expected, sizeof v) != 0) {
        fail_msg("%s: %a, not %a", text, v, expected);
    }
}

static void test_pt_number__reals_are_the_nearest(void **state)
{
    (void)state;
    static const char *const hard[] = {"9007199254740993",
                                       "9007199254740992.5",
                                       "0.1",
                                       "123456789012345678901234567890",
                                       "2.2250738585072011e-308",
                                       "4.9e-324",
                                       "2.4703282292062328e-324",
                                       "1.7976931348623157e308",
                                       "8.5e22",
                                       "1e23",
                                       "9007199254740991e22",
                                       "1.00000000000000011102230246251565"};
    for (size_t i = 0; i < sizeof hard / sizeof hard[0]; i++) {
        check_nearest(hard[i]);
    }
    uint64_t seed = 42;
    for (uint32_t i = 0; i < 200000; i++) {
        char text[64];
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
        uint64_t mantissa = seed >> (seed >> 58);
        int exponent = (int)(seed >> 20 & 63) - 32;
        snprintf(text, sizeof text, "%s%llu.%02llue%d", (seed & 1) != 0 ? "-" : "",
                 (unsigned long long)mantissa, (unsigned long long)(seed >> 7) % 100, exponent);
        check_nearest(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pt_number__whole_numbers_to_the_limits),
        cmocka_unit_test(test_pt_number__reals_are_strict),
        cmocka_unit_test(test_pt_number__reals_are_the_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
