// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "pt_cells.h"

#include <string.h>

static pt_cell_type type_of(const char *format)
{
    static const struct {
        const char *format;
        pt_cell_type type;
    } known[] = {
        {"b", PT_CELLS_BOOL}, {"l", PT_CELLS_I64},    {"g", PT_CELLS_F64},
        {"U", PT_CELLS_TEXT}, {"tdD", PT_CELLS_DATE},
    };

    for (uint32_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(format, known[i].format) == 0) {
            return known[i].type;
        }
    }
    return strncmp(format, "tsu:", 4) == 0 ? PT_CELLS_TIME : 0;
}

static bool take_i32(const char **at, int32_t *out)
{
    memcpy(out, *at, sizeof *out);
    *at += sizeof *out;
    return *out >= 0;
}

// Arrow's metadata: a count, then key and value, each behind its length, native byte order.
static bool has_metadata(const char *metadata, const char *key, const char *value)
{
    int32_t n = 0;
    const char *at = metadata;
    if (at == NULL || !take_i32(&at, &n)) {
        return false;
    }
    for (int32_t i = 0; i < n; i++) {
        int32_t key_size = 0;
        int32_t value_size = 0;
        if (!take_i32(&at, &key_size)) {
            return false;
        }
        bool is_key = (size_t)key_size == strlen(key) && memcmp(at, key, (size_t)key_size) == 0;
        at += key_size;
        if (!take_i32(&at, &value_size)) {
            return false;
        }
        if (is_key) {
            return (size_t)value_size == strlen(value) &&
                   memcmp(at, value, (size_t)value_size) == 0;
        }
        at += value_size;
    }
    return false;
}

static pt_status read_column(const pt_host *host, const struct ArrowSchema *child,
                             struct pt_cell_column *out, pt_error *err)
{
    const char *name = child->name == NULL ? "" : child->name;
    out->type = type_of(child->format);
    if (out->type == 0) {
        return pt_fail(host, err, PT_E_UNSUPPORTED, NULL,
                       "column `%s` has a format no sink reads: %s", name, child->format);
    }
    out->is_guard_exempt = has_metadata(child->metadata, "portrait.guard", "exempt");
    out->name = pt_mem_text(host, name, strlen(name));
    return out->name == NULL
               ? pt_fail(host, err, PT_E_NO_MEMORY, NULL, "no memory for the columns of a sink")
               : PT_OK;
}

pt_status pt_cells_read(const pt_host *host, const struct ArrowSchema *schema, struct pt_cells *out,
                        pt_error *err)
{
    struct pt_cells cells = {0};
    if (schema == NULL || schema->n_children < 0 || schema->n_children > UINT32_MAX) {
        return pt_fail(host, err, PT_E_INVALID, NULL, "a sink needs a struct schema");
    }
    cells.columns = pt_mem_zero(host, (uint64_t)schema->n_children, sizeof *cells.columns);
    if (cells.columns == NULL) {
        return pt_fail(host, err, PT_E_NO_MEMORY, NULL, "no memory for the columns of a sink");
    }
    pt_status status = PT_OK;
    for (int64_t i = 0; status == PT_OK && i < schema->n_children; i++) {
        status = read_column(host, schema->children[i], &cells.columns[cells.n++], err);
    }
    if (status != PT_OK) {
        pt_cells_release(host, &cells);
        return status;
    }
    *out = cells;
    return PT_OK;
}

void pt_cells_release(const pt_host *host, struct pt_cells *cells)
{
    for (uint32_t i = 0; i < cells->n; i++) {
        pt_mem_free(host, cells->columns[i].name);
    }
    pt_mem_free(host, cells->columns);
    *cells = (struct pt_cells){0};
}

pt_status pt_cells_view(const pt_host *host, const struct pt_cells *cells,
                        const struct ArrowArray *batch, struct pt_cell_view *views, pt_error *err)
{
    if (batch->n_children != (int64_t)cells->n) {
        return pt_fail(host, err, PT_E_DATA, NULL, "a batch has %lld columns, the schema %u",
                       (long long)batch->n_children, cells->n);
    }
    for (uint32_t i = 0; i < cells->n; i++) {
        const struct ArrowArray *child = batch->children[i];
        pt_cell_type type = cells->columns[i].type;
        int64_t wanted = type == PT_CELLS_TEXT ? 3 : 2;
        if (child->n_buffers != wanted || child->length < batch->length) {
            return pt_fail(host, err, PT_E_DATA, NULL, "column `%s` is not of its schema",
                           cells->columns[i].name);
        }
        views[i] = (struct pt_cell_view){
            .type = type,
            .valid = child->null_count == 0 ? NULL : child->buffers[0],
            .offset = child->offset + batch->offset,
            .values = child->buffers[1],
            .text = type == PT_CELLS_TEXT ? child->buffers[2] : NULL,
        };
    }
    return PT_OK;
}
