// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Flat trees on plain arrays: scoring in step against one row at a time, contributions against
// Shapley values summed over all subsets, growth of the arrays under failing memory.
#include <setjmp.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "class_weight.h"
#include "ensemble.h"
#include "ensemble_scorer.h"
#include "forest.h"
#include "mem.h"
#include "model_bench.h"
#include "sample_table.h"
#include "shap.h"

#define COLUMNS 5
#define LEVELS 70 // of column 4: more than a word of bits
#define ROWS 1500 // more than one run of codes

static struct pt_columns columns_of(struct pt_column_copy items[COLUMNS])
{
    memset(items, 0, COLUMNS * sizeof *items);
    items[4].is_category = true;
    items[4].n_levels = LEVELS;
    return (struct pt_columns){.items = items, .n = COLUMNS};
}

static uint32_t pick(uint64_t *random, uint32_t n)
{
    return (uint32_t)(sample_uniform(random) * n);
}

// A node becomes a split, now and then of each kind.
static void split_at_random(const pt_host *host, struct ensemble *e, uint32_t at, uint64_t *random)
{
    uint32_t left = ensemble_split(host, e, at);
    uint32_t set = ensemble_set(host, e, LEVELS);
    assert_true(left != ENSEMBLE_NONE && set != ENSEMBLE_NONE);
    for (uint32_t i = 0; i < LEVELS; i++) {
        e->sets[set + i / 64] |= (uint64_t)pick(random, 2) << (i % 64);
    }
    struct ensemble_node *node = ensemble_at(e, at);
    node->column = pick(random, COLUMNS);
    node->kind = node->column == 4 ? ENSEMBLE_CATEGORY : ENSEMBLE_NUMBER;
    if (pick(random, 6) == 0) {
        node->kind = ENSEMBLE_MISSING;
    }
    node->set = set;
    node->threshold = floor(sample_uniform(random) * 20) / 2;
    node->missing_left = (uint8_t)pick(random, 2);
    node->gain = sample_uniform(random);
    double share = 0.1 + 0.8 * sample_uniform(random);
    ensemble_at(e, left)->cover = share * node->cover;
    ensemble_at(e, left + 1)->cover = (1 - share) * node->cover;
}

static void grow_at_random(const pt_host *host, struct ensemble *e, uint32_t splits,
                           uint64_t *random)
{
    assert_true(ensemble_begin(host, e));
    ensemble_at(e, 0)->cover = 1000;
    for (uint32_t n = 1; splits > 0; splits--, n += 2) {
        uint32_t at = pick(random, n);
        while (ensemble_at(e, at)->kind != ENSEMBLE_LEAF) {
            at = ensemble_at(e, at)->left + pick(random, 2);
        }
        split_at_random(host, e, at, random);
    }
    for (uint64_t i = e->first[e->n_trees - 1]; i < e->n_nodes; i++) {
        e->nodes[i].value = sample_uniform(random) - 0.5;
    }
}

static void fill(double *x, uint64_t *random)
{
    for (uint32_t c = 0; c < COLUMNS; c++) {
        for (uint32_t i = 0; i < ROWS; i++) {
            double value = floor(sample_uniform(random) * 44) / 4;
            value = c == 4 ? pick(random, LEVELS) : value;
            x[c * ROWS + i] = pick(random, 5) == 0 ? (double)NAN : value;
        }
    }
    x[4 * ROWS] = LEVELS; // a code without a level
}

static bool goes_left(const struct ensemble *e, const struct ensemble_node *node, double value)
{
    if (node->kind == ENSEMBLE_MISSING) {
        return !isnan(value);
    }
    if (isnan(value) || (node->kind == ENSEMBLE_CATEGORY && value >= LEVELS)) {
        return node->missing_left != 0;
    }
    if (node->kind == ENSEMBLE_NUMBER) {
        return value <= node->threshold;
    }
    return (e->sets[node->set + (uint32_t)value / 64] >> ((uint32_t)value % 64) & 1) != 0;
}

static double sum_of(const struct ensemble *e, const double *x, uint64_t row)
{
    double sum = 0;
    for (uint64_t t = 0; t < e->n_trees; t++) {
        const struct ensemble_node *nodes = e->nodes + e->first[t];
        uint32_t at = 0;
        while (nodes[at].kind != ENSEMBLE_LEAF) {
            double value = x[nodes[at].column * ROWS + row];
            at = nodes[at].left + (goes_left(e, &nodes[at], value) ? 0 : 1);
        }
        sum += nodes[at].value;
    }
    return e->base + e->scale * sum;
}

