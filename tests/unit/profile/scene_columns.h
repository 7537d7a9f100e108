// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Columns of a scene's source: cells of text, parsed, cut into batches.
#ifndef TEST_PROFILE_SCENE_COLUMNS_H
#define TEST_PROFILE_SCENE_COLUMNS_H

#include "expr.h"

struct scene_columns {
    size_t n; // rows
    size_t n_columns;
    enum vec_type types[64];
    char **rows; // as written
};

struct scene_slice {
    size_t from;
    size_t n;
    bool use_dictionaries;
};

void scene_columns_init(struct scene_columns *c, const struct expr_name *names, size_t n);
void scene_columns_release(struct scene_columns *c);
void scene_columns_add(struct scene_columns *c, const char *cells);
void scene_columns_clear(struct scene_columns *c);
void scene_columns_shuffle(struct scene_columns *c, uint64_t seed);
// Some rows as vectors; free what is returned when they are no longer needed.
void *scene_columns_slice(const struct scene_columns *c, const struct scene_slice *slice,
                          struct vec *vecs);

#endif
