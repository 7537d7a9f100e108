// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Preparation worked out by hand.
#include <setjmp.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mem.h"
#include "prepare.h"

#define ROWS 6

// x: 1 - 3 - 8 with one missing; town: b a - b c a; flag; same: all 0.1; day.
static void make_table(struct table *t)
{
    static const double x[ROWS] = {1, 0, 3, 8, 0, 4};
    static const uint8_t x_there[ROWS] = {1, 0, 1, 1, 1, 1};
    static const char *const towns[ROWS] = {"b", "a", "", "b", "c", "a"};
    *t = (struct table){.n_rows = ROWS};
    assert_non_null(table_add(t, "x", VEC_F64, true));
    assert_non_null(table_add(t, "town", VEC_STR, true));
    assert_non_null(table_add(t, "flag", VEC_BOOL, false));
    assert_non_null(table_add(t, "same", VEC_F64, false));
    assert_non_null(table_add(t, "day", VEC_DATE, false));
    assert_non_null(table_add(t, "time", VEC_TIME, false));
    for (size_t i = 0; i < ROWS; i++) {
        t->columns[0].f[i] = x[i];
        t->columns[0].valid[i] = x_there[i];
        t->columns[1].s[i] = text_of(towns[i]);
        t->columns[1].valid[i] = i != 2;
        t->columns[2].b[i] = i < 2;
        t->columns[3].f[i] = 0.1;
        t->columns[4].i[i] = 100 + (int64_t)i;
        t->columns[5].i[i] = (int64_t)i * 43200 * 1000000;
    }
}

static const pt_model_needs plain = {.layout = PT_LAYOUT_ROWS, .dtype = 8};
static const pt_model_needs codes = {
    .layout = PT_LAYOUT_COLUMNS, .dtype = 4, .takes_missing = 1, .takes_category = 1};

struct bench {
    struct table t;
    struct prepare p;
    const struct column *columns[8];
    double out[ROWS * 8];
};

// Fits one input over all rows and fills a row-major matrix of doubles.
static pt_status fit_one(struct bench *b, struct learn_input input, struct learn_prepare settings,
                         const pt_model_needs *needs, struct pt_error *err)
{
    struct learn_spec spec = {.name = "m", .inputs = &input, .n_inputs = 1, .prepare = settings};
    make_table(&b->t);
    struct prepare_rows all = {&b->t, NULL, ROWS};
    TRY(prepare_fit(&spec, needs, &all, &b->p, err));
    struct prepare_target target = {b->out, b->p.n_columns, PT_LAYOUT_ROWS, 8};
    TRY(prepare_bind(&b->p, &b->t, b->columns, err));
    return prepare_fill(&b->p, b->columns, (struct gather_range){NULL, 0, ROWS}, &target, err);
}

static void bench_release(struct bench *b)
{
    prepare_release(&b->p);
    table_release(&b->t);
}

static void check_one(struct learn_input input, struct learn_prepare settings, const double *wanted,
                      size_t n_columns)
{
    struct bench b = {0};
    struct pt_error err = ERROR_INIT;
    assert_int_equal(fit_one(&b, input, settings, &plain, &err), PT_OK);
    assert_int_equal(b.p.n_columns, n_columns);
    for (size_t i = 0; i < ROWS * n_columns; i++) {
        assert_true(fabs(b.out[i] - wanted[i]) < 1e-14);
    }
    bench_release(&b);
}

static void test_prepare__imputes(void **state)
{
    (void)state;

    static const enum learn_impute rules[] = {LEARN_IMPUTE_MEAN, LEARN_IMPUTE_MEDIAN,
                                              LEARN_IMPUTE_ZERO, LEARN_IMPUTE_CONSTANT};

    static const double fills[] = {3.2, 3, 0, -7};
    for (int i = 0; i < 4; i++) {
        double wanted[ROWS] = {1, fills[i], 3, 8, 0, 4};
        check_one((struct learn_input){"x", VEC_F64, false},
                  (struct learn_prepare){.impute = rules[i], .impute_value = -7}, wanted, 1);
    }
    double wanted[ROWS] = {1, 3, 3, 8, 0, 4}; // AUTO: the median
    check_one((struct learn_input){"x", VEC_F64, false}, (struct learn_prepare){0}, wanted, 1);
}

