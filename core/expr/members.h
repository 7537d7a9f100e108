// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Members: the constant values of an IN list, hashed when they are many.
#ifndef PORTRAIT_EXPR_MEMBERS_H
#define PORTRAIT_EXPR_MEMBERS_H

#include "arena.h"
#include "vec.h"

struct members {
    enum vec_type type;
    bool has_null;
    size_t n;
    const int64_t *keys; // bits of the value; of an f64 with -0 as 0; b as 0 or 1
    const struct text *texts;
    uint32_t *slots; // index + 1; NULL for short lists
    size_t mask;
};

// A set of values[0..n), each one value of `type` (NULLs among them). Copies into `arena`; false
// when memory is out.
bool members_build(struct arena *arena, enum vec_type type, const struct vec *values, size_t n,
                   struct members *out);
bool members_has_key(const struct members *m, int64_t key);
bool members_has_text(const struct members *m, struct text value);
int64_t members_key_of_f64(double value);

#endif
