// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The C library is the reference: strtod for reading, the shortest of %.15g to %.17g for writing.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <float.h>
#include <math.h>

#include "mem.h"
#include "text.h"

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return *seed ^ *seed >> 29;
}

static void test_text_number__reads_whole_numbers_strictly(void **state)
{
    (void)state;

    static const struct {
        const char *text;
        bool is_good;
        int64_t value;
    } cases[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"+7", true, 7},
        {"007", true, 7},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"18446744073709551616", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"+", false, 0},
        {"--1", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"1.0", false, 0},
        {"0x10", false, 0},
        {"1e3", false, 0},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t value = 99;
        assert_int_equal(text_to_i64(text_of(cases[i].text), &value), cases[i].is_good);
        assert_int_equal(value, cases[i].is_good ? cases[i].value : 99);
    }
    uint64_t value = 0;
    assert_true(text_to_u64(text_of("18446744073709551615"), &value));
    assert_true(value == UINT64_MAX);
    assert_false(text_to_u64(text_of("18446744073709551616"), &value));
    assert_false(text_to_u64(text_of("+1"), &value));
    assert_false(text_to_u64(text_of("-1"), &value));
    assert_false(text_to_i64((struct text){NULL, 0}, &(int64_t){0}));
}

static void test_text_number__refuses_what_is_no_decimal(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",     " ",   "-",    "+",   ".",     "-.",     "e5",    ".e5", "1e",    "1e+",
        "1e-",  "1..", "1.2.", "1,5", "0x1",   "inf",    "nan",   "NaN", "1 ",    " 1",
        "1e5.", "1d5", "--1",  "+-1", "1e999", "-1e400", "1_000", "１",  "1e+-1", "infinity"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        double value = 42;
        assert_false(text_to_f64(text_of(bad[i]), &value));
        assert_true(value == 42);
    }
    double value = 42;
    assert_false(text_to_f64((struct text){NULL, 0}, &value));
    assert_false(text_to_f64(text_n("1\0", 2), &value));
}

static void assert_reads_as_strtod(const char *text)
{
    double value = 0;
    double wanted = strtod(text, NULL);
    assert_true(text_to_f64(text_of(text), &value));
    if (memcmp(&value, &wanted, sizeof value) != 0) {
        fail_msg("%s: %.17g instead of %.17g", text, value, wanted);
    }
}

static void test_text_number__reads_exactly(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "0",
        "-0",
        "-0.0e-5",
        "0e999999999999999999999",
        "1.",
        ".5",
        "+.5E+1",
        "9007199254740993",
        "9007199254740992.5",
        "9007199254740993.00000000000000000000000000000000000000000000000000000000000000000000001",
        "1e22",
        "1e23",
        "9007199254740991e22",
        "9007199254740993e-22",
        "123456789012345678901234567890",
        "0.000000000000000000000000000000123456789012345678901234567890",
        "2.2250738585072011e-308",
        "2.2250738585072014e-308",
        "4.9e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1e-400",
        "1e-99999999999999999999",
        "000000000000000000000000000000000000000000000000000000000000000000000001e0000000000003",
        "8.5e0",
        "7.2057594037927933e16",
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_reads_as_strtod(cases[i]);
    }
}

// Half of the smallest double has 751 digits; the last of them, and what follows, decide.
static void test_text_number__reads_long_text_exactly(void **state)
{
    (void)state;
    char text[3000];
    static const int tails[] = {0, 1, 40, 1000};
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        int n = snprintf(text, sizeof text, "%.1100f", 0x1p-1074);
        memset(text + n, '0', (size_t)tails[i]);
        text[n + tails[i]] = '\0';
        assert_reads_as_strtod(text);
        strcat(text, "1e300");
        assert_reads_as_strtod(text);
    }
    snprintf(text, sizeof text, "%.900f", 0x1.0000000000001p-1);
    size_t half = strlen(text);
    assert_reads_as_strtod(text);
    // Half-way between two doubles, then just above by the thousandth digit.
    snprintf(text, sizeof text, "0.5000000000000000555111512312578270211815834045410156250%0900d",
             0);
    assert_reads_as_strtod(text);
    text[half] = '1';
    assert_reads_as_strtod(text);
    assert_int_equal(mem_live_blocks(), 0);
}