static void test_prepare__log1p_after_imputing(void **state)
{
    (void)state;
    double wanted[ROWS] = {log(2), 0, log(4), log(9), 0, log(5)};
    // The constant is a raw value; what lies below 0 counts as 0.
    check_one((struct learn_input){"x", VEC_F64, true},
              (struct learn_prepare){.impute = LEARN_IMPUTE_CONSTANT, .impute_value = -7}, wanted,
              1);
}

static void test_prepare__scales(void **state)
{
    (void)state;
    // With the median for the missing one: 1 3 3 8 0 4, mean 19 / 6, population variance.
    double mean = 19.0 / 6;
    double sd = sqrt((1 + 9 + 9 + 64 + 0 + 16) / 6.0 - mean * mean);
    double standard[ROWS] = {1, 3, 3, 8, 0, 4};
    double minmax[ROWS] = {1, 3, 3, 8, 0, 4};
    for (int i = 0; i < ROWS; i++) {
        standard[i] = (standard[i] - mean) / sd;
        minmax[i] = minmax[i] / 8;
    }
    struct learn_input x = {"x", VEC_F64, false};
    check_one(x, (struct learn_prepare){.scale = LEARN_SCALE_STANDARD}, standard, 1);
    check_one(x, (struct learn_prepare){.scale = LEARN_SCALE_MINMAX}, minmax, 1);
}

static void test_prepare__constant_column_is_zero(void **state)
{
    (void)state;
    static const double zeros[ROWS] = {0};
    struct learn_input same = {"same", VEC_F64, false};
    check_one(same, (struct learn_prepare){.scale = LEARN_SCALE_STANDARD}, zeros, 1);
    check_one(same, (struct learn_prepare){.scale = LEARN_SCALE_MINMAX}, zeros, 1);
}

static void test_prepare__one_hot_in_byte_order(void **state)
{
    (void)state;
    static const double all[ROWS * 3] = {0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0};
    static const double dropped[ROWS * 2] = {1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0};
    struct learn_input town = {"town", VEC_STR, false};
    check_one(town, (struct learn_prepare){0}, all, 3);
    check_one(town, (struct learn_prepare){.drop_first = true}, dropped, 2);
    double scaled[ROWS * 3];
    for (int i = 0; i < ROWS * 3; i++) {
        double share = i % 3 == 2 ? 1.0 / 6 : 1.0 / 3;
        scaled[i] = (all[i] - share) / sqrt(share * (1 - share));
    }
    check_one(town, (struct learn_prepare){.scale = LEARN_SCALE_STANDARD}, scaled, 3);
}

static void test_prepare__codes_for_a_model_of_numbers(void **state)
{
    (void)state;
    static const double wanted[ROWS] = {1, 0, 1, 1, 2, 0}; // the missing one: the median code
    check_one((struct learn_input){"town", VEC_STR, false},
              (struct learn_prepare){.categories = LEARN_CATEGORIES_CODES}, wanted, 1);
}

static void test_prepare__flags_dates_and_times_are_numbers(void **state)
{
    (void)state;
    static const double flags[ROWS] = {1, 1, 0, 0, 0, 0};
    static const double days[ROWS] = {100, 101, 102, 103, 104, 105};
    static const double halves[ROWS] = {0, 0.5, 1, 1.5, 2, 2.5};
    check_one((struct learn_input){"flag", VEC_BOOL, false}, (struct learn_prepare){0}, flags, 1);
    check_one((struct learn_input){"day", VEC_DATE, false}, (struct learn_prepare){0}, days, 1);
    check_one((struct learn_input){"time", VEC_TIME, false}, (struct learn_prepare){0}, halves, 1);
}

