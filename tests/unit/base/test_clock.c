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

#include <time.h>

#include "clock.h"
#include "mem.h"

#define LENGTH(list) (sizeof(list) / sizeof((list)[0]))

static void test_clock__days_of_known_dates(void **state)
{
    (void)state;

    static const struct {
        int32_t year;
        uint32_t month;
        uint32_t day;
        int64_t days;
        int32_t weekday;
    } cases[] = {
        {1970, 1, 1, 0, 4},         {1969, 12, 31, -1, 3},    {2000, 2, 29, 11016, 2},
        {2000, 3, 1, 11017, 3},     {2024, 2, 29, 19782, 4},  {2026, 8, 1, 20666, 6},
        {1900, 3, 1, -25508, 4},    {1, 1, 1, -719162, 1},    {0, 3, 1, -719468, 3},
        {0, 1, 1, -719528, 6},      {-1, 12, 31, -719529, 5}, {-400, 3, 1, -865565, 3},
        {9999, 12, 31, 2932896, 5}, {1600, 1, 1, -135140, 6}, {2038, 1, 19, 24855, 2},
    };

    for (size_t i = 0; i < LENGTH(cases); i++) {
        int32_t year = 0;
        uint32_t month = 0;
        uint32_t day = 0;
        assert_int_equal(civil_to_days(cases[i].year, cases[i].month, cases[i].day), cases[i].days);
        civil_from_days(cases[i].days, &year, &month, &day);
        assert_int_equal(year, cases[i].year);
        assert_int_equal(month, cases[i].month);
        assert_int_equal(day, cases[i].day);
        assert_int_equal(weekday_of_days(cases[i].days), cases[i].weekday);
    }
}

// Every day from the year -1000 to 3000, in step with a calendar that only counts.
static void test_clock__days_follow_each_other(void **state)
{
    (void)state;
    static const uint32_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t days = civil_to_days(-1000, 1, 1);
    int32_t weekday = weekday_of_days(days);
    for (int32_t y = -1000; y < 3000; y++) {
        bool is_leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
        for (uint32_t m = 1; m <= 12; m++) {
            uint32_t length = lengths[m - 1] + (uint32_t)(m == 2 && is_leap);
            assert_true(civil_is_date(y, m, length));
            assert_false(civil_is_date(y, m, length + 1));
            for (uint32_t d = 1; d <= length; d++) {
                int32_t year = 0;
                uint32_t month = 0;
                uint32_t day = 0;
                civil_from_days(days, &year, &month, &day);
                if (civil_to_days(y, m, d) != days || year != y || month != m || day != d ||
                    weekday_of_days(days) != weekday) {
                    fail_msg("%d-%u-%u", y, m, d);
                }
                days++;
                weekday = (weekday + 1) % 7;
            }
        }
    }
}

static void test_clock__refuses_dates_that_are_none(void **state)
{
    (void)state;
    assert_false(civil_is_date(2025, 0, 1));
    assert_false(civil_is_date(2025, 13, 1));
    assert_false(civil_is_date(2025, 1, 0));
    assert_false(civil_is_date(1900, 2, 29));
    assert_true(civil_is_date(2000, 2, 29));
    assert_true(civil_is_date(-4, 2, 29));
    assert_false(civil_is_date(-100, 2, 29));
}

static void test_clock__instants_agree_with_gmtime(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int i = 0; i < 200000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        int64_t us = (int64_t)seed >> (i % 20);
        struct civil c = civil_from_us(us);
        time_t seconds = (time_t)(us / US_PER_SECOND - (us % US_PER_SECOND < 0));
        struct tm tm;
        assert_non_null(gmtime_r(&seconds, &tm));
        if (c.year != tm.tm_year + 1900 || c.month != tm.tm_mon + 1 || c.day != tm.tm_mday ||
            c.hour != tm.tm_hour || c.minute != tm.tm_min || c.second != tm.tm_sec ||
            c.us != (uint32_t)(us - seconds * US_PER_SECOND)) {
            fail_msg("%lld", (long long)us);
        }
        if (i % 20 > 0) {
            assert_int_equal(civil_to_us(&c), us);
        }
    }
}

