// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Trees against exhaustive search, and on tables whose best tree is plain to see.
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

#define ROWS 60
#define LEVELS 4

static void test_dtree__options_refuse_bad_values(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"{}", ""},
        {"{criterion: entropy, depth: 30, min_leaf: 1, min_decrease: 0.01}", ""},
        {"{criterion: twoing}", "P0107"},
        {"{depth: 0}", "P0106"},
        {"{depth: 31}", "P0106"},
        {"{min_leaf: 0}", "P0106"},
        {"{min_leaf: 2e12}", "P0104"},
        {"{min_decrease: -1}", "P0106"},
        {"{min_decrease: 1.01}", "P0106"},
        {"{max_depth: 3}", "P0103"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(bench_fault("dtree", cases[i][0]), cases[i][1]);
    }
}

// Numbers a and b (some missing), a category c of few levels (some missing), a label.
static void small_table(uint64_t seed, struct table *out)
{
    static const char *const levels[LEVELS] = {"p", "q", "r", "s"};
    *out = (struct table){.n_rows = ROWS};
    table_add(out, "a", VEC_F64, true);
    table_add(out, "b", VEC_F64, true);
    table_add(out, "c", VEC_STR, true);
    double *y = bench_column(out, "y");
    for (size_t i = 0; i < ROWS; i++) {
        struct column *c = out->columns;
        c[0].f[i] = floor(sample_uniform(&seed) * 9);
        c[0].valid[i] = 1;
        c[1].f[i] = floor(sample_uniform(&seed) * 40) / 8;
        c[1].valid[i] = sample_uniform(&seed) > 0.2;
        c[2].s[i] = text_of(levels[(int)(sample_uniform(&seed) * LEVELS)]);
        c[2].valid[i] = sample_uniform(&seed) > 0.2;
        double tilt = c[1].valid[i] != 0 ? c[1].f[i] / 10 : 0.3;
        y[i] = sample_uniform(&seed) < tilt + (c[2].s[i].p[0] == 'q' ? 0.4 : 0.1);
    }
}

static double impurity(bool is_entropy, double n, double n1)
{
    double n0 = n - n1;
    if (!is_entropy) {
        return n == 0 ? 0 : 2 * n1 * n0 / n;
    }
    return -(n1 > 0 ? n1 * log2(n1 / n) : 0) - (n0 > 0 ? n0 * log2(n0 / n) : 0);
}

// Impurity left after sending the marked rows left; infinity when a side is too small.
static double left_over(const struct table *t, const uint8_t *goes_left, bool is_entropy,
                        double min_leaf)
{
    double n[2] = {0};
    double n1[2] = {0};
    for (size_t i = 0; i < ROWS; i++) {
        n[goes_left[i]] += 1;
        n1[goes_left[i]] += t->columns[3].f[i];
    }
    if (n[0] < min_leaf || n[1] < min_leaf) {
        return INFINITY;
    }
    return impurity(is_entropy, n[0], n1[0]) + impurity(is_entropy, n[1], n1[1]);
}

// Every threshold of a number, missing values on either side, and there against missing.
static double best_number(const struct table *t, size_t column, bool is_entropy, double min_leaf)
{
    const struct column *c = &t->columns[column];
    double best = INFINITY;
    for (size_t at = 0; at <= ROWS; at++) {
        for (int missing_left = 0; missing_left < 2; missing_left++) {
            uint8_t left[ROWS];
            double threshold = at == ROWS ? INFINITY : c->f[at];
            for (size_t i = 0; i < ROWS; i++) {
                left[i] = c->valid[i] != 0 ? c->f[i] <= threshold : missing_left != 0;
            }
            double value = left_over(t, left, is_entropy, min_leaf);
            best = value < best ? value : best;
        }
    }
    return best;
}

// Every subset of the levels and of missing.
static double best_category(const struct table *t, bool is_entropy, double min_leaf)
{
    const struct column *c = &t->columns[2];
    double best = INFINITY;
    for (unsigned set = 0; set < 1u << (LEVELS + 1); set++) {
        uint8_t left[ROWS];
        for (size_t i = 0; i < ROWS; i++) {
            unsigned level = c->valid[i] != 0 ? (unsigned)(c->s[i].p[0] - 'p') : LEVELS;
            left[i] = (set >> level & 1) != 0;
        }
        double value = left_over(t, left, is_entropy, min_leaf);
        best = value < best ? value : best;
    }
    return best;
}

// Impurity left by the tree's rules.
static double tree_left_over(const struct table *t, bool is_entropy)
{
    struct model_bench b;
    bench_open(
        &b, "dtree",
        is_entropy ? "{depth: 1, min_leaf: 5, criterion: entropy}" : "{depth: 1, min_leaf: 5}", 2);
    struct learn_spec spec = bench_spec(&b, t, "y", NULL);
    struct learned *m = bench_fit(&spec, t);
    struct json *r = bench_report(m);
    const struct json *rules = json_get(json_get(r, "explain"), "rules");
    double sum = 0;
    for (size_t i = 0; i < json_count(rules); i++) {
        double n = bench_number(json_at(rules, i), "rows", NULL);
        sum += impurity(is_entropy, n, n * bench_number(json_at(rules, i), "rate", NULL));
    }
    json_free(r);
    learned_free(m);
    bench_close(&b);
    return sum;
}

