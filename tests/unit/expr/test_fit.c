// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "sheet.h"

static void fill(struct sheet *s, const int64_t *values, size_t n)
{
    *s = (struct sheet){.n_rows = n};
    size_t x = sheet_add(s, "x", VEC_I64);
    for (size_t i = 0; i < n; i++) {
        if (values[i] < 0) {
            sheet_set_null(s, x, i);
        } else {
            sheet_set_int(s, x, i, values[i]);
        }
    }
}

static void test_fit__buckets_are_even_without_ties(void **state)
{
    (void)state;
    struct sheet s = {0};
    fill(&s, (int64_t[]){9, 1, 8, 2, 7, 3, 6, 4, 5, 10}, 10);
    sheet_expect(&s, "bucket(5, x)", "5 1 4 1 4 2 3 2 3 5");
    sheet_expect(&s, "bucket(1, x)", "1 1 1 1 1 1 1 1 1 1");
    sheet_expect(&s, "bucket(10, x)", "9 1 8 2 7 3 6 4 5 10");
    sheet_expect(&s, "bucket(3, x)", "3 1 3 1 2 1 2 1 2 3");
    sheet_expect(&s, "bucket(20, x)", "17 1 15 3 13 5 11 7 9 19");
    sheet_expect(&s, "6 - bucket(5, x)", "1 5 2 5 2 4 3 4 3 1");
    sheet_expect(&s, "bucket(2, x) * 10 + bucket(5, - x)", "21 15 22 15 22 14 23 14 13 21");
    sheet_release(&s);
}

static void test_fit__equal_values_stay_together(void **state)
{
    (void)state;
    struct sheet s = {0};
    fill(&s, (int64_t[]){0, 0, 0, 0, -1, 5, 0, 9}, 8);
    sheet_expect(&s, "bucket(4, x)", "1 1 1 1 NULL 3 1 4");
    sheet_expect(&s, "percent_rank(x) * 6", "0.0 0.0 0.0 0.0 NULL 5.0 0.0 6.0");
    sheet_expect(&s, "bucket(4, coalesce(x, 100))", "1 1 1 1 4 3 1 4");
    sheet_expect(&s, "percent_rank(NULL)", "NULL NULL NULL NULL NULL NULL NULL NULL");
    sheet_release(&s);
}

static void test_fit__nothing_and_one_value(void **state)
{
    (void)state;
    struct sheet s = {0};
    fill(&s, (int64_t[]){-1, -1}, 2);
    sheet_expect(&s, "bucket(3, x)", "NULL NULL");
    sheet_expect(&s, "bucket(3, coalesce(x, 7))", "1 1");
    sheet_release(&s);
    fill(&s, (int64_t[]){4, -1}, 2);
    sheet_expect(&s, "percent_rank(x)", "0.0 NULL");
    sheet_expect(&s, "bucket(3, x)", "1 NULL");
    sheet_release(&s);
    fill(&s, NULL, 0);
    sheet_expect(&s, "percent_rank(x)", "");
    sheet_release(&s);
}

static const char *score(struct sheet *s, const struct expr *e, const struct expr_fit *fit)
{
    struct expr_scratch *scratch = expr_scratch_new();
    struct pt_error err = ERROR_INIT;
    struct vec out = {0};
    struct str all = {0};
    assert_int_equal(
        expr_eval(e, &(struct expr_rows){.inputs = s->columns, .n = s->n_rows, .fit = fit}, scratch,
                  &out, &err),
        PT_OK);
    for (size_t i = 0; i < s->n_rows; i++) {
        str_addf(&all, "%s%s", i == 0 ? "" : " ", sheet_show(&s->arena, &out, i));
    }
    const char *shown = arena_strdup(&s->arena, str_get(&all));
    str_release(&all);
    expr_scratch_free(scratch);
    return shown;
}

static void load(const struct expr *e, const struct expr_fit *fit, struct expr_fit **out)
{
    size_t n[2] = {0};
    struct pt_error err = ERROR_INIT;
    const double *values[2] = {expr_fit_values(fit, 0, &n[0]), expr_fit_values(fit, 1, &n[1])};
    assert_int_equal(expr_fit_count(fit), 2);
    assert_int_equal(expr_fit_load(e, 2, values, n, out, &err), PT_OK);
}

