// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "option_row.h"

#include <math.h>
#include <regex.h>
#include <string.h>

struct option_kind {
    const char *name;
    const char *takes;
    uint32_t size;
    uint32_t align;
};

#define KIND(name, takes, type) {name, takes, sizeof(type), _Alignof(type)}

static const struct option_kind kinds[] = {
    [PT_OPT_BOOL] = KIND("bool", "true or false", uint8_t),
    [PT_OPT_I64] = KIND("i64", "a whole number", int64_t),
    [PT_OPT_F64] = KIND("f64", "a number", double),
    [PT_OPT_STRING] = KIND("string", "a text", const char *),
    [PT_OPT_ENUM] = KIND("enum", "one of its choices", int32_t),
    [PT_OPT_SIZE] = KIND("size", "a size such as 64KiB", int64_t),
    [PT_OPT_DURATION] = KIND("duration", "a duration such as 30m", int64_t),
    [PT_OPT_TIME] = KIND("time", "a time such as 2025-06-01T00:00:00Z", int64_t),
    [PT_OPT_COLUMN] = KIND("column", "the name of a column", const char *),
    [PT_OPT_EXPR] = KIND("expr", "an expression", const char *),
    [PT_OPT_SECRET] = KIND("secret", "a secret, written ${secret:NAME}", uint32_t),
    [PT_OPT_INPUT] = KIND("input", "a path or pattern of files", pt_input *),
    [PT_OPT_LIST] = KIND("list", "a list", pt_list),
    [PT_OPT_MAP] = KIND("map", "a map", pt_map),
    [PT_OPT_OBJECT] = {"object", "a map of options", 0, 1},
};

static bool is_known(pt_option_type type)
{
    return type >= PT_OPT_BOOL && type <= PT_OPT_OBJECT;
}

static bool is_container(pt_option_type type)
{
    return type == PT_OPT_LIST || type == PT_OPT_MAP;
}

uint32_t option_size(const struct option_row *row)
{
    if (row->type != PT_OPT_OBJECT) {
        return is_known(row->type) ? kinds[row->type].size : 0;
    }
    uint32_t end = 0;
    for (uint32_t i = 0; i < row->n_fields; i++) {
        uint32_t field_end = row->fields[i].offset + option_size(&row->fields[i]);
        end = field_end > end ? field_end : end;
    }
    return end;
}

uint32_t option_align(const struct option_row *row)
{
    uint32_t align = is_known(row->type) ? kinds[row->type].align : 1;
    for (uint32_t i = 0; row->type == PT_OPT_OBJECT && i < row->n_fields; i++) {
        uint32_t field_align = option_align(&row->fields[i]);
        align = field_align > align ? field_align : align;
    }
    return align;
}

const char *option_takes(pt_option_type type)
{
    return is_known(type) ? kinds[type].takes : "nothing";
}

const char *option_type_name(pt_option_type type)
{
    return is_known(type) ? kinds[type].name : "unknown";
}

pt_status plugin_text_copy(struct arena *arena, const struct plugin_text *text, const char **out,
                           struct pt_error *err)
{
    *out = NULL;
    if (text->in == NULL) {
        return PT_OK;
    }
    size_t n = strnlen(text->in, text->most + 1);
    if (n > text->most) {
        FAIL(err, PT_E_DATA, "%s is longer than %zu bytes", text->what, text->most);
    }
    if (!text_is_utf8(text_n(text->in, n), NULL)) {
        FAIL(err, PT_E_DATA, "%s is not UTF-8", text->what);
    }
    *out = arena_strndup(arena, text->in, n);
    if (*out == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a plugin's description");
    }
    return PT_OK;
}

// [a-z][a-z0-9_]*
static bool is_option_name(const char *name)
{
    if (name == NULL || name[0] < 'a' || name[0] > 'z') {
        return false;
    }
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return name[n] == '\0' && n <= OPTION_NAME_MAX;
}

static pt_status copy_texts(const pt_option *in, struct arena *arena, struct option_row *row,
                            struct pt_error *err)
{
    const struct {
        struct plugin_text text;
        const char **out;
    } texts[] = {
        {{in->help, "help", OPTION_TEXT_MAX}, &row->help},
        {{in->unit, "unit", OPTION_TEXT_MAX}, &row->unit},
        {{in->default_text, "default_text", OPTION_TEXT_MAX}, &row->default_text},
        {{in->pattern, "pattern", OPTION_TEXT_MAX}, &row->pattern},
        {{in->example, "example", OPTION_TEXT_MAX}, &row->example},
        {{in->since, "since", OPTION_TEXT_MAX}, &row->since},
        {{in->replaced_by, "replaced_by", OPTION_TEXT_MAX}, &row->replaced_by},
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        TRY(plugin_text_copy(arena, &texts[i].text, texts[i].out, err));
    }
    return PT_OK;
}

