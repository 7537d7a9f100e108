// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pt_format.h"

static const char *ended(char *text, uint32_t n)
{
    assert_true(n <= PT_FORMAT_MAX);
    text[n] = '\0';
    return text;
}

static void test_pt_format__integers(void **state)
{
    (void)state;
    char out[PT_FORMAT_MAX + 1];
    assert_string_equal(ended(out, pt_format_i64(0, out)), "0");
    assert_string_equal(ended(out, pt_format_i64(-7, out)), "-7");
    assert_string_equal(ended(out, pt_format_i64(INT64_MAX, out)), "9223372036854775807");
    assert_string_equal(ended(out, pt_format_i64(INT64_MIN, out)), "-9223372036854775808");
}

static void test_pt_format__doubles(void **state)
{
    (void)state;

    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0"},
        {-0.0, "0"},
        {12, "12"},
        {-3.5, "-3.5"},
        {0.1, "0.1"},
        {1.0 / 3, "0.3333333333333333"},
        {1e15, "1000000000000000"},
        {9007199254740991, "9007199254740991"},
        {9007199254740992, "9007199254740992"},
        {1e21, "1e+21"},
        {1e-7, "1e-07"},
        {DBL_MAX, "1.7976931348623157e+308"},
        {NAN, ""},
        {INFINITY, ""},
        {-INFINITY, ""},
    };

    char out[PT_FORMAT_MAX + 1];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(ended(out, pt_format_f64(cases[i].value, out)), cases[i].text);
    }
}

static void assert_as_printf(double value)
{
    char out[PT_FORMAT_MAX + 1];
    char expected[64];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(expected, sizeof expected, "%.*g", digits, value);
        if (strtod(expected, NULL) == value) {
            break;
        }
    }
    assert_string_equal(ended(out, pt_format_f64(value, out)), expected);
}

// The C library's digits: of the first of %.15g, %.16g and %.17g that reads back. Random fractions
// of every usual size, powers of two (doubles lie closer below them) and of ten, and their
// neighbours.
static void test_pt_format__doubles_as_printf(void **state)
{
    (void)state;
    uint64_t bits = 7;
    for (int i = 0; i < 500000; i++) {
        double value = 0;
        bits = bits * 6364136223846793005u + 1442695040888963407u;
        uint64_t exponent = 1023 - 14 + (bits >> 58) % 63;
        uint64_t raw = exponent << 52 | (bits << 6) >> 12 | (i % 2 == 0 ? 0 : 1);
        memcpy(&value, &raw, sizeof value);
        if (value < 1e15 && value != floor(value)) {
            assert_as_printf(value);
            assert_as_printf(-value);
        }
    }
    for (int exponent = -14; exponent < 50; exponent++) {
        double power = ldexp(1, exponent);
        for (int k = 0; k < 100; k++) {
            assert_as_printf(power + ldexp(k, exponent - 52) + (exponent >= 0 ? 0.5 : 0));
            assert_as_printf(power - ldexp(k + 1, exponent - 53));
        }
    }
    for (int exponent = -4; exponent < 15; exponent++) {
        double power = pow(10, exponent);
        double up = power;
        double down = power;
        for (int k = 0; k < 1000; k++) {
            up = nextafter(up, INFINITY);
            down = nextafter(down, 0);
            assert_as_printf(up);
            assert_as_printf(down);
        }
    }
    for (int i = 1; i < 200000; i++) {
        assert_as_printf(i / 1000.0 + 0.0001);
        assert_as_printf(0.1 + i / 3.0);
    }
}

// Every double reads back, also the unusual ones.
static void test_pt_format__doubles_read_back(void **state)
{
    (void)state;
    uint64_t bits = 42;
    char out[PT_FORMAT_MAX + 1];
    for (int i = 0; i < 200000; i++) {
        double value = 0;
        bits = bits * 6364136223846793005u + 1442695040888963407u;
        memcpy(&value, &bits, sizeof value);
        if (i % 2 == 0) {
            value = (double)(int64_t)(bits >> 20) / 1e6;
        }
        if (isfinite(value)) {
            assert_true(strtod(ended(out, pt_format_f64(value, out)), NULL) == value);
        }
    }
}

static void test_pt_format__rounded(void **state)
{
    (void)state;

    static const struct {
        double value;
        int32_t decimals;
        const char *text;
    } cases[] = {
        {0.123456789, 4, "0.1235"},
        {0.5, 4, "0.5"},
        {2.50001, 2, "2.5"},
        {-0.0004, 3, "0"},
        {-0.4, 0, "0"},
        {99.999, 2, "100"},
        {1e20, 2, "1e+20"},
        {7, 2, "7"},
        {-1.25, 1, "-1.2"},
        {1e-12, 15, "0.000000000001"},
        {NAN, 2, ""},
        {123456789012345.67, 2, "123456789012345.67"},
    };

    char out[PT_FORMAT_MAX + 1];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t n = pt_format_f64_rounded(cases[i].value, cases[i].decimals, out);
        assert_string_equal(ended(out, n), cases[i].text);
    }
}

static void test_pt_format__dates_and_times(void **state)
{
    (void)state;
    char out[PT_FORMAT_MAX + 1];
    assert_string_equal(ended(out, pt_format_date(0, out)), "1970-01-01");
    assert_string_equal(ended(out, pt_format_date(-719162, out)), "0001-01-01");
    assert_string_equal(ended(out, pt_format_date(2932896, out)), "9999-12-31");
    assert_string_equal(ended(out, pt_format_date(2932897, out)), "+10000-01-01");
    assert_string_equal(ended(out, pt_format_date(-719529, out)), "-0001-12-31");
    assert_string_equal(ended(out, pt_format_time(0, out)), "1970-01-01T00:00:00Z");
    assert_string_equal(ended(out, pt_format_time(-1, out)), "1969-12-31T23:59:59.999999Z");
    assert_string_equal(ended(out, pt_format_time(1748736000120000, out)),
                        "2025-06-01T00:00:00.120Z");
    assert_string_equal(ended(out, pt_format_time(951782399000000, out)), "2000-02-28T23:59:59Z");
    ended(out, pt_format_time(INT64_MIN, out));
    ended(out, pt_format_time(INT64_MAX, out));
    ended(out, pt_format_date(INT32_MIN, out));
    ended(out, pt_format_date(INT32_MAX, out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pt_format__integers),
        cmocka_unit_test(test_pt_format__doubles),
        cmocka_unit_test(test_pt_format__doubles_as_printf),
        cmocka_unit_test(test_pt_format__doubles_read_back),
        cmocka_unit_test(test_pt_format__rounded),
        cmocka_unit_test(test_pt_format__dates_and_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
