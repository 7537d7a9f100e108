// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Canonical text of a tree: one spelling a meaning, in full parentheses; it parses back.
#ifndef PORTRAIT_EXPR_CANON_H
#define PORTRAIT_EXPR_CANON_H

#include "tree.h"

// The text in `arena`. PT_E_NO_MEMORY only.
pt_status canon_print(struct arena *arena, const struct tree *tree, const char **out,
                      struct pt_error *err);

#endif