// The i-th choice, which must have a name of its own.
static pt_status copy_choice(const char *in, uint32_t i, struct arena *arena, const char **choices,
                             struct pt_error *err)
{
    struct plugin_text text = {in, "a choice", OPTION_NAME_MAX};
    TRY(plugin_text_copy(arena, &text, &choices[i], err));
    if (choices[i] == NULL || choices[i][0] == '\0') {
        FAIL(err, PT_E_DATA, "choice %u has no name", i);
    }
    for (uint32_t j = 0; j < i; j++) {
        if (strcmp(choices[i], choices[j]) == 0) {
            FAIL(err, PT_E_DATA, "two choices are named `%s`", choices[i]);
        }
    }
    return PT_OK;
}

static pt_status copy_choices(const pt_option *in, struct arena *arena, struct option_row *row,
                              struct pt_error *err)
{
    if (row->type != PT_OPT_ENUM) {
        return PT_OK;
    }
    if (in->n_choices == 0 || in->n_choices > OPTION_COUNT_MAX || in->choices == NULL) {
        FAIL(err, PT_E_DATA, "an enum of %u choices", in->n_choices);
    }
    const char **choices = arena_zero(arena, in->n_choices, sizeof *choices);
    if (choices == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a plugin's description");
    }
    for (uint32_t i = 0; i < in->n_choices; i++) {
        TRY(copy_choice(in->choices[i], i, arena, choices, err));
    }
    row->choices = choices;
    row->n_choices = in->n_choices;
    return PT_OK;
}

static pt_status check_bounds(struct option_row *row, struct pt_error *err)
{
    // "At least" is written with the upper bound left at zero.
    row->i_max = row->i_min > 0 && row->i_max == 0 ? INT64_MAX : row->i_max;
    row->f_max = row->f_min > 0 && row->f_max == 0 ? INFINITY : row->f_max;
    if (row->i_max < row->i_min || isnan(row->f_min) || isnan(row->f_max) ||
        row->f_max < row->f_min) {
        FAIL(err, PT_E_DATA, "its range is empty");
    }
    if (row->pattern == NULL) {
        return PT_OK;
    }
    regex_t regex;
    if (row->type != PT_OPT_STRING || regcomp(&regex, row->pattern, REG_EXTENDED | REG_NOSUB)) {
        FAIL(err, PT_E_DATA, "its pattern is no POSIX extended expression of a string option");
    }
    regfree(&regex);
    return PT_OK;
}

static pt_status check_flags(const struct option_row *row, struct pt_error *err)
{
    bool is_secret = row->type == PT_OPT_SECRET || (row->flags & PT_OPTF_SECRET) != 0;
    if (is_secret && row->type != PT_OPT_SECRET && row->type != PT_OPT_STRING) {
        FAIL(err, PT_E_DATA, "a secret can only be of type secret or string");
    }
    if (is_secret && row->default_text != NULL) {
        FAIL(err, PT_E_DATA, "a secret cannot have a default");
    }
    if ((row->flags & PT_OPTF_REQUIRED) != 0 && row->default_text != NULL) {
        FAIL(err, PT_E_DATA, "a required option cannot have a default");
    }
    if (row->type == PT_OPT_OBJECT && row->default_text != NULL) {
        FAIL(err, PT_E_DATA, "the defaults of an object stand with its fields");
    }
    return PT_OK;
}

static bool overlaps(const struct option_row *a, const struct option_row *b)
{
    return a->offset < b->offset + option_size(b) && b->offset < a->offset + option_size(a);
}

// The value lies in the struct, aligned, and on nobody else's place.
static pt_status check_place(const struct option_row *rows, uint32_t i, uint32_t struct_bytes,
                             struct pt_error *err)
{
    const struct option_row *row = &rows[i];
    uint32_t size = option_size(row);
    if (size > struct_bytes || row->offset > struct_bytes - size) {
        FAIL(err, PT_E_DATA, "its %u bytes at offset %u run past the config struct of %u bytes",
             size, row->offset, struct_bytes);
    }
    if (row->offset % option_align(row) != 0) {
        FAIL(err, PT_E_DATA, "offset %u is not aligned for a %s", row->offset,
             option_type_name(row->type));
    }
    for (uint32_t j = 0; j < i; j++) {
        if (strcmp(rows[j].name, row->name) == 0) {
            FAIL(err, PT_E_DATA, "the name occurs twice");
        }
        if (overlaps(row, &rows[j])) {
            FAIL(err, PT_E_DATA, "its place in the config struct overlaps that of `%s`",
                 rows[j].name);
        }
    }
    return PT_OK;
}

struct row_copier {
    struct arena *arena;
    struct pt_error *err;
    uint32_t depth;
};

static pt_status copy_rows(struct row_copier *c, const struct option_table *in, bool is_element,
                           const struct option_row **out);

