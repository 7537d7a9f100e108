// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Logistic regression on real campaigns against R's glm and scikit-learn.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model_bench.h"

#define BANK "crm-bank-marketing/bank-full.csv"
#define TELCO "crm-telco-churn/Telco-Customer-Churn.csv"
#define HILLSTROM "crm-hillstrom-email/hillstrom_data.csv"

struct wanted {
    const char *name; // NULL = the intercept
    double value;
    double error; // 0 = not published
};

static const struct json *coefficient(const struct json *report, const char *name)
{
    const struct json *explain = json_get(report, "explain");
    if (name == NULL) {
        return json_get(explain, "intercept");
    }
    const struct json *all = json_get(explain, "coefficients");
    for (size_t i = 0; i < json_count(all); i++) {
        if (strcmp(json_text(json_get(json_at(all, i), "name")), name) == 0) {
            return json_at(all, i);
        }
    }
    fail_msg("no coefficient `%s`", name);
    return NULL;
}

static void check_coefficients(const struct json *report, const struct wanted *wanted, size_t n,
                               double tolerance)
{
    for (size_t i = 0; i < n; i++) {
        const struct json *c = coefficient(report, wanted[i].name);
        assert_true(bench_near(bench_number(c, "raw", NULL), wanted[i].value, tolerance));
        if (wanted[i].error > 0) {
            assert_true(bench_near(bench_number(c, "raw_error", NULL), wanted[i].error, 2e-6));
        }
    }
}

// Leaves only the named inputs, in order.
static void keep_inputs(struct learn_spec *spec, struct learn_input *kept, const char *const *names)
{
    size_t n = 0;
    for (; names[n] != NULL; n++) {
        for (size_t i = 0; i < spec->n_inputs; i++) {
            if (strcmp(spec->inputs[i].name, names[n]) == 0) {
                kept[n] = spec->inputs[i];
            }
        }
        assert_non_null(kept[n].name);
    }
    spec->inputs = kept;
    spec->n_inputs = n;
}

static void test_logreg__bank_coefficients(void **state)
{
    (void)state;
    static const struct wanted wanted[] = {
        {NULL, -2.15358952, 0.06729613},           {"age", 0.00679020742, 0.001360075},
        {"balance", 3.71400988e-05, 3.941923e-06}, {"day", -0.00305920354, 0.001823299},
        {"campaign", -0.122289908, 0.008391056},   {"pdays", 0.00164666088, 0.000142359},
        {"previous", 0.0726418672, 0.006810123},
    };
    static const char *const names[] = {"age",   "balance",  "day", "campaign",
                                        "pdays", "previous", NULL};
    for (int scaled = 0; scaled < 2; scaled++) {
        struct model_bench b;
        struct table t;
        bench_open(&b, "logreg", "{lambda: 0}", 2);
        bench_csv(bench_data(&b, BANK), (struct csv_shape){.delimiter = ';', .header = 1}, &t);
        struct learn_input kept[8] = {{0}};
        struct learn_spec spec = bench_spec(&b, &t, "y", NULL);
        keep_inputs(&spec, kept, names);
        spec.prepare.scale = scaled ? LEARN_SCALE_STANDARD : LEARN_SCALE_NONE;
        struct learned *m = bench_fit(&spec, &t);
        struct json *r = bench_report(m);
        check_coefficients(r, wanted, sizeof wanted / sizeof *wanted, 1e-8);
        assert_true(
            bench_near(bench_number(r, "explain", "log_likelihood", NULL), -15846.1716, 5e-9));
        json_free(r);
        learned_free(m);
        table_release(&t);
        bench_close(&b);
    }
}

static void test_logreg__bank_all_columns(void **state)
{
    (void)state;
    static const struct wanted wanted[] = {{"poutcome=success", 2.2354467, 0},
                                           {"housing=yes", -0.5246303, 0},
                                           {"contact=unknown", -1.3398070, 0},
                                           {"month=mar", 1.1071934, 0}};
    struct model_bench b;
    struct table t;
    bench_open(&b, "logreg", "{lambda: 0}", 2);
    bench_csv(bench_data(&b, BANK), (struct csv_shape){.delimiter = ';', .header = 1}, &t);
    struct learn_spec spec = bench_spec(&b, &t, "y", (const char *const[]){"duration", NULL});
    spec.prepare.drop_first = true;
    struct learned *m = bench_fit(&spec, &t);
    struct json *r = bench_report(m);
    check_coefficients(r, wanted, sizeof wanted / sizeof *wanted, 1e-7);
    assert_int_equal(json_count(json_get(json_get(r, "explain"), "coefficients")), 41);
    assert_true(bench_near(bench_number(r, "explain", "deviance", NULL), 27151.96453, 1e-9));
    assert_true(bench_near(bench_number(r, "explain", "null_deviance", NULL), 32630.95454, 1e-9));
    json_free(r);
    learned_free(m);
    table_release(&t);
    bench_close(&b);
}

