// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "sheet.h"

static int setup(void **state)
{
    static const char *const texts[] = {"a", "B", "", "ab"};
    static struct sheet s;
    s = (struct sheet){.n_rows = 5};
    sheet_add(&s, "i", VEC_I64);
    sheet_add(&s, "f", VEC_F64);
    sheet_add(&s, "t", VEC_STR);
    sheet_add(&s, "d", VEC_DATE);
    sheet_add(&s, "m", VEC_TIME);
    for (size_t k = 0; k < 4; k++) {
        sheet_set_int(&s, 0, k, (int64_t)k - 1);
        sheet_set_real(&s, 1, k, (double)k / 2);
        sheet_set_text(&s, 2, k, texts[k]);
        sheet_set_int(&s, 3, k, (int64_t)k * 100);
        sheet_set_int(&s, 4, k, ((int64_t)k * 100) * US_PER_DAY + (k == 2 ? 1 : 0));
    }
    for (size_t c = 0; c < 5; c++) {
        sheet_set_null(&s, c, 4);
    }
    *state = &s;
    return 0;
}

static int teardown(void **state)
{
    sheet_release(*state);
    return 0;
}

static void test_eval_compare__every_operator_and_shape(void **state)
{
    struct sheet *s = *state;
    sheet_expect(s, "i = 1", "false false true false NULL");
    sheet_expect(s, "i <> 1", "true true false true NULL");
    sheet_expect(s, "i < 1", "true true false false NULL");
    sheet_expect(s, "i <= 1", "true true true false NULL");
    sheet_expect(s, "i > 1", "false false false true NULL");
    sheet_expect(s, "i >= 1", "false false true true NULL");
    sheet_expect(s, "1 < i", "false false false true NULL");
    sheet_expect(s, "1 >= i", "true true true false NULL");
    sheet_expect(s, "i < f", "true true false false NULL");
    sheet_expect(s, "f = f", "true true true true NULL");
    sheet_expect(s, "2 > 1", "true true true true true");
    sheet_expect(s, "f = 1", "false false true false NULL");
    sheet_expect(s, "i = NULL", "NULL NULL NULL NULL NULL");
    sheet_expect(s, "i BETWEEN 0 AND 1", "false true true false NULL");
    sheet_expect(s, "i NOT BETWEEN 0 AND 1.5", "true false false true NULL");
    sheet_expect(s, "1 BETWEEN i AND f", "false false true false NULL");
    sheet_expect(s, "i BETWEEN NULL AND 1", "NULL NULL NULL false NULL");
}

static void test_eval_compare__texts_by_bytes(void **state)
{
    struct sheet *s = *state;
    sheet_expect(s, "t = 'a'", "true false false false NULL");
    sheet_expect(s, "t <> 'a'", "false true true true NULL");
    sheet_expect(s, "t < 'a'", "false true true false NULL");
    sheet_expect(s, "t <= 'a'", "true true true false NULL");
    sheet_expect(s, "'a' < t", "false false false true NULL");
    sheet_expect(s, "t >= 'a'", "true false false true NULL");
    sheet_expect(s, "t > 'Z'", "true false false true NULL");
    sheet_expect(s, "t = lower(t)", "true false true true NULL");
    sheet_expect(s, "t IN ('a', '', 'x')", "true false true false NULL");
    sheet_expect(s, "least(t, 'ab')", "'a' 'B' '' 'ab' NULL");
    sheet_expect(s, "greatest(t, 'aa', 'C')", "'aa' 'aa' 'aa' 'ab' NULL");
}

static void test_eval_compare__days_and_instants(void **state)
{
    struct sheet *s = *state;
    sheet_expect(s, "d = m", "true true false true NULL");
    sheet_expect(s, "m > d", "false false true false NULL");
    sheet_expect(s, "d = '1970-04-11'", "false true false false NULL");
    sheet_expect(s, "'1970-04-11' < d", "false false true true NULL");
    sheet_expect(s, "m = '1970-04-11'", "false true false false NULL");
    sheet_expect(s, "m = '1970-04-11T02:00:00+02:00'", "false true false false NULL");
    sheet_expect(s, "d < '1970-04-11T00:00:01Z'", "true true false false NULL");
    sheet_expect(s, "d IN ('1970-01-01', DATE '1970-04-11', NULL)", "true true NULL NULL NULL");
    sheet_expect(s, "d BETWEEN '1970-01-02' AND m", "false true true true NULL");
    sheet_expect(s, "least(d, '1970-04-11')", "1970-01-01 1970-04-11 1970-04-11 1970-04-11 NULL");
    sheet_expect(s, "greatest(i, f, 0.75)", "0.75 0.75 1.0 2.0 NULL");
    sheet_expect(s, "coalesce(d, '2000-01-01') = '2000-01-01'", "false false false false true");
    sheet_expect(s, "CASE d WHEN '1970-01-01' THEN 1 ELSE 0 END", "1 0 0 0 0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_eval_compare__every_operator_and_shape),
        cmocka_unit_test(test_eval_compare__texts_by_bytes),
        cmocka_unit_test(test_eval_compare__days_and_instants),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
