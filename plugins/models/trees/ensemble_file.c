// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Trees as a payload. Every node is checked as it comes, then the shape of each tree: one parent a
// node, children behind it, no way longer than ENSEMBLE_DEPTH_MAX, covers that add up.
#include <math.h>
#include <string.h>

#include "ensemble.h"

#define FORMAT 1
#define LEAF_BYTES 20 // of a leaf, the smallest node
#define COVER_SLACK 1e-3

static void put_node(const struct ensemble *e, const struct pt_columns *columns,
                     const struct ensemble_node *node, struct pt_payload_writer *w)
{
    pt_payload_put_u32(w, (uint32_t)node->kind | (uint32_t)node->missing_left << 8 |
                              (uint32_t)node->saw_missing << 16);
    pt_payload_put_f64(w, node->value);
    pt_payload_put_f64(w, node->cover);
    if (node->kind == ENSEMBLE_LEAF) {
        return;
    }
    pt_payload_put_u32(w, node->column);
    pt_payload_put_u32(w, node->left);
    pt_payload_put_f64(w, node->threshold);
    pt_payload_put_f64(w, node->gain);
    uint32_t words = ensemble_words(columns->items[node->column].n_levels);
    for (uint32_t i = 0; node->kind == ENSEMBLE_CATEGORY && i < words; i++) {
        pt_payload_put_u64(w, e->sets[node->set + i]);
    }
}

void ensemble_save(const struct ensemble *e, const struct pt_columns *columns,
                   struct pt_payload_writer *w)
{
    pt_payload_put_u32(w, FORMAT);
    pt_payload_put_u32(w, columns->n);
    pt_payload_put_f64(w, e->base);
    pt_payload_put_f64(w, e->scale);
    pt_payload_put_u64(w, e->n_trees);
    for (uint64_t t = 0; t < e->n_trees; t++) {
        uint64_t end = ensemble_end(e, t);
        pt_payload_put_u64(w, end - e->first[t]);
        for (uint64_t i = e->first[t]; i < end; i++) {
            put_node(e, columns, &e->nodes[i], w);
        }
    }
}

struct loading {
    const pt_host *host;
    struct ensemble *e;
    const struct pt_columns *columns;
    struct pt_payload_reader *r;
};

static pt_status no_memory(const struct loading *l)
{
    return pt_fail(l->host, l->r->err, PT_E_NO_MEMORY, NULL, "no memory for trees");
}

static pt_status read_set(const struct loading *l, uint64_t at, uint32_t n_levels)
{
    uint32_t words = ensemble_words(n_levels);
    if (pt_payload_fits(l->r, words, sizeof(uint64_t)) == 0) {
        return l->r->status;
    }
    uint32_t first = ensemble_set(l->host, l->e, n_levels);
    if (first == ENSEMBLE_NONE) {
        return no_memory(l);
    }
    l->e->nodes[at].set = first;
    for (uint32_t i = 0; i < words; i++) {
        l->e->sets[first + i] = pt_payload_u64(l->r);
    }
    if (n_levels % 64 != 0 && l->e->sets[first + words - 1] >> (n_levels % 64) != 0) {
        return pt_payload_refuse(l->r, "a set with levels that do not exist");
    }
    return l->r->status;
}

static pt_status read_split(const struct loading *l, uint64_t at)
{
    struct ensemble_node *node = &l->e->nodes[at];
    node->column = pt_payload_u32(l->r);
    node->left = pt_payload_u32(l->r);
    node->threshold = pt_payload_f64(l->r);
    node->gain = pt_payload_f64(l->r);
    if (l->r->status != PT_OK || node->column >= l->columns->n || node->gain < 0) {
        return pt_payload_refuse(l->r, "a split that cannot be");
    }
    const struct pt_column_copy *column = &l->columns->items[node->column];
    if ((node->kind == ENSEMBLE_CATEGORY && !column->is_category) ||
        (node->kind == ENSEMBLE_NUMBER && column->is_category)) {
        return pt_payload_refuse(l->r, "a split that does not fit its column");
    }
    return node->kind == ENSEMBLE_CATEGORY ? read_set(l, at, column->n_levels) : PT_OK;
}

