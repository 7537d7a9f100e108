// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Runs of rows: what one run does must not show in another; nor what stands under a NULL.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "sheet.h"

#define ROWS 5000

static void expect_rows(struct sheet *s, const char *source, size_t special, const char *there,
                        const char *elsewhere)
{
    struct expr_scratch *scratch = expr_scratch_new();
    struct pt_error err = ERROR_INIT;
    struct vec out = {0};
    const struct expr *e = sheet_compile(s, source);
    assert_int_equal(expr_eval(e, &(struct expr_rows){.inputs = s->columns, .n = s->n_rows},
                               scratch, &out, &err),
                     PT_OK);
    for (size_t i = 0; i < s->n_rows; i++) {
        assert_string_equal(sheet_show(&s->arena, &out, i), i == special ? there : elsewhere);
    }
    expr_scratch_free(scratch);
}

static void test_eval__a_null_stays_in_its_run(void **state)
{
    (void)state;
    static const size_t places[] = {0, 2047, 2048, 4096, ROWS - 1};
    for (size_t k = 0; k < sizeof places / sizeof places[0]; k++) {
        struct sheet s = {.n_rows = ROWS};
        sheet_add(&s, "x", VEC_I64);
        s.columns[0].valid = NULL;
        for (size_t i = 0; i < ROWS; i++) {
            sheet_set_int(&s, 0, i, i == places[k] ? 0 : 4);
        }
        expect_rows(&s, "8 / x", places[k], "NULL", "2.0");
        expect_rows(&s, "x % x + 9223372036854775807", places[k], "NULL", "9223372036854775807");
        expect_rows(&s, "CASE WHEN x = 4 THEN 'four' END", places[k], "NULL", "'four'");
        sheet_release(&s);
    }
}

static void test_eval__constants_stand_for_any_number_of_rows(void **state)
{
    (void)state;
    struct sheet s = {.n_rows = ROWS};
    struct sheet one = {.n_rows = 1};
    sheet_add(&one, "x", VEC_I64);
    sheet_add(&s, "x", VEC_I64);
    sheet_set_int(&one, 0, 0, 6);
    s.columns[0] = one.columns[0];
    s.columns[0].n = ROWS;
    s.columns[0].is_const = true;
    expect_rows(&s, "x + 1", ROWS, "", "7");
    expect_rows(&s, "CASE WHEN x > 5 THEN 'big' END || '!'", ROWS, "", "'big!'");
    expect_rows(&s, "x / 0 IS NULL", ROWS, "", "true");
    expect_rows(&s, "nullif(x, 6)", ROWS, "", "NULL");
    expect_rows(&s, "x", ROWS, "", "6");
    sheet_release(&s);
    sheet_release(&one);
}

static void test_eval__what_stands_under_a_null_is_not_read(void **state)
{
    (void)state;
    const uint8_t valid[2] = {1, 0};
    const struct text texts[2] = {{"ab", 2}, {(const char *)1, 1000}};
    const int32_t codes[2] = {0, 0};
    const struct text entries[1] = {{"ab", 2}};
    struct sheet s = {.n_rows = 2};
    sheet_add(&s, "t", VEC_STR);
    sheet_add(&s, "k", VEC_STR);
    s.columns[0] = (struct vec){.type = VEC_STR, .n = 2, .valid = valid, .s = texts};
    s.columns[1] = (struct vec){
        .type = VEC_STR, .n = 2, .valid = valid, .s = entries, .codes = codes, .n_dict = 1};
    sheet_expect(&s, "upper(t)", "'AB' NULL");
    sheet_expect(&s, "t || k", "'abab' NULL");
    sheet_expect(&s, "t = 'ab'", "true NULL");
    sheet_expect(&s, "t IN ('ab', 'x')", "true NULL");
    sheet_expect(&s, "coalesce(t, 'none')", "'ab' 'none'");
    sheet_expect(&s, "length(k) + length(t)", "4 NULL");
    sheet_expect(&s, "crc32(t) IS NULL", "false true");
    sheet_release(&s);
}

static void test_eval__no_rows_give_no_rows(void **state)
{
    (void)state;
    static const char *const sources[] = {"x + 1", "t || 'a'",   "t LIKE '%a'", "1 + 1",
                                          "x",     "x IN (1,2)", "t IS NULL",   "date(m)"};
    struct sheet s = {0};
    sheet_add(&s, "x", VEC_I64);
    sheet_add(&s, "t", VEC_STR);
    sheet_add(&s, "m", VEC_TIME);
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        sheet_expect(&s, sources[i], "");
    }
    sheet_release(&s);
}

// Results of one batch live side by side until the reset.
static void test_eval__results_live_until_the_reset(void **state)
{
    (void)state;
    struct sheet s = {.n_rows = ROWS};
    struct expr_scratch *scratch = expr_scratch_new();
    struct pt_error err = ERROR_INIT;
    struct vec sums[8] = {{0}};
    struct vec texts[8] = {{0}};
    sheet_add(&s, "x", VEC_I64);
    for (size_t i = 0; i < ROWS; i++) {
        sheet_set_int(&s, 0, i, (int64_t)i);
    }
    for (int k = 0; k < 8; k++) {
        char source[64];
        snprintf(source, sizeof source, "x + %d", k);
        assert_int_equal(expr_eval(sheet_compile(&s, source),
                                   &(struct expr_rows){.inputs = s.columns, .n = ROWS}, scratch,
                                   &sums[k], &err),
                         PT_OK);
        snprintf(source, sizeof source, "CASE WHEN x >= 0 THEN 'r' || '%d' END", k);
        assert_int_equal(expr_eval(sheet_compile(&s, source),
                                   &(struct expr_rows){.inputs = s.columns, .n = ROWS}, scratch,
                                   &texts[k], &err),
                         PT_OK);
    }
    for (int k = 0; k < 8; k++) {
        for (size_t i = 0; i < ROWS; i++) {
            assert_int_equal(sums[k].i[i], (int64_t)i + k);
            assert_int_equal(vec_text(&texts[k], i).p[1], '0' + k);
        }
    }
    expr_scratch_free(scratch);
    expr_scratch_free(NULL);
    sheet_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_eval__a_null_stays_in_its_run),
        cmocka_unit_test(test_eval__constants_stand_for_any_number_of_rows),
        cmocka_unit_test(test_eval__what_stands_under_a_null_is_not_read),
        cmocka_unit_test(test_eval__no_rows_give_no_rows),
        cmocka_unit_test(test_eval__results_live_until_the_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
