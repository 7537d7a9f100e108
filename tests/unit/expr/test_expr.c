// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Hostile texts: limits, bombs, random bytes; and memory that runs out at every allocation.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "expr_generator.h"
#include "mem.h"

#define FUZZ_TEXTS 20000
#define SEED 4711u

static void fill(struct sheet *s)
{
    struct generator g = {.state = SEED};
    generator_fill(&g, 5, s);
}

static pt_status compile(struct sheet *s, struct text source, struct expr **out,
                         struct pt_error *err)
{
    struct expr_scope scope = sheet_scope(s);
    return expr_compile(&s->arena, source, &scope, out, err);
}

// prefix, then unit n times, then middle, then end n times.
static pt_status compile_repeated(struct sheet *s, const char *unit, const char *middle,
                                  const char *end, size_t n, struct pt_error *err)
{
    struct str text = {0};
    struct expr *e = NULL;
    for (size_t i = 0; i < n; i++) {
        str_add(&text, unit);
    }
    str_add(&text, middle);
    for (size_t i = 0; i < n; i++) {
        str_add(&text, end);
    }
    pt_status status = compile(s, str_view(&text), &e, err);
    str_release(&text);
    return status;
}

static void test_expr__nesting_is_limited(void **state)
{
    (void)state;
    static const char *const bombs[][3] = {{"(", "1", ")"},
                                           {"- ", "i1", ""},
                                           {"NOT ", "b1", ""},
                                           {"abs(", "1", ")"},
                                           {"CASE WHEN ", "b1", " THEN b1 END"},
                                           {"1 + (", "1", ")"},
                                           {"i1 IN (", "1", ")"},
                                           {"coalesce(i1, ", "1", ")"},
                                           {"+ ", "1", ""},
                                           {"b1 = NOT ", "b1", ""}};
    struct sheet s = {0};
    fill(&s);
    for (size_t i = 0; i < sizeof bombs / sizeof bombs[0]; i++) {
        struct pt_error err = ERROR_INIT;
        bool is_in = strncmp(bombs[i][0], "i1 IN", 5) == 0;
        if (!is_in) {
            assert_int_equal(compile_repeated(&s, bombs[i][0], bombs[i][1], bombs[i][2], 90, &err),
                             PT_OK);
        }
        assert_int_equal(compile_repeated(&s, bombs[i][0], bombs[i][1], bombs[i][2], 1500, &err),
                         PT_E_CONFIG);
        assert_non_null(strstr(err.message, "nested deeper than 200"));
        assert_true(err.column > 200);
    }
    struct pt_error err = ERROR_INIT;
    assert_int_equal(compile_repeated(&s, "(", "1", ")", 199, &err), PT_OK);
    assert_int_equal(compile_repeated(&s, "(", "1", ")", 200, &err), PT_E_CONFIG);
    assert_int_equal(err.column, 201);
    sheet_release(&s);
}

static void test_expr__size_is_limited(void **state)
{
    (void)state;
    struct sheet s = {0};
    struct pt_error err = ERROR_INIT;
    fill(&s);
    // 1 + 4999 * 2 parts, a chain that is not deep.
    assert_int_equal(compile_repeated(&s, "i1+", "1", "", 4999, &err), PT_OK);
    assert_int_equal(compile_repeated(&s, "i1+", "1", "", 5000, &err), PT_E_CONFIG);
    assert_non_null(strstr(err.message, "more than 10000 parts"));
    assert_int_equal(compile_repeated(&s, " ", "1", "", 65535, &err), PT_OK);
    assert_int_equal(compile_repeated(&s, " ", "1", "", 65536, &err), PT_E_CONFIG);
    assert_non_null(strstr(err.message, "longer than 64 KiB"));
    sheet_release(&s);
}

static void test_expr__long_chains_are_evaluated(void **state)
{
    (void)state;
    struct sheet s = {.n_rows = 3};
    size_t x = sheet_add(&s, "x", VEC_I64);
    struct str sum = {0};
    struct str any = {0};
    for (int i = 0; i < 3; i++) {
        sheet_set_int(&s, x, (size_t)i, i);
    }
    sheet_set_null(&s, x, 2);
    str_add(&sum, "0");
    str_add(&any, "x = 7");
    for (int i = 0; i < 2400; i++) {
        str_add(&sum, " + x");
        str_addf(&any, " OR x = %d", i % 100 + 1);
    }
    sheet_expect(&s, str_get(&sum), "0 2400 NULL");
    sheet_expect(&s, str_get(&any), "false true NULL");
    str_release(&sum);
    str_release(&any);
    sheet_release(&s);
}

