// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Pruning and class weights against scikit-learn 1.2.1 on a table made by hashing; the histogram
// splitter against the exact one.
#include <setjmp.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "model_bench.h"

#define ROWS 4000

static uint64_t mix(uint64_t z)
{
    z += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static void hashed_table(struct table *out)
{
    *out = (struct table){.n_rows = ROWS};
    double *x0 = bench_column(out, "x0");
    double *x1 = bench_column(out, "x1");
    double *x2 = bench_column(out, "x2");
    double *y = bench_column(out, "y");
    for (uint64_t i = 0; i < ROWS; i++) {
        uint64_t bits = mix(i);
        x0[i] = (double)(bits & 1023);
        x1[i] = (double)(bits >> 10 & 1023);
        x2[i] = (double)(bits >> 20 & 4095);
        double chance = 100 + (x0[i] > 500 ? 250 : 0) + (x1[i] > 300 && x0[i] < 200 ? 350 : 0) +
                        (x2[i] > 3000 ? 200 : 0);
        y[i] = (double)(mix(i + 1000000) & 1023) < chance;
    }
}

struct golden {
    const char *with;
    double leaves, depth, log_loss, auc;
};

static const struct golden goldens[] = {
    {"", 87, 8, 0.512464836, 0.759237412},
    {", ccp_alpha: 0.001", 9, 5, 0.557432753, 0.693579142},
    {", ccp_alpha: 0.005", 5, 4, 0.566743701, 0.671398211},
    {", class_weights: balanced", 85, 8, 0.572523438, 0.760073681},
    {", class_weights: 3, ccp_alpha: 0.002", 7, 4, 0.685190421, 0.687320946},
    {", criterion: entropy, ccp_alpha: 0.005", 5, 4, 0.566743701, 0.671398211},
    {", criterion: entropy, class_weights: balanced", 82, 8, 0.574061295, 0.759295756},
};

static struct learn_summary fit(const char *with, const char *splitter, double *leaves,
                                double *depth)
{
    struct model_bench b;
    struct table t;
    char options[200];
    hashed_table(&t);
    snprintf(options, sizeof options, "{depth: 8, min_leaf: 20, splitter: %s%s}", splitter, with);
    bench_open(&b, "dtree", options, 2);
    struct learn_spec spec = bench_spec(&b, &t, "y", NULL);
    struct learned *m = bench_fit(&spec, &t);
    struct json *r = bench_report(m);
    *leaves = bench_number(r, "explain", "leaves", NULL);
    *depth = bench_number(r, "explain", "depth", NULL);
    struct learn_summary s = learned_summary(m);
    json_free(r);
    learned_free(m);
    table_release(&t);
    bench_close(&b);
    return s;
}

static void test_dtree_options__as_scikit_learn(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof goldens / sizeof *goldens; i++) {
        const struct golden *g = &goldens[i];
        double leaves = 0;
        double depth = 0;
        struct learn_summary s = fit(g->with, "auto", &leaves, &depth);
        // Of equal splits theirs is drawn, ours the first: a few leaves at the ends may differ.
        assert_true(bench_near(leaves, g->leaves, 0.03) && depth == g->depth);
        assert_true(bench_near(s.log_loss, g->log_loss, 0.002));
        assert_true(bench_near(s.auc, g->auc, 0.002));
    }
}

static void test_dtree_options__histograms_nearly_as_exact(void **state)
{
    (void)state;
    static const char *const with[] = {"", ", class_weights: balanced", ", ccp_alpha: 0.001",
                                       ", min_decrease: 0.001", ", class_weights: 4"};
    for (size_t i = 0; i < sizeof with / sizeof *with; i++) {
        double leaves[2];
        double depth[2];
        struct learn_summary exact = fit(with[i], "exact", &leaves[0], &depth[0]);
        struct learn_summary binned = fit(with[i], "histogram", &leaves[1], &depth[1]);
        assert_true(bench_near(binned.log_loss, exact.log_loss, 0.01));
        assert_true(bench_near(leaves[1], leaves[0], 0.15));
    }
}

static void test_dtree_options__faults(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"{splitter: histogram, ccp_alpha: 0.1, class_weights: 0.5}", ""},
        {"{splitter: best}", "P0107"},
        {"{ccp_alpha: 1.5}", "P0106"},
        {"{ccp_alpha: -0.1}", "P0106"},
        {"{class_weights: balanced_bootstrap}", "P0108"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(bench_fault("dtree", cases[i][0]), cases[i][1]);
    }
}

static void test_dtree_options__entropy_has_no_histograms(void **state)
{
    (void)state;
    struct model_bench b;
    struct table t;
    struct pt_error err = ERROR_INIT;
    struct learned *m = NULL;
    bench_open(&b, "dtree", "{splitter: histogram, criterion: entropy}", 1);
    hashed_table(&t);
    struct learn_spec spec = bench_spec(&b, &t, "y", NULL);
    assert_int_equal(learn_fit(&spec, &t, &m, &err), PT_E_CONFIG);
    table_release(&t);
    bench_close(&b);
}

// A root without any split: everything is cut off.
static void test_dtree_options__high_alpha_leaves_one_rule(void **state)
{
    (void)state;
    double leaves = 0;
    double depth = 0;
    struct learn_summary s = fit(", ccp_alpha: 1", "auto", &leaves, &depth);
    assert_true(leaves == 1 && depth == 0 && s.auc == 0.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dtree_options__as_scikit_learn),
        cmocka_unit_test(test_dtree_options__histograms_nearly_as_exact),
        cmocka_unit_test(test_dtree_options__faults),
        cmocka_unit_test(test_dtree_options__entropy_has_no_histograms),
        cmocka_unit_test(test_dtree_options__high_alpha_leaves_one_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
