// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Several classes, sparse and weighted models, and what is told of coefficients, where the answer
// is known on paper.
#include <setjmp.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "instance.h"
#include "learned.h"
#include "model_bench.h"
#include "sample_table.h"

static void test_logreg_several__options_refuse_bad_values(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"{l1_ratio: 0.5, class_weight: balanced, weights: {\"1\": 5}}", ""},
        {"{classes: [a, b, c]}", ""},
        {"{l1_ratio: -0.1}", "P0106"},
        {"{l1_ratio: 1.1}", "P0106"},
        {"{l1_ratio: half}", "P0104"},
        {"{class_weight: heavy}", "P0107"},
        {"{weights: {yes: 0}}", "P0106"},
        {"{weights: {yes: 1.0e7}}", "P0106"},
        {"{weights: {yes: many}}", "P0104"},
        {"{weights: [1, 2]}", "P0104"},
        {"{classes: {a: b}}", "P0104"},
        {"{classes: [\"\", b]}", "P0108"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *fault = bench_fault("logreg", cases[i][0]);
        if (strcmp(fault, cases[i][1]) != 0) {
            fail_msg("%s gives `%s`, not `%s`", cases[i][0], fault, cases[i][1]);
        }
    }
    assert_string_not_equal(bench_fault("logreg", "{classes: [a]}"), "");
    assert_string_not_equal(bench_fault("logreg", "{classes: [a, b, a]}"), "");
}

// Rows of three classes in two groups, x = 0 and x = 1.
static const size_t counts[2][3] = {{20, 30, 50}, {60, 10, 30}};

static void three_by_two(struct table *t)
{
    *t = (struct table){.n_rows = 200};
    double *x = bench_column(t, "x");
    double *y = bench_column(t, "y");
    size_t row = 0;
    for (int group = 0; group < 2; group++) {
        for (int class = 0; class < 3; class ++) {
            for (size_t i = 0; i < counts[group][class]; i++, row++) {
                x[row] = group;
                y[row] = class;
            }
        }
    }
}

static struct learned *fit_three(struct model_bench *b, struct table *t, const char *with)
{
    bench_open(b, "logreg", with, 2);
    three_by_two(t);
    struct learn_spec spec = bench_spec(b, t, "y", NULL);
    spec.prepare.scale = LEARN_SCALE_NONE;
    return bench_fit(&spec, t);
}

static void close_three(struct model_bench *b, struct table *t, struct learned *m)
{
    learned_free(m);
    table_release(t);
    bench_close(b);
}

// A model as rich as the table gives back its shares; predictors add up to zero.
static void test_logreg_several__saturated(void **state)
{
    (void)state;
    struct model_bench b;
    struct table t;
    struct pt_error err = ERROR_INIT;
    struct learned *m = fit_three(&b, &t, "{lambda: 0, classes: [\"0\", \"1\", \"2\"]}");
    assert_int_equal(learned_score(m, b.pool, &t, "m", &err), PT_OK);
    for (size_t i = 0; i < 200; i++) {
        for (int class = 0; class < 3; class ++) {
            char name[8];
            snprintf(name, sizeof name, "m.p_%d", class);
            double share = (double)counts[i / 100][class] / 100;
            assert_true(fabs(t.columns[table_find(&t, name)].f[i] - share) < 1e-12);
        }
        assert_true(text_is(t.columns[table_find(&t, "m")].s[i], i < 100 ? "2" : "0"));
    }
    struct json *r = bench_report(m);
    double slopes = 0;
    double mean = (log(60.0 / 20) + log(10.0 / 30) + log(30.0 / 50)) / 3;
    for (size_t c = 0; c < 3; c++) {
        const struct json *class = json_at(json_get(json_get(r, "explain"), "classes"), c);
        double slope = bench_number(class, "coefficients", "0", "raw", NULL);
        double want = log((double)counts[1][c] / (double)counts[0][c]) - mean;
        assert_true(fabs(slope - want) < 1e-11);
        slopes += slope;
        // Variance of a log share less the mean of all: delta method on counts.
        double variance = 0;
        for (size_t o = 0; o < 3; o++) {
            double factor = (o == c ? 1 : 0) - 1.0 / 3;
            variance += factor * factor * (1.0 / (double)counts[0][o] + 1.0 / (double)counts[1][o]);
        }
        assert_true(bench_near(bench_number(class, "coefficients", "0", "raw_error", NULL),
                               sqrt(variance), 1e-9));
    }
    assert_true(fabs(slopes) < 1e-12);
    json_free(r);
    close_three(&b, &t, m);
}

