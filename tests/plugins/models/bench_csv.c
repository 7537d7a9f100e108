// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A small CSV reader for the known, clean files of the data folder, gzip'd or not.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "mem.h"
#include "model_bench.h"

#define FIELDS_MAX 256
#define CHUNK ((size_t)1 << 22)

struct csv_text {
    char *bytes;
    char *at;
    char delimiter;
};

static void load_file(const char *path, struct csv_text *out)
{
    gzFile in = gzopen(path, "rb"); // reads plain files as well
    if (in == NULL) {
        perror(path);
        abort();
    }
    size_t n = 0;
    size_t capacity = 0;
    int got = 1;
    while (got > 0) {
        capacity = capacity == 0 ? CHUNK : 2 * capacity;
        out->bytes = realloc(out->bytes, capacity + 2);
        while (n < capacity && (got = gzread(in, out->bytes + n, (unsigned)(capacity - n))) > 0) {
            n += (size_t)got;
        }
    }
    gzclose(in);
    if (got < 0) {
        fprintf(stderr, "%s: not readable\n", path);
        abort();
    }
    if (n > 0 && out->bytes[n - 1] != '\n') {
        out->bytes[n++] = '\n';
    }
    out->bytes[n] = '\0';
    out->at = out->bytes;
}

// One line as fields, quotes taken off in place. 0 at the end.
static size_t next_line(struct csv_text *t, char **fields)
{
    size_t n = 0;
    while (*t->at != '\0' && n < FIELDS_MAX) {
        bool is_quoted = *t->at == '"';
        char *p = is_quoted ? t->at + 1 : t->at;
        fields[n++] = p;
        while (is_quoted ? *p != '"' : *p != t->delimiter && *p != '\n' && *p != '\r') {
            p++;
        }
        char *end = p;
        p += is_quoted;
        while (*p == '\r') {
            p++;
        }
        bool is_last = *p == '\n';
        *end = '\0';
        t->at = p + 1;
        if (is_last) {
            break;
        }
    }
    return n;
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " ")] == '\0';
}

static bool is_number_column(char *const *cells, size_t n_rows, size_t n_columns, size_t column)
{
    double value = 0;
    for (size_t i = 0; i < n_rows; i++) {
        const char *cell = cells[i * n_columns + column];
        if (!is_blank(cell) && !text_to_f64(text_of(cell), &value)) {
            return false;
        }
    }
    return true;
}

static void add_column(struct table *t, const char *name, char *const *cells, size_t n_columns,
                       size_t column)
{
    bool is_number = is_number_column(cells, t->n_rows, n_columns, column);
    struct column *c = table_add(t, name, is_number ? VEC_F64 : VEC_STR, true);
    for (size_t i = 0; i < t->n_rows; i++) {
        const char *cell = cells[i * n_columns + column];
        c->valid[i] = !is_number || !is_blank(cell);
        if (is_number) {
            text_to_f64(text_of(cell), &c->f[i]);
        } else {
            arena_text(&t->arena, text_of(cell), &c->s[i]);
        }
    }
}

void bench_csv(const char *path, struct csv_shape shape, struct table *out)
{
    struct csv_text text = {.delimiter = shape.delimiter};
    load_file(path, &text);
    char *names[FIELDS_MAX] = {0};
    char *fields[FIELDS_MAX];
    size_t n_columns = 0;
    for (uint32_t i = 0; i < shape.skip; i++) {
        next_line(&text, fields);
    }
    for (uint32_t i = 0; i < shape.header; i++) {
        n_columns = next_line(&text, names);
    }
    char **cells = NULL;
    size_t capacity = 0;
    size_t n_rows = 0;
    for (size_t n = next_line(&text, fields); n > 0; n = next_line(&text, fields)) {
        n_columns = n_columns == 0 ? n : n_columns;
        if (n != n_columns || !mem_reserve(&cells, &capacity, (n_rows + 1) * n, sizeof *cells)) {
            fprintf(stderr, "%s: row %zu has %zu fields\n", path, n_rows, n);
            abort();
        }
        memcpy(cells + n_rows++ * n, fields, n * sizeof *cells);
    }
    *out = (struct table){.n_rows = n_rows};
    for (size_t i = 0; i < n_columns; i++) {
        char number[24];
        snprintf(number, sizeof number, "c%zu", i);
        add_column(out, names[i] == NULL ? number : names[i], cells, n_columns, i);
    }
    mem_free(cells);
    free(text.bytes);
}