// What is learned scores other rows, also after a trip through its numbers.
static void test_fit__scores_new_rows(void **state)
{
    (void)state;
    struct sheet s = {0};
    struct sheet fresh = {0};
    struct expr_fit *fit = NULL;
    struct expr_fit *loaded = NULL;
    struct pt_error err = ERROR_INIT;
    fill(&s, (int64_t[]){10, 20, 30, 40, 50}, 5);
    fill(&fresh, (int64_t[]){0, 10, 15, 50, 60, -1}, 6);
    struct expr *e = sheet_compile(&s, "bucket(5, x) + percent_rank(x)");
    assert_true(expr_has_column_function(e));
    assert_int_equal(expr_fit_new(e, s.columns, s.n_rows, &fit, &err), PT_OK);
    assert_string_equal(score(&fresh, e, fit), "1.0 1.0 2.25 6.0 6.0 NULL");
    load(e, fit, &loaded);
    assert_string_equal(score(&fresh, e, loaded), "1.0 1.0 2.25 6.0 6.0 NULL");
    expr_fit_free(fit);
    expr_fit_free(loaded);
    sheet_release(&s);
    sheet_release(&fresh);
}

static void expect_refused(const struct expr *e, const double *values, size_t n)
{
    struct expr_fit *fit = NULL;
    struct pt_error err = ERROR_INIT;
    assert_int_equal(expr_fit_load(e, 1, &values, &n, &fit, &err), PT_E_DATA);
    assert_null(fit);
}

static void test_fit__refuses_damaged_values(void **state)
{
    (void)state;
    struct sheet s = {0};
    struct expr_fit *fit = NULL;
    struct pt_error err = ERROR_INIT;
    fill(&s, (int64_t[]){1, 2}, 2);
    const struct expr *bucket = sheet_compile(&s, "bucket(3, x)");
    const struct expr *rank = sheet_compile(&s, "percent_rank(x)");
    expect_refused(bucket, (double[]){1}, 1);
    expect_refused(bucket, (double[]){2, 1}, 2);
    expect_refused(bucket, (double[]){1, NAN}, 2);
    expect_refused(bucket, (double[]){1, INFINITY}, 2);
    expect_refused(bucket, (double[]){1, 2, 3}, 3);
    expect_refused(rank, NULL, 0);
    expect_refused(rank, (double[]){2, 1}, 2);
    expect_refused(rank, (double[]){2}, 1);
    expect_refused(rank, (double[]){NAN}, 1);
    expect_refused(rank, (double[]){2, 5, 1}, 3);
    expect_refused(rank, (double[]){2, 5, 0, 5, 1}, 5);
    expect_refused(rank, (double[]){2, 5, 0, 6, 0}, 5);
    expect_refused(rank, (double[]){2, 5, 0, 6, 2}, 5);
    expect_refused(rank, (double[]){2, 5, 0, 6, NAN}, 5);
    assert_int_equal(expr_fit_load(bucket, 0, NULL, NULL, &fit, &err), PT_E_DATA);
    sheet_release(&s);
}

static void test_fit__is_needed(void **state)
{
    (void)state;
    struct sheet s = {0};
    struct pt_error err = ERROR_INIT;
    struct vec out = {0};
    fill(&s, (int64_t[]){1, 2}, 2);
    struct expr_scratch *scratch = expr_scratch_new();
    const struct expr *e = sheet_compile(&s, "bucket(3, x)");
    assert_int_equal(
        expr_eval(e, &(struct expr_rows){.inputs = s.columns, .n = 2}, scratch, &out, &err),
        PT_E_INVALID);
    expr_scratch_free(scratch);
    expr_fit_free(NULL);
    sheet_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fit__buckets_are_even_without_ties),
        cmocka_unit_test(test_fit__equal_values_stay_together),
        cmocka_unit_test(test_fit__nothing_and_one_value),
        cmocka_unit_test(test_fit__scores_new_rows),
        cmocka_unit_test(test_fit__refuses_damaged_values),
        cmocka_unit_test(test_fit__is_needed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
