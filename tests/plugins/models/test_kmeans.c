// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// k-means on tables small enough to work out by hand.
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

static void line_table(const double *values, size_t n, struct table *out)
{
    *out = (struct table){.n_rows = n};
    memcpy(bench_column(out, "x"), values, n * sizeof *values);
}

// Segments of the rows, inertia of the plugin's own account.
static double segments_of(const char *with, const double *values, size_t n, int64_t *segments)
{
    struct model_bench b;
    struct table t;
    struct pt_error err = ERROR_INIT;
    bench_open(&b, "kmeans", with, 2);
    line_table(values, n, &t);
    struct learn_spec spec = bench_spec(&b, &t, NULL, NULL);
    spec.prepare.scale = LEARN_SCALE_NONE;
    struct learned *m = bench_fit(&spec, &t);
    assert_int_equal(learned_score(m, b.pool, &t, "m", &err), PT_OK);
    memcpy(segments, t.columns[table_find(&t, "m")].i, n * sizeof *segments);
    struct json *r = bench_report(m);
    double inertia = bench_number(r, "explain", "inertia", NULL);
    json_free(r);
    learned_free(m);
    table_release(&t);
    bench_close(&b);
    return inertia;
}

static void test_kmeans__options_refuse_bad_values(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"{}", ""},
        {"{k: 3, start: rows, rows: [0, 5, 9]}", ""},
        {"{k: 0}", ""},
        {"{k: 0, k_min: 3, k_max: 8}", ""},
        {"{k: 4, start: parallel, batch: 1000}", ""},
        {"{k: -1}", "P0106"},
        {"{k: 0, k_min: 1}", "P0106"},
        {"{k: 0, k_min: 1001, k_max: 1000}", "P0106"},
        {"{k: 0, k_max: 1}", "P0106"},
        {"{k: 0, k_max: 1001}", "P0106"},
        {"{k: 0, k_min: 6, k_max: 5}", "P0113"},
        {"{k: 0, start: rows, rows: [1, 2]}", "P0113"},
        {"{batch: -1}", "P0106"},
        {"{batch: 100000001}", "P0106"},
        {"{batch: some}", "P0104"},
        {"{k: 1001}", "P0106"},
        {"{k: many}", "P0104"},
        {"{clusters: 3}", "P0103"},
        {"{start: random}", "P0107"},
        {"{rows: [1, 2]}", "P0113"},
        {"{k: 3, start: rows, rows: [1, 2]}", "P0113"},
        {"{k: 2, start: rows, rows: [1, 1]}", "P0113"},
        {"{k: 2, start: rows, rows: [-1, 1]}", "P0106"},
        {"{restarts: 0}", "P0106"},
        {"{restarts: 1001}", "P0106"},
        {"{rounds: 0}", "P0106"},
        {"{rounds: 100001}", "P0106"},
        {"{tol: -0.1}", "P0106"},
        {"{tol: 1.5}", "P0106"},
        {"{order_by: [spend]}", "P0104"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(bench_fault("kmeans", cases[i][0]), cases[i][1]);
    }
}

static void test_kmeans__spread_start(void **state)
{
    (void)state;
    // Rows 0 and 3 start: 1 and 10. Two groups of three; means 2 and 11.
    static const double values[] = {1, 2, 3, 10, 11, 12};
    int64_t s[6];
    double inertia = segments_of("{k: 2, start: spread}", values, 6, s);
    assert_true(inertia == 4);
    assert_true(s[0] == s[1] && s[1] == s[2] && s[3] == s[4] && s[4] == s[5] && s[0] != s[3]);
}

static void test_kmeans__numbers_by_size(void **state)
{
    (void)state;
    static const double values[] = {1, 10, 11, 12};
    int64_t s[4];
    segments_of("{k: 2}", values, 4, s);
    assert_int_equal(s[0], 1);
    assert_int_equal(s[1], 0);
}

static void test_kmeans__empty_cluster_takes_the_farthest_row(void **state)
{
    (void)state;
    // Rows 0 and 1 start as one point, so the second centre gets nothing: it takes row 2, the
    // farthest from its centre.
    static const double values[] = {0, 0, 10, 20};
    int64_t s[4];
    double inertia = segments_of("{k: 3, start: rows, rows: [0, 1, 3]}", values, 4, s);
    assert_true(inertia == 0);
    assert_true(s[0] == s[1] && s[2] != s[0] && s[3] != s[0] && s[2] != s[3]);
}

