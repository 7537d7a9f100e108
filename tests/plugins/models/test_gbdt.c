// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Boosting on small matrices whose answer is known, and what its options promise.
#include <setjmp.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "raw_matrix.h"
#include "sample_table.h"

// A fitted model over a matrix and its answers.
struct run {
    struct model_bench b;
    struct instance model;
    double *p;
    struct json *explain;
};

static void run_on(const char *with, uint32_t threads, const struct raw_matrix *m, struct run *out)
{
    struct str text = {0};
    struct pt_error err = ERROR_INIT;
    bench_open(&out->b, "gbdt", with, threads);
    raw_fit(&out->b, m, &out->model);
    out->p = raw_predict(&out->model, m);
    assert_int_equal(instance_explain(&out->model, &text, &err), PT_OK);
    assert_int_equal(json_parse(str_view(&text), &out->explain, &err), PT_OK);
    str_release(&text);
}

static void run_free(struct run *r)
{
    json_free(r->explain);
    free(r->p);
    instance_release(&r->model);
    bench_close(&r->b);
}

static double log_odds(double p)
{
    return log(p / (1 - p));
}

// Rows of a signal with noise: column 0 rises, 1 has holes, 2 is a category, the rest is noise.
static void fill(struct raw_matrix *m, uint64_t n, uint64_t seed)
{
    raw_new(m, n, 6);
    raw_category(m, 2, 9);
    for (uint64_t i = 0; i < n; i++) {
        float *x = m->x + i;
        x[0] = (float)sample_uniform(&seed);
        x[m->stride] = sample_uniform(&seed) < 0.3 ? NAN : (float)sample_uniform(&seed);
        x[2 * m->stride] = (float)(int)(sample_uniform(&seed) * 9);
        for (uint32_t c = 3; c < 6; c++) {
            x[c * m->stride] = (float)sample_uniform(&seed);
        }
        double z = 3 * x[0] - 1.5 + (isnan(x[m->stride]) ? 1 : -0.5) +
                   ((int)x[2 * m->stride] % 2 == 0 ? 0.8 : -0.8);
        m->label[i] = sample_uniform(&seed) < 1 / (1 + exp(-z));
    }
}

static void test_gbdt__options_refuse_bad_values(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "{trees: 0}",           "{learning_rate: 0}",
        "{learning_rate: 1.5}", "{depth: 0}",
        "{depth: 61}",          "{leaves: -1}",
        "{leaves: 1}",          "{lambda: -1}",
        "{min_leaf: 0}",        "{rows: 0}",
        "{rows: 1.1}",          "{columns: 0}",
        "{validation: 1}",      "{bins: 1}",
        "{bins: 256}",          "{loss: gini}",
        "{monotone: {a: 2}}",   "{class_weights: heavy}",
        "{class_weights: '0'}", "{loss: squared, class_weights: balanced}",
        "{early_stopping: -1}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_string_not_equal(bench_fault("gbdt", bad[i]), "");
    }
    assert_string_equal(bench_fault("gbdt", "{}"), "");
    assert_string_equal(bench_fault("gbdt", "{loss: squared, monotone: {a: -1}}"), "");
    assert_string_equal(bench_fault("gbdt", "{class_weights: '2.5', leaves: 31}"), "");
}

