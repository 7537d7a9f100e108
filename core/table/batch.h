// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Batches: Arrow C data from a plugin, checked in full, read as vectors; and back for sinks.
#ifndef PORTRAIT_TABLE_BATCH_H
#define PORTRAIT_TABLE_BATCH_H

#include <portrait/arrow.h>

#include "arena.h"
#include "clock.h"
#include "error.h"
#include "table.h"
#include "vec.h"

#define SCHEMA_COLUMNS_MAX 4096

// How a column lies in Arrow buffers; of a dictionary column, its codes.
enum arrow_wire {
    WIRE_BOOL,
    WIRE_I8,
    WIRE_I16,
    WIRE_I32,
    WIRE_I64,
    WIRE_F32,
    WIRE_F64,
    WIRE_TEXT32,
    WIRE_TEXT64,
    WIRE_DATE32,
    WIRE_TIME_MS,
    WIRE_TIME_US,
    WIRE_U8, // codes of dictionaries only, as the next two
    WIRE_U16,
    WIRE_U32,
};

struct schema_field {
    const char *name;
    enum vec_type type;
    enum arrow_wire wire;
    const char *format; // Arrow format as given, in the schema's arena
    bool is_dictionary;
    bool is_local_time; // a time without zone: local, read in schema.zone
};

// Owned copy of an Arrow struct schema.
struct schema {
    struct arena arena;
    struct schema_field *fields;
    size_t n;
    // Zone of times without one; NULL = UTC. Borrowed, set by the owner after schema_import and
    // kept alive until the last batch_import.
    const struct zone *zone;
};

// Checks an ArrowSchema (a "+s" of accepted column formats: b c s i l f g u U tdD tsm tsu with or
// without zone, dictionary of u by c s i C S I; names present, UTF-8, unique) and copies it. Does
// not release `in`. PT_E_DATA names the column and the format that is refused.
pt_status schema_import(const struct ArrowSchema *in, struct schema *out, struct pt_error *err);
ptrdiff_t schema_find(const struct schema *s, const char *name);
void schema_release(struct schema *s);

// One batch as vectors. {0} is empty; reset keeps memory for the next batch.
struct batch {
    struct ArrowArray array; // owned; released by reset and release
    struct arena arena;      // vectors and widened values
    size_t n_rows;
    struct vec *columns; // schema->n
};

// Takes `array` after validating it in full against `schema`: lengths, buffer counts, offsets
// ascending and inside, dictionary codes in range, UTF-8. On success it is moved (its release is
// cleared in the source); on failure it stays the caller's and the batch is empty. What `b` held
// before is released first. Narrow types are widened into the arena; strings are views into the
// array. `check` = false skips the reading of string offsets, UTF-8 and the count of nulls, for
// plugins in process whose batches were checked before.
pt_status batch_import(struct batch *b, const struct schema *schema, struct ArrowArray *array,
                       bool check, struct pt_error *err);
void batch_reset(struct batch *b);
void batch_release(struct batch *b);

// One column of an export.
struct export_column {
    size_t column;        // index into the table
    const char *name;     // NULL = as in the table
    bool is_guard_exempt; // metadata portrait.guard = exempt: text that may start with + or =
};

// Rows of a table for a sink: all n_rows of the table when row_index is NULL.
struct export_request {
    const struct table *table;
    const struct export_column *columns;
    size_t n_columns;
    const size_t *row_index;
    size_t n_rows;
};

// The rows as an Arrow struct array, the caller's through its release callback and independent of
// the table; columns may be moved out of it. Formats: b, l, g, U, tdD, tsu with zone UTC. A NULL
// `schema` is not filled: one schema serves many batches.
pt_status batch_export(const struct export_request *request, struct ArrowSchema *schema,
                       struct ArrowArray *array, struct pt_error *err);
// The schema of those arrays alone (rows are not looked at), the caller's to release.
pt_status schema_export(const struct export_request *request, struct ArrowSchema *out,
                        struct pt_error *err);

#endif
