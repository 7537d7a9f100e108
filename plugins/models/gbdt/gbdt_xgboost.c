// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The model as XGBoost's JSON
// (https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html, schema of 1.7): every tree
// as arrays by node. XGBoost goes left where value < condition, so a condition is the next float
// above our threshold; of a category it lists what goes right.
#include <float.h>
#include <math.h>
#include <stdio.h>

#include "gbdt.h"
#include "pt_json.h"

#define NO_PARENT 2147483647

// A tree that is being written.
struct writing {
    struct pt_json *j;
    const struct gbdt_model *m;
    const struct ensemble_node *nodes;
    uint64_t n;
    uint64_t number;
};

static void put_text_u64(struct pt_json *j, const char *key, uint64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    pt_json_key(j, key);
    pt_json_text(j, text);
}

static double as_float(double value)
{
    double most = (double)FLT_MAX;
    value = value > most ? most : value;
    return (double)(float)(value < -most ? -most : value);
}

static double condition_of(const struct ensemble_node *node)
{
    if (node->kind == ENSEMBLE_LEAF) {
        return as_float(node->value);
    }
    if (node->kind == ENSEMBLE_CATEGORY) {
        return 0;
    }
    float threshold = (float)as_float(node->threshold);
    if (node->kind == ENSEMBLE_MISSING || threshold >= FLT_MAX) {
        return (double)FLT_MAX;
    }
    bool is_above = (double)threshold > node->threshold;
    return (double)(is_above ? threshold : nextafterf(threshold, FLT_MAX));
}

static double weight_of(const struct ensemble_node *node)
{
    return as_float(node->value);
}

static double cover_of(const struct ensemble_node *node)
{
    return as_float(node->cover);
}

static double gain_of(const struct ensemble_node *node)
{
    return as_float(node->kind == ENSEMBLE_LEAF ? 0 : node->gain);
}

static double column_of(const struct ensemble_node *node)
{
    return node->kind == ENSEMBLE_LEAF ? 0 : node->column;
}

static double left_of(const struct ensemble_node *node)
{
    return node->kind == ENSEMBLE_LEAF ? -1 : (double)node->left;
}

static double right_of(const struct ensemble_node *node)
{
    return node->kind == ENSEMBLE_LEAF ? -1 : (double)node->left + 1;
}

static double default_left_of(const struct ensemble_node *node)
{
    return node->kind != ENSEMBLE_LEAF && node->kind != ENSEMBLE_MISSING && node->missing_left != 0;
}

static double type_of(const struct ensemble_node *node)
{
    return node->kind == ENSEMBLE_CATEGORY;
}

static void put_array(const struct writing *w, const char *key,
                      double (*of)(const struct ensemble_node *node),
                      void (*put)(struct pt_json *j, double value))
{
    pt_json_key(w->j, key);
    pt_json_open(w->j, '[');
    for (uint64_t i = 0; i < w->n; i++) {
        put(w->j, of(&w->nodes[i]));
    }
    pt_json_close(w->j, ']');
}

// XGBoost tells whole numbers from real ones.
static void put_reals(const struct writing *w, const char *key,
                      double (*of)(const struct ensemble_node *node))
{
    put_array(w, key, of, pt_json_real);
}

static void put_wholes(const struct writing *w, const char *key,
                       double (*of)(const struct ensemble_node *node))
{
    put_array(w, key, of, pt_json_f64);
}

static bool goes_right(const struct writing *w, const struct ensemble_node *node, uint32_t level)
{
    return (w->m->trees.sets[node->set + level / 64] >> (level % 64) & 1) == 0;
}

static uint64_t count_right(const struct writing *w, const struct ensemble_node *node)
{
    uint64_t n = 0;
    for (uint32_t l = 0; l < w->m->columns.items[node->column].n_levels; l++) {
        n += goes_right(w, node, l);
    }
    return n;
}

static void put_levels(const struct writing *w)
{
    pt_json_key(w->j, "categories");
    pt_json_open(w->j, '[');
    for (uint64_t i = 0; i < w->n; i++) {
        const struct ensemble_node *node = &w->nodes[i];
        uint32_t n =
            node->kind == ENSEMBLE_CATEGORY ? w->m->columns.items[node->column].n_levels : 0;
        for (uint32_t l = 0; l < n; l++) {
            if (goes_right(w, node, l)) {
                pt_json_u64(w->j, l);
            }
        }
    }
    pt_json_close(w->j, ']');
}

enum category_array { NODES, SEGMENTS, SIZES };

static void put_categories(const struct writing *w, const char *key, enum category_array what)
{
    uint64_t segment = 0;
    pt_json_key(w->j, key);
    pt_json_open(w->j, '[');
    for (uint64_t i = 0; i < w->n; i++) {
        if (w->nodes[i].kind == ENSEMBLE_CATEGORY) {
            uint64_t n = count_right(w, &w->nodes[i]);
            pt_json_u64(w->j, what == NODES ? i : what == SEGMENTS ? segment : n);
            segment += n;
        }
    }
    pt_json_close(w->j, ']');
}

static pt_status put_parents(const struct writing *w, pt_error *err)
{
    uint32_t *parents = pt_mem_array(w->m->host, w->n, sizeof *parents);
    if (parents == NULL) {
        return pt_fail(w->m->host, err, PT_E_NO_MEMORY, NULL, "no memory to export the model");
    }
    parents[0] = NO_PARENT;
    for (uint64_t i = 0; i < w->n; i++) {
        if (w->nodes[i].kind != ENSEMBLE_LEAF) {
            parents[w->nodes[i].left] = parents[w->nodes[i].left + 1] = (uint32_t)i;
        }
    }
    pt_json_key(w->j, "parents");
    pt_json_open(w->j, '[');
    for (uint64_t i = 0; i < w->n; i++) {
        pt_json_u64(w->j, parents[i]);
    }
    pt_json_close(w->j, ']');
    pt_mem_free(w->m->host, parents);
    return PT_OK;
}

