// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "tree_pmml.h"

#include <string.h>

#include "pt_xml.h"

#define MARGIN "margin" // field that carries the sum of trees to the last model

struct writing {
    const struct tree_pmml *m;
    const struct ensemble_node *nodes; // of the tree
    struct pt_xml *x;
    bool is_share; // leaves are shares of class 1, not numbers
};

static void put_id(struct pt_xml *x, const char *name, uint64_t id)
{
    pt_xml_attribute_u64(x, name, id);
}

static void put_empty(struct pt_xml *x, const char *element)
{
    pt_xml_open(x, element);
    pt_xml_close(x, element);
}

static void put_simple(const struct writing *w, const struct ensemble_node *node, const char *op,
                       bool has_value)
{
    pt_xml_open(w->x, "SimplePredicate");
    pt_xml_attribute(w->x, "field", w->m->columns->items[node->column].name);
    pt_xml_attribute(w->x, "operator", op);
    if (has_value) {
        pt_xml_attribute_f64(w->x, "value", node->threshold);
    }
    pt_xml_close(w->x, "SimplePredicate");
}

// One text of an array: in quotes, those inside behind a backslash.
static void put_quoted(struct pt_xml *x, const char *text)
{
    uint64_t n = strlen(text);
    char *quoted = pt_mem_array(x->host, n + 2, 2);
    if (quoted == NULL) {
        x->failed = true;
        return;
    }
    char *to = quoted;
    *to++ = '"';
    for (uint64_t i = 0; i < n; i++) {
        if (text[i] == '"' || text[i] == '\\') {
            *to++ = '\\';
        }
        *to++ = text[i];
    }
    *to++ = '"';
    *to = '\0';
    pt_xml_content(x, quoted);
    pt_mem_free(x->host, quoted);
}

static bool is_in(const struct writing *w, const struct ensemble_node *node, uint32_t level)
{
    return (w->m->trees->sets[node->set + level / 64] >> (level % 64) & 1) != 0;
}

static void put_set(const struct writing *w, const struct ensemble_node *node, bool is_left)
{
    const struct pt_column_copy *column = &w->m->columns->items[node->column];
    uint64_t n = 0;
    for (uint32_t i = 0; i < column->n_levels; i++) {
        n += is_in(w, node, i) == is_left;
    }
    pt_xml_open(w->x, "SimpleSetPredicate");
    pt_xml_attribute(w->x, "field", column->name);
    pt_xml_attribute(w->x, "booleanOperator", "isIn");
    pt_xml_open(w->x, "Array");
    pt_xml_attribute(w->x, "type", "string");
    pt_xml_attribute_u64(w->x, "n", n);
    bool is_first = true;
    for (uint32_t i = 0; i < column->n_levels; i++) {
        if (is_in(w, node, i) == is_left) {
            pt_xml_content(w->x, is_first ? "" : " ");
            put_quoted(w->x, column->levels[i]);
            is_first = false;
        }
    }
    pt_xml_close(w->x, "Array");
    pt_xml_close(w->x, "SimpleSetPredicate");
}

static void put_predicate(const struct writing *w, const struct ensemble_node *parent, bool is_left)
{
    if (parent == NULL) {
        put_empty(w->x, "True");
    } else if (parent->kind == ENSEMBLE_NUMBER) {
        put_simple(w, parent, is_left ? "lessOrEqual" : "greaterThan", true);
    } else if (parent->kind == ENSEMBLE_MISSING) {
        put_simple(w, parent, is_left ? "isNotMissing" : "isMissing", false);
    } else {
        put_set(w, parent, is_left);
    }
}

static void put_share(const struct writing *w, int class, double share, double cover)
{
    pt_xml_open(w->x, "ScoreDistribution");
    pt_xml_attribute(w->x, "value", w->m->classes[class]);
    pt_xml_attribute_f64(w->x, "recordCount", share * cover);
    pt_xml_attribute_f64(w->x, "probability", share);
    pt_xml_close(w->x, "ScoreDistribution");
}

static void put_node(const struct writing *w, uint32_t at, const struct ensemble_node *parent,
                     bool is_left)
{
    const struct ensemble_node *node = &w->nodes[at];
    pt_xml_open(w->x, "Node");
    put_id(w->x, "id", at);
    if (w->is_share) {
        pt_xml_attribute(w->x, "score", w->m->classes[node->value > 0.5]);
    } else {
        pt_xml_attribute_f64(w->x, "score", node->value);
    }
    pt_xml_attribute_f64(w->x, "recordCount", node->cover);
    if (node->kind != ENSEMBLE_LEAF) {
        put_id(w->x, "defaultChild", node->left + (node->missing_left != 0 ? 0 : 1));
    }
    put_predicate(w, parent, is_left);
    if (w->is_share) {
        put_share(w, 0, 1 - node->value, node->cover);
        put_share(w, 1, node->value, node->cover);
    }
    if (node->kind != ENSEMBLE_LEAF) {
        put_node(w, node->left, node, true);
        put_node(w, node->left + 1, node, false);
    }
    pt_xml_close(w->x, "Node");
}

static void put_field(struct pt_xml *x, const char *name)
{
    pt_xml_open(x, "MiningField");
    pt_xml_attribute(x, "name", name);
    pt_xml_close(x, "MiningField");
}