// Every layout and type of the same block: the same bytes as row by row.
static void check_scores(const pt_host *host, const struct ensemble *e, const double *x)
{
    struct pt_error err = ERROR_INIT;
    double *rows = malloc(sizeof *rows * COLUMNS * ROWS);
    float *floats = malloc(sizeof *floats * COLUMNS * ROWS);
    double *out = malloc(sizeof *out * ROWS);
    for (uint32_t i = 0; i < COLUMNS * ROWS; i++) {
        rows[i % ROWS * COLUMNS + i / ROWS] = x[i];
        floats[i] = (float)x[i];
    }

    const struct {
        struct ensemble_layout layout;
        const void *x;
        uint64_t stride;
    } views[] = {{{PT_LAYOUT_COLUMNS, 8}, x, ROWS},
                 {{PT_LAYOUT_ROWS, 8}, rows, COLUMNS},
                 {{PT_LAYOUT_COLUMNS, 4}, floats, ROWS}};

    for (size_t v = 0; v < sizeof views / sizeof *views; v++) {
        const pt_block block = {.struct_size = sizeof block,
                                .cols = COLUMNS,
                                .rows = ROWS,
                                .stride = views[v].stride,
                                .x = views[v].x};
        assert_int_equal(ensemble_predict(host, e, views[v].layout, &block, out, &err), PT_OK);
        for (uint32_t i = 0; i < ROWS; i++) {
            double wanted = sum_of(e, x, i);
            assert_memory_equal(&out[i], &wanted, sizeof wanted);
        }
    }
    free(rows);
    free(floats);
    free(out);
}

static void test_forest_trees__rows_in_step_as_one_by_one(void **state)
{
    (void)state;
    struct model_bench b;
    struct pt_column_copy items[COLUMNS];
    struct pt_columns columns = columns_of(items);
    struct pt_error err = ERROR_INIT;
    bench_open(&b, "forest", "", 1);
    for (uint64_t seed = 1; seed <= 12; seed++) {
        uint64_t random = seed;
        struct ensemble e = {.base = 0.25, .scale = 0.5};
        double *x = malloc(sizeof *x * COLUMNS * ROWS);
        fill(x, &random);
        for (uint32_t t = 0; t < 7; t++) {
            grow_at_random(&b.host, &e, t * 9, &random);
        }
        if (seed % 3 == 0) { // numbers only: the walk without sets
            for (uint64_t i = 0; i < e.n_nodes; i++) {
                e.nodes[i].column %= 4;
                e.nodes[i].kind =
                    e.nodes[i].kind == ENSEMBLE_CATEGORY ? ENSEMBLE_NUMBER : e.nodes[i].kind;
            }
        }
        assert_int_equal(ensemble_seal(&b.host, &e, &columns, &err), PT_OK);
        assert_false(e.scorer->is_plain);
        assert_true((e.scorer->set_of == NULL) == (seed % 3 == 0));
        check_scores(&b.host, &e, x);
        e.scorer->is_plain = true; // what trees with too many thresholds do
        check_scores(&b.host, &e, x);
        ensemble_release(&b.host, &e);
        free(x);
    }
    bench_close(&b);
}

// Expected value of a tree when only the columns of `known` are (2018, algorithm 1).
static double expect(const struct ensemble *e, uint32_t at, const double *x, uint64_t row,
                     unsigned known)
{
    const struct ensemble_node *node = &e->nodes[at];
    if (node->kind == ENSEMBLE_LEAF) {
        return node->value;
    }
    if ((known >> node->column & 1) != 0) {
        bool left = goes_left(e, node, x[node->column * ROWS + row]);
        return expect(e, node->left + (left ? 0 : 1), x, row, known);
    }
    double share = e->nodes[node->left].cover / node->cover;
    return share * expect(e, node->left, x, row, known) +
           (1 - share) * expect(e, node->left + 1, x, row, known);
}

static double factorial(unsigned n)
{
    return n < 2 ? 1 : n * factorial(n - 1);
}

static double shapley(const struct ensemble *e, const double *x, uint64_t row, uint32_t column)
{
    double sum = 0;
    for (unsigned known = 0; known < 1u << COLUMNS; known++) {
        if ((known >> column & 1) != 0) {
            continue;
        }
        unsigned n = (unsigned)__builtin_popcount(known);
        double weight = factorial(n) * factorial(COLUMNS - n - 1) / factorial(COLUMNS);
        sum += weight * (expect(e, 0, x, row, known | 1u << column) - expect(e, 0, x, row, known));
    }
    return sum;
}

