// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The C library, which reads the same files by other code, is the reference; only here, in a test
// process of its own, is its zone set.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <time.h>

#include "sweep.h"
#include "zone.h"

#define LENGTH(list) (sizeof(list) / sizeof((list)[0]))

static struct zone *opened(const char *name)
{
    struct zone *z = NULL;
    struct pt_error err = ERROR_INIT;
    if (zone_open(name, &z, &err) != PT_OK) {
        fail_msg("%s: %s", name, err.message);
    }
    return z;
}

static int64_t instant(const char *text)
{
    int64_t us = 0;
    assert_true(time_parse(text_of(text), NULL, &us));
    return us;
}

static void assert_offset(const struct zone *z, const char *at, int64_t seconds)
{
    int64_t offset = zone_offset_us(z, instant(at)) / US_PER_SECOND;
    if (offset != seconds) {
        fail_msg("%s: %lld instead of %lld", at, (long long)offset, (long long)seconds);
    }
}

static void assert_local(const struct zone *z, const char *local, const char *utc)
{
    char text[32];
    time_format(zone_from_local(z, instant(local)), text);
    assert_string_equal(text, utc);
}

static void test_zone__berlin(void **state)
{
    (void)state;
    struct zone *z = opened("Europe/Berlin");
    assert_offset(z, "2025-01-01T00:00:00Z", 3600);
    assert_offset(z, "2025-03-30T00:59:59.999999Z", 3600);
    assert_offset(z, "2025-03-30T01:00:00Z", 7200);
    assert_offset(z, "2025-10-26T00:59:59Z", 7200);
    assert_offset(z, "2025-10-26T01:00:00Z", 3600);
    assert_offset(z, "1970-07-01T00:00:00Z", 3600);
    assert_offset(z, "1945-06-15T00:00:00Z", 10800);
    assert_offset(z, "1850-01-01T00:00:00Z", 3208);
    assert_offset(z, "2100-07-01T00:00:00Z", 7200);
    assert_offset(z, "2399-03-28T00:59:59Z", 3600);
    assert_offset(z, "2399-03-28T01:00:00Z", 7200);
    assert_offset(z, "9999-12-31T00:00:00Z", 3600);
    assert_offset(z, "9999-07-01T00:00:00Z", 7200);
    assert_local(z, "2025-03-30T01:59:59Z", "2025-03-30T00:59:59Z");
    assert_local(z, "2025-03-30T02:00:00Z", "2025-03-30T01:00:00Z"); // gap: 03:00 summer time
    assert_local(z, "2025-03-30T02:30:00Z", "2025-03-30T01:30:00Z");
    assert_local(z, "2025-03-30T03:00:00Z", "2025-03-30T01:00:00Z");
    assert_local(z, "2025-10-26T01:59:59Z", "2025-10-25T23:59:59Z");
    assert_local(z, "2025-10-26T02:30:00.250Z", "2025-10-26T00:30:00.250Z"); // overlap: the earlier
    assert_local(z, "2025-10-26T03:00:00Z", "2025-10-26T02:00:00Z");
    assert_local(z, "9998-10-25T02:30:00Z", "9998-10-25T00:30:00Z");
    zone_free(z);
}

static void test_zone__new_york(void **state)
{
    (void)state;
    struct zone *z = opened("America/New_York");
    assert_offset(z, "2025-03-09T06:59:59Z", -18000);
    assert_offset(z, "2025-03-09T07:00:00Z", -14400);
    assert_offset(z, "2025-11-02T05:59:59Z", -14400);
    assert_offset(z, "2025-11-02T06:00:00Z", -18000);
    assert_offset(z, "2006-04-01T12:00:00Z", -18000);
    assert_offset(z, "2006-04-03T12:00:00Z", -14400);
    assert_offset(z, "2500-07-04T00:00:00Z", -14400);
    assert_offset(z, "2500-12-04T00:00:00Z", -18000);
    assert_local(z, "2025-03-09T02:30:00Z", "2025-03-09T07:30:00Z");
    assert_local(z, "2025-11-02T01:30:00Z", "2025-11-02T05:30:00Z");
    assert_local(z, "2025-11-02T00:59:59Z", "2025-11-02T04:59:59Z");
    assert_local(z, "2025-11-02T02:00:00Z", "2025-11-02T07:00:00Z");
    zone_free(z);
}

