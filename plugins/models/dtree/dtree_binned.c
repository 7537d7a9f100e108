// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Growing over bins with the kernel of the boosted trees: with G = rows of class 1 and H = rows,
// its gain is half of what Gini's impurity loses, and a leaf's weight the share of class 1.
#include <math.h>
#include <string.h>

#include "bins.h"
#include "dtree.h"
#include "grow.h"

struct binned {
    struct dtree_model *m;
    const pt_data *data;
    const pt_run *run;
    struct class_units units;
    uint64_t n[2]; // rows by class
    int64_t *stat; // by row
    struct bins bins;
    struct ensemble tree;
};

static pt_status out_of_memory(const struct binned *b, pt_error *err)
{
    return pt_fail(b->m->host, err, PT_E_NO_MEMORY, NULL, "no memory for a tree over %llu rows",
                   (unsigned long long)b->data->n_rows);
}

// First the classes as they are, then, when both are counted, by their weights.
static pt_status read_labels(struct binned *b, pt_error *err)
{
    for (uint32_t i = 0; i < b->data->n_blocks; i++) {
        pt_block block = {.struct_size = sizeof block};
        pt_status status = b->data->block(b->data->ctx, i, &block, err);
        if (status != PT_OK) {
            return status;
        }
        for (uint64_t row = 0; row < block.rows; row++) {
            int64_t one = block.label[row] != 0;
            b->stat[block.first_row + row] = one;
            b->n[one]++;
        }
    }
    b->units = (struct class_units){.unit = {1, 1}, .scale = 1};
    if (b->n[0] > 0 && b->n[1] > 0) {
        b->units = class_weight_units(&b->m->class_weight, b->n);
    }
    for (uint64_t row = 0; row < b->data->n_rows; row++) {
        int64_t one = b->stat[row];
        b->stat[row] = hist_pack((int32_t)one, b->units.unit[one]);
    }
    b->m->weight[0] = b->units.unit[0] * b->units.scale;
    b->m->weight[1] = b->units.unit[1] * b->units.scale;
    return PT_OK;
}

static pt_status grow(struct binned *b, pt_error *err)
{
    const struct dtree_config *config = b->m->config;
    double rows = b->m->weight[0] * (double)b->n[0] + b->m->weight[1] * (double)b->n[1];
    bool is_weighted = b->units.unit[0] != 1 || b->units.unit[1] != 1;
    const struct grow_rule rule = {
        .depth = (uint32_t)config->depth,
        .min_gain = config->min_decrease * rows / 2,
        // A row of weight 1 is a row; else they are counted on their own.
        .min_child_weight = is_weighted ? 0 : (double)config->min_leaf,
        .min_leaf = is_weighted ? (uint64_t)config->min_leaf : 1,
        .rate = -1,
    };
    const struct grow_sample sample = {
        .stat = b->stat,
        .first_scale = b->m->weight[1],
        .second_scale = b->units.scale,
        .n = b->data->n_rows,
    };
    struct grow *g = NULL;
    pt_status status = grow_new(b->m->host, &b->bins, b->run, &rule, &g, err);
    if (status == PT_OK) {
        status = grow_tree(g, &sample, &b->tree, err);
    }
    grow_free(g);
    return status;
}

// Rows of each class from their weighted sum and the share of class 1.
static void count_rows(const struct binned *b, const struct ensemble_node *from,
                       struct dtree_node *to)
{
    uint64_t n1 = (uint64_t)llround(from->value * from->cover / b->m->weight[1]);
    uint64_t n0 = (uint64_t)llround((1 - from->value) * from->cover / b->m->weight[0]);
    to->n = n0 + n1;
    to->n1 = n1;
}

static bool copy_node(const struct binned *b, const struct ensemble_node *from,
                      struct dtree_node *to)
{
    to->kind = from->kind;
    to->column = from->column;
    to->threshold = from->threshold;
    to->missing_left = from->missing_left;
    to->saw_missing = from->saw_missing;
    to->decrease = 2 * from->gain;
    if (from->kind != ENSEMBLE_CATEGORY) {
        return true;
    }
    uint32_t words = dtree_words(b->data->schema->columns[from->column]->n_levels);
    to->set = pt_mem_array(b->m->host, words, sizeof *to->set);
    if (to->set != NULL) {
        memcpy(to->set, b->tree.sets + from->set, words * sizeof *to->set);
    }
    return to->set != NULL;
}

// Level by level; origin[i] = the node of the grown tree that node i is.
static bool copy_tree(struct binned *b, uint32_t *origin)
{
    struct dtree *tree = &b->m->tree;
    bool has_memory = dtree_add(b->m->host, tree) != NULL;
    origin[0] = 0;
    for (uint32_t i = 0; has_memory && i < tree->n_nodes; i++) {
        const struct ensemble_node *from = &b->tree.nodes[origin[i]];
        count_rows(b, from, &tree->nodes[i]);
        if (from->kind == ENSEMBLE_LEAF) {
            continue;
        }
        uint32_t left = tree->n_nodes;
        has_memory = copy_node(b, from, &tree->nodes[i]) && dtree_add(b->m->host, tree) != NULL &&
                     dtree_add(b->m->host, tree) != NULL;
        if (has_memory) {
            tree->nodes[i].left = left;
            origin[left] = from->left;
            origin[left + 1] = from->left + 1;
        }
    }
    return has_memory;
}

static pt_status learn(struct binned *b, pt_error *err)
{
    const struct bins_request request = {
        .max_bins = BINS_VALUES_MAX, .dtype = 8, .wants_columns = true, .wants_groups = true};
    b->stat = pt_mem_array(b->m->host, b->data->n_rows, sizeof *b->stat);
    if (b->stat == NULL) {
        return out_of_memory(b, err);
    }
    pt_status status = read_labels(b, err);
    if (status == PT_OK) {
        status = bins_make(b->m->host, b->data, b->run, &request, &b->bins, err);
    }
    if (status == PT_OK) {
        status = grow(b, err);
    }
    if (status != PT_OK) {
        return status;
    }
    uint32_t *origin = pt_mem_array(b->m->host, b->tree.n_nodes, sizeof *origin);
    bool done = origin != NULL && copy_tree(b, origin);
    pt_mem_free(b->m->host, origin);
    return done ? PT_OK : out_of_memory(b, err);
}

pt_status dtree_grow_binned(struct dtree_model *m, const pt_data *data, const pt_run *run,
                            pt_error *err)
{
    if (data->n_rows > INT32_MAX) {
        return pt_fail(m->host, err, PT_E_LIMIT, NULL, "a tree learns from at most 2^31 rows");
    }
    struct binned b = {.m = m, .data = data, .run = run};
    pt_status status = learn(&b, err);
    pt_mem_free(m->host, b.stat);
    bins_release(m->host, &b.bins);
    ensemble_release(m->host, &b.tree);
    return status;
}
