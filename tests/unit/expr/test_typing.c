// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What the types refuse, where, and with which advice; and the types of what they accept.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "sheet.h"

static int setup(void **state)
{
    static struct sheet s;
    static const struct expr_name names[] = {
        {"qty", VEC_I64},   {"price", VEC_F64}, {"name", VEC_STR},     {"ok", VEC_BOOL},
        {"born", VEC_DATE}, {"ts", VEC_TIME},   {"intent.p", VEC_F64}, {"City", VEC_STR}};
    s = (struct sheet){.n_rows = 1};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        sheet_add(&s, names[i].name, names[i].type);
    }
    *state = &s;
    return 0;
}

static int teardown(void **state)
{
    sheet_release(*state);
    return 0;
}

struct refusal {
    const char *source;
    uint32_t column;
    uint32_t length;
    const char *message; // a part of it
    const char *hint;    // a part of it
};

static void expect_refused(struct sheet *s, const struct refusal *r, bool allow_column_functions)
{
    struct expr_scope scope = sheet_scope(s);
    struct pt_error err = ERROR_INIT;
    struct expr *e = NULL;
    scope.allow_column_functions = allow_column_functions;
    assert_int_equal(expr_compile(&s->arena, text_of(r->source), &scope, &e, &err), PT_E_CONFIG);
    bool is_right = err.column == r->column && err.length == r->length &&
                    strstr(err.message, r->message) != NULL && strstr(err.hint, r->hint) != NULL;
    if (!is_right) {
        fail_msg("%s\n  column %u length %u: %s (%s)", r->source, err.column, err.length,
                 err.message, err.hint);
    }
    assert_null(e);
}

static void test_typing__operators_refuse(void **state)
{
    static const struct refusal refusals[] = {
        {"'a' + 1", 1, 3, "+ wants a number, this is text", ""},
        {"1 + 'a'", 5, 3, "+ wants a number", ""},
        {"1 + '2'", 5, 3, "+ wants a number", "without quotes"},
        {"1 + ok", 5, 2, "this is a condition", "CASE WHEN"},
        {"born - ts", 1, 4, "this is a date", "days_between"},
        {"- name", 3, 4, "- wants a number", ""},
        {"qty || name", 1, 3, "|| wants text, this is an integer", ""},
        {"name || (qty * 2)", 10, 7, "|| wants text", ""},
        {"qty AND ok", 1, 3, "AND wants a condition", "x <> 0"},
        {"ok OR name", 7, 4, "OR wants a condition", "x = '...'"},
        {"NOT price", 5, 5, "NOT wants a condition", "x <> 0"},
        {"qty = name", 7, 4, "= does not mix an integer and text", ""},
        {"name = 5", 8, 1, "= does not mix text and an integer", "single quotes"},
        {"5 = name", 5, 4, "= does not mix an integer and text", ""},
        {"qty = '5'", 7, 3, "= does not mix an integer and text", "without quotes"},
        {"born = qty", 8, 3, "does not mix a date and an integer", ""},
        {"ok = 2", 6, 1, "does not mix a condition and an integer", ""},
        {"ok < ok", 1, 2, "< has no order", "= and <>"},
        {"ok BETWEEN 0 AND 1", 1, 2, "BETWEEN has no order", ""},
        {"qty BETWEEN 1 AND name", 19, 4, "BETWEEN does not mix", ""},
        {"qty IN (1, 'x')", 12, 3, "IN does not mix an integer and text", ""},
        {"1 < 2 < 3", 9, 1, "does not mix a condition and an integer", ""},
        {"qty LIKE 'a'", 1, 3, "LIKE wants text", ""},
        {"name GLOB 5", 11, 1, "GLOB wants text", ""},
        {"name LIKE 'a' ESCAPE 'ab'", 22, 4, "ESCAPE wants a text of one character", ""},
        {"name LIKE 'a' ESCAPE ''", 22, 2, "ESCAPE wants", ""},
        {"name LIKE 'a' ESCAPE name", 22, 4, "ESCAPE wants", ""},
        {"qty IS TRUE", 1, 3, "IS wants a condition", "x <> 0"},
        {"CASE WHEN qty THEN 1 END", 11, 3, "WHEN wants a condition", "x <> 0"},
        {"CASE WHEN ok THEN 1 ELSE 'x' END", 26, 3, "CASE does not mix an integer and text", ""},
        {"CASE qty WHEN 'x' THEN 1 END", 15, 3, "CASE does not mix", ""},
        {"born > 'yesterday'", 8, 11, "not a date or a time", "2025-06-01"},
        {"ts > '2025-02-30'", 6, 12, "not a date or a time", ""},
        {"born IN ('2025-01-01', 'x')", 24, 3, "not a date or a time", ""},
    };
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        expect_refused(*state, &refusals[i], true);
    }
}

