// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Precedence climbing. Levels as in SQLite's grammar: OR, AND, NOT, equality (with IS, IN, LIKE,
// GLOB, BETWEEN), order, + -, * / %, ||, unary minus.
#include "parser.h"

#include <stdio.h>

#include "clock.h"
#include "lexer.h"

enum level {
    LEVEL_NONE,
    LEVEL_OR,
    LEVEL_AND,
    LEVEL_NOT,
    LEVEL_EQUAL,
    LEVEL_ORDER,
    LEVEL_SUM,
    LEVEL_PRODUCT,
    LEVEL_CONCAT,
    LEVEL_UNARY,
};

struct parser {
    struct lexer lexer;
    struct token now;  // the token to read next
    uint32_t last_end; // behind the last token read
    struct tree *tree;
    const struct zone *zone;
    uint32_t depth;
};

struct child_list {
    uint32_t *items;
    uint32_t n;
    uint32_t capacity;
};

static pt_status parse_level(struct parser *p, enum level level, uint32_t *out,
                             struct pt_error *err);

static const char *const symbol_names[] = {"+",  "-", "*",  "/", "%",  "||",  "=",
                                           "<>", "<", "<=", ">", ">=", "AND", "OR"};

const char *tree_symbol_name(enum tree_symbol symbol)
{
    return symbol_names[symbol];
}

static pt_status fail_memory(struct pt_error *err)
{
    FAIL(err, PT_E_NO_MEMORY, "out of memory");
}

static pt_status advance(struct parser *p, struct pt_error *err)
{
    p->last_end = p->now.at + p->now.length;
    return lexer_next(&p->lexer, &p->now, err);
}

static pt_status fail_here(struct parser *p, const char *wanted, const char *hint,
                           struct pt_error *err)
{
    if (p->now.kind == TOKEN_END) {
        return lexer_fail(err, &p->now, hint, "the expression ends where %s should follow", wanted);
    }
    int n = p->now.length > 60 ? 60 : (int)p->now.length;
    return lexer_fail(err, &p->now, hint, "`%.*s` where %s should follow", n,
                      p->lexer.source.p + p->now.at, wanted);
}

static pt_status expect_symbol(struct parser *p, const char *symbol, struct pt_error *err)
{
    if (!token_is_symbol(&p->now, symbol)) {
        char wanted[16];
        snprintf(wanted, sizeof wanted, "`%s`", symbol);
        return fail_here(p, wanted, "", err);
    }
    return advance(p, err);
}

static pt_status expect_word(struct parser *p, const char *word, const char *shown,
                             struct pt_error *err)
{
    if (!token_is_word(&p->now, word)) {
        return fail_here(p, shown, "", err);
    }
    return advance(p, err);
}

static pt_status list_add(struct parser *p, struct child_list *list, uint32_t item,
                          struct pt_error *err)
{
    if (list->n == list->capacity) {
        uint32_t wanted = list->capacity == 0 ? 4 : list->capacity * 2;
        uint32_t *items = arena_zero(p->tree->arena, wanted, sizeof *items);
        if (items == NULL) {
            return fail_memory(err);
        }
        if (list->n > 0) {
            memcpy(items, list->items, list->n * sizeof *items);
        }
        list->items = items;
        list->capacity = wanted;
    }
    list->items[list->n++] = item;
    return PT_OK;
}

static pt_status grow_tree(struct tree *t, struct pt_error *err)
{
    size_t wanted = t->capacity == 0 ? 32 : t->capacity * 2;
    struct tree_node *nodes = arena_zero(t->arena, wanted, sizeof *nodes);
    if (nodes == NULL) {
        return fail_memory(err);
    }
    if (t->n > 0) {
        memcpy(nodes, t->nodes, t->n * sizeof *nodes);
    }
    t->nodes = nodes;
    t->capacity = wanted;
    return PT_OK;
}

// Adds `node`, which began at source offset `from` and ends behind the last token read.
static pt_status add_node(struct parser *p, struct tree_node node, uint32_t from, uint32_t *out,
                          struct pt_error *err)
{
    struct tree *t = p->tree;
    node.at = from;
    node.length = p->last_end - from;
    if (t->n == EXPR_NODES_MAX) {
        struct token at = {.at = from, .length = node.length};
        return lexer_fail(err, &at, "split it into several features",
                          "the expression has more than %d parts", EXPR_NODES_MAX);
    }
    if (t->n == t->capacity) {
        TRY(grow_tree(t, err));
    }
    *out = (uint32_t)t->n;
    t->nodes[t->n++] = node;
    return PT_OK;
}

