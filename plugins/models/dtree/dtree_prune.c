// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The smallest subtree of least impurity + alpha * leaves, found from the leaves up; by Breiman et
// al. (3.3) it is what cutting the weakest links one after another ends at.
#include <math.h>

#include "dtree.h"

static double x_log2(double x)
{
    return x > 0 ? x * log2(x) : 0;
}

static double impurity_of(const struct dtree_model *m, const struct dtree_node *node)
{
    double p = dtree_share(m, node);
    double mixed = m->criterion == DTREE_GINI ? 2 * p * (1 - p) : -x_log2(p) - x_log2(1 - p);
    return mixed * dtree_rows(m, node);
}

// cost[i] of the best subtree below node i; a node that is as good without children loses them.
static void cut(struct dtree_model *m, double alpha, double *cost)
{
    double whole = dtree_rows(m, &m->tree.nodes[0]);
    for (uint32_t i = m->tree.n_nodes; i-- > 0;) {
        struct dtree_node *node = &m->tree.nodes[i];
        cost[i] = impurity_of(m, node) / whole + alpha;
        if (node->kind == DTREE_LEAF) {
            continue;
        }
        double below = cost[node->left] + cost[node->left + 1];
        if (below < cost[i]) {
            cost[i] = below;
            continue;
        }
        pt_mem_free(m->host, node->set);
        *node = (struct dtree_node){.kind = DTREE_LEAF, .n = node->n, .n1 = node->n1};
    }
}

// Moves the nodes that still have a parent to the front; they keep their order.
static void close_ranks(struct dtree_model *m, bool *is_kept)
{
    struct dtree_node *nodes = m->tree.nodes;
    uint32_t n = 0;
    uint32_t next = 1;
    is_kept[0] = true;
    for (uint32_t i = 0; i < m->tree.n_nodes; i++) {
        if (!is_kept[i]) {
            pt_mem_free(m->host, nodes[i].set);
            continue;
        }
        struct dtree_node node = nodes[i];
        if (node.kind != DTREE_LEAF) {
            is_kept[node.left] = is_kept[node.left + 1] = true;
            node.left = next;
            next += 2;
        }
        nodes[n++] = node;
    }
    m->tree.n_nodes = n;
}

pt_status dtree_prune(struct dtree_model *m, double alpha, pt_error *err)
{
    double *cost = pt_mem_array(m->host, m->tree.n_nodes, sizeof *cost);
    bool *is_kept = pt_mem_zero(m->host, m->tree.n_nodes, sizeof *is_kept);
    pt_status status = PT_OK;
    if (cost == NULL || is_kept == NULL) {
        status = pt_fail(m->host, err, PT_E_NO_MEMORY, NULL, "no memory to prune %u nodes",
                         m->tree.n_nodes);
    } else {
        cut(m, alpha, cost);
        close_ranks(m, is_kept);
    }
    pt_mem_free(m->host, cost);
    pt_mem_free(m->host, is_kept);
    return status;
}
