// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#ifndef DTREE_RULE_H
#define DTREE_RULE_H

#include "dtree.h"

// The conditions that lead to a leaf, "TRUE" for a tree of one leaf. *out is freed by the caller.
// parent[i] is the node above i.
pt_status dtree_rule_text(const struct dtree_model *m, const uint32_t *parent, uint32_t leaf,
                          char **out, pt_error *err);

#endif