static void put_columns(const struct writing *w)
{
    pt_xml_open(w->x, "MiningSchema");
    for (uint32_t c = 0; c < w->m->columns->n; c++) {
        put_field(w->x, w->m->columns->items[c].name);
    }
    pt_xml_close(w->x, "MiningSchema");
}

static void put_tree(struct writing *w, uint64_t tree, bool is_outermost)
{
    w->nodes = w->m->trees->nodes + w->m->trees->first[tree];
    pt_xml_open(w->x, "TreeModel");
    pt_xml_attribute(w->x, "functionName", w->is_share ? "classification" : "regression");
    pt_xml_attribute(w->x, "missingValueStrategy", "defaultChild");
    pt_xml_attribute(w->x, "splitCharacteristic", "binarySplit");
    if (is_outermost) {
        put_empty(w->x, "MiningSchema");
    } else {
        put_columns(w);
    }
    put_node(w, 0, NULL, true);
    pt_xml_close(w->x, "TreeModel");
}

static void open_segment(struct pt_xml *x, uint64_t id)
{
    pt_xml_open(x, "Segment");
    put_id(x, "id", id);
    put_empty(x, "True");
}

static void put_trees(struct writing *w, const char *method)
{
    pt_xml_open(w->x, "Segmentation");
    pt_xml_attribute(w->x, "multipleModelMethod", method);
    for (uint64_t t = 0; t < w->m->trees->n_trees; t++) {
        open_segment(w->x, t + 1);
        put_tree(w, t, false);
        pt_xml_close(w->x, "Segment");
    }
    pt_xml_close(w->x, "Segmentation");
}

static void open_model(struct pt_xml *x, const char *function)
{
    pt_xml_open(x, "MiningModel");
    pt_xml_attribute(x, "functionName", function);
}

static void put_sum(struct writing *w)
{
    open_model(w->x, "regression");
    put_columns(w);
    pt_xml_open(w->x, "Output");
    pt_xml_open(w->x, "OutputField");
    pt_xml_attribute(w->x, "name", MARGIN);
    pt_xml_attribute(w->x, "optype", "continuous");
    pt_xml_attribute(w->x, "dataType", "double");
    pt_xml_attribute(w->x, "feature", "predictedValue");
    pt_xml_close(w->x, "OutputField");
    pt_xml_close(w->x, "Output");
    put_trees(w, "sum");
    pt_xml_close(w->x, "MiningModel");
}

static void put_table(const struct writing *w, const char *class, double intercept, double factor)
{
    pt_xml_open(w->x, "RegressionTable");
    pt_xml_attribute_f64(w->x, "intercept", intercept);
    if (class != NULL) {
        pt_xml_attribute(w->x, "targetCategory", class);
    }
    if (factor != 0) {
        pt_xml_open(w->x, "NumericPredictor");
        pt_xml_attribute(w->x, "name", MARGIN);
        pt_xml_attribute_f64(w->x, "coefficient", factor);
        pt_xml_close(w->x, "NumericPredictor");
    }
    pt_xml_close(w->x, "RegressionTable");
}

// base + scale * sum, and its logistic function where there are classes.
static void put_link(const struct writing *w)
{
    bool is_class = w->m->shape == TREE_PMML_LOG_ODDS;
    pt_xml_open(w->x, "RegressionModel");
    pt_xml_attribute(w->x, "functionName", is_class ? "classification" : "regression");
    pt_xml_attribute(w->x, "normalizationMethod", is_class ? "logit" : "none");
    pt_xml_open(w->x, "MiningSchema");
    put_field(w->x, MARGIN);
    pt_xml_close(w->x, "MiningSchema");
    put_table(w, is_class ? w->m->classes[1] : NULL, w->m->trees->base, w->m->trees->scale);
    if (is_class) {
        put_table(w, w->m->classes[0], 0, 0);
    }
    pt_xml_close(w->x, "RegressionModel");
}

static void put_chain(struct writing *w)
{
    open_model(w->x, w->m->shape == TREE_PMML_LOG_ODDS ? "classification" : "regression");
    put_empty(w->x, "MiningSchema");
    pt_xml_open(w->x, "Segmentation");
    pt_xml_attribute(w->x, "multipleModelMethod", "modelChain");
    open_segment(w->x, 1);
    put_sum(w);
    pt_xml_close(w->x, "Segment");
    open_segment(w->x, 2);
    put_link(w);
    pt_xml_close(w->x, "Segment");
    pt_xml_close(w->x, "Segmentation");
    pt_xml_close(w->x, "MiningModel");
}

pt_status tree_pmml_write(const struct tree_pmml *model, pt_writer *writer, pt_error *err)
{
    struct pt_xml x = {.host = model->host};
    struct writing w = {.m = model,
                        .x = &x,
                        .is_share = model->shape == TREE_PMML_ONE_TREE ||
                                    model->shape == TREE_PMML_AVERAGE};
    if (model->shape == TREE_PMML_ONE_TREE) {
        put_tree(&w, 0, true);
    } else if (model->shape == TREE_PMML_AVERAGE) {
        open_model(&x, "classification");
        put_empty(&x, "MiningSchema");
        put_trees(&w, "average");
        pt_xml_close(&x, "MiningModel");
    } else {
        put_chain(&w);
    }
    return pt_xml_write(&x, writer, err);
}