static void test_typing__functions_refuse(void **state)
{
    static const struct refusal refusals[] = {
        {"lower(qty)", 7, 3, "lower wants text", ""},
        {"abs(name)", 5, 4, "abs wants a number", ""},
        {"ln(ok)", 4, 2, "ln wants a number", ""},
        {"round(price, 1.5)", 14, 3, "round wants an integer", ""},
        {"substr(name, 1.0)", 14, 3, "substr wants an integer", ""},
        {"substr(name, 1, 'x')", 17, 3, "substr wants an integer", ""},
        {"coalesce(name, qty)", 16, 3, "coalesce does not mix text and an integer", ""},
        {"least(ok, ok)", 7, 2, "least has no order", ""},
        {"nullif(qty, 'x')", 13, 3, "nullif does not mix", ""},
        {"hour(born)", 6, 4, "hour wants a time, this is a date", ""},
        {"hour('noon')", 6, 6, "not a date or a time", ""},
        {"date(qty)", 6, 3, "date wants a date or a time", ""},
        {"date(born, 'UTC')", 6, 4, "date wants a time", ""},
        {"hour(ts, name)", 10, 4, "the zone is a text literal", ""},
        {"hour(ts, 'Mars/Olympus')", 10, 14, "", ""},
        {"hour(ts, 'Europe/Berlim')", 10, 15, "", "Europe/Berlin"},
        {"days_between(qty, ts)", 14, 3, "days_between wants a date or a time", ""},
        {"years_between(born, 'x')", 21, 3, "not a date or a time", ""},
        {"crc32(qty)", 7, 3, "crc32 wants text", ""},
        {"coalesce(qty)", 1, 13, "does not take 1 argument", "coalesce(a, b, ...)"},
        {"nullif(1, 2, 3)", 1, 15, "does not take 3 arguments", "nullif(a, b)"},
        {"abs()", 1, 5, "does not take 0 arguments", "abs(x)"},
        {"lenght(name)", 1, 6, "no function is called", "`length`"},
        {"substring(name, 1)", 1, 9, "no function is called", "`substr`"},
        {"IFNULL(qty, 1)", 1, 6, "no function is called", "`coalesce`"},
        {"\"abs\"(qty)", 1, 5, "no function is called", ""},
        {"frobnicate(1)", 1, 10, "no function is called", ""},
    };
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        expect_refused(*state, &refusals[i], true);
    }
}

static void test_typing__names_are_exact(void **state)
{
    static const struct refusal refusals[] = {
        {"prize * 2", 1, 5, "nothing here is called `prize`", "`price`"},
        {"Qty + 1", 1, 3, "nothing here is called `Qty`", "`qty`"},
        {"2 * intent.q", 5, 8, "called `intent.q`", "`intent.p`"},
        {"city = 'x'", 1, 4, "called `city`", "`City`"},
        {"name = \"Ann Lee\"", 8, 9, "called `Ann Lee`", "single quotes"},
        {"zzzzzzzz", 1, 8, "nothing here is called", ""},
    };
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        expect_refused(*state, &refusals[i], true);
    }
}

