// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mem.h"
#include "sweep.h"
#include "table_rows.h"

// Rows n of: name "r<k>", x = k, flag = k is odd; x is NULL in row 1 when `has_nulls`.
static bool fill(struct table *t, size_t n, int64_t from, bool has_nulls)
{
    *t = (struct table){.n_rows = n};
    struct column *name = table_add(t, "name", VEC_STR, false);
    struct column *x = name == NULL ? NULL : table_add(t, "x", VEC_I64, has_nulls);
    struct column *flag = x == NULL ? NULL : table_add(t, "flag", VEC_BOOL, false);
    if (flag == NULL) {
        return false;
    }
    name = &t->columns[0];
    x = &t->columns[1];
    for (size_t i = 0; i < n; i++) {
        char *text = arena_printf(&t->arena, "r%lld", (long long)from + (long long)i);
        if (text == NULL) {
            return false;
        }
        name->s[i] = text_of(text);
        x->i[i] = from + (int64_t)i;
        flag->b[i] = (from + (int64_t)i) % 2 != 0;
        if (has_nulls) {
            x->valid[i] = i != 1;
        }
    }
    return true;
}

static void test_table_rows__join(void **state)
{
    (void)state;
    struct table a, b, both = {0};
    struct pt_error err = ERROR_INIT;
    assert_true(fill(&a, 3, 0, false) && fill(&b, 2, 10, true));
    const struct table *parts[] = {&a, &b};
    assert_int_equal(table_rows_join(parts, 2, &both, &err), PT_OK);
    assert_int_equal(both.n_rows, 5);
    assert_int_equal(both.n_columns, 3);
    const struct vec x = table_vec(&both, 1);
    assert_true(x.i[2] == 2 && x.i[3] == 10);
    assert_true(vec_is_valid(&x, 1) && vec_is_valid(&x, 3) && !vec_is_valid(&x, 4));
    const struct vec name = table_vec(&both, 0);
    assert_true(text_is(name.s[0], "r0") && text_is(name.s[4], "r11"));
    table_release(&both);
    table_release(&a);
    table_release(&b);
}

static void test_table_rows__join_of_different_tables(void **state)
{
    (void)state;
    struct table a, b = {.n_rows = 2}, both = {0};
    struct pt_error err = ERROR_INIT;
    assert_true(fill(&a, 3, 0, false));
    assert_non_null(table_add(&b, "name", VEC_I64, false));
    const struct table *parts[] = {&a, &b};
    assert_int_equal(table_rows_join(parts, 2, &both, &err), PT_E_INTERNAL);
    table_release(&both);
    table_release(&a);
    table_release(&b);
}

static void test_table_rows__store(void **state)
{
    (void)state;
    struct table t;
    struct pt_error err = ERROR_INIT;
    char bytes[] = "Oslo";
    const struct text city = {bytes, 4};
    const double half = 0.5;
    const uint8_t never = 0;
    assert_true(fill(&t, 3, 0, false));
    const struct vec same = {.type = VEC_STR, .n = 3, .s = &city, .is_const = true};
    assert_int_equal(table_rows_store(&t, "city", &same, &err), PT_OK);
    memcpy(bytes, "XXXX", 4); // the table has copies
    assert_true(text_is(t.columns[3].s[2], "Oslo"));
    const struct vec nothing = {
        .type = VEC_F64, .n = 3, .f = &half, .valid = &never, .is_const = true};
    assert_int_equal(table_rows_store(&t, "gone", &nothing, &err), PT_OK);
    assert_int_equal(t.columns[4].valid[1], 0);
    assert_int_equal(table_rows_store(&t, "x", &nothing, &err), PT_E_STATE);
    assert_int_equal(t.n_columns, 5);
    table_release(&t);
}

static void test_table_rows__truth(void **state)
{
    (void)state;
    static const uint8_t flags[] = {0, 1}, valid[] = {1, 0};
    static const int64_t whole[] = {0, -3};
    static const double part[] = {0, 0.1};
    static const struct text words[] = {{"true", 4}, {"1", 1}};
    const struct vec b = {.type = VEC_BOOL, .n = 2, .b = flags};
    const struct vec n = {.type = VEC_BOOL, .n = 2, .b = flags, .valid = valid};
    const struct vec i = {.type = VEC_I64, .n = 2, .i = whole};
    const struct vec f = {.type = VEC_F64, .n = 2, .f = part};
    const struct vec s = {.type = VEC_STR, .n = 2, .s = words};
    const struct vec c = {.type = VEC_I64, .n = 2, .i = &whole[1], .is_const = true};
    assert_true(!table_rows_truth(&b, 0) && table_rows_truth(&b, 1));
    assert_false(table_rows_truth(&n, 1));
    assert_true(!table_rows_truth(&i, 0) && table_rows_truth(&i, 1));
    assert_true(!table_rows_truth(&f, 0) && table_rows_truth(&f, 1));
    assert_true(!table_rows_truth(&s, 0) && !table_rows_truth(&s, 1));
    assert_true(table_rows_truth(&c, 0) && table_rows_truth(&c, 1));
}

static bool scenario(void)
{
    struct table a = {0}, b = {0}, both = {0};
    struct pt_error err = ERROR_INIT;
    const struct table *parts[] = {&a, &b};
    bool done = fill(&a, 3, 0, false) && fill(&b, 2, 5, true) &&
                table_rows_join(parts, 2, &both, &err) == PT_OK;
    if (done) {
        const struct vec copy = table_vec(&both, 0);
        done = table_rows_store(&both, "again", &copy, &err) == PT_OK;
    }
    table_release(&both);
    table_release(&a);
    table_release(&b);
    return done;
}

static void test_table_rows__out_of_memory(void **state)
{
    (void)state;
    assert_true(sweep_allocations(scenario) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_rows__join),
        cmocka_unit_test(test_table_rows__join_of_different_tables),
        cmocka_unit_test(test_table_rows__store),
        cmocka_unit_test(test_table_rows__truth),
        cmocka_unit_test(test_table_rows__out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
