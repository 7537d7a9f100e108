// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The learnt tree: made, applied, explained row by row, exported.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dtree.h"
#include "tree_pmml.h"
#include "shap.h"

#define AUTO_EXACT_CELLS 1000000 // rows x columns up to which all thresholds are tried

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
    ensemble_release(m->host, &m->flat);
    for (int c = 0; c < 2; c++) {
        pt_mem_free(m->host, m->classes[c]);
        m->classes[c] = NULL;
    }
}

double dtree_rows(const struct dtree_model *m, const struct dtree_node *node)
{
    return m->weight[0] * (double)(node->n - node->n1) + m->weight[1] * (double)node->n1;
}

double dtree_share(const struct dtree_model *m, const struct dtree_node *node)
{
    return m->weight[1] * (double)node->n1 / dtree_rows(m, node);
}

pt_status dtree_copy_schema(struct dtree_model *m, const pt_schema *schema, pt_error *err)
{
    pt_status status = pt_columns_copy(m->host, schema, &m->columns, err);
    for (uint32_t c = 0; status == PT_OK && c < 2; c++) {
        const char *name = schema->n_classes == 2 ? schema->classes[c] : (c == 0 ? "0" : "1");
        m->classes[c] = pt_mem_text(m->host, name, strlen(name));
        if (m->classes[c] == NULL) {
            status = pt_fail(m->host, err, PT_E_NO_MEMORY, NULL, "no memory for a tree");
        }
    }
    return status;
}

static void flatten_node(const struct dtree_model *m, uint32_t at, struct ensemble_node *to)
{
    const struct dtree_node *node = &m->tree.nodes[at];
    to->kind = (uint8_t)node->kind; // the numbers are the same
    to->column = node->column;
    to->left = node->left;
    to->missing_left = (uint8_t)node->missing_left;
    to->saw_missing = (uint8_t)node->saw_missing;
    to->threshold = node->threshold;
    to->value = dtree_share(m, node);
    to->cover = dtree_rows(m, node);
    to->gain = node->decrease;
}

static bool flatten_set(struct dtree_model *m, uint32_t at)
{
    const struct dtree_node *node = &m->tree.nodes[at];
    uint32_t n_levels = m->columns.items[node->column].n_levels;
    uint32_t set = ensemble_set(m->host, &m->flat, n_levels);
    if (set == ENSEMBLE_NONE) {
        return false;
    }
    memcpy(m->flat.sets + set, node->set, dtree_words(n_levels) * sizeof *node->set);
    ensemble_at(&m->flat, at)->set = set;
    return true;
}

// Nodes keep their numbers: they stand level by level in both trees.
pt_status dtree_flatten(struct dtree_model *m, pt_error *err)
{
    bool has_memory = ensemble_begin(m->host, &m->flat);
    for (uint32_t i = 0; has_memory && i < m->tree.n_nodes; i++) {
        if (m->tree.nodes[i].kind != DTREE_LEAF) {
            has_memory = ensemble_split(m->host, &m->flat, i) != ENSEMBLE_NONE;
        }
        if (has_memory) {
            flatten_node(m, i, ensemble_at(&m->flat, i));
            has_memory = m->tree.nodes[i].kind != DTREE_CATEGORY || flatten_set(m, i);
        }
    }
    if (!has_memory) {
        return pt_fail(m->host, err, PT_E_NO_MEMORY, NULL, "no memory for a tree");
    }
    m->flat.scale = 1;
    return ensemble_seal(m->host, &m->flat, &m->columns, err);
}

static bool is_binned(const struct dtree_model *m, const pt_data *data)
{
    if (m->config->splitter != DTREE_AUTO || m->criterion != DTREE_GINI) {
        return m->config->splitter == DTREE_HISTOGRAM;
    }
    return data->n_rows * data->schema->n_columns > AUTO_EXACT_CELLS;
}

pt_status dtree_fit_model(void *self, const pt_data *data, const pt_run *run, pt_error *err)
{
    struct dtree_model *m = self;
    dtree_reset(m);
    m->criterion = (uint32_t)m->config->criterion;
    pt_status status = dtree_copy_schema(m, data->schema, err);
    if (status == PT_OK) {
        status = is_binned(m, data) ? dtree_grow_binned(m, data, run, err)
                                    : dtree_grow(m, data, run, err);
    }
    if (status == PT_OK && m->config->ccp_alpha > 0) {
        status = dtree_prune(m, m->config->ccp_alpha, err);
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
        out[i] = dtree_share(m, node);
        out[block->rows + i] = m->rule[leaf];
    }
    return PT_OK;
}

pt_status dtree_contribute(const void *self, const pt_block *block, double *out, pt_error *err)
{
    const struct dtree_model *m = self;
    const struct ensemble_layout layout = {.layout = PT_LAYOUT_COLUMNS, .dtype = 8};
    pt_status status = check_learnt(m, err);
    return status == PT_OK ? shap_contribute(m->host, &m->flat, layout, block, out, err) : status;
}

pt_status dtree_export(const void *self, const char *format, pt_writer *writer, pt_error *err)
{
    const struct dtree_model *m = self;
    pt_status status = check_learnt(m, err);
    if (status != PT_OK) {
        return status;
    }
    if (strcmp(format, PT_EXPORT_PMML) != 0) {
        return pt_fail(m->host, err, PT_E_UNSUPPORTED, NULL, "a tree cannot be written as %s",
                       format);
    }
    const struct tree_pmml model = {
        .host = m->host,
        .trees = &m->flat,
        .columns = &m->columns,
        .classes = (const char *const *)m->classes,
        .shape = TREE_PMML_ONE_TREE,
    };
    return tree_pmml_write(&model, writer, err);
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
