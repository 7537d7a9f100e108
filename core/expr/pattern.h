// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Patterns of LIKE (% _ and an escape, ASCII letters in any case) and GLOB (* ? [set], exact case),
// as SQLite matches them. Plain forms are compiled to a search.
#ifndef PORTRAIT_EXPR_PATTERN_H
#define PORTRAIT_EXPR_PATTERN_H

#include "arena.h"

enum pattern_form { PATTERN_EXACT, PATTERN_PREFIX, PATTERN_SUFFIX, PATTERN_INSIDE, PATTERN_FULL };

struct pattern {
    enum pattern_form form;
    bool is_glob;
    uint32_t escape;  // LIKE: code point, 0 = none
    struct text text; // the literal part, or the whole pattern when FULL
};

// Compiles into `arena`; false when memory is out.
bool pattern_compile(struct arena *arena, struct text source, bool is_glob, uint32_t escape,
                     struct pattern *out);
bool pattern_matches(const struct pattern *p, struct text value);
// Code point at *at (which moves on); a broken sequence counts byte by byte.
uint32_t pattern_next_char(struct text value, size_t *at);

#endif