static void test_forest_trees__contributions_are_shapley_values(void **state)
{
    (void)state;
    struct model_bench b;
    struct pt_column_copy items[COLUMNS];
    struct pt_columns columns = columns_of(items);
    struct pt_error err = ERROR_INIT;
    double *x = malloc(sizeof *x * COLUMNS * ROWS);
    double *out = malloc(sizeof *out * (COLUMNS + 1) * ROWS);
    double *p = malloc(sizeof *p * ROWS);
    bench_open(&b, "forest", "", 1);
    for (uint64_t seed = 1; seed <= 10; seed++) {
        uint64_t random = 100 + seed;
        struct ensemble e = {.base = 2, .scale = 3};
        fill(x, &random);
        grow_at_random(&b.host, &e, (uint32_t)seed * 2, &random);
        assert_int_equal(ensemble_seal(&b.host, &e, &columns, &err), PT_OK);
        const struct ensemble_layout layout = {PT_LAYOUT_COLUMNS, 8};
        const pt_block block = {
            .struct_size = sizeof block, .cols = COLUMNS, .rows = ROWS, .stride = ROWS, .x = x};
        assert_int_equal(shap_contribute(&b.host, &e, layout, &block, out, &err), PT_OK);
        assert_int_equal(ensemble_predict(&b.host, &e, layout, &block, p, &err), PT_OK);
        assert_true(fabs(out[COLUMNS * ROWS] - 2 - 3 * expect(&e, 0, x, 0, 0)) < 1e-12);
        for (uint32_t i = 0; i < ROWS; i++) {
            double sum = out[COLUMNS * ROWS + i];
            for (uint32_t c = 0; c < COLUMNS; c++) {
                sum += out[c * ROWS + i];
                assert_true(i >= 40 || fabs(out[c * ROWS + i] - 3 * shapley(&e, x, i, c)) < 1e-10);
            }
            assert_true(fabs(sum - p[i]) < 1e-10);
        }
        ensemble_release(&b.host, &e);
    }
    bench_close(&b);
    free(x);
    free(out);
    free(p);
}

static void test_forest_trees__other_columns_are_refused(void **state)
{
    (void)state;
    struct model_bench b;
    struct pt_error err = ERROR_INIT;
    struct ensemble e = {0};
    struct pt_column_copy items[COLUMNS];
    struct pt_columns columns = columns_of(items);
    uint64_t random = 5;
    double x[COLUMNS] = {0};
    double out[COLUMNS + 1];
    const struct ensemble_layout layout = {PT_LAYOUT_COLUMNS, 8};
    pt_block block = {.struct_size = sizeof block, .cols = COLUMNS, .rows = 1, .stride = 1, .x = x};
    bench_open(&b, "forest", "", 1);
    grow_at_random(&b.host, &e, 3, &random);
    assert_int_equal(ensemble_predict(&b.host, &e, layout, &block, out, &err), PT_E_STATE);
    assert_int_equal(ensemble_seal(&b.host, &e, &columns, &err), PT_OK);
    block.cols = COLUMNS - 1;
    assert_int_equal(ensemble_predict(&b.host, &e, layout, &block, out, &err), PT_E_INVALID);
    assert_int_equal(shap_contribute(&b.host, &e, layout, &block, out, &err), PT_E_INVALID);
    ensemble_release(&b.host, &e);
    bench_close(&b);
}

static void test_forest_trees__features_a_split(void **state)
{
    (void)state;

    const struct {
        struct forest_features features;
        uint32_t n, wanted;
    } cases[] = {
        {{FOREST_SQRT, 0}, 16, 4},    {{FOREST_SQRT, 0}, 17, 5}, {{FOREST_SQRT, 0}, 1, 1},
        {{FOREST_LOG2, 0}, 1, 1},     {{FOREST_LOG2, 0}, 33, 6}, {{FOREST_SHARE, 0.3}, 10, 3},
        {{FOREST_SHARE, 0.01}, 9, 1}, {{FOREST_COUNT, 4}, 9, 4}, {{FOREST_COUNT, 40}, 9, 9},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(forest_features_of(&cases[i].features, cases[i].n), cases[i].wanted);
    }
}

static void test_forest_trees__class_weights(void **state)
{
    (void)state;
    struct class_weight w = {0};
    const uint64_t n[2] = {900, 100};
    static const char *const bad[] = {"", "0", "-1", "half", "1000001", "1e999"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(class_weight_read(bad[i], &w));
    }
    assert_true(class_weight_read("none", &w));
    struct class_units u = class_weight_units(&w, n);
    assert_true(u.unit[0] == 1 && u.unit[1] == 1 && u.scale == 1);
    assert_true(class_weight_read("balanced", &w));
    u = class_weight_units(&w, n);
    assert_true(bench_near(u.unit[0] * u.scale, 1000.0 / 1800, 1e-6));
    assert_true(bench_near(u.unit[1] * u.scale, 5, 1e-6));
    assert_true(900.0 * u.unit[0] + 100.0 * u.unit[1] < 4294967296.0);
    assert_true(class_weight_read("2.5", &w));
    u = class_weight_units(&w, n);
    assert_true(u.unit[0] * u.scale == 1 && u.unit[1] * u.scale == 2.5);
    const uint64_t many[2] = {INT32_MAX - 10, 10};
    assert_true(class_weight_read("1000000", &w));
    u = class_weight_units(&w, many);
    assert_true((double)many[0] * u.unit[0] + (double)many[1] * u.unit[1] < 4294967296.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forest_trees__rows_in_step_as_one_by_one),
        cmocka_unit_test(test_forest_trees__contributions_are_shapley_values),
        cmocka_unit_test(test_forest_trees__other_columns_are_refused),
        cmocka_unit_test(test_forest_trees__features_a_split),
        cmocka_unit_test(test_forest_trees__class_weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
