// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The learnt tree as a payload: every node is checked as it comes, then how they fit each other.
#include <stdlib.h>

#include "dtree.h"
#include "pt_payload.h"

#define FORMAT 2
#define NODE_BYTES 28      // of a leaf, the smallest
#define WEIGHT_LEAST 1e-12 // of a class
#define WEIGHT_MOST 1e12

pt_status dtree_save(const void *self, pt_writer *writer, pt_error *err)
{
    const struct dtree_model *m = self;
    if (m->tree.n_nodes == 0) {
        return pt_fail(m->host, err, PT_E_STATE, NULL, "this tree has learnt nothing yet");
    }
    struct pt_payload_writer w = {.host = m->host, .writer = writer, .err = err};
    pt_payload_put_u32(&w, FORMAT);
    pt_payload_put_u32(&w, m->criterion);
    pt_payload_put_f64s(&w, m->weight, 2);
    pt_payload_put_u32(&w, m->columns.n);
    pt_payload_put_u32(&w, m->tree.n_nodes);
    for (uint32_t i = 0; i < m->tree.n_nodes; i++) {
        const struct dtree_node *node = &m->tree.nodes[i];
        pt_payload_put_u32(&w, node->kind);
        pt_payload_put_u64(&w, node->n);
        pt_payload_put_u64(&w, node->n1);
        pt_payload_put_f64(&w, node->decrease);
        if (node->kind == DTREE_LEAF) {
            continue;
        }
        pt_payload_put_u32(&w, node->column);
        pt_payload_put_u32(&w, node->missing_left);
        pt_payload_put_u32(&w, node->saw_missing);
        pt_payload_put_f64(&w, node->threshold);
        uint32_t words = dtree_words(m->columns.items[node->column].n_levels);
        for (uint32_t j = 0; node->kind == DTREE_CATEGORY && j < words; j++) {
            pt_payload_put_u64(&w, node->set[j]);
        }
    }
    return w.status;
}

static pt_status read_set(struct dtree_model *m, struct dtree_node *node,
                          struct pt_payload_reader *r)
{
    uint32_t words = dtree_words(m->columns.items[node->column].n_levels);
    if (pt_payload_fits(r, words, sizeof *node->set) == 0) {
        return r->status;
    }
    node->set = pt_mem_zero(m->host, words, sizeof *node->set);
    if (node->set == NULL) {
        return pt_fail(m->host, r->err, PT_E_NO_MEMORY, NULL, "no memory for a tree");
    }
    for (uint32_t j = 0; j < words; j++) {
        node->set[j] = pt_payload_u64(r);
    }
    return r->status;
}

// The rest of a node that splits; children stand in order, `next` is where they must be.
static pt_status read_split(struct dtree_model *m, struct dtree_node *node, uint32_t next,
                            struct pt_payload_reader *r)
{
    node->column = pt_payload_u32(r);
    node->missing_left = pt_payload_u32(r);
    node->saw_missing = pt_payload_u32(r);
    node->threshold = pt_payload_f64(r);
    node->left = next;
    if (r->status != PT_OK || node->column >= m->columns.n || node->missing_left > 1 ||
        node->saw_missing > 1) {
        return pt_payload_refuse(r, "a split that cannot be");
    }
    bool is_category = m->columns.items[node->column].is_category;
    if ((node->kind == DTREE_CATEGORY && !is_category) ||
        (node->kind == DTREE_NUMBER && is_category)) {
        return pt_payload_refuse(r, "a split that does not fit its column");
    }
    return node->kind == DTREE_CATEGORY ? read_set(m, node, r) : PT_OK;
}

