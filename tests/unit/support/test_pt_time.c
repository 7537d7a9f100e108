// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "pt_time.h"

static const uint8_t *bytes(const char *text)
{
    return (const uint8_t *)text;
}

static void test_pt_time__days_agree_with_the_c_library(void **state)
{
    (void)state;
    for (int64_t day = -800000; day < 800000; day += 13) {
        time_t seconds = (time_t)(day * 86400);
        struct tm parts;
        int32_t year = 0;
        uint32_t month = 0;
        uint32_t date = 0;
        assert_non_null(gmtime_r(&seconds, &parts));
        pt_time_civil(day, &year, &month, &date);
        assert_int_equal(year, parts.tm_year + 1900);
        assert_int_equal(month, parts.tm_mon + 1);
        assert_int_equal(date, parts.tm_mday);
        assert_true(pt_time_days(year, month, date) == day);
        assert_true(pt_time_is_date(year, month, date));
    }
    assert_false(pt_time_is_date(2023, 2, 29));
    assert_true(pt_time_is_date(2024, 2, 29));
    assert_false(pt_time_is_date(1900, 2, 29));
    assert_true(pt_time_is_date(2000, 2, 29));
    assert_false(pt_time_is_date(2024, 4, 31));
    assert_false(pt_time_is_date(2024, 0, 1));
    assert_false(pt_time_is_date(2024, 13, 1));
    assert_false(pt_time_is_date(2024, 1, 0));
}

struct sample {
    const char *text;
    int64_t us;
};

static void test_pt_time__apache(void **state)
{
    (void)state;
    static const struct sample good[] = {{"10/Oct/2000:13:55:36 -0700", INT64_C(971211336000000)},
                                         {"01/Jan/2025:08:10:08 +0800", INT64_C(1735690208000000)},
                                         {"31/dec/1969:23:59:59 +0000", INT64_C(-1000000)},
                                         {"30/Jun/2015:23:59:60 +0000", INT64_C(1435708800000000)}};
    static const char *const bad[] = {"",
                                      "10/Oct/2000:13:55:36",
                                      "10/Oct/2000:13:55:36 -07:00",
                                      "10/Oct/2000:13:55:36 -070",
                                      "1/Oct/2000:13:55:36 -07000",
                                      "32/Oct/2000:13:55:36 -0700",
                                      "10/Okt/2000:13:55:36 -0700",
                                      "10/Oct/2000:24:00:00 -0700",
                                      "10/Oct/2000:13:60:36 -0700",
                                      "10/Oct/2000:13:55:61 -0700",
                                      "10/Oct/2000:13:55:36 +2400",
                                      "10/Oct/2000:13:55:36 +0060",
                                      "10/Oct/2000 13:55:36 -0700",
                                      "10/Oct/20o0:13:55:36 -0700",
                                      "10/Oct/2000:13:55:36 -0700 ",
                                      "29/Feb/2023:13:55:36 -0700"};
    int64_t us = 0;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(pt_time_clf(bytes(good[i].text), strlen(good[i].text), &us));
        assert_true(us == good[i].us);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (pt_time_clf(bytes(bad[i]), strlen(bad[i]), &us)) {
            fail_msg("%s was read", bad[i]);
        }
    }
}

static void test_pt_time__iso(void **state)
{
    (void)state;
    static const struct sample good[] = {
        {"2025-06-01", INT64_C(1748736000000000)},
        {"20250601", INT64_C(1748736000000000)},
        {"2025-06-01T00:00", INT64_C(1748736000000000)},
        {"2025-06-01T00:00:00Z", INT64_C(1748736000000000)},
        {"2025-06-01t08:00:00+08:00", INT64_C(1748736000000000)},
        {"2025-06-01 08:00:00 +0800", INT64_C(1748736000000000)},
        {"2025-06-01 08:00:00+08", INT64_C(1748736000000000)},
        {"20250531T160000-0800", INT64_C(1748736000000000)},
        {"2025-06-01T00:00:00.5Z", INT64_C(1748736000500000)},
        {"2025-06-01T00:00:00,123456789Z", INT64_C(1748736000123456)},
        {"1969-12-31T23:59:59.999999Z", INT64_C(-1)}};
    static const char *const bad[] = {"",
                                      "2025",
                                      "2025-06",
                                      "2025-6-1",
                                      "2025-06-31",
                                      "2025-06-01T",
                                      "2025-06-01T0",
                                      "2025-06-01T00",
                                      "2025-06-01T00:0",
                                      "2025-06-01T24:00:00Z",
                                      "2025-06-01T00:00:00.Z",
                                      "2025-06-01T00:00:00.1234567890Z",
                                      "2025-06-01T00:00:00+8:00",
                                      "2025-06-01T00:00:00+08:",
                                      "2025-06-01T00:00:00Zx",
                                      "2025/06/01",
                                      "2025-0601",
                                      " 2025-06-01"};
    int64_t us = 0;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        if (!pt_time_iso(bytes(good[i].text), strlen(good[i].text), 0, &us) || us != good[i].us) {
            fail_msg("%s is %" PRId64, good[i].text, us);
        }
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (pt_time_iso(bytes(bad[i]), strlen(bad[i]), 0, &us)) {
            fail_msg("%s was read", bad[i]);
        }
    }
    assert_true(pt_time_iso(bytes("2025-06-01T08:00:00"), 19, 8 * 3600, &us));
    assert_true(us == INT64_C(1748736000000000));
    assert_true(pt_time_iso(bytes("2025-06-01T00:00:00Z"), 20, 8 * 3600, &us));
    assert_true(us == INT64_C(1748736000000000));
}

