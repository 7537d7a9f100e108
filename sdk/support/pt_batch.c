// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "pt_batch.h"

#define FIRST_ROWS 64u
#define FIRST_BYTES 4096u
#define DICT_VALUES 1024u
#define DICT_BYTES (UINT64_C(4) << 20)

static uint64_t values_bytes(enum pt_cell cell, uint64_t rows)
{
    switch (cell) {
    case PT_CELL_BOOL:
        return (rows + 7) / 8;
    case PT_CELL_I64:
    case PT_CELL_F64:
    case PT_CELL_TS_US:
        return rows * 8;
    case PT_CELL_UTF8:
        return (rows + 1) * 4;
    case PT_CELL_I32:
    case PT_CELL_DATE32:
    case PT_CELL_DICT:
        return rows * 4;
    }
    return rows * 8;
}

static bool column_fail(struct pt_column *c, pt_status status)
{
    c->status = c->status == PT_OK ? status : c->status;
    return false;
}

static bool column_resize(struct pt_column *c, uint64_t rows)
{
    void *values = pt_mem_resize(c->host, c->values, values_bytes(c->cell, rows), 1);
    if (values == NULL) {
        return column_fail(c, PT_E_NO_MEMORY);
    }
    c->values = values;
    if (c->cell == PT_CELL_UTF8 && c->capacity == 0) {
        ((int32_t *)values)[0] = 0;
    }
    if (c->validity != NULL) {
        uint64_t old_bytes = (c->capacity + 7) / 8;
        uint64_t new_bytes = (rows + 7) / 8;
        uint8_t *validity = pt_mem_resize(c->host, c->validity, new_bytes, 1);
        if (validity == NULL) {
            return column_fail(c, PT_E_NO_MEMORY);
        }
        memset(validity + old_bytes, 0xff, new_bytes - old_bytes);
        c->validity = validity;
    }
    c->capacity = rows;
    return true;
}

bool pt_column_grow(struct pt_column *c)
{
    if (c->status != PT_OK) {
        return false;
    }
    if (c->capacity > INT32_MAX / 2) {
        return column_fail(c, PT_E_LIMIT);
    }
    return column_resize(c, c->capacity < FIRST_ROWS ? FIRST_ROWS : c->capacity * 2);
}

bool pt_column_grow_bytes(struct pt_column *c, uint64_t size)
{
    if (c->status != PT_OK) {
        return false;
    }
    if (size > (uint64_t)INT32_MAX - c->n_bytes) {
        return column_fail(c, PT_E_LIMIT);
    }
    uint64_t need = c->n_bytes + size < FIRST_BYTES ? FIRST_BYTES : c->n_bytes + size;
    if (!pt_mem_reserve(c->host, &c->bytes, &c->bytes_capacity, need, 1)) {
        return column_fail(c, PT_E_NO_MEMORY);
    }
    return true;
}

bool pt_column_validity(struct pt_column *c)
{
    if (c->validity != NULL) {
        return true;
    }
    uint64_t bytes = (c->capacity + 7) / 8;
    c->validity = pt_mem_array(c->host, bytes, 1);
    if (c->validity == NULL) {
        return column_fail(c, PT_E_NO_MEMORY);
    }
    memset(c->validity, 0xff, bytes);
    return true;
}

void pt_column_null(struct pt_column *c)
{
    if (!pt_column_room(c) || !pt_column_validity(c)) {
        return;
    }
    uint64_t row = c->n++;
    c->validity[row / 8] &= (uint8_t)~(1u << (row % 8));
    c->n_null++;
    switch (c->cell) {
    case PT_CELL_BOOL:
        ((uint8_t *)c->values)[row / 8] &= (uint8_t)~(1u << (row % 8));
        break;
    case PT_CELL_I64:
    case PT_CELL_F64:
    case PT_CELL_TS_US:
        ((int64_t *)c->values)[row] = 0;
        break;
    case PT_CELL_UTF8:
        ((int32_t *)c->values)[row + 1] = (int32_t)c->n_bytes;
        break;
    case PT_CELL_I32:
    case PT_CELL_DATE32:
    case PT_CELL_DICT:
        ((int32_t *)c->values)[row] = 0;
        break;
    }
}