// At the optimum of an elastic net every gradient is met by the penalty.
static void test_logreg_several__sparse_optimum(void **state)
{
    (void)state;
    static const double ratios[] = {1, 0.5, 0.1};
    for (int i = 0; i < 3; i++) {
        char with[96];
        snprintf(with, sizeof with, "{lambda: 8, l1_ratio: %.1f, classes: [\"0\", \"1\", \"2\"]}",
                 ratios[i]);
        struct model_bench b;
        struct table t;
        struct pt_error err = ERROR_INIT;
        struct learned *m = fit_three(&b, &t, with);
        assert_int_equal(learned_score(m, b.pool, &t, "m", &err), PT_OK);
        struct json *r = bench_report(m);
        for (size_t c = 0; c < 3; c++) {
            char name[8];
            snprintf(name, sizeof name, "m.p_%zu", c);
            const double *p = t.columns[table_find(&t, name)].f;
            double slope = 0;
            double level = 0;
            for (size_t row = 0; row < 200; row++) {
                double miss = p[row] - (t.columns[1].f[row] == (double)c);
                slope += miss * t.columns[0].f[row];
                level += miss;
            }
            const struct json *class = json_at(json_get(json_get(r, "explain"), "classes"), c);
            double w = bench_number(class, "coefficients", "0", "value", NULL);
            slope += 8 * (1 - ratios[i]) * w;
            double edge = 8 * ratios[i];
            assert_true(fabs(level) < 1e-7);
            assert_true(w == 0 ? fabs(slope) <= edge + 1e-7
                               : fabs(slope + (w > 0 ? edge : -edge)) < 1e-7);
        }
        json_free(r);
        close_three(&b, &t, m);
    }
}

// Twice the weight is twice the rows.
static void test_logreg_several__weights_are_rows(void **state)
{
    (void)state;
    struct model_bench b;
    struct table t;
    bench_open(&b, "logreg", "{lambda: 0, weights: {\"1\": 3}}", 2);
    t = (struct table){.n_rows = 90};
    double *x = bench_column(&t, "x");
    double *y = bench_column(&t, "y");
    for (size_t i = 0; i < 90; i++) { // 40 and 10; 15 and 25
        x[i] = i >= 50;
        y[i] = (i >= 40 && i < 50) || i >= 65;
    }
    struct learn_spec spec = bench_spec(&b, &t, "y", NULL);
    spec.prepare.scale = LEARN_SCALE_NONE;
    struct learned *m = bench_fit(&spec, &t);
    struct json *r = bench_report(m);
    assert_true(
        bench_near(bench_number(r, "explain", "intercept", "raw", NULL), log(30.0 / 40), 1e-12));
    double slope = log(75.0 / 15) - log(30.0 / 40);
    assert_true(
        bench_near(bench_number(r, "explain", "coefficients", "0", "raw", NULL), slope, 1e-12));
    double error = sqrt(1.0 / 30 + 1.0 / 40 + 1.0 / 75 + 1.0 / 15);
    assert_true(bench_near(bench_number(r, "explain", "coefficients", "0", "raw_error", NULL),
                           error, 1e-9));
    json_free(r);
    close_three(&b, &t, m);
}

static pt_status fit_weighted(const char *with, struct pt_error *err)
{
    struct model_bench b;
    struct table t;
    struct learned *m = NULL;
    bench_open(&b, "logreg", with, 1);
    sample_table(300, 3, &t);
    struct learn_spec spec = bench_spec(&b, &t, "bought", (const char *const[]){"profile", NULL});
    pt_status status = learn_fit(&spec, &t, &m, err);
    close_three(&b, &t, m);
    return status;
}

static void test_logreg_several__faults_are_told(void **state)
{
    (void)state;
    struct pt_error err = ERROR_INIT;
    assert_int_equal(fit_weighted("{weights: {maybe: 2}}", &err), PT_E_CONFIG);
    assert_non_null(strstr(err.message, "the label has no class `maybe`"));
    assert_int_equal(fit_weighted("{classes: [a, b, c]}", &err), PT_E_DATA);
    assert_non_null(strstr(err.message, "its class `a` is no number"));
}