static void test_expr__bytes_that_are_no_text_have_a_place(void **state)
{
    (void)state;

    static const struct {
        const char *bytes;
        size_t n;
        uint32_t column;
    } rows[] = {{"1 + \xFF", 5, 5}, {"'\xC3", 2, 2},        {"1\0", 2, 2},
                {"'a\0b'", 5, 3},   {"\"a\0b\"", 5, 3},     {"", 0, 1},
                {"   ", 3, 4},      {"\xED\xA0\x80", 3, 1}, {"1 \xEF\xBB\xBF+ 1", 8, 3}};
    struct sheet s = {0};
    fill(&s);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pt_error err = ERROR_INIT;
        struct expr *e = NULL;
        assert_int_equal(compile(&s, text_n(rows[i].bytes, rows[i].n), &e, &err), PT_E_CONFIG);
        if (err.column != rows[i].column || err.length == 0 || err.message[0] == '\0') {
            fail_msg("row %zu: column %u: %s", i, err.column, err.message);
        }
    }
    struct pt_error err = ERROR_INIT;
    struct expr *e = NULL;
    assert_int_equal(compile(&s, text_n(NULL, 0), &e, &err), PT_E_CONFIG);
    struct expr_scope scope = sheet_scope(&s);
    assert_int_equal(expr_compile(&s.arena, text_of("1 +"), &scope, &e, NULL), PT_E_CONFIG);
    sheet_release(&s);
}

static void test_expr__syntax_errors_have_a_place(void **state)
{
    (void)state;

    static const struct {
        const char *source;
        uint32_t column;
        uint32_t length;
        const char *message;
    } rows[] = {
        {"1 +", 4, 1, "ends where a value should follow"},
        {"(1 + 2", 7, 1, "ends where `)` should follow"},
        {"1 2", 3, 1, "`2` where an operator or the end should follow"},
        {"i1 i2", 4, 2, "`i2` where an operator"},
        {")", 1, 1, "`)` where a value"},
        {"1 + * 2", 5, 1, "`*` where a value"},
        {"i1 IN 5", 7, 1, "`5` where `(`"},
        {"i1 IN ()", 8, 1, "`)` where a value"},
        {"i1 IN (1,)", 10, 1, "`)` where a value"},
        {"i1 NOT 5", 8, 1, "where IN, BETWEEN, LIKE or GLOB"},
        {"i1 NOT IS NULL", 8, 2, "`IS` where IN"},
        {"i1 BETWEEN 1 OR 2", 14, 2, "`OR` where AND"},
        {"i1 IS 5", 7, 1, "where NULL, TRUE or FALSE"},
        {"CASE i1 END", 9, 3, "`END` where WHEN"},
        {"CASE WHEN b1 1 END", 14, 1, "`1` where THEN"},
        {"CASE WHEN b1 THEN 1", 20, 1, "ends where END"},
        {"CASE END", 6, 3, "`END` where a value"},
        {"AND", 1, 3, "`AND` where a value"},
        {"abs(1", 6, 1, "ends where `)`"},
        {"abs(,)", 5, 1, "`,` where a value"},
        {"s1 LIKE", 8, 1, "ends where a value"},
        {"9223372036854775808", 1, 19, "does not fit in 64 bits"},
        {"1 - 99999999999999999999", 5, 20, "does not fit in 64 bits"},
        {"1e999", 1, 5, "does not fit in 64 bits"},
        {"DATE '2025-02-30'", 6, 12, "not a date"},
        {"TIMESTAMP 'noon'", 11, 6, "not a time"},
        {"i1 = = 2", 6, 1, "`=` where a value"},
        {"SELECT 1", 8, 1, "`1` where an operator"},
    };
    struct sheet s = {0};
    fill(&s);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pt_error err = ERROR_INIT;
        struct expr *e = NULL;
        assert_int_equal(compile(&s, text_of(rows[i].source), &e, &err), PT_E_CONFIG);
        if (err.column != rows[i].column || err.length != rows[i].length ||
            strstr(err.message, rows[i].message) == NULL) {
            fail_msg("%s: column %u length %u: %s", rows[i].source, err.column, err.length,
                     err.message);
        }
    }
    sheet_release(&s);
}

