// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Columns are separate zeroed blocks, not arena memory: they are large, and the system hands out
// zero pages for free.
#include "table.h"

#include <string.h>

#include "mem.h"

static void column_release(struct column *c)
{
    mem_free(c->valid);
    mem_free(c->b);
    mem_free(c->i);
    mem_free(c->f);
    mem_free(c->s);
    *c = (struct column){0};
}

static bool column_init(struct column *c, size_t n, bool with_nulls)
{
    bool has_values = false;
    switch (c->type) {
    case VEC_BOOL:
        c->b = mem_zero(n, sizeof *c->b);
        has_values = c->b != NULL;
        break;
    case VEC_F64:
        c->f = mem_zero(n, sizeof *c->f);
        has_values = c->f != NULL;
        break;
    case VEC_STR:
        c->s = mem_zero(n, sizeof *c->s);
        has_values = c->s != NULL;
        break;
    case VEC_I64:
    case VEC_DATE:
    case VEC_TIME:
        c->i = mem_zero(n, sizeof *c->i);
        has_values = c->i != NULL;
        break;
    }
    if (has_values && with_nulls) {
        c->valid = mem_zero(n, sizeof *c->valid);
    }
    return has_values && (!with_nulls || c->valid != NULL);
}

struct column *table_add(struct table *t, const char *name, enum vec_type type, bool with_nulls)
{
    if (table_find(t, name) >= 0 ||
        !mem_reserve(&t->columns, &t->capacity, t->n_columns + 1, sizeof *t->columns)) {
        return NULL;
    }
    struct column c = {.type = type, .name = arena_strdup(&t->arena, name)};
    if (c.name == NULL || !column_init(&c, t->n_rows, with_nulls)) {
        column_release(&c);
        return NULL;
    }
    t->columns[t->n_columns] = c;
    return &t->columns[t->n_columns++];
}

ptrdiff_t table_find(const struct table *t, const char *name)
{
    for (size_t i = 0; i < t->n_columns; i++) {
        if (strcmp(t->columns[i].name, name) == 0) {
            return (ptrdiff_t)i;
        }
    }
    return -1;
}

struct vec table_vec(const struct table *t, size_t column)
{
    const struct column *c = &t->columns[column];
    return (struct vec){
        .type = c->type,
        .n = t->n_rows,
        .valid = c->valid,
        .b = c->b,
        .i = c->i,
        .f = c->f,
        .s = c->s,
    };
}

void table_release(struct table *t)
{
    for (size_t i = 0; i < t->n_columns; i++) {
        column_release(&t->columns[i]);
    }
    mem_free(t->columns);
    arena_release(&t->arena);
    *t = (struct table){0};
}