static pt_status add_parent(struct parser *p, struct tree_node node, const struct child_list *list,
                            uint32_t from, uint32_t *out, struct pt_error *err)
{
    node.n = list->n;
    node.children = list->items;
    return add_node(p, node, from, out, err);
}

static pt_status read_int(struct parser *p, bool is_negative, uint32_t from, uint32_t *out,
                          struct pt_error *err)
{
    struct token t = p->now;
    uint64_t size = 0;
    uint64_t most = (uint64_t)INT64_MAX + (is_negative ? 1 : 0);
    if (!text_to_u64(t.text, &size) || size > most) {
        return lexer_fail(err, &t, "append .0 for a real number",
                          "the integer does not fit in 64 bits");
    }
    TRY(advance(p, err));
    struct tree_node node = {.kind = TREE_INT};
    node.number = is_negative ? (int64_t)(0 - size) : (int64_t)size;
    return add_node(p, node, from, out, err);
}

static pt_status read_real(struct parser *p, bool is_negative, uint32_t from, uint32_t *out,
                           struct pt_error *err)
{
    struct token t = p->now;
    struct tree_node node = {.kind = TREE_REAL};
    char *plain = arena_printf(p->tree->arena, "%s%.*s%s", t.text.p[0] == '.' ? "0" : "",
                               (int)t.text.n, t.text.p, t.text.p[t.text.n - 1] == '.' ? "0" : "");
    if (plain == NULL) {
        return fail_memory(err);
    }
    if (!text_to_f64(text_of(plain), &node.real)) {
        return lexer_fail(err, &t, "", "the number does not fit in 64 bits");
    }
    node.real = is_negative ? -node.real : node.real;
    TRY(advance(p, err));
    return add_node(p, node, from, out, err);
}

static pt_status read_text(struct parser *p, uint32_t *out, struct pt_error *err)
{
    struct tree_node node = {.kind = TREE_TEXT, .text = p->now.text};
    uint32_t from = p->now.at;
    TRY(advance(p, err));
    return add_node(p, node, from, out, err);
}

// The text behind DATE or TIMESTAMP.
static pt_status read_time_literal(struct parser *p, bool is_date, uint32_t from, uint32_t *out,
                                   struct pt_error *err)
{
    struct token t = p->now;
    struct tree_node node = {.kind = is_date ? TREE_DATE : TREE_TIME};
    bool is_good =
        is_date ? date_parse(t.text, &node.number) : time_parse(t.text, p->zone, &node.number);
    if (!is_good) {
        return lexer_fail(
            err, &t, is_date ? "write DATE '2025-06-01'" : "write TIMESTAMP '2025-06-01T12:00:00Z'",
            "not a %s", is_date ? "date" : "time");
    }
    TRY(advance(p, err));
    return add_node(p, node, from, out, err);
}

// Comma-separated values up to and with the closing parenthesis.
static pt_status read_list(struct parser *p, struct child_list *list, struct pt_error *err)
{
    while (true) {
        uint32_t item = 0;
        TRY(parse_level(p, LEVEL_OR, &item, err));
        TRY(list_add(p, list, item, err));
        if (!token_is_symbol(&p->now, ",")) {
            break;
        }
        TRY(advance(p, err));
    }
    return expect_symbol(p, ")", err);
}

static pt_status fail_arity(const struct function *f, uint32_t n, uint32_t from, uint32_t length,
                            struct pt_error *err)
{
    struct token at = {.at = from, .length = length};
    char hint[128];
    snprintf(hint, sizeof hint, "use: %s", f->usage);
    return lexer_fail(err, &at, hint, "%s() does not take %u argument%s", f->name, n,
                      n == 1 ? "" : "s");
}

static pt_status read_call(struct parser *p, const struct token *name, uint32_t *out,
                           struct pt_error *err)
{
    const struct function *f = name->is_quoted ? NULL : function_find(name->text);
    if (f == NULL) {
        char word[80];
        snprintf(word, sizeof word, "%.*s", (int)name->text.n, name->text.p);
        const char *near = function_suggest(word);
        char hint[128] = "";
        if (near != NULL) {
            snprintf(hint, sizeof hint, "did you mean `%s`?", near);
        }
        return lexer_fail(err, name, hint, "no function is called `%s`", word);
    }
    TRY(advance(p, err));
    struct child_list list = {0};
    if (token_is_symbol(&p->now, ")")) {
        TRY(advance(p, err));
    } else {
        TRY(read_list(p, &list, err));
    }
    if (list.n < f->least || (f->most != UINT8_MAX && list.n > f->most)) {
        return fail_arity(f, list.n, name->at, p->last_end - name->at, err);
    }
    struct tree_node node = {.kind = TREE_CALL, .function = f};
    return add_parent(p, node, &list, name->at, out, err);
}