static uint32_t next(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33);
}

// Words of the language and random bytes, or a good expression with bytes changed.
static size_t make_text(struct generator *g, uint64_t *seed, char *out, size_t most)
{
    static const char *const words[] = {"(",
                                        ")",
                                        " AND ",
                                        " OR ",
                                        " NOT ",
                                        "i1",
                                        "f1",
                                        "s1",
                                        "b1",
                                        "t1",
                                        "d1",
                                        "1",
                                        "0.5",
                                        "'a'",
                                        "NULL",
                                        " IN ",
                                        ",",
                                        "CASE ",
                                        " WHEN ",
                                        " THEN ",
                                        " END",
                                        " IS ",
                                        " LIKE ",
                                        "abs(",
                                        "substr(",
                                        "||",
                                        "*",
                                        "-",
                                        "%",
                                        "bucket(3,",
                                        "DATE '2025-01-01'",
                                        "'%'",
                                        " ESCAPE '!'",
                                        " BETWEEN ",
                                        "=",
                                        "<",
                                        "\xC3\xA9",
                                        "\"s1\"",
                                        "hour(",
                                        "'UTC'"};
    size_t n = 0;
    if (next(seed) % 2 == 0) {
        generator_next(g);
        n = g->ours.n < most ? g->ours.n : most;
        memcpy(out, g->ours.p, n);
        for (uint32_t k = next(seed) % 4; k > 0 && n > 0; k--) {
            out[next(seed) % n] = (char)next(seed);
        }
        return n;
    }
    for (uint32_t k = next(seed) % 30; k > 0; k--) {
        const char *word = words[next(seed) % (sizeof words / sizeof words[0])];
        size_t size = strlen(word);
        if (n + size > most) {
            break;
        }
        memcpy(out + n, word, size);
        n += size;
    }
    return n;
}

static void test_expr__random_texts_are_compiled_or_placed(void **state)
{
    (void)state;
    struct generator g = {.state = SEED};
    struct sheet s = {0};
    uint64_t seed = SEED;
    size_t n_good = 0;
    char bytes[2048];
    struct expr_scratch *scratch = expr_scratch_new();
    fill(&s);
    for (size_t i = 0; i < FUZZ_TEXTS; i++) {
        struct arena a = {0};
        struct expr_scope scope = sheet_scope(&s);
        struct pt_error err = ERROR_INIT;
        struct expr *e = NULL;
        size_t n = make_text(&g, &seed, bytes, sizeof bytes);
        if (expr_compile(&a, text_n(bytes, n), &scope, &e, &err) != PT_OK) {
            assert_int_equal(err.code, PT_E_CONFIG);
            assert_true(err.column >= 1 && err.column <= n + 1 && err.length >= 1);
            assert_true(err.message[0] != '\0');
        } else {
            struct expr_fit *fit = NULL;
            struct vec out = {0};
            expr_scratch_reset(scratch);
            assert_int_equal(expr_fit_new(e, s.columns, s.n_rows, &fit, &err), PT_OK);
            assert_int_equal(
                expr_eval(e, &(struct expr_rows){.inputs = s.columns, .n = s.n_rows, .fit = fit},
                          scratch, &out, &err),
                PT_OK);
            expr_fit_free(fit);
            n_good++;
        }
        arena_release(&a);
    }
    print_message("seed %u: %zu of %d texts are expressions\n", SEED, n_good, FUZZ_TEXTS);
    assert_true(n_good > 1000 && n_good < FUZZ_TEXTS - 1000);
    generator_release(&g);
    expr_scratch_free(scratch);
    sheet_release(&s);
}

static const char *const scenarios[] = {
    ("CASE WHEN s1 LIKE '%a_b%' ESCAPE '!' OR s1 IN ('a', 'b', NULL) THEN lower(trim(s1)) || '-' "
     "ELSE coalesce(substr(digits(s2), -3), upper(s3)) END"),
    "hour(t1, 'Asia/Shanghai') + days_between(d1, t1) + length(s1) % instr(s2, 'b') * - i1",
    "i1 IN (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11) AND NOT b1 IS TRUE OR f1 / i2 > round(f2, 2)",
    "bucket(4, f1) + percent_rank(coalesce(i1, f2)) + years_between(d1, '2025-06-01')",
    "nullif(\"s1\", 'x')",
};

