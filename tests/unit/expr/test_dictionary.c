// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Dictionary columns, constants and any number of rows give what flat columns give, over generated
// expressions; and results keep their dictionary.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "expr_generator.h"

#define ROWS 24
#define MANY_ROWS 4500 // several runs of rows
#define EXPRESSIONS 1500
#define SEED 77u

struct check {
    struct generator g;
    struct sheet few;
    struct sheet flat;
    struct sheet coded;
    struct expr_scratch *few_scratch;
    struct expr_scratch *scratch;
};

static void begin(struct check *c)
{
    generator_fill(&c->g, ROWS, &c->few);
    sheet_repeat(&c->few, MANY_ROWS, false, &c->flat);
    sheet_repeat(&c->few, MANY_ROWS, true, &c->coded);
}

static void end(struct check *c)
{
    sheet_release(&c->few);
    sheet_release(&c->flat);
    sheet_release(&c->coded);
}

static bool equal_rows(const struct vec *x, size_t i, const struct vec *y, size_t k)
{
    size_t a = x->is_const ? 0 : i;
    size_t b = y->is_const ? 0 : k;
    if (!vec_is_valid(x, i) || !vec_is_valid(y, k)) {
        return vec_is_valid(x, i) == vec_is_valid(y, k);
    }
    switch (x->type) {
    case VEC_BOOL:
        return x->b[a] == y->b[b];
    case VEC_F64:
        return memcmp(&x->f[a], &y->f[b], sizeof(double)) == 0;
    case VEC_STR:
        return text_equal(vec_text(x, i), vec_text(y, k));
    default:
        return x->i[a] == y->i[b];
    }
}

static struct vec eval(const struct expr *e, const struct vec *inputs, size_t n,
                       struct expr_scratch *scratch)
{
    struct vec out = {0};
    struct pt_error err = ERROR_INIT;
    expr_scratch_reset(scratch);
    assert_int_equal(
        expr_eval(e, &(struct expr_rows){.inputs = inputs, .n = n}, scratch, &out, &err), PT_OK);
    assert_int_equal(out.n, n);
    return out;
}

static void compare_many(struct check *c, const struct expr *e, const struct vec *few,
                         const struct sheet *many)
{
    struct vec out = eval(e, many->columns, many->n_rows, c->scratch);
    for (size_t i = 0; i < many->n_rows; i++) {
        if (!equal_rows(few, i % ROWS, &out, i)) {
            fail_msg("row %zu: %s\n  few rows %s, many %s%s", i, str_get(&c->g.ours),
                     sheet_show(&c->few.arena, few, i % ROWS), sheet_show(&c->few.arena, &out, i),
                     many == &c->coded ? " with dictionaries" : "");
        }
    }
}

// Inputs that hold one row for all; then no rows at all.
static void compare_constants(struct check *c, const struct expr *e, const struct vec *few)
{
    for (size_t row = 0; row < ROWS; row += 5) {
        struct vec inputs[SHEET_COLUMNS];
        for (size_t k = 0; k < c->few.n_columns; k++) {
            inputs[k] = c->few.columns[k];
            inputs[k].is_const = true;
            inputs[k].valid = inputs[k].valid == NULL ? NULL : inputs[k].valid + row;
            inputs[k].b = inputs[k].b == NULL ? NULL : inputs[k].b + row;
            inputs[k].i = inputs[k].i == NULL ? NULL : inputs[k].i + row;
            inputs[k].f = inputs[k].f == NULL ? NULL : inputs[k].f + row;
            inputs[k].s = inputs[k].s == NULL ? NULL : inputs[k].s + row;
        }
        struct vec out = eval(e, inputs, 3, c->scratch);
        assert_true(out.is_const);
        if (!equal_rows(few, row, &out, 2)) {
            fail_msg("constant row %zu: %s", row, str_get(&c->g.ours));
        }
    }
    struct vec none = eval(e, c->few.columns, 0, c->scratch);
    assert_int_equal(none.type, few->type);
    struct vec one = eval(e, c->few.columns, 1, c->scratch);
    assert_true(equal_rows(few, 0, &one, 0));
}