static pt_status put_tree(const struct writing *w, pt_error *err)
{
    pt_json_open(w->j, '{');
    put_reals(w, "base_weights", weight_of);
    put_levels(w);
    put_categories(w, "categories_nodes", NODES);
    put_categories(w, "categories_segments", SEGMENTS);
    put_categories(w, "categories_sizes", SIZES);
    put_wholes(w, "default_left", default_left_of);
    pt_json_key(w->j, "id");
    pt_json_u64(w->j, w->number);
    put_wholes(w, "left_children", left_of);
    put_reals(w, "loss_changes", gain_of);
    pt_status status = put_parents(w, err);
    put_wholes(w, "right_children", right_of);
    put_reals(w, "split_conditions", condition_of);
    put_wholes(w, "split_indices", column_of);
    put_wholes(w, "split_type", type_of);
    put_reals(w, "sum_hessian", cover_of);
    pt_json_key(w->j, "tree_param");
    pt_json_open(w->j, '{');
    put_text_u64(w->j, "num_deleted", 0);
    put_text_u64(w->j, "num_feature", w->m->columns.n);
    put_text_u64(w->j, "num_nodes", w->n);
    put_text_u64(w->j, "size_leaf_vector", 0);
    pt_json_close(w->j, '}');
    pt_json_close(w->j, '}');
    return status;
}

static pt_status put_trees(const struct gbdt_model *m, struct pt_json *j, pt_error *err)
{
    const struct ensemble *e = &m->trees;
    pt_status status = PT_OK;
    pt_json_key(j, "model");
    pt_json_open(j, '{');
    pt_json_key(j, "gbtree_model_param");
    pt_json_open(j, '{');
    put_text_u64(j, "num_parallel_tree", 1);
    put_text_u64(j, "num_trees", e->n_trees);
    put_text_u64(j, "size_leaf_vector", 0);
    pt_json_close(j, '}');
    pt_json_key(j, "tree_info");
    pt_json_open(j, '[');
    for (uint64_t t = 0; t < e->n_trees; t++) {
        pt_json_u64(j, 0);
    }
    pt_json_close(j, ']');
    pt_json_key(j, "trees");
    pt_json_open(j, '[');
    for (uint64_t t = 0; t < e->n_trees && status == PT_OK; t++) {
        struct writing w = {j, m, e->nodes + e->first[t], ensemble_end(e, t) - e->first[t], t};
        status = put_tree(&w, err);
    }
    pt_json_close(j, ']');
    pt_json_close(j, '}');
    return status;
}

static void put_columns(const struct gbdt_model *m, struct pt_json *j)
{
    pt_json_key(j, "feature_names");
    pt_json_open(j, '[');
    for (uint32_t c = 0; c < m->columns.n; c++) {
        pt_json_text(j, m->columns.items[c].name);
    }
    pt_json_close(j, ']');
    pt_json_key(j, "feature_types");
    pt_json_open(j, '[');
    for (uint32_t c = 0; c < m->columns.n; c++) {
        pt_json_text(j, m->columns.items[c].is_category ? "c" : "float");
    }
    pt_json_close(j, ']');
}

// base_score is on the scale of the answer.
static void put_params(const struct gbdt_model *m, struct pt_json *j)
{
    bool is_logistic = m->loss == GBDT_LOGISTIC;
    char text[40];
    double base = is_logistic ? 1 / (1 + exp(-m->trees.base)) : m->trees.base;
    snprintf(text, sizeof text, "%.9g", as_float(base));
    pt_json_key(j, "learner_model_param");
    pt_json_open(j, '{');
    pt_json_key(j, "base_score");
    pt_json_text(j, text);
    put_text_u64(j, "boost_from_average", 1);
    put_text_u64(j, "num_class", 0);
    put_text_u64(j, "num_feature", m->columns.n);
    put_text_u64(j, "num_target", 1);
    pt_json_close(j, '}');
    pt_json_key(j, "objective");
    pt_json_open(j, '{');
    pt_json_key(j, "name");
    pt_json_text(j, is_logistic ? "binary:logistic" : "reg:squarederror");
    pt_json_key(j, "reg_loss_param");
    pt_json_open(j, '{');
    put_text_u64(j, "scale_pos_weight", 1);
    pt_json_close(j, '}');
    pt_json_close(j, '}');
}

pt_status gbdt_write_xgboost(const struct gbdt_model *m, pt_writer *writer, pt_error *err)
{
    struct pt_json j = {.host = m->host};
    pt_json_open(&j, '{');
    pt_json_key(&j, "learner");
    pt_json_open(&j, '{');
    pt_json_key(&j, "attributes");
    pt_json_open(&j, '{');
    pt_json_close(&j, '}');
    put_columns(m, &j);
    pt_json_key(&j, "gradient_booster");
    pt_json_open(&j, '{');
    pt_status status = put_trees(m, &j, err);
    pt_json_key(&j, "name");
    pt_json_text(&j, "gbtree");
    pt_json_close(&j, '}');
    put_params(m, &j);
    pt_json_close(&j, '}');
    pt_json_key(&j, "version");
    pt_json_open(&j, '[');
    pt_json_u64(&j, 1);
    pt_json_u64(&j, 7);
    pt_json_u64(&j, 4);
    pt_json_close(&j, ']');
    pt_json_close(&j, '}');
    if (status != PT_OK) {
        pt_json_release(&j);
        return status;
    }
    return pt_json_write(&j, writer, err);
}
