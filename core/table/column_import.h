// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// One column of an Arrow batch checked and read as a vector. Private to core/table.
#ifndef PORTRAIT_TABLE_COLUMN_IMPORT_H
#define PORTRAIT_TABLE_COLUMN_IMPORT_H

#include "batch.h"

// Larger offsets and lengths could overflow a pointer.
#define ARRAY_ROWS_MAX ((int64_t)1 << 48)

// A column seen through the batch's own offset and length.
struct column_view {
    const struct ArrowArray *array;
    enum arrow_wire wire;
    size_t offset;           // of row 0 in the array's buffers
    size_t n;                // rows
    bool check;              // read string offsets, UTF-8, count nulls
    struct arena *arena;     // where widened values go
    const struct zone *zone; // of local times, NULL = UTC
};

// Facts that hold for every array: released, lengths, buffer and child counts. `n_buffers` is what
// the format asks for.
pt_status array_check(const struct ArrowArray *array, int64_t n_buffers, struct pt_error *err);
// Number of buffers of a wire format.
int64_t wire_buffers(enum arrow_wire wire);
// Bytes of an I8, I16, I32 or DATE32 value.
size_t code_size(enum arrow_wire wire);

// Bytes a row per value of valid bytes; *valid = NULL when every row is there. From the arena.
pt_status validity_import(const struct column_view *v, uint8_t **valid, struct pt_error *err);
// The view's rows [offset, offset + n) of buffer `index` as aligned values of `size` bytes (at most
// 8): in place, or copied into the arena when the producer did not align them. Never NULL.
pt_status buffer_view(const struct column_view *v, int64_t index, size_t size, const void **out,
                      struct pt_error *err);
// Texts of an u or U array as views; `valid` as validity_import gave it.
pt_status text_import(const struct column_view *v, const uint8_t *valid, struct text **out,
                      struct pt_error *err);
// A dictionary column: codes of `v` and the values of its dictionary.
pt_status dictionary_import(const struct column_view *v, struct vec *out, struct pt_error *err);
// Any column; messages do not name it.
pt_status column_import(const struct column_view *v, const struct schema_field *field,
                        struct vec *out, struct pt_error *err);

#endif