static void test_zone__other_places(void **state)
{
    (void)state;
    struct zone *z = opened("Asia/Shanghai");
    assert_offset(z, "2025-06-01T00:00:00Z", 28800);
    assert_offset(z, "1988-06-01T00:00:00Z", 32400);
    assert_offset(z, "8000-06-01T00:00:00Z", 28800);
    zone_free(z);
    z = opened("Asia/Kathmandu");
    assert_offset(z, "2025-06-01T00:00:00Z", 20700);
    zone_free(z);
    z = opened("Australia/Lord_Howe"); // half an hour of summer time, south of the equator
    assert_offset(z, "2025-01-01T00:00:00Z", 39600);
    assert_offset(z, "2025-07-01T00:00:00Z", 37800);
    assert_offset(z, "2425-01-01T00:00:00Z", 39600);
    assert_offset(z, "2425-07-01T00:00:00Z", 37800);
    zone_free(z);
    z = opened("Pacific/Apia"); // 2011-12-30 was left out
    assert_offset(z, "2011-12-30T09:59:59Z", -36000);
    assert_offset(z, "2011-12-30T10:00:00Z", 50400);
    assert_local(z, "2011-12-30T12:00:00Z", "2011-12-30T22:00:00Z");
    assert_local(z, "2011-12-31T00:00:00Z", "2011-12-30T10:00:00Z");
    zone_free(z);
    z = opened("America/Nuuk"); // the rule names hours before midnight
    assert_offset(z, "2050-03-27T00:59:59Z", -7200);
    assert_offset(z, "2050-03-27T01:00:00Z", -3600);
    zone_free(z);
    assert_int_equal(mem_live_blocks(), 0);
}

static void test_zone__fixed_offsets(void **state)
{
    (void)state;

    static const struct {
        const char *name;
        int64_t seconds;
    } cases[] = {{"UTC", 0},    {"+08:00", 28800}, {"-03:30", -12600},
                 {"+00:00", 0}, {"+23:59", 86340}, {"-23:59", -86340}};

    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct zone *z = opened(cases[i].name);
        assert_int_equal(zone_offset_us(z, 0), cases[i].seconds * US_PER_SECOND);
        assert_int_equal(zone_offset_us(z, INT64_MIN), cases[i].seconds * US_PER_SECOND);
        assert_int_equal(zone_from_local(z, 0), -cases[i].seconds * US_PER_SECOND);
        zone_free(z);
    }
    zone_free(NULL);
}

static void test_zone__ends_of_time_do_not_overflow(void **state)
{
    (void)state;
    struct zone *z = opened("America/New_York");
    assert_int_equal(zone_offset_us(z, INT64_MIN), -17762 * US_PER_SECOND);
    assert_int_equal(zone_from_local(z, INT64_MAX), INT64_MAX);
    assert_true(zone_from_local(z, INT64_MIN) > INT64_MIN);
    int64_t late = zone_offset_us(z, INT64_MAX) / US_PER_SECOND;
    assert_true(late == -18000 || late == -14400);
    zone_free(z);
    z = opened("Asia/Shanghai");
    assert_int_equal(zone_from_local(z, INT64_MIN), INT64_MIN);
    zone_free(z);
}

static void test_zone__times_are_read_in_it(void **state)
{
    (void)state;
    struct zone *z = opened("Asia/Shanghai");
    int64_t us = 0;
    assert_true(time_parse(text_of("2025-06-01T08:00:00"), z, &us));
    assert_int_equal(us, instant("2025-06-01T00:00:00Z"));
    assert_true(time_parse(text_of("2025-06-01"), z, &us));
    assert_int_equal(us, instant("2025-05-31T16:00:00Z"));
    assert_true(time_parse(text_of("2025-06-01T08:00:00Z"), z, &us));
    assert_int_equal(us, instant("2025-06-01T08:00:00Z"));
    assert_true(time_parse(text_of("2025-06-01T08:00:00+01:00"), z, &us));
    assert_int_equal(us, instant("2025-06-01T07:00:00Z"));
    zone_free(z);
}

