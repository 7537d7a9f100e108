// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "sheet.h"

// All nine pairs of false, true, NULL.
static int setup(void **state)
{
    static struct sheet s;
    s = (struct sheet){.n_rows = 9};
    sheet_add(&s, "p", VEC_BOOL);
    sheet_add(&s, "q", VEC_BOOL);
    sheet_add(&s, "n", VEC_I64);
    sheet_add(&s, "t", VEC_STR);
    for (size_t i = 0; i < 9; i++) {
        size_t k[2] = {i / 3, i % 3};
        for (size_t c = 0; c < 2; c++) {
            sheet_set_int(&s, c, i, k[c] == 1);
            if (k[c] == 2) {
                // What stands under a NULL must not matter.
                sheet_set_int(&s, c, i, (int64_t)(i & 1));
                sheet_set_null(&s, c, i);
            }
        }
        sheet_set_int(&s, 2, i, (int64_t)i);
        sheet_set_text(&s, 3, i, i % 2 == 0 ? "even" : "odd");
    }
    sheet_set_null(&s, 3, 8);
    *state = &s;
    return 0;
}

static int teardown(void **state)
{
    sheet_release(*state);
    return 0;
}

static void test_eval_logic__has_three_values(void **state)
{
    struct sheet *s = *state;
    sheet_expect(s, "p AND q", "false false false false true NULL false NULL NULL");
    sheet_expect(s, "p OR q", "false true NULL true true true NULL true NULL");
    sheet_expect(s, "NOT p", "true true true false false false NULL NULL NULL");
    sheet_expect(s, "p = q", "true false NULL false true NULL NULL NULL NULL");
    sheet_expect(s, "p <> q", "false true NULL true false NULL NULL NULL NULL");
    sheet_expect(s, "(NOT (p AND q)) = (NOT p OR NOT q)",
                 "true true true true true NULL true NULL NULL");
}

static void test_eval_logic__constants_take_part(void **state)
{
    struct sheet *s = *state;
    sheet_expect(s, "p AND TRUE", "false false false true true true NULL NULL NULL");
    sheet_expect(s, "p AND FALSE", "false false false false false false false false false");
    sheet_expect(s, "p AND NULL", "false false false NULL NULL NULL NULL NULL NULL");
    sheet_expect(s, "NULL OR p", "NULL NULL NULL true true true NULL NULL NULL");
    sheet_expect(s, "p OR 1 = 1", "true true true true true true true true true");
    sheet_expect(s, "p = 1", "false false false true true true NULL NULL NULL");
    sheet_expect(s, "0 = p", "true true true false false false NULL NULL NULL");
    sheet_expect(s, "p = FALSE", "true true true false false false NULL NULL NULL");
    sheet_expect(s, "NOT NULL", "NULL NULL NULL NULL NULL NULL NULL NULL NULL");
}

static void test_eval_logic__is_never_gives_null(void **state)
{
    struct sheet *s = *state;
    sheet_expect(s, "p IS NULL", "false false false false false false true true true");
    sheet_expect(s, "p IS NOT NULL", "true true true true true true false false false");
    sheet_expect(s, "p IS TRUE", "false false false true true true false false false");
    sheet_expect(s, "p IS NOT TRUE", "true true true false false false true true true");
    sheet_expect(s, "p IS FALSE", "true true true false false false false false false");
    sheet_expect(s, "p IS NOT FALSE", "false false false true true true true true true");
    sheet_expect(s, "NULL IS NULL", "true true true true true true true true true");
    sheet_expect(s, "n IS NULL", "false false false false false false false false false");
    sheet_expect(s, "NULL IS TRUE", "false false false false false false false false false");
}

static void test_eval_logic__choices_take_the_right_row(void **state)
{
    struct sheet *s = *state;
    sheet_expect(s, "CASE WHEN p THEN n ELSE - n END", "0 -1 -2 3 4 5 -6 -7 -8");
    sheet_expect(s, "CASE WHEN p THEN n END", "NULL NULL NULL 3 4 5 NULL NULL NULL");
    sheet_expect(s, "CASE WHEN p THEN 'p' WHEN q THEN t ELSE NULL END",
                 "NULL 'odd' NULL 'p' 'p' 'p' NULL 'odd' NULL");
    sheet_expect(s, "CASE n WHEN 1 THEN 10 WHEN 1 THEN 20 WHEN NULL THEN 30 ELSE 0.5 END",
                 "0.5 10.0 0.5 0.5 0.5 0.5 0.5 0.5 0.5");
    sheet_expect(s, "CASE t WHEN 'odd' THEN q ELSE p END",
                 "false true false false true NULL NULL true NULL");
    sheet_expect(s, "coalesce(p, q)", "false false false true true true false true NULL");
    sheet_expect(s, "coalesce(p, q, 1)", "false false false true true true false true true");
    sheet_expect(s, "coalesce(NULL, n)", "0 1 2 3 4 5 6 7 8");
    sheet_expect(s, "coalesce(5, n)", "5 5 5 5 5 5 5 5 5");
    sheet_expect(s, "coalesce(t, 'none') = 'none'",
                 "false false false false false false false false true");
    sheet_expect(s, "nullif(n, 3)", "0 1 2 NULL 4 5 6 7 8");
    sheet_expect(s, "nullif(n, 3.0)", "0 1 2 NULL 4 5 6 7 8");
    sheet_expect(s, "nullif(n, NULL)", "0 1 2 3 4 5 6 7 8");
    sheet_expect(s, "nullif('even', t)", "NULL 'even' NULL 'even' NULL 'even' NULL 'even' 'even'");
    sheet_expect(s, "nullif(NULL, n) IS NULL", "true true true true true true true true true");
    sheet_expect(s, "nullif(p, q)", "NULL false false true NULL true NULL NULL NULL");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_eval_logic__has_three_values),
        cmocka_unit_test(test_eval_logic__constants_take_part),
        cmocka_unit_test(test_eval_logic__is_never_gives_null),
        cmocka_unit_test(test_eval_logic__choices_take_the_right_row),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