static void test_prepare__a_model_that_takes_everything(void **state)
{
    (void)state;
    struct table t;
    struct prepare p = {0};
    struct pt_error err = ERROR_INIT;
    const struct column *columns[2];
    float out[2 * 8];
    struct learn_input inputs[] = {{"town", VEC_STR, false}, {"x", VEC_F64, false}};
    struct learn_spec spec = {.name = "m", .inputs = inputs, .n_inputs = 2};
    make_table(&t);
    struct prepare_rows all = {&t, NULL, ROWS};
    assert_int_equal(prepare_fit(&spec, &codes, &all, &p, &err), PT_OK);
    assert_int_equal(prepare_bind(&p, &t, columns, &err), PT_OK);
    struct prepare_target target = {out, 8, PT_LAYOUT_COLUMNS, 4};
    assert_int_equal(prepare_fill(&p, columns, (struct gather_range){NULL, 0, ROWS}, &target, &err),
                     PT_OK);
    assert_true(out[0] == 1 && out[1] == 0 && isnan(out[2]) && out[4] == 2);
    assert_true(out[8] == 1 && isnan(out[9]) && out[11] == 8);
    assert_int_equal(p.schema.columns[0]->kind, PT_COLUMN_CATEGORY);
    assert_int_equal(p.schema.columns[0]->n_levels, 3);
    assert_string_equal(p.schema.columns[0]->levels[2], "c");
    assert_int_equal(p.schema.columns[1]->kind, PT_COLUMN_NUMBER);
    prepare_release(&p);
    table_release(&t);
}

static void test_prepare__says_how_columns_were_made(void **state)
{
    (void)state;
    struct bench b = {0};
    assert_int_equal(fit_one(&b, (struct learn_input){"x", VEC_F64, true},
                             (struct learn_prepare){.scale = LEARN_SCALE_MINMAX}, &plain, NULL),
                     PT_OK);
    const pt_column_info *info = b.p.schema.columns[0];
    assert_string_equal(info->name, "x");
    assert_string_equal(info->source, "x");
    assert_string_equal(info->transform, "log1p");
    assert_null(info->level);
    assert_true(info->offset == 0 && fabs(info->factor - 1 / log(9)) < 1e-15);
    bench_release(&b);
    b = (struct bench){0};
    assert_int_equal(fit_one(&b, (struct learn_input){"town", VEC_STR, false},
                             (struct learn_prepare){.drop_first = true}, &plain, NULL),
                     PT_OK);
    assert_string_equal(b.p.schema.columns[1]->name, "town=c");
    assert_string_equal(b.p.schema.columns[1]->source, "town");
    assert_string_equal(b.p.schema.columns[1]->level, "c");
    bench_release(&b);
}

static void test_prepare__scoring_repeats_training(void **state)
{
    (void)state;
    struct bench b = {0};
    struct table later = {.n_rows = 3};
    assert_int_equal(fit_one(&b, (struct learn_input){"town", VEC_STR, false},
                             (struct learn_prepare){0}, &plain, NULL),
                     PT_OK);
    struct column *town = table_add(&later, "town", VEC_STR, false);
    town->s[0] = text_of("z"); // never seen
    town->s[1] = text_of("c");
    town->s[2] = text_of("a");
    assert_int_equal(prepare_bind(&b.p, &later, b.columns, NULL), PT_OK);
    struct prepare_target target = {b.out, 3, PT_LAYOUT_ROWS, 8};
    assert_int_equal(
        prepare_fill(&b.p, b.columns, (struct gather_range){NULL, 0, 3}, &target, NULL), PT_OK);
    static const double wanted[] = {0, 0, 0, 0, 0, 1, 1, 0, 0};
    assert_memory_equal(b.out, wanted, sizeof wanted);
    table_release(&later);
    bench_release(&b);
}

static void test_prepare__learns_from_the_given_rows_only(void **state)
{
    (void)state;
    struct table t;
    struct prepare p = {0};
    struct learn_input inputs[] = {{"x", VEC_F64, false}, {"town", VEC_STR, false}};
    struct learn_spec spec = {.name = "m", .inputs = inputs, .n_inputs = 2};
    static const size_t rows[] = {0, 1, 3};
    make_table(&t);
    struct prepare_rows some = {&t, rows, 3};
    assert_int_equal(prepare_fit(&spec, &plain, &some, &p, NULL), PT_OK);
    assert_true(p.inputs[0].fill == 4.5); // of 1 and 8
    assert_int_equal(p.inputs[1].n_levels, 2);
    prepare_release(&p);
    table_release(&t);
}

