// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "scene_columns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *must(void *p)
{
    if (p == NULL) {
        abort();
    }
    return p;
}

void scene_columns_init(struct scene_columns *c, const struct expr_name *names, size_t n)
{
    c->n_columns = n;
    for (size_t i = 0; i < n; i++) {
        c->types[i] = names[i].type;
    }
}

void scene_columns_clear(struct scene_columns *c)
{
    for (size_t i = 0; i < c->n; i++) {
        free(c->rows[i]);
    }
    c->n = 0;
}

void scene_columns_release(struct scene_columns *c)
{
    scene_columns_clear(c);
    free(c->rows);
    c->rows = NULL;
}

void scene_columns_add(struct scene_columns *c, const char *cells)
{
    if ((c->n & (c->n - 1)) == 0) {
        size_t capacity = c->n == 0 ? 1 : c->n * 2;
        c->rows = must(realloc(c->rows, capacity * sizeof(char *)));
    }
    c->rows[c->n++] = must(strdup(cells));
}

void scene_columns_shuffle(struct scene_columns *c, uint64_t seed)
{
    for (size_t i = c->n; i > 1; i--) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        size_t k = (size_t)(seed >> 33) % i;
        char *row = c->rows[i - 1];
        c->rows[i - 1] = c->rows[k];
        c->rows[k] = row;
    }
}

// One slice's memory of a column.
struct cells {
    uint8_t *valid;
    uint8_t *b;
    int64_t *i;
    double *f;
    struct text *s;
    int32_t *codes;
};

static void parse_cell(enum vec_type type, struct text cell, const struct cells *to, size_t row)
{
    to->valid[row] = !text_is(cell, "~");
    if (to->valid[row] == 0) {
        to->b[row] = 1; // what stands at a NULL must not matter
        to->i[row] = 77;
        to->f[row] = 77;
        to->s[row] = text_of("77");
        return;
    }
    bool ok = true;
    if (type == VEC_STR) {
        to->s[row] = cell;
    } else if (type == VEC_F64) {
        char *end = NULL;
        to->f[row] = strtod(cell.p, &end);
        ok = end == cell.p + cell.n;
    } else {
        ok = text_to_i64(cell, &to->i[row]);
        to->i[row] *= type == VEC_TIME ? 1000000 : 1;
        to->b[row] = to->i[row] != 0;
    }
    if (!ok) {
        fprintf(stderr, "cell `%.*s`\n", (int)cell.n, cell.p);
        abort();
    }
}

// Replaces texts by codes into a dictionary that also holds a value no row has.
static void encode(const struct cells *c, size_t n, struct vec *v)
{
    struct text *dictionary = c->s + n;
    dictionary[0] = text_of("never");
    v->n_dict = 1;
    for (size_t row = 0; row < n; row++) {
        size_t at = 0;
        while (at < v->n_dict && !text_equal(dictionary[at], c->s[row])) {
            at++;
        }
        if (at == v->n_dict) {
            dictionary[v->n_dict++] = c->s[row];
        }
        c->codes[row] = (int32_t)at;
    }
    v->s = dictionary;
    v->codes = c->codes;
}

static void bind(enum vec_type type, const struct cells *c, size_t n, bool use_dictionary,
                 struct vec *v)
{
    *v = (struct vec){.type = type, .n = n, .valid = c->valid};
    if (type == VEC_BOOL) {
        v->b = c->b;
    } else if (type == VEC_F64) {
        v->f = c->f;
    } else if (type == VEC_STR && use_dictionary) {
        encode(c, n, v);
    } else if (type == VEC_STR) {
        v->s = c->s;
    } else {
        v->i = c->i;
    }
}

static size_t cell_bytes(size_t n)
{
    return (n + 1) * (8 + 8 + 8 + 2 * sizeof(struct text) + 8);
}

void *scene_columns_slice(const struct scene_columns *c, const struct scene_slice *slice,
                          struct vec *vecs)
{
    size_t n = slice->n;
    char *memory = must(calloc(c->n_columns + 1, cell_bytes(n)));
    struct cells cells[64];
    for (size_t i = 0; i < c->n_columns; i++) {
        char *p = memory + i * cell_bytes(n);
        cells[i].s = (struct text *)(void *)p;
        cells[i].i = (int64_t *)(void *)(p + 2 * (n + 1) * sizeof(struct text));
        cells[i].f = (double *)(cells[i].i + n + 1);
        cells[i].codes = (int32_t *)(cells[i].f + n + 1);
        cells[i].b = (uint8_t *)(cells[i].codes + n + 1);
        cells[i].valid = cells[i].b + n + 1;
    }
    for (size_t row = 0; row < n; row++) {
        const char *p = c->rows[slice->from + row];
        for (size_t i = 0; i < c->n_columns; i++) {
            size_t width = strcspn(p, "|");
            parse_cell(c->types[i], text_n(p, width), &cells[i], row);
            p += width + (p[width] == '|');
        }
        if (*p != '\0') {
            abort();
        }
    }
    for (size_t i = 0; i < c->n_columns; i++) {
        bind(c->types[i], &cells[i], n, slice->use_dictionaries, &vecs[i]);
    }
    return memory;
}
