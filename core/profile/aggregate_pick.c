// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// One of the values: the least, the greatest, the first, the last, the own row's. NULLs are passed
// over, but the own row is one row, whatever it holds.
#include "aggregate.h"

static void pick_extreme(const struct aggregate_scope *scope, const struct series *rows, int sign,
                         struct aggregate_result *out)
{
    *out = AGGREGATE_NULL;
    for (size_t i = 0; i < rows->n; i++) {
        if (rows->valid[i] == 0) {
            continue;
        }
        if (out->is_null || sign * aggregate_compare(scope, rows->value[i], out->bits) > 0) {
            *out = (struct aggregate_result){.bits = rows->value[i]};
        }
    }
}

pt_status aggregate_min(const struct aggregate_scope *scope, const struct series *rows,
                        struct aggregate_result *out, struct pt_error *err)
{
    (void)err;
    pick_extreme(scope, rows, -1, out);
    return PT_OK;
}

pt_status aggregate_max(const struct aggregate_scope *scope, const struct series *rows,
                        struct aggregate_result *out, struct pt_error *err)
{
    (void)err;
    pick_extreme(scope, rows, 1, out);
    return PT_OK;
}

pt_status aggregate_first(const struct aggregate_scope *scope, const struct series *rows,
                          struct aggregate_result *out, struct pt_error *err)
{
    (void)scope;
    (void)err;
    *out = AGGREGATE_NULL;
    for (size_t i = 0; i < rows->n && out->is_null; i++) {
        if (rows->valid[i] != 0) {
            *out = (struct aggregate_result){.bits = rows->value[i]};
        }
    }
    return PT_OK;
}

// Of several rows at the last time the one that comes last in the file.
pt_status aggregate_last(const struct aggregate_scope *scope, const struct series *rows,
                         struct aggregate_result *out, struct pt_error *err)
{
    (void)scope;
    (void)err;
    *out = AGGREGATE_NULL;
    for (size_t i = rows->n; i-- > 0 && out->is_null;) {
        if (rows->valid[i] != 0) {
            *out = (struct aggregate_result){.bits = rows->value[i]};
        }
    }
    return PT_OK;
}

// The series holds the own row only.
pt_status aggregate_own(const struct aggregate_scope *scope, const struct series *rows,
                        struct aggregate_result *out, struct pt_error *err)
{
    (void)scope;
    (void)err;
    bool is_there = rows->n > 0 && rows->valid[0] != 0;
    *out = is_there ? (struct aggregate_result){.bits = rows->value[0]} : AGGREGATE_NULL;
    return PT_OK;
}