static pt_status read_whens(struct parser *p, struct child_list *list, struct pt_error *err)
{
    if (!token_is_word(&p->now, "when")) {
        return fail_here(p, "WHEN", "", err);
    }
    while (token_is_word(&p->now, "when")) {
        uint32_t item = 0;
        TRY(advance(p, err));
        TRY(parse_level(p, LEVEL_OR, &item, err));
        TRY(list_add(p, list, item, err));
        TRY(expect_word(p, "then", "THEN", err));
        TRY(parse_level(p, LEVEL_OR, &item, err));
        TRY(list_add(p, list, item, err));
    }
    return PT_OK;
}

static pt_status read_case(struct parser *p, uint32_t from, uint32_t *out, struct pt_error *err)
{
    struct tree_node node = {.kind = TREE_CASE};
    struct child_list list = {0};
    uint32_t item = 0;
    TRY(advance(p, err));
    if (!token_is_word(&p->now, "when")) {
        node.has_base = true;
        TRY(parse_level(p, LEVEL_OR, &item, err));
        TRY(list_add(p, &list, item, err));
    }
    TRY(read_whens(p, &list, err));
    if (token_is_word(&p->now, "else")) {
        node.has_else = true;
        TRY(advance(p, err));
        TRY(parse_level(p, LEVEL_OR, &item, err));
        TRY(list_add(p, &list, item, err));
    }
    TRY(expect_word(p, "end", "END", err));
    return add_parent(p, node, &list, from, out, err);
}

static pt_status read_constant_word(struct parser *p, uint32_t *out, struct pt_error *err)
{
    struct token t = p->now;
    struct tree_node node = {.kind = token_is_word(&t, "null") ? TREE_NULL : TREE_BOOL};
    node.number = token_is_word(&t, "true") ? 1 : 0;
    TRY(advance(p, err));
    return add_node(p, node, t.at, out, err);
}

static pt_status read_word(struct parser *p, uint32_t *out, struct pt_error *err)
{
    struct token t = p->now;
    if (token_is_word(&t, "null") || token_is_word(&t, "true") || token_is_word(&t, "false")) {
        return read_constant_word(p, out, err);
    }
    if (token_is_word(&t, "case")) {
        return read_case(p, t.at, out, err);
    }
    if (!t.is_quoted && !lexer_is_plain_name(t.text)) {
        return fail_here(p, "a value", "a column of that name is written in double quotes", err);
    }
    TRY(advance(p, err));
    if (token_is_symbol(&p->now, "(")) {
        return read_call(p, &t, out, err);
    }
    bool is_date = token_is_word(&t, "date");
    if (p->now.kind == TOKEN_TEXT && (is_date || token_is_word(&t, "timestamp"))) {
        return read_time_literal(p, is_date, t.at, out, err);
    }
    struct tree_node node = {.kind = TREE_NAME, .text = t.text};
    return add_node(p, node, t.at, out, err);
}

static pt_status read_primary(struct parser *p, uint32_t *out, struct pt_error *err)
{
    switch (p->now.kind) {
    case TOKEN_INT:
        return read_int(p, false, p->now.at, out, err);
    case TOKEN_REAL:
        return read_real(p, false, p->now.at, out, err);
    case TOKEN_TEXT:
        return read_text(p, out, err);
    case TOKEN_NAME:
        return read_word(p, out, err);
    default:
        break;
    }
    if (!token_is_symbol(&p->now, "(")) {
        return fail_here(p, "a value", "", err);
    }
    TRY(advance(p, err));
    TRY(parse_level(p, LEVEL_OR, out, err));
    return expect_symbol(p, ")", err);
}

static pt_status read_negative(struct parser *p, uint32_t *out, struct pt_error *err)
{
    uint32_t from = p->now.at;
    TRY(advance(p, err));
    if (p->now.kind == TOKEN_INT) {
        return read_int(p, true, from, out, err);
    }
    if (p->now.kind == TOKEN_REAL) {
        return read_real(p, true, from, out, err);
    }
    uint32_t child = 0;
    TRY(parse_level(p, LEVEL_UNARY, &child, err));
    struct child_list list = {0};
    TRY(list_add(p, &list, child, err));
    return add_parent(p, (struct tree_node){.kind = TREE_NEGATE}, &list, from, out, err);
}

static pt_status read_not(struct parser *p, uint32_t *out, struct pt_error *err)
{
    uint32_t from = p->now.at;
    uint32_t child = 0;
    TRY(advance(p, err));
    TRY(parse_level(p, LEVEL_NOT, &child, err));
    struct child_list list = {0};
    TRY(list_add(p, &list, child, err));
    return add_parent(p, (struct tree_node){.kind = TREE_NOT}, &list, from, out, err);
}