static void test_logreg__telco_coefficients(void **state)
{
    (void)state;
    static const struct wanted wanted[] = {
        {NULL, -0.72036920691, 0},
        {"tenure", -0.03285302226, 0},
        {"MonthlyCharges", 0.00323693774, 0},
        {"Contract=One year", -0.82546592337, 0},
        {"Contract=Two year", -1.65526467131, 0},
        {"InternetService=Fiber optic", 1.00793893198, 0},
        {"InternetService=No", -0.84359520302, 0},
        {"PaperlessBilling=Yes", 0.44728106012, 0},
    };
    static const char *const names[] = {"tenure",          "MonthlyCharges",   "Contract",
                                        "InternetService", "PaperlessBilling", NULL};
    struct model_bench b;
    struct table t;
    bench_open(&b, "logreg", "{lambda: 0}", 2);
    bench_csv(bench_data(&b, TELCO), (struct csv_shape){.delimiter = ',', .header = 1}, &t);
    struct learn_input kept[8] = {{0}};
    struct learn_spec spec = bench_spec(&b, &t, "Churn", NULL);
    keep_inputs(&spec, kept, names);
    spec.prepare.scale = LEARN_SCALE_NONE;
    spec.prepare.drop_first = true;
    struct learned *m = bench_fit(&spec, &t);
    struct json *r = bench_report(m);
    check_coefficients(r, wanted, sizeof wanted / sizeof *wanted, 1e-8);
    assert_true(bench_near(bench_number(r, "explain", "log_likelihood", NULL), -3012.586008, 1e-9));
    json_free(r);
    learned_free(m);
    table_release(&t);
    bench_close(&b);
}

// R's base is "No E-Mail", which is second in byte order: the coefficients are differences.
static void test_logreg__hillstrom_coefficients(void **state)
{
    (void)state;
    static const struct wanted wanted[] = {
        {NULL, -2.431866190251 + 0.645398000032, 0},
        {"recency", -0.052971921967, 0},
        {"history", 0.000455544053, 0},
        {"mens", 0.565241532924, 0},
        {"womens", 0.719336844857, 0},
        {"newbie", -0.556870367033, 0},
        {"segment=No E-Mail", -0.645398000032, 0},
        {"segment=Womens E-Mail", 0.417223120679 - 0.645398000032, 0},
    };
    static const char *const names[] = {"recency", "history", "mens", "womens",
                                        "newbie",  "segment", NULL};
    struct model_bench b;
    struct table t;
    bench_open(&b, "logreg", "{lambda: 0}", 2);
    bench_csv(bench_data(&b, HILLSTROM), (struct csv_shape){.delimiter = ',', .header = 1}, &t);
    struct learn_input kept[8] = {{0}};
    struct learn_spec spec = bench_spec(&b, &t, "visit", NULL);
    keep_inputs(&spec, kept, names);
    spec.prepare.scale = LEARN_SCALE_NONE;
    spec.prepare.drop_first = true;
    struct learned *m = bench_fit(&spec, &t);
    struct json *r = bench_report(m);
    check_coefficients(r, wanted, sizeof wanted / sizeof *wanted, 1e-8);
    assert_true(bench_near(bench_number(r, "explain", "log_likelihood", NULL), -25727.19642, 1e-9));
    json_free(r);
    learned_free(m);
    table_release(&t);
    bench_close(&b);
}

struct judged {
    const char *file;
    char delimiter;
    const char *label;
    const char *left_out[4];
    double auc, log_loss, lift; // 0 = not published
};

static void test_logreg__auc(void **state)
{
    (void)state;
    static const struct judged sets[] = {
        {BANK, ';', "y", {"duration"}, 0.758, 0.3052, 4.02},
        {BANK, ';', "y", {NULL}, 0.898, 0, 0},
        {TELCO, ',', "Churn", {"customerID"}, 0.836, 0, 0},
        {HILLSTROM, ',', "visit", {"conversion", "spend"}, 0.646, 0, 0},
    };
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        const struct judged *s = &sets[i];
        struct model_bench b;
        struct table t;
        bench_open(&b, "logreg", "{}", 2);
        bench_csv(bench_data(&b, s->file),
                  (struct csv_shape){.delimiter = s->delimiter, .header = 1}, &t);
        struct learn_spec spec = bench_spec(&b, &t, s->label, s->left_out);
        spec.prepare.drop_first = true;
        spec.prepare.impute = LEARN_IMPUTE_ZERO;
        spec.test = bench_every_fifth(&b, t.n_rows);
        struct learned *m = bench_fit(&spec, &t);
        struct learn_summary e = learned_summary(m);
        printf("%s: auc %.6f log loss %.5f lift %.4f\n", s->file, e.auc, e.log_loss, e.lift_top);
        assert_true(e.auc >= s->auc - 0.0006 && e.auc <= s->auc + 0.0006);
        assert_true(s->log_loss == 0 || bench_near(e.log_loss, s->log_loss, 2e-4));
        assert_true(s->lift == 0 || bench_near(e.lift_top, s->lift, 2e-3));
        learned_free(m);
        table_release(&t);
        bench_close(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_logreg__bank_coefficients),
        cmocka_unit_test(test_logreg__bank_all_columns),
        cmocka_unit_test(test_logreg__telco_coefficients),
        cmocka_unit_test(test_logreg__hillstrom_coefficients),
        cmocka_unit_test(test_logreg__auc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
