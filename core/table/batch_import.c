// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A batch is one struct array; its columns are its children, seen through the struct's own offset
// and length (a producer may slice either).
#include "column_import.h"

#define BATCH_ROWS_MAX INT32_MAX

// No row of the struct itself may be null: a row that is not there has no meaning.
static pt_status check_rows(const struct ArrowArray *array, struct pt_error *err)
{
    struct arena arena = {0};
    uint8_t *valid = NULL;
    struct column_view rows = {
        .array = array,
        .offset = (size_t)array->offset,
        .n = (size_t)array->length,
        .check = true,
        .arena = &arena,
    };
    pt_status status = validity_import(&rows, &valid, err);
    if (status == PT_OK && valid != NULL) {
        status = error_set(err, PT_E_DATA, "a row of the batch is null");
    }
    arena_release(&arena);
    return status;
}

static pt_status check_batch(const struct schema *schema, const struct ArrowArray *array,
                             struct pt_error *err)
{
    TRY(array_check(array, 1, err));
    if (array->length > BATCH_ROWS_MAX) {
        FAIL(err, PT_E_LIMIT, "a batch of %lld rows; the limit is %d", (long long)array->length,
             BATCH_ROWS_MAX);
    }
    if (array->n_children != (int64_t)schema->n || array->dictionary != NULL) {
        FAIL(err, PT_E_DATA, "a batch of %lld columns where the schema has %zu",
             (long long)array->n_children, schema->n);
    }
    if (schema->n > 0 && array->children == NULL) {
        FAIL(err, PT_E_DATA, "the batch's columns are missing");
    }
    return check_rows(array, err);
}

static pt_status view_column(const struct schema_field *field, const struct ArrowArray *parent,
                             const struct ArrowArray *child, struct column_view *out,
                             struct pt_error *err)
{
    TRY(array_check(child, wire_buffers(field->wire), err));
    if (child->n_children != 0) {
        FAIL(err, PT_E_DATA, "children where the format has none");
    }
    if (child->length < parent->offset + parent->length) {
        FAIL(err, PT_E_DATA, "%lld rows where the batch has %lld", (long long)child->length,
             (long long)(parent->offset + parent->length));
    }
    *out = (struct column_view){
        .array = child,
        .wire = field->wire,
        .offset = (size_t)(parent->offset + child->offset),
        .n = (size_t)parent->length,
    };
    return PT_OK;
}

static size_t value_bytes(const struct schema_field *field)
{
    if (field->is_dictionary) {
        return sizeof(int32_t);
    }
    switch (field->type) {
    case VEC_STR:
        return sizeof(struct text);
    case VEC_BOOL:
        return sizeof(uint8_t);
    default:
        return sizeof(int64_t);
    }
}

// Bytes a column's vector takes in the arena, when all buffers are aligned.
static size_t vector_bytes(const struct schema_field *field, const struct ArrowArray *child,
                           size_t n)
{
    size_t value = value_bytes(field);
    size_t bytes = (n + 1) * (value + 1) + 64;
    const struct ArrowArray *d = child == NULL ? NULL : child->dictionary;
    if (field->is_dictionary && d != NULL && d->length > 0 && d->length <= INT32_MAX) {
        bytes += ((size_t)d->length + 1) * (sizeof(struct text) + 1) + 64;
    }
    return bytes;
}

// One block large enough for the whole batch, which every later batch of this size uses again.
static bool reserve_arena(struct batch *b, const struct schema *schema,
                          const struct ArrowArray *array)
{
    size_t n = (size_t)array->length;
    size_t bytes = (schema->n + 1) * sizeof(struct vec);
    for (size_t c = 0; c < schema->n; c++) {
        bytes += vector_bytes(&schema->fields[c], array->children[c], n);
    }
    if (bytes <= b->arena.total) {
        return true;
    }
    bool is_enough = arena_alloc(&b->arena, bytes) != NULL;
    arena_reset(&b->arena);
    return is_enough;
}

static pt_status import_columns(struct batch *b, const struct schema *schema,
                                const struct ArrowArray *array, bool check, struct pt_error *err)
{
    for (size_t c = 0; c < schema->n; c++) {
        const struct schema_field *field = &schema->fields[c];
        struct column_view view = {0};
        pt_status status = view_column(field, array, array->children[c], &view, err);
        view.check = check;
        view.arena = &b->arena;
        view.zone = field->is_local_time ? schema->zone : NULL;
        if (status == PT_OK) {
            status = column_import(&view, field, &b->columns[c], err);
        }
        if (status != PT_OK) {
            error_prefix(err, "column `%s`", field->name);
            return status;
        }
    }
    return PT_OK;
}

pt_status batch_import(struct batch *b, const struct schema *schema, struct ArrowArray *array,
                       bool check, struct pt_error *err)
{
    batch_reset(b);
    TRY(check_batch(schema, array, err));
    pt_status status = PT_OK;
    if (reserve_arena(b, schema, array)) {
        b->columns = arena_zero(&b->arena, schema->n, sizeof *b->columns);
    }
    if (b->columns == NULL) {
        status = error_set(err, PT_E_NO_MEMORY, "no memory for a batch of %lld rows",
                           (long long)array->length);
        goto cleanup;
    }
    status = import_columns(b, schema, array, check, err);
    if (status != PT_OK) {
        goto cleanup;
    }
    b->n_rows = (size_t)array->length;
    b->array = *array;
    array->release = NULL;
cleanup:
    if (status != PT_OK) {
        batch_reset(b);
    }
    return status;
}

void batch_reset(struct batch *b)
{
    if (b->array.release != NULL) {
        b->array.release(&b->array);
    }
    b->array = (struct ArrowArray){0};
    arena_reset(&b->arena);
    b->columns = NULL;
    b->n_rows = 0;
}

void batch_release(struct batch *b)
{
    batch_reset(b);
    arena_release(&b->arena);
}
