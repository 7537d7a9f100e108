// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Batches: Arrow C data from a plugin, checked in full, read as vectors; and back for sinks.
#ifndef PORTRAIT_TABLE_BATCH_H
#define PORTRAIT_TABLE_BATCH_H

#include <portrait/arrow.h>

#include "arena.h"
#include "error.h"
#include "table.h"
#include "vec.h"

#define SCHEMA_COLUMNS_MAX 4096

struct schema_field {
    const char *name;
    enum vec_type type;
    char format[24];   // Arrow format as given
    bool is_dictionary;
};

// Owned copy of an Arrow struct schema.
struct schema {
    struct arena arena;
    struct schema_field *fields;
    size_t n;
};

// Checks an ArrowSchema (a "+s" of accepted column formats: b c s i l f g u U tdD tsm tsu with or
// without zone, dictionary of u by c s i; names present, UTF-8, unique) and copies it. Does not
// release `in`. PT_E_DATA names the column and the format that is refused.
pt_status schema_import(const struct ArrowSchema *in, struct schema *out, struct pt_error *err);
ptrdiff_t schema_find(const struct schema *s, const char *name);
void schema_release(struct schema *s);

// One batch as vectors. {0} is empty; reset keeps memory for the next batch.
struct batch {
    struct ArrowArray array; // owned; released by reset and release
    struct arena arena;      // widened values
    size_t n_rows;
    struct vec *columns;     // schema->n
};

// Takes `array` (moved: released flag cleared in the source) after validating it in full against
// `schema`: lengths, buffer counts, offsets ascending and inside, dictionary codes in range,
// UTF-8. Narrow types are widened into the arena; strings are views into the array.
// `check` = false skips offsets and UTF-8 for plugins in process that were checked before.
pt_status batch_import(struct batch *b, const struct schema *schema, struct ArrowArray *array,
                       bool check, struct pt_error *err);
void batch_reset(struct batch *b);
void batch_release(struct batch *b);

// Exports rows (row_index[0..n) or all when NULL) of some columns as an Arrow struct array and its
// schema; both owned by the caller through their release callbacks and independent of the table.
// Formats: b, l, g, U, tdD, tsu with zone UTC. names[i] renames columns[i].
pt_status batch_export(const struct table *t, const size_t *columns, const char *const *names,
                       size_t n_columns, const size_t *row_index, size_t n_rows,
                       struct ArrowSchema *schema, struct ArrowArray *array, struct pt_error *err);

#endif
