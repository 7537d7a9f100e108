// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "bench_matrix.h"

#include <stdio.h>

#include "mem.h"
#include "prepare.h"

static const char *const yes_no[] = {"0", "1"};

static pt_status make_schema(struct bench_matrix *m, uint32_t n_columns, struct pt_error *err)
{
    pt_column_info *columns = arena_zero(&m->arena, n_columns, sizeof *columns);
    const pt_column_info **list = arena_zero(&m->arena, n_columns, sizeof *list);
    if (columns == NULL || list == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %u columns", n_columns);
    }
    for (uint32_t i = 0; i < n_columns; i++) {
        const char *name = arena_printf(&m->arena, "f%u", i);
        columns[i] = (pt_column_info){
            .struct_size = sizeof *columns,
            .kind = PT_COLUMN_NUMBER,
            .name = name,
            .source = name,
            .factor = 1,
        };
        list[i] = &columns[i];
        if (name == NULL) {
            FAIL(err, PT_E_NO_MEMORY, "no memory for %u columns", n_columns);
        }
    }
    m->schema = (pt_schema){.struct_size = sizeof m->schema, .n_columns = n_columns};
    m->schema.columns = list;
    if (m->needs.task == PT_TASK_BINARY) {
        m->schema.n_classes = 2;
        m->schema.classes = yes_no;
    }
    return PT_OK;
}

static uint64_t element(const struct bench_matrix *m, uint64_t row, uint32_t column)
{
    return m->needs.layout == PT_LAYOUT_ROWS ? row * m->stride + column : column * m->stride + row;
}

double bench_matrix_at(const struct bench_matrix *m, uint64_t row, uint32_t column)
{
    uint64_t at = element(m, row, column);
    return m->needs.dtype == 4 ? (double)((const float *)m->x)[at] : ((const double *)m->x)[at];
}

static void put_rows(struct bench_matrix *m, const float *rows, uint64_t first, uint64_t n)
{
    uint32_t width = m->schema.n_columns;
    for (uint64_t i = 0; i < n; i++) {
        for (uint32_t j = 0; j < width; j++) {
            uint64_t at = element(m, first + i, j);
            if (m->needs.dtype == 4) {
                ((float *)m->x)[at] = rows[i * width + j];
            } else {
                ((double *)m->x)[at] = (double)rows[i * width + j];
            }
        }
    }
}

static pt_status file_size(FILE *f, const char *path, uint64_t *out, struct pt_error *err)
{
    long size = fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
    if (size < 0 || fseek(f, 0, SEEK_SET) != 0) {
        FAIL(err, PT_E_IO, "%s: no size", path);
    }
    *out = (uint64_t)size;
    return PT_OK;
}

static pt_status allocate(struct bench_matrix *m, bool has_label, struct pt_error *err)
{
    bool by_rows = m->needs.layout == PT_LAYOUT_ROWS;
    m->stride = by_rows ? m->schema.n_columns : (m->n_rows + 15) / 16 * 16;
    m->n_bytes = (by_rows ? m->n_rows : m->schema.n_columns) * m->stride * m->needs.dtype;
    m->x = mem_aligned(64, m->n_bytes);
    m->key = mem_aligned(64, m->n_rows * sizeof *m->key);
    m->label = has_label ? mem_aligned(64, m->n_rows * sizeof *m->label) : NULL;
    if (m->x == NULL || m->key == NULL || (has_label && m->label == NULL)) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %llu rows", (unsigned long long)m->n_rows);
    }
    for (uint64_t i = 0; i < m->n_rows; i++) {
        m->key[i] = i;
    }
    return PT_OK;
}

// By and by, so that the file never stands beside the matrix.
static pt_status read_rows(struct bench_matrix *m, FILE *f, const char *path, struct pt_error *err)
{
    uint64_t width = m->schema.n_columns;
    float *rows = mem_array(PREPARE_BLOCK_ROWS * width, sizeof *rows);
    if (rows == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory to read %s", path);
    }
    pt_status status = PT_OK;
    for (uint64_t first = 0; status == PT_OK && first < m->n_rows; first += PREPARE_BLOCK_ROWS) {
        uint64_t n =
            m->n_rows - first < PREPARE_BLOCK_ROWS ? m->n_rows - first : PREPARE_BLOCK_ROWS;
        if (fread(rows, sizeof *rows, n * width, f) == n * width) {
            put_rows(m, rows, first, n);
        } else {
            status = error_set(err, PT_E_IO, "%s: cannot read row %llu", path,
                               (unsigned long long)first);
        }
    }
    mem_free(rows);
    return status;
}

