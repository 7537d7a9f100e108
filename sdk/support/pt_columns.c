// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "pt_columns.h"

#include <math.h>
#include <string.h>

static char *copy_text(const pt_host *host, const char *text)
{
    return pt_mem_text(host, text, strlen(text));
}

static bool copy_levels(const pt_host *host, const pt_column_info *from, struct pt_column_copy *to)
{
    to->levels = pt_mem_zero(host, from->n_levels, sizeof *to->levels);
    if (to->levels == NULL) {
        return false;
    }
    to->n_levels = from->n_levels;
    for (uint32_t i = 0; i < from->n_levels; i++) {
        to->levels[i] = copy_text(host, from->levels[i]);
        if (to->levels[i] == NULL) {
            return false;
        }
    }
    return true;
}

static bool copy_optional(const pt_host *host, const char *text, char **out)
{
    *out = text == NULL ? NULL : copy_text(host, text);
    return text == NULL || *out != NULL;
}

// How the host made the column; one of an older minor version does not tell.
static bool copy_making(const pt_host *host, const pt_column_info *from, struct pt_column_copy *to)
{
    to->factor = 1;
    if (from->struct_size < offsetof(pt_column_info, factor) + sizeof from->factor) {
        return true;
    }
    to->offset = from->offset;
    to->factor = from->factor;
    return copy_optional(host, from->source, &to->source) &&
           copy_optional(host, from->level, &to->level) &&
           copy_optional(host, from->transform, &to->transform);
}

static bool copy_column(const pt_host *host, const pt_column_info *from, struct pt_column_copy *to)
{
    to->name = copy_text(host, from->name);
    to->is_category = from->kind == PT_COLUMN_CATEGORY;
    return to->name != NULL && copy_making(host, from, to) &&
           (!to->is_category || copy_levels(host, from, to));
}

pt_status pt_columns_copy(const pt_host *host, const pt_schema *schema, struct pt_columns *out,
                          pt_error *err)
{
    struct pt_columns copy = {.items = pt_mem_zero(host, schema->n_columns, sizeof *copy.items)};
    bool is_made = copy.items != NULL;
    for (uint32_t i = 0; is_made && i < schema->n_columns; i++) {
        copy.n = i + 1;
        is_made = copy_column(host, schema->columns[i], &copy.items[i]);
    }
    if (!is_made) {
        pt_columns_release(host, &copy);
        return pt_fail(host, err, PT_E_NO_MEMORY, NULL, "no memory for %u column names",
                       schema->n_columns);
    }
    *out = copy;
    return PT_OK;
}

double pt_column_raw(const struct pt_column_copy *column, double value)
{
    double raw = column->factor == 0 ? column->offset : value / column->factor + column->offset;
    bool is_log = column->transform != NULL && strcmp(column->transform, "log1p") == 0;
    return is_log ? expm1(raw) : raw;
}

void pt_columns_release(const pt_host *host, struct pt_columns *columns)
{
    for (uint32_t i = 0; i < columns->n; i++) {
        struct pt_column_copy *c = &columns->items[i];
        for (uint32_t j = 0; j < c->n_levels; j++) {
            pt_mem_free(host, c->levels[j]);
        }
        pt_mem_free(host, c->levels);
        pt_mem_free(host, c->name);
        pt_mem_free(host, c->source);
        pt_mem_free(host, c->level);
        pt_mem_free(host, c->transform);
    }
    pt_mem_free(host, columns->items);
    *columns = (struct pt_columns){0};
}