// One split at learning rate 1: leaves are the penalised means of their sides.
static void test_gbdt__one_tree_by_hand(void **state)
{
    (void)state;
    struct raw_matrix m;
    struct run r;
    raw_new(&m, 8, 1);
    for (uint64_t i = 0; i < 8; i++) {
        m.x[i] = (float)i;
        m.label[i] = i < 3 ? 10 : 2;
    }
    run_on("{loss: squared, trees: 1, depth: 1, learning_rate: 1, lambda: 1, min_child_weight: 0}",
           1, &m, &r);
    double base = (3 * 10 + 5 * 2) / 8.0; // 5
    for (uint64_t i = 0; i < 8; i++) {
        double wanted = i < 3 ? base + 3 * 5 / 4.0 : base - 5 * 3 / 6.0;
        assert_true(fabs(r.p[i] - wanted) < 1e-6);
    }
    assert_true(bench_near(bench_number(r.explain, "trace", "train", "0", NULL), 15, 1e-6));
    assert_true(bench_number(r.explain, "trace", "train", "1", NULL) < 2);
    run_free(&r);
    // The same in log-odds: G = sum(p - y), H = sum(p (1 - p)).
    for (uint64_t i = 0; i < 8; i++) {
        m.label[i] = i < 2;
    }
    run_on("{trees: 1, depth: 1, learning_rate: 1, lambda: 0, min_child_weight: 0}", 1, &m, &r);
    double start = log_odds(0.25);
    double left = start + 2 * 0.75 / (2 * 0.1875);
    double right = start - 6 * 0.25 / (6 * 0.1875);
    for (uint64_t i = 0; i < 8; i++) {
        assert_true(fabs(log_odds(r.p[i]) - (i < 2 ? left : right)) < 1e-5);
    }
    run_free(&r);
    raw_free(&m);
}

static void test_gbdt__missing_values_take_their_side(void **state)
{
    (void)state;
    for (int side = 0; side < 3; side++) {
        struct raw_matrix m;
        struct run r;
        raw_new(&m, 90, 1);
        for (uint64_t i = 0; i < 90; i++) {
            m.x[i] = i % 3 == 0 ? NAN : (float)(i % 3);
            bool is_hole = i % 3 == 0;
            // Missing values are as the low ones, as the high ones, or as neither.
            m.label[i] = side == 0 ? i % 3 == 2 : side == 1 ? i % 3 != 1 : is_hole;
        }
        run_on("{trees: 30, depth: 1, learning_rate: 0.5}", 1, &m, &r);
        for (uint64_t i = 0; i < 90; i++) {
            assert_true(fabs(r.p[i] - m.label[i]) < 0.1);
        }
        run_free(&r);
        raw_free(&m);
    }
}

// No order of the levels' codes helps; a set of levels does it in one split.
static void test_gbdt__categories_split_by_sets(void **state)
{
    (void)state;
    static const uint32_t levels[] = {10, 254, 255, 700};
    for (size_t k = 0; k < 4; k++) {
        struct raw_matrix m;
        struct run r;
        uint64_t seed = 3;
        raw_new(&m, 20000, 1);
        raw_category(&m, 0, levels[k]);
        for (uint64_t i = 0; i < 20000; i++) {
            // The frequent half of the codes has bins of its own whatever their number.
            double u = sample_uniform(&seed);
            uint32_t code = (uint32_t)(u * u * levels[k]);
            m.x[i] = (float)code;
            m.label[i] = code % 2;
        }
        run_on("{loss: squared, trees: 1, depth: 1, learning_rate: 1, lambda: 0}", 2, &m, &r);
        uint64_t wrong = 0;
        for (uint64_t i = 0; i < 20000; i++) {
            wrong += fabs(r.p[i] - m.label[i]) > 0.3;
        }
        assert_true(wrong * (levels[k] > 255 ? 3 : 1000000) < 20000);
        run_free(&r);
        raw_free(&m);
    }
}

static void test_gbdt__monotone_columns_never_turn(void **state)
{
    (void)state;
    static const char *const with[] = {"{trees: 60, monotone: {f0: 1}}",
                                       "{trees: 60, leaves: 20, depth: 10, monotone: {f0: 1}}",
                                       "{trees: 60}"};
    bool turns[3] = {false, false, false};
    for (int k = 0; k < 3; k++) {
        struct raw_matrix m;
        struct raw_matrix grid;
        struct run r;
        fill(&m, 2000, 5);
        run_on(with[k], 2, &m, &r);
        raw_new(&grid, 101, 6);
        raw_category(&grid, 2, 9);
        for (int base = 0; base < 20; base++) {
            for (uint64_t i = 0; i <= 100; i++) {
                for (uint32_t c = 1; c < 6; c++) {
                    grid.x[c * grid.stride + i] = m.x[c * m.stride + (uint64_t)base];
                }
                grid.x[i] = (float)i / 100;
            }
            double *p = raw_predict(&r.model, &grid);
            for (uint64_t i = 1; i <= 100; i++) {
                turns[k] = turns[k] || p[i] < p[i - 1] - 1e-12;
            }
            free(p);
        }
        raw_free(&grid);
        raw_free(&m);
        run_free(&r);
    }
    assert_false(turns[0]);
    assert_false(turns[1]);
    assert_true(turns[2]); // the constraint was needed
}