static pt_status read_prefix(struct parser *p, uint32_t *out, struct pt_error *err)
{
    if (token_is_symbol(&p->now, "-")) {
        return read_negative(p, out, err);
    }
    if (token_is_symbol(&p->now, "+")) {
        TRY(advance(p, err));
        return parse_level(p, LEVEL_UNARY, out, err);
    }
    if (token_is_word(&p->now, "not")) {
        return read_not(p, out, err);
    }
    return read_primary(p, out, err);
}

static enum level binary_level(const struct token *t, enum tree_symbol *symbol)
{
    static const struct {
        const char *name;
        enum tree_symbol symbol;
        enum level level;
    } rows[] = {
        {"+", SYMBOL_ADD, LEVEL_SUM},     {"-", SYMBOL_SUB, LEVEL_SUM},
        {"*", SYMBOL_MUL, LEVEL_PRODUCT}, {"/", SYMBOL_DIV, LEVEL_PRODUCT},
        {"%", SYMBOL_MOD, LEVEL_PRODUCT}, {"||", SYMBOL_CONCAT, LEVEL_CONCAT},
        {"=", SYMBOL_EQ, LEVEL_EQUAL},    {"==", SYMBOL_EQ, LEVEL_EQUAL},
        {"<>", SYMBOL_NE, LEVEL_EQUAL},   {"!=", SYMBOL_NE, LEVEL_EQUAL},
        {"<", SYMBOL_LT, LEVEL_ORDER},    {"<=", SYMBOL_LE, LEVEL_ORDER},
        {">", SYMBOL_GT, LEVEL_ORDER},    {">=", SYMBOL_GE, LEVEL_ORDER},
    };

    for (size_t i = 0; t->kind == TOKEN_SYMBOL && i < sizeof rows / sizeof rows[0]; i++) {
        if (text_is(t->text, rows[i].name)) {
            *symbol = rows[i].symbol;
            return rows[i].level;
        }
    }
    if (token_is_word(t, "and") || token_is_word(t, "or")) {
        *symbol = token_is_word(t, "and") ? SYMBOL_AND : SYMBOL_OR;
        return *symbol == SYMBOL_AND ? LEVEL_AND : LEVEL_OR;
    }
    return LEVEL_NONE;
}

static bool is_test_word(const struct token *t)
{
    return token_is_word(t, "is") || token_is_word(t, "in") || token_is_word(t, "not") ||
           token_is_word(t, "like") || token_is_word(t, "glob") || token_is_word(t, "between");
}

static pt_status read_is(struct parser *p, struct tree_node *node, struct pt_error *err)
{
    node->kind = TREE_IS;
    TRY(advance(p, err));
    if (token_is_word(&p->now, "not")) {
        node->is_negated = true;
        TRY(advance(p, err));
    }
    if (token_is_word(&p->now, "null")) {
        node->test = TEST_NULL;
    } else if (token_is_word(&p->now, "true")) {
        node->test = TEST_TRUE;
    } else if (token_is_word(&p->now, "false")) {
        node->test = TEST_FALSE;
    } else {
        return fail_here(p, "NULL, TRUE or FALSE", "values are compared with = and <>", err);
    }
    return advance(p, err);
}

static pt_status read_between(struct parser *p, struct child_list *list, struct pt_error *err)
{
    uint32_t item = 0;
    TRY(advance(p, err));
    TRY(parse_level(p, LEVEL_ORDER, &item, err));
    TRY(list_add(p, list, item, err));
    TRY(expect_word(p, "and", "AND", err));
    TRY(parse_level(p, LEVEL_ORDER, &item, err));
    return list_add(p, list, item, err);
}

static pt_status read_like(struct parser *p, struct tree_node *node, struct child_list *list,
                           struct pt_error *err)
{
    uint32_t item = 0;
    node->kind = token_is_word(&p->now, "like") ? TREE_LIKE : TREE_GLOB;
    TRY(advance(p, err));
    TRY(parse_level(p, LEVEL_ORDER, &item, err));
    TRY(list_add(p, list, item, err));
    if (node->kind == TREE_GLOB || !token_is_word(&p->now, "escape")) {
        return PT_OK;
    }
    TRY(advance(p, err));
    TRY(parse_level(p, LEVEL_ORDER, &item, err));
    return list_add(p, list, item, err);
}