static void test_zone__refuses_unknown_names(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"Europe/Berln", "did you mean `Europe/Berlin`?"},
        {"europe/berlin", "did you mean `Europe/Berlin`?"},
        {"Shanghai", "did you mean `Asia/Shanghai`?"},
        {"new_york", "did you mean `America/New_York`?"},
        {"utc", "did you mean `UTC`?"},
        {"Mars/Olympus_Mons", ""},
        {"", ""},
        {"../../etc/passwd", ""},
        {"Europe/../../../../etc/passwd", ""},
        {"/etc/localtime", ""},
        {"/usr/share/zoneinfo/UTC", ""},
        {"Europe", ""},
        {"Europe/", ""},
        {"Europe//Berlin", ""},
        {"Europe/Berlin/", ""},
        {"Europe/Berlin/x", "did you mean `Europe/Berlin`?"},
        {"localtime", ""},
        {"posixrules", ""},
        {"right/Europe/Berlin", ""},
        {"tzdata.zi", ""},
        {"zone.tab", ""},
        {"+8:00", ""},
        {"+08", ""},
        {"+24:00", ""},
        {"08:00", ""},
        {"CET-1CEST,M3.5.0,M10.5.0/3", ""},
        {":UTC", "did you mean `UTC`?"},
    };
    for (size_t i = 0; i < LENGTH(pairs); i++) {
        struct zone *z = NULL;
        struct pt_error err = ERROR_INIT;
        assert_int_equal(zone_open(pairs[i][0], &z, &err), PT_E_NOT_FOUND);
        assert_null(z);
        assert_int_equal(err.code, PT_E_NOT_FOUND);
        if (pairs[i][1][0] != '\0') {
            assert_string_equal(err.hint, pairs[i][1]);
        }
        assert_int_equal(zone_open(pairs[i][0], &z, NULL), PT_E_NOT_FOUND);
    }
    char long_name[300];
    struct zone *z = NULL;
    memset(long_name, 'a', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    assert_int_equal(zone_open(long_name, &z, NULL), PT_E_NOT_FOUND);
    assert_int_equal(mem_live_blocks(), 0);
}

static const char *const places[] = {"Africa/Cairo",
                                     "Africa/Casablanca",
                                     "Africa/El_Aaiun",
                                     "Africa/Johannesburg",
                                     "America/Asuncion",
                                     "America/Caracas",
                                     "America/Chicago",
                                     "America/Havana",
                                     "America/New_York",
                                     "America/Nuuk",
                                     "America/Santiago",
                                     "America/Sao_Paulo",
                                     "America/St_Johns",
                                     "Antarctica/Troll",
                                     "Asia/Gaza",
                                     "Asia/Jerusalem",
                                     "Asia/Kathmandu",
                                     "Asia/Kolkata",
                                     "Asia/Pyongyang",
                                     "Asia/Shanghai",
                                     "Asia/Tehran",
                                     "Asia/Tokyo",
                                     "Australia/Lord_Howe",
                                     "Australia/Sydney",
                                     "Europe/Berlin",
                                     "Europe/Chisinau",
                                     "Europe/Dublin",
                                     "Europe/Istanbul",
                                     "Europe/Lisbon",
                                     "Europe/London",
                                     "Europe/Moscow",
                                     "Pacific/Apia",
                                     "Pacific/Auckland",
                                     "Pacific/Chatham",
                                     "Pacific/Easter",
                                     "Pacific/Kiritimati",
                                     "EST5EDT",
                                     "Etc/GMT+12",
                                     "CET",
                                     "UTC"};

static void test_zone__offsets_agree_with_the_c_library(void **state)
{
    (void)state;
    uint64_t seed = 3;
    for (size_t i = 0; i < LENGTH(places); i++) {
        struct zone *z = opened(places[i]);
        assert_int_equal(setenv("TZ", places[i], 1), 0);
        tzset();
        for (int k = 0; k < 20000; k++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            // 1800 to 2600, every second possible.
            time_t at = (time_t)(seed >> 11) % 25245561600 - 5364662400;
            struct tm tm;
            localtime_r(&at, &tm);
            int64_t offset = zone_offset_us(z, (int64_t)at * US_PER_SECOND) / US_PER_SECOND;
            if (offset != tm.tm_gmtoff) {
                fail_msg("%s at %lld: %lld, not %ld", places[i], (long long)at, (long long)offset,
                         tm.tm_gmtoff);
            }
        }
        zone_free(z);
    }
    unsetenv("TZ");
    tzset();
}