static pt_status read_matrix(struct bench_matrix *m, const struct bench_files *from, FILE *f,
                             struct pt_error *err)
{
    uint64_t size = 0;
    TRY(file_size(f, from->matrix, &size, err));
    uint64_t row = (uint64_t)from->n_columns * sizeof(float);
    if (size == 0 || size % row != 0) {
        FAIL(err, PT_E_DATA, "%s: %llu bytes are not rows of %u float32", from->matrix,
             (unsigned long long)size, from->n_columns);
    }
    m->n_rows = size / row;
    TRY(make_schema(m, from->n_columns, err));
    TRY(allocate(m, from->labels != NULL, err));
    return read_rows(m, f, from->matrix, err);
}

static pt_status read_labels(struct bench_matrix *m, FILE *f, const char *path,
                             struct pt_error *err)
{
    for (uint64_t i = 0; i < m->n_rows; i++) {
        int byte = fgetc(f);
        if (byte != 0 && byte != 1) {
            FAIL(err, PT_E_DATA, "%s: row %llu has no label 0 or 1", path, (unsigned long long)i);
        }
        m->label[i] = byte;
    }
    return PT_OK;
}

static pt_status open_file(const char *path, FILE **out, struct pt_error *err)
{
    *out = fopen(path, "rb");
    if (*out == NULL) {
        FAIL(err, PT_E_IO, "%s: cannot be opened", path);
    }
    return PT_OK;
}

pt_status bench_matrix_read(const struct bench_files *from, const pt_model_needs *needs,
                            struct bench_matrix *out, struct pt_error *err)
{
    FILE *f = NULL;
    *out = (struct bench_matrix){.needs = *needs};
    pt_status status = open_file(from->matrix, &f, err);
    if (status == PT_OK) {
        status = read_matrix(out, from, f, err);
        fclose(f);
    }
    if (status == PT_OK && from->labels != NULL) {
        status = open_file(from->labels, &f, err);
        if (status == PT_OK) {
            status = read_labels(out, f, from->labels, err);
            fclose(f);
        }
    }
    if (status != PT_OK) {
        bench_matrix_release(out);
    }
    return status;
}

static pt_status give_block(void *ctx, uint32_t index, pt_block *out, struct pt_error *err)
{
    const struct bench_view *v = ctx;
    const struct bench_matrix *m = v->matrix;
    if (index >= v->data.n_blocks) {
        FAIL(err, PT_E_INVALID, "block %u of %u", index, v->data.n_blocks);
    }
    uint64_t first = (uint64_t)index * PREPARE_BLOCK_ROWS;
    uint64_t left = v->data.n_rows - first;
    *out = (pt_block){
        .struct_size = sizeof *out,
        .cols = m->schema.n_columns,
        .first_row = first,
        .rows = left < PREPARE_BLOCK_ROWS ? left : PREPARE_BLOCK_ROWS,
        .stride = m->stride,
        .x = (const uint8_t *)m->x + element(m, first, 0) * m->needs.dtype,
        .label = m->label == NULL ? NULL : m->label + first,
        .key = m->key + first,
    };
    return PT_OK;
}

void bench_matrix_view(const struct bench_matrix *m, uint64_t n_rows, struct bench_view *out)
{
    *out = (struct bench_view){.matrix = m};
    out->data = (pt_data){
        .struct_size = sizeof out->data,
        .n_blocks = (uint32_t)((n_rows + PREPARE_BLOCK_ROWS - 1) / PREPARE_BLOCK_ROWS),
        .n_rows = n_rows,
        .schema = &m->schema,
        .ctx = out,
        .block = give_block,
    };
}

void bench_matrix_release(struct bench_matrix *m)
{
    mem_free(m->x);
    mem_free(m->label);
    mem_free(m->key);
    arena_release(&m->arena);
    *m = (struct bench_matrix){0};
}
