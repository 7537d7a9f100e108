// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Logistic regression where the answer is known on paper.
#include <setjmp.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model_bench.h"
#include "sample_table.h"

static void test_logreg__options_refuse_bad_values(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"{}", ""},
        {"{lambda: 0, rounds: 10}", ""},
        {"{lambda: -1}", "P0106"},
        {"{lambda: 1.0e13}", "P0106"},
        {"{lambda: much}", "P0104"},
        {"{rounds: 0}", "P0106"},
        {"{rounds: 10001}", "P0106"},
        {"{rounds: 2.5}", "P0104"},
        {"{c: 1}", "P0103"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(bench_fault("logreg", cases[i][0]), cases[i][1]);
    }
}

// A table of one 0/1 column and a label with the given counts.
static void two_by_two(size_t a, size_t b, size_t c, size_t d, struct table *out)
{
    *out = (struct table){.n_rows = a + b + c + d};
    double *x = bench_column(out, "x");
    double *y = bench_column(out, "y");
    for (size_t i = 0; i < out->n_rows; i++) {
        x[i] = i >= a + b;
        y[i] = (i >= a && i < a + b) || i >= a + b + c;
    }
}

static void test_logreg__two_by_two_table(void **state)
{
    (void)state;
    struct model_bench b;
    struct table t;
    bench_open(&b, "logreg", "{lambda: 0}", 2);
    two_by_two(40, 10, 15, 25, &t);
    struct learn_spec spec = bench_spec(&b, &t, "y", NULL);
    struct learned *m = bench_fit(&spec, &t);
    struct json *r = bench_report(m);
    double intercept = bench_number(r, "explain", "intercept", "raw", NULL);
    double slope = bench_number(r, "explain", "coefficients", "0", "raw", NULL);
    assert_true(bench_near(intercept, log(10.0 / 40), 1e-12));
    assert_true(bench_near(slope, log(25.0 / 15) - log(10.0 / 40), 1e-12));
    assert_true(bench_near(bench_number(r, "explain", "intercept", "raw_error", NULL),
                           sqrt(1.0 / 40 + 1.0 / 10), 1e-9));
    assert_true(bench_near(bench_number(r, "explain", "coefficients", "0", "raw_error", NULL),
                           sqrt(1.0 / 40 + 1.0 / 10 + 1.0 / 15 + 1.0 / 25), 1e-9));
    json_free(r);
    learned_free(m);
    table_release(&t);
    bench_close(&b);
}

// At the optimum the penalised gradient is zero; the intercept is free.
static void test_logreg__penalty_as_written(void **state)
{
    (void)state;
    static const char *const withs[] = {"{lambda: 0.5}", "{lambda: 2}", "{lambda: 1000}"};
    static const double lambdas[] = {0.5, 2, 1000};
    for (int i = 0; i < 3; i++) {
        struct model_bench b;
        struct table t;
        bench_open(&b, "logreg", withs[i], 2);
        two_by_two(40, 10, 15, 25, &t);
        struct learn_spec spec = bench_spec(&b, &t, "y", NULL);
        spec.prepare.scale = LEARN_SCALE_NONE;
        struct learned *m = bench_fit(&spec, &t);
        struct json *r = bench_report(m);
        double b0 = bench_number(r, "explain", "intercept", "value", NULL);
        double w = bench_number(r, "explain", "coefficients", "0", "value", NULL);
        double p0 = 1 / (1 + exp(-b0));
        double p1 = 1 / (1 + exp(-b0 - w));
        assert_true(fabs(50 * p0 - 10 + 40 * p1 - 25) < 1e-9);
        assert_true(fabs(40 * p1 - 25 + lambdas[i] * w) < 1e-9);
        double loss = -10 * log(p0) - 40 * log(1 - p0) - 25 * log(p1) - 15 * log(1 - p1);
        assert_true(bench_near(bench_number(r, "explain", "objective", NULL),
                               loss + lambdas[i] / 2 * w * w, 1e-12));
        assert_true(bench_near(bench_number(r, "explain", "log_likelihood", NULL), -loss, 1e-12));
        json_free(r);
        learned_free(m);
        table_release(&t);
        bench_close(&b);
    }
}

static pt_status fit_status(const char *with, struct table *t, struct pt_error *err)
{
    struct model_bench b;
    struct learned *m = NULL;
    bench_open(&b, "logreg", with, 1);
    struct learn_spec spec = bench_spec(&b, t, "y", NULL);
    *err = ERROR_INIT;
    pt_status status = learn_fit(&spec, t, &m, err);
    learned_free(m);
    bench_close(&b);
    return status;
}

static void test_logreg__separation_is_told(void **state)
{
    (void)state;
    struct pt_error err;
    struct table t;
    two_by_two(30, 0, 0, 20, &t); // complete
    assert_int_equal(fit_status("{lambda: 0}", &t, &err), PT_E_NUMERIC);
    assert_non_null(strstr(err.message, "column `x` (alone or with others) separates"));
    assert_int_equal(fit_status("{lambda: 0.001}", &t, &err), PT_OK);
    table_release(&t);
    two_by_two(30, 10, 0, 20, &t); // in the rows with x = 1 only
    assert_int_equal(fit_status("{lambda: 0}", &t, &err), PT_E_NUMERIC);
    assert_non_null(strstr(err.message, "separates"));
    assert_int_equal(fit_status("{lambda: 0.001}", &t, &err), PT_OK);
    table_release(&t);
    // By two columns together: x1 > x2 is the label.
    t = (struct table){.n_rows = 200};
    double *x1 = bench_column(&t, "x1");
    double *x2 = bench_column(&t, "x2");
    double *y = bench_column(&t, "y");
    uint64_t stream = 1;
    for (size_t i = 0; i < 200; i++) {
        x1[i] = sample_uniform(&stream);
        x2[i] = sample_uniform(&stream);
        y[i] = x1[i] > x2[i];
    }
    assert_int_equal(fit_status("{lambda: 0}", &t, &err), PT_E_NUMERIC);
    assert_non_null(strstr(err.message, "separates"));
    table_release(&t);
}

