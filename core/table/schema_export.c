// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The Arrow schema of exported rows. As with arrays, every child owns what it points to.
#include <string.h>

#include "batch.h"
#include "mem.h"

#define GUARD_KEY "portrait.guard"
#define GUARD_VALUE "exempt"

// Behind private_data of a column.
struct field_memory {
    char *name;
    char *metadata;
};

// Behind private_data of the struct schema.
struct fields_memory {
    struct ArrowSchema **pointers;
    struct ArrowSchema *children;
};

static void release_field(struct ArrowSchema *schema)
{
    struct field_memory *memory = schema->private_data;
    mem_free(memory->name);
    mem_free(memory->metadata);
    mem_free(memory);
    schema->release = NULL;
}

static void release_fields(struct ArrowSchema *schema)
{
    struct fields_memory *memory = schema->private_data;
    for (int64_t i = 0; i < schema->n_children; i++) {
        if (memory->children[i].release != NULL) {
            memory->children[i].release(&memory->children[i]);
        }
    }
    mem_free(memory->pointers);
    mem_free(memory->children);
    mem_free(memory);
    schema->release = NULL;
}

static const char *format_of(enum vec_type type)
{
    static const char *const formats[] = {
        [VEC_BOOL] = "b", [VEC_I64] = "l",    [VEC_F64] = "g",
        [VEC_STR] = "U",  [VEC_DATE] = "tdD", [VEC_TIME] = "tsu:UTC",
    };
    return formats[type];
}

static char *add_i32(char *at, size_t value)
{
    int32_t v = (int32_t)value;
    memcpy(at, &v, sizeof v);
    return at + sizeof v;
}

static char *add_text(char *at, const char *text)
{
    size_t n = strlen(text);
    at = add_i32(at, n);
    memcpy(at, text, n);
    return at + n;
}

// One pair as the C data interface encodes metadata: native int32 counts before the bytes.
static char *guard_metadata(void)
{
    char *metadata = mem_alloc(3 * sizeof(int32_t) + strlen(GUARD_KEY) + strlen(GUARD_VALUE));
    if (metadata != NULL) {
        add_text(add_text(add_i32(metadata, 1), GUARD_KEY), GUARD_VALUE);
    }
    return metadata;
}

static pt_status export_field(const struct export_column *column, const struct table *t,
                              struct ArrowSchema *out)
{
    const struct column *c = &t->columns[column->column];
    struct field_memory *memory = mem_zero(1, sizeof *memory);
    if (memory == NULL) {
        return PT_E_NO_MEMORY;
    }
    struct ArrowSchema field = {
        .format = format_of(c->type),
        .flags = ARROW_FLAG_NULLABLE,
        .release = release_field,
        .private_data = memory,
    };
    memory->name = mem_strdup(column->name == NULL ? c->name : column->name);
    memory->metadata = column->is_guard_exempt ? guard_metadata() : NULL;
    if (memory->name == NULL || (column->is_guard_exempt && memory->metadata == NULL)) {
        release_field(&field);
        return PT_E_NO_MEMORY;
    }
    field.name = memory->name;
    field.metadata = memory->metadata;
    *out = field;
    return PT_OK;
}

static struct fields_memory *fields_new(size_t n)
{
    struct fields_memory *memory = mem_zero(1, sizeof *memory);
    if (memory == NULL) {
        return NULL;
    }
    memory->pointers = mem_zero(n, sizeof(struct ArrowSchema *));
    memory->children = mem_zero(n, sizeof *memory->children);
    if (memory->pointers == NULL || memory->children == NULL) {
        mem_free(memory->pointers);
        mem_free(memory->children);
        mem_free(memory);
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        memory->pointers[i] = &memory->children[i];
    }
    return memory;
}

pt_status schema_export(const struct export_request *request, struct ArrowSchema *out,
                        struct pt_error *err)
{
    struct fields_memory *memory = fields_new(request->n_columns);
    if (memory == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for the schema of a sink");
    }
    struct ArrowSchema schema = {
        .format = "+s",
        .name = "",
        .n_children = (int64_t)request->n_columns,
        .children = memory->pointers,
        .release = release_fields,
        .private_data = memory,
    };
    pt_status status = PT_OK;
    for (size_t i = 0; i < request->n_columns && status == PT_OK; i++) {
        status = export_field(&request->columns[i], request->table, &memory->children[i]);
    }
    if (status != PT_OK) {
        release_fields(&schema);
        FAIL(err, status, "no memory for the schema of a sink");
    }
    *out = schema;
    return PT_OK;
}
