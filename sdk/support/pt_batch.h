// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Batch builder: append values column by column, take an Arrow struct array, go on.
//
//     pt_batch_init(&batch, host, fields, n, run->batch_rows);
//     pt_column_i64(&batch.columns[0], 7); pt_column_null(&batch.columns[1]); ...
//     pt_batch_finish(&batch, n, out);  // columns must be equally long; the batch is empty again
//
// Appends return nothing: a failed one marks its column and finish() reports it. A row that turns
// out bad half-way is taken back with pt_batch_truncate(). One thread at a time a builder. Batches
// may outlive the builder, not the host.
#ifndef PT_BATCH_H
#define PT_BATCH_H

#include <string.h>

#include "pt_dict.h"

PT_EXTERN_C_BEGIN

enum pt_cell {
    PT_CELL_BOOL = 1,
    PT_CELL_I32,
    PT_CELL_I64,
    PT_CELL_F64,
    PT_CELL_UTF8,
    PT_CELL_DATE32, // days since 1970
    PT_CELL_TS_US,  // microseconds since 1970
    PT_CELL_DICT,   // utf8 as int32 codes of a dictionary that belongs to the column
};

// A column as schema and builder need it. `zone` (TS_US only): "UTC", or NULL = no zone.
struct pt_field {
    const char *name;
    enum pt_cell cell;
    const char *zone;
};

// The Arrow schema (struct of nullable columns) of `fields`, whose texts are copied.
// PT_E_NO_MEMORY or PT_OK.
pt_status pt_schema_build(const pt_host *host, const struct pt_field *fields, uint32_t n,
                          struct ArrowSchema *out);

struct pt_column {
    const pt_host *host;
    enum pt_cell cell;
    pt_status status; // first failure of an append
    uint64_t n;       // rows
    uint64_t n_null;
    uint64_t capacity; // rows
    uint8_t *validity; // NULL until the first null; unused bits are 1
    void *values;      // numbers, bits, codes; utf8: capacity + 1 int32 offsets
    uint8_t *bytes;    // utf8
    uint64_t n_bytes;
    uint64_t bytes_capacity;
    struct pt_dict dict; // DICT only
};

struct pt_batch {
    const pt_host *host;
    struct pt_column *columns;
    uint32_t n_columns;
    uint32_t rows_wanted;
};

// `rows` = rows a batch will have, for sizing; more is fine.
pt_status pt_batch_init(struct pt_batch *b, const pt_host *host, const struct pt_field *fields,
                        uint32_t n, uint32_t rows);
// Accepts a zeroed batch.
void pt_batch_release(struct pt_batch *b);
// Takes back rows `rows` and later in every column (a column may be one longer than another).
// Dictionaries keep their values.
void pt_batch_truncate(struct pt_batch *b, uint64_t rows);
// Bytes of text in the builder: end a batch early when this grows large.
uint64_t pt_batch_bytes(const struct pt_batch *b);
// Moves all rows into *out. Fails with the first append's failure, or PT_E_INTERNAL when columns
// differ in length; the builder is empty afterwards either way. Dictionaries are trimmed.
pt_status pt_batch_finish(struct pt_batch *b, uint64_t rows, struct ArrowArray *out);
// Empties a dictionary that has more values than a quarter of the wanted rows (and than 1,024), or
// more than 4 MiB, so that dictionaries stay small beside their batches.
void pt_batch_trim(const struct pt_batch *b, struct pt_dict *dict);

// Out of line: room for one more row, or for `size` more bytes. False and status set on failure.
bool pt_column_grow(struct pt_column *c);
bool pt_column_grow_bytes(struct pt_column *c, uint64_t size);
// Makes `validity` (all rows valid) when it is not there; for callers that write many rows at once
// into values, validity, n and n_null.
bool pt_column_validity(struct pt_column *c);
void pt_column_null(struct pt_column *c);

static inline bool pt_column_room(struct pt_column *c)
{
    return c->n < c->capacity || pt_column_grow(c);
}

static inline void pt_column_bool(struct pt_column *c, bool value)
{
    if (pt_column_room(c)) {
        uint8_t *byte = (uint8_t *)c->values + c->n / 8;
        uint8_t bit = (uint8_t)(1u << (c->n % 8));
        *byte = (uint8_t)(value ? *byte | bit : *byte & ~bit);
        c->n++;
    }
}

// I32 and DATE32.
static inline void pt_column_i32(struct pt_column *c, int32_t value)
{
    if (pt_column_room(c)) {
        ((int32_t *)c->values)[c->n++] = value;
    }
}

// I64 and TS_US.
static inline void pt_column_i64(struct pt_column *c, int64_t value)
{
    if (pt_column_room(c)) {
        ((int64_t *)c->values)[c->n++] = value;
    }
}

static inline void pt_column_f64(struct pt_column *c, double value)
{
    if (pt_column_room(c)) {
        ((double *)c->values)[c->n++] = value;
    }
}

// Appends a code that pt_dict_intern(&c->dict, ...) gave; -1 marks the column as out of memory.
static inline void pt_column_code(struct pt_column *c, int32_t code)
{
    if (code < 0) {
        c->status = c->status == PT_OK ? PT_E_NO_MEMORY : c->status;
    } else if (pt_column_room(c)) {
        ((int32_t *)c->values)[c->n++] = code;
    }
}

// UTF8 and DICT; the bytes must be valid UTF-8.
static inline void pt_column_text(struct pt_column *c, const void *data, uint64_t size)
{
    if (c->cell == PT_CELL_DICT) {
        pt_column_code(c, pt_dict_intern(&c->dict, data, size));
        return;
    }
    if (!pt_column_room(c) ||
        (c->bytes_capacity - c->n_bytes < size && !pt_column_grow_bytes(c, size))) {
        return;
    }
    if (size > 0) {
        memcpy(c->bytes + c->n_bytes, data, size);
    }
    c->n_bytes += size;
    ((int32_t *)c->values)[++c->n] = (int32_t)c->n_bytes;
}

PT_EXTERN_C_END

#endif
