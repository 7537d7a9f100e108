// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Suggestions: the known name nearest to a mistyped one.
#ifndef PORTRAIT_BASE_SUGGEST_H
#define PORTRAIT_BASE_SUGGEST_H

#include <stddef.h>

// Optimal string alignment distance (Damerau-Levenshtein without repeated edits), case-blind.
// Returns the best of names[0..n) within max(1, length / 3) edits, the first on ties, or NULL.
const char *suggest(const char *wrong, const char *const *names, size_t n);

// The hint for a value that is none of names[0..n): "did you mean `x`?" where one is near, else
// "one of a, b, c" as far as `size` bytes have room.
void suggest_choice(const char *wrong, const char *const *names, size_t n, char *hint, size_t size);

#endif