static void column_truncate(struct pt_column *c, uint64_t rows)
{
    while (c->n > rows) {
        uint64_t row = --c->n;
        uint8_t bit = (uint8_t)(1u << (row % 8));
        if (c->validity != NULL && (c->validity[row / 8] & bit) == 0) {
            c->validity[row / 8] |= bit;
            c->n_null--;
        }
        if (c->cell == PT_CELL_UTF8) {
            c->n_bytes = (uint64_t)((int32_t *)c->values)[row];
        }
    }
}

static void column_clear(struct pt_column *c)
{
    pt_mem_free(c->host, c->validity);
    pt_mem_free(c->host, c->values);
    pt_mem_free(c->host, c->bytes);
    c->validity = NULL;
    c->values = NULL;
    c->bytes = NULL;
    c->n = c->n_null = c->capacity = c->n_bytes = c->bytes_capacity = 0;
    c->status = PT_OK;
}

pt_status pt_batch_init(struct pt_batch *b, const pt_host *host, const struct pt_field *fields,
                        uint32_t n, uint32_t rows)
{
    *b = (struct pt_batch){.host = host, .rows_wanted = rows};
    b->columns = pt_mem_zero(host, n, sizeof *b->columns);
    if (b->columns == NULL) {
        return PT_E_NO_MEMORY;
    }
    b->n_columns = n;
    for (uint32_t i = 0; i < n; i++) {
        b->columns[i].host = host;
        b->columns[i].cell = fields[i].cell;
        pt_dict_init(&b->columns[i].dict, host);
    }
    return PT_OK;
}

void pt_batch_release(struct pt_batch *b)
{
    for (uint32_t i = 0; i < b->n_columns; i++) {
        column_clear(&b->columns[i]);
        pt_dict_release(&b->columns[i].dict);
    }
    if (b->host != NULL) {
        pt_mem_free(b->host, b->columns);
    }
    *b = (struct pt_batch){0};
}

void pt_batch_truncate(struct pt_batch *b, uint64_t rows)
{
    for (uint32_t i = 0; i < b->n_columns; i++) {
        column_truncate(&b->columns[i], rows);
    }
}

uint64_t pt_batch_bytes(const struct pt_batch *b)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < b->n_columns; i++) {
        bytes += b->columns[i].n_bytes + pt_dict_bytes(&b->columns[i].dict);
    }
    return bytes;
}

// One node of a batch: what release() gives back.
struct array_node {
    const pt_host *host;
    const void *buffers[3];
};

static void array_release(struct ArrowArray *array)
{
    struct array_node *node = array->private_data;
    const pt_host *host = node->host;
    for (int64_t i = 0; i < array->n_children; i++) {
        struct ArrowArray *child = array->children[i];
        if (child != NULL && child->release != NULL) {
            child->release(child);
        }
        pt_mem_free(host, child);
    }
    pt_mem_free(host, array->children);
    if (array->dictionary != NULL && array->dictionary->release != NULL) {
        array->dictionary->release(array->dictionary);
    }
    pt_mem_free(host, array->dictionary);
    for (int64_t i = 0; i < array->n_buffers; i++) {
        pt_mem_free(host, (void *)(uintptr_t)node->buffers[i]);
    }
    pt_mem_free(host, node);
    array->release = NULL;
}

static pt_status node_new(const pt_host *host, struct ArrowArray *out)
{
    struct array_node *node = pt_mem_zero(host, 1, sizeof *node);
    if (node == NULL) {
        return PT_E_NO_MEMORY;
    }
    node->host = host;
    *out = (struct ArrowArray){
        .buffers = node->buffers, .release = array_release, .private_data = node};
    return PT_OK;
}