// One whole life of an expression; false when memory ran out somewhere, cleanly.
static bool live(struct sheet *s, const char *source)
{
    struct arena a = {0};
    struct expr_scope scope = sheet_scope(s);
    struct pt_error err = ERROR_INIT;
    struct expr *e = NULL;
    struct expr_fit *fit = NULL;
    struct expr_fit *loaded = NULL;
    struct vec out = {0};
    struct expr_scratch *scratch = expr_scratch_new();
    pt_status status = scratch == NULL ? PT_E_NO_MEMORY : PT_OK;
    if (status == PT_OK) {
        status = expr_compile(&a, text_of(source), &scope, &e, &err);
    }
    if (status == PT_OK) {
        status = expr_fit_new(e, s->columns, s->n_rows, &fit, &err);
    }
    if (status == PT_OK) {
        const double *values[2] = {NULL};
        size_t n[2] = {0};
        for (size_t i = 0; i < expr_fit_count(fit); i++) {
            values[i] = expr_fit_values(fit, i, &n[i]);
        }
        status = expr_fit_load(e, expr_fit_count(fit), values, n, &loaded, &err);
    }
    if (status == PT_OK) {
        status =
            expr_eval(e, &(struct expr_rows){.inputs = s->columns, .n = s->n_rows, .fit = loaded},
                      scratch, &out, &err);
    }
    assert_true(status == PT_OK || status == PT_E_NO_MEMORY);
    assert_true(status == PT_OK || scratch == NULL || err.code == PT_E_NO_MEMORY);
    expr_fit_free(fit);
    expr_fit_free(loaded);
    expr_scratch_free(scratch);
    arena_release(&a);
    return status == PT_OK;
}

static void sweep(struct sheet *s, const char *source)
{
    assert_true(live(s, source));
    for (int forever = 0; forever < 2; forever++) {
        bool is_done = false;
        for (uint64_t at = 1; !is_done; at++) {
            int64_t before = mem_live_blocks();
            mem_fault_arm(at, forever != 0);
            is_done = live(s, source) && mem_fault_calls() < at;
            mem_fault_arm(0, false);
            assert_int_equal(mem_live_blocks(), before);
            assert_true(at < 10000);
        }
    }
}

static void test_expr__every_allocation_may_fail(void **state)
{
    (void)state;
    struct sheet few = {0};
    fill(&few);
    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) {
        sweep(&few, scenarios[i]);
        struct sheet coded = {0};
        sheet_repeat(&few, 5000, true, &coded);
        sweep(&coded, scenarios[i]);
        sheet_release(&coded);
    }
    sheet_release(&few);
}

static void test_expr__warm_scratch_allocates_nothing(void **state)
{
    (void)state;
    struct sheet few = {0};
    struct sheet many = {0};
    struct pt_error err = ERROR_INIT;
    fill(&few);
    sheet_repeat(&few, 65536, true, &many);
    struct expr_scratch *scratch = expr_scratch_new();
    const struct expr *e = sheet_compile(
        &many, "s1 LIKE '%a%' AND lower(s2) <> s3 || 'x' AND f1 * i1 > 3 OR t1 < '2025-01-01'");
    for (int round = 0; round < 3; round++) {
        struct vec out = {0};
        mem_fault_arm(round == 0 ? 0 : 1, true);
        expr_scratch_reset(scratch);
        assert_int_equal(expr_eval(e, &(struct expr_rows){.inputs = many.columns, .n = many.n_rows},
                                   scratch, &out, &err),
                         PT_OK);
        mem_fault_arm(0, false);
    }
    expr_scratch_free(scratch);
    sheet_release(&few);
    sheet_release(&many);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expr__nesting_is_limited),
        cmocka_unit_test(test_expr__size_is_limited),
        cmocka_unit_test(test_expr__long_chains_are_evaluated),
        cmocka_unit_test(test_expr__bytes_that_are_no_text_have_a_place),
        cmocka_unit_test(test_expr__syntax_errors_have_a_place),
        cmocka_unit_test(test_expr__random_texts_are_compiled_or_placed),
        cmocka_unit_test(test_expr__every_allocation_may_fail),
        cmocka_unit_test(test_expr__warm_scratch_allocates_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
