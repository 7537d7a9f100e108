// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A small reader of YAML flow style, enough for default texts: lists, maps, plain scalars, quotes
// with '' and with \" \\ \n \t. Real documents are read by the pipeline room.
#include "option_default.h"

#include <string.h>

#include "option_row.h"

#define ITEMS_MAX 256

struct flow {
    const char *at;
    struct arena *arena;
    struct pt_error *err;
    uint32_t depth;
};

static pt_status parse_value(struct flow *f, struct node **out);

static void skip_blanks(struct flow *f)
{
    f->at += strspn(f->at, " \t\n");
}

static pt_status out_of_memory(struct flow *f)
{
    return error_set(f->err, PT_E_NO_MEMORY, "no memory for a default");
}

static pt_status parse_quoted(struct flow *f, struct node **out)
{
    char quote = *f->at++;
    struct str text = {0};
    for (; *f->at != '\0'; f->at++) {
        char c = *f->at;
        bool is_pair = quote == '\'' && c == quote && f->at[1] == quote;
        if (c == quote && !is_pair) {
            break;
        }
        if (quote == '"' && c == '\\' && f->at[1] != '\0') {
            c = *++f->at;
            c = (char)(c == 'n' ? '\n' : c == 't' ? '\t' : c);
        }
        f->at += is_pair;
        str_add_char(&text, c);
    }
    bool is_closed = *f->at == quote;
    const char *p = str_get(&text);
    *out = p == NULL ? NULL : node_scalar(f->arena, p);
    str_release(&text);
    if (!is_closed) {
        FAIL(f->err, PT_E_DATA, "a quote is not closed");
    }
    if (*out == NULL) {
        return out_of_memory(f);
    }
    f->at++;
    (*out)->is_quoted = true;
    return PT_OK;
}

static pt_status parse_plain(struct flow *f, struct node **out)
{
    const char *begin = f->at;
    while (*f->at != '\0' && strchr(",[]{}", *f->at) == NULL &&
           !(*f->at == ':' && (f->at[1] == ' ' || f->at[1] == '\0'))) {
        f->at++;
    }
    struct text text = text_trim(text_n(begin, (size_t)(f->at - begin)));
    if (text.n == 0) {
        FAIL(f->err, PT_E_DATA, "a value is missing before `%.20s`", f->at);
    }
    char *copy = arena_strndup(f->arena, text.p, text.n);
    *out = copy == NULL ? NULL : node_scalar(f->arena, copy);
    return *out == NULL ? out_of_memory(f) : PT_OK;
}

// One entry of a list, or key and value of a map.
static pt_status parse_entry(struct flow *f, bool is_map, struct node **key, struct node **value)
{
    if (is_map) {
        skip_blanks(f);
        TRY(*f->at == '"' || *f->at == '\'' ? parse_quoted(f, key) : parse_plain(f, key));
        skip_blanks(f);
        if (*f->at != ':') {
            FAIL(f->err, PT_E_DATA, "`:` is missing before `%.20s`", f->at);
        }
        f->at++;
    }
    return parse_value(f, value);
}

static pt_status finish_entries(struct flow *f, bool is_map, size_t n, struct node *const *keys,
                                struct node *const *values, struct node **out)
{
    struct node *node = arena_zero(f->arena, 1, sizeof *node);
    struct node **items = arena_zero(f->arena, n, sizeof *items);
    struct node_pair *pairs = arena_zero(f->arena, n, sizeof *pairs);
    if (node == NULL || items == NULL || pairs == NULL) {
        return out_of_memory(f);
    }
    for (size_t i = 0; i < n; i++) {
        items[i] = values[i];
        pairs[i] = (struct node_pair){keys[i], values[i]};
    }
    node->kind = is_map ? NODE_MAP : NODE_LIST;
    node->n = n;
    node->items = is_map ? NULL : items;
    node->pairs = is_map ? pairs : NULL;
    *out = node;
    return PT_OK;
}

static pt_status parse_collection(struct flow *f, struct node **out)
{
    bool is_map = *f->at++ == '{';
    char close = (char)(is_map ? '}' : ']');
    struct node *keys[ITEMS_MAX] = {0};
    struct node *values[ITEMS_MAX] = {0};
    size_t n = 0;
    skip_blanks(f);
    while (*f->at != close) {
        if (n == ITEMS_MAX) {
            FAIL(f->err, PT_E_DATA, "more than %d entries", ITEMS_MAX);
        }
        TRY(parse_entry(f, is_map, &keys[n], &values[n]));
        n++;
        skip_blanks(f);
        if (*f->at != ',' && *f->at != close) {
            FAIL(f->err, PT_E_DATA, "`%c` is missing", close);
        }
        if (*f->at == ',') {
            f->at++;
            skip_blanks(f);
        }
    }
    f->at++;
    return finish_entries(f, is_map, n, keys, values, out);
}

static pt_status parse_value(struct flow *f, struct node **out)
{
    skip_blanks(f);
    if (*f->at == '"' || *f->at == '\'') {
        return parse_quoted(f, out);
    }
    if (*f->at != '[' && *f->at != '{') {
        return parse_plain(f, out);
    }
    if (f->depth == OPTION_DEPTH_MAX) {
        FAIL(f->err, PT_E_DATA, "nested deeper than %d", OPTION_DEPTH_MAX);
    }
    f->depth++;
    pt_status status = parse_collection(f, out);
    f->depth--;
    return status;
}

pt_status option_default_parse(const struct option_row *row, struct arena *arena, struct node **out,
                               struct pt_error *err)
{
    struct flow flow = {.at = row->default_text, .arena = arena, .err = err};
    if (row->type != PT_OPT_LIST && row->type != PT_OPT_MAP) {
        *out = node_scalar(arena, row->default_text);
        return *out == NULL ? out_of_memory(&flow) : PT_OK;
    }
    TRY(parse_value(&flow, out));
    skip_blanks(&flow);
    if (*flow.at != '\0') {
        FAIL(err, PT_E_DATA, "unexpected `%.20s` at the end", flow.at);
    }
    return PT_OK;
}
