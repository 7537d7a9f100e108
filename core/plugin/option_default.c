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

static char unescaped(char c)
{
    switch (c) {
    case 'n':
        return '\n';
    case 't':
        return '\t';
    default:
        return c;
    }
}

// Appends what stands up to the closing quote, which f->at is left at (or at the end).
static void read_quoted(struct flow *f, char quote, struct str *text)
{
    for (; *f->at != '\0'; f->at++) {
        char c = *f->at;
        bool is_pair = quote == '\'' && c == quote && f->at[1] == quote;
        if (c == quote && !is_pair) {
            return;
        }
        if (quote == '"' && c == '\\' && f->at[1] != '\0') {
            c = unescaped(*++f->at);
        }
        f->at += is_pair;
        str_add_char(text, c);
    }
}

static pt_status parse_quoted(struct flow *f, struct node **out)
{
    char quote = *f->at++;
    struct str text = {0};
    read_quoted(f, quote, &text);
    const char *p = str_get(&text);
    *out = p == NULL ? NULL : node_scalar(f->arena, p);
    str_release(&text);
    if (*f->at != quote) {
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

// What a list or map holds so far; keys of a map only.
struct entries {
    bool is_map;
    size_t n;
    struct node *keys[ITEMS_MAX];
    struct node *values[ITEMS_MAX];
};

static pt_status parse_key(struct flow *f, struct node **out)
{
    skip_blanks(f);
    bool is_quoted = *f->at == '"' || *f->at == '\'';
    TRY(is_quoted ? parse_quoted(f, out) : parse_plain(f, out));
    skip_blanks(f);
    if (*f->at != ':') {
        FAIL(f->err, PT_E_DATA, "`:` is missing before `%.20s`", f->at);
    }
    f->at++;
    return PT_OK;
}

// One entry and the comma behind it, if there is one.
static pt_status parse_entry(struct flow *f, struct entries *e, char close)
{
    if (e->n == ITEMS_MAX) {
        FAIL(f->err, PT_E_DATA, "more than %d entries", ITEMS_MAX);
    }
    if (e->is_map) {
        TRY(parse_key(f, &e->keys[e->n]));
    }
    TRY(parse_value(f, &e->values[e->n]));
    e->n++;
    skip_blanks(f);
    if (*f->at != ',' && *f->at != close) {
        FAIL(f->err, PT_E_DATA, "`%c` is missing", close);
    }
    f->at += *f->at == ',';
    skip_blanks(f);
    return PT_OK;
}

static pt_status finish_entries(struct flow *f, const struct entries *e, struct node **out)
{
    struct node *node = arena_zero(f->arena, 1, sizeof *node);
    struct node **items = arena_zero(f->arena, e->n, sizeof(struct node *));
    struct node_pair *pairs = arena_zero(f->arena, e->n, sizeof *pairs);
    if (node == NULL || items == NULL || pairs == NULL) {
        return out_of_memory(f);
    }
    for (size_t i = 0; i < e->n; i++) {
        items[i] = e->values[i];
        pairs[i] = (struct node_pair){e->keys[i], e->values[i]};
    }
    node->kind = e->is_map ? NODE_MAP : NODE_LIST;
    node->n = e->n;
    node->items = e->is_map ? NULL : items;
    node->pairs = e->is_map ? pairs : NULL;
    *out = node;
    return PT_OK;
}

static pt_status parse_collection(struct flow *f, struct node **out)
{
    struct entries entries = {.is_map = *f->at == '{'};
    char close = (char)(entries.is_map ? '}' : ']');
    f->at++;
    skip_blanks(f);
    while (*f->at != close) {
        TRY(parse_entry(f, &entries, close));
    }
    f->at++;
    return finish_entries(f, &entries, out);
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
