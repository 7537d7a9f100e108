// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "members.h"
#include "sheet.h"

static void build(struct arena *a, enum vec_type type, const struct vec *values, size_t n,
                  struct members *out)
{
    assert_true(members_build(a, type, values, n, out));
}

static void test_members__short_and_hashed_lists_hold_the_same(void **state)
{
    (void)state;
    static int64_t numbers[1000];
    struct vec values[1000];
    for (size_t i = 0; i < 1000; i++) {
        numbers[i] = (int64_t)i * 3 - 700;
        values[i] = (struct vec){.type = VEC_I64, .n = 1, .i = &numbers[i], .is_const = true};
    }
    for (size_t n = 1; n <= 1000; n = n < 12 ? n + 1 : n * 3) {
        struct arena a = {0};
        struct members m = {0};
        build(&a, VEC_I64, values, n, &m);
        assert_int_equal(m.slots != NULL, n > 8);
        for (int64_t key = -710; key < 2400; key++) {
            bool wanted = key >= -700 && (key + 700) % 3 == 0 && (key + 700) / 3 < (int64_t)n;
            assert_int_equal(members_has_key(&m, key), wanted);
        }
        arena_release(&a);
    }
}

static void test_members__texts_are_copied(void **state)
{
    (void)state;
    char bytes[30][4];
    struct text texts[30];
    struct vec values[30];
    struct arena a = {0};
    struct members m = {0};
    for (size_t i = 0; i < 30; i++) {
        snprintf(bytes[i], sizeof bytes[i], "t%zu", i);
        texts[i] = text_of(bytes[i]);
        values[i] = (struct vec){.type = VEC_STR, .n = 1, .s = &texts[i], .is_const = true};
    }
    build(&a, VEC_STR, values, 30, &m);
    memset(bytes, 'x', sizeof bytes);
    assert_true(members_has_text(&m, text_of("t0")));
    assert_true(members_has_text(&m, text_of("t29")));
    assert_false(members_has_text(&m, text_of("t30")));
    assert_false(members_has_text(&m, text_of("")));
    arena_release(&a);
}

static void test_members__repeats_and_zeros(void **state)
{
    (void)state;
    struct sheet s = {.n_rows = 3};
    size_t f = sheet_add(&s, "f", VEC_F64);
    sheet_set_real(&s, f, 0, -0.0);
    sheet_set_real(&s, f, 1, 2.5);
    sheet_set_null(&s, f, 2);
    sheet_expect(&s, "f IN (0.0, 0, 0)", "true false NULL");
    sheet_expect(&s, "f IN (-0.0)", "true false NULL");
    sheet_expect(&s, "f IN (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 2.5)", "false true NULL");
    sheet_expect(&s, "f IN (1, NULL, 0)", "true NULL NULL");
    sheet_expect(&s, "f NOT IN (1, NULL, 0)", "false NULL NULL");
    sheet_expect(&s, "f IN (NULL)", "NULL NULL NULL");
    sheet_expect(&s, "f IN (f, 1)", "true true NULL");
    sheet_expect(&s, "f IN (f + 1, 2.5)", "false true NULL");
    sheet_expect(&s, "(f = 2.5) IN (1)", "false true NULL");
    sheet_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members__short_and_hashed_lists_hold_the_same),
        cmocka_unit_test(test_members__texts_are_copied),
        cmocka_unit_test(test_members__repeats_and_zeros),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
