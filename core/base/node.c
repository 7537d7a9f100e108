// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "node.h"

const struct node_pair *node_pair_get(const struct node *map, const char *key)
{
    if (map == NULL || map->kind != NODE_MAP) {
        return NULL;
    }
    for (size_t i = 0; i < map->n; i++) {
        if (text_is(map->pairs[i].key->text, key)) {
            return &map->pairs[i];
        }
    }
    return NULL;
}

const struct node *node_get(const struct node *map, const char *key)
{
    const struct node_pair *pair = node_pair_get(map, key);
    return pair == NULL ? NULL : pair->value;
}

const char *node_kind_name(enum node_kind kind)
{
    switch (kind) {
    case NODE_NULL:
        return "null";
    case NODE_SCALAR:
        return "scalar";
    case NODE_LIST:
        return "list";
    case NODE_MAP:
        return "map";
    }
    return "unknown";
}

struct node *node_scalar(struct arena *a, const char *text)
{
    struct node *node = arena_zero(a, 1, sizeof *node);
    if (node == NULL || !arena_text(a, text_of(text), &node->text)) {
        return NULL;
    }
    node->kind = NODE_SCALAR;
    return node;
}

struct node *node_map(struct arena *a, size_t n, struct node **keys, struct node **values)
{
    struct node *node = arena_zero(a, 1, sizeof *node);
    if (node == NULL) {
        return NULL;
    }
    node->pairs = arena_zero(a, n, sizeof *node->pairs);
    if (node->pairs == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        node->pairs[i] = (struct node_pair){keys[i], values[i]};
    }
    node->kind = NODE_MAP;
    node->n = n;
    return node;
}
