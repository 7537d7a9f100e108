// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Distance: optimal string alignment, as in Oommen and Loke, "Pattern recognition of strings with
// substitutions, insertions, deletions and generalized transpositions" (1997), unit costs.
#include "suggest.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define SUGGEST_LONGEST 127 // bytes; longer names are not compared

static unsigned char fold(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t distance(const char *a, size_t n_a, const char *b, size_t n_b)
{
    size_t rows[3][SUGGEST_LONGEST + 1];
    for (size_t j = 0; j <= n_b; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= n_a; i++) {
        size_t *now = rows[i % 3];
        const size_t *above = rows[(i - 1) % 3];
        const size_t *twice = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= n_b; j++) {
            bool same = fold(a[i - 1]) == fold(b[j - 1]);
            now[j] = least(least(above[j], now[j - 1]) + 1, above[j - 1] + (same ? 0 : 1));
            bool is_swap = i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) &&
                           fold(a[i - 2]) == fold(b[j - 1]);
            now[j] = is_swap ? least(now[j], twice[j - 2] + 1) : now[j];
        }
    }
    return rows[n_a % 3][n_b];
}

const char *suggest(const char *wrong, const char *const *names, size_t n)
{
    size_t n_wrong = strlen(wrong);
    size_t allowed = n_wrong / 3 > 1 ? n_wrong / 3 : 1;
    const char *best = NULL;
    size_t best_distance = allowed + 1;
    if (n_wrong > SUGGEST_LONGEST) {
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        size_t n_name = strlen(names[i]);
        if (n_name > SUGGEST_LONGEST || n_name > n_wrong + allowed || n_wrong > n_name + allowed) {
            continue;
        }
        size_t d = distance(wrong, n_wrong, names[i], n_name);
        if (d < best_distance && d < (n_wrong > n_name ? n_wrong : n_name)) {
            best = names[i];
            best_distance = d;
        }
    }
    return best;
}

void suggest_choice(const char *wrong, const char *const *names, size_t n, char *hint, size_t size)
{
    static const char more[] = ", ...";
    const char *near = suggest(wrong, names, n);
    if (near != NULL) {
        snprintf(hint, size, "did you mean `%s`?", near);
        return;
    }
    size_t used = (size_t)snprintf(hint, size, "one of");
    for (size_t i = 0; i < n; i++) {
        if (used + strlen(names[i]) + sizeof more + 2 > size) {
            snprintf(hint + used, size - used, "%s", more);
            return;
        }
        used += (size_t)snprintf(hint + used, size - used, "%s %s", i == 0 ? "" : ",", names[i]);
    }
}
