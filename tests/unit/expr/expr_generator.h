// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Random expressions over one table of all types, in two spellings: ours, and SQLite's where it
// differs by the table in docs/expressions.md.
#ifndef PORTRAIT_TEST_EXPR_GENERATOR_H
#define PORTRAIT_TEST_EXPR_GENERATOR_H

#include "sheet.h"

struct generator {
    uint64_t state;
    struct str ours;
    struct str theirs;
    bool is_plain; // no parentheses: only what both spell alike
};

// Writes the next expression, of any type; plain ones may break the types.
void generator_next(struct generator *g);
// Fills a sheet of that many rows, NULLs among them.
void generator_fill(struct generator *g, size_t n_rows, struct sheet *out);
void generator_release(struct generator *g);

#endif
