// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// docs/expressions.md tells the truth: its tables of examples, refusals and deviations are run, and
// every function of the language stands in it.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "functions.h"
#include "sheet.h"

#define CELLS 8

struct row {
    const char *cells[CELLS];
    size_t n;
};

struct table {
    struct row header;
    struct row rows[256];
    size_t n;
};

struct document {
    struct arena arena;
    struct table tables[16];
    size_t n;
};

static char *read_document(struct arena *a)
{
    char path[4096];
    const char *source = getenv("PORTRAIT_SOURCE");
    snprintf(path, sizeof path, "%s/docs/expressions.md", source == NULL ? "." : source);
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        fail_msg("cannot open %s", path);
        return NULL;
    }
    char *text = arena_zero(a, 1, 1 << 18);
    size_t n = fread(text, 1, (1 << 18) - 1, f);
    assert_true(n > 0);
    fclose(f);
    return text;
}

// Cuts "| a | b |" into cells; \\| is a bar.
static struct row read_row(struct arena *a, const char *line)
{
    struct row row = {0};
    const char *at = line + 1;
    while (*at != '\0') {
        struct str cell = {0};
        while (*at != '\0' && *at != '|') {
            at += at[0] == '\\' && at[1] == '|';
            str_add_char(&cell, *at++);
        }
        if (*at == '|') {
            struct text trimmed = text_trim(str_view(&cell));
            assert_true(row.n < CELLS);
            row.cells[row.n++] = arena_strndup(a, trimmed.p, trimmed.n);
            at++;
        }
        str_release(&cell);
    }
    return row;
}

static int setup(void **state)
{
    struct document *d = calloc(1, sizeof *d);
    char *save = NULL;
    bool in_table = false;
    char *text = read_document(&d->arena);
    // strtok_r would join lines around an empty one, which ends a table.
    for (char *line = text; line != NULL; line = save) {
        save = strchr(line, '\n');
        if (save != NULL) {
            *save++ = '\0';
        }
        if (line[0] != '|') {
            in_table = false;
        } else if (!in_table) {
            in_table = true;
            assert_true(d->n < 16);
            d->tables[d->n++].header = read_row(&d->arena, line);
        } else if (strncmp(line, "| ---", 5) != 0) {
            struct table *t = &d->tables[d->n - 1];
            assert_true(t->n < 256);
            t->rows[t->n++] = read_row(&d->arena, line);
            assert_int_equal(t->rows[t->n - 1].n, t->header.n);
        }
    }
    *state = d;
    return 0;
}

static int teardown(void **state)
{
    struct document *d = *state;
    arena_release(&d->arena);
    free(d);
    return 0;
}

static enum vec_type type_of(const char *name)
{
    for (int type = VEC_BOOL; type <= VEC_TIME; type++) {
        if (strcmp(vec_type_name((enum vec_type)type), name) == 0) {
            return (enum vec_type)type;
        }
    }
    fail_msg("unknown type %s", name);
    return VEC_BOOL;
}

// Puts the value of a literal into the last column.
static void set_value(struct sheet *s, const char *literal)
{
    size_t at = s->n_columns - 1;
    struct sheet empty = {.n_rows = 1};
    struct expr *e = sheet_compile(&empty, literal);
    struct expr_scratch *scratch = expr_scratch_new();
    struct pt_error err = ERROR_INIT;
    struct vec v = {0};
    assert_int_equal(expr_eval(e, &(struct expr_rows){.inputs = NULL, .n = 1}, scratch, &v, &err),
                     PT_OK);
    if (!vec_is_valid(&v, 0)) {
        sheet_set_null(s, at, 0);
    } else if (v.type == VEC_F64) {
        sheet_set_real(s, at, 0, v.f[0]);
    } else if (v.type == VEC_STR) {
        struct text value = vec_text(&v, 0);
        sheet_set_text(s, at, 0, arena_strndup(&s->arena, value.p, value.n));
    } else {
        sheet_set_int(s, at, 0, v.type == VEC_BOOL ? v.b[0] : v.i[0]);
    }
    expr_scratch_free(scratch);
    sheet_release(&empty);
}

