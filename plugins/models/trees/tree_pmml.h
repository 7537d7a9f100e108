// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Trees as PMML 4.4.1 elements (https://dmg.org/pmml/v4-4-1/TreeModel.html, MultipleModels.html):
// one model element over fields named as the matrix columns, levels of categories as texts.
#ifndef TREES_TREE_PMML_H
#define TREES_TREE_PMML_H

#include "ensemble.h"

#define TREE_PMML_ONE_TREE 1 // TreeModel, classification; a leaf's value is the share of class 1
#define TREE_PMML_AVERAGE 2  // MiningModel, average of such trees
#define TREE_PMML_LOG_ODDS                                                                         \
    3                   // MiningModel, sum of regression trees and base, then the logistic link
#define TREE_PMML_SUM 4 // MiningModel, sum of regression trees and base

struct tree_pmml {
    const pt_host *host;
    const struct ensemble *trees;
    const struct pt_columns *columns;
    const char *const *classes; // names of label 0 and 1; not for TREE_PMML_SUM
    int32_t shape;              // PMML_*
};

pt_status tree_pmml_write(const struct tree_pmml *model, pt_writer *writer, pt_error *err);

#endif