// By the contract: the earliest instant that shows this local time; when there is none, the one
// reckoned with the offset before the gap.
static int64_t from_local_slowly(const struct zone *z, int64_t local)
{
    int64_t found = INT64_MAX;
    for (size_t i = 0; i <= z->n; i++) {
        int64_t offset = i == 0 ? z->first_offset : z->offset[i - 1];
        int64_t utc = local - offset;
        if (utc < found && zone_offset_us(z, utc * US_PER_SECOND) == offset * US_PER_SECOND) {
            found = utc;
        }
    }
    if (found != INT64_MAX) {
        return found;
    }
    for (size_t i = 0; i < z->n; i++) {
        int64_t before = i == 0 ? z->first_offset : z->offset[i - 1];
        if (local >= z->at[i] + before && local < z->at[i] + z->offset[i]) {
            return local - before;
        }
    }
    fail_msg("no instant of %lld", (long long)local);
    return 0;
}

static void test_zone__local_times_around_every_transition(void **state)
{
    (void)state;
    static const int64_t steps[] = {-90000, -7201, -3601, -3600, -1801, -1,   0,     1,    1799,
                                    1800,   3599,  3600,  5400,  7199,  7200, 86399, 86400};
    for (size_t i = 0; i < LENGTH(places); i++) {
        struct zone *z = opened(places[i]);
        for (size_t k = 0; k < z->n && z->at[k] < 4102444800; k++) {
            for (size_t s = 0; s < LENGTH(steps); s++) {
                int64_t before = k == 0 ? z->first_offset : z->offset[k - 1];
                int64_t local = z->at[k] + before + steps[s];
                int64_t utc = zone_from_local(z, local * US_PER_SECOND) / US_PER_SECOND;
                if (utc != from_local_slowly(z, local)) {
                    fail_msg("%s local %lld: %lld", places[i], (long long)local, (long long)utc);
                }
            }
        }
        zone_free(z);
    }
}

// A TZif file made here: version, transitions of 64 and 32 bits, types of 0 and 3600 s, footer.
static size_t make_file(char *out, char version, const int64_t *times, uint32_t n,
                        const char *footer)
{
    size_t at = 0;
    for (int part = 0; part < (version == '\0' ? 1 : 2); part++) {
        size_t size = part == 0 ? 4 : 8;
        memset(out + at, 0, 44);
        memcpy(out + at, "TZif", 4);
        out[at + 4] = version;
        out[at + 35] = (char)n;
        out[at + 39] = 2; // types
        out[at + 43] = 4; // abbreviation bytes
        at += 44;
        for (uint32_t i = 0; i < n; i++) {
            for (size_t b = 0; b < size; b++) {
                out[at++] = (char)((uint64_t)times[i] >> (8 * (size - 1 - b)));
            }
        }
        for (uint32_t i = 0; i < n; i++) {
            out[at++] = (char)((i + 1) % 2);
        }
        memcpy(out + at, "\0\0\0\0\0\0\0\0\x0e\x10\1\0abc", 16);
        at += 16;
    }
    return at + (size_t)(version == '\0' ? 0 : sprintf(out + at, "\n%s\n", footer));
}

static struct zone *made(char version, const int64_t *times, uint32_t n, const char *footer)
{
    char bytes[1024];
    struct zone *z = NULL;
    struct pt_error err = ERROR_INIT;
    size_t size = make_file(bytes, version, times, n, footer);
    if (zone_read(text_n(bytes, size), &z, &err) != PT_OK) {
        fail_msg("%s: %s", footer, err.message);
    }
    return z;
}

static void test_zone__reads_each_version(void **state)
{
    (void)state;
    static const int64_t times[] = {-1000000000, 1000, 2000000000};
    static const char versions[] = {'\0', '2', '3', '4'};
    for (size_t v = 0; v < LENGTH(versions); v++) {
        struct zone *z = made(versions[v], times, 3, "");
        assert_int_equal(zone_offset_us(z, INT64_MIN), 0);
        assert_int_equal(zone_offset_us(z, -1000000000 * US_PER_SECOND - 1), 0);
        assert_int_equal(zone_offset_us(z, -1000000000 * US_PER_SECOND), 3600 * US_PER_SECOND);
        assert_int_equal(zone_offset_us(z, 1000 * US_PER_SECOND), 0);
        assert_int_equal(zone_offset_us(z, INT64_MAX), 3600 * US_PER_SECOND);
        zone_free(z);
    }
}

