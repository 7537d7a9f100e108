// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The columns a source has, as discovery found them, and as bytes: the state that bind() gets back.
#ifndef MONGO_TABLE_H
#define MONGO_TABLE_H

#include "mongo_config.h"
#include "mongo_text.h"
#include "pt_batch.h"

#define MONGO_COLUMNS_MAX 2000u

struct mongo_column {
    const char *name;
    const char *path;
    enum mongo_type type;
    bool is_dict; // STRING only: few distinct values
};

struct mongo_table {
    const pt_host *host;
    enum mongo_layout layout;
    uint32_t n;
    struct mongo_column *columns;
    char *text; // names and paths
};

// Bytes of a table: begin, then add() for each column. Failures show in t->failed.
void mongo_table_begin(struct mongo_text *t, enum mongo_layout layout, uint32_t n);
void mongo_table_add(struct mongo_text *t, const struct mongo_column *column);
// Reads them back. PT_E_INVALID when they are not of this plugin, PT_E_NO_MEMORY.
pt_status mongo_table_load(struct mongo_table *out, const pt_host *host, pt_bytes bytes);
// Accepts a zeroed one.
void mongo_table_release(struct mongo_table *t);
// MONGO_COLUMNS_MAX = there is none of that name.
uint32_t mongo_table_find(const struct mongo_table *t, const char *name);
struct pt_field mongo_table_field(const struct mongo_column *column);

#endif