static pt_status dictionary_export(struct pt_column *c, struct ArrowArray *out)
{
    out->dictionary = pt_mem_zero(c->host, 1, sizeof *out->dictionary);
    return out->dictionary == NULL ? PT_E_NO_MEMORY : pt_dict_export(&c->dict, out->dictionary);
}

// Moves the column's buffers; *out needs releasing after failure too when its release is set.
static pt_status column_export(struct pt_column *c, struct ArrowArray *out)
{
    bool is_text = c->cell == PT_CELL_UTF8;
    if ((c->capacity == 0 && !column_resize(c, 1)) ||
        (is_text && c->bytes == NULL && !pt_column_grow_bytes(c, 1)) || c->status != PT_OK) {
        return c->status;
    }
    pt_status status = node_new(c->host, out);
    if (status == PT_OK && c->cell == PT_CELL_DICT) {
        status = dictionary_export(c, out);
    }
    if (status != PT_OK) {
        return status;
    }
    if (c->n_null == 0) {
        pt_mem_free(c->host, c->validity);
        c->validity = NULL;
    }
    struct array_node *node = out->private_data;
    node->buffers[0] = c->validity;
    node->buffers[1] = c->values;
    node->buffers[2] = c->bytes;
    out->n_buffers = is_text ? 3 : 2;
    out->length = (int64_t)c->n;
    out->null_count = (int64_t)c->n_null;
    c->validity = NULL;
    c->values = NULL;
    c->bytes = NULL;
    return PT_OK;
}

static pt_status children_export(struct pt_batch *b, uint64_t rows, struct ArrowArray *out)
{
    out->children = pt_mem_zero(b->host, b->n_columns, sizeof(struct ArrowArray *));
    if (out->children == NULL) {
        return PT_E_NO_MEMORY;
    }
    for (uint32_t i = 0; i < b->n_columns; i++) {
        struct ArrowArray *child = pt_mem_zero(b->host, 1, sizeof *child);
        if (child == NULL) {
            return PT_E_NO_MEMORY;
        }
        out->children[out->n_children++] = child;
        if (b->columns[i].status == PT_OK && b->columns[i].n != rows) {
            return PT_E_INTERNAL;
        }
        pt_status status = column_export(&b->columns[i], child);
        if (status != PT_OK) {
            return status;
        }
    }
    return PT_OK;
}

void pt_batch_trim(const struct pt_batch *b, struct pt_dict *dict)
{
    uint32_t limit = b->rows_wanted / 4 > DICT_VALUES ? b->rows_wanted / 4 : DICT_VALUES;
    if (dict->n > limit || pt_dict_bytes(dict) > DICT_BYTES) {
        pt_dict_reset(dict);
    }
}

// What the next batch will need, as this one did.
static void column_restart(struct pt_column *c, uint32_t rows_wanted)
{
    uint64_t rows = c->n > rows_wanted ? c->n : rows_wanted;
    uint64_t bytes = c->n_bytes;
    column_clear(c);
    if (rows > 0 && !column_resize(c, rows)) {
        column_clear(c); // growing from nothing will try again
        return;
    }
    if (bytes > 0 && !pt_column_grow_bytes(c, bytes + bytes / 8)) {
        c->status = PT_OK;
    }
}

pt_status pt_batch_finish(struct pt_batch *b, uint64_t rows, struct ArrowArray *out)
{
    struct ArrowArray batch;
    pt_status status = node_new(b->host, &batch);
    if (status == PT_OK) {
        batch.n_buffers = 1;
        batch.length = (int64_t)rows;
        status = children_export(b, rows, &batch);
        if (status != PT_OK) {
            batch.release(&batch);
        }
    }
    for (uint32_t i = 0; i < b->n_columns; i++) {
        column_restart(&b->columns[i], b->rows_wanted);
        pt_batch_trim(b, &b->columns[i].dict);
    }
    if (status == PT_OK) {
        *out = batch;
    }
    return status;
}
