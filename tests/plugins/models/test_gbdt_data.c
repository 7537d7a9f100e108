// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Boosting on real campaigns against the published figures of other boosting libraries.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model_bench.h"

#define OPTIONS "{trees: 200, depth: 3, learning_rate: 0.1}"

struct judged {
    const char *file;
    char delimiter;
    const char *label;
    const char *left_out[4];
    double auc, log_loss, lift; // 0 = not published
};

static const struct judged sets[] = {
    {"crm-bank-marketing/bank-full.csv", ';', "y", {"duration"}, 0.797, 0.2894, 4.19},
    {"crm-bank-marketing/bank-full.csv", ';', "y", {NULL}, 0.925, 0, 0},
    {"crm-telco-churn/Telco-Customer-Churn.csv", ',', "Churn", {"customerID"}, 0.826, 0, 0},
    {"crm-hillstrom-email/hillstrom_data.csv", ',', "visit", {"conversion", "spend"}, 0.646, 0, 0},
};

static struct learn_summary judge_table(struct model_bench *b, const struct table *t,
                                        const struct learn_spec *spec, const char *name)
{
    struct learned *m = bench_fit(spec, t);
    struct learn_summary e = learned_summary(m);
    printf("%s: auc %.6f log loss %.5f lift %.4f\n", name, e.auc, e.log_loss, e.lift_top);
    learned_free(m);
    (void)b;
    return e;
}

static struct learn_summary judge(const struct judged *s, const char *with,
                                  enum learn_categories categories)
{
    struct model_bench b;
    struct table t;
    bench_open(&b, "gbdt", with, 2);
    bench_csv(bench_data(&b, s->file), (struct csv_shape){.delimiter = s->delimiter, .header = 1},
              &t);
    struct learn_spec spec = bench_spec(&b, &t, s->label, s->left_out);
    spec.prepare.categories = categories;
    spec.test = bench_every_fifth(&b, t.n_rows);
    struct learn_summary e = judge_table(&b, &t, &spec, s->file);
    table_release(&t);
    bench_close(&b);
    return e;
}

static void hold(const char *with, enum learn_categories categories)
{
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        struct learn_summary e = judge(&sets[i], with, categories);
        assert_true(e.auc > sets[i].auc - 0.01);
        assert_true(sets[i].log_loss == 0 || e.log_loss < sets[i].log_loss * 1.01);
        assert_true(sets[i].lift == 0 || e.lift_top > sets[i].lift * 0.97);
    }
}

static void test_gbdt__campaigns_as_published(void **state)
{
    (void)state;
    hold(OPTIONS, LEARN_CATEGORIES_AUTO);
}

static void test_gbdt__campaigns_one_hot(void **state)
{
    (void)state;
    hold(OPTIONS, LEARN_CATEGORIES_ONE_HOT);
}

static void test_gbdt__campaigns_leaf_by_leaf(void **state)
{
    (void)state;
    hold("{trees: 200, leaves: 8, depth: 8, min_leaf: 20, early_stopping: 30}",
         LEARN_CATEGORIES_AUTO);
}

// Training rows, then test rows.
static uint8_t *read_lightgbm(struct model_bench *b, struct table *out)
{
    struct table parts[2];
    struct csv_shape shape = {.delimiter = '\t'};
    bench_csv(bench_data(b, "model-reference/lightgbm_binary.train.tsv.gz"), shape, &parts[0]);
    bench_csv(bench_data(b, "model-reference/lightgbm_binary.test.tsv.gz"), shape, &parts[1]);
    *out = (struct table){.n_rows = parts[0].n_rows + parts[1].n_rows};
    for (size_t c = 0; c < parts[0].n_columns; c++) {
        double *to = bench_column(out, parts[0].columns[c].name);
        memcpy(to, parts[0].columns[c].f, parts[0].n_rows * sizeof *to);
        memcpy(to + parts[0].n_rows, parts[1].columns[c].f, parts[1].n_rows * sizeof *to);
    }
    uint8_t *test = arena_zero(&b->arena, out->n_rows, 1);
    memset(test + parts[0].n_rows, 1, parts[1].n_rows);
    table_release(&parts[0]);
    table_release(&parts[1]);
    return test;
}

static void test_gbdt__lightgbm_example_as_published(void **state)
{
    (void)state;
    struct model_bench b;
    struct table t;
    bench_open(&b, "gbdt", OPTIONS, 2);
    uint8_t *test = read_lightgbm(&b, &t);
    struct learn_spec spec = bench_spec(&b, &t, "c0", NULL);
    spec.test = test;
    struct learn_summary e = judge_table(&b, &t, &spec, "lightgbm_binary");
    assert_true(e.test_rows == 500);
    assert_true(e.auc > 0.828 - 0.01);
    assert_true(e.log_loss < 0.514 * 1.02);
    table_release(&t);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gbdt__campaigns_as_published),
        cmocka_unit_test(test_gbdt__campaigns_one_hot),
        cmocka_unit_test(test_gbdt__campaigns_leaf_by_leaf),
        cmocka_unit_test(test_gbdt__lightgbm_example_as_published),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
