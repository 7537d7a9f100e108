// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Default texts of option rows as nodes. Private to core/plugin.
#ifndef PORTRAIT_PLUGIN_OPTION_DEFAULT_H
#define PORTRAIT_PLUGIN_OPTION_DEFAULT_H

#include "error.h"
#include "node.h"
#include "registry.h"

// The node a user would have written for row->default_text (not NULL). For a LIST or MAP the text
// is YAML flow style: [a, "b, c"] or {key: value}. For every other type it is the scalar itself,
// so that a quote character is a quote character. In the arena; position unknown.
pt_status option_default_parse(const struct option_row *row, struct arena *arena, struct node **out,
                               struct pt_error *err);

#endif
