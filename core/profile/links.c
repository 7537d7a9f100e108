// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Union-find with path halving; the smaller node is always the parent, so that the root is the name
// of the component and one ascending pass flattens the forest.
#include "links.h"

size_t links_merge(struct rank_item *items, struct rank_item *scratch, size_t n)
{
    rank_items(items, scratch, n);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (kept > 0 && items[kept - 1].key == items[i].key) {
            items[kept - 1].value += items[i].value;
        } else {
            items[kept++] = items[i];
        }
    }
    return kept;
}

static uint32_t find(uint32_t *root, uint32_t node)
{
    while (root[node] != node) {
        root[node] = root[root[node]];
        node = root[node];
    }
    return node;
}

// False when the limit forbids it.
static bool join(const struct links_forest *f, uint32_t a, uint32_t b)
{
    a = find(f->root, a);
    b = find(f->root, b);
    if (a == b) {
        return true;
    }
    if (f->limit != 0 && (uint64_t)f->size[a] + f->size[b] > f->limit) {
        return false;
    }
    uint32_t parent = a < b ? a : b;
    uint32_t child = a < b ? b : a;
    f->root[child] = parent;
    f->size[parent] += f->size[child];
    return true;
}

uint64_t links_join(const struct links_forest *f, const struct rank_item *edges, size_t n,
                    uint8_t *refused)
{
    uint64_t n_refused = 0;
    for (uint32_t i = 0; i < f->n_nodes; i++) {
        f->root[i] = i;
        f->size[i] = 1;
    }
    for (size_t e = 0; e < n; e++) {
        bool is_joined = join(f, (uint32_t)(edges[e].key >> 32), (uint32_t)edges[e].key);
        n_refused += !is_joined;
        if (refused != NULL) {
            refused[e] = !is_joined;
        }
    }
    for (uint32_t i = 0; i < f->n_nodes; i++) {
        f->root[i] = f->root[f->root[i]];
    }
    return n_refused;
}

bool links_exceed(const struct links_forest *f)
{
    uint32_t largest = 0;
    for (uint32_t i = 0; i < f->n_nodes; i++) {
        largest = f->size[i] > largest ? f->size[i] : largest;
    }
    return largest > f->limit;
}

uint64_t links_owners(const struct links_votes *votes, uint32_t *owner, uint32_t n_devices)
{
    uint64_t n_shared = 0;
    for (uint32_t i = 0; i < n_devices; i++) {
        owner[i] = LINK_NONE;
    }
    for (size_t from = 0; from < votes->n;) {
        uint32_t device = (uint32_t)(votes->items[from].key >> 32);
        const struct rank_item *best = &votes->items[from];
        uint32_t first = votes->root[(uint32_t)best->key];
        bool is_shared = false;
        size_t to = from;
        for (; to < votes->n && (uint32_t)(votes->items[to].key >> 32) == device; to++) {
            const struct rank_item *v = &votes->items[to];
            best = v->value > best->value ? v : best;
            is_shared = is_shared || votes->root[(uint32_t)v->key] != first;
        }
        n_shared += is_shared;
        owner[device] = is_shared && votes->drop_shared ? LINK_NONE : (uint32_t)best->key;
        from = to;
    }
    return n_shared;
}