static pt_status read_node(const struct loading *l, uint64_t at)
{
    struct ensemble_node *node = &l->e->nodes[at];
    uint32_t flags = pt_payload_u32(l->r);
    node->value = pt_payload_f64(l->r);
    node->cover = pt_payload_f64(l->r);
    node->kind = (uint8_t)flags;
    node->missing_left = (uint8_t)(flags >> 8);
    node->saw_missing = (uint8_t)(flags >> 16);
    if (l->r->status != PT_OK || flags >> 24 != 0 || node->kind > ENSEMBLE_MISSING ||
        node->missing_left > 1 || node->saw_missing > 1 || !(node->cover > 0)) {
        return pt_payload_refuse(l->r, "a node that cannot be");
    }
    return node->kind == ENSEMBLE_LEAF ? PT_OK : read_split(l, at);
}

// depth[i] = splits above node i, 0 = not reached: a node without a parent or with two is refused.
static bool is_tree(const struct ensemble_node *nodes, uint64_t n, uint8_t *depth)
{
    memset(depth, 0, n);
    uint64_t reached = 1;
    for (uint64_t i = 0; i < n; i++) {
        if (i > 0 && depth[i] == 0) {
            return false;
        }
        if (nodes[i].kind == ENSEMBLE_LEAF) {
            continue;
        }
        uint64_t left = nodes[i].left;
        if (left <= i || left + 1 >= n || depth[left] != 0 || depth[left + 1] != 0 ||
            depth[i] >= ENSEMBLE_DEPTH_MAX) {
            return false;
        }
        double sum = nodes[left].cover + nodes[left + 1].cover;
        if (!(fabs(sum - nodes[i].cover) <= COVER_SLACK * nodes[i].cover)) {
            return false;
        }
        depth[left] = depth[left + 1] = (uint8_t)(depth[i] + 1);
        reached += 2;
    }
    return reached == n;
}

static pt_status read_tree(const struct loading *l)
{
    uint64_t n = pt_payload_u64(l->r);
    if (l->r->status != PT_OK || n == 0) {
        return pt_payload_refuse(l->r, "a tree without nodes");
    }
    if (pt_payload_fits(l->r, n, LEAF_BYTES) == 0) {
        return l->r->status;
    }
    if (!ensemble_begin(l->host, l->e)) {
        return no_memory(l);
    }
    uint64_t first = l->e->n_nodes - 1;
    if (first + n >= ENSEMBLE_NONE / 2 ||
        !pt_mem_reserve(l->host, &l->e->nodes, &l->e->nodes_capacity, first + n,
                        sizeof *l->e->nodes)) {
        return no_memory(l);
    }
    memset(l->e->nodes + first, 0, n * sizeof *l->e->nodes);
    l->e->n_nodes = first + n;
    for (uint64_t i = 0; i < n; i++) {
        pt_status status = read_node(l, first + i);
        if (status != PT_OK) {
            return status;
        }
    }
    uint8_t *depth = pt_mem_array(l->host, n, 1);
    if (depth == NULL) {
        return no_memory(l);
    }
    bool fits = is_tree(l->e->nodes + first, n, depth);
    pt_mem_free(l->host, depth);
    return fits ? PT_OK : pt_payload_refuse(l->r, "nodes that make no tree");
}

pt_status ensemble_load(const pt_host *host, struct ensemble *e, const struct pt_columns *columns,
                        struct pt_payload_reader *r)
{
    struct loading l = {.host = host, .e = e, .columns = columns, .r = r};
    uint32_t format = pt_payload_u32(r);
    uint32_t n_columns = pt_payload_u32(r);
    e->base = pt_payload_f64(r);
    e->scale = pt_payload_f64(r);
    uint64_t n_trees = pt_payload_u64(r);
    if (r->status != PT_OK || format != FORMAT) {
        return pt_payload_refuse(r, "another format of trees");
    }
    if (n_columns != columns->n) {
        return pt_payload_refuse(r, "trees over other columns");
    }
    if (pt_payload_fits(r, n_trees, sizeof(uint64_t) + LEAF_BYTES) == 0) {
        return r->status;
    }
    for (uint64_t t = 0; t < n_trees; t++) {
        pt_status status = read_tree(&l);
        if (status != PT_OK) {
            return status;
        }
    }
    return PT_OK;
}
