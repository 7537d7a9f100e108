// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Flat trees: built, copied, freed, measured.
#include "ensemble.h"

#include <string.h>

#include "ensemble_scorer.h"

static struct ensemble_node *add_nodes(const pt_host *host, struct ensemble *e, uint64_t n)
{
    if (e->n_nodes + n >= ENSEMBLE_NONE / 2 ||
        !pt_mem_reserve(host, &e->nodes, &e->nodes_capacity, e->n_nodes + n, sizeof *e->nodes)) {
        return NULL;
    }
    struct ensemble_node *nodes = e->nodes + e->n_nodes;
    e->n_nodes += n;
    return nodes;
}

static bool add_tree(const pt_host *host, struct ensemble *e, uint64_t first)
{
    if (!pt_mem_reserve(host, &e->first, &e->trees_capacity, e->n_trees + 1, sizeof *e->first)) {
        return false;
    }
    e->first[e->n_trees++] = (uint32_t)first;
    return true;
}

bool ensemble_begin(const pt_host *host, struct ensemble *e)
{
    struct ensemble_node *root = add_nodes(host, e, 1);
    if (root == NULL) {
        return false;
    }
    *root = (struct ensemble_node){0};
    if (!add_tree(host, e, e->n_nodes - 1)) {
        e->n_nodes--;
        return false;
    }
    return true;
}

uint32_t ensemble_split(const pt_host *host, struct ensemble *e, uint32_t node)
{
    struct ensemble_node *children = add_nodes(host, e, 2);
    if (children == NULL) {
        return ENSEMBLE_NONE;
    }
    memset(children, 0, 2 * sizeof *children);
    uint32_t left = (uint32_t)(e->n_nodes - 2 - e->first[e->n_trees - 1]);
    ensemble_at(e, node)->left = left;
    return left;
}

uint32_t ensemble_set(const pt_host *host, struct ensemble *e, uint32_t n_levels)
{
    uint64_t words = ensemble_words(n_levels);
    if (e->n_words + words >= ENSEMBLE_NONE ||
        !pt_mem_reserve(host, &e->sets, &e->sets_capacity, e->n_words + words, sizeof *e->sets)) {
        return ENSEMBLE_NONE;
    }
    uint32_t first = (uint32_t)e->n_words;
    if (words > 0) {
        memset(e->sets + first, 0, words * sizeof *e->sets);
    }
    e->n_words += words;
    return first;
}

bool ensemble_append(const pt_host *host, struct ensemble *e, const struct ensemble *from)
{
    uint64_t nodes_before = e->n_nodes;
    uint64_t words_before = e->n_words;
    if (words_before + from->n_words >= ENSEMBLE_NONE ||
        !pt_mem_reserve(host, &e->sets, &e->sets_capacity, words_before + from->n_words,
                        sizeof *e->sets) ||
        !pt_mem_reserve(host, &e->first, &e->trees_capacity, e->n_trees + from->n_trees,
                        sizeof *e->first)) {
        return false;
    }
    struct ensemble_node *nodes = add_nodes(host, e, from->n_nodes);
    if (nodes == NULL) {
        return false;
    }
    for (uint64_t i = 0; i < from->n_nodes; i++) {
        nodes[i] = from->nodes[i];
        nodes[i].set += nodes[i].kind == ENSEMBLE_CATEGORY ? (uint32_t)words_before : 0;
    }
    for (uint64_t i = 0; i < from->n_words; i++) {
        e->sets[words_before + i] = from->sets[i];
    }
    for (uint64_t t = 0; t < from->n_trees; t++) {
        e->first[e->n_trees++] = (uint32_t)(nodes_before + from->first[t]);
    }
    e->n_words += from->n_words;
    return true;
}

void ensemble_release(const pt_host *host, struct ensemble *e)
{
    pt_mem_free(host, e->nodes);
    pt_mem_free(host, e->first);
    pt_mem_free(host, e->sets);
    ensemble_scorer_free(host, e->scorer);
    *e = (struct ensemble){0};
}

void ensemble_gains(const struct ensemble *e, uint32_t n, double *out)
{
    for (uint32_t c = 0; c < n; c++) {
        out[c] = 0;
    }
    for (uint64_t i = 0; i < e->n_nodes; i++) {
        if (e->nodes[i].kind != ENSEMBLE_LEAF && e->nodes[i].column < n) {
            out[e->nodes[i].column] += e->nodes[i].gain;
        }
    }
}

// Depth of the way below `node`; the recursion is as deep as the tree.
static uint32_t depth_below(const struct ensemble_node *nodes, uint32_t node)
{
    if (nodes[node].kind == ENSEMBLE_LEAF) {
        return 0;
    }
    uint32_t left = depth_below(nodes, nodes[node].left);
    uint32_t right = depth_below(nodes, nodes[node].left + 1);
    return 1 + (left > right ? left : right);
}

uint32_t ensemble_depth(const struct ensemble *e, uint64_t tree)
{
    return depth_below(e->nodes + e->first[tree], 0);
}