static const struct table *find(const struct document *d, const char *first, size_t from)
{
    for (size_t i = from; i < d->n; i++) {
        if (strcmp(d->tables[i].header.cells[0], first) == 0) {
            return &d->tables[i];
        }
    }
    return NULL;
}

static void fill_sheet(const struct document *d, struct sheet *s)
{
    const struct table *t = find(d, "name", 0);
    assert_non_null(t);
    *s = (struct sheet){.n_rows = 1};
    for (size_t i = 0; i < t->n; i++) {
        sheet_add(s, t->rows[i].cells[0], type_of(t->rows[i].cells[1]));
        set_value(s, t->rows[i].cells[2]);
    }
}

// The value of one expression over the sheet's one row, and its type.
static const char *value_of(struct sheet *s, const char *source, enum vec_type *type)
{
    struct expr *e = sheet_compile(s, source);
    struct expr_scratch *scratch = expr_scratch_new();
    struct pt_error err = ERROR_INIT;
    struct vec v = {0};
    assert_int_equal(
        expr_eval(e, &(struct expr_rows){.inputs = s->columns, .n = 1}, scratch, &v, &err), PT_OK);
    const char *shown = sheet_show(&s->arena, &v, 0);
    *type = expr_type(e);
    expr_scratch_free(scratch);
    return shown;
}

static void test_expr_docs__examples_give_the_documented_results(void **state)
{
    const struct document *d = *state;
    struct sheet s = {0};
    size_t n_run = 0;
    fill_sheet(d, &s);
    for (size_t i = 0; i < d->n; i++) {
        const struct table *t = &d->tables[i];
        bool is_examples = strcmp(t->header.cells[0], "expression") == 0 && t->header.n == 2;
        for (size_t k = 0; is_examples && k < t->n; k++) {
            enum vec_type type = VEC_BOOL;
            enum vec_type wanted_type = VEC_BOOL;
            const char *got = value_of(&s, t->rows[k].cells[0], &type);
            const char *wanted = value_of(&s, t->rows[k].cells[1], &wanted_type);
            bool is_same = strcmp(got, wanted) == 0;
            if (!is_same || (type != wanted_type && strcmp(wanted, "NULL") != 0)) {
                fail_msg("%s gives %s (%s), documented is %s", t->rows[k].cells[0], got,
                         vec_type_name(type), wanted);
            }
            n_run++;
        }
    }
    assert_true(n_run > 100);
    sheet_release(&s);
}

static void test_expr_docs__column_function_table_is_right(void **state)
{
    const struct document *d = *state;
    const struct table *t = find(d, "x", 0);
    assert_non_null(t);
    struct sheet s = {.n_rows = t->n};
    size_t x = sheet_add(&s, "x", VEC_F64);
    for (size_t i = 0; i < t->n; i++) {
        if (strcmp(t->rows[i].cells[0], "NULL") == 0) {
            sheet_set_null(&s, x, i);
        } else {
            sheet_set_real(&s, x, i, strtod(t->rows[i].cells[0], NULL));
        }
    }
    for (size_t k = 1; k < t->header.n; k++) {
        struct str wanted = {0};
        for (size_t i = 0; i < t->n; i++) {
            str_addf(&wanted, "%s%s", i == 0 ? "" : " ", t->rows[i].cells[k]);
        }
        sheet_expect(&s, t->header.cells[k], str_get(&wanted));
        str_release(&wanted);
    }
    sheet_release(&s);
}

static bool is_exemplified(const struct document *d, const char *function)
{
    char call[64];
    snprintf(call, sizeof call, "%s(", function);
    for (size_t i = 0; i < d->n; i++) {
        const struct table *t = &d->tables[i];
        const char *first = t->header.cells[0];
        for (size_t k = 1; strcmp(first, "x") == 0 && k < t->header.n; k++) {
            if (strstr(t->header.cells[k], call) != NULL) {
                return true;
            }
        }
        for (size_t k = 0; strcmp(first, "expression") == 0 && k < t->n; k++) {
            if (strstr(t->rows[k].cells[0], call) != NULL) {
                return true;
            }
        }
    }
    return false;
}

