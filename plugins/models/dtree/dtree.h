// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Decision tree for two classes (Breiman, Friedman, Olshen, Stone: Classification and Regression
// Trees, 1984): options, the learnt tree, and the calls on it.
#ifndef DTREE_H
#define DTREE_H

#include <portrait/model.h>
#include <portrait/option.h>

#include "class_weight.h"
#include "ensemble.h"
#include "pt_columns.h"

#define DTREE_GINI 0
#define DTREE_ENTROPY 1
#define DTREE_DEPTH_MAX 30

#define DTREE_AUTO 0
#define DTREE_EXACT 1
#define DTREE_HISTOGRAM 2

// Filled by the host from the option rows.
struct dtree_config {
    int32_t criterion;
    int64_t depth;
    int64_t min_leaf;
    double min_decrease;
    double ccp_alpha;
    const char *class_weights;
    int32_t splitter;
};

#define DTREE_LEAF 0
#define DTREE_NUMBER 1   // left: value <= threshold
#define DTREE_CATEGORY 2 // left: code in the set
#define DTREE_MISSING 3  // left: there, right: missing

struct dtree_node {
    uint32_t kind;
    uint32_t column;
    uint32_t left;         // the right child comes next
    uint32_t missing_left; // where a missing value goes
    uint32_t saw_missing;  // 1: rows without a value were learnt from here
    double threshold;
    uint64_t *set;   // one bit a level, owned
    uint64_t n;      // rows learnt from
    uint64_t n1;     // of class 1
    double decrease; // of the rows' summed impurity by this split
};

// {0} is no tree. Nodes stand level by level, so that children come after their parents.
struct dtree {
    struct dtree_node *nodes;
    uint32_t n_nodes;
    uint64_t capacity;
};

struct dtree_model {
    const pt_host *host;
    const struct dtree_config *config;
    struct dtree tree;
    struct class_weight class_weight;
    uint32_t criterion;   // of the learnt tree
    double weight[2];     // of a row of each class; of the learnt tree
    char *classes[2];     // names of label 0 and 1; owned
    struct ensemble flat; // the tree once more, for contributions and export
    uint32_t *rule;       // by node: number of a leaf's rule, from 1; owned
    struct pt_columns columns;
};

static inline uint32_t dtree_words(uint32_t n_levels)
{
    return (n_levels + 63) / 64;
}

void dtree_release(const pt_host *host, struct dtree *tree);
// Adds a zeroed node; NULL when memory is out. Pointers into the array move.
struct dtree_node *dtree_add(const pt_host *host, struct dtree *tree);
// Rows of a node by their weight, and the share of class 1 among them.
double dtree_rows(const struct dtree_model *m, const struct dtree_node *node);
double dtree_share(const struct dtree_model *m, const struct dtree_node *node);
// Leaves numbered by falling rate of class 1, then falling size, then place: m->rule.
pt_status dtree_number_rules(struct dtree_model *m, pt_error *err);

// Grow m->tree and set m->weight: over all thresholds, or over those between bins (Gini only).
pt_status dtree_grow(struct dtree_model *m, const pt_data *data, const pt_run *run, pt_error *err);
pt_status dtree_grow_binned(struct dtree_model *m, const pt_data *data, const pt_run *run,
                            pt_error *err);
// Cuts branches off m->tree that take less than `alpha` of the impurity a leaf (minimal
// cost-complexity pruning, Breiman et al., chapter 3).
pt_status dtree_prune(struct dtree_model *m, double alpha, pt_error *err);

// Columns and names of the classes, which the host's schema has only now.
pt_status dtree_copy_schema(struct dtree_model *m, const pt_schema *schema, pt_error *err);
// m->flat from m->tree.
pt_status dtree_flatten(struct dtree_model *m, pt_error *err);

// The vtable's calls.
pt_status dtree_fit_model(void *self, const pt_data *data, const pt_run *run, pt_error *err);
pt_status dtree_predict(const void *self, const pt_block *block, double *out, pt_error *err);
pt_status dtree_contribute(const void *self, const pt_block *block, double *out, pt_error *err);
pt_status dtree_export(const void *self, const char *format, pt_writer *writer, pt_error *err);
pt_status dtree_save(const void *self, pt_writer *writer, pt_error *err);
pt_status dtree_load(void *self, const pt_schema *schema, pt_reader *reader, pt_error *err);
pt_status dtree_explain(const void *self, pt_writer *writer, pt_error *err);
void dtree_reset(struct dtree_model *m); // back to not learnt

#endif
