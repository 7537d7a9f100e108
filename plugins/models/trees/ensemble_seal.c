// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Packing trees for scoring: thresholds sorted by column, nodes rewritten to codes.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ensemble_scorer.h"

#define SMALL_PLANES 255u // of small nodes, and one of zeros
#define SMALL_CODES 256u
#define SMALL_NODES 65536u // of a tree
#define CODES_MAX 65533u   // thresholds of a column; codes stay below SCORER_CODE_RIGHT

struct sealing {
    const pt_host *host;
    const struct ensemble *e;
    const struct pt_columns *columns;
    struct ensemble_scorer *s;
    uint64_t *count; // by column: thresholds
    uint8_t *asks;   // by column: ASKS_*
    uint32_t *place; // by column: in s->columns
};

#define ASKS_LEFT 1u
#define ASKS_RIGHT 2u
#define ASKS_CATEGORY 4u

void ensemble_scorer_free(const pt_host *host, struct ensemble_scorer *s)
{
    if (s == NULL) {
        return;
    }
    pt_mem_free(host, s->nodes);
    pt_mem_free(host, s->small);
    pt_mem_free(host, s->masks);
    pt_mem_free(host, s->values);
    pt_mem_free(host, s->first);
    pt_mem_free(host, s->depth);
    pt_mem_free(host, s->set_of);
    pt_mem_free(host, s->sets);
    pt_mem_free(host, s->columns);
    pt_mem_free(host, s->thresholds);
    pt_mem_free(host, s->levels);
    pt_mem_free(host, s);
}

static unsigned asked_by(const struct ensemble_node *node)
{
    switch (node->kind) {
    case ENSEMBLE_NUMBER:
        return node->missing_left != 0 ? ASKS_LEFT : ASKS_RIGHT;
    case ENSEMBLE_CATEGORY:
        return ASKS_CATEGORY;
    case ENSEMBLE_MISSING:
        return ASKS_RIGHT;
    default:
        return 0;
    }
}

static void survey(struct sealing *g)
{
    for (uint64_t i = 0; i < g->e->n_nodes; i++) {
        const struct ensemble_node *node = &g->e->nodes[i];
        if (node->kind != ENSEMBLE_LEAF) {
            g->asks[node->column] |= (uint8_t)asked_by(node);
            g->count[node->column] += node->kind == ENSEMBLE_NUMBER;
        }
    }
}

static uint32_t plane_if(struct ensemble_scorer *s, bool is_asked)
{
    return is_asked ? s->n_planes++ : SCORER_NO_PLANE;
}

