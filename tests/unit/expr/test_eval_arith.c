// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include <math.h>

#include "sheet.h"

// a: 7, -7, NULL, greatest, smallest; b: 2, 0, 1, 1, -1; x: 2.5, -2.5, NULL, 0.1, 1e300.
static int setup(void **state)
{
    static const int64_t a[] = {7, -7, 0, INT64_MAX, INT64_MIN};
    static const int64_t b[] = {2, 0, 1, 1, -1};
    static const double x[] = {2.5, -2.5, 0, 0.1, 1e300};
    static struct sheet s;
    s = (struct sheet){.n_rows = 5};
    sheet_add(&s, "a", VEC_I64);
    sheet_add(&s, "b", VEC_I64);
    sheet_add(&s, "x", VEC_F64);
    for (size_t i = 0; i < 5; i++) {
        sheet_set_int(&s, 0, i, a[i]);
        sheet_set_int(&s, 1, i, b[i]);
        sheet_set_real(&s, 2, i, x[i]);
    }
    sheet_set_null(&s, 0, 2);
    sheet_set_null(&s, 2, 2);
    *state = &s;
    return 0;
}

static int teardown(void **state)
{
    sheet_release(*state);
    return 0;
}

static void test_eval_arith__integers_overflow_to_null(void **state)
{
    struct sheet *s = *state;
    sheet_expect(s, "a + b", "9 -7 NULL NULL NULL");
    sheet_expect(s, "a - b", "5 -7 NULL 9223372036854775806 -9223372036854775807");
    sheet_expect(s, "a + b - b", "7 -7 NULL NULL NULL");
    sheet_expect(s, "a * b", "14 0 NULL 9223372036854775807 NULL");
    sheet_expect(s, "a % b", "1 NULL NULL 0 0");
    sheet_expect(s, "- a", "-7 7 NULL -9223372036854775807 NULL");
    sheet_expect(s, "abs(a)", "7 7 NULL 9223372036854775807 NULL");
    sheet_expect(s, "5 - b", "3 5 4 4 6");
    sheet_expect(s, "b - 5", "-3 -5 -4 -4 -6");
    sheet_expect(s, "-7 % b", "-1 NULL 0 0 0");
    sheet_expect(s, "-9223372036854775808",
                 "-9223372036854775808 -9223372036854775808 "
                 "-9223372036854775808 -9223372036854775808 "
                 "-9223372036854775808");
}

static void test_eval_arith__division_is_real(void **state)
{
    struct sheet *s = *state;
    sheet_expect(s, "b / 2", "1.0 0.0 0.5 0.5 -0.5");
    sheet_expect(s, "1 / b", "0.5 NULL 1.0 1.0 -1.0");
    sheet_expect(s, "x / b", "1.25 NULL NULL 0.1 -1e+300");
    sheet_expect(s, "0 / b", "0.0 NULL 0.0 0.0 -0.0");
    sheet_expect(s, "x % 2", "0.5 -0.5 NULL 0.1 0.0");
    sheet_expect(s, "x % 0", "NULL NULL NULL NULL NULL");
    sheet_expect(s, "x * x", "6.25 6.25 NULL 0.010000000000000002 NULL");
    sheet_expect(s, "x + b", "4.5 -2.5 NULL 1.1 1e+300");
    sheet_expect(s, "a / NULL", "NULL NULL NULL NULL NULL");
    sheet_expect(s, "NULL + NULL", "NULL NULL NULL NULL NULL");
}

static void test_eval_arith__functions_have_domains(void **state)
{
    struct sheet *s = *state;
    sheet_expect(s, "round(ln(b), 12)", "0.69314718056 NULL 0.0 0.0 NULL");
    sheet_expect(s, "round(log1p(b), 12)", "1.098612288668 0.0 0.69314718056 0.69314718056 NULL");
    sheet_expect(s, "sqrt(x) < 2", "true NULL NULL true false");
    sheet_expect(s, "exp(x) > 1", "true false NULL true NULL");
    sheet_expect(s, "floor(x)", "2.0 -3.0 NULL 0.0 1e+300");
    sheet_expect(s, "ceil(x)", "3.0 -2.0 NULL 1.0 1e+300");
    sheet_expect(s, "floor(a) = a", "true true NULL true true");
    sheet_expect(s, "abs(x)", "2.5 2.5 NULL 0.1 1e+300");
    sheet_expect(s, "- x", "-2.5 2.5 NULL -0.1 -1e+300");
}

static void test_eval_arith__round_goes_away_from_zero(void **state)
{
    struct sheet *s = *state;
    sheet_expect(s, "round(x)", "3.0 -3.0 NULL 0.0 1e+300");
    sheet_expect(s, "round(x, 1)", "2.5 -2.5 NULL 0.1 1e+300");
    sheet_expect(s, "round(x, NULL)", "NULL NULL NULL NULL NULL");
    sheet_expect(s, "round(x, b)", "2.5 -3.0 NULL 0.1 1e+300");
    sheet_expect(s, "round(a, 1) = a", "true true NULL true true");
    struct sheet one = {.n_rows = 1};
    sheet_expect(&one, "round(1.005, 2)", "1.01");
    sheet_expect(&one, "round(2.675, 2)", "2.68");
    sheet_expect(&one, "round(-2.675, 2)", "-2.68");
    sheet_expect(&one, "round(0.125, 2)", "0.13");
    sheet_expect(&one, "round(1234.56785, 4)", "1234.5679");
    sheet_expect(&one, "round(0.49999999999999994)", "0.0");
    sheet_expect(&one, "round(4503599627370495.5)", "4503599627370496.0");
    sheet_expect(&one, "round(9007199254740993.0)", "9007199254740992.0");
    sheet_expect(&one, "round(1e-300, 22)", "0.0");
    sheet_expect(&one, "round(-0.4)", "0.0");
    sheet_expect(&one, "round(3.14159, 99)", "3.14159");
    sheet_expect(&one, "round(3.14159, -3)", "3.0");
    sheet_release(&one);
}

static void test_eval_arith__nan_in_the_data_is_null(void **state)
{
    (void)state;
    struct sheet s = {.n_rows = 3};
    size_t x = sheet_add(&s, "x", VEC_F64);
    sheet_set_real(&s, x, 0, NAN);
    sheet_set_real(&s, x, 1, INFINITY);
    sheet_set_real(&s, x, 2, 1);
    sheet_expect(&s, "x", "NULL inf 1.0");
    sheet_expect(&s, "x IS NULL", "true false false");
    sheet_expect(&s, "x + 1", "NULL NULL 2.0");
    sheet_expect(&s, "x > 5", "NULL true false");
    sheet_expect(&s, "floor(x)", "NULL NULL 1.0");
    sheet_expect(&s, "round(x)", "NULL NULL 1.0");
    s.columns[0].valid = NULL;
    sheet_expect(&s, "coalesce(x, 0)", "0.0 inf 1.0");
    sheet_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_eval_arith__integers_overflow_to_null),
        cmocka_unit_test(test_eval_arith__division_is_real),
        cmocka_unit_test(test_eval_arith__functions_have_domains),
        cmocka_unit_test(test_eval_arith__round_goes_away_from_zero),
        cmocka_unit_test(test_eval_arith__nan_in_the_data_is_null),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
