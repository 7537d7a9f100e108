// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "sheet.h"

// Instants: 1969-12-31T23:30Z, 2025-03-30T00:59:59.999999Z (Berlin's clocks go forward a
// microsecond later), NULL, the first and the last that there are: -290308-12-21T19:59:05.224192Z
// and 294247-01-10T04:00:54.775807Z.
static int setup(void **state)
{
    static struct sheet s;
    struct civil spring = {2025, 3, 30, 0, 59, 59, 999999};
    s = (struct sheet){.n_rows = 5};
    sheet_add(&s, "t", VEC_TIME);
    sheet_add(&s, "d", VEC_DATE);
    sheet_set_int(&s, 0, 0, -1800 * US_PER_SECOND);
    sheet_set_int(&s, 0, 1, civil_to_us(&spring));
    sheet_set_null(&s, 0, 2);
    sheet_set_int(&s, 0, 3, INT64_MIN);
    sheet_set_int(&s, 0, 4, INT64_MAX);
    sheet_set_int(&s, 1, 0, civil_to_days(2000, 2, 29));
    sheet_set_int(&s, 1, 1, -1);
    sheet_set_null(&s, 1, 2);
    sheet_set_int(&s, 1, 3, INT64_MIN);
    sheet_set_int(&s, 1, 4, INT64_MAX);
    *state = &s;
    return 0;
}

static int teardown(void **state)
{
    sheet_release(*state);
    return 0;
}

static void test_eval_time__parts_are_read_in_a_zone(void **state)
{
    struct sheet *s = *state;
    sheet_expect(s, "hour(t)", "23 0 NULL 19 4");
    sheet_expect(s, "hour(t, 'UTC')", "23 0 NULL 19 4");
    sheet_expect(s, "hour(t, 'Europe/Berlin') IN (0, 1)", "true true NULL false NULL");
    sheet_expect(s, "hour(t, '+01:00')", "0 1 NULL 20 NULL");
    sheet_expect(s, "hour(t, '-05:30')", "18 19 NULL NULL 22");
    sheet_expect(s, "weekday(t)", "3 0 NULL 0 0");
    sheet_expect(s, "weekday(t, '+01:00')", "4 0 NULL 0 NULL");
    sheet_expect(s, "weekday(d)", "2 3 NULL 3 4");
    sheet_expect(s, "date(t) = '1969-12-31'", "true false NULL false false");
    sheet_expect(s, "date(t, '+01:00') = '1970-01-01'", "true false NULL false NULL");
    sheet_expect(s, "date(d) = d", "true true NULL true true");
    sheet_expect(s, "hour('2025-03-30T01:00:00Z', 'Europe/Berlin')", "3 3 3 3 3");
    sheet_expect(s, "hour('2025-07-01T00:00:00Z', 'Europe/Berlin')", "2 2 2 2 2");
    sheet_expect(s, "date('2025-06-01T18:00:00Z', 'Asia/Shanghai')",
                 "2025-06-02 2025-06-02 2025-06-02 2025-06-02 2025-06-02");
}

static void test_eval_time__default_zone_is_the_scope_s(void **state)
{
    (void)state;
    struct sheet s = {.n_rows = 1};
    sheet_add(&s, "t", VEC_TIME);
    struct zone *zone = NULL;
    struct pt_error err = ERROR_INIT;
    assert_int_equal(zone_open("Asia/Shanghai", &zone, &err), PT_OK);
    struct expr_scope scope = sheet_scope(&s);
    scope.zone = zone;
    static const char *const sources[] = {"hour(t) = 8",
                                          "hour(t, 'UTC') = 0",
                                          "t = '1970-01-01T08:00:00'",
                                          "t = TIMESTAMP '1970-01-01 08:00:00'",
                                          "t = '1970-01-01T00:00:00Z'",
                                          "t = DATE '1970-01-01'"};
    struct expr_scratch *scratch = expr_scratch_new();
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        struct expr *e = NULL;
        struct vec out = {0};
        assert_int_equal(expr_compile(&s.arena, text_of(sources[i]), &scope, &e, &err), PT_OK);
        assert_int_equal(
            expr_eval(e, &(struct expr_rows){.inputs = s.columns, .n = 1}, scratch, &out, &err),
            PT_OK);
        if (!vec_is_valid(&out, 0) || out.b[0] != 1) {
            fail_msg("%s", sources[i]);
        }
    }
    expr_scratch_free(scratch);
    zone_free(zone);
    sheet_release(&s);
}

static void test_eval_time__spans_are_floored(void **state)
{
    struct sheet *s = *state;
    sheet_expect(s, "days_between(t, '1970-01-01T00:00:00Z')", "0 -20178 NULL NULL -106751992");
    sheet_expect(s, "days_between('1970-01-01', t)", "-1 20177 NULL -106751992 106751991");
    sheet_expect(s, "days_between(d, '1970-01-01')", "-11016 1 NULL NULL -9223372036854775807");
    sheet_expect(s, "days_between(d, d)", "0 0 NULL 0 0");
    sheet_expect(s, "days_between(d, '2000-03-01T12:00:00Z')", "1 11018 NULL NULL NULL");
    sheet_expect(s, "days_between(NULL, d)", "NULL NULL NULL NULL NULL");
    sheet_expect(s, "d < t", "false true NULL NULL NULL");
}

static void test_eval_time__years_are_completed(void **state)
{
    struct sheet *s = *state;
    sheet_expect(s, "years_between(d, '2001-02-28')", "0 31 NULL NULL NULL");
    sheet_expect(s, "years_between(d, '2001-03-01')", "1 31 NULL NULL NULL");
    sheet_expect(s, "years_between(d, '2004-02-29')", "4 34 NULL NULL NULL");
    sheet_expect(s, "years_between('2004-02-29', d)", "-4 -35 NULL NULL NULL");
    sheet_expect(s, "years_between(d, d)", "0 0 NULL NULL NULL");
    sheet_expect(s, "years_between(t, '2026-03-30T00:00:00Z')", "56 0 NULL 292333 -292221");
    sheet_expect(s, "years_between(t, '2026-03-30T01:00:00Z')", "56 1 NULL 292333 -292221");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_eval_time__parts_are_read_in_a_zone),
        cmocka_unit_test(test_eval_time__default_zone_is_the_scope_s),
        cmocka_unit_test(test_eval_time__spans_are_floored),
        cmocka_unit_test(test_eval_time__years_are_completed),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
