// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Several classes, L1, elastic net and class weights against scikit-learn 1.2.1 (newton-cg, saga
// and newton-cholesky run to 1e-13; the iris and wine optima also from a Newton of their own in
// NumPy). Columns by the population's standard deviation, C = 1 / lambda.
#include <setjmp.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model_bench.h"

#define IRIS "model-reference/iris.csv"
#define WINE "model-reference/wine_data.csv"
#define CANCER "model-reference/breast_cancer.csv"

// A model learnt from all columns of a file but the last, its label.
struct learnt {
    struct model_bench b;
    struct table t;
    struct learned *m;
    struct json *report;
};

static void learn(struct learnt *l, const char *file, const char *with)
{
    char label[16];
    bench_open(&l->b, "logreg", with, 2);
    bench_csv(bench_data(&l->b, file), (struct csv_shape){.delimiter = ',', .skip = 1}, &l->t);
    snprintf(label, sizeof label, "c%zu", l->t.n_columns - 1);
    struct learn_spec spec = bench_spec(&l->b, &l->t, label, NULL);
    spec.label = arena_strdup(&l->b.arena, label);
    l->m = bench_fit(&spec, &l->t);
    l->report = bench_report(l->m);
}

static void release(struct learnt *l)
{
    json_free(l->report);
    learned_free(l->m);
    table_release(&l->t);
    bench_close(&l->b);
}

// `at` has an intercept and coefficients; wanted has the coefficients, then the intercept.
static void check_weights(const struct json *at, const double *wanted, size_t d, double tolerance)
{
    const struct json *all = json_get(at, "coefficients");
    assert_int_equal(json_count(all), d);
    for (size_t j = 0; j < d; j++) {
        double value = bench_number(json_at(all, j), "value", NULL);
        assert_true(fabs(value - wanted[j]) <= tolerance * (1 + fabs(wanted[j])));
    }
    double value = bench_number(at, "intercept", "value", NULL);
    assert_true(fabs(value - wanted[d]) <= tolerance * (1 + fabs(wanted[d])));
}

static const struct json *class_at(const struct learnt *l, size_t i)
{
    return json_at(json_get(json_get(l->report, "explain"), "classes"), i);
}

static void test_logreg_reference__iris(void **state)
{
    (void)state;
    static const double wanted[3][5] = {
        {-1.07406615416, 1.16011511621, -1.93069186168, -1.81155612425, -0.205241133016},
        {0.587810239848, -0.361840626328, -0.363431022937, -0.826269576403, 2.07483978424},
        {0.486255914309, -0.798274489886, 2.29412288462, 2.63782570065, -1.86959865122},
    };
    struct learnt l = {0};
    learn(&l, IRIS, "{classes: [\"0\", \"1\", \"2\"]}");
    for (size_t i = 0; i < 3; i++) {
        check_weights(class_at(&l, i), wanted[i], 4, 1e-10);
    }
    assert_true(
        bench_near(bench_number(l.report, "explain", "objective", NULL), 31.3787682608, 1e-11));
    assert_true(bench_near(bench_number(l.report, "explain", "log_likelihood", NULL),
                           -19.4313402144, 1e-11));
    assert_true(bench_near(bench_number(l.report, "evaluation", "log_loss", NULL),
                           19.4313402144 / 150, 1e-10));
    assert_true(bench_number(l.report, "evaluation", "accuracy", NULL) > 0.95);
    release(&l);
}

static void test_logreg_reference__wine(void **state)
{
    (void)state;
    static const double wanted[14] = {
        0.810136200962, 0.203804278368, 0.472202888482,  -0.844792370333, 0.0495133091994,
        0.213699719083, 0.647884802033, -0.199848339933, 0.138348648688,  0.171608016238,
        0.130909208356, 0.725963825059, 1.07895261147,   0.412343324778};
    static const double weighted[13] = {-1.083494422,   -0.4985293161, -0.921664008, 0.6560356371,
                                        -0.09769164762, 0.06306694671, 0.330453753,  0.2528293959,
                                        0.2726449996,   -1.148235542,  0.7152410155, -0.01189783937,
                                        -1.273209928};
    struct learnt l = {0};
    learn(&l, WINE, "{classes: [\"0\", \"1\", \"2\"]}");
    check_weights(class_at(&l, 0), wanted, 13, 1e-10);
    assert_true(
        bench_near(bench_number(l.report, "explain", "objective", NULL), 12.0903357739, 1e-11));
    release(&l);
    l = (struct learnt){0};
    learn(&l, WINE, "{classes: [\"0\", \"1\", \"2\"], weights: {\"1\": 2.5, \"2\": 0.5}}");
    const struct json *all = json_get(class_at(&l, 1), "coefficients");
    for (size_t j = 0; j < 13; j++) {
        double value = bench_number(json_at(all, j), "value", NULL);
        assert_true(fabs(value - weighted[j]) < 1e-7); // as far as newton-cg goes
    }
    release(&l);
}

