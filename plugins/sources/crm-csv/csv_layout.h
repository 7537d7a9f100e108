// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What discovery found out about the files: dialect, header, columns and their types; as bytes it
// travels to every reader.
#ifndef CSV_LAYOUT_H
#define CSV_LAYOUT_H

#include "csv_record.h"
#include "csv_type.h"

struct csv_column {
    char *name;
    struct csv_type type;
    bool is_inferred;
    bool is_dictionary; // a string column of few values
};

struct csv_layout {
    const pt_host *host;
    struct csv_dialect dialect;
    bool has_header;
    struct csv_column *columns;
    uint32_t n;
};

// Accepts a zeroed layout.
void csv_layout_release(struct csv_layout *layout);
// Makes room for `n` columns without names. False when out of memory.
bool csv_layout_reserve(struct csv_layout *layout, const pt_host *host, uint32_t n);
// -1 when there is none of the name.
int32_t csv_layout_find(const struct csv_layout *layout, const char *name);
// The name most like `wrong`, or NULL when none is near.
const char *csv_layout_suggest(const struct csv_layout *layout, const char *wrong);
struct pt_field csv_layout_field(const struct csv_column *column);

// Writes the layout to new memory of *n bytes; NULL when out of memory.
uint8_t *csv_layout_save(const struct csv_layout *layout, uint64_t *n);
// PT_E_INVALID for bytes that save() did not write.
pt_status csv_layout_load(struct csv_layout *layout, const pt_host *host, pt_bytes bytes,
                          pt_error *err);

#endif
