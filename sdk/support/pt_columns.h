// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A model's own copy of the columns it was learnt with, for explain(): the host's schema lives only
// as long as the call that brings it.
#ifndef PT_COLUMNS_H
#define PT_COLUMNS_H

#include <stdbool.h>

#include <portrait/model.h>

#include "pt_mem.h"

PT_EXTERN_C_BEGIN

struct pt_column_copy {
    char *name;
    bool is_category;
    char **levels; // n_levels
    uint32_t n_levels;
    char *source;    // the pipeline's column
    char *level;     // NULL = not one-hot
    char *transform; // NULL = as it is
    double offset;   // value = (transform(raw) - offset) * factor
    double factor;
};

// {0} is empty.
struct pt_columns {
    struct pt_column_copy *items;
    uint32_t n;
};

// Copies; *out is empty after a failure.
pt_status pt_columns_copy(const pt_host *host, const pt_schema *schema, struct pt_columns *out,
                          pt_error *err);
// The raw value behind a prepared one; a constant column gives its one value.
double pt_column_raw(const struct pt_column_copy *column, double value);
void pt_columns_release(const pt_host *host, struct pt_columns *columns);

PT_EXTERN_C_END

#endif
