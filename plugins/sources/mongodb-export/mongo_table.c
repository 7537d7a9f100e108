// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "mongo_table.h"

#include <string.h>

// A mark, the layout, the number of columns; then of each its type, whether it is a dictionary, its
// name and its path, both with their NUL.
#define MARK "mongo1"
#define HEAD_BYTES (sizeof MARK + 3)

void mongo_table_begin(struct mongo_text *t, enum mongo_layout layout, uint32_t n)
{
    uint8_t head[3] = {(uint8_t)layout, (uint8_t)n, (uint8_t)(n >> 8)};
    mongo_text_add(t, MARK, sizeof MARK);
    mongo_text_add(t, head, sizeof head);
}

void mongo_table_add(struct mongo_text *t, const struct mongo_column *column)
{
    uint8_t head[2] = {(uint8_t)column->type, column->is_dict ? 1 : 0};
    mongo_text_add(t, head, sizeof head);
    mongo_text_add(t, column->name, strlen(column->name) + 1);
    mongo_text_add(t, column->path, strlen(column->path) + 1);
}

// The text at *at, which moves behind its NUL; NULL when there is none.
static const char *take_text(char **at, const char *end)
{
    char *text = *at;
    char *nul = text < end ? memchr(text, '\0', (size_t)(end - text)) : NULL;
    *at = nul == NULL ? text : nul + 1;
    return nul == NULL ? NULL : text;
}

static bool columns_load(struct mongo_table *t, char *at, const char *end)
{
    for (uint32_t i = 0; i < t->n; i++) {
        struct mongo_column *c = &t->columns[i];
        if (end - at < 2 || at[0] < 0 || at[0] > MONGO_I32) {
            return false;
        }
        c->type = (enum mongo_type)at[0];
        c->is_dict = at[1] != 0;
        at += 2;
        c->name = take_text(&at, end);
        c->path = take_text(&at, end);
        if (c->name == NULL || c->path == NULL) {
            return false;
        }
    }
    return at == end;
}

pt_status mongo_table_load(struct mongo_table *out, const pt_host *host, pt_bytes bytes)
{
    struct mongo_table t = {.host = host};
    if (bytes.size < HEAD_BYTES || memcmp(bytes.data, MARK, sizeof MARK) != 0) {
        return PT_E_INVALID;
    }
    const uint8_t *head = bytes.data + sizeof MARK;
    t.layout = (enum mongo_layout)head[0];
    t.n = head[1] | (uint32_t)head[2] << 8;
    if (t.layout < MONGO_LINES || t.layout > MONGO_ARCHIVE || t.n > MONGO_COLUMNS_MAX) {
        return PT_E_INVALID;
    }
    t.columns = pt_mem_zero(host, t.n, sizeof *t.columns);
    t.text = pt_mem_text(host, bytes.data + HEAD_BYTES, bytes.size - HEAD_BYTES);
    pt_status status = t.columns == NULL || t.text == NULL ? PT_E_NO_MEMORY : PT_OK;
    if (status == PT_OK && !columns_load(&t, t.text, t.text + (bytes.size - HEAD_BYTES))) {
        status = PT_E_INVALID;
    }
    if (status != PT_OK) {
        mongo_table_release(&t);
        return status;
    }
    *out = t;
    return PT_OK;
}

void mongo_table_release(struct mongo_table *t)
{
    if (t->host != NULL) {
        pt_mem_free(t->host, t->columns);
        pt_mem_free(t->host, t->text);
    }
    *t = (struct mongo_table){0};
}

uint32_t mongo_table_find(const struct mongo_table *t, const char *name)
{
    for (uint32_t i = 0; i < t->n; i++) {
        if (strcmp(t->columns[i].name, name) == 0) {
            return i;
        }
    }
    return MONGO_COLUMNS_MAX;
}

struct pt_field mongo_table_field(const struct mongo_column *column)
{
    static const enum pt_cell cells[] = {
        [MONGO_STRING] = PT_CELL_UTF8, [MONGO_I64] = PT_CELL_I64,    [MONGO_F64] = PT_CELL_F64,
        [MONGO_BOOL] = PT_CELL_BOOL,   [MONGO_TIME] = PT_CELL_TS_US, [MONGO_DATE] = PT_CELL_DATE32,
        [MONGO_JSON] = PT_CELL_UTF8,   [MONGO_I32] = PT_CELL_I32};

    bool is_dict = column->is_dict && column->type == MONGO_STRING;
    return (struct pt_field){
        .name = column->name, .cell = is_dict ? PT_CELL_DICT : cells[column->type], .zone = "UTC"};
}
