// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fields of one map of a pipeline: typed reads that report what is wrong and go on, so that all
// faults of a file come in one go.
#ifndef PORTRAIT_PIPELINE_FIELDS_H
#define PORTRAIT_PIPELINE_FIELDS_H

#include "clock.h"
#include "diag.h"

struct fields {
    const struct node *map;
    struct diags *diags;
    struct arena *arena;
    char owner[160]; // "source `crm`": names who in messages
};

// False (and P0104) when `node` is no map; an absent (NULL) node gives an empty map.
bool fields_of(struct fields *f, const struct node *node, struct diags *diags, struct arena *arena,
               const char *owner_format, ...) PT_PRINTF(5, 6);
// Reports keys that are not in names[0..n): P0103 with a suggestion.
void fields_known(const struct fields *f, const char *const *names, size_t n);
#define FIELDS_KNOWN(f, ...)                                                                       \
    do {                                                                                           \
        static const char *const known_[] = {__VA_ARGS__};                                         \
        fields_known((f), known_, sizeof known_ / sizeof known_[0]);                               \
    } while (0)

// The value, or NULL when the key is absent or null. `fields_need` also reports P0105.
const struct node *fields_get(const struct fields *f, const char *key);
const struct node *fields_need(const struct fields *f, const char *key);
// Scalars; `out` is untouched when the key is absent or the value bad (P0104).
void fields_text(const struct fields *f, const char *key, const char **out);
void fields_bool(const struct fields *f, const char *key, bool *out);
void fields_i64(const struct fields *f, const char *key, int64_t *out);
void fields_f64(const struct fields *f, const char *key, double *out);
void fields_size(const struct fields *f, const char *key, int64_t *out);
void fields_duration(const struct fields *f, const char *key, int64_t *out_us);
// "0.5%" -> 0.005; a plain number between 0 and 1 too.
void fields_fraction(const struct fields *f, const char *key, double *out);
// A scalar or a list of scalars as nodes in the arena.
void fields_nodes(const struct fields *f, const char *key, const struct node *const **out,
                  size_t *n);
// A scalar node (NULL when absent or no scalar, which is reported).
const struct node *fields_scalar(const struct fields *f, const char *key);
// P0104 at a node.
void fields_wrong(const struct fields *f, const struct node *at, const char *key,
                  const char *expected);
// [A-Za-z_][A-Za-z0-9_]*, at most 64: P0102 otherwise.
bool fields_is_name(const struct fields *f, const struct node *key);

#endif