static void test_dtree__best_split_of_all(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct table t;
        small_table(seed, &t);
        for (int is_entropy = 0; is_entropy < 2; is_entropy++) {
            double best = best_number(&t, 0, is_entropy, 5);
            double b = best_number(&t, 1, is_entropy, 5);
            double c = best_category(&t, is_entropy, 5);
            best = b < best ? b : best;
            best = c < best ? c : best;
            assert_true(fabs(tree_left_over(&t, is_entropy) - best) < 1e-9);
        }
        table_release(&t);
    }
}

// Rules of a tree over a table, best first, one a line: "when: rows, rate".
static void rules_of(const char *with, const struct table *t, struct str *out)
{
    struct model_bench b;
    bench_open(&b, "dtree", with, 2);
    struct learn_spec spec = bench_spec(&b, t, "y", NULL);
    struct learned *m = bench_fit(&spec, t);
    struct json *r = bench_report(m);
    const struct json *rules = json_get(json_get(r, "explain"), "rules");
    for (size_t i = 0; i < json_count(rules); i++) {
        const struct json *rule = json_at(rules, i);
        assert_true(bench_number(rule, "rule", NULL) == (double)i + 1);
        str_addf(out, "%s: %g, %g\n", bench_text(rule, "when", NULL),
                 bench_number(rule, "rows", NULL), bench_number(rule, "rate", NULL));
    }
    json_free(r);
    learned_free(m);
    bench_close(&b);
}

static void test_dtree__rules_read_as_conditions(void **state)
{
    (void)state;
    struct table t = {.n_rows = 80};
    struct str rules = {0};
    double *visits = bench_column(&t, "visits");
    struct column *city = table_add(&t, "city", VEC_STR, true);
    double *y = bench_column(&t, "y");
    for (size_t i = 0; i < 80; i++) {
        static const char *const cities[] = {"Bonn", "L'Aquila", "Paris", "Ulm"};
        visits[i] = (double)(i / 4);
        city->s[i] = text_of(cities[i % 4]);
        city->valid[i] = i % 8 != 4; // half of the rows of Bonn have none
        bool is_good_city = city->valid[i] == 0 || i % 4 == 1;
        y[i] = visits[i] > 11 && is_good_city;
    }
    rules_of("{depth: 4, min_leaf: 1}", &t, &rules);
    assert_string_equal(str_get(&rules),
                        "(city IN ('L''Aquila') OR city IS NULL) AND visits > 11.5: 12, 1\n"
                        "city NOT IN ('L''Aquila'): 50, 0\n"
                        "(city IN ('L''Aquila') OR city IS NULL) AND visits <= 11.5: 18, 0\n");
    str_release(&rules);
    table_release(&t);
}

static void test_dtree__bounds_of_one_column_are_merged(void **state)
{
    (void)state;
    struct table t = {.n_rows = 90};
    struct str rules = {0};
    double *x = bench_column(&t, "x");
    double *same = bench_column(&t, "same_again"); // as good as x, but later
    double *y = bench_column(&t, "y");
    for (size_t i = 0; i < 90; i++) {
        x[i] = (double)i;
        same[i] = (double)i;
        y[i] = i >= 30 && i < 60;
    }
    rules_of("{depth: 3, min_leaf: 1}", &t, &rules);
    assert_string_equal(str_get(&rules), "x > 29.5 AND x <= 59.5: 30, 1\n"
                                         "x <= 29.5: 30, 0\n"
                                         "x > 59.5: 30, 0\n");
    str_release(&rules);
    table_release(&t);
}

static void test_dtree__missing_values_take_their_side(void **state)
{
    (void)state;
    struct table t = {.n_rows = 60};
    struct str rules = {0};
    struct column *x = table_add(&t, "x", VEC_F64, true);
    double *y = bench_column(&t, "y");
    for (size_t i = 0; i < 60; i++) {
        x->valid[i] = i % 3 != 0;
        x->f[i] = (double)(i % 3) * 10;
        y[i] = i % 3 != 1; // x = 10 is the only no
    }
    rules_of("{depth: 1, min_leaf: 1}", &t, &rules);
    assert_string_equal(str_get(&rules), "(x > 15 OR x IS NULL): 40, 1\nx <= 15: 20, 0\n");
    str_reset(&rules);
    for (size_t i = 0; i < 60; i++) {
        y[i] = i % 3 == 0; // only the missing ones are a yes
    }
    rules_of("{depth: 1, min_leaf: 1}", &t, &rules);
    assert_string_equal(str_get(&rules), "x IS NULL: 20, 1\nx IS NOT NULL: 40, 0\n");
    str_release(&rules);
    table_release(&t);
}

