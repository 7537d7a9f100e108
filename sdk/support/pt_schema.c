// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Arrow schema of a struct of columns. Each node owns its texts, so that a consumer may move
// children out of the parent, as the C data interface allows.
#include "pt_batch.h"

#include <stdio.h>
#include <string.h>

struct schema_node {
    const pt_host *host;
    char *name;
    char *format;
};

static void schema_release(struct ArrowSchema *schema)
{
    struct schema_node *node = schema->private_data;
    const pt_host *host = node->host;
    for (int64_t i = 0; i < schema->n_children; i++) {
        struct ArrowSchema *child = schema->children[i];
        if (child != NULL && child->release != NULL) {
            child->release(child);
        }
        pt_mem_free(host, child);
    }
    pt_mem_free(host, schema->children);
    if (schema->dictionary != NULL && schema->dictionary->release != NULL) {
        schema->dictionary->release(schema->dictionary);
    }
    pt_mem_free(host, schema->dictionary);
    pt_mem_free(host, node->name);
    pt_mem_free(host, node->format);
    pt_mem_free(host, node);
    schema->release = NULL;
}

static pt_status node_build(const pt_host *host, const char *name, const char *format,
                            struct ArrowSchema *out)
{
    struct schema_node *node = pt_mem_zero(host, 1, sizeof *node);
    if (node == NULL) {
        return PT_E_NO_MEMORY;
    }
    node->host = host;
    node->name = pt_mem_text(host, name, strlen(name));
    node->format = pt_mem_text(host, format, strlen(format));
    *out = (struct ArrowSchema){.format = node->format,
                                .name = node->name,
                                .flags = ARROW_FLAG_NULLABLE,
                                .release = schema_release,
                                .private_data = node};
    if (node->name == NULL || node->format == NULL) {
        out->release(out);
        return PT_E_NO_MEMORY;
    }
    return PT_OK;
}

static const char *field_format(const struct pt_field *field, char *zoned, size_t capacity)
{
    switch (field->cell) {
    case PT_CELL_BOOL:
        return "b";
    case PT_CELL_I32:
    case PT_CELL_DICT:
        return "i";
    case PT_CELL_I64:
        return "l";
    case PT_CELL_F64:
        return "g";
    case PT_CELL_UTF8:
        return "u";
    case PT_CELL_DATE32:
        return "tdD";
    case PT_CELL_TS_US:
        snprintf(zoned, capacity, "tsu:%s", field->zone == NULL ? "" : field->zone);
        return zoned;
    }
    return "u";
}

static pt_status field_build(const pt_host *host, const struct pt_field *field,
                             struct ArrowSchema *out)
{
    char zoned[64];
    const char *format = field_format(field, zoned, sizeof zoned);
    pt_status status = node_build(host, field->name, format, out);
    if (status != PT_OK || field->cell != PT_CELL_DICT) {
        return status;
    }
    out->dictionary = pt_mem_zero(host, 1, sizeof *out->dictionary);
    status = out->dictionary == NULL ? PT_E_NO_MEMORY : node_build(host, "", "u", out->dictionary);
    if (status != PT_OK) {
        out->release(out);
    }
    return status;
}

pt_status pt_schema_build(const pt_host *host, const struct pt_field *fields, uint32_t n,
                          struct ArrowSchema *out)
{
    struct ArrowSchema schema;
    pt_status status = node_build(host, "", "+s", &schema);
    if (status != PT_OK) {
        return status;
    }
    schema.flags = 0;
    schema.children = pt_mem_zero(host, n, sizeof(struct ArrowSchema *));
    status = schema.children == NULL ? PT_E_NO_MEMORY : PT_OK;
    for (uint32_t i = 0; status == PT_OK && i < n; i++) {
        struct ArrowSchema *child = pt_mem_zero(host, 1, sizeof *child);
        if (child == NULL) {
            status = PT_E_NO_MEMORY;
            break;
        }
        schema.children[schema.n_children++] = child;
        status = field_build(host, &fields[i], child);
    }
    if (status != PT_OK) {
        schema.release(&schema);
        return status;
    }
    *out = schema;
    return PT_OK;
}
