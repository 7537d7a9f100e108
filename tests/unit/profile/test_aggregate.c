// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Aggregates on plain arrays: numbers with known answers, NULLs, ties, extremes; and what each
// takes.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aggregate.h"
#include "window.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static uint64_t bits_of(double number)
{
    uint64_t bits = 0;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

static struct aggregate_result run(enum aggregate aggregate, enum vec_type type,
                                   const struct series *rows)
{
    struct tally tally = {0};
    struct profile_feature f = {.session_us = 10};
    struct aggregate_scope scope = {
        .feature = &f, .type = type, .cutoff = 3 * US_PER_DAY, .tally = &tally};
    struct aggregate_result r = {0};
    struct pt_error err = ERROR_INIT;
    assert_int_equal(aggregate_kind_of(aggregate)->run(&scope, rows, &r, &err), PT_OK);
    tally_release(&tally);
    return r;
}

static void expect_f64(enum aggregate aggregate, const struct series *rows, double expected)
{
    struct aggregate_result r = run(aggregate, VEC_F64, rows);
    assert_false(r.is_null);
    assert_int_equal(r.bits, bits_of(expected));
}

static void expect_i64(enum aggregate aggregate, const struct series *rows, int64_t expected)
{
    struct aggregate_result r = run(aggregate, VEC_I64, rows);
    assert_false(r.is_null);
    assert_int_equal(r.bits, (uint64_t)expected);
}

static void expect_null(enum aggregate aggregate, enum vec_type type, const struct series *rows)
{
    assert_true(run(aggregate, type, rows).is_null);
}

// NIST's NumAcc3 has this shape: a large mean and a spread of 0.1. Its standard deviation is 0.1.
static void test_aggregate__stddev_keeps_its_digits(void **state)
{
    (void)state;

    enum { N_VALUES = 1001 };

    static uint64_t value[N_VALUES];
    static uint8_t valid[N_VALUES];
    for (size_t i = 0; i < N_VALUES; i++) {
        value[i] = bits_of(i == 0 ? 1000000.2 : i % 2 == 1 ? 1000000.1 : 1000000.3);
        valid[i] = 1;
    }
    struct series rows = {N_VALUES, NULL, value, valid};
    struct aggregate_result r = run(AGGREGATE_STDDEV, VEC_F64, &rows);
    assert_true(fabs(aggregate_number(VEC_F64, r.bits) - 0.1) < 1e-9);
    r = run(AGGREGATE_MEAN, VEC_F64, &rows);
    assert_true(fabs(aggregate_number(VEC_F64, r.bits) - 1000000.2) < 1e-8);
}

static void test_aggregate__numbers_with_nulls(void **state)
{
    (void)state;
    const uint64_t value[] = {bits_of(9), bits_of(2), bits_of(-4), bits_of(2), bits_of(77)};
    const uint8_t valid[] = {1, 1, 1, 1, 0};
    struct series rows = {5, NULL, value, valid};
    expect_f64(AGGREGATE_SUM, &rows, 9);
    expect_f64(AGGREGATE_MEAN, &rows, 2.25);
    expect_f64(AGGREGATE_MIN, &rows, -4);
    expect_f64(AGGREGATE_MAX, &rows, 9);
    expect_f64(AGGREGATE_FIRST, &rows, 9);
    expect_f64(AGGREGATE_LAST, &rows, 2);
    expect_f64(AGGREGATE_TOP, &rows, 2);
    assert_int_equal(run(AGGREGATE_COUNT, VEC_F64, &rows).bits, 4);
    assert_int_equal(run(AGGREGATE_DISTINCT, VEC_F64, &rows).bits, 3);
    struct series nulls = {1, NULL, value + 4, valid + 4};

    static const enum aggregate silent[] = {AGGREGATE_SUM, AGGREGATE_MEAN,  AGGREGATE_MIN,
                                            AGGREGATE_MAX, AGGREGATE_FIRST, AGGREGATE_LAST,
                                            AGGREGATE_TOP, AGGREGATE_OWN,   AGGREGATE_STDDEV};

    for (size_t i = 0; i < N(silent); i++) {
        expect_null(silent[i], VEC_F64, &nulls);
    }
    struct series one = {1, NULL, value, valid};
    expect_null(AGGREGATE_STDDEV, VEC_F64, &one);
}

static void test_aggregate__whole_numbers_are_exact(void **state)
{
    (void)state;
    const uint64_t value[] = {INT64_MAX, 1, (uint64_t)-2, INT64_MAX};
    const uint8_t valid[] = {1, 1, 1, 1};
    struct series rows = {3, NULL, value, valid};
    expect_i64(AGGREGATE_SUM, &rows, INT64_MAX - 1); // beyond 64 bits on the way
    expect_i64(AGGREGATE_MIN, &rows, -2);
    expect_i64(AGGREGATE_MAX, &rows, INT64_MAX);
    expect_i64(AGGREGATE_TOP, &rows, -2); // all once: the smallest
    rows.n = 4;
    expect_null(AGGREGATE_SUM, VEC_I64, &rows); // beyond 64 bits in the end
    expect_i64(AGGREGATE_TOP, &rows, INT64_MAX);
    const uint64_t large[] = {bits_of(1.7e308), bits_of(1.7e308)};
    struct series overflow = {2, NULL, large, valid};
    expect_null(AGGREGATE_SUM, VEC_F64, &overflow);
    expect_null(AGGREGATE_MEAN, VEC_F64, &overflow);
}

static void test_aggregate__share_of_what_is_known(void **state)
{
    (void)state;
    const uint64_t value[] = {1, 0, 1, 1, 0};
    const uint8_t valid[] = {1, 1, 0, 1, 1};
    struct series rows = {5, NULL, value, valid};
    struct aggregate_result r = run(AGGREGATE_SHARE, VEC_BOOL, &rows);
    assert_int_equal(r.bits, bits_of(0.5));
    struct series unknown = {1, NULL, value + 2, valid + 2};
    expect_null(AGGREGATE_SHARE, VEC_BOOL, &unknown);
}

static void test_aggregate__times(void **state)
{
    (void)state;
    const int64_t time[] = {TIME_NONE, TIME_NONE, 0, 10, 21, 21, US_PER_DAY};
    struct series rows = {7, time, NULL, NULL};
    expect_i64(AGGREGATE_SESSIONS, &rows, 3); // a gap of 10 is not longer than 10
    expect_f64(AGGREGATE_DAYS_SINCE, &rows, 2);
    expect_f64(AGGREGATE_GAP_MEAN, &rows, 0.25);
    struct series untimed = {2, time, NULL, NULL};
    expect_i64(AGGREGATE_SESSIONS, &untimed, 0);
    expect_null(AGGREGATE_DAYS_SINCE, VEC_I64, &untimed);
    expect_null(AGGREGATE_GAP_MEAN, VEC_I64, &untimed);
    struct series one = {3, time, NULL, NULL};
    expect_null(AGGREGATE_GAP_MEAN, VEC_I64, &one);
    const int64_t far[] = {TIME_NONE + 1, INT64_MAX};
    struct series ages = {2, far, NULL, NULL};
    expect_i64(AGGREGATE_SESSIONS, &ages, 2);
}

static void expect_type(enum aggregate a, bool has_value, enum vec_type value, enum vec_type type)
{
    enum vec_type out = VEC_BOOL;
    struct pt_error err = ERROR_INIT;
    assert_int_equal(profile_feature_type(a, has_value, value, &out, &err), PT_OK);
    assert_int_equal(out, type);
}

static void expect_refused(enum aggregate a, bool has_value, enum vec_type value, const char *text)
{
    enum vec_type out = VEC_BOOL;
    struct pt_error err = ERROR_INIT;
    assert_int_equal(profile_feature_type(a, has_value, value, &out, &err), PT_E_CONFIG);
    assert_string_equal(err.message, text);
}

static void test_aggregate__types(void **state)
{
    (void)state;
    expect_type(AGGREGATE_COUNT, false, VEC_I64, VEC_I64);
    expect_type(AGGREGATE_COUNT, true, VEC_STR, VEC_I64);
    expect_type(AGGREGATE_SUM, true, VEC_I64, VEC_I64);
    expect_type(AGGREGATE_SUM, true, VEC_F64, VEC_F64);
    expect_type(AGGREGATE_MEAN, true, VEC_I64, VEC_F64);
    expect_type(AGGREGATE_MIN, true, VEC_DATE, VEC_DATE);
    expect_type(AGGREGATE_TOP, true, VEC_STR, VEC_STR);
    expect_type(AGGREGATE_OWN, true, VEC_BOOL, VEC_BOOL);
    expect_type(AGGREGATE_DISTINCT, true, VEC_TIME, VEC_I64);
    expect_type(AGGREGATE_SHARE, true, VEC_BOOL, VEC_F64);
    expect_type(AGGREGATE_EXISTS, false, VEC_I64, VEC_I64);
    expect_type(AGGREGATE_DAYS_SINCE, false, VEC_I64, VEC_F64);
    expect_type(AGGREGATE_SESSIONS, false, VEC_I64, VEC_I64);
    expect_type(AGGREGATE_GAP_MEAN, false, VEC_I64, VEC_F64);
    expect_refused(AGGREGATE_SUM, true, VEC_STR, "`sum` takes a number, not str");
    expect_refused(AGGREGATE_STDDEV, true, VEC_BOOL, "`stddev` takes a number, not bool");
    expect_refused(AGGREGATE_SHARE, true, VEC_I64, "`share` takes a condition, not i64");
    expect_refused(AGGREGATE_TOP, false, VEC_I64, "`top` needs a value");
    expect_refused(AGGREGATE_EXISTS, true, VEC_I64, "`exists` takes no value");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_aggregate__stddev_keeps_its_digits),
        cmocka_unit_test(test_aggregate__numbers_with_nulls),
        cmocka_unit_test(test_aggregate__whole_numbers_are_exact),
        cmocka_unit_test(test_aggregate__share_of_what_is_known),
        cmocka_unit_test(test_aggregate__times),
        cmocka_unit_test(test_aggregate__types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
