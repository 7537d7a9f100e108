// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Reads an ArrowSchema (Arrow C Data Interface) into an owned schema. The column formats taken are
// few on purpose: every one of them has an exact place among the vector types.
#include <string.h>

#include "batch.h"
#include "map.h"

#define NAME_BYTES_MAX 1024
#define ZONE_BYTES_MAX ((size_t)64)

struct wire_format {
    const char *format;
    enum arrow_wire wire;
    enum vec_type type;
};

static const struct wire_format plain_formats[] = {
    {"b", WIRE_BOOL, VEC_BOOL},     {"c", WIRE_I8, VEC_I64},     {"s", WIRE_I16, VEC_I64},
    {"i", WIRE_I32, VEC_I64},       {"l", WIRE_I64, VEC_I64},    {"f", WIRE_F32, VEC_F64},
    {"g", WIRE_F64, VEC_F64},       {"u", WIRE_TEXT32, VEC_STR}, {"U", WIRE_TEXT64, VEC_STR},
    {"tdD", WIRE_DATE32, VEC_DATE},
};

static const struct wire_format code_formats[] = {
    {"c", WIRE_I8, VEC_STR}, {"s", WIRE_I16, VEC_STR}, {"i", WIRE_I32, VEC_STR},
    {"C", WIRE_U8, VEC_STR}, {"S", WIRE_U16, VEC_STR}, {"I", WIRE_U32, VEC_STR},
};

// "tsm" or "tsu", then nothing or ":zone".
static bool parse_time_format(const char *format, struct schema_field *field)
{
    if (strncmp(format, "tsm", 3) != 0 && strncmp(format, "tsu", 3) != 0) {
        return false;
    }
    const char *rest = format + 3;
    if (rest[0] != '\0' && rest[0] != ':') {
        return false;
    }
    const char *zone = rest[0] == ':' ? rest + 1 : rest;
    size_t n = strnlen(zone, ZONE_BYTES_MAX + 1);
    if (n > ZONE_BYTES_MAX || !text_is_utf8(text_n(zone, n), NULL)) {
        return false;
    }
    field->type = VEC_TIME;
    field->wire = format[2] == 'm' ? WIRE_TIME_MS : WIRE_TIME_US;
    field->is_local_time = n == 0;
    return true;
}

static bool find_format(const struct wire_format *formats, size_t n, const char *format,
                        struct schema_field *field)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(format, formats[i].format) == 0) {
            field->type = formats[i].type;
            field->wire = formats[i].wire;
            return true;
        }
    }
    return false;
}

static bool parse_format(const char *format, struct schema_field *field)
{
    return find_format(plain_formats, sizeof plain_formats / sizeof plain_formats[0], format,
                       field) ||
           parse_time_format(format, field);
}

static pt_status parse_dictionary(const struct ArrowSchema *in, struct schema_field *field,
                                  struct pt_error *err)
{
    const struct ArrowSchema *values = in->dictionary;
    if (values->release == NULL || values->format == NULL || values->n_children != 0 ||
        values->dictionary != NULL) {
        FAIL(err, PT_E_DATA, "column `%s`: the dictionary's schema is broken", field->name);
    }
    if (!find_format(code_formats, sizeof code_formats / sizeof code_formats[0], in->format,
                     field) ||
        strcmp(values->format, "u") != 0) {
        FAIL(err, PT_E_DATA,
             "column `%s`: a dictionary of `%.32s` with codes `%.32s` is not accepted (only a "
             "dictionary of u with codes c, s, i, C, S or I)",
             field->name, values->format, in->format);
    }
    field->is_dictionary = true;
    return PT_OK;
}