static void test_dtree__what_training_never_saw(void **state)
{
    (void)state;
    struct model_bench b;
    struct table t = {.n_rows = 60};
    struct table later = {.n_rows = 3};
    struct pt_error err = ERROR_INIT;
    bench_open(&b, "dtree", "{depth: 1, min_leaf: 1}", 1);
    struct column *city = table_add(&t, "city", VEC_STR, false);
    double *y = bench_column(&t, "y");
    for (size_t i = 0; i < 60; i++) {
        city->s[i] = text_of(i < 20 ? "Bonn" : "Ulm");
        y[i] = i < 20;
    }
    struct learn_spec spec = bench_spec(&b, &t, "y", NULL);
    struct learned *m = bench_fit(&spec, &t);
    struct column *other = table_add(&later, "city", VEC_STR, true);
    other->s[0] = text_of("Bonn");
    other->s[1] = text_of("Paris"); // neither, nor a missing value: with the more frequent Ulm
    other->valid[0] = other->valid[1] = 1;
    assert_int_equal(learned_score(m, NULL, &later, "m", &err), PT_OK);
    const double *p = later.columns[table_find(&later, "m.p")].f;
    const double *rule = later.columns[table_find(&later, "m.rule")].f;
    assert_true(p[0] == 1 && p[1] == 0 && p[2] == 0);
    assert_true(rule[0] == 1 && rule[1] == 2 && rule[2] == 2);
    learned_free(m);
    table_release(&t);
    table_release(&later);
    bench_close(&b);
}

static double leaves_of(const char *with, const char *what)
{
    struct model_bench b;
    struct table t;
    bench_open(&b, "dtree", with, 2);
    sample_table(4000, 11, &t);
    struct learn_spec spec = bench_spec(&b, &t, "bought", (const char *const[]){"profile", NULL});
    struct learned *m = bench_fit(&spec, &t);
    struct json *r = bench_report(m);
    double value = bench_number(r, "explain", what, NULL);
    const struct json *rules = json_get(json_get(r, "explain"), "rules");
    double rows = 0;
    for (size_t i = 0; i < json_count(rules); i++) {
        rows += bench_number(json_at(rules, i), "rows", NULL);
    }
    assert_true(rows == 4000);
    json_free(r);
    learned_free(m);
    table_release(&t);
    bench_close(&b);
    return value;
}

static void test_dtree__limits_hold(void **state)
{
    (void)state;
    assert_true(leaves_of("{depth: 3, min_leaf: 1}", "depth") == 3);
    assert_true(leaves_of("{depth: 3, min_leaf: 1}", "leaves") == 8);
    assert_true(leaves_of("{depth: 30, min_leaf: 2001}", "leaves") == 1);
    assert_true(leaves_of("{depth: 30, min_leaf: 500}", "leaves") <= 8);
    double all = leaves_of("{depth: 10, min_leaf: 20}", "leaves");
    double some = leaves_of("{depth: 10, min_leaf: 20, min_decrease: 0.002}", "leaves");
    assert_true(some < all && some > 1);
}

static void test_dtree__prepared_columns_read_raw(void **state)
{
    (void)state;
    struct model_bench b;
    struct table t = {.n_rows = 40};
    bench_open(&b, "dtree", "{depth: 2, min_leaf: 1}", 1);
    double *x = bench_column(&t, "x");
    struct column *city = table_add(&t, "city", VEC_STR, false);
    double *y = bench_column(&t, "y");
    for (size_t i = 0; i < 40; i++) {
        x[i] = i < 20 ? 8 : 24; // midway on the log scale: 9 * 25 = 15^2, so 14
        city->s[i] = text_of(i % 2 == 0 ? "Bonn" : "Ulm");
        y[i] = i >= 20 && i % 2 == 0;
    }
    struct learn_spec spec = bench_spec(&b, &t, "y", NULL);
    ((struct learn_input *)spec.inputs)[0].log1p = true;
    spec.prepare.scale = LEARN_SCALE_STANDARD;
    spec.prepare.categories = LEARN_CATEGORIES_ONE_HOT;
    struct learned *m = bench_fit(&spec, &t);
    struct json *r = bench_report(m);
    assert_string_equal(bench_text(r, "explain", "rules", "0", "when", NULL),
                        "x > 14 AND city = 'Bonn'");
    assert_string_equal(bench_text(r, "explain", "rules", "2", "when", NULL),
                        "x > 14 AND city <> 'Bonn'");
    // Of 15 the first split takes 5 (20 rows of 10 are left), the second the other 10.
    assert_string_equal(bench_text(r, "explain", "importances", "0", "name", NULL), "city=Bonn");
    assert_true(
        bench_near(bench_number(r, "explain", "importances", "0", "share", NULL), 2.0 / 3, 1e-9));
    json_free(r);
    learned_free(m);
    table_release(&t);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dtree__options_refuse_bad_values),
        cmocka_unit_test(test_dtree__best_split_of_all),
        cmocka_unit_test(test_dtree__rules_read_as_conditions),
        cmocka_unit_test(test_dtree__bounds_of_one_column_are_merged),
        cmocka_unit_test(test_dtree__missing_values_take_their_side),
        cmocka_unit_test(test_dtree__what_training_never_saw),
        cmocka_unit_test(test_dtree__limits_hold),
        cmocka_unit_test(test_dtree__prepared_columns_read_raw),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
