// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Rows of a table as Arrow. Every child owns its buffers, so that a consumer may move columns out
// and release the parent first, as the C data interface allows.
#include <limits.h>
#include <string.h>

#include "batch.h"
#include "mem.h"

#define BUFFERS_MAX 3
#define BUFFER_ALIGN 64

// Behind ArrowArray.private_data of a column.
struct column_memory {
    const void *buffers[BUFFERS_MAX];
    void *blocks[BUFFERS_MAX]; // the same, to free
};

// Behind private_data of the struct array.
struct root_memory {
    const void *buffers[1]; // no validity bitmap
    struct ArrowArray **pointers;
    struct ArrowArray *children;
};

// Rows to write, in order.
struct rows {
    const size_t *index; // NULL = 0, 1, 2, ...
    size_t n;
};

static size_t row_at(const struct rows *rows, size_t i)
{
    return rows->index == NULL ? i : rows->index[i];
}

static void release_column(struct ArrowArray *array)
{
    struct column_memory *memory = array->private_data;
    for (size_t i = 0; i < BUFFERS_MAX; i++) {
        mem_free(memory->blocks[i]);
    }
    mem_free(memory);
    array->release = NULL;
}

static void release_root(struct ArrowArray *array)
{
    struct root_memory *memory = array->private_data;
    for (int64_t i = 0; i < array->n_children; i++) {
        if (memory->children[i].release != NULL) {
            memory->children[i].release(&memory->children[i]);
        }
    }
    mem_free(memory->pointers);
    mem_free(memory->children);
    mem_free(memory);
    array->release = NULL;
}

static void *buffer_new(struct column_memory *memory, size_t index, size_t n, size_t size)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(n, size, &bytes)) {
        return NULL;
    }
    void *block = mem_aligned(BUFFER_ALIGN, bytes);
    memory->blocks[index] = block;
    memory->buffers[index] = block;
    return block;
}

static void pack_bits(const uint8_t *bytes, const struct rows *rows, uint8_t *bits)
{
    memset(bits, 0, (rows->n + 7) / 8);
    for (size_t i = 0; i < rows->n; i++) {
        bits[i >> 3] |= (uint8_t)((bytes[row_at(rows, i)] != 0) << (i & 7));
    }
}

static bool export_validity(const struct column *c, const struct rows *rows,
                            struct column_memory *memory, int64_t *n_nulls)
{
    *n_nulls = 0;
    for (size_t i = 0; c->valid != NULL && i < rows->n; i++) {
        *n_nulls += c->valid[row_at(rows, i)] == 0;
    }
    if (*n_nulls == 0) {
        return true;
    }
    uint8_t *bits = buffer_new(memory, 0, (rows->n + 7) / 8, 1);
    if (bits == NULL) {
        return false;
    }
    pack_bits(c->valid, rows, bits);
    return true;
}

static bool is_there(const struct column *c, size_t row)
{
    return c->valid == NULL || c->valid[row] != 0;
}

static pt_status out_of_memory(struct pt_error *err)
{
    return error_set(err, PT_E_NO_MEMORY, "no memory for rows of a sink");
}

static pt_status export_text(const struct column *c, const struct rows *rows,
                             struct column_memory *memory, struct pt_error *err)
{
    int64_t *offsets = buffer_new(memory, 1, rows->n + 1, sizeof *offsets);
    if (offsets == NULL) {
        return out_of_memory(err);
    }
    int64_t total = 0;
    for (size_t i = 0; i < rows->n; i++) {
        size_t row = row_at(rows, i);
        offsets[i] = total;
        total += is_there(c, row) ? (int64_t)c->s[row].n : 0;
    }
    offsets[rows->n] = total;
    char *bytes = buffer_new(memory, 2, (size_t)total, 1);
    if (bytes == NULL) {
        return out_of_memory(err);
    }
    for (size_t i = 0; i < rows->n; i++) {
        size_t n = (size_t)(offsets[i + 1] - offsets[i]);
        if (n > 0) {
            memcpy(bytes + offsets[i], c->s[row_at(rows, i)].p, n);
        }
    }
    return PT_OK;
}

static pt_status export_wide(const struct column *c, const struct rows *rows,
                             struct column_memory *memory, struct pt_error *err)
{
    uint64_t *out = buffer_new(memory, 1, rows->n, sizeof *out);
    if (out == NULL) {
        return out_of_memory(err);
    }
    const void *values = c->type == VEC_F64 ? (const void *)c->f : (const void *)c->i;
    if (rows->index == NULL) {
        memcpy(out, values, rows->n * sizeof *out);
        return PT_OK;
    }
    const unsigned char *from = values;
    for (size_t i = 0; i < rows->n; i++) {
        memcpy(&out[i], from + rows->index[i] * sizeof *out, sizeof *out);
    }
    return PT_OK;
}