static void test_gbdt__monotone_names_must_be_numbers(void **state)
{
    (void)state;
    static const char *const with[] = {"{monotone: {nothing: 1}}", "{monotone: {f2: 1}}"};
    for (int k = 0; k < 2; k++) {
        struct raw_matrix m;
        struct model_bench b;
        struct instance model;
        struct pt_error err = ERROR_INIT;
        fill(&m, 200, 5);
        bench_open(&b, "gbdt", with[k], 1);
        assert_int_equal(raw_try_fit(&b, &m, &model, &err), PT_E_CONFIG);
        assert_non_null(strstr(err.message, k == 0 ? "nothing" : "f2"));
        bench_close(&b);
        raw_free(&m);
    }
}

static void test_gbdt__early_stopping_keeps_the_best(void **state)
{
    (void)state;
    struct raw_matrix m;
    struct run r;
    fill(&m, 1500, 8);
    for (int given = 0; given < 2; given++) {
        m.fold = given ? calloc(m.n_rows, 1) : NULL;
        for (uint64_t i = 0; given && i < m.n_rows; i++) {
            m.fold[i] = i % 4 == 0;
        }
        run_on("{trees: 500, learning_rate: 0.3, early_stopping: 10, validation: 0.25}", 2, &m, &r);
        double validation = bench_number(r.explain, "validation_rows", NULL);
        assert_true(given ? validation == 375 : validation > 300 && validation < 450);
        double trees = bench_number(r.explain, "trees", NULL);
        const struct json *losses = json_get(json_get(r.explain, "trace"), "validation");
        size_t n = json_count(losses);
        double best = 0;
        assert_true(json_f64(json_at(losses, (size_t)trees), &best));
        assert_true(n == (size_t)trees + 11); // ten rounds without a better one
        for (size_t i = 0; i < n; i++) {
            double loss = 0;
            assert_true(json_f64(json_at(losses, i), &loss));
            assert_true(loss >= best);
        }
        // Loss of the kept trees over the rows held out, told once more from the scores.
        double sum = 0;
        for (uint64_t i = 0; given && i < m.n_rows; i++) {
            sum -= m.fold[i] == 0 ? 0 : log(m.label[i] > 0 ? r.p[i] : 1 - r.p[i]);
        }
        assert_true(!given || bench_near(sum / 375, best, 1e-5));
        run_free(&r);
    }
    raw_free(&m);
}

static void test_gbdt__a_weight_of_two_is_two_rows(void **state)
{
    (void)state;
    struct raw_matrix once;
    struct raw_matrix twice;
    struct run a;
    struct run b;
    struct run plain;
    fill(&once, 600, 4);
    fill(&twice, 900, 4);
    once.weight = calloc(once.n_rows, sizeof *once.weight);
    for (uint64_t i = 0; i < 600; i++) {
        once.weight[i] = i < 300 ? 2 : 1;
        for (uint32_t c = 0; c < 6; c++) {
            // Few values, so that both have the same cuts.
            float *x = &once.x[c * once.stride + i];
            *x = c == 2 ? *x : floorf(*x * 10);
            twice.x[c * twice.stride + i] = *x;
        }
    }
    for (uint64_t i = 600; i < 900; i++) {
        for (uint32_t c = 0; c < 6; c++) {
            twice.x[c * twice.stride + i] = twice.x[c * twice.stride + i - 600];
        }
        twice.label[i] = twice.label[i - 600];
    }
    run_on("{trees: 20, bins: 16, depth: 3}", 1, &once, &a);
    run_on("{trees: 20, bins: 16, depth: 3}", 1, &twice, &b);
    free(once.weight);
    once.weight = NULL;
    run_on("{trees: 20, bins: 16, depth: 3}", 1, &once, &plain);
    double gap = 0;
    double gap_without = 0;
    for (uint64_t i = 0; i < 600; i++) {
        gap += fabs(a.p[i] - b.p[i]);
        gap_without += fabs(plain.p[i] - b.p[i]);
    }
    printf("mean gap: %.4f with weights, %.4f without\n", gap / 600, gap_without / 600);
    assert_true(gap / 600 < 1e-4 && gap_without / 600 > 0.005);
    assert_true(bench_near(bench_number(a.explain, "base", NULL),
                           bench_number(b.explain, "base", NULL), 1e-5));
    run_free(&plain);
    run_free(&a);
    run_free(&b);
    raw_free(&once);
    raw_free(&twice);
}

