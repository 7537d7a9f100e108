// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "schema_wire.h"

#include "arena.h"
#include "batch.h"
#include "mem.h"

// Metadata of the C data interface: a count, then lengths and bytes of keys and values. Its size is
// nowhere told.
static bool metadata_size(const char *metadata, size_t *out)
{
    int32_t n = 0;
    size_t at = sizeof n;
    *out = 0;
    if (metadata == NULL) {
        return true;
    }
    memcpy(&n, metadata, sizeof n);
    if (n < 0 || n > 1000) {
        return false;
    }
    for (int32_t i = 0; i < 2 * n; i++) {
        int32_t length = 0;
        memcpy(&length, metadata + at, sizeof length);
        if (length < 0 || length > (1 << 20)) {
            return false;
        }
        at += sizeof length + (size_t)length;
    }
    *out = at;
    return true;
}

static bool encode_field(const struct ArrowSchema *field, struct str *out)
{
    size_t n = 0;
    if (field == NULL || field->format == NULL || !metadata_size(field->metadata, &n)) {
        return false;
    }
    wire_put_text(out, field->format);
    wire_put_text(out, field->name);
    wire_put_i64(out, field->flags);
    wire_put_bytes(out, (pt_bytes){(const uint8_t *)field->metadata, n});
    wire_put_u8(out, field->dictionary != NULL);
    return true;
}

pt_status schema_encode(const struct ArrowSchema *schema, struct str *out, struct pt_error *err)
{
    if (schema->release == NULL || schema->n_children < 0 ||
        schema->n_children > SCHEMA_COLUMNS_MAX || !encode_field(schema, out)) {
        FAIL(err, PT_E_DATA, "a schema that is no struct of columns");
    }
    wire_put_u32(out, (uint32_t)schema->n_children);
    for (int64_t i = 0; i < schema->n_children; i++) {
        const struct ArrowSchema *child = schema->children[i];
        if (!encode_field(child, out)) {
            FAIL(err, PT_E_DATA, "column %lld of a schema has no format", (long long)i + 1);
        }
        if (child->dictionary != NULL && !encode_field(child->dictionary, out)) {
            FAIL(err, PT_E_DATA, "the dictionary of column %lld has no format", (long long)i + 1);
        }
    }
    return out->failed ? error_set(err, PT_E_NO_MEMORY, "no memory for a schema") : PT_OK;
}

static void release_child(struct ArrowSchema *schema)
{
    schema->release = NULL; // the parent's arena holds it
}

static void release_root(struct ArrowSchema *schema)
{
    struct arena *arena = schema->private_data;
    schema->release = NULL;
    arena_release(arena);
    mem_free(arena);
}

// False when memory is out; what is not there sets in->failed.
static bool decode_field(struct arena *a, struct wire *in, struct ArrowSchema *out, bool *has_more)
{
    const char *format = wire_name(in);
    const char *name = wire_text(in);
    *out = (struct ArrowSchema){.flags = wire_i64(in), .release = release_child};
    pt_bytes metadata = wire_bytes(in);
    *has_more = wire_u8(in) != 0;
    out->format = arena_strdup(a, format);
    out->name = name == NULL ? NULL : arena_strdup(a, name);
    if (metadata.size > 0) {
        out->metadata = arena_strndup(a, (const char *)metadata.data, metadata.size);
    }
    return out->format != NULL && (name == NULL || out->name != NULL) &&
           (metadata.size == 0 || out->metadata != NULL);
}

static bool decode_column(struct arena *a, struct wire *in, struct ArrowSchema **out)
{
    bool has_dictionary = false;
    bool has_more = false;
    struct ArrowSchema *column = arena_zero(a, 2, sizeof *column);
    if (column == NULL || !decode_field(a, in, column, &has_dictionary)) {
        return false;
    }
    *out = column;
    if (has_dictionary) {
        column->dictionary = column + 1;
        return decode_field(a, in, column->dictionary, &has_more);
    }
    return true;
}

static pt_status decode_all(struct arena *a, struct wire *in, struct ArrowSchema *out,
                            struct pt_error *err)
{
    bool has_more = false;
    bool fits = decode_field(a, in, out, &has_more);
    uint32_t n = wire_u32(in);
    if (in->failed || has_more || n > SCHEMA_COLUMNS_MAX) {
        FAIL(err, PT_E_DATA, "a damaged schema");
    }
    out->children = arena_zero(a, n, sizeof(struct ArrowSchema *));
    out->n_children = n;
    fits = fits && out->children != NULL;
    for (uint32_t i = 0; fits && i < n && !in->failed; i++) {
        fits = decode_column(a, in, &out->children[i]);
    }
    if (!fits) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a schema");
    }
    return in->failed ? error_set(err, PT_E_DATA, "a damaged schema") : PT_OK;
}

pt_status schema_decode(struct wire *in, struct ArrowSchema *out, struct pt_error *err)
{
    struct ArrowSchema schema = {0};
    struct arena *arena = mem_zero(1, sizeof *arena);
    if (arena == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a schema");
    }
    pt_status status = decode_all(arena, in, &schema, err);
    if (status != PT_OK) {
        arena_release(arena);
        mem_free(arena);
        return status;
    }
    schema.release = release_root;
    schema.private_data = arena;
    *out = schema;
    return PT_OK;
}
