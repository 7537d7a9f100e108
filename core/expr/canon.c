// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "canon.h"

#include <inttypes.h>

#include "clock.h"
#include "lexer.h"
#include "mem.h"

// What is still to print: a word, or a node when `word` is NULL.
struct item {
    const char *word;
    uint32_t node;
};

struct canon {
    const struct tree *tree;
    struct str text;
    struct item *stack;
    size_t n;
    size_t capacity;
    bool failed;
};

static void push(struct canon *c, const char *word, uint32_t node)
{
    if (!mem_reserve(&c->stack, &c->capacity, c->n + 1, sizeof *c->stack)) {
        c->failed = true;
        return;
    }
    c->stack[c->n++] = (struct item){word, node};
}

static void push_word(struct canon *c, const char *word)
{
    push(c, word, 0);
}

static void push_child(struct canon *c, const struct tree_node *node, uint32_t i)
{
    push(c, NULL, node->children[i]);
}

static void add_quoted(struct canon *c, struct text value, char quote)
{
    str_add_char(&c->text, quote);
    for (size_t i = 0; i < value.n; i++) {
        str_add_char(&c->text, value.p[i]);
        if (value.p[i] == quote) {
            str_add_char(&c->text, quote);
        }
    }
    str_add_char(&c->text, quote);
}

static void add_real(struct canon *c, double value)
{
    size_t from = c->text.n;
    str_add_f64(&c->text, value);
    const char *written = c->text.p == NULL ? "" : c->text.p + from;
    if (!c->text.failed && strpbrk(written, ".eE") == NULL) {
        str_add(&c->text, ".0");
    }
}

static void add_name(struct canon *c, struct text name)
{
    if (lexer_is_plain_name(name)) {
        str_add_n(&c->text, name.p, name.n);
    } else {
        add_quoted(c, name, '"');
    }
}

static void add_leaf(struct canon *c, const struct tree_node *node)
{
    char shown[32];
    switch (node->kind) {
    case TREE_NULL:
        str_add(&c->text, "NULL");
        break;
    case TREE_BOOL:
        str_add(&c->text, node->number != 0 ? "TRUE" : "FALSE");
        break;
    case TREE_INT:
        str_addf(&c->text, "%" PRId64, node->number);
        break;
    case TREE_REAL:
        add_real(c, node->real);
        break;
    case TREE_TEXT:
        add_quoted(c, node->text, '\'');
        break;
    case TREE_DATE:
        date_format(node->number, shown);
        str_addf(&c->text, "DATE '%s'", shown);
        break;
    case TREE_TIME:
        time_format(node->number, shown);
        str_addf(&c->text, "TIMESTAMP '%s'", shown);
        break;
    default:
        add_name(c, node->text);
        break;
    }
}

// Words are pushed last first.
static void push_case(struct canon *c, const struct tree_node *node)
{
    uint32_t i = node->n;
    push_word(c, " END");
    if (node->has_else) {
        push_child(c, node, --i);
        push_word(c, " ELSE ");
    }
    uint32_t least = node->has_base ? 1 : 0;
    while (i > least) {
        push_child(c, node, --i);
        push_word(c, " THEN ");
        push_child(c, node, --i);
        push_word(c, " WHEN ");
    }
    if (node->has_base) {
        push_child(c, node, 0);
        push_word(c, " ");
    }
    push_word(c, "CASE");
}

static void push_list(struct canon *c, const struct tree_node *node, uint32_t least)
{
    push_word(c, ")");
    for (uint32_t i = node->n; i > least; i--) {
        push_child(c, node, i - 1);
        push_word(c, i - 1 > least ? ", " : "(");
    }
    if (node->n == least) {
        push_word(c, "(");
    }
}

static void push_test(struct canon *c, const struct tree_node *node)
{
    static const char *const tests[][2] = {{" IS NULL)", " IS NOT NULL)"},
                                           {" IS TRUE)", " IS NOT TRUE)"},
                                           {" IS FALSE)", " IS NOT FALSE)"}};
    if (node->kind == TREE_IS) {
        push_word(c, tests[node->test][node->is_negated ? 1 : 0]);
        return;
    }
    push_word(c, ")");
    if (node->kind == TREE_IN) {
        push_list(c, node, 1);
        push_word(c, node->is_negated ? " NOT IN " : " IN ");
        return;
    }
    if (node->n == 3) {
        push_child(c, node, 2);
        push_word(c, node->kind == TREE_BETWEEN ? " AND " : " ESCAPE ");
    }
    push_child(c, node, 1);
    if (node->kind == TREE_BETWEEN) {
        push_word(c, node->is_negated ? " NOT BETWEEN " : " BETWEEN ");
    } else if (node->kind == TREE_LIKE) {
        push_word(c, node->is_negated ? " NOT LIKE " : " LIKE ");
    } else {
        push_word(c, node->is_negated ? " NOT GLOB " : " GLOB ");
    }
}

static void push_operation(struct canon *c, const struct tree_node *node)
{
    switch (node->kind) {
    case TREE_CASE:
        push_case(c, node);
        return;
    case TREE_CALL:
        push_list(c, node, 0);
        push_word(c, node->function->name);
        return;
    case TREE_NEGATE:
    case TREE_NOT:
        push_word(c, ")");
        push_child(c, node, 0);
        push_word(c, node->kind == TREE_NOT ? "(NOT " : "(- ");
        return;
    case TREE_BINARY:
        push_word(c, ")");
        push_child(c, node, 1);
        push_word(c, " ");
        push_word(c, tree_symbol_name(node->symbol));
        push_word(c, " ");
        break;
    default:
        push_test(c, node);
        break;
    }
    push_child(c, node, 0);
    push_word(c, "(");
}

pt_status canon_print(struct arena *arena, const struct tree *tree, const char **out,
                      struct pt_error *err)
{
    struct canon c = {.tree = tree};
    push(&c, NULL, (uint32_t)tree->n - 1);
    while (c.n > 0 && !c.failed) {
        struct item item = c.stack[--c.n];
        if (item.word != NULL) {
            str_add(&c.text, item.word);
        } else if (tree->nodes[item.node].kind <= TREE_NAME) {
            add_leaf(&c, &tree->nodes[item.node]);
        } else {
            push_operation(&c, &tree->nodes[item.node]);
        }
    }
    const char *text = c.failed || c.text.failed ? NULL : arena_strdup(arena, str_get(&c.text));
    str_release(&c.text);
    mem_free(c.stack);
    if (text == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    *out = text;
    return PT_OK;
}