static pt_status read_in(struct parser *p, struct child_list *list, struct pt_error *err)
{
    TRY(advance(p, err));
    TRY(expect_symbol(p, "(", err));
    if (token_is_symbol(&p->now, ")")) {
        return fail_here(p, "a value", "IN needs at least one value", err);
    }
    return read_list(p, list, err);
}

// IS, IN, BETWEEN, LIKE, GLOB behind `left`, which it replaces.
static pt_status read_test(struct parser *p, uint32_t *left, struct pt_error *err)
{
    struct tree_node node = {0};
    struct child_list list = {0};
    uint32_t from = p->tree->nodes[*left].at;
    TRY(list_add(p, &list, *left, err));
    if (token_is_word(&p->now, "not")) {
        node.is_negated = true;
        TRY(advance(p, err));
    }
    if (token_is_word(&p->now, "is") && !node.is_negated) {
        TRY(read_is(p, &node, err));
    } else if (token_is_word(&p->now, "in")) {
        node.kind = TREE_IN;
        TRY(read_in(p, &list, err));
    } else if (token_is_word(&p->now, "between")) {
        node.kind = TREE_BETWEEN;
        TRY(read_between(p, &list, err));
    } else if (token_is_word(&p->now, "like") || token_is_word(&p->now, "glob")) {
        TRY(read_like(p, &node, &list, err));
    } else {
        return fail_here(p, "IN, BETWEEN, LIKE or GLOB", "", err);
    }
    return add_parent(p, node, &list, from, left, err);
}

static pt_status read_binary(struct parser *p, enum level level, enum tree_symbol symbol,
                             uint32_t *left, struct pt_error *err)
{
    uint32_t from = p->tree->nodes[*left].at;
    uint32_t right = 0;
    TRY(advance(p, err));
    TRY(parse_level(p, level + 1, &right, err));
    struct child_list list = {0};
    TRY(list_add(p, &list, *left, err));
    TRY(list_add(p, &list, right, err));
    struct tree_node node = {.kind = TREE_BINARY, .symbol = symbol};
    return add_parent(p, node, &list, from, left, err);
}

static pt_status read_operators(struct parser *p, enum level least, uint32_t *left,
                                struct pt_error *err)
{
    while (true) {
        enum tree_symbol symbol = SYMBOL_ADD;
        enum level level = binary_level(&p->now, &symbol);
        if (level != LEVEL_NONE && level >= least) {
            TRY(read_binary(p, level, symbol, left, err));
        } else if (LEVEL_EQUAL >= least && is_test_word(&p->now)) {
            TRY(read_test(p, left, err));
        } else {
            return PT_OK;
        }
    }
}

// Reads an expression whose operators bind at least as tightly as `level`.
static pt_status parse_level(struct parser *p, enum level level, uint32_t *out,
                             struct pt_error *err)
{
    if (p->depth == EXPR_DEPTH_MAX) {
        return lexer_fail(err, &p->now, "split it into several features",
                          "the expression is nested deeper than %d", EXPR_DEPTH_MAX);
    }
    p->depth++;
    TRY(read_prefix(p, out, err));
    TRY(read_operators(p, level, out, err));
    p->depth--;
    return PT_OK;
}

static pt_status check_source(struct text source, struct pt_error *err)
{
    size_t bad = 0;
    if (source.n > EXPR_TEXT_MAX) {
        struct token at = {.at = (uint32_t)EXPR_TEXT_MAX, .length = 1};
        return lexer_fail(err, &at, "", "the expression is longer than 64 KiB");
    }
    const char *nul = source.n == 0 ? NULL : memchr(source.p, 0, source.n);
    if (nul == NULL && text_is_utf8(source, &bad)) {
        return PT_OK;
    }
    struct token at = {.at = (uint32_t)(nul == NULL ? bad : (size_t)(nul - source.p)), .length = 1};
    return lexer_fail(err, &at, "", nul == NULL ? "not UTF-8" : "unexpected byte 0x00");
}

pt_status parser_parse(struct arena *arena, struct text source, const struct zone *zone,
                       struct tree *out, struct pt_error *err)
{
    TRY(check_source(source, err));
    *out = (struct tree){.arena = arena, .source = source};
    struct parser p = {.lexer = {.arena = arena, .source = source}, .tree = out, .zone = zone};
    TRY(lexer_next(&p.lexer, &p.now, err));
    if (p.now.kind == TOKEN_END) {
        return lexer_fail(err, &p.now, "", "the expression is empty");
    }
    uint32_t root = 0;
    TRY(parse_level(&p, LEVEL_OR, &root, err));
    if (p.now.kind != TOKEN_END) {
        return fail_here(&p, "an operator or the end", "", err);
    }
    return PT_OK;
}
