// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Generated expressions give what SQLite gives. Two spellings come out of one generator: ours, and
// SQLite's where it differs by the table in docs/expressions.md. Half of them go without
// parentheses, so that the binding of operators is compared too.
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "expr_generator.h"

#define ROWS 24
#define SEED 20250601u
#define EXPRESSIONS 12000
#define PER_TABLE 100

static void bind_value(sqlite3_stmt *insert, const struct vec *v, size_t row, int at)
{
    char shown[16];
    if (!vec_is_valid(v, row)) {
        sqlite3_bind_null(insert, at);
    } else if (v->type == VEC_F64) {
        sqlite3_bind_double(insert, at, v->f[row]);
    } else if (v->type == VEC_STR) {
        sqlite3_bind_text(insert, at, v->s[row].p, (int)v->s[row].n, SQLITE_TRANSIENT);
    } else if (v->type == VEC_DATE) {
        date_format(v->i[row], shown);
        sqlite3_bind_text(insert, at, shown, -1, SQLITE_TRANSIENT);
    } else if (v->type == VEC_TIME) {
        sqlite3_bind_int64(insert, at, v->i[row] / US_PER_SECOND);
    } else {
        sqlite3_bind_int64(insert, at, v->type == VEC_BOOL ? v->b[row] : v->i[row]);
    }
}

static void fill(struct generator *g, struct sheet *s, sqlite3 *db)
{
    generator_fill(g, ROWS, s);
    sqlite3_stmt *insert = NULL;
    assert_int_equal(sqlite3_exec(db,
                                  "DROP TABLE IF EXISTS t; CREATE TABLE t(b1 INTEGER, b2 INTEGER,"
                                  "i1 INTEGER, i2 INTEGER, i3 INTEGER, f1 REAL, f2 REAL, s1 TEXT,"
                                  "s2 TEXT, s3 TEXT, d1 TEXT, d2 TEXT, t1 INTEGER, t2 INTEGER)",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "INSERT INTO t VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)", -1,
                                        &insert, NULL),
                     SQLITE_OK);
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t k = 0; k < s->n_columns; k++) {
            bind_value(insert, &s->columns[k], i, (int)k + 1);
        }
        assert_int_equal(sqlite3_step(insert), SQLITE_DONE);
        sqlite3_reset(insert);
    }
    sqlite3_finalize(insert);
}

static bool equal_numbers(double x, double y)
{
    return x == y || fabs(x - y) <= 1e-12 * fmax(fabs(x), fabs(y));
}

static bool equal_value(const struct vec *v, size_t row, sqlite3_stmt *theirs)
{
    size_t at = v->is_const ? 0 : row;
    char shown[32];
    bool is_null = sqlite3_column_type(theirs, 0) == SQLITE_NULL;
    if (is_null || !vec_is_valid(v, row)) {
        return is_null && !vec_is_valid(v, row);
    }
    struct text text = text_n((const char *)sqlite3_column_text(theirs, 0),
                              (size_t)sqlite3_column_bytes(theirs, 0));
    switch (v->type) {
    case VEC_BOOL:
        return v->b[at] == sqlite3_column_int64(theirs, 0);
    case VEC_F64:
        return equal_numbers(v->f[at], sqlite3_column_double(theirs, 0));
    case VEC_STR:
        return text_equal(vec_text(v, row), text);
    case VEC_DATE:
        date_format(v->i[at], shown);
        return text_is(text, shown);
    case VEC_TIME:
        return v->i[at] == sqlite3_column_int64(theirs, 0) * US_PER_SECOND;
    default:
        return v->i[at] == sqlite3_column_int64(theirs, 0);
    }
}

static void compare(struct generator *g, struct sheet *s, const struct expr *e, sqlite3 *db,
                    struct expr_scratch *scratch)
{
    struct vec out = {0};
    struct pt_error err = ERROR_INIT;
    sqlite3_stmt *query = NULL;
    struct str sql = {0};
    str_addf(&sql, "SELECT %s FROM t ORDER BY rowid", str_get(&g->theirs));
    if (sqlite3_prepare_v2(db, str_get(&sql), -1, &query, NULL) != SQLITE_OK) {
        fail_msg("%s\n  SQLite: %s", str_get(&sql), sqlite3_errmsg(db));
    }
    expr_scratch_reset(scratch);
    assert_int_equal(expr_eval(e, &(struct expr_rows){.inputs = s->columns, .n = s->n_rows},
                               scratch, &out, &err),
                     PT_OK);
    for (size_t i = 0; i < s->n_rows; i++) {
        assert_int_equal(sqlite3_step(query), SQLITE_ROW);
        if (!equal_value(&out, i, query)) {
            fail_msg("row %zu: %s\n  SQLite: %s\n  ours %s, SQLite %s", i, str_get(&g->ours),
                     str_get(&g->theirs), sheet_show(&s->arena, &out, i),
                     (const char *)sqlite3_column_text(query, 0));
        }
    }
    sqlite3_finalize(query);
    str_release(&sql);
}

static void test_expr_sqlite__generated_expressions_agree(void **state)
{
    (void)state;
    struct generator g = {.state = SEED};
    struct sheet s = {0};
    sqlite3 *db = NULL;
    struct expr_scratch *scratch = expr_scratch_new();
    size_t n_compared = 0;
    size_t n_refused = 0;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    fill(&g, &s, db);
    while (n_compared < EXPRESSIONS) {
        generator_next(&g);
        struct expr_scope scope = sheet_scope(&s);
        struct pt_error err = ERROR_INIT;
        struct expr *e = NULL;
        pt_status status = expr_compile(&s.arena, str_view(&g.ours), &scope, &e, &err);
        if (status != PT_OK) {
            // Without parentheses other operators meet, which the types may forbid.
            if (!g.is_plain) {
                fail_msg("%s\n  column %u: %s", str_get(&g.ours), err.column, err.message);
            }
            n_refused++;
            continue;
        }
        compare(&g, &s, e, db, scratch);
        if (++n_compared % PER_TABLE == 0) {
            sheet_release(&s);
            fill(&g, &s, db);
        }
    }
    print_message("seed %u: %zu expressions agree, %zu refused by the types\n", SEED, n_compared,
                  n_refused);
    assert_true(n_refused < n_compared);
    sheet_release(&s);
    generator_release(&g);
    expr_scratch_free(scratch);
    sqlite3_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expr_sqlite__generated_expressions_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