static void test_logreg__strong_signal_is_no_separation(void **state)
{
    (void)state;
    struct pt_error err;
    struct table t;
    two_by_two(3000, 1, 1, 2000, &t); // odds of 6 million to one, yet finite
    assert_int_equal(fit_status("{lambda: 0}", &t, &err), PT_OK);
    table_release(&t);
}

static void test_logreg__dependent_columns_are_told(void **state)
{
    (void)state;
    struct pt_error err;
    struct table t;
    two_by_two(40, 10, 15, 25, &t);
    double *twice = bench_column(&t, "twice");
    for (size_t i = 0; i < t.n_rows; i++) {
        twice[i] = 2 * t.columns[0].f[i] + 3;
    }
    assert_int_equal(fit_status("{lambda: 0}", &t, &err), PT_E_NUMERIC);
    assert_non_null(strstr(err.message, "column `twice` follows from the columns before it"));
    assert_int_equal(fit_status("{lambda: 1}", &t, &err), PT_OK);
    table_release(&t);
}

static void test_logreg__constant_column_stays_out(void **state)
{
    (void)state;

    static const enum learn_scale scales[] = {LEARN_SCALE_NONE, LEARN_SCALE_STANDARD,
                                              LEARN_SCALE_MINMAX};

    for (int i = 0; i < 3; i++) {
        struct model_bench b;
        struct table t;
        bench_open(&b, "logreg", "{lambda: 0}", 1);
        two_by_two(40, 10, 15, 25, &t);
        double *same = bench_column(&t, "same");
        for (size_t j = 0; j < t.n_rows; j++) {
            same[j] = 0.1;
        }
        struct learn_spec spec = bench_spec(&b, &t, "y", NULL);
        spec.prepare.scale = scales[i];
        struct learned *m = bench_fit(&spec, &t);
        struct json *r = bench_report(m);
        assert_true(bench_number(r, "explain", "coefficients", "1", "value", NULL) == 0);
        assert_true(bench_near(bench_number(r, "explain", "intercept", "raw", NULL), log(10.0 / 40),
                               1e-11));
        json_free(r);
        learned_free(m);
        table_release(&t);
        bench_close(&b);
    }
}

static void test_logreg__wild_scales(void **state)
{
    (void)state;
    struct model_bench b;
    struct table t;
    double raw[2];
    for (int i = 0; i < 2; i++) {
        bench_open(&b, "logreg", "{lambda: 0}", 1);
        two_by_two(40, 10, 15, 25, &t);
        double *time = bench_column(&t, "time"); // microseconds since 1970
        uint64_t stream = 3;
        for (size_t j = 0; j < t.n_rows; j++) {
            time[j] = 1.7e15 + 1e12 * sample_uniform(&stream);
        }
        struct learn_spec spec = bench_spec(&b, &t, "y", NULL);
        spec.prepare.scale = i == 0 ? LEARN_SCALE_STANDARD : LEARN_SCALE_MINMAX;
        struct learned *m = bench_fit(&spec, &t);
        struct json *r = bench_report(m);
        raw[i] = bench_number(r, "explain", "coefficients", "1", "raw", NULL);
        json_free(r);
        learned_free(m);
        table_release(&t);
        bench_close(&b);
    }
    assert_true(bench_near(raw[0], raw[1], 1e-9));
}

static void test_logreg__too_few_rounds_are_told(void **state)
{
    (void)state;
    struct pt_error err;
    struct table t;
    two_by_two(40, 10, 15, 25, &t);
    assert_int_equal(fit_status("{lambda: 0, rounds: 1}", &t, &err), PT_E_NUMERIC);
    assert_non_null(strstr(err.message, "not at the optimum after 1 rounds"));
    table_release(&t);
}

static void test_logreg__score_does_not_depend_on_place(void **state)
{
    (void)state;
    struct model_bench b;
    struct table t;
    struct table one;
    struct pt_error err = ERROR_INIT;
    bench_open(&b, "logreg", "{}", 2);
    sample_table(5000, 3, &t);
    sample_table(4097, 3, &one);
    struct learn_spec spec = bench_spec(&b, &t, "bought", (const char *const[]){"profile", NULL});
    struct learned *m = bench_fit(&spec, &t);
    assert_int_equal(learned_score(m, b.pool, &t, "m", &err), PT_OK);
    assert_int_equal(learned_score(m, NULL, &one, "m", &err), PT_OK);
    assert_memory_equal(t.columns[table_find(&t, "m.p")].f, one.columns[table_find(&one, "m")].f,
                        4097 * sizeof(double));
    learned_free(m);
    table_release(&t);
    table_release(&one);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_logreg__options_refuse_bad_values),
        cmocka_unit_test(test_logreg__two_by_two_table),
        cmocka_unit_test(test_logreg__penalty_as_written),
        cmocka_unit_test(test_logreg__separation_is_told),
        cmocka_unit_test(test_logreg__strong_signal_is_no_separation),
        cmocka_unit_test(test_logreg__dependent_columns_are_told),
        cmocka_unit_test(test_logreg__constant_column_stays_out),
        cmocka_unit_test(test_logreg__wild_scales),
        cmocka_unit_test(test_logreg__too_few_rounds_are_told),
        cmocka_unit_test(test_logreg__score_does_not_depend_on_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
