// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fills a plugin's config struct from its option rows, strictly enough for tests.
#include "harness_inner.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int64_t scaled_number(const pt_option *row, const char *value)
{
    static const struct {
        const char *unit;
        int32_t type;
        int64_t factor;
    } units[] = {{"KiB", PT_OPT_SIZE, 1024},      {"MiB", PT_OPT_SIZE, 1048576},
                 {"KB", PT_OPT_SIZE, 1000},       {"MB", PT_OPT_SIZE, 1000000},
                 {"B", PT_OPT_SIZE, 1},           {"ms", PT_OPT_DURATION, 1},
                 {"s", PT_OPT_DURATION, 1000},    {"m", PT_OPT_DURATION, 60000},
                 {"h", PT_OPT_DURATION, 3600000}, {"d", PT_OPT_DURATION, 86400000}};

    char *end = NULL;
    errno = 0;
    int64_t v = strtoll(value, &end, 10);
    if (end == value || errno != 0) {
        harness_die("%s: `%s` is not a number", row->name, value);
    }
    if (*end == '\0') {
        return v;
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (units[i].type == row->type && strcmp(units[i].unit, end) == 0) {
            return v * units[i].factor;
        }
    }
    harness_die("%s: `%s` has an unknown unit", row->name, value);
}

static int32_t choice_index(const pt_option *row, const char *value)
{
    for (uint32_t i = 0; i < row->n_choices; i++) {
        if (strcmp(row->choices[i], value) == 0) {
            return (int32_t)i;
        }
    }
    harness_die("%s: `%s` is not one of its choices", row->name, value);
}

static void store(struct harness *h, const pt_option *row, void *at, const char *value)
{
    int64_t number = 0;
    double real = 0;
    int32_t index = 0;
    uint8_t flag = 0;
    char *text = NULL;
    switch (row->type) {
    case PT_OPT_BOOL:
        flag = strcmp(value, "true") == 0;
        if (flag == 0 && strcmp(value, "false") != 0) {
            harness_die("%s: `%s` is neither true nor false", row->name, value);
        }
        memcpy(at, &flag, sizeof flag);
        return;
    case PT_OPT_I64:
    case PT_OPT_SIZE:
    case PT_OPT_DURATION:
        number = scaled_number(row, value);
        if ((row->i_min != 0 || row->i_max != 0) && (number < row->i_min || number > row->i_max)) {
            harness_die("%s: %s is out of range", row->name, value);
        }
        memcpy(at, &number, sizeof number);
        return;
    case PT_OPT_F64:
        real = strtod(value, NULL);
        memcpy(at, &real, sizeof real);
        return;
    case PT_OPT_ENUM:
        index = choice_index(row, value);
        memcpy(at, &index, sizeof index);
        return;
    case PT_OPT_STRING:
    case PT_OPT_COLUMN:
    case PT_OPT_EXPR:
        text = harness_own(h, strlen(value) + 1);
        memcpy(text, value, strlen(value));
        memcpy(at, &text, sizeof text);
        return;
    default:
        harness_die("%s: options of type %d cannot be set from text", row->name, (int)row->type);
    }
}

static const pt_option *row_find(const pt_option *const *rows, uint32_t n, const char *name,
                                 uint8_t **base)
{
    size_t length = strcspn(name, ".");
    for (uint32_t i = 0; i < n; i++) {
        const pt_option *row = rows[i];
        if (strlen(row->name) != length || strncmp(row->name, name, length) != 0) {
            continue;
        }
        if (name[length] == '\0') {
            *base += row->offset;
            return row;
        }
        *base += row->offset;
        return row_find(row->fields, row->n_fields, name + length + 1, base);
    }
    harness_die("no option `%s`", name);
}

static const pt_option *option_find(struct harness *h, const char *name, void **at)
{
    uint8_t *base = h->config;
    const pt_option *row = row_find(h->component->options, h->component->n_options, name, &base);
    *at = base;
    return row;
}

void harness_set(struct harness *h, const char *option, const char *value)
{
    void *at = NULL;
    const pt_option *row = option_find(h, option, &at);
    store(h, row, at, value);
}

static void *items_extend(struct harness *h, const void *old, uint32_t n, uint32_t size)
{
    uint8_t *items = harness_own(h, ((uint64_t)n + 1) * size);
    if (n > 0) {
        memcpy(items, old, (uint64_t)n * size);
    }
    return items;
}

void harness_add(struct harness *h, const char *option, const char *item)
{
    void *at = NULL;
    const pt_option *row = option_find(h, option, &at);
    if (row->type != PT_OPT_LIST) {
        harness_die("%s is not a list", option);
    }
    pt_list list;
    memcpy(&list, at, sizeof list);
    uint8_t *items = items_extend(h, list.items, list.n, row->elem_size);
    store(h, row->fields[0], items + (uint64_t)list.n * row->elem_size, item);
    list = (pt_list){items, list.n + 1, row->elem_size};
    memcpy(at, &list, sizeof list);
}

void harness_put(struct harness *h, const char *option, const char *key, const char *v)
{
    void *at = NULL;
    const pt_option *row = option_find(h, option, &at);
    if (row->type != PT_OPT_MAP) {
        harness_die("%s is not a map", option);
    }
    pt_map map;
    memcpy(&map, at, sizeof map);
    uint8_t *values = items_extend(h, map.values, map.n, row->elem_size);
    const char **keys = items_extend(h, map.keys, map.n, sizeof *keys);
    char *name = harness_own(h, strlen(key) + 1);
    memcpy(name, key, strlen(key));
    keys[map.n] = name;
    store(h, row->fields[0], values + (uint64_t)map.n * row->elem_size, v);
    map = (pt_map){keys, values, map.n + 1, row->elem_size};
    memcpy(at, &map, sizeof map);
}

static struct pt_input *input_of(struct harness *h, const char *option)
{
    void *at = NULL;
    const pt_option *row = option_find(h, option, &at);
    if (row->type != PT_OPT_INPUT) {
        harness_die("%s is not an input", option);
    }
    struct pt_input *input = NULL;
    memcpy(&input, at, sizeof(struct pt_input *));
    if (input == NULL) {
        input = input_new(&h->read_limit);
        memcpy(at, &input, sizeof(struct pt_input *));
    }
    return input;
}

void harness_file(struct harness *h, const char *option, const char *path)
{
    input_add_file(input_of(h, option), path);
}

void harness_bytes(struct harness *h, const char *option, const char *name, const void *data,
                   uint64_t size)
{
    input_add_bytes(input_of(h, option), name, data, size);
}

void config_defaults(struct harness *h, const pt_option *const *rows, uint32_t n, uint8_t *base)
{
    for (uint32_t i = 0; i < n; i++) {
        const pt_option *row = rows[i];
        if (row->type == PT_OPT_OBJECT) {
            config_defaults(h, row->fields, row->n_fields, base + row->offset);
        } else if (row->default_text != NULL && row->type != PT_OPT_LIST &&
                   row->type != PT_OPT_MAP) {
            store(h, row, base + row->offset, row->default_text);
        }
    }
}

void config_release(struct harness *h, const pt_option *const *rows, uint32_t n, uint8_t *base)
{
    for (uint32_t i = 0; i < n; i++) {
        const pt_option *row = rows[i];
        if (row->type == PT_OPT_OBJECT) {
            config_release(h, row->fields, row->n_fields, base + row->offset);
        } else if (row->type == PT_OPT_INPUT) {
            struct pt_input *input = NULL;
            memcpy(&input, base + row->offset, sizeof(struct pt_input *));
            input_free(input);
        }
    }
}