static void test_expr_docs__every_function_is_documented(void **state)
{
    const struct document *d = *state;
    const struct table *t = find(d, "function", 0);
    assert_non_null(t);
    assert_int_equal(t->n, function_count());
    for (size_t i = 0; i < t->n; i++) {
        const struct function *f = function_at(i);
        char usage[128];
        snprintf(usage, sizeof usage, "`%s`", f->usage);
        assert_string_equal(t->rows[i].cells[0], usage);
        assert_string_equal(t->rows[i].cells[1], f->result);
        assert_string_equal(t->rows[i].cells[2], f->help);
        if (!is_exemplified(d, f->name)) {
            fail_msg("%s has no example", f->name);
        }
    }
}

static pt_status try_compile(struct sheet *s, const char *source, struct pt_error *err)
{
    struct expr_scope scope = sheet_scope(s);
    struct expr *e = NULL;
    return expr_compile(&s->arena, text_of(source), &scope, &e, err);
}

static void test_expr_docs__refusals_stand_where_documented(void **state)
{
    const struct document *d = *state;
    const struct table *t = find(d, "refused", 0);
    struct sheet s = {0};
    assert_non_null(t);
    fill_sheet(d, &s);
    for (size_t i = 0; i < t->n; i++) {
        const struct row *r = &t->rows[i];
        struct pt_error err = ERROR_INIT;
        assert_int_equal(try_compile(&s, r->cells[0], &err), PT_E_CONFIG);
        bool is_right = err.column == strtoul(r->cells[1], NULL, 10) &&
                        err.length == strtoul(r->cells[2], NULL, 10) &&
                        strcmp(err.hint, r->cells[3]) == 0;
        if (!is_right) {
            fail_msg("%s: column %u length %u: %s (%s)", r->cells[0], err.column, err.length,
                     err.message, err.hint);
        }
    }
    sheet_release(&s);
}

static const char *ask_sqlite(struct arena *a, sqlite3 *db, const char *source)
{
    sqlite3_stmt *query = NULL;
    char *sql = arena_printf(a, "SELECT %s", source);
    int status = sqlite3_prepare_v2(db, sql, -1, &query, NULL);
    if (status == SQLITE_OK) {
        status = sqlite3_step(query);
    }
    const char *shown = NULL;
    if (status != SQLITE_ROW) {
        shown = arena_printf(a, "error: %s", sqlite3_errmsg(db));
    } else if (sqlite3_column_type(query, 0) == SQLITE_NULL) {
        shown = "NULL";
    } else {
        shown = arena_strdup(a, (const char *)sqlite3_column_text(query, 0));
    }
    sqlite3_finalize(query);
    return shown;
}

static void test_expr_docs__deviations_from_sqlite_are_real(void **state)
{
    struct document *d = *state;
    const struct table *t = NULL;
    for (size_t i = 0; i < d->n; i++) {
        if (d->tables[i].header.n == 3 && strcmp(d->tables[i].header.cells[2], "SQLite") == 0) {
            t = &d->tables[i];
        }
    }
    struct sheet s = {0};
    sqlite3 *db = NULL;
    assert_non_null(t);
    fill_sheet(d, &s);
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    for (size_t i = 0; i < t->n; i++) {
        const struct row *r = &t->rows[i];
        struct pt_error err = ERROR_INIT;
        enum vec_type type = VEC_BOOL;
        bool is_refused = try_compile(&s, r->cells[0], &err) != PT_OK;
        assert_int_equal(is_refused, strcmp(r->cells[1], "refused") == 0);
        if (!is_refused) {
            assert_string_equal(value_of(&s, r->cells[0], &type), value_of(&s, r->cells[1], &type));
        }
        assert_string_equal(ask_sqlite(&d->arena, db, r->cells[0]), r->cells[2]);
        assert_string_not_equal(r->cells[1], r->cells[2]);
    }
    sqlite3_close(db);
    sheet_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expr_docs__examples_give_the_documented_results),
        cmocka_unit_test(test_expr_docs__column_function_table_is_right),
        cmocka_unit_test(test_expr_docs__every_function_is_documented),
        cmocka_unit_test(test_expr_docs__refusals_stand_where_documented),
        cmocka_unit_test(test_expr_docs__deviations_from_sqlite_are_real),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
