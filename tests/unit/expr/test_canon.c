// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Canonical text: parentheses show how operators bind; it parses back to itself.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "expr_generator.h"

static struct sheet *open_sheet(void)
{
    static struct sheet s;
    s = (struct sheet){.n_rows = 1};
    static const struct expr_name names[] = {
        {"a", VEC_I64},    {"b", VEC_I64},    {"s", VEC_STR},   {"p", VEC_BOOL},
        {"a b", VEC_I64},  {"case", VEC_I64}, {"m.p", VEC_F64}, {"date", VEC_DATE},
        {"q\"q", VEC_I64}, {"A", VEC_I64}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        sheet_add(&s, names[i].name, names[i].type);
    }
    return &s;
}

static void test_canon__shows_how_operators_bind(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"1+2*3", "(1 + (2 * 3))"},
        {"1-2-3", "((1 - 2) - 3)"},
        {"1*2/3%4", "(((1 * 2) / 3) % 4)"},
        {"- a + b", "((- a) + b)"},
        {"-5", "-5"},
        {"- - 5", "(- -5)"},
        {"+a", "a"},
        {"s||s = s", "((s || s) = s)"},
        {"NOT a = b AND p", "((NOT (a = b)) AND p)"},
        {"NOT NOT p", "(NOT (NOT p))"},
        {"p OR p AND p OR p", "((p OR (p AND p)) OR p)"},
        {"a < b = p", "((a < b) = p)"},
        {"a = b IS NULL", "((a = b) IS NULL)"},
        {"p IS NOT TRUE", "(p IS NOT TRUE)"},
        {"p = NOT a = b", "(p = (NOT (a = b)))"},
        {"a BETWEEN 1 AND 2 AND p", "((a BETWEEN 1 AND 2) AND p)"},
        {"a NOT BETWEEN b+1 AND b", "(a NOT BETWEEN (b + 1) AND b)"},
        {"a in (1, 2.50)", "(a IN (1, 2.5))"},
        {"a NOT IN (b)", "(a NOT IN (b))"},
        {"s LIKE 'x''%' escape '!'", "(s LIKE 'x''%' ESCAPE '!')"},
        {"s not glob 'a*'", "(s NOT GLOB 'a*')"},
        {"case when p then 1 end", "CASE WHEN p THEN 1 END"},
        {"CASE a WHEN 1 THEN s ELSE 'z' END", "CASE a WHEN 1 THEN s ELSE 'z' END"},
        {"COALESCE(a, 1)", "coalesce(a, 1)"},
        {"\"a b\" + \"case\" + \"q\"\"q\"", "((\"a b\" + \"case\") + \"q\"\"q\")"},
        {"m.p > 5.", "(m.p > 5.0)"},
        {"\"m\".p > .5e1", "(m.p > 5.0)"},
        {"date > date '2025-06-01'", "(date > DATE '2025-06-01')"},
        {"timestamp '2025-06-01 10:00:00+02:00' > date",
         "(TIMESTAMP '2025-06-01T08:00:00Z' > date)"},
        {"a == b or a != b", "((a = b) OR (a <> b))"},
        {"A + a", "(A + a)"},
        {"null is null", "(NULL IS NULL)"},
        {"true", "TRUE"},
        {"1e300", "1e+300"},
        {"date(date)", "date(date)"},
    };
    struct sheet *s = open_sheet();
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        const struct expr *e = sheet_compile(s, pairs[i][0]);
        assert_string_equal(expr_text(e), pairs[i][1]);
        assert_true(expr_equal(e, sheet_compile(s, pairs[i][1])));
    }
    assert_false(expr_equal(sheet_compile(s, "a + b"), sheet_compile(s, "b + a")));
    assert_false(expr_equal(sheet_compile(s, "a = 1"), sheet_compile(s, "a = 1.0")));
    sheet_release(s);
}

static void test_canon__parses_back_to_itself(void **state)
{
    (void)state;
    struct generator g = {.state = 5};
    struct sheet s = {0};
    generator_fill(&g, 1, &s);
    for (size_t i = 0; i < 2000; i++) {
        struct expr_scope scope = sheet_scope(&s);
        struct pt_error err = ERROR_INIT;
        struct expr *e = NULL;
        generator_next(&g);
        if (expr_compile(&s.arena, str_view(&g.ours), &scope, &e, &err) == PT_OK) {
            assert_string_equal(expr_text(sheet_compile(&s, expr_text(e))), expr_text(e));
        }
    }
    generator_release(&g);
    sheet_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_canon__shows_how_operators_bind),
        cmocka_unit_test(test_canon__parses_back_to_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