static pt_status copy_fields(struct row_copier *c, const pt_option *in, uint32_t room,
                             struct option_row *row)
{
    bool has_element = is_container(row->type);
    if (!has_element && row->type != PT_OPT_OBJECT) {
        return PT_OK;
    }
    if (has_element && (in->n_fields != 1 || in->elem_size == 0 || in->elem_size > (1u << 20))) {
        FAIL(c->err, PT_E_DATA, "a %s needs one element row and an elem_size",
             option_type_name(row->type));
    }
    if (in->n_fields == 0) {
        FAIL(c->err, PT_E_DATA, "an object without fields");
    }
    if (c->depth >= OPTION_DEPTH_MAX) {
        FAIL(c->err, PT_E_DATA, "rows are nested deeper than %d", OPTION_DEPTH_MAX);
    }
    struct option_table nested = {in->fields, in->n_fields, has_element ? in->elem_size : room};
    c->depth++;
    pt_status status = copy_rows(c, &nested, has_element, &row->fields);
    c->depth--;
    TRY(status);
    if (has_element && (row->fields[0].offset != 0 || row->elem_size % option_align(row->fields))) {
        FAIL(c->err, PT_E_DATA, "its elements of %u bytes do not line up", row->elem_size);
    }
    row->n_fields = in->n_fields;
    return PT_OK;
}

// Copies what every row has; its name first, so that messages can tell which row it is.
static pt_status copy_row(struct row_copier *c, const pt_option *in, bool is_element,
                          struct option_row *row)
{
    const uint32_t floor = offsetof(pt_option, replaced_by) + sizeof in->replaced_by;
    if (in == NULL || in->struct_size < floor) {
        FAIL(c->err, PT_E_DATA, "an option row is missing or of %u bytes where %u are needed",
             in == NULL ? 0 : in->struct_size, floor);
    }
    if (!is_element && !is_option_name(in->name)) {
        FAIL(c->err, PT_E_DATA, "an option's name is not of the form [a-z][a-z0-9_]*");
    }
    row->name = is_element ? "element" : arena_strdup(c->arena, in->name);
    if (row->name == NULL) {
        FAIL(c->err, PT_E_NO_MEMORY, "no memory for a plugin's description");
    }
    row->type = in->type;
    row->flags = in->flags;
    row->offset = in->offset;
    row->i_min = in->i_min;
    row->i_max = in->i_max;
    row->f_min = in->f_min;
    row->f_max = in->f_max;
    row->elem_size = is_container(in->type) ? in->elem_size : 0;
    if (!is_known(in->type)) {
        FAIL(c->err, PT_E_DATA, "type %d is unknown to this host", in->type);
    }
    return PT_OK;
}

static pt_status fill_row(struct row_copier *c, const pt_option *in, uint32_t room,
                          struct option_row *row)
{
    TRY(copy_texts(in, c->arena, row, c->err));
    TRY(copy_choices(in, c->arena, row, c->err));
    TRY(check_bounds(row, c->err));
    TRY(check_flags(row, c->err));
    return copy_fields(c, in, room, row);
}

// The i-th row of a table into its place of the copy.
static pt_status copy_one(struct row_copier *c, const struct option_table *in, bool is_element,
                          struct option_row *rows, uint32_t i)
{
    struct option_row *row = &rows[i];
    pt_status status = copy_row(c, in->rows[i], is_element, row);
    if (status == PT_OK) {
        uint32_t room = row->offset < in->struct_bytes ? in->struct_bytes - row->offset : 0;
        status = fill_row(c, in->rows[i], room, row);
    }
    if (status == PT_OK) {
        status = check_place(rows, i, in->struct_bytes, c->err);
    }
    if (status != PT_OK && row->name != NULL) {
        error_prefix(c->err, "option `%s`", row->name);
    }
    return status;
}

static pt_status copy_rows(struct row_copier *c, const struct option_table *in, bool is_element,
                           const struct option_row **out)
{
    if (in->n > OPTION_COUNT_MAX || (in->n > 0 && in->rows == NULL)) {
        FAIL(c->err, PT_E_DATA, "%u option rows cannot be", in->n);
    }
    struct option_row *rows = arena_zero(c->arena, in->n, sizeof *rows);
    if (rows == NULL) {
        FAIL(c->err, PT_E_NO_MEMORY, "no memory for a plugin's description");
    }
    for (uint32_t i = 0; i < in->n; i++) {
        TRY(copy_one(c, in, is_element, rows, i));
    }
    *out = rows;
    return PT_OK;
}

pt_status option_rows_copy(const struct option_table *in, struct arena *arena,
                           const struct option_row **out, struct pt_error *err)
{
    struct row_copier copier = {.arena = arena, .err = err};
    return copy_rows(&copier, in, false, out);
}
