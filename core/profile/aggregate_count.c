// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// How many rows, whether any, and how many of them.
#include "aggregate.h"

static uint64_t count_valid(const struct series *rows)
{
    uint64_t n = 0;
    for (size_t i = 0; i < rows->n; i++) {
        n += rows->valid[i];
    }
    return n;
}

pt_status aggregate_count(const struct aggregate_scope *scope, const struct series *rows,
                          struct aggregate_result *out, struct pt_error *err)
{
    (void)scope;
    (void)err;
    *out = (struct aggregate_result){.bits = rows->valid == NULL ? rows->n : count_valid(rows)};
    return PT_OK;
}

pt_status aggregate_exists(const struct aggregate_scope *scope, const struct series *rows,
                           struct aggregate_result *out, struct pt_error *err)
{
    (void)scope;
    (void)err;
    *out = (struct aggregate_result){.bits = rows->n > 0};
    return PT_OK;
}

pt_status aggregate_share(const struct aggregate_scope *scope, const struct series *rows,
                          struct aggregate_result *out, struct pt_error *err)
{
    (void)scope;
    (void)err;
    uint64_t n = count_valid(rows);
    uint64_t n_true = 0;
    for (size_t i = 0; i < rows->n; i++) {
        n_true += rows->valid[i] & (uint8_t)rows->value[i];
    }
    *out = n == 0 ? AGGREGATE_NULL : aggregate_f64((double)n_true / (double)n);
    return PT_OK;
}