static void test_text_number__reads_random_text_as_strtod(void **state)
{
    (void)state;
    uint64_t seed = 20260801;
    char text[1400];
    for (int i = 0; i < 200000; i++) {
        uint64_t r = next_random(&seed);
        double value = 0;
        memcpy(&value, &r, sizeof value);
        value = isfinite(value) ? value : 1;
        unsigned long long a = next_random(&seed);
        unsigned long long b = next_random(&seed);
        switch (i % 5) {
        case 0:
            snprintf(text, sizeof text, "%.*g", 1 + i % 20, value);
            break;
        case 1:
            snprintf(text, sizeof text, "%llu.%02llu", a % 1000000, b % 100);
            break;
        case 2:
            snprintf(text, sizeof text, "-%llu.%llue%d", a, b, (int)(r % 560) - 280);
            break;
        case 3:
            snprintf(text, sizeof text, "0.%0*llu", (int)(r % 300) + 1, a);
            break;
        default:
            snprintf(text, sizeof text, "%.*f", (int)(r % 900), ldexp(value, -700));
            break;
        }
        // %.1g may round up beyond the largest double.
        if (isfinite(strtod(text, NULL))) {
            assert_reads_as_strtod(text);
        }
    }
}

static void assert_writes_shortest(double value)
{
    char wanted[64];
    struct str s = {0};
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(wanted, sizeof wanted, "%.*g", digits, value);
        if (strtod(wanted, NULL) == value) {
            break;
        }
    }
    assert_true(str_add_f64(&s, value));
    assert_string_equal(str_get(&s), wanted);
    str_release(&s);
}

static void test_text_number__writes_shortest(void **state)
{
    (void)state;
    static const double cases[] = {
        0.0,  -0.0, 0.1,    -0.1,    1.0 / 3, 2.0 / 3, 1e15, 1e-4,    9.9999999999999991e-5,
        1e-5, 1e22, 1e23,   1e300,   5e-5,    123.456, 1e14, DBL_MAX, 999999999999999.9,
        -1e9, 0.3,  1e-300, DBL_MIN, 100.0,   1e5,     33.5, 9.5,     99999999999999.99,
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_writes_shortest(cases[i]);
    }
    for (int e = -30; e < 60; e++) {
        double value = ldexp(1, e);
        assert_writes_shortest(value);
        assert_writes_shortest(nextafter(value, 0));
        assert_writes_shortest(-nextafter(value, INFINITY));
    }
    uint64_t seed = 7;
    for (int i = 0; i < 200000; i++) {
        uint64_t r = next_random(&seed);
        assert_writes_shortest(ldexp((double)(r >> 11), -(int)(r % 70)));
        assert_writes_shortest((double)(r >> 40) / (double)(1 + (r & 0xFFF)));
        assert_writes_shortest((double)(r >> 30) / 100);
    }
}

static void test_text_number__writes_small_and_special_values(void **state)
{
    (void)state;

    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {5e-324, "5e-324"}, {1e-310, "1e-310"}, {-5e-324, "-5e-324"}, {1e30, "1e+30"},
        {0.1, "0.1"},       {1e15, "1e+15"},    {-0.0, "-0"},         {12.5, "12.5"},
        {0.0001, "0.0001"}, {1e-5, "1e-05"},    {INFINITY, "inf"},    {100, "100"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct str s = {0};
        assert_true(str_add_f64(&s, cases[i].value));
        assert_string_equal(str_get(&s), cases[i].text);
        str_release(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_number__reads_whole_numbers_strictly),
        cmocka_unit_test(test_text_number__refuses_what_is_no_decimal),
        cmocka_unit_test(test_text_number__reads_exactly),
        cmocka_unit_test(test_text_number__reads_long_text_exactly),
        cmocka_unit_test(test_text_number__reads_random_text_as_strtod),
        cmocka_unit_test(test_text_number__writes_shortest),
        cmocka_unit_test(test_text_number__writes_small_and_special_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