static pt_status export_date(const struct column *c, const struct rows *rows,
                             struct column_memory *memory, struct pt_error *err)
{
    int32_t *out = buffer_new(memory, 1, rows->n, sizeof *out);
    if (out == NULL) {
        return out_of_memory(err);
    }
    for (size_t i = 0; i < rows->n; i++) {
        size_t row = row_at(rows, i);
        int64_t days = is_there(c, row) ? c->i[row] : 0;
        if (days < INT32_MIN || days > INT32_MAX) {
            FAIL(err, PT_E_DATA, "column `%s`, row %zu: date %lld is out of range", c->name, row,
                 (long long)days);
        }
        out[i] = (int32_t)days;
    }
    return PT_OK;
}

static pt_status export_bool(const struct column *c, const struct rows *rows,
                             struct column_memory *memory, struct pt_error *err)
{
    uint8_t *bits = buffer_new(memory, 1, (rows->n + 7) / 8, 1);
    if (bits == NULL) {
        return out_of_memory(err);
    }
    pack_bits(c->b, rows, bits);
    return PT_OK;
}

static pt_status export_values(const struct column *c, const struct rows *rows,
                               struct column_memory *memory, struct pt_error *err)
{
    switch (c->type) {
    case VEC_BOOL:
        return export_bool(c, rows, memory, err);
    case VEC_STR:
        return export_text(c, rows, memory, err);
    case VEC_DATE:
        return export_date(c, rows, memory, err);
    case VEC_I64:
    case VEC_F64:
    case VEC_TIME:
        return export_wide(c, rows, memory, err);
    }
    FAIL(err, PT_E_INTERNAL, "an unknown vector type");
}

static pt_status export_column(const struct column *c, const struct rows *rows,
                               struct ArrowArray *out, struct pt_error *err)
{
    struct column_memory *memory = mem_zero(1, sizeof *memory);
    if (memory == NULL) {
        return out_of_memory(err);
    }
    struct ArrowArray array = {
        .length = (int64_t)rows->n,
        .n_buffers = c->type == VEC_STR ? 3 : 2,
        .buffers = memory->buffers,
        .release = release_column,
        .private_data = memory,
    };
    pt_status status = export_validity(c, rows, memory, &array.null_count)
                           ? export_values(c, rows, memory, err)
                           : out_of_memory(err);
    if (status != PT_OK) {
        release_column(&array);
        return status;
    }
    *out = array;
    return PT_OK;
}

static pt_status check_request(const struct export_request *r, struct pt_error *err)
{
    for (size_t i = 0; i < r->n_columns; i++) {
        if (r->columns[i].column >= r->table->n_columns) {
            FAIL(err, PT_E_INVALID, "column %zu of a table of %zu", r->columns[i].column,
                 r->table->n_columns);
        }
    }
    for (size_t i = 0; r->row_index != NULL && i < r->n_rows; i++) {
        if (r->row_index[i] >= r->table->n_rows) {
            FAIL(err, PT_E_INVALID, "row %zu of a table of %zu", r->row_index[i], r->table->n_rows);
        }
    }
    return PT_OK;
}

static struct root_memory *root_new(size_t n)
{
    struct root_memory *root = mem_zero(1, sizeof *root);
    if (root == NULL) {
        return NULL;
    }
    root->pointers = mem_zero(n, sizeof(struct ArrowArray *));
    root->children = mem_zero(n, sizeof *root->children);
    if (root->pointers == NULL || root->children == NULL) {
        mem_free(root->pointers);
        mem_free(root->children);
        mem_free(root);
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        root->pointers[i] = &root->children[i];
    }
    return root;
}

static pt_status export_array(const struct export_request *r, struct ArrowArray *out,
                              struct pt_error *err)
{
    struct rows rows = {r->row_index, r->row_index == NULL ? r->table->n_rows : r->n_rows};
    struct root_memory *root = root_new(r->n_columns);
    if (root == NULL) {
        return out_of_memory(err);
    }
    struct ArrowArray array = {
        .length = (int64_t)rows.n,
        .n_buffers = 1,
        .buffers = root->buffers,
        .n_children = (int64_t)r->n_columns,
        .children = root->pointers,
        .release = release_root,
        .private_data = root,
    };
    pt_status status = PT_OK;
    for (size_t i = 0; i < r->n_columns && status == PT_OK; i++) {
        const struct column *c = &r->table->columns[r->columns[i].column];
        status = export_column(c, &rows, &root->children[i], err);
    }
    if (status != PT_OK) {
        release_root(&array);
        return status;
    }
    *out = array;
    return PT_OK;
}

pt_status batch_export(const struct export_request *request, struct ArrowSchema *schema,
                       struct ArrowArray *array, struct pt_error *err)
{
    TRY(check_request(request, err));
    struct ArrowArray rows = {0};
    TRY(export_array(request, &rows, err));
    if (schema != NULL) {
        pt_status status = schema_export(request, schema, err);
        if (status != PT_OK) {
            release_root(&rows);
            return status;
        }
    }
    *array = rows;
    return PT_OK;
}
