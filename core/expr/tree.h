// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The tree the parser builds: nodes in one array, children before parents, no types yet.
#ifndef PORTRAIT_EXPR_TREE_H
#define PORTRAIT_EXPR_TREE_H

#include "arena.h"
#include "error.h"
#include "functions.h"

#define EXPR_TEXT_MAX ((size_t)65536)
#define EXPR_DEPTH_MAX 200
#define EXPR_NODES_MAX 10000

enum tree_kind {
    TREE_NULL,
    TREE_BOOL,    // number: 0 or 1
    TREE_INT,     // number
    TREE_REAL,    // real
    TREE_TEXT,    // text
    TREE_DATE,    // number: days
    TREE_TIME,    // number: microseconds
    TREE_NAME,    // text
    TREE_NEGATE,  // -a
    TREE_NOT,     // NOT a
    TREE_IS,      // a IS [NOT] NULL, TRUE, FALSE: test
    TREE_BINARY,  // a symbol b: symbol
    TREE_BETWEEN, // a BETWEEN b AND c
    TREE_IN,      // a IN (b, c, ...)
    TREE_LIKE,    // a LIKE b [ESCAPE c]
    TREE_GLOB,    // a GLOB b
    TREE_CASE,    // CASE [a] WHEN b THEN c ... [ELSE d] END: has_base, has_else
    TREE_CALL,    // function(a, ...): function
};

enum tree_symbol {
    SYMBOL_ADD,
    SYMBOL_SUB,
    SYMBOL_MUL,
    SYMBOL_DIV,
    SYMBOL_MOD,
    SYMBOL_CONCAT,
    SYMBOL_EQ,
    SYMBOL_NE,
    SYMBOL_LT,
    SYMBOL_LE,
    SYMBOL_GT,
    SYMBOL_GE,
    SYMBOL_AND,
    SYMBOL_OR,
};

enum tree_test { TEST_NULL, TEST_TRUE, TEST_FALSE };

struct tree_node {
    enum tree_kind kind;
    uint32_t at; // byte offset and length in the source, for messages
    uint32_t length;
    uint32_t n; // children
    const uint32_t *children;
    struct text text;
    int64_t number;
    double real;
    enum tree_symbol symbol;
    enum tree_test test;
    bool is_negated; // IS NOT, NOT IN, NOT BETWEEN, NOT LIKE, NOT GLOB
    bool has_base;
    bool has_else;
    const struct function *function;
};

// The root is the last node.
struct tree {
    struct arena *arena;
    struct text source;
    struct tree_node *nodes;
    size_t n;
    size_t capacity;
};

const char *tree_symbol_name(enum tree_symbol symbol);

#endif
