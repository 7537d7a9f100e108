// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Option rows as JSON Schema 2020-12 (https://json-schema.org/draft/2020-12). What JSON Schema
// cannot say (column, expr, unit) goes into x- annotations.
#include "config.h"

#include <math.h>

#include "option_default.h"
#include "option_row.h"
#include "option_value.h"

// Units from large to small, each once, at least one.
#define DURATION_PATTERN                                                                           \
    "^(?=.)([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?([0-9]+us)?$"

static void write_row(struct json_writer *w, const struct option_row *row);
static void write_object(struct json_writer *w, const struct option_row *rows, uint32_t n);

static void put_pair(struct json_writer *w, const char *key, const char *value)
{
    if (value != NULL) {
        json_key(w, key);
        json_put_str(w, value);
    }
}

static void write_i64_range(struct json_writer *w, const struct option_row *row)
{
    if (row->i_min != 0 || row->i_max != 0) {
        json_key(w, "minimum");
        json_put_i64(w, row->i_min);
    }
    if ((row->i_min != 0 || row->i_max != 0) && row->i_max != INT64_MAX) {
        json_key(w, "maximum");
        json_put_i64(w, row->i_max);
    }
}

static void write_f64_range(struct json_writer *w, const struct option_row *row)
{
    if (row->f_min != 0 || row->f_max != 0) {
        json_key(w, "minimum");
        json_put_f64(w, row->f_min);
    }
    if ((row->f_min != 0 || row->f_max != 0) && isfinite(row->f_max)) {
        json_key(w, "maximum");
        json_put_f64(w, row->f_max);
    }
}

static void write_choices(struct json_writer *w, const struct option_row *row)
{
    json_key(w, "enum");
    json_begin_array(w);
    for (uint32_t i = 0; i < row->n_choices; i++) {
        json_put_str(w, row->choices[i]);
    }
    json_end_array(w);
}

static void write_size(struct json_writer *w, const struct option_row *row)
{
    json_key(w, "type");
    json_begin_array(w);
    json_put_str(w, "integer");
    json_put_str(w, "string");
    json_end_array(w);
    put_pair(w, "pattern", "^[0-9]+(B|kB|KB|MB|GB|KiB|MiB|GiB)?$");
    write_i64_range(w, row);
}

static void write_text(struct json_writer *w, const struct option_row *row)
{
    put_pair(w, "type", "string");
    if ((row->flags & PT_OPTF_SECRET) != 0) {
        put_pair(w, "pattern", "^\\$\\{secret:[A-Za-z0-9_.-]+\\}$");
    } else if (row->pattern != NULL) {
        struct str pattern = {0};
        str_addf(&pattern, "^(?:%s)$", row->pattern);
        const char *text = str_get(&pattern);
        w->out->failed = w->out->failed || text == NULL;
        put_pair(w, "pattern", text);
        str_release(&pattern);
    } else if (row->type != PT_OPT_STRING) {
        json_key(w, "minLength");
        json_put_i64(w, 1);
    }
}

// A single text may stand for a list of one.
static bool is_text_list(const struct option_row *row)
{
    pt_option_type type = row->fields[0].type;
    return type == PT_OPT_STRING || type == PT_OPT_COLUMN || type == PT_OPT_EXPR;
}

static void write_list(struct json_writer *w, const struct option_row *row)
{
    bool has_two = is_text_list(row);
    if (has_two) {
        json_key(w, "anyOf");
        json_begin_array(w);
        json_begin_object(w);
    }
    put_pair(w, "type", "array");
    json_key(w, "items");
    write_row(w, &row->fields[0]);
    if (has_two) {
        json_end_object(w);
        write_row(w, &row->fields[0]);
        json_end_array(w);
    }
}

static void write_type(struct json_writer *w, const struct option_row *row)
{
    switch (row->type) {
    case PT_OPT_BOOL:
        put_pair(w, "type", "boolean");
        break;
    case PT_OPT_I64:
        put_pair(w, "type", "integer");
        write_i64_range(w, row);
        break;
    case PT_OPT_F64:
        put_pair(w, "type", "number");
        write_f64_range(w, row);
        break;
    case PT_OPT_ENUM:
        write_choices(w, row);
        break;
    case PT_OPT_SIZE:
        write_size(w, row);
        break;
    case PT_OPT_DURATION:
        put_pair(w, "type", "string");
        put_pair(w, "pattern", DURATION_PATTERN);
        break;
    case PT_OPT_SECRET:
        put_pair(w, "type", "string");
        put_pair(w, "pattern", "^\\$\\{secret:[A-Za-z0-9_.-]+\\}$");
        break;
    case PT_OPT_LIST:
        write_list(w, row);
        break;
    case PT_OPT_MAP:
        put_pair(w, "type", "object");
        json_key(w, "additionalProperties");
        write_row(w, &row->fields[0]);
        break;
    case PT_OPT_OBJECT:
        write_object(w, row->fields, row->n_fields);
        break;
    default:
        write_text(w, row);
        break;
    }
}

