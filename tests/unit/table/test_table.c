// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "mem.h"
#include "sweep.h"
#include "table.h"

static const enum vec_type all_types[] = {VEC_BOOL, VEC_I64, VEC_F64, VEC_STR, VEC_DATE, VEC_TIME};

static void test_table__adds_zeroed_columns_of_every_type(void **state)
{
    (void)state;
    struct table t = {.n_rows = 3};
    for (size_t i = 0; i < 6; i++) {
        struct column *c = table_add(&t, vec_type_name(all_types[i]), all_types[i], i % 2 == 1);
        assert_non_null(c);
        struct vec v = table_vec(&t, i);
        assert_int_equal(v.type, all_types[i]);
        assert_int_equal(v.n, 3);
        int arrays = (v.b != NULL) + (v.i != NULL) + (v.f != NULL) + (v.s != NULL);
        assert_int_equal(arrays, 1);
        for (size_t row = 0; row < 3; row++) {
            assert_int_equal(vec_is_valid(&v, row), i % 2 == 0);
        }
    }
    assert_int_equal(table_vec(&t, 1).i[2], 0);
    assert_true(table_vec(&t, 2).f[1] == 0);
    assert_int_equal(vec_text(&(struct vec){.s = t.columns[3].s, .n = 3}, 1).n, 0);
    table_release(&t);
    assert_int_equal(mem_live_blocks(), 0);
}

static void test_table__refuses_a_name_twice(void **state)
{
    (void)state;
    struct table t = {.n_rows = 1};
    assert_non_null(table_add(&t, "a", VEC_I64, false));
    assert_null(table_add(&t, "a", VEC_F64, false));
    assert_non_null(table_add(&t, "A", VEC_F64, false));
    assert_int_equal(t.n_columns, 2);
    assert_int_equal(table_find(&t, "A"), 1);
    assert_int_equal(table_find(&t, "b"), -1);
    table_release(&t);
}

static void test_table__keeps_values_while_columns_are_added(void **state)
{
    (void)state;
    struct table t = {.n_rows = 2};
    for (int i = 0; i < 100; i++) {
        char name[16];
        snprintf(name, sizeof name, "c%d", i);
        struct column *c = table_add(&t, name, VEC_I64, true);
        assert_non_null(c);
        c->i[1] = i;
        c->valid[1] = 1;
    }
    for (size_t i = 0; i < 100; i++) {
        struct vec v = table_vec(&t, i);
        assert_int_equal(v.i[1], i);
        assert_false(vec_is_valid(&v, 0));
        assert_true(vec_is_valid(&v, 1));
    }
    table_release(&t);
}

static void test_table__may_have_no_rows(void **state)
{
    (void)state;
    struct table t = {0};
    assert_non_null(table_add(&t, "a", VEC_STR, true));
    assert_int_equal(table_vec(&t, 0).n, 0);
    table_release(&t);
    table_release(&t);
}

static bool fill_table(void)
{
    struct table t = {.n_rows = 100};
    bool is_done = true;
    for (size_t i = 0; i < 6 && is_done; i++) {
        is_done = table_add(&t, vec_type_name(all_types[i]), all_types[i], true) != NULL;
    }
    assert_true(is_done || t.n_columns < 6);
    table_release(&t);
    return is_done;
}

static void test_table__survives_failing_allocations(void **state)
{
    (void)state;
    assert_true(sweep_allocations(fill_table) >= 14);
}

static void test_table__names_types(void **state)
{
    (void)state;
    assert_string_equal(vec_type_name(VEC_BOOL), "bool");
    assert_string_equal(vec_type_name(VEC_TIME), "time");
    assert_string_equal(vec_type_name((enum vec_type)99), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table__adds_zeroed_columns_of_every_type),
        cmocka_unit_test(test_table__refuses_a_name_twice),
        cmocka_unit_test(test_table__keeps_values_while_columns_are_added),
        cmocka_unit_test(test_table__may_have_no_rows),
        cmocka_unit_test(test_table__survives_failing_allocations),
        cmocka_unit_test(test_table__names_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