static void expect_fault(struct learn_input input, struct learn_prepare settings, pt_status status,
                         const char *part)
{
    struct bench b = {0};
    struct pt_error err = ERROR_INIT;
    assert_int_equal(fit_one(&b, input, settings, &plain, &err), status);
    assert_non_null(strstr(err.message, part));
    bench_release(&b);
}

static void test_prepare__faults_name_the_column(void **state)
{
    (void)state;
    struct learn_prepare none = {.impute = LEARN_IMPUTE_NONE};
    expect_fault((struct learn_input){"x", VEC_F64, false}, none, PT_E_DATA,
                 "column `x` has missing values");
    expect_fault((struct learn_input){"nowhere", VEC_F64, false}, none, PT_E_DATA,
                 "column `nowhere` is not there");
    expect_fault((struct learn_input){"x", VEC_I64, false}, none, PT_E_DATA,
                 "column `x` is f64; the model was learnt with i64");
    expect_fault((struct learn_input){"town", VEC_STR, true}, none, PT_E_CONFIG,
                 "column `town` is str: log1p takes numbers");
}

static void test_prepare__too_many_texts_are_told(void **state)
{
    (void)state;
    struct table t = {.n_rows = PREPARE_ONE_HOT_LEVELS + 1};
    struct prepare p = {0};
    struct pt_error err = ERROR_INIT;
    struct column *name = table_add(&t, "name", VEC_STR, false);
    for (size_t i = 0; i < t.n_rows; i++) {
        char *text = arena_printf(&t.arena, "n%zu", i);
        name->s[i] = text_of(text);
    }
    struct learn_input input = {"name", VEC_STR, false};
    struct learn_spec spec = {.name = "m", .inputs = &input, .n_inputs = 1};
    struct prepare_rows all = {&t, NULL, t.n_rows};
    assert_int_equal(prepare_fit(&spec, &plain, &all, &p, &err), PT_E_LIMIT);
    assert_non_null(strstr(err.message, "column `name` has more than 1000 different texts"));
    table_release(&t);
}

static void test_prepare__every_allocation_may_fail(void **state)
{
    (void)state;
    struct table t;
    struct learn_input inputs[] = {
        {"x", VEC_F64, true}, {"town", VEC_STR, false}, {"day", VEC_DATE, false}};
    struct learn_spec spec = {.name = "m", .inputs = inputs, .n_inputs = 3};
    make_table(&t);
    struct prepare_rows all = {&t, NULL, ROWS};
    int64_t before = mem_live_blocks();
    pt_status status = PT_E_NO_MEMORY;
    uint64_t at = 1;
    for (; status != PT_OK; at++) {
        struct prepare p = {0};
        mem_fault_arm(at, false);
        status = prepare_fit(&spec, &plain, &all, &p, NULL);
        mem_fault_arm(0, false);
        assert_true(status == PT_OK || status == PT_E_NO_MEMORY);
        prepare_release(&p);
        assert_int_equal(mem_live_blocks(), before);
    }
    assert_true(at > 8);
    table_release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prepare__imputes),
        cmocka_unit_test(test_prepare__log1p_after_imputing),
        cmocka_unit_test(test_prepare__scales),
        cmocka_unit_test(test_prepare__constant_column_is_zero),
        cmocka_unit_test(test_prepare__one_hot_in_byte_order),
        cmocka_unit_test(test_prepare__codes_for_a_model_of_numbers),
        cmocka_unit_test(test_prepare__flags_dates_and_times_are_numbers),
        cmocka_unit_test(test_prepare__a_model_that_takes_everything),
        cmocka_unit_test(test_prepare__says_how_columns_were_made),
        cmocka_unit_test(test_prepare__scoring_repeats_training),
        cmocka_unit_test(test_prepare__learns_from_the_given_rows_only),
        cmocka_unit_test(test_prepare__faults_name_the_column),
        cmocka_unit_test(test_prepare__too_many_texts_are_told),
        cmocka_unit_test(test_prepare__every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
