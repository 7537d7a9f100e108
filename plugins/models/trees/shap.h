// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What each column adds to a row's answer: exact Shapley values of the trees, path-dependent
// (Lundberg, Erion, Lee: Consistent Individualized Feature Attribution for Tree Ensembles, 2018,
// algorithm 2). Covers weigh the ways that a hidden column leaves open.
#ifndef TREES_SHAP_H
#define TREES_SHAP_H

#include "ensemble.h"

// out[col * block->rows + row], col = block->cols the base: the expected answer. A row's values add
// up to ensemble_predict's answer but for rounding.
pt_status shap_contribute(const pt_host *host, const struct ensemble *e,
                          struct ensemble_layout layout, const pt_block *block, double *out,
                          pt_error *err);

#endif