static void place_columns(struct sealing *g)
{
    for (uint32_t c = 0; c < g->columns->n; c++) {
        if (g->asks[c] == 0) {
            continue;
        }
        g->place[c] = g->s->n_columns;
        g->s->columns[g->s->n_columns++] = (struct scorer_column){
            .column = c,
            .left = plane_if(g->s, (g->asks[c] & ASKS_LEFT) != 0),
            .right = plane_if(g->s, (g->asks[c] & ASKS_RIGHT) != 0),
            .category = plane_if(g->s, (g->asks[c] & ASKS_CATEGORY) != 0),
            .n_levels = g->columns->items[c].is_category ? g->columns->items[c].n_levels : 0,
        };
    }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static uint64_t unique(double *values, uint64_t n)
{
    uint64_t kept = 0;
    for (uint64_t i = 0; i < n; i++) {
        if (kept == 0 || values[i] != values[kept - 1]) {
            values[kept++] = values[i];
        }
    }
    return kept;
}

// All thresholds by column, sorted; then padded behind `all` into s->thresholds.
static bool sort_thresholds(struct sealing *g, double *all, uint64_t *begin)
{
    uint64_t at = 0;
    for (uint32_t c = 0; c < g->columns->n; c++) {
        begin[c] = at;
        at += g->count[c];
    }
    for (uint64_t i = 0; i < g->e->n_nodes; i++) {
        const struct ensemble_node *node = &g->e->nodes[i];
        if (node->kind == ENSEMBLE_NUMBER) {
            all[begin[node->column]++] = node->threshold;
        }
    }
    uint64_t n_padded = 0;
    for (uint32_t i = 0; i < g->s->n_columns; i++) {
        struct scorer_column *column = &g->s->columns[i];
        uint64_t n = g->count[column->column];
        double *values = all + (begin[column->column] -= n);
        qsort(values, n, sizeof *values, by_value);
        g->count[column->column] = n = unique(values, n);
        if (n > CODES_MAX) {
            return false;
        }
        column->n_padded = 1;
        while (column->n_padded <= n) {
            column->n_padded *= 2;
        }
        column->threshold = n_padded;
        n_padded += column->n_padded;
    }
    g->s->thresholds = pt_mem_array(g->host, n_padded, sizeof *g->s->thresholds);
    for (uint32_t i = 0; g->s->thresholds != NULL && i < g->s->n_columns; i++) {
        const struct scorer_column *column = &g->s->columns[i];
        uint64_t n = g->count[column->column];
        for (uint32_t k = 0; k < column->n_padded; k++) {
            g->s->thresholds[column->threshold + k] =
                k < n ? all[begin[column->column] + k] : (double)INFINITY;
        }
    }
    return true;
}

static uint64_t code_below(const struct ensemble_scorer *s, const struct scorer_column *column,
                           double threshold)
{
    uint64_t low = 0;
    uint64_t high = column->n_padded;
    while (low < high) {
        uint64_t middle = (low + high) / 2;
        if (s->thresholds[column->threshold + middle] < threshold) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static uint32_t words_of(uint32_t n_levels)
{
    return n_levels / 32 + 1; // a bit more: missing
}

// The set in words of 32 bits, with the bit of missing values.
static void pack_set(struct sealing *g, uint64_t at, uint64_t *n_words)
{
    const struct ensemble_node *node = &g->e->nodes[at];
    uint32_t n_levels = g->columns->items[node->column].n_levels;
    g->s->set_of[at] = (uint32_t)*n_words;
    uint32_t *words = g->s->sets + *n_words;
    *n_words += words_of(n_levels);
    memset(words, 0, words_of(n_levels) * sizeof *words);
    for (uint32_t i = 0; i < n_levels; i++) {
        uint32_t bit = g->e->sets[node->set + i / 64] >> (i % 64) & 1;
        words[i / 32] |= bit << (i % 32);
    }
    words[n_levels / 32] |= (uint32_t)node->missing_left << (n_levels % 32);
}

static uint64_t pack_node(struct sealing *g, uint64_t at, uint64_t *n_words)
{
    const struct ensemble_node *node = &g->e->nodes[at];
    const struct scorer_column *column = &g->s->columns[g->place[node->column]];
    uint64_t plane = column->right;
    uint64_t bin = SCORER_CODE_RIGHT - 1;
    if (node->kind == ENSEMBLE_CATEGORY) {
        pack_set(g, at, n_words);
        plane = column->category | SCORER_CATEGORY;
        bin = 0;
    } else if (node->kind == ENSEMBLE_NUMBER) {
        plane = node->missing_left != 0 ? column->left : column->right;
        bin = code_below(g->s, column, node->threshold);
    }
    return plane | bin << 16 | (uint64_t)node->left << 32;
}

static void measure_trees(struct sealing *g)
{
    for (uint64_t t = 0; t < g->e->n_trees; t++) {
        uint32_t depth = ensemble_depth(g->e, t);
        g->s->first[t] = g->e->first[t];
        g->s->depth[t] = depth;
        g->s->deepest = depth > g->s->deepest ? depth : g->s->deepest;
    }
}

static void pack_trees(struct sealing *g)
{
    uint64_t n_words = 0;
    for (uint64_t t = 0; t < g->e->n_trees; t++) {
        uint64_t first = g->e->first[t];
        for (uint64_t i = first; i < ensemble_end(g->e, t); i++) {
            g->s->values[i] = g->e->nodes[i].value;
            g->s->nodes[i] = g->e->nodes[i].kind == ENSEMBLE_LEAF
                                 ? (uint64_t)SCORER_CODE_RIGHT << 16 | (i - first) << 32
                                 : pack_node(g, i, &n_words);
        }
    }
}

// A leaf's plane in small nodes: no row has a code above 0 there.
static bool fits_small(const struct sealing *g)
{
    bool fits = g->s->set_of == NULL && g->s->n_planes < SMALL_PLANES;
    for (uint32_t i = 0; i < g->s->n_columns; i++) {
        fits = fits && g->s->columns[i].n_padded <= SMALL_CODES;
    }
    for (uint64_t t = 0; t < g->e->n_trees; t++) {
        fits = fits && ensemble_end(g->e, t) - g->e->first[t] <= SMALL_NODES;
    }
    return fits;
}

static uint32_t small_node(const struct ensemble_scorer *s, uint64_t node)
{
    uint32_t plane = (uint32_t)node & 0xffff;
    uint32_t bin = (uint32_t)node >> 16;
    uint32_t next = (uint32_t)(node >> 32);
    if (bin == SCORER_CODE_RIGHT) {
        return s->n_planes | next << 16;
    }
    return plane | (bin < SMALL_CODES ? bin : SMALL_CODES - 1) << 8 | next << 16;
}

// Replaces the nodes by small ones.
static bool shrink(struct sealing *g)
{
    g->s->small = pt_mem_array(g->host, g->e->n_nodes, sizeof *g->s->small);
    for (uint64_t i = 0; g->s->small != NULL && i < g->e->n_nodes; i++) {
        g->s->small[i] = small_node(g->s, g->s->nodes[i]);
    }
    if (g->s->small != NULL) {
        pt_mem_free(g->host, g->s->nodes);
        g->s->nodes = NULL;
    }
    return g->s->small != NULL;
}

static bool allocate_sets(struct sealing *g)
{
    uint64_t n_words = 0;
    for (uint64_t i = 0; i < g->e->n_nodes; i++) {
        if (g->e->nodes[i].kind == ENSEMBLE_CATEGORY) {
            n_words += words_of(g->columns->items[g->e->nodes[i].column].n_levels);
        }
    }
    if (n_words == 0) {
        return true;
    }
    if (n_words > UINT32_MAX) {
        return false;
    }
    g->s->set_of = pt_mem_zero(g->host, g->e->n_nodes, sizeof *g->s->set_of);
    g->s->sets = pt_mem_array(g->host, n_words, sizeof *g->s->sets);
    return g->s->set_of != NULL && g->s->sets != NULL;
}

static bool allocate(struct sealing *g)
{
    const pt_host *host = g->host;
    uint32_t d = g->columns->n;
    g->count = pt_mem_zero(host, d, sizeof *g->count);
    g->asks = pt_mem_zero(host, d, sizeof *g->asks);
    g->place = pt_mem_zero(host, d, sizeof *g->place);
    g->s = pt_mem_zero(host, 1, sizeof *g->s);
    if (g->count == NULL || g->asks == NULL || g->place == NULL || g->s == NULL) {
        return false;
    }
    g->s->n_trees = g->e->n_trees;
    g->s->columns = pt_mem_zero(host, d, sizeof *g->s->columns);
    g->s->nodes = pt_mem_array(host, g->e->n_nodes, sizeof *g->s->nodes);
    g->s->values = pt_mem_array(host, g->e->n_nodes, sizeof *g->s->values);
    g->s->first = pt_mem_array(host, g->e->n_trees, sizeof *g->s->first);
    g->s->depth = pt_mem_array(host, g->e->n_trees, sizeof *g->s->depth);
    g->s->levels = pt_mem_array(host, d, sizeof *g->s->levels);
    g->s->n_levels = d;
    return g->s->levels != NULL && g->s->columns != NULL && g->s->nodes != NULL &&
           g->s->values != NULL && g->s->first != NULL && g->s->depth != NULL && allocate_sets(g);
}

// False when memory is out.
static bool seal(struct sealing *g)
{
    measure_trees(g);
    survey(g);
    place_columns(g);
    uint64_t n = 0;
    for (uint32_t c = 0; c < g->columns->n; c++) {
        n += g->count[c];
        g->s->levels[c] = g->columns->items[c].is_category ? g->columns->items[c].n_levels : 0;
        g->s->is_plain = g->s->is_plain || g->s->levels[c] > CODES_MAX;
    }
    double *all = pt_mem_array(g->host, n, sizeof *all);
    uint64_t *begin = pt_mem_array(g->host, g->columns->n, sizeof *begin);
    bool has_memory = all != NULL && begin != NULL;
    if (has_memory) {
        bool fits = sort_thresholds(g, all, begin);
        g->s->is_plain = g->s->is_plain || !fits || g->s->n_planes >= SCORER_CATEGORY;
        has_memory = !fits || g->s->thresholds != NULL;
    }
    if (has_memory && !g->s->is_plain) {
        pack_trees(g);
        has_memory = scorer_masks_make(g->host, g->s) && (!fits_small(g) || shrink(g));
    }
    pt_mem_free(g->host, all);
    pt_mem_free(g->host, begin);
    return has_memory;
}

pt_status ensemble_seal(const pt_host *host, struct ensemble *e, const struct pt_columns *columns,
                        pt_error *err)
{
    ensemble_scorer_free(host, e->scorer);
    e->scorer = NULL;
    struct sealing g = {.host = host, .e = e, .columns = columns};
    bool done = allocate(&g) && seal(&g);
    pt_mem_free(host, g.count);
    pt_mem_free(host, g.asks);
    pt_mem_free(host, g.place);
    if (!done) {
        ensemble_scorer_free(host, g.s);
        return pt_fail(host, err, PT_E_NO_MEMORY, NULL, "no memory for %llu trees",
                       (unsigned long long)e->n_trees);
    }
    e->scorer = g.s;
    return PT_OK;
}