static void test_dictionary__generated_expressions_do_not_see_it(void **state)
{
    (void)state;
    struct check c = {.g = {.state = SEED}};
    size_t n_compared = 0;
    c.few_scratch = expr_scratch_new();
    c.scratch = expr_scratch_new();
    begin(&c);
    while (n_compared < EXPRESSIONS) {
        struct expr_scope scope = sheet_scope(&c.few);
        struct pt_error err = ERROR_INIT;
        struct expr *e = NULL;
        generator_next(&c.g);
        if (expr_compile(&c.few.arena, str_view(&c.g.ours), &scope, &e, &err) != PT_OK) {
            continue;
        }
        struct vec few = eval(e, c.few.columns, ROWS, c.few_scratch);
        compare_many(&c, e, &few, &c.flat);
        compare_many(&c, e, &few, &c.coded);
        compare_constants(&c, e, &few);
        if (++n_compared % 100 == 0) {
            end(&c);
            begin(&c);
        }
    }
    print_message("seed %u: %zu expressions\n", SEED, n_compared);
    end(&c);
    generator_release(&c.g);
    expr_scratch_free(c.few_scratch);
    expr_scratch_free(c.scratch);
}

static void fill_cities(struct sheet *s, struct sheet *coded)
{
    *s = (struct sheet){.n_rows = 3};
    size_t city = sheet_add(s, "city", VEC_STR);
    size_t other = sheet_add(s, "other", VEC_STR);
    size_t x = sheet_add(s, "x", VEC_I64);
    sheet_set_text(s, city, 0, "Rome");
    sheet_set_text(s, city, 1, "Oslo");
    sheet_set_null(s, city, 2);
    for (size_t i = 0; i < 3; i++) {
        sheet_set_text(s, other, i, "o");
        sheet_set_int(s, x, i, (int64_t)i);
    }
    sheet_repeat(s, 9, true, coded);
}

static void test_dictionary__text_results_keep_it(void **state)
{
    (void)state;
    struct sheet s = {0};
    struct sheet coded = {0};
    struct expr_scratch *scratch = expr_scratch_new();
    fill_cities(&s, &coded);
    struct vec out = eval(sheet_compile(&coded, "lower(city)"), coded.columns, 9, scratch);
    assert_non_null(out.codes);
    assert_true(out.n_dict <= 4);
    out = eval(sheet_compile(&coded, "city"), coded.columns, 9, scratch);
    assert_ptr_equal(out.codes, coded.columns[0].codes);
    out = eval(sheet_compile(&coded, "city || other"), coded.columns, 9, scratch);
    assert_null(out.codes);
    sheet_expect(&coded, "coalesce(upper(city), '?')",
                 "'ROME' 'OSLO' '?' 'ROME' 'OSLO' '?' 'ROME' 'OSLO' '?'");
    sheet_expect(&coded, "CASE WHEN x = 1 THEN substr(city, 1, 1) ELSE other END",
                 "'o' 'O' 'o' 'o' 'O' 'o' 'o' 'O' 'o'");
    sheet_expect(&coded, "city IS NULL OR length(city) = x + 3",
                 "false true true false true true false true true");
    sheet_release(&s);
    sheet_release(&coded);
    expr_scratch_free(scratch);
}

// All rows NULL: the dictionary may be empty, and codes mean nothing.
static void test_dictionary__empty_one_is_all_null(void **state)
{
    (void)state;
    const uint8_t valid[4] = {0};
    const int32_t codes[4] = {0};
    struct sheet s = {.n_rows = 4};
    sheet_add(&s, "city", VEC_STR);
    s.columns[0] = (struct vec){.type = VEC_STR, .n = 4, .valid = valid, .codes = codes};
    sheet_expect(&s, "city LIKE 'R%'", "NULL NULL NULL NULL");
    sheet_expect(&s, "coalesce(city, 'x')", "'x' 'x' 'x' 'x'");
    sheet_expect(&s, "city", "NULL NULL NULL NULL");
    sheet_expect(&s, "1 = 2", "false false false false");
    sheet_release(&s);
}

// More entries than rows: rows are read one by one.
static void test_dictionary__large_one_is_read_by_rows(void **state)
{
    (void)state;
    const struct text entries[5] = {{"a", 1}, {"b", 1}, {"c", 1}, {"d", 1}, {"e", 1}};
    const int32_t codes[2] = {4, 2};
    struct sheet s = {.n_rows = 2};
    sheet_add(&s, "k", VEC_STR);
    s.columns[0] = (struct vec){.type = VEC_STR, .n = 2, .s = entries, .codes = codes, .n_dict = 5};
    sheet_expect(&s, "upper(k)", "'E' 'C'");
    sheet_expect(&s, "k GLOB '[a-c]'", "false true");
    sheet_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dictionary__generated_expressions_do_not_see_it),
        cmocka_unit_test(test_dictionary__text_results_keep_it),
        cmocka_unit_test(test_dictionary__empty_one_is_all_null),
        cmocka_unit_test(test_dictionary__large_one_is_read_by_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