static void test_pt_time__epochs(void **state)
{
    (void)state;

    static const struct {
        const char *text;
        int64_t unit_us;
        int64_t us;
    } good[] = {{"804571201", 1000000, INT64_C(804571201000000)},
                {"1711741827.9626286", 1000000, INT64_C(1711741827962628)},
                {"-1.5", 1000000, -1500000},
                {"1748736000123", 1000, INT64_C(1748736000123000)},
                {"0", 1, 0}};

    static const char *const bad[] = {
        "", "-", ".", "1.", ".5", "1e9", "12 ", "9223372036854775808", "9223372036855"};
    int64_t us = 0;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(pt_time_epoch(bytes(good[i].text), strlen(good[i].text), good[i].unit_us, &us));
        assert_true(us == good[i].us);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(pt_time_epoch(bytes(bad[i]), strlen(bad[i]), 1000000, &us));
    }
}

static void test_pt_time__patterns(void **state)
{
    (void)state;

    static const struct {
        const char *pattern;
        const char *text;
        int64_t us; // -1 = no match
    } cases[] = {{"%Y-%m-%d", "2025-06-01", INT64_C(1748736000000000)},
                 {"%d.%m.%Y", "1.6.2025", INT64_C(1748736000000000)},
                 {"%d/%m/%y", "01/06/25", INT64_C(1748736000000000)},
                 {"%m/%d/%y", "06/01/25", INT64_C(1748736000000000)},
                 {"%D %R", "06/01/25 00:01", INT64_C(1748736060000000)},
                 {"%d/%b/%Y:%H:%M:%S %z", "01/Jun/2025:08:00:00 +0800", INT64_C(1748736000000000)},
                 {"%a, %d %b %Y %T %Z", "Sun, 01 Jun 2025 00:00:00 GMT", INT64_C(1748736000000000)},
                 {"%A %B %e, %Y", "sunday JUNE  1, 2025", INT64_C(1748736000000000)},
                 {"%b %e %Y", "Jun 1 2025", INT64_C(1748736000000000)},
                 {"%I:%M %p %F", "12:00 AM 2025-06-01", INT64_C(1748736000000000)},
                 {"%I:%M %p %F", "12:00 pm 2025-06-01", INT64_C(1748779200000000)},
                 {"%Y%j", "2025152", INT64_C(1748736000000000)},
                 {"%Y%j", "2025366", -1},
                 {"%s", "1748736000.25", INT64_C(1748736000250000)},
                 {"%F %T.%f", "2025-06-01 00:00:00.000001", INT64_C(1748736000000001)},
                 {"%H:%M", "01:30", INT64_C(5400000000)},
                 {"%F", "2025-06-01x", -1},
                 {"%F", "2025-13-01", -1},
                 {"%F", "2025-02-29", -1},
                 {"%d.%m.%Y", "01.06.25", -1},
                 {"%I %p", "13 PM", -1},
                 {"%I %p", "0 AM", -1},
                 {"%%%Y-%m-%d", "%2025-06-01", INT64_C(1748736000000000)},
                 {"%d %B %Y", "1 May 2025", INT64_C(1746057600000000)},
                 {"%d %B %Y", "1 Mayo 2025", -1}};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct pt_time_pattern p;
        char bad = 0;
        int64_t us = -1;
        assert_true(pt_time_pattern_parse(&p, cases[i].pattern, strlen(cases[i].pattern), &bad));
        bool is_good =
            pt_time_pattern_match(&p, bytes(cases[i].text), strlen(cases[i].text), 0, &us);
        if (is_good != (cases[i].us >= 0) || (is_good && us != cases[i].us)) {
            fail_msg("%s of %s is %" PRId64, cases[i].pattern, cases[i].text, us);
        }
    }
}

static void test_pt_time__bad_patterns(void **state)
{
    (void)state;
    struct pt_time_pattern p;
    char bad = 0;
    assert_false(pt_time_pattern_parse(&p, "%Y-%Q-%d", 8, &bad));
    assert_int_equal(bad, 'Q');
    assert_false(pt_time_pattern_parse(&p, "%Y-%m-%", 7, &bad));
    assert_int_equal(bad, '%');
    assert_false(pt_time_pattern_parse(&p, "%Y-%m", 5, &bad));
    assert_int_equal(bad, 0);
    char text[200];
    memset(text, 'x', sizeof text);
    memcpy(text, "%F", 2);
    assert_false(pt_time_pattern_parse(&p, text, sizeof text, &bad));
    assert_true(pt_time_pattern_parse(&p, "%H", 2, &bad));
    assert_false(p.has_date);
    assert_true(pt_time_pattern_parse(&p, "%F", 2, &bad));
    assert_false(p.has_time);
}

// Any cut of good texts and any single changed byte is read or refused, never read past its end.
static void test_pt_time__cut_texts_are_refused(void **state)
{
    (void)state;
    static const char text[] = "2025-06-01T08:00:00.25+08:00";
    for (size_t n = 0; n < sizeof text - 1; n++) {
        uint8_t copy[sizeof text];
        memcpy(copy, text, n);
        int64_t us = 0;
        bool is_good = pt_time_iso(copy, n, 0, &us);
        assert_int_equal(is_good, n == 10 || n == 16 || n == 19 || n == 21 || n == 22 || n == 25);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pt_time__days_agree_with_the_c_library),
        cmocka_unit_test(test_pt_time__apache),
        cmocka_unit_test(test_pt_time__iso),
        cmocka_unit_test(test_pt_time__epochs),
        cmocka_unit_test(test_pt_time__patterns),
        cmocka_unit_test(test_pt_time__bad_patterns),
        cmocka_unit_test(test_pt_time__cut_texts_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
