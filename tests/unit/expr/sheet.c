// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "sheet.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

size_t sheet_add(struct sheet *s, const char *name, enum vec_type type)
{
    size_t at = s->n_columns++;
    assert_true(at < SHEET_COLUMNS);
    s->names[at] = (struct expr_name){arena_strdup(&s->arena, name), type};
    size_t n = s->n_rows + 1;
    struct vec *v = &s->columns[at];
    *v = (struct vec){.type = type, .n = s->n_rows};
    uint8_t *valid = arena_alloc(&s->arena, n);
    void *values = arena_zero(&s->arena, n, sizeof(struct text));
    assert_non_null(valid);
    assert_non_null(values);
    memset(valid, 1, n);
    v->valid = valid;
    v->b = type == VEC_BOOL ? values : NULL;
    v->f = type == VEC_F64 ? values : NULL;
    v->s = type == VEC_STR ? values : NULL;
    v->i = v->b == NULL && v->f == NULL && v->s == NULL ? values : NULL;
    return at;
}

void sheet_set_null(struct sheet *s, size_t column, size_t row)
{
    ((uint8_t *)s->columns[column].valid)[row] = 0;
}

void sheet_set_int(struct sheet *s, size_t column, size_t row, int64_t value)
{
    if (s->columns[column].b != NULL) {
        ((uint8_t *)s->columns[column].b)[row] = (uint8_t)value;
    } else {
        ((int64_t *)s->columns[column].i)[row] = value;
    }
}

void sheet_set_real(struct sheet *s, size_t column, size_t row, double value)
{
    ((double *)s->columns[column].f)[row] = value;
}

void sheet_set_text(struct sheet *s, size_t column, size_t row, const char *value)
{
    ((struct text *)s->columns[column].s)[row] = text_of(value);
}

struct expr_scope sheet_scope(const struct sheet *s)
{
    return (struct expr_scope){
        .names = s->names, .n_names = s->n_columns, .allow_column_functions = true};
}

static void copy_row(const struct vec *from, size_t row, struct sheet *out, size_t column,
                     size_t to)
{
    if (!vec_is_valid(from, row)) {
        sheet_set_null(out, column, to);
    } else if (from->type == VEC_F64) {
        sheet_set_real(out, column, to, from->f[row]);
    } else if (from->type == VEC_STR) {
        ((struct text *)out->columns[column].s)[to] = vec_text(from, row);
    } else {
        sheet_set_int(out, column, to, from->type == VEC_BOOL ? from->b[row] : from->i[row]);
    }
}

// Entries: one a source row, so that values repeat; a NULL row's code is 0.
static void make_dictionary(const struct vec *from, size_t n_rows, struct sheet *out, size_t column)
{
    struct vec *v = &out->columns[column];
    int32_t *codes = arena_zero(&out->arena, n_rows + 1, sizeof *codes);
    assert_non_null(codes);
    for (size_t i = 0; i < n_rows; i++) {
        codes[i] = vec_is_valid(from, i % from->n) ? (int32_t)(i % from->n) : 0;
    }
    for (size_t i = 0; i < from->n; i++) {
        ((struct text *)v->s)[i] = vec_is_valid(from, i) ? vec_text(from, i) : text_of("unused");
    }
    v->codes = codes;
    v->n_dict = from->n;
}

void sheet_repeat(const struct sheet *from, size_t n_rows, bool with_dictionaries,
                  struct sheet *out)
{
    *out = (struct sheet){.n_rows = n_rows};
    for (size_t k = 0; k < from->n_columns; k++) {
        const struct vec *v = &from->columns[k];
        size_t at = sheet_add(out, from->names[k].name, v->type);
        for (size_t i = 0; i < n_rows; i++) {
            copy_row(v, i % from->n_rows, out, at, i);
        }
        if (with_dictionaries && v->type == VEC_STR) {
            make_dictionary(v, n_rows, out, at);
        }
    }
}

void sheet_release(struct sheet *s)
{
    arena_release(&s->arena);
}

struct expr *sheet_compile(struct sheet *s, const char *source)
{
    struct expr_scope scope = sheet_scope(s);
    struct pt_error err = ERROR_INIT;
    struct expr *e = NULL;
    if (expr_compile(&s->arena, text_of(source), &scope, &e, &err) != PT_OK) {
        fail_msg("%s\n  column %u: %s (%s)", source, err.column, err.message, err.hint);
    }
    return e;
}

static const char *show_text(struct arena *a, struct text value)
{
    struct str out = {0};
    str_add_char(&out, '\'');
    for (size_t i = 0; i < value.n; i++) {
        str_add_char(&out, value.p[i]);
        if (value.p[i] == '\'') {
            str_add_char(&out, '\'');
        }
    }
    str_add_char(&out, '\'');
    const char *copy = arena_strdup(a, str_get(&out));
    str_release(&out);
    return copy;
}

static const char *show_real(struct arena *a, double value)
{
    struct str out = {0};
    str_add_f64(&out, value);
    if (strpbrk(str_get(&out), ".en") == NULL) {
        str_add(&out, ".0");
    }
    const char *copy = arena_strdup(a, str_get(&out));
    str_release(&out);
    return copy;
}

const char *sheet_show(struct arena *a, const struct vec *v, size_t row)
{
    size_t at = v->is_const ? 0 : row;
    char shown[32];
    if (!vec_is_valid(v, row)) {
        return "NULL";
    }
    switch (v->type) {
    case VEC_BOOL:
        return v->b[at] != 0 ? "true" : "false";
    case VEC_I64:
        return arena_printf(a, "%" PRId64, v->i[at]);
    case VEC_F64:
        return show_real(a, v->f[at]);
    case VEC_STR:
        return show_text(a, vec_text(v, row));
    case VEC_DATE:
        date_format(v->i[at], shown);
        return arena_strdup(a, shown);
    default:
        time_format(v->i[at], shown);
        return arena_strdup(a, shown);
    }
}

void sheet_expect(struct sheet *s, const char *source, const char *values)
{
    struct expr *e = sheet_compile(s, source);
    struct expr_scratch *scratch = expr_scratch_new();
    struct expr_fit *fit = NULL;
    struct pt_error err = ERROR_INIT;
    struct vec out = {0};
    struct str all = {0};
    assert_non_null(scratch);
    assert_int_equal(expr_fit_new(e, s->columns, s->n_rows, &fit, &err), PT_OK);
    assert_int_equal(
        expr_eval(e, &(struct expr_rows){.inputs = s->columns, .n = s->n_rows, .fit = fit}, scratch,
                  &out, &err),
        PT_OK);
    assert_int_equal(out.n, s->n_rows);
    assert_int_equal(out.type, expr_type(e));
    for (size_t i = 0; i < s->n_rows; i++) {
        str_addf(&all, "%s%s", i == 0 ? "" : " ", sheet_show(&s->arena, &out, i));
    }
    if (strcmp(str_get(&all), values) != 0) {
        fail_msg("%s\n  gives   %s\n  wanted  %s", source, str_get(&all), values);
    }
    str_release(&all);
    expr_fit_free(fit);
    expr_scratch_free(scratch);
}