static void test_clock__reads_times(void **state)
{
    (void)state;

    static const struct {
        const char *text;
        int64_t us;
    } cases[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01", 0},
        {"2025-06-01T00:00:00Z", 1748736000000000},
        {"2025-06-01t00:00:00z", 1748736000000000},
        {"2025-06-01 00:00:00", 1748736000000000},
        {"2025-06-01T08:00:00+08:00", 1748736000000000},
        {"2025-05-31T20:30:00-03:30", 1748736000000000},
        {"2025-06-01T00:00:00-00:00", 1748736000000000},
        {"2025-06-01T00:00:00.5Z", 1748736000500000},
        {"2025-06-01T00:00:00.123456Z", 1748736000123456},
        {"2025-06-01T00:00:00.123456999Z", 1748736000123456},
        {"2025-06-01T00:00:00.0000000000000000000001", 1748736000000000},
        {"1969-12-31T23:59:59.999999Z", -1},
        {"0000-01-01T00:00:00Z", -62167219200000000},
        {"9999-12-31T23:59:59Z", 253402300799000000},
        {"2016-12-31T23:59:60Z", 1483228800000000},
        {"2017-01-01T00:59:60+01:00", 1483228800000000},
        {"2016-12-31T23:59:60.7Z", 1483228800000000},
    };

    for (size_t i = 0; i < LENGTH(cases); i++) {
        int64_t us = 99;
        if (!time_parse(text_of(cases[i].text), NULL, &us) || us != cases[i].us) {
            fail_msg("%s: %lld", cases[i].text, (long long)us);
        }
    }
}

static void test_clock__refuses_times(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "2025",
                                      "2025-06",
                                      "2025-6-1",
                                      "25-06-01",
                                      "2025-06-01T",
                                      "2025-06-01Z",
                                      "2025-06-01+08:00",
                                      "2025-06-01T00",
                                      "2025-06-01T00:00",
                                      "2025-06-01T00:00Z",
                                      "2025-06-01T00:00:00X",
                                      "2025-06-01T00:00:00ZZ",
                                      "2025-06-01T00:00:00 Z",
                                      "2025-06-01T00:00:00.Z",
                                      "2025-06-01T00:00:00,5Z",
                                      "2025-06-01T24:00:00Z",
                                      "2025-06-01T00:60:00Z",
                                      "2025-06-01T00:00:61Z",
                                      "2025-06-01T12:00:60Z",
                                      "2016-12-31T23:59:60+01:00",
                                      "2025-06-01T00:00:00+24:00",
                                      "2025-06-01T00:00:00+08:60",
                                      "2025-06-01T00:00:00+8:00",
                                      "2025-06-01T00:00:00+0800",
                                      "2025-06-01T00:00:00+08",
                                      "2025-02-29",
                                      "2025-00-01",
                                      "2025-13-01",
                                      "2025-01-32",
                                      "2025/01/01",
                                      " 2025-01-01",
                                      "2025-01-01 ",
                                      "2025-01-01  00:00:00",
                                      "+2025-01-01",
                                      "-2025-01-01",
                                      "12025-01-01"};
    for (size_t i = 0; i < LENGTH(bad); i++) {
        int64_t us = 99;
        if (time_parse(text_of(bad[i]), NULL, &us) || us != 99) {
            fail_msg("%s", bad[i]);
        }
    }
    int64_t days = 99;
    assert_true(date_parse(text_of("2024-02-29"), &days));
    assert_int_equal(days, 19782);
    assert_false(date_parse(text_of("2024-02-29T00:00:00Z"), &days));
    assert_false(date_parse(text_of("2024-02-30"), &days));
    assert_false(date_parse((struct text){NULL, 0}, &days));
}

static void test_clock__writes_times(void **state)
{
    (void)state;

    static const struct {
        int64_t us;
        const char *text;
    } cases[] = {
        {0, "1970-01-01T00:00:00Z"},
        {1748736000000000, "2025-06-01T00:00:00Z"},
        {1748736000500000, "2025-06-01T00:00:00.500Z"},
        {1748736000000001, "2025-06-01T00:00:00.000001Z"},
        {-1, "1969-12-31T23:59:59.999999Z"},
        {-62167219200000000, "0000-01-01T00:00:00Z"},
        {-62167219200000001, "-0001-12-31T23:59:59.999999Z"},
        {253402300800000000, "10000-01-01T00:00:00Z"},
        {INT64_MAX, "294247-01-10T04:00:54.775807Z"},
        {INT64_MIN, "-290308-12-21T19:59:05.224192Z"},
    };

    char text[32];
    for (size_t i = 0; i < LENGTH(cases); i++) {
        time_format(cases[i].us, text);
        assert_string_equal(text, cases[i].text);
    }
    date_format(19782, text);
    assert_string_equal(text, "2024-02-29");
    date_format(INT32_MIN, text);
    assert_string_equal(text, "-5877641-06-23");
    date_format(INT32_MAX, text);
    assert_string_equal(text, "5881580-07-11");
    date_format(INT64_MAX, text);
    assert_string_equal(text, "out of range");
    for (int64_t us = -70000000000000000; us < 260000000000000000; us += 12345678901234567) {
        int64_t back = 0;
        time_format(us, text);
        if (text[0] != '-' && strlen(text) < 28) {
            assert_true(time_parse(text_of(text), NULL, &back));
            assert_int_equal(back, us);
        }
    }
}

