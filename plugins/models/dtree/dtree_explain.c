// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A tree as rules: the way to each leaf, its conditions merged by column, written as a condition of
// the pipeline's own language over raw values.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dtree.h"
#include "dtree_rule.h"
#include "pt_json.h"

static void put_f64(struct pt_json *j, const char *key, double value)
{
    pt_json_key(j, key);
    pt_json_f64(j, value);
}

static void put_u64(struct pt_json *j, const char *key, uint64_t value)
{
    pt_json_key(j, key);
    pt_json_u64(j, value);
}

struct importance {
    uint32_t column;
    double decrease;
};

static int by_decrease(const void *a, const void *b)
{
    const struct importance *x = a;
    const struct importance *y = b;
    if (x->decrease != y->decrease) {
        return x->decrease > y->decrease ? -1 : 1;
    }
    return x->column < y->column ? -1 : 1;
}

static pt_status put_importances(const struct dtree_model *m, struct pt_json *j, pt_error *err)
{
    struct importance *all = pt_mem_zero(m->host, m->columns.n, sizeof *all);
    if (all == NULL) {
        return pt_fail(m->host, err, PT_E_NO_MEMORY, NULL, "no memory to explain the tree");
    }
    double sum = 0;
    for (uint32_t c = 0; c < m->columns.n; c++) {
        all[c].column = c;
    }
    for (uint32_t i = 0; i < m->tree.n_nodes; i++) {
        if (m->tree.nodes[i].kind != DTREE_LEAF) {
            all[m->tree.nodes[i].column].decrease += m->tree.nodes[i].decrease;
            sum += m->tree.nodes[i].decrease;
        }
    }
    qsort(all, m->columns.n, sizeof *all, by_decrease);
    pt_json_key(j, "importances");
    pt_json_open(j, '[');
    for (uint32_t c = 0; c < m->columns.n && all[c].decrease > 0; c++) {
        pt_json_open(j, '{');
        pt_json_key(j, "name");
        pt_json_text(j, m->columns.items[all[c].column].name);
        put_f64(j, "share", all[c].decrease / sum);
        pt_json_close(j, '}');
    }
    pt_json_close(j, ']');
    pt_mem_free(m->host, all);
    return PT_OK;
}

static void put_rule(const struct dtree_model *m, uint32_t leaf, const char *when,
                     struct pt_json *j)
{
    const struct dtree_node *node = &m->tree.nodes[leaf];
    const struct dtree_node *root = &m->tree.nodes[0];
    pt_json_open(j, '{');
    put_u64(j, "rule", m->rule[leaf]);
    pt_json_key(j, "when");
    pt_json_text(j, when);
    put_u64(j, "rows", node->n);
    put_f64(j, "share", (double)node->n / (double)root->n);
    put_f64(j, "rate", (double)node->n1 / (double)node->n);
    pt_json_close(j, '}');
}

// Nodes in order of their rule's number, and the parent of each.
struct index {
    uint32_t *leaf;
    uint32_t *parent;
    uint32_t n_leaves;
};

static pt_status index_make(const struct dtree_model *m, struct index *out, pt_error *err)
{
    out->leaf = pt_mem_zero(m->host, m->tree.n_nodes, sizeof *out->leaf);
    out->parent = pt_mem_zero(m->host, m->tree.n_nodes, sizeof *out->parent);
    if (out->leaf == NULL || out->parent == NULL) {
        return pt_fail(m->host, err, PT_E_NO_MEMORY, NULL, "no memory to explain the tree");
    }
    for (uint32_t i = 0; i < m->tree.n_nodes; i++) {
        const struct dtree_node *node = &m->tree.nodes[i];
        if (node->kind == DTREE_LEAF) {
            out->leaf[m->rule[i] - 1] = i;
            out->n_leaves++;
        } else {
            out->parent[node->left] = i;
            out->parent[node->left + 1] = i;
        }
    }
    return PT_OK;
}

static uint32_t depth_of(const struct index *index, uint32_t node)
{
    uint32_t depth = 0;
    for (; node != 0; node = index->parent[node]) {
        depth++;
    }
    return depth;
}

static pt_status put_rules(const struct dtree_model *m, const struct index *index,
                           struct pt_json *j, pt_error *err)
{
    uint32_t depth = 0;
    pt_status status = PT_OK;
    pt_json_key(j, "rules");
    pt_json_open(j, '[');
    for (uint32_t i = 0; status == PT_OK && i < index->n_leaves; i++) {
        uint32_t leaf = index->leaf[i];
        uint32_t d = depth_of(index, leaf);
        depth = d > depth ? d : depth;
        char *when = NULL;
        status = dtree_rule_text(m, index->parent, leaf, &when, err);
        if (status == PT_OK) {
            put_rule(m, leaf, when, j);
            pt_mem_free(m->host, when);
        }
    }
    pt_json_close(j, ']');
    put_u64(j, "depth", depth);
    put_u64(j, "leaves", index->n_leaves);
    return status;
}

static pt_status put_tree(const struct dtree_model *m, struct pt_json *j, pt_error *err)
{
    struct index index = {0};
    pt_json_open(j, '{');
    pt_json_key(j, "criterion");
    pt_json_text(j, m->criterion == DTREE_GINI ? "gini" : "entropy");
    put_u64(j, "rows", m->tree.nodes[0].n);
    pt_status status = index_make(m, &index, err);
    if (status == PT_OK) {
        status = put_importances(m, j, err);
    }
    if (status == PT_OK) {
        status = put_rules(m, &index, j, err);
    }
    pt_json_close(j, '}');
    pt_mem_free(m->host, index.leaf);
    pt_mem_free(m->host, index.parent);
    return status;
}

pt_status dtree_explain(const void *self, pt_writer *writer, pt_error *err)
{
    const struct dtree_model *m = self;
    if (m->tree.n_nodes == 0) {
        return pt_fail(m->host, err, PT_E_STATE, NULL, "this tree has learnt nothing yet");
    }
    struct pt_json j = {.host = m->host};
    pt_status status = put_tree(m, &j, err);
    if (status != PT_OK) {
        pt_json_release(&j);
        return status;
    }
    return pt_json_write(&j, writer, err);
}
