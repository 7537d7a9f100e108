// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Forests through the host: options, the out-of-bag score, weights, what they make of columns.
#include <setjmp.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "model_bench.h"
#include "raw_matrix.h"
#include "sample_table.h"

static void test_forest__options_refuse_bad_values(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"{}", ""},
        {"{trees: 7, depth: 30, min_leaf: 1, bins: 2, features: log2}", ""},
        {"{features: 3, class_weights: balanced_bootstrap}", ""},
        {"{features: 0.25, class_weights: 2.5}", ""},
        {"{trees: 0}", "P0106"},
        {"{trees: 10001}", "P0106"},
        {"{depth: 31}", "P0106"},
        {"{bins: 256}", "P0106"},
        {"{min_leaf: 0}", "P0106"},
        {"{features: cube}", "P0108"},
        {"{features: 0}", "P0108"},
        {"{class_weights: -1}", "P0108"},
        {"{n_estimators: 3}", "P0103"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(bench_fault("forest", cases[i][0]), cases[i][1]);
    }
}

static struct json *report_of(const char *with, const struct table *t, struct learn_summary *out)
{
    struct model_bench b;
    bench_open(&b, "forest", with, 2);
    struct learn_spec spec = bench_spec(&b, t, "y", NULL);
    struct learned *m = bench_fit(&spec, t);
    struct json *r = bench_report(m);
    *out = learned_summary(m);
    learned_free(m);
    bench_close(&b);
    return r;
}

// Labels by chance: trees know their own rows by heart, the out-of-bag score does not believe them.
static void test_forest__out_of_bag_rows_were_not_learnt(void **state)
{
    (void)state;
    struct table t = {.n_rows = 2000};
    uint64_t random = 3;
    double *a = bench_column(&t, "a");
    double *b = bench_column(&t, "b");
    double *y = bench_column(&t, "y");
    for (size_t i = 0; i < t.n_rows; i++) {
        a[i] = sample_uniform(&random);
        b[i] = sample_uniform(&random);
        y[i] = sample_uniform(&random) < 0.5;
    }
    struct learn_summary s;
    struct json *r = report_of("{trees: 40, depth: 20, min_leaf: 1}", &t, &s);
    assert_true(s.auc > 0.99);
    assert_true(bench_number(r, "explain", "out_of_bag", "rows", NULL) == 2000);
    double auc = bench_number(r, "explain", "out_of_bag", "auc", NULL);
    assert_true(auc > 0.44 && auc < 0.56);
    assert_true(bench_number(r, "explain", "out_of_bag", "log_loss", NULL) > 0.68);
    json_free(r);
    table_release(&t);
}

static void test_forest__one_tree_leaves_out_a_third(void **state)
{
    (void)state;
    struct table t = {.n_rows = 3000};
    double *x = bench_column(&t, "x");
    double *y = bench_column(&t, "y");
    for (size_t i = 0; i < t.n_rows; i++) {
        x[i] = (double)(i % 100);
        y[i] = i % 100 >= 40;
    }
    struct learn_summary s;
    struct json *r = report_of("{trees: 1, min_leaf: 1}", &t, &s);
    double rows = bench_number(r, "explain", "out_of_bag", "rows", NULL);
    assert_true(rows > 3000 * 0.34 && rows < 3000 * 0.40); // (1 - 1/n)^n = 0.368
    assert_true(bench_number(r, "explain", "out_of_bag", "auc", NULL) == 1);
    assert_true(bench_number(r, "explain", "out_of_bag", "log_loss", NULL) < 1e-9);
    assert_true(bench_number(r, "explain", "leaves", NULL) == 2);
    assert_string_equal(bench_text(r, "explain", "importances", "0", "name", NULL), "x");
    assert_true(bench_number(r, "explain", "importances", "0", "share", NULL) == 1);
    json_free(r);
    table_release(&t);
}

// x0 decides; a missing value is a class of its own; x1 is noise; x2 is a category.
static void matrix_of(struct raw_matrix *m, uint64_t n_rows)
{
    uint64_t random = 8;
    *m = (struct raw_matrix){0};
    raw_new(m, n_rows, 3);
    raw_category(m, 2, 9);
    for (uint64_t i = 0; i < n_rows; i++) {
        float *x = m->x + i;
        double u = sample_uniform(&random);
        x[0] = i % 7 == 0 ? NAN : (float)u;
        x[m->stride] = (float)sample_uniform(&random);
        x[2 * m->stride] = (float)(i % 10 == 9 ? NAN : (double)(i % 9));
        m->label[i] = i % 7 == 0 || (u > 0.6 && i % 9 != 4) || (i % 9 == 2 && u < 0.1);
    }
}

static void test_forest__missing_values_and_categories(void **state)
{
    (void)state;
    struct model_bench b;
    struct raw_matrix m;
    struct instance model;
    bench_open(&b, "forest", "{trees: 30, features: 3, min_leaf: 1}", 2);
    matrix_of(&m, 3000);
    raw_fit(&b, &m, &model);
    double *p = raw_predict(&model, &m);
    uint64_t wrong = 0;
    for (uint64_t i = 0; i < m.n_rows; i++) {
        wrong += (p[i] > 0.5) != (m.label[i] != 0);
    }
    assert_true(wrong < 15);
    double *why = raw_contribute(&model, &m);
    for (uint64_t i = 0; i < m.n_rows; i++) {
        double sum = 0;
        for (uint32_t c = 0; c <= m.n_columns; c++) {
            sum += why[c * m.n_rows + i];
        }
        assert_true(fabs(sum - p[i]) < 1e-9);
        assert_true(m.n_rows > 0 && (i % 7 != 0 || why[i] > 0));
    }
    free(why);
    free(p);
    instance_release(&model);
    raw_free(&m);
    bench_close(&b);
}

static double mean_p(const char *with)
{
    struct model_bench b;
    struct raw_matrix m = {0};
    struct instance model;
    uint64_t random = 21;
    bench_open(&b, "forest", with, 2);
    raw_new(&m, 4000, 2);
    for (uint64_t i = 0; i < m.n_rows; i++) {
        m.x[i] = (float)sample_uniform(&random);
        m.x[m.stride + i] = (float)sample_uniform(&random);
        m.label[i] = sample_uniform(&random) < 0.05 + 0.1 * (double)m.x[i];
    }
    raw_fit(&b, &m, &model);
    double *p = raw_predict(&model, &m);
    double sum = 0;
    for (uint64_t i = 0; i < m.n_rows; i++) {
        sum += p[i];
    }
    free(p);
    instance_release(&model);
    raw_free(&m);
    bench_close(&b);
    return sum / 4000;
}

static void test_forest__class_weights_move_the_scores(void **state)
{
    (void)state;
    double plain = mean_p("{trees: 20, depth: 4}");
    double balanced = mean_p("{trees: 20, depth: 4, class_weights: balanced}");
    double each = mean_p("{trees: 20, depth: 4, class_weights: balanced_bootstrap}");
    double nine = mean_p("{trees: 20, depth: 4, class_weights: 9}");
    assert_true(fabs(plain - 0.1) < 0.02);
    assert_true(fabs(balanced - 0.5) < 0.05);
    assert_true(fabs(each - 0.5) < 0.05);
    assert_true(nine > 0.4 && nine < 0.6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forest__options_refuse_bad_values),
        cmocka_unit_test(test_forest__out_of_bag_rows_were_not_learnt),
        cmocka_unit_test(test_forest__one_tree_leaves_out_a_third),
        cmocka_unit_test(test_forest__missing_values_and_categories),
        cmocka_unit_test(test_forest__class_weights_move_the_scores),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