static void test_kmeans__fewer_points_than_segments(void **state)
{
    (void)state;
    static const double values[] = {7, 7, 7, 7, 9};
    int64_t s[5];
    double inertia = segments_of("{k: 4}", values, 5, s);
    assert_true(inertia == 0);
    assert_int_equal(s[0], 0);
    assert_int_equal(s[3], 0);
    assert_int_equal(s[4], 1);
}

static pt_status fit_status(const char *with, const double *values, size_t n, const char *order_by,
                            struct pt_error *err)
{
    struct model_bench b;
    struct table t;
    struct learned *m = NULL;
    bench_open(&b, "kmeans", with, 1);
    line_table(values, n, &t);
    assert_non_null(table_add(&t, "word", VEC_STR, true));
    struct learn_spec spec = bench_spec(&b, &t, NULL, (const char *const[]){"word", NULL});
    spec.order_by = order_by;
    pt_status status = learn_fit(&spec, &t, &m, err);
    learned_free(m);
    table_release(&t);
    bench_close(&b);
    return status;
}

static void test_kmeans__refuses_what_it_cannot_do(void **state)
{
    (void)state;
    static const double values[] = {1, 2, 3};
    static const double huge[] = {1e300, -1e300, 5};
    struct pt_error err = ERROR_INIT;
    assert_int_equal(fit_status("{k: 4}", values, 3, NULL, &err), PT_E_DATA);
    assert_non_null(strstr(err.message, "k is 4, but there are only 3 rows"));
    assert_int_equal(fit_status("{k: 2, start: rows, rows: [0, 3]}", values, 3, NULL, &err),
                     PT_E_CONFIG);
    assert_non_null(strstr(err.message, "row 3 does not exist"));
    assert_int_equal(fit_status("{k: 2}", values, 3, "nothing", &err), PT_E_NOT_FOUND);
    assert_non_null(strstr(err.message, "`nothing`"));
    assert_int_equal(fit_status("{k: 2}", values, 3, "word", &err), PT_E_DATA);
    assert_int_equal(fit_status("{k: 2}", huge, 3, NULL, &err), PT_E_NUMERIC);
}

static void test_kmeans__order_by_names_segments(void **state)
{
    (void)state;
    struct model_bench b;
    struct table t;
    struct pt_error err = ERROR_INIT;
    bench_open(&b, "kmeans", "{k: 4, order_by: spend}", 2);
    sample_table(3000, 2, &t);
    struct learn_spec spec =
        bench_spec(&b, &t, NULL, (const char *const[]){"profile", "bought", NULL});
    struct learn_shape shape = {0};
    assert_int_equal(learn_describe(spec.plugin, spec.config, spec.host, &shape, &err), PT_OK);
    assert_string_equal(shape.order_by, "spend");
    assert_int_equal(shape.n_outputs, 3);
    assert_string_equal(shape.outputs[0].name, "");
    assert_int_equal(shape.outputs[0].type, VEC_I64);
    assert_string_equal(shape.outputs[1].name, "segment");
    assert_string_equal(shape.outputs[2].name, "distance");
    assert_false(shape.needs_label);
    learn_shape_release(&shape);
    struct learned *m = bench_fit(&spec, &t);
    assert_int_equal(learned_n_segments(m), 4);
    assert_int_equal(learned_score(m, b.pool, &t, "persona", &err), PT_OK);
    const int64_t *segment = t.columns[table_find(&t, "persona")].i;
    double sums[4] = {0};
    double sizes[4] = {0};
    for (size_t i = 0; i < t.n_rows; i++) {
        sums[segment[i]] += t.columns[1].f[i];
        sizes[segment[i]] += 1;
    }
    for (int i = 0; i + 1 < 4; i++) {
        assert_true(sums[i] / sizes[i] > sums[i + 1] / sizes[i + 1]);
    }
    struct json *r = bench_report(m);
    assert_string_equal(bench_text(r, "training", "numbered_by", NULL), "mean of spend");
    for (int i = 0; i < 4; i++) {
        char at[2] = {(char)('0' + i), '\0'};
        assert_true(bench_number(r, "explain", "centres", at, "size", NULL) == sizes[i]);
        assert_true(bench_number(r, "evaluation", "sizes", at, NULL) == sizes[i]);
        // Unscaled again, a centre is the mean of its rows (of floats).
        assert_true(bench_near(bench_number(r, "explain", "centres", at, "raw", "0", NULL),
                               sums[i] / sizes[i], 1e-6));
    }
    json_free(r);
    learned_free(m);
    table_release(&t);
    bench_close(&b);
}