static void test_gbdt__class_weights_move_the_base(void **state)
{
    (void)state;
    struct raw_matrix m;
    struct run r;
    fill(&m, 800, 6);
    double n1 = 0;
    for (uint64_t i = 0; i < 800; i++) {
        n1 += m.label[i];
    }
    run_on("{trees: 1, class_weights: balanced}", 1, &m, &r);
    assert_true(fabs(bench_number(r.explain, "base", NULL)) < 1e-6);
    run_free(&r);
    run_on("{trees: 1, class_weights: '3'}", 1, &m, &r);
    assert_true(bench_near(bench_number(r.explain, "base", NULL), log(3 * n1 / (800 - n1)), 1e-5));
    run_free(&r);
    raw_free(&m);
}

static void test_gbdt__limits_hold(void **state)
{
    (void)state;
    struct raw_matrix m;
    struct run r;
    fill(&m, 3000, 7);
    run_on("{trees: 3, depth: 4}", 2, &m, &r);
    assert_true(bench_number(r.explain, "depth", NULL) == 4);
    assert_true(bench_number(r.explain, "leaves", NULL) <= 3 * 16);
    run_free(&r);
    run_on("{trees: 3, leaves: 7, depth: 20}", 2, &m, &r);
    assert_true(bench_number(r.explain, "leaves", NULL) == 3 * 7);
    run_free(&r);
    run_on("{trees: 1, depth: 12, min_leaf: 200, min_child_weight: 0, learning_rate: 1}", 2, &m,
           &r);
    for (uint64_t i = 0; i < m.n_rows; i += 100) {
        uint64_t same = 0;
        for (uint64_t k = 0; k < m.n_rows; k++) {
            same += r.p[k] == r.p[i];
        }
        assert_true(same >= 200);
    }
    assert_true(bench_number(r.explain, "leaves", NULL) > 5);
    run_free(&r);
    run_on("{trees: 1, min_gain: 1e9}", 2, &m, &r);
    assert_true(bench_number(r.explain, "leaves", NULL) == 1);
    run_free(&r);
    raw_free(&m);
}

static void test_gbdt__draws_follow_the_rows_keys(void **state)
{
    (void)state;
    struct raw_matrix m;
    struct raw_matrix turned;
    struct run a;
    struct run b;
    struct run all;
    static const char with[] = "{trees: 15, rows: 0.4, columns: 0.5, loss: squared}";
    fill(&m, 1000, 9);
    fill(&turned, 1000, 9);
    for (uint64_t i = 0; i < 1000; i++) {
        for (uint32_t c = 0; c < 6; c++) {
            turned.x[c * m.stride + i] = m.x[c * m.stride + 999 - i];
        }
        turned.label[i] = m.label[999 - i];
        turned.key[i] = m.key[999 - i];
    }
    run_on(with, 2, &m, &a);
    run_on(with, 2, &turned, &b);
    run_on("{trees: 15, loss: squared}", 2, &m, &all);
    double others = 0;
    for (uint64_t i = 0; i < 1000; i++) {
        assert_true(fabs(a.p[i] - b.p[999 - i]) < 1e-5);
        others += fabs(a.p[i] - all.p[i]);
    }
    assert_true(others > 1);
    run_free(&a);
    run_free(&b);
    run_free(&all);
    raw_free(&m);
    raw_free(&turned);
}

