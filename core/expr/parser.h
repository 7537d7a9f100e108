// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Parser: source text to tree. Operators bind as in SQLite.
#ifndef PORTRAIT_EXPR_PARSER_H
#define PORTRAIT_EXPR_PARSER_H

#include "tree.h"

struct zone;

// `zone` reads TIMESTAMP literals without one. Everything lives in `arena`.
pt_status parser_parse(struct arena *arena, struct text source, const struct zone *zone,
                       struct tree *out, struct pt_error *err);

#endif