static pt_status read_nodes(struct dtree_model *m, uint32_t n_nodes, struct pt_payload_reader *r)
{
    uint32_t next = 1;
    for (uint32_t i = 0; i < n_nodes; i++) {
        struct dtree_node *node = dtree_add(m->host, &m->tree);
        if (node == NULL) {
            return pt_fail(m->host, r->err, PT_E_NO_MEMORY, NULL, "no memory for a tree");
        }
        uint32_t kind = pt_payload_u32(r);
        node->n = pt_payload_u64(r);
        node->n1 = pt_payload_u64(r);
        node->decrease = pt_payload_f64(r);
        if (r->status != PT_OK || kind > DTREE_MISSING || node->n == 0 || node->n1 > node->n ||
            node->n > (uint64_t)1 << 53) {
            return pt_payload_refuse(r, "a node that cannot be");
        }
        node->kind = kind;
        if (kind == DTREE_LEAF) {
            continue;
        }
        // The children must lie ahead and inside.
        if (next <= i || next + 2 > n_nodes) {
            return pt_payload_refuse(r, "a node without children");
        }
        pt_status status = read_split(m, node, next, r);
        if (status != PT_OK) {
            return status;
        }
        next += 2;
    }
    return next == n_nodes ? PT_OK : pt_payload_refuse(r, "nodes without a parent");
}

// Children share out their parent's rows, and the depth stays in bounds.
static pt_status check_tree(struct dtree_model *m, struct pt_payload_reader *r)
{
    struct dtree_node *nodes = m->tree.nodes;
    uint32_t *depth = pt_mem_zero(m->host, m->tree.n_nodes, sizeof *depth);
    if (depth == NULL) {
        return pt_fail(m->host, r->err, PT_E_NO_MEMORY, NULL, "no memory for a tree");
    }
    for (uint32_t i = 0; r->status == PT_OK && i < m->tree.n_nodes; i++) {
        if (nodes[i].kind == DTREE_LEAF) {
            continue;
        }
        const struct dtree_node *left = &nodes[nodes[i].left];
        depth[nodes[i].left] = depth[nodes[i].left + 1] = depth[i] + 1;
        if (left[0].n + left[1].n != nodes[i].n || left[0].n1 + left[1].n1 != nodes[i].n1 ||
            depth[i] >= DTREE_DEPTH_MAX || nodes[i].decrease < 0) {
            pt_payload_refuse(r, "nodes that do not fit each other");
        }
    }
    pt_mem_free(m->host, depth);
    return r->status;
}

static bool is_weight(double weight)
{
    return weight >= WEIGHT_LEAST && weight <= WEIGHT_MOST;
}

static pt_status read_tree(struct dtree_model *m, struct pt_payload_reader *r)
{
    if (pt_payload_u32(r) != FORMAT) {
        return pt_payload_refuse(r, "another format");
    }
    m->criterion = pt_payload_u32(r);
    pt_payload_f64s(r, m->weight, 2);
    uint32_t d = pt_payload_u32(r);
    uint32_t n_nodes = pt_payload_u32(r);
    if (r->status != PT_OK || m->criterion > DTREE_ENTROPY || d != m->columns.n || n_nodes == 0 ||
        !is_weight(m->weight[0]) || !is_weight(m->weight[1])) {
        return pt_payload_refuse(r, "its numbers do not fit each other");
    }
    if (pt_payload_fits(r, n_nodes, NODE_BYTES) == 0) {
        return r->status;
    }
    pt_status status = read_nodes(m, n_nodes, r);
    return status == PT_OK ? check_tree(m, r) : status;
}

pt_status dtree_load(void *self, const pt_schema *schema, pt_reader *reader, pt_error *err)
{
    struct dtree_model *m = self;
    dtree_reset(m);
    struct pt_payload_reader r = {.host = m->host, .reader = reader, .err = err};
    pt_status status = dtree_copy_schema(m, schema, err);
    if (status == PT_OK) {
        status = read_tree(m, &r);
    }
    if (status == PT_OK) {
        status = dtree_number_rules(m, err);
    }
    if (status == PT_OK) {
        status = dtree_flatten(m, err);
    }
    if (status != PT_OK) {
        dtree_reset(m);
    }
    return status;
}