// Balanced: both classes weigh the same, so that without columns the answer would be one half.
static void test_logreg_several__balanced(void **state)
{
    (void)state;
    struct model_bench b;
    struct table t;
    struct learned *m = fit_three(
        &b, &t, "{lambda: 1.0e12, class_weight: balanced, classes: [\"0\", \"1\", \"2\"]}");
    struct pt_error err = ERROR_INIT;
    assert_int_equal(learned_score(m, b.pool, &t, "m", &err), PT_OK);
    assert_true(fabs(t.columns[table_find(&t, "m.p_1")].f[7] - 1.0 / 3) < 1e-9);
    close_three(&b, &t, m);
}

// z, p, interval and odds ratio of a two by two table; p of a huge z keeps its digits.
static void test_logreg_several__tests_of_coefficients(void **state)
{
    (void)state;
    struct model_bench b;
    struct table t;
    bench_open(&b, "logreg", "{lambda: 0}", 2);
    t = (struct table){.n_rows = 4000};
    double *x = bench_column(&t, "x");
    double *y = bench_column(&t, "y");
    for (size_t i = 0; i < 4000; i++) { // 1800 and 200; 500 and 1500
        x[i] = i >= 2000;
        y[i] = (i >= 1800 && i < 2000) || i >= 2500;
    }
    struct learn_spec spec = bench_spec(&b, &t, "y", NULL);
    struct learned *m = bench_fit(&spec, &t);
    struct json *r = bench_report(m);
    const struct json *c = json_at(json_get(json_get(r, "explain"), "coefficients"), 0);
    double raw = log(1500.0 / 500) - log(200.0 / 1800);
    double error = sqrt(1.0 / 1500 + 1.0 / 500 + 1.0 / 200 + 1.0 / 1800);
    double z = raw / error;
    assert_true(bench_near(bench_number(c, "z", NULL), z, 1e-9));
    // Mills' ratio: p = 2 phi(z) / z * (1 - 1/z^2 + 3/z^4 - 15/z^6 ...)
    double tail = 1 - 1 / (z * z) + 3 / pow(z, 4) - 15 / pow(z, 6) + 105 / pow(z, 8);
    double p = 2 * exp(-z * z / 2) / (z * sqrt(2 * 3.14159265358979323846)) * tail;
    assert_true(z > 30 && bench_near(bench_number(c, "p", NULL), p, 1e-6));
    assert_true(bench_near(bench_number(c, "low", NULL), raw - 1.959963984540054 * error, 1e-9));
    assert_true(bench_near(bench_number(c, "odds_ratio", NULL), 27, 1e-9));
    assert_true(bench_near(bench_number(c, "odds_ratio_high", NULL),
                           exp(raw + 1.959963984540054 * error), 1e-9));
    assert_string_equal(bench_text(r, "explain", "errors", NULL), "Wald");
    json_free(r);
    close_three(&b, &t, m);
}

// What columns add, and the base, make up the log-odds.
static void test_logreg_several__contributions_add_up(void **state)
{
    (void)state;
    struct model_bench b;
    struct table t;
    struct pt_error err = ERROR_INIT;
    bench_open(&b, "logreg", "{lambda: 2}", 2);
    sample_table(3000, 3, &t);
    struct learn_spec spec = bench_spec(&b, &t, "bought", (const char *const[]){"profile", NULL});
    struct learned *m = bench_fit(&spec, &t);
    const struct trained *trained = &m->trained;
    assert_int_equal(trained->instance.needs.contributes, PT_CONTRIBUTES_LOG_ODDS);
    struct prepare_rows all = {&t, NULL, t.n_rows};
    struct matrix_extra extra = {0};
    struct matrix x = {0};
    assert_int_equal(
        matrix_build(&trained->prepare, &trained->instance.needs, &all, &extra, &x, &err), PT_OK);
    pt_block block = {.struct_size = sizeof block};
    assert_int_equal(x.data.block(x.data.ctx, 0, &block, &err), PT_OK);
    double *out = arena_zero(&b.arena, (block.cols + (size_t)1) * block.rows, sizeof *out);
    double *p = arena_zero(&b.arena, block.rows, sizeof *p);
    assert_int_equal(
        trained->instance.vtable->contribute(trained->instance.self, &block, out, &err), PT_OK);
    assert_int_equal(instance_predict(&trained->instance, &block, p, &err), PT_OK);
    double mean = 0;
    for (size_t i = 0; i < block.rows; i++) {
        double sum = 0;
        for (size_t j = 0; j <= block.cols; j++) {
            sum += out[j * block.rows + i];
        }
        assert_true(fabs(1 / (1 + exp(-sum)) - p[i]) < 1e-13);
        mean += out[i];
    }
    assert_true(fabs(mean / (double)block.rows) < 1e-10); // against the training rows
    matrix_release(&x);
    close_three(&b, &t, m);
}