// A value that scikit-learn has at 0 must be exactly 0 here.
static void check_sparse(const char *with, const double *wanted, double intercept, double objective)
{
    struct learnt l = {0};
    learn(&l, CANCER, with);
    const struct json *all = json_get(json_get(l.report, "explain"), "coefficients");
    for (size_t j = 0; j < 30; j++) {
        double value = bench_number(json_at(all, j), "value", NULL);
        assert_true(fabs(value - wanted[j]) < 2e-8);
        assert_true((value == 0) == (wanted[j] == 0));
    }
    double value = bench_number(l.report, "explain", "intercept", "value", NULL);
    assert_true(fabs(value - intercept) < 2e-8);
    assert_true(bench_near(bench_number(l.report, "explain", "objective", NULL), objective, 1e-12));
    release(&l);
}

static void test_logreg_reference__lasso(void **state)
{
    (void)state;
    static const double wanted[30] = {0,
                                      -0.06434603068,
                                      0,
                                      0,
                                      0,
                                      0,
                                      0,
                                      -0.485807184,
                                      0,
                                      0,
                                      -0.8974150081,
                                      0,
                                      0,
                                      0,
                                      0,
                                      0,
                                      0,
                                      0,
                                      0,
                                      0.05724717957,
                                      -2.970060384,
                                      -0.9280514064,
                                      0,
                                      0,
                                      -0.3938515601,
                                      0,
                                      -0.2015612567,
                                      -1.082740676,
                                      -0.2610539015,
                                      0};
    check_sparse("{lambda: 5, l1_ratio: 1}", wanted, 0.588963085713, 85.750068766759);
}

static void test_logreg_reference__elastic_net(void **state)
{
    (void)state;
    static const double wanted[30] = {-0.3328813588,
                                      -0.3305762848,
                                      -0.292470239,
                                      -0.287015902,
                                      0,
                                      0,
                                      -0.234248813,
                                      -0.5617586329,
                                      0,
                                      0.07942787734,
                                      -0.7347195104,
                                      0,
                                      -0.2760236265,
                                      -0.3383038433,
                                      0,
                                      0.2017077504,
                                      0,
                                      0,
                                      0.006616664588,
                                      0.201640801,
                                      -0.7943674683,
                                      -0.7432391634,
                                      -0.6530657961,
                                      -0.6154746184,
                                      -0.5732510137,
                                      0,
                                      -0.4338980369,
                                      -0.7796017964,
                                      -0.4011704504,
                                      0};
    check_sparse("{lambda: 5, l1_ratio: 0.5}", wanted, 0.462366813112, 73.270205911951);
}

static void check_first_six(const char *with, const double *wanted, double intercept)
{
    struct learnt l = {0};
    learn(&l, CANCER, with);
    const struct json *all = json_get(json_get(l.report, "explain"), "coefficients");
    for (size_t j = 0; j < 6; j++) {
        assert_true(bench_near(bench_number(json_at(all, j), "value", NULL), wanted[j], 1e-9));
    }
    assert_true(
        bench_near(bench_number(l.report, "explain", "intercept", "value", NULL), intercept, 1e-9));
    release(&l);
}

static void test_logreg_reference__class_weights(void **state)
{
    (void)state;
    static const double balanced[] = {-0.301440355578, -0.335305587476, -0.294610234303,
                                      -0.390506388153, -0.168494796584, 0.654688561958};
    static const double five[] = {-0.448528857681, -0.46929473321,  -0.416972626503,
                                  -0.533560286926, -0.187760079421, 0.646031910341};
    check_first_six("{class_weight: balanced}", balanced, -0.227712406487);
    check_first_six("{weights: {\"1\": 5}}", five, 1.35482965257);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_logreg_reference__iris),
        cmocka_unit_test(test_logreg_reference__wine),
        cmocka_unit_test(test_logreg_reference__lasso),
        cmocka_unit_test(test_logreg_reference__elastic_net),
        cmocka_unit_test(test_logreg_reference__class_weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
