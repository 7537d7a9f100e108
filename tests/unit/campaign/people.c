// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "people.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void must(bool is_true, const char *what)
{
    if (!is_true) {
        fprintf(stderr, "fixture: %s\n", what);
        abort();
    }
}

void people_init(struct people *p, size_t n, const char *format)
{
    *p = (struct people){0};
    p->table.n_rows = n;
    struct column *c = table_add(&p->table, "profile", VEC_STR, false);
    must(c != NULL, "profile column");
    for (size_t i = 0; i < n; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        char *name = arena_printf(&p->table.arena, format, i);
#pragma GCC diagnostic pop
        must(name != NULL, "profile name");
        c->s[i] = text_of(name);
    }
}

static struct column *add(struct people *p, const char *name, enum vec_type type)
{
    struct column *c = table_add(&p->table, name, type, true);
    must(c != NULL, name);
    return c;
}

size_t people_add_bool(struct people *p, const char *name, const int *values)
{
    struct column *c = add(p, name, VEC_BOOL);
    for (size_t i = 0; i < p->table.n_rows; i++) {
        c->valid[i] = values[i] >= 0;
        c->b[i] = values[i] > 0;
    }
    return p->table.n_columns - 1;
}

size_t people_add_i64(struct people *p, const char *name, const int64_t *values)
{
    return people_add_when(p, name, VEC_I64, values);
}

size_t people_add_when(struct people *p, const char *name, enum vec_type type,
                       const int64_t *values)
{
    struct column *c = add(p, name, type);
    for (size_t i = 0; i < p->table.n_rows; i++) {
        c->valid[i] = values[i] != INT64_MIN;
        c->i[i] = c->valid[i] ? values[i] : 0;
    }
    return p->table.n_columns - 1;
}

size_t people_add_f64(struct people *p, const char *name, const double *values)
{
    struct column *c = add(p, name, VEC_F64);
    for (size_t i = 0; i < p->table.n_rows; i++) {
        c->valid[i] = !isnan(values[i]);
        c->f[i] = c->valid[i] ? values[i] : 0;
    }
    return p->table.n_columns - 1;
}

size_t people_add_text(struct people *p, const char *name, const char *const *values)
{
    struct column *c = add(p, name, VEC_STR);
    for (size_t i = 0; i < p->table.n_rows; i++) {
        c->valid[i] = values[i] != NULL;
        must(arena_text(&p->table.arena, text_of(values[i] == NULL ? "" : values[i]), &c->s[i]),
             name);
    }
    return p->table.n_columns - 1;
}

void people_ready(struct people *p)
{
    must(p->table.n_columns <= sizeof p->names / sizeof p->names[0], "too many columns");
    for (size_t i = 0; i < p->table.n_columns; i++) {
        p->names[i] = (struct expr_name){p->table.columns[i].name, p->table.columns[i].type};
        p->inputs[i] = table_vec(&p->table, i);
    }
    p->view = (struct audience_people){&p->table, p->inputs, p->table.n_columns};
}

const struct expr *people_expr(struct people *p, const char *text)
{
    const struct expr_scope scope = {.names = p->names, .n_names = p->table.n_columns};
    struct expr *e = NULL;
    struct pt_error err = ERROR_INIT;
    pt_status status = expr_compile(&p->arena, text_of(text), &scope, &e, &err);
    must(status == PT_OK, err.message);
    return e;
}

void people_release(struct people *p)
{
    arena_release(&p->arena);
    table_release(&p->table);
}
