// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Positioned nodes: what a YAML document becomes. Scalars keep their text; meaning is given later.
#ifndef PORTRAIT_BASE_NODE_H
#define PORTRAIT_BASE_NODE_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"

// Where something stands. file may be NULL (not from a file); line and column from 1, 0 = unknown.
struct position {
    const char *file;
    uint32_t line;
    uint32_t column; // in characters (code points), from 1
    uint32_t length; // characters of the token, at least 1 when known
};

enum node_kind { NODE_NULL, NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node;

struct node_pair {
    struct node *key; // a scalar
    struct node *value;
};

// Immutable once built; all memory is in the document's arena.
struct node {
    enum node_kind kind;
    struct position at;
    bool is_quoted;   // scalar written with quotes or as a block: never a number or null
    struct text text; // NODE_SCALAR; terminated
    const char *base; // folder a relative path here starts from; NULL = the document's
    size_t n;         // items or pairs
    struct node **items;
    struct node_pair *pairs;
};

// Value of `key` in a map, or NULL (also when `map` is NULL or no map).
const struct node *node_get(const struct node *map, const char *key);
// The pair, for the key's position.
const struct node_pair *node_pair_get(const struct node *map, const char *key);
// "scalar", "list", "map", "null".
const char *node_kind_name(enum node_kind kind);
// Builders, for tests and for defaults; position unknown. NULL when memory is out.
struct node *node_scalar(struct arena *a, const char *text);
// A map of n pairs.
struct node *node_map(struct arena *a, size_t n, struct node **keys, struct node **values);

#endif