static void test_typing__column_functions_need_a_column(void **state)
{
    static const struct refusal anywhere[] = {
        {"bucket(0, price)", 8, 1, "whole number from 1 to 10000", ""},
        {"bucket(10001, price)", 8, 5, "whole number", ""},
        {"bucket(qty, price)", 8, 3, "whole number", ""},
        {"bucket(2.0, price)", 8, 3, "whole number", ""},
        {"bucket(5, name)", 11, 4, "bucket wants a number", ""},
        {"percent_rank(ok)", 14, 2, "percent_rank wants a number", ""},
        {"bucket(5, percent_rank(price))", 1, 30, "of a column function", "derive the inner"},
        {"percent_rank(1 + bucket(5, qty))", 1, 32, "of a column function", ""},
    };
    for (size_t i = 0; i < sizeof anywhere / sizeof anywhere[0]; i++) {
        expect_refused(*state, &anywhere[i], true);
    }
    const struct refusal here = {"1 + bucket(5, price)", 5, 16, "possible in derive only", ""};
    expect_refused(*state, &here, false);
}

static void test_typing__results_have_types(void **state)
{
    static const struct {
        const char *source;
        enum vec_type type;
    } rows[] = {
        {"qty + 1", VEC_I64},
        {"qty + 1.0", VEC_F64},
        {"qty / 1", VEC_F64},
        {"qty % 2", VEC_I64},
        {"price % 2", VEC_F64},
        {"NULL", VEC_I64},
        {"NULL + price", VEC_F64},
        {"coalesce(NULL, name)", VEC_STR},
        {"coalesce(NULL, NULL)", VEC_I64},
        {"coalesce(coalesce(NULL, NULL), ts)", VEC_TIME},
        {"coalesce(qty, price)", VEC_F64},
        {"coalesce(born, ts)", VEC_TIME},
        {"coalesce(born, '2025-01-01')", VEC_DATE},
        {"coalesce(born, '2025-01-01T10:00:00Z')", VEC_TIME},
        {"coalesce(ok, 0)", VEC_BOOL},
        {"nullif(qty, 1.5)", VEC_I64},
        {"nullif(born, ts)", VEC_DATE},
        {"CASE WHEN ok THEN NULL ELSE born END", VEC_DATE},
        {"CASE WHEN ok THEN 1 WHEN ok THEN 2.5 END", VEC_F64},
        {"CASE ok WHEN 1 THEN name END", VEC_STR},
        {"floor(qty)", VEC_I64},
        {"floor(price)", VEC_F64},
        {"round(price, 2)", VEC_F64},
        {"abs(qty)", VEC_I64},
        {"date(ts)", VEC_DATE},
        {"date('2025-01-01')", VEC_DATE},
        {"hour(ts)", VEC_I64},
        {"lower(NULL)", VEC_STR},
        {"hour(NULL)", VEC_I64},
        {"bucket(5, qty)", VEC_I64},
        {"percent_rank(qty)", VEC_F64},
        {"1 = 1", VEC_BOOL},
        {"(ok = 1) = 0", VEC_BOOL},
        {"NULL IN (1, 2)", VEC_BOOL},
        {"DATE '2025-01-01' < TIMESTAMP '2025-01-01T00:00:01Z'", VEC_BOOL},
        {"'2025-01-01' < '2025-01-02'", VEC_BOOL},
    };
    struct sheet *s = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct expr *e = sheet_compile(s, rows[i].source);
        if (expr_type(e) != rows[i].type) {
            fail_msg("%s is %s", rows[i].source, vec_type_name(expr_type(e)));
        }
        assert_int_equal(expr_is_condition(e), rows[i].type == VEC_BOOL);
    }
}

static void test_typing__tells_the_names_used(void **state)
{
    struct sheet *s = *state;
    uint8_t used[SHEET_COLUMNS] = {0};
    expr_uses(sheet_compile(s, "price > 1 AND name LIKE 'a%' AND price < 5"), used);
    const uint8_t wanted[] = {0, 1, 1, 0, 0, 0, 0, 0};
    assert_memory_equal(used, wanted, sizeof wanted);
    expr_uses(sheet_compile(s, "qty"), used);
    assert_int_equal(used[0], 1);
    assert_int_equal(used[1], 1);
    assert_false(expr_has_column_function(sheet_compile(s, "qty")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_typing__operators_refuse),
        cmocka_unit_test(test_typing__functions_refuse),
        cmocka_unit_test(test_typing__names_are_exact),
        cmocka_unit_test(test_typing__column_functions_need_a_column),
        cmocka_unit_test(test_typing__results_have_types),
        cmocka_unit_test(test_typing__tells_the_names_used),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