static void test_gbdt__contributions_add_up(void **state)
{
    (void)state;
    struct raw_matrix m;
    struct run r;
    fill(&m, 700, 10);
    run_on("{trees: 25}", 2, &m, &r);
    double *phi = raw_contribute(&r.model, &m);
    double by_column[6] = {0};
    for (uint64_t i = 0; i < 700; i++) {
        double sum = phi[6 * 700 + i];
        for (uint32_t c = 0; c < 6; c++) {
            sum += phi[c * 700 + i];
            by_column[c] += fabs(phi[c * 700 + i]);
        }
        assert_true(fabs(sum - log_odds(r.p[i])) < 1e-6);
    }
    assert_true(by_column[0] > by_column[4] && by_column[2] > by_column[5]);
    free(phi);
    run_free(&r);
    raw_free(&m);
}

static void test_gbdt__same_bytes_at_any_level_and_thread_count(void **state)
{
    (void)state;
    static const char *const with[] = {"{trees: 12}",
                                       "{trees: 12, leaves: 40, depth: 12, rows: 0.6, min_leaf: 5}",
                                       "{trees: 12, loss: squared, early_stopping: 5}"};
    struct raw_matrix m;
    fill(&m, 30000, 12);
    for (int k = 0; k < 3; k++) {
        struct str first = {0};
        for (uint32_t turn = 0; turn < 5; turn++) {
            static const uint32_t threads[] = {1, 2, 8, 2, 2};
            static const uint32_t cpu[] = {PT_CPU_AVX512, PT_CPU_AVX512, PT_CPU_AVX512, PT_CPU_AVX2,
                                           PT_CPU_BASELINE};
            struct model_bench b;
            struct instance model;
            struct str bytes = {0};
            struct pt_error err = ERROR_INIT;
            bench_open(&b, "gbdt", with[k], threads[turn]);
            b.host.cpu = cpu[turn] < b.host.cpu ? cpu[turn] : b.host.cpu;
            raw_fit(&b, &m, &model);
            assert_int_equal(instance_save(&model, &bytes, &err), PT_OK);
            if (turn == 0) {
                str_add_n(&first, bytes.p, bytes.n);
            }
            assert_int_equal(bytes.n, first.n);
            assert_memory_equal(bytes.p, first.p, first.n);
            str_release(&bytes);
            instance_release(&model);
            bench_close(&b);
        }
        str_release(&first);
    }
    raw_free(&m);
}

// Numbers alone, so that trees of any depth come to every way of scoring; row counts that no step
// divides.
static void test_gbdt__scores_are_equal_at_any_level(void **state)
{
    (void)state;
    static const uint64_t rows[] = {700, 331};
    for (int depth = 1; depth <= 8; depth++) {
        struct raw_matrix m;
        char with[64];
        uint64_t seed = (uint64_t)depth;
        raw_new(&m, rows[depth % 2], 5);
        for (uint64_t i = 0; i < m.n_rows; i++) {
            for (uint32_t c = 0; c < 5; c++) {
                bool is_there = c != 1 || sample_uniform(&seed) > 0.3;
                m.x[c * m.stride + i] = is_there ? (float)sample_uniform(&seed) : NAN;
            }
            m.label[i] = m.x[i] > m.x[2 * m.stride + i] || isnan(m.x[m.stride + i]);
        }
        snprintf(with, sizeof with, "{trees: 9, depth: %d, min_leaf: 1}", depth);
        double *first = NULL;
        for (uint32_t cpu = PT_CPU_AVX512; cpu >= PT_CPU_BASELINE; cpu--) {
            struct model_bench b;
            struct instance model;
            bench_open(&b, "gbdt", with, 2);
            b.host.cpu = cpu < b.host.cpu ? cpu : b.host.cpu;
            raw_fit(&b, &m, &model);
            double *p = raw_predict(&model, &m);
            first = first == NULL ? p : first;
            assert_memory_equal(p, first, m.n_rows * sizeof *p);
            if (p != first) {
                free(p);
            }
            instance_release(&model);
            bench_close(&b);
        }
        free(first);
        raw_free(&m);
    }
}