static void test_clock__durations(void **state)
{
    (void)state;

    static const struct {
        const char *text;
        int64_t us;
        const char *written;
    } cases[] = {
        {"30m", 1800000000, "30m"},
        {"7d", 7 * US_PER_DAY, "7d"},
        {"500ms", 500000, "500ms"},
        {"1h30m", 5400000000, "1h30m"},
        {"90m", 5400000000, "1h30m"},
        {"2w", 14 * US_PER_DAY, "14d"},
        {"0s", 0, "0s"},
        {"1us", 1, "1us"},
        {"1w1d1h1m1s1ms1us", 694861001001, "8d1h1m1s1ms1us"},
        {"106751991d", 106751991 * US_PER_DAY, "106751991d"},
        {"007d", 7 * US_PER_DAY, "7d"},
    };

    char text[32];
    for (size_t i = 0; i < LENGTH(cases); i++) {
        int64_t us = -1;
        assert_true(duration_parse(text_of(cases[i].text), &us));
        assert_int_equal(us, cases[i].us);
        duration_format(us, text);
        assert_string_equal(text, cases[i].written);
    }
    duration_format(-5400000000, text);
    assert_string_equal(text, "-1h30m");
    duration_format(INT64_MIN, text);
    assert_string_equal(text, "-106751991d4h54s775ms808us");
    static const char *const bad[] = {"",
                                      "7",
                                      "d",
                                      "7 d",
                                      "7D",
                                      "-7d",
                                      "+7d",
                                      "1.5h",
                                      "7days",
                                      "30m1h",
                                      "1h1h",
                                      "106751992d",
                                      "7d ",
                                      " 7d",
                                      "1h30",
                                      "9223372036854775808us",
                                      "99999999999999999999s",
                                      "15250285w",
                                      "7mo"};
    for (size_t i = 0; i < LENGTH(bad); i++) {
        int64_t us = 99;
        if (duration_parse(text_of(bad[i]), &us) || us != 99) {
            fail_msg("%s", bad[i]);
        }
    }
}

static void test_clock__sizes(void **state)
{
    (void)state;

    static const struct {
        const char *text;
        int64_t bytes;
    } cases[] = {{"4096", 4096},
                 {"0", 0},
                 {"1B", 1},
                 {"64KiB", 65536},
                 {"1kB", 1000},
                 {"1KB", 1000},
                 {"1MB", 1000000},
                 {"512MiB", 536870912},
                 {"2GB", 2000000000},
                 {"3GiB", 3221225472},
                 {"9223372036854775807", INT64_MAX},
                 {"8589934591GiB", 9223372035781033984}};

    for (size_t i = 0; i < LENGTH(cases); i++) {
        int64_t bytes = -1;
        assert_true(size_parse(text_of(cases[i].text), &bytes));
        assert_int_equal(bytes, cases[i].bytes);
    }
    static const char *const bad[] = {
        "",     "KiB", "1 KiB", "1kib",          "1K",
        "1M",   "-1",  "1.5MB", "1MBB",          "1MB ",
        " 1MB", "1B1", "+1",    "8589934592GiB", "9223372036854775808"};
    for (size_t i = 0; i < LENGTH(bad); i++) {
        int64_t bytes = 99;
        if (size_parse(text_of(bad[i]), &bytes) || bytes != 99) {
            fail_msg("%s", bad[i]);
        }
    }
}

static void test_clock__clocks_go_forward(void **state)
{
    (void)state;
    int64_t start = clock_monotonic_us();
    struct timespec pause = {0, 2000000};
    nanosleep(&pause, NULL);
    int64_t passed = clock_monotonic_us() - start;
    assert_in_range(passed, 2000, 60000000);
    int64_t now = clock_now_us();
    assert_true(now / US_PER_SECOND - (int64_t)time(NULL) <= 1);
    assert_true((int64_t)time(NULL) - now / US_PER_SECOND <= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clock__days_of_known_dates),
        cmocka_unit_test(test_clock__days_follow_each_other),
        cmocka_unit_test(test_clock__refuses_dates_that_are_none),
        cmocka_unit_test(test_clock__instants_agree_with_gmtime),
        cmocka_unit_test(test_clock__reads_times),
        cmocka_unit_test(test_clock__refuses_times),
        cmocka_unit_test(test_clock__writes_times),
        cmocka_unit_test(test_clock__durations),
        cmocka_unit_test(test_clock__sizes),
        cmocka_unit_test(test_clock__clocks_go_forward),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