static pt_status check_name(const char *name, size_t index, struct pt_error *err)
{
    size_t n = name == NULL ? 0 : strnlen(name, NAME_BYTES_MAX + 1);
    if (n == 0) {
        FAIL(err, PT_E_DATA, "column %zu has no name", index + 1);
    }
    if (n > NAME_BYTES_MAX) {
        FAIL(err, PT_E_DATA, "the name of column %zu is longer than %d bytes", index + 1,
             NAME_BYTES_MAX);
    }
    if (!text_is_utf8(text_n(name, n), NULL)) {
        FAIL(err, PT_E_DATA, "the name of column %zu is not UTF-8", index + 1);
    }
    return PT_OK;
}

static pt_status import_field(const struct ArrowSchema *in, size_t index, struct arena *arena,
                              struct schema_field *out, struct pt_error *err)
{
    if (in == NULL || in->release == NULL || in->format == NULL) {
        FAIL(err, PT_E_DATA, "the schema of column %zu is released or empty", index + 1);
    }
    TRY(check_name(in->name, index, err));
    struct schema_field field = {.name = arena_strdup(arena, in->name)};
    field.format = arena_strndup(arena, in->format, strnlen(in->format, 2 * ZONE_BYTES_MAX));
    if (field.name == NULL || field.format == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for the schema");
    }
    if (in->n_children != 0 || (in->dictionary == NULL && !parse_format(in->format, &field))) {
        FAIL(err, PT_E_DATA,
             "column `%s`: Arrow format `%.64s` is not accepted (only b c s i l f g u U tdD tsm "
             "tsu and dictionaries of u)",
             field.name, in->format);
    }
    if (in->dictionary != NULL) {
        TRY(parse_dictionary(in, &field, err));
    }
    *out = field;
    return PT_OK;
}

static pt_status import_fields(const struct ArrowSchema *in, struct schema *s, struct map *names,
                               struct pt_error *err)
{
    for (size_t i = 0; i < s->n; i++) {
        struct schema_field *field = &s->fields[i];
        TRY(import_field(in->children[i], i, &s->arena, field, err));
        bool is_new = false;
        if (map_put(names, text_of(field->name), &is_new) == NULL) {
            FAIL(err, PT_E_NO_MEMORY, "no memory for the schema");
        }
        if (!is_new) {
            FAIL(err, PT_E_DATA, "two columns are named `%s`", field->name);
        }
    }
    return PT_OK;
}

pt_status schema_import(const struct ArrowSchema *in, struct schema *out, struct pt_error *err)
{
    if (in->release == NULL || in->format == NULL || strcmp(in->format, "+s") != 0 ||
        in->dictionary != NULL) {
        FAIL(err, PT_E_DATA, "the schema is not a live struct (\"+s\")");
    }
    if (in->n_children < 0 || in->n_children > SCHEMA_COLUMNS_MAX) {
        FAIL(err, PT_E_DATA, "%lld columns; the limit is %d", (long long)in->n_children,
             SCHEMA_COLUMNS_MAX);
    }
    if (in->n_children > 0 && in->children == NULL) {
        FAIL(err, PT_E_DATA, "the schema's columns are missing");
    }
    struct schema s = {.n = (size_t)in->n_children};
    struct map names = {0};
    pt_status status = PT_OK;
    s.fields = arena_zero(&s.arena, s.n, sizeof *s.fields);
    if (s.fields == NULL) {
        status = error_set(err, PT_E_NO_MEMORY, "no memory for the schema");
        goto cleanup;
    }
    status = import_fields(in, &s, &names, err);
    if (status != PT_OK) {
        goto cleanup;
    }
    *out = s;
    s = (struct schema){0};
cleanup:
    map_release(&names);
    schema_release(&s);
    return status;
}

ptrdiff_t schema_find(const struct schema *s, const char *name)
{
    for (size_t i = 0; i < s->n; i++) {
        if (strcmp(s->fields[i].name, name) == 0) {
            return (ptrdiff_t)i;
        }
    }
    return -1;
}

void schema_release(struct schema *s)
{
    arena_release(&s->arena);
    *s = (struct schema){0};
}