static void test_zone__follows_footers(void **state)
{
    (void)state;

    static const struct {
        const char *footer;
        const char *at;
        int64_t seconds;
    } cases[] = {
        {"EST5", "2030-07-01T00:00:00Z", -18000},
        {"<+0330>-3:30", "2030-07-01T00:00:00Z", 12600},
        {"XXX-1:02:03", "2030-07-01T00:00:00Z", 3723},
        {"EST5EDT,M3.2.0,M11.1.0", "2030-03-10T06:59:59Z", -18000},
        {"EST5EDT,M3.2.0,M11.1.0", "2030-03-10T07:00:00Z", -14400},
        {"EST5EDT,M3.2.0,M11.1.0", "1830-07-10T07:00:00Z", -14400},
        {"EST5EDT,M3.2.0,M11.1.0", "1830-12-10T07:00:00Z", -18000},
        {"AEST-10AEDT,M10.1.0,M4.1.0/3", "2030-01-01T00:00:00Z", 39600},
        {"AEST-10AEDT,M10.1.0,M4.1.0/3", "2030-07-01T00:00:00Z", 36000},
        {"IST-1GMT0,M10.5.0,M3.5.0/1", "2030-01-01T00:00:00Z", 0},
        {"IST-1GMT0,M10.5.0,M3.5.0/1", "2030-07-01T00:00:00Z", 3600},
        {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2050-03-27T00:59:59Z", -7200},
        {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2050-03-27T01:00:00Z", -3600},
        {"XXX3EDT4,0/0,J365/23", "2030-07-01T00:00:00Z", -14400}, // summer time all year
        {"XXX3EDT4,0/0,J365/23", "2030-12-31T23:59:59Z", -14400},
        {"XXX3EDT4,0/0,J365/23", "2031-01-01T03:00:00Z", -14400},
        {"XXX3EDT4,0/0,J365/23", "2032-01-01T04:00:00Z", -14400},
        {"XXX0YYY,J60/0,J61/0", "2032-02-29T12:00:00Z", 0}, // J60 is 1 March, always
        {"XXX0YYY,J60/0,J61/0", "2032-03-01T12:00:00Z", 3600},
        {"XXX0YYY,59/0,60/0", "2032-02-29T12:00:00Z", 3600}, // 59 counts 29 February
        {"XXX0YYY,59/0,60/0", "2031-03-01T12:00:00Z", 3600},
        {"XXX0YYY,M2.5.4/0,M3.1.4/0", "2032-02-25T12:00:00Z", 0}, // the last Thursday
        {"XXX0YYY,M2.5.4/0,M3.1.4/0", "2032-02-26T12:00:00Z", 3600},
        {"XXX0YYY,M2.5.0/0,M3.1.0/0", "2032-02-29T12:00:00Z", 3600},   // the fifth Sunday
        {"IST-2IDT,M3.4.4/26,M10.5.0", "2030-03-29T00:00:00Z", 10800}, // Friday after Thursday
        {"IST-2IDT,M3.4.4/26,M10.5.0", "2030-03-28T23:59:59Z", 7200},
        {"XXX0YYY,M1.1.1/-167,M1.1.2/0", "2029-12-31T12:00:00Z", 3600}, // begins a year before
        {"XXX0YYY,M1.1.1/-167,M1.1.2/0", "2030-01-08T00:00:00Z", 0},
    };

    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct zone *z = made('3', NULL, 0, cases[i].footer);
        assert_offset(z, cases[i].at, cases[i].seconds);
        zone_free(z);
    }
}

static void test_zone__refuses_bad_footers(void **state)
{
    (void)state;
    static const char *const bad[] = {"E5",
                                      "5",
                                      "EST",
                                      "EST+",
                                      "EST25",
                                      "EST5:60",
                                      "EST5EDT",
                                      "EST5ED,M3.2.0,M11.1.0",
                                      "EST5EDT,M3.2.0",
                                      "EST5EDT,M3.2.0,M11.1.0,",
                                      "EST5EDT,M13.2.0,M11.1.0",
                                      "EST5EDT,M0.2.0,M11.1.0",
                                      "EST5EDT,M3.6.0,M11.1.0",
                                      "EST5EDT,M3.0.0,M11.1.0",
                                      "EST5EDT,M3.2.7,M11.1.0",
                                      "EST5EDT,M3.2,M11.1.0",
                                      "EST5EDT,J0,J365",
                                      "EST5EDT,J1,J366",
                                      "EST5EDT,0,366",
                                      "EST5EDT,M3.2.0/168,M11.1.0",
                                      "EST5EDT,M3.2.0/,M11.1.0",
                                      "<EST5EDT",
                                      "EST5EDT,M3.2.0,M11.1.0 "};
    char bytes[1024];
    for (size_t i = 0; i < LENGTH(bad); i++) {
        struct zone *z = NULL;
        struct pt_error err = ERROR_INIT;
        size_t size = make_file(bytes, '2', NULL, 0, bad[i]);
        if (zone_read(text_n(bytes, size), &z, &err) != PT_E_DATA || z != NULL) {
            fail_msg("%s", bad[i]);
        }
    }
    assert_int_equal(mem_live_blocks(), 0);
}

static void test_zone__refuses_damaged_files(void **state)
{
    (void)state;
    static const int64_t times[] = {-5, 1000, 2000};
    static const int64_t unordered[] = {5, 5, 2000};
    static const int64_t too_late[] = {5, 6, (int64_t)1 << 60};
    char bytes[1024];
    struct zone *z = NULL;
    size_t size = make_file(bytes, '2', times, 3, "EST5EDT,M3.2.0,M11.1.0");
    for (size_t n = 0; n < size; n++) {
        char *exact = malloc(n + 1); // so that a sanitizer sees a read behind the end
        memcpy(exact, bytes, n);
        assert_int_equal(zone_read(text_n(exact, n), &z, NULL), PT_E_DATA);
        free(exact);
    }
    for (size_t i = 0; i < size; i++) {
        for (int byte = 0; byte < 256; byte++) {
            char kept = bytes[i];
            bytes[i] = (char)byte;
            z = NULL;
            if (zone_read(text_n(bytes, size), &z, NULL) == PT_OK) {
                for (int64_t us = -9e17; us < 9e17; us += (int64_t)1e17) {
                    zone_offset_us(z, us);
                    zone_from_local(z, us);
                }
            }
            zone_free(z);
            bytes[i] = kept;
        }
    }
    size = make_file(bytes, '2', unordered, 3, "");
    assert_int_equal(zone_read(text_n(bytes, size), &z, NULL), PT_E_DATA);
    size = make_file(bytes, '2', too_late, 3, "");
    assert_int_equal(zone_read(text_n(bytes, size), &z, NULL), PT_E_DATA);
    size = make_file(bytes, '\0', times, 3, "");
    bytes[31] = 1; // a leap second
    assert_int_equal(zone_read(text_n(bytes, size), &z, NULL), PT_E_UNSUPPORTED);
    assert_int_equal(mem_live_blocks(), 0);
}

static bool scenario(void)
{
    struct zone *z = NULL;
    struct zone *fixed = NULL;
    struct pt_error err = ERROR_INIT;
    pt_status status = zone_open("Europe/Berlin", &z, &err);
    assert_true(status == PT_OK || (status == PT_E_NO_MEMORY && err.code == status && !z));
    pt_status second = zone_open("+01:00", &fixed, &err);
    assert_true(second == PT_OK || (second == PT_E_NO_MEMORY && !fixed));
    zone_free(z);
    zone_free(fixed);
    return status == PT_OK && second == PT_OK;
}

static void test_zone__survives_failing_allocations(void **state)
{
    (void)state;
    assert_true(sweep_allocations(scenario) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zone__berlin),
        cmocka_unit_test(test_zone__new_york),
        cmocka_unit_test(test_zone__other_places),
        cmocka_unit_test(test_zone__fixed_offsets),
        cmocka_unit_test(test_zone__ends_of_time_do_not_overflow),
        cmocka_unit_test(test_zone__times_are_read_in_it),
        cmocka_unit_test(test_zone__refuses_unknown_names),
        cmocka_unit_test(test_zone__offsets_agree_with_the_c_library),
        cmocka_unit_test(test_zone__local_times_around_every_transition),
        cmocka_unit_test(test_zone__reads_each_version),
        cmocka_unit_test(test_zone__follows_footers),
        cmocka_unit_test(test_zone__refuses_bad_footers),
        cmocka_unit_test(test_zone__refuses_damaged_files),
        cmocka_unit_test(test_zone__survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