#define WIDE_ROWS 500
#define WIDE_COLUMNS 1300 // more weights than Newton's method takes

// Columns of noise and two of signal; the optimum is where every gradient is met by the penalty.
static void check_wide(const char *with, double l1, double l2)
{
    struct model_bench b;
    struct table t = {.n_rows = WIDE_ROWS};
    struct pt_error err = ERROR_INIT;
    bench_open(&b, "logreg", with, 2);
    uint64_t stream = 11;
    for (size_t j = 0; j < WIDE_COLUMNS; j++) {
        char name[16];
        snprintf(name, sizeof name, "x%zu", j);
        double *x = bench_column(&t, name);
        for (size_t i = 0; i < WIDE_ROWS; i++) {
            x[i] = j == 5 ? 0.25 : 2 * sample_uniform(&stream) - 1;
        }
    }
    double *y = bench_column(&t, "y");
    for (size_t i = 0; i < WIDE_ROWS; i++) {
        double eta = 3 * t.columns[0].f[i] - 2 * t.columns[1].f[i];
        y[i] = sample_uniform(&stream) < 1 / (1 + exp(-eta));
    }
    struct learn_spec spec = bench_spec(&b, &t, "y", NULL);
    spec.prepare.scale = LEARN_SCALE_NONE;
    struct learned *m = bench_fit(&spec, &t);
    struct json *r = bench_report(m);
    assert_int_equal(learned_score(m, b.pool, &t, "m", &err), PT_OK);
    const double *p = t.columns[table_find(&t, "m.p")].f;
    const struct json *all = json_get(json_get(r, "explain"), "coefficients");
    size_t n_zero = 0;
    for (size_t j = 0; j < WIDE_COLUMNS; j++) {
        double w = bench_number(json_at(all, j), "value", NULL);
        double slope = l2 * w;
        for (size_t i = 0; i < WIDE_ROWS; i++) {
            slope += (p[i] - t.columns[WIDE_COLUMNS].f[i]) * t.columns[j].f[i];
        }
        n_zero += w == 0;
        assert_true(j == 5   ? w == 0
                    : w == 0 ? fabs(slope) <= l1 + 2e-4
                             : fabs(slope + (w > 0 ? l1 : -l1)) < 2e-4);
    }
    assert_true(l1 > 0 ? n_zero > WIDE_COLUMNS / 2 : n_zero == 1);
    assert_true(bench_number(json_at(all, 0), "value", NULL) > 0.3);
    json_free(r);
    close_three(&b, &t, m);
}

static void test_logreg_several__many_columns(void **state)
{
    (void)state;
    check_wide("{lambda: 2}", 0, 2);
    check_wide("{lambda: 10, l1_ratio: 0.8}", 8, 2);
    check_wide("{lambda: 6, l1_ratio: 1}", 6, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_logreg_several__options_refuse_bad_values),
        cmocka_unit_test(test_logreg_several__saturated),
        cmocka_unit_test(test_logreg_several__sparse_optimum),
        cmocka_unit_test(test_logreg_several__weights_are_rows),
        cmocka_unit_test(test_logreg_several__faults_are_told),
        cmocka_unit_test(test_logreg_several__balanced),
        cmocka_unit_test(test_logreg_several__tests_of_coefficients),
        cmocka_unit_test(test_logreg_several__contributions_add_up),
        cmocka_unit_test(test_logreg_several__many_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