static void write_scalar(struct json_writer *w, const struct option_row *row,
                         const struct node *node)
{
    union option_value value = {.i = 0};
    bool is_typed = row->type == PT_OPT_BOOL || row->type == PT_OPT_I64 || row->type == PT_OPT_F64;
    if (!is_typed || option_value_parse(row, node, &value, NULL) != NULL) {
        json_put_text(w, node->text);
    } else if (row->type == PT_OPT_BOOL) {
        json_put_bool(w, value.b != 0);
    } else if (row->type == PT_OPT_I64) {
        json_put_i64(w, value.i);
    } else {
        json_put_f64(w, value.f);
    }
}

// A default as JSON would write it.
static void write_value(struct json_writer *w, const struct option_row *row,
                        const struct node *node)
{
    const struct option_row *element = row->n_fields > 0 ? row->fields : row;
    if (node->kind == NODE_MAP) {
        json_begin_object(w);
        for (size_t i = 0; i < node->n; i++) {
            json_key(w, node->pairs[i].key->text.p);
            write_value(w, element, node->pairs[i].value);
        }
        json_end_object(w);
    } else if (node->kind == NODE_LIST) {
        json_begin_array(w);
        for (size_t i = 0; i < node->n; i++) {
            write_value(w, element, node->items[i]);
        }
        json_end_array(w);
    } else {
        write_scalar(w, row, node);
    }
}

static void write_default(struct json_writer *w, const struct option_row *row)
{
    struct arena arena = {0};
    struct node *node = NULL;
    if (row->default_text == NULL) {
        return;
    }
    if (option_default_parse(row, &arena, &node, NULL) == PT_OK) {
        json_key(w, "default");
        write_value(w, row, node);
    } else {
        w->out->failed = true; // defaults were checked when the plugin was loaded: no memory
    }
    arena_release(&arena);
}

static void write_row(struct json_writer *w, const struct option_row *row)
{
    json_begin_object(w);
    write_type(w, row);
    put_pair(w, "description", row->help);
    write_default(w, row);
    if (row->example != NULL) {
        json_key(w, "examples");
        json_begin_array(w);
        json_put_str(w, row->example);
        json_end_array(w);
    }
    if (row->type == PT_OPT_SECRET || (row->flags & PT_OPTF_SECRET) != 0) {
        json_key(w, "writeOnly");
        json_put_bool(w, true);
    }
    if ((row->flags & PT_OPTF_DEPRECATED) != 0) {
        json_key(w, "deprecated");
        json_put_bool(w, true);
    }
    put_pair(w, "x-type", option_type_name(row->type));
    put_pair(w, "x-unit", row->unit);
    json_end_object(w);
}

static bool has_required(const struct option_row *rows, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if ((rows[i].flags & PT_OPTF_REQUIRED) != 0) {
            return true;
        }
    }
    return false;
}

static void write_object(struct json_writer *w, const struct option_row *rows, uint32_t n)
{
    put_pair(w, "type", "object");
    json_key(w, "properties");
    json_begin_object(w);
    for (uint32_t i = 0; i < n; i++) {
        json_key(w, rows[i].name);
        write_row(w, &rows[i]);
    }
    json_end_object(w);
    if (has_required(rows, n)) {
        json_key(w, "required");
        json_begin_array(w);
        for (uint32_t i = 0; i < n; i++) {
            if ((rows[i].flags & PT_OPTF_REQUIRED) != 0) {
                json_put_str(w, rows[i].name);
            }
        }
        json_end_array(w);
    }
    json_key(w, "additionalProperties");
    json_put_bool(w, false);
}

void config_schema(const struct component_info *component, struct json_writer *w)
{
    json_begin_object(w);
    put_pair(w, "title", component->name);
    put_pair(w, "description", component->summary);
    write_object(w, component->options, component->n_options);
    json_end_object(w);
}