static void test_gbdt__explains_what_it_learnt(void **state)
{
    (void)state;
    struct raw_matrix m;
    struct run r;
    fill(&m, 3000, 13);
    run_on("{trees: 20, depth: 3}", 2, &m, &r);
    assert_string_equal(bench_text(r.explain, "loss", NULL), "logistic");
    assert_true(bench_number(r.explain, "rows", NULL) == 3000);
    const struct json *splits = json_get(r.explain, "splits");
    double count = 0;
    for (size_t i = 0; i < json_count(splits); i++) {
        count += bench_number(json_at(splits, i), "count", NULL);
    }
    assert_true(count == bench_number(r.explain, "leaves", NULL) - 20);
    double share = 0;
    const struct json *gains = json_get(r.explain, "importances");
    for (size_t i = 0; i < json_count(gains); i++) {
        share += bench_number(json_at(gains, i), "share", NULL);
    }
    assert_true(bench_near(share, 1, 1e-9));
    assert_string_not_equal(bench_text(gains, "0", "name", NULL), "f4");
    for (size_t i = 1; i <= 20; i++) {
        const struct json *losses = json_get(json_get(r.explain, "trace"), "train");
        double before = 0;
        double after = 0;
        assert_true(json_f64(json_at(losses, i - 1), &before));
        assert_true(json_f64(json_at(losses, i), &after));
        assert_true(after < before);
    }
    run_free(&r);
    raw_free(&m);
}

static void test_gbdt__refuses_labels_it_cannot_learn(void **state)
{
    (void)state;
    struct raw_matrix m;
    struct model_bench b;
    struct instance model;
    struct pt_error err = ERROR_INIT;
    bench_open(&b, "gbdt", "{}", 1);
    fill(&m, 100, 1);
    for (uint64_t i = 0; i < 100; i++) {
        m.label[i] = 1;
    }
    assert_int_equal(raw_try_fit(&b, &m, &model, &err), PT_E_DATA);
    m.label[5] = 2;
    assert_int_equal(raw_try_fit(&b, &m, &model, &err), PT_E_DATA);
    m.label[5] = 0;
    m.weight = calloc(100, sizeof *m.weight);
    assert_int_equal(raw_try_fit(&b, &m, &model, &err), PT_E_DATA);
    bench_close(&b);
    bench_open(&b, "gbdt", "{loss: squared}", 1);
    free(m.weight);
    m.weight = NULL;
    m.label[5] = 1e300;
    assert_int_equal(raw_try_fit(&b, &m, &model, &err), PT_E_DATA);
    bench_close(&b);
    raw_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gbdt__options_refuse_bad_values),
        cmocka_unit_test(test_gbdt__one_tree_by_hand),
        cmocka_unit_test(test_gbdt__missing_values_take_their_side),
        cmocka_unit_test(test_gbdt__categories_split_by_sets),
        cmocka_unit_test(test_gbdt__monotone_columns_never_turn),
        cmocka_unit_test(test_gbdt__monotone_names_must_be_numbers),
        cmocka_unit_test(test_gbdt__early_stopping_keeps_the_best),
        cmocka_unit_test(test_gbdt__a_weight_of_two_is_two_rows),
        cmocka_unit_test(test_gbdt__class_weights_move_the_base),
        cmocka_unit_test(test_gbdt__limits_hold),
        cmocka_unit_test(test_gbdt__draws_follow_the_rows_keys),
        cmocka_unit_test(test_gbdt__contributions_add_up),
        cmocka_unit_test(test_gbdt__same_bytes_at_any_level_and_thread_count),
        cmocka_unit_test(test_gbdt__scores_are_equal_at_any_level),
        cmocka_unit_test(test_gbdt__explains_what_it_learnt),
        cmocka_unit_test(test_gbdt__refuses_labels_it_cannot_learn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
