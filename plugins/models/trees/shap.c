// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A way down a tree holds, for each column met, the share of rows that would go on without knowing
// the value (zero), whether the row itself goes on (one), and the summed weight of the subsets of
// columns by size. A column met again replaces itself.
#include "shap.h"

#include <string.h>

#include "ensemble_scorer.h"

#define NO_COLUMN UINT32_MAX

struct step {
    uint32_t column;
    double zero;
    double one;
    double weight;
};

struct walk {
    const struct ensemble *e;
    const struct ensemble_node *nodes; // of the tree
    const struct ensemble_view *view;
    uint64_t row;
    uint64_t n_rows;
    double *out;
};

// What leads into a node.
struct entry {
    uint32_t node;
    uint32_t column;
    double zero;
    double one;
};

static void extend(struct step *way, uint32_t n, const struct entry *entry)
{
    way[n] = (struct step){entry->column, entry->zero, entry->one, n == 0 ? 1 : 0};
    double whole = 1 / (double)(n + 1);
    for (uint32_t i = n; i-- > 0;) {
        way[i + 1].weight += entry->one * way[i].weight * (i + 1) * whole;
        way[i].weight *= entry->zero * (n - i) * whole;
    }
}

// Takes step `at` out of a way whose last step is `last`.
static void unwind(struct step *way, uint32_t last, uint32_t at)
{
    double one = way[at].one;
    double zero = way[at].zero;
    double next = way[last].weight;
    for (uint32_t i = last; i-- > 0;) {
        if (one != 0) {
            double before = way[i].weight;
            way[i].weight = next * (last + 1) / ((i + 1) * one);
            next = before - way[i].weight * zero * (last - i) / (last + 1);
        } else {
            way[i].weight = way[i].weight * (last + 1) / (zero * (last - i));
        }
    }
    for (uint32_t i = at; i < last; i++) {
        way[i].column = way[i + 1].column;
        way[i].zero = way[i + 1].zero;
        way[i].one = way[i + 1].one;
    }
}

// Summed weight of the way without step `at`.
static double sum_without(const struct step *way, uint32_t last, uint32_t at)
{
    double one = way[at].one;
    double zero = way[at].zero;
    double next = way[last].weight;
    double sum = 0;
    for (uint32_t i = last; i-- > 0;) {
        if (one != 0) {
            double here = next / ((i + 1) * one);
            sum += here;
            next = way[i].weight - here * zero * (last - i);
        } else {
            sum += way[i].weight / (zero * (last - i));
        }
    }
    return sum * (last + 1);
}

static void tell_leaf(const struct walk *w, const struct step *way, uint32_t last, double value)
{
    for (uint32_t i = 1; i <= last; i++) {
        double weight = sum_without(way, last, i) * (way[i].one - way[i].zero);
        w->out[way[i].column * w->n_rows + w->row] += weight * value;
    }
}

// Share of the rows of a node that go left.
static double left_share(const struct ensemble_node *nodes, const struct ensemble_node *node)
{
    double left = nodes[node->left].cover;
    return left / (left + nodes[node->left + 1].cover);
}

// `above` holds n steps; this node's own way stands behind them. As deep as the tree.
static void go(const struct walk *w, struct step *above, uint32_t n, const struct entry *entry)
{
    struct step *way = above + n;
    memcpy(way, above, n * sizeof *way);
    extend(way, n, entry);
    const struct ensemble_node *node = &w->nodes[entry->node];
    if (node->kind == ENSEMBLE_LEAF) {
        tell_leaf(w, way, n, w->e->scale * node->value);
        return;
    }
    double zero = 1;
    double one = 1;
    uint32_t last = n;
    for (uint32_t i = 1; i <= n; i++) {
        if (way[i].column == node->column) {
            zero = way[i].zero;
            one = way[i].one;
            unwind(way, n, i);
            last = n - 1;
            break;
        }
    }
    double value = ensemble_cell(w->view, w->row, node->column);
    bool is_left = ensemble_goes_left(w->e, node, value);
    double share = left_share(w->nodes, node);
    const struct entry left = {node->left, node->column, zero * share, is_left ? one : 0};
    const struct entry right = {node->left + 1, node->column, zero * (1 - share),
                                is_left ? 0 : one};
    go(w, way, last + 1, &left);
    go(w, way, last + 1, &right);
}

// The expected value of the tree below a node.
static double expected(const struct ensemble_node *nodes, uint32_t at)
{
    const struct ensemble_node *node = &nodes[at];
    if (node->kind == ENSEMBLE_LEAF) {
        return node->value;
    }
    double share = left_share(nodes, node);
    return share * expected(nodes, node->left) + (1 - share) * expected(nodes, node->left + 1);
}

pt_status shap_contribute(const pt_host *host, const struct ensemble *e,
                          struct ensemble_layout layout, const pt_block *block, double *out,
                          pt_error *err)
{
    pt_status status = ensemble_check(host, e, block, err);
    if (status != PT_OK) {
        return status;
    }
    // Ways of 1, 2, ... depth + 1 steps one behind the other, and the empty one.
    uint64_t depth = e->scorer->deepest + 2;
    struct step *ways = pt_mem_zero(host, depth * (depth + 1) / 2 + 1, sizeof *ways);
    if (ways == NULL) {
        return pt_fail(host, err, PT_E_NO_MEMORY, NULL, "no memory to explain scores");
    }
    struct ensemble_view view = ensemble_view(layout, block);
    memset(out, 0, ((uint64_t)block->cols + 1) * block->rows * sizeof *out);
    double base = e->base;
    struct walk w = {.e = e, .view = &view, .n_rows = block->rows, .out = out};
    const struct entry root = {0, NO_COLUMN, 1, 1};
    for (uint64_t t = 0; t < e->n_trees; t++) {
        w.nodes = e->nodes + e->first[t];
        base += e->scale * expected(w.nodes, 0);
        for (w.row = 0; w.row < block->rows; w.row++) {
            go(&w, ways, 0, &root);
        }
    }
    for (uint64_t i = 0; i < block->rows; i++) {
        out[(uint64_t)block->cols * block->rows + i] = base;
    }
    pt_mem_free(host, ways);
    return PT_OK;
}
