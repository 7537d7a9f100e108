// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "audience.h"
#include "fault.h"

static void assert_part(const struct audience_order_part *part, const char *expr, size_t offset,
                        bool is_descending)
{
    assert_true(text_is(part->expr, expr));
    assert_int_equal(part->offset, offset);
    assert_int_equal(part->is_descending, is_descending);
}

static void test_audience_order__splits_keys_and_directions(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct audience_order_part *parts = NULL;
    size_t n = 0;
    const char *text = "intent.p DESC, lower(city), coalesce(a, b)desc ,\n  n\tAsc";
    assert_int_equal(audience_order_split(&arena, text_of(text), &parts, &n, NULL), PT_OK);
    assert_int_equal(n, 4);
    assert_part(&parts[0], "intent.p", 0, true);
    assert_part(&parts[1], "lower(city)", 15, false);
    assert_part(&parts[2], "coalesce(a, b)", 28, true);
    assert_part(&parts[3], "n", 51, false);
    arena_release(&arena);
}

static void test_audience_order__commas_and_words_inside_stay(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct audience_order_part *parts = NULL;
    size_t n = 0;
    const char *text = "instr(city, ', it''s desc'), \"a,b\", xdesc";
    assert_int_equal(audience_order_split(&arena, text_of(text), &parts, &n, NULL), PT_OK);
    assert_int_equal(n, 3);
    assert_part(&parts[0], "instr(city, ', it''s desc')", 0, false);
    assert_part(&parts[1], "\"a,b\"", 29, false);
    assert_part(&parts[2], "xdesc", 36, false);
    arena_release(&arena);
}

static void test_audience_order__empty_parts_are_errors(void **state)
{
    (void)state;

    static const struct {
        const char *text;
        uint32_t column;
    } faulty[] = {{"", 1}, {"  ", 1}, {"a,", 3}, {"a,,b", 3}, {"desc", 1}, {"a, ASC", 3}};

    for (size_t i = 0; i < sizeof faulty / sizeof faulty[0]; i++) {
        struct arena arena = {0};
        struct pt_error err = ERROR_INIT;
        struct audience_order_part *parts = NULL;
        size_t n = 0;
        assert_int_equal(audience_order_split(&arena, text_of(faulty[i].text), &parts, &n, &err),
                         PT_E_CONFIG);
        assert_int_equal(err.column, faulty[i].column);
        arena_release(&arena);
    }
}

// An open quote or bracket is the expression parser's to report: the split must only end.
static void test_audience_order__broken_texts_end(void **state)
{
    (void)state;
    static const char *const texts[] = {"'abc", "f(a, b", "a) , b", "\"", "((((", "'a','b"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct arena arena = {0};
        struct audience_order_part *parts = NULL;
        size_t n = 0;
        assert_int_equal(audience_order_split(&arena, text_of(texts[i]), &parts, &n, NULL), PT_OK);
        assert_true(n >= 1);
        arena_release(&arena);
    }
}

static pt_status split_once(void *arg, struct pt_error *err)
{
    struct arena arena = {0};
    struct audience_order_part *parts = NULL;
    size_t n = 0;
    pt_status status = audience_order_split(&arena, text_of(arg), &parts, &n, err);
    arena_release(&arena);
    return status;
}

static void test_audience_order__every_failing_allocation(void **state)
{
    (void)state;
    char text[] = "a DESC, b";
    assert_true(fault_sweep_memory(split_once, NULL, text) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_audience_order__splits_keys_and_directions),
        cmocka_unit_test(test_audience_order__commas_and_words_inside_stay),
        cmocka_unit_test(test_audience_order__empty_parts_are_errors),
        cmocka_unit_test(test_audience_order__broken_texts_end),
        cmocka_unit_test(test_audience_order__every_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
