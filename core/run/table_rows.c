// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "table_rows.h"

bool table_rows_truth(const struct vec *v, size_t row)
{
    if (!vec_is_valid(v, row)) {
        return false;
    }
    size_t at = v->is_const ? 0 : row;
    switch (v->type) {
    case VEC_BOOL:
        return v->b[at] != 0;
    case VEC_I64:
        return v->i[at] != 0;
    case VEC_F64:
        return v->f[at] != 0;
    default:
        return false;
    }
}

// Copies n values of `from` behind `at` of `to`. Columns without nulls in one part and with in
// another: the target has a validity array whenever one of them has.
static void copy_values(struct column *to, size_t at, const struct vec *from)
{
    for (size_t i = 0; i < from->n; i++) {
        size_t k = from->is_const ? 0 : i;
        if (to->valid != NULL) {
            to->valid[at + i] = vec_is_valid(from, i);
        }
        switch (from->type) {
        case VEC_BOOL:
            to->b[at + i] = from->b[k];
            break;
        case VEC_F64:
            to->f[at + i] = from->f[k];
            break;
        case VEC_STR:
            if (vec_is_valid(from, i)) {
                to->s[at + i] = vec_text(from, i);
            }
            break;
        default:
            to->i[at + i] = from->i[k];
            break;
        }
    }
}

pt_status table_rows_join(const struct table *const *parts, size_t n, struct table *out,
                          struct pt_error *err)
{
    size_t rows = 0;
    for (size_t i = 0; i < n; i++) {
        rows += parts[i]->n_rows;
    }
    *out = (struct table){.n_rows = rows};
    for (size_t k = 0; k < parts[0]->n_columns; k++) {
        const struct column *model = &parts[0]->columns[k];
        bool has_nulls = false;
        for (size_t i = 0; i < n; i++) {
            ptrdiff_t at = table_find(parts[i], model->name);
            if (at < 0 || parts[i]->columns[at].type != model->type) {
                FAIL(err, PT_E_INTERNAL, "column `%s` differs between cut-offs", model->name);
            }
            has_nulls = has_nulls || parts[i]->columns[at].valid != NULL;
        }
        struct column *c = table_add(out, model->name, model->type, has_nulls);
        if (c == NULL) {
            FAIL(err, PT_E_NO_MEMORY, "out of memory");
        }
        size_t row = 0;
        for (size_t i = 0; i < n; i++) {
            struct vec from = table_vec(parts[i], (size_t)table_find(parts[i], model->name));
            copy_values(c, row, &from);
            row += parts[i]->n_rows;
        }
    }
    return PT_OK;
}

static pt_status keep_texts(struct table *t, struct column *c, struct pt_error *err)
{
    for (size_t i = 0; i < t->n_rows; i++) {
        if ((c->valid == NULL || c->valid[i]) && !arena_text(&t->arena, c->s[i], &c->s[i])) {
            FAIL(err, PT_E_NO_MEMORY, "out of memory");
        }
    }
    return PT_OK;
}

pt_status table_rows_store(struct table *t, const char *name, const struct vec *value,
                           struct pt_error *err)
{
    if (table_find(t, name) >= 0) {
        FAIL(err, PT_E_STATE, "column `%s` is there already", name);
    }
    struct column *c = table_add(t, name, value->type, value->valid != NULL);
    if (c == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    struct vec whole = *value;
    whole.n = t->n_rows;
    copy_values(c, 0, &whole);
    return value->type == VEC_STR ? keep_texts(t, c, err) : PT_OK;
}