static double rounds_of(const char *with, const char *what)
{
    struct model_bench b;
    struct table t;
    bench_open(&b, "kmeans", with, 2);
    sample_table(5000, 2, &t);
    struct learn_spec spec =
        bench_spec(&b, &t, NULL, (const char *const[]){"profile", "bought", NULL});
    struct learned *m = bench_fit(&spec, &t);
    struct json *r = bench_report(m);
    double value = bench_number(r, "explain", what, NULL);
    json_free(r);
    learned_free(m);
    table_release(&t);
    bench_close(&b);
    return value;
}

static void test_kmeans__rounds_and_tol_stop(void **state)
{
    (void)state;
    assert_true(rounds_of("{k: 6, restarts: 1, rounds: 2}", "rounds") == 2);
    double all = rounds_of("{k: 6, restarts: 1}", "rounds");
    double some = rounds_of("{k: 6, restarts: 1, tol: 0.01}", "rounds");
    assert_true(some < all && some > 0);
    assert_true(rounds_of("{k: 6, restarts: 8}", "inertia") <=
                rounds_of("{k: 6, restarts: 1}", "inertia"));
}

static void test_kmeans__portrait_tells_what_is_different(void **state)
{
    (void)state;
    struct model_bench b;
    struct table t = {.n_rows = 100};
    struct pt_error err = ERROR_INIT;
    bench_open(&b, "kmeans", "{k: 2, order_by: spend}", 1);
    double *spend = bench_column(&t, "spend");
    double *debt = bench_column(&t, "debt");
    double *noise = bench_column(&t, "noise");
    struct column *city = table_add(&t, "city", VEC_STR, false);
    for (size_t i = 0; i < 100; i++) {
        bool is_rich = i % 4 == 0;
        spend[i] = is_rich ? 700 : 100;              // mean 250: TGI 280 and 40
        debt[i] = is_rich ? -5 : i % 2 == 1 ? 2 : 0; // below 0: no TGI
        noise[i] = (double)(i / 4 % 2);
        city->s[i] = text_of(is_rich && i % 20 != 0 ? "Ulm" : "Bonn");
    }
    struct learn_spec spec = bench_spec(&b, &t, NULL, NULL);
    spec.prepare.scale = LEARN_SCALE_NONE; // spend alone decides
    struct learned *m = bench_fit(&spec, &t);
    struct personas p = {0};
    assert_int_equal(learned_score(m, NULL, &t, "persona", &err), PT_OK);
    assert_int_equal(learned_portrait(m, &t, "persona", &p, &err), PT_OK);
    assert_int_equal(p.n, 2);
    assert_int_equal(p.items[0].size, 25);
    assert_true(p.items[0].share == 0.25);
    assert_string_equal(p.items[0].words,
                        "high spend (TGI 280), low debt (mean -5 against -0.25), "
                        "seldom city = Bonn (TGI 25), often city = Ulm (TGI 400)");
    assert_string_equal(p.items[1].words,
                        "low spend (TGI 40), high debt (mean 1.333 against -0.25), "
                        "often city = Bonn (TGI 125), seldom city = Ulm (TGI 0)");
    struct str text = {0};
    struct json_writer w = json_writer_of(&text, false);
    struct json *parsed = NULL;
    personas_json(&p, &w);
    assert_int_equal(json_parse(str_view(&text), &parsed, &err), PT_OK);
    assert_true(bench_number(parsed, "0", "traits", "0", "tgi", NULL) == 280);
    assert_string_equal(bench_text(parsed, "1", "traits", "2", "level", NULL), "Bonn");
    json_free(parsed);
    str_release(&text);
    personas_release(&p);
    learned_free(m);
    table_release(&t);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kmeans__options_refuse_bad_values),
        cmocka_unit_test(test_kmeans__spread_start),
        cmocka_unit_test(test_kmeans__numbers_by_size),
        cmocka_unit_test(test_kmeans__empty_cluster_takes_the_farthest_row),
        cmocka_unit_test(test_kmeans__fewer_points_than_segments),
        cmocka_unit_test(test_kmeans__refuses_what_it_cannot_do),
        cmocka_unit_test(test_kmeans__order_by_names_segments),
        cmocka_unit_test(test_kmeans__rounds_and_tol_stop),
        cmocka_unit_test(test_kmeans__portrait_tells_what_is_different),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
