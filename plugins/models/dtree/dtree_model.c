// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The learnt tree: applied, saved, loaded.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dtree.h"
#include "pt_payload.h"

#define FORMAT 1
#define NODE_BYTES 28 // of a leaf, the smallest

struct dtree_node *dtree_add(const pt_host *host, struct dtree *tree)
{
    if (tree->n_nodes == UINT32_MAX / 2 ||
        !pt_mem_reserve(host, &tree->nodes, &tree->capacity, (uint64_t)tree->n_nodes + 1,
                        sizeof *tree->nodes)) {
        return NULL;
    }
    struct dtree_node *node = &tree->nodes[tree->n_nodes++];
    *node = (struct dtree_node){0};
    return node;
}

void dtree_release(const pt_host *host, struct dtree *tree)
{
    for (uint32_t i = 0; i < tree->n_nodes; i++) {
        pt_mem_free(host, tree->nodes[i].set);
    }
    pt_mem_free(host, tree->nodes);
    *tree = (struct dtree){0};
}

void dtree_reset(struct dtree_model *m)
{
    dtree_release(m->host, &m->tree);
    pt_mem_free(m->host, m->rule);
    m->rule = NULL;
    pt_columns_release(m->host, &m->columns);
}

pt_status dtree_fit_model(void *self, const pt_data *data, const pt_run *run, pt_error *err)
{
    struct dtree_model *m = self;
    dtree_reset(m);
    m->criterion = (uint32_t)m->config->criterion;
    pt_status status = pt_columns_copy(m->host, data->schema, &m->columns, err);
    if (status == PT_OK) {
        status = dtree_grow(m, data, run, err);
    }
    if (status == PT_OK) {
        status = dtree_number_rules(m, err);
    }
    if (status != PT_OK) {
        dtree_reset(m);
    }
    return status;
}

static pt_status check_learnt(const struct dtree_model *m, pt_error *err)
{
    if (m->tree.n_nodes == 0) {
        return pt_fail(m->host, err, PT_E_STATE, NULL, "this tree has learnt nothing yet");
    }
    return PT_OK;
}

static bool in_set(const struct dtree_model *m, const struct dtree_node *node, double value)
{
    uint32_t n_levels = m->columns.items[node->column].n_levels;
    if (!(value >= 0 && value < n_levels)) {
        return node->missing_left != 0;
    }
    uint32_t code = (uint32_t)value;
    return (node->set[code / 64] >> (code % 64) & 1) != 0;
}

static bool goes_left(const struct dtree_model *m, const struct dtree_node *node, double value)
{
    if (node->kind == DTREE_MISSING) {
        return !isnan(value);
    }
    if (isnan(value)) {
        return node->missing_left != 0;
    }
    return node->kind == DTREE_NUMBER ? value <= node->threshold : in_set(m, node, value);
}

static uint32_t leaf_of(const struct dtree_model *m, const double *x, uint64_t stride)
{
    uint32_t at = 0;
    for (;;) {
        const struct dtree_node *node = &m->tree.nodes[at];
        if (node->kind == DTREE_LEAF) {
            return at;
        }
        at = node->left + (goes_left(m, node, x[node->column * stride]) ? 0 : 1);
    }
}

pt_status dtree_predict(const void *self, const pt_block *block, double *out, pt_error *err)
{
    const struct dtree_model *m = self;
    pt_status status = check_learnt(m, err);
    if (status != PT_OK) {
        return status;
    }
    if (block->cols != m->columns.n) {
        return pt_fail(m->host, err, PT_E_INVALID, NULL, "%u columns instead of %u", block->cols,
                       m->columns.n);
    }
    for (uint64_t i = 0; i < block->rows; i++) {
        uint32_t leaf = leaf_of(m, (const double *)block->x + i, block->stride);
        const struct dtree_node *node = &m->tree.nodes[leaf];
        out[i] = (double)node->n1 / (double)node->n;
        out[block->rows + i] = m->rule[leaf];
    }
    return PT_OK;
}

struct leaf {
    uint32_t node;
    uint64_t n;
    uint64_t n1;
};

static int by_rate(const void *a, const void *b)
{
    const struct leaf *x = a;
    const struct leaf *y = b;
    unsigned __int128 left = (unsigned __int128)x->n1 * y->n;
    unsigned __int128 right = (unsigned __int128)y->n1 * x->n;
    if (left != right) {
        return left > right ? -1 : 1;
    }
    if (x->n != y->n) {
        return x->n > y->n ? -1 : 1;
    }
    return x->node < y->node ? -1 : 1;
}

pt_status dtree_number_rules(struct dtree_model *m, pt_error *err)
{
    uint32_t n_leaves = 0;
    struct leaf *leaves = pt_mem_array(m->host, m->tree.n_nodes, sizeof *leaves);
    m->rule = pt_mem_zero(m->host, m->tree.n_nodes, sizeof *m->rule);
    if (leaves == NULL || m->rule == NULL) {
        pt_mem_free(m->host, leaves);
        return pt_fail(m->host, err, PT_E_NO_MEMORY, NULL, "no memory for %u nodes",
                       m->tree.n_nodes);
    }
    for (uint32_t i = 0; i < m->tree.n_nodes; i++) {
        const struct dtree_node *node = &m->tree.nodes[i];
        if (node->kind == DTREE_LEAF) {
            leaves[n_leaves++] = (struct leaf){i, node->n, node->n1};
        }
    }
    qsort(leaves, n_leaves, sizeof *leaves, by_rate);
    for (uint32_t i = 0; i < n_leaves; i++) {
        m->rule[leaves[i].node] = i + 1;
    }
    pt_mem_free(m->host, leaves);
    return PT_OK;
}

pt_status dtree_save(const void *self, const pt_host *host, pt_writer *writer, pt_error *err)
{
    const struct dtree_model *m = self;
    pt_status status = check_learnt(m, err);
    if (status != PT_OK) {
        return status;
    }
    struct pt_payload_writer w = {.host = host, .writer = writer, .err = err};
    pt_payload_put_u32(&w, FORMAT);
    pt_payload_put_u32(&w, m->criterion);
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

static pt_status read_tree(struct dtree_model *m, struct pt_payload_reader *r)
{
    if (pt_payload_u32(r) != FORMAT) {
        return pt_payload_refuse(r, "another format");
    }
    m->criterion = pt_payload_u32(r);
    uint32_t d = pt_payload_u32(r);
    uint32_t n_nodes = pt_payload_u32(r);
    if (r->status != PT_OK || m->criterion > DTREE_ENTROPY || d != m->columns.n || n_nodes == 0) {
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
    pt_status status = pt_columns_copy(m->host, schema, &m->columns, err);
    if (status == PT_OK) {
        status = read_tree(m, &r);
    }
    if (status == PT_OK) {
        status = dtree_number_rules(m, err);
    }
    if (status != PT_OK) {
        dtree_reset(m);
    }
    return status;
}
