// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// How many different values, and which of them came most often (ties: the smallest). Exact.
#include "aggregate.h"

static pt_status tally_values(const struct aggregate_scope *scope, const struct series *rows,
                              struct pt_error *err)
{
    TRY(tally_begin(scope->tally, rows->n, err));
    for (size_t i = 0; i < rows->n; i++) {
        if (rows->valid[i] != 0) {
            tally_add(scope->tally, rows->value[i]);
        }
    }
    return PT_OK;
}

pt_status aggregate_distinct(const struct aggregate_scope *scope, const struct series *rows,
                             struct aggregate_result *out, struct pt_error *err)
{
    TRY(tally_values(scope, rows, err));
    *out = (struct aggregate_result){.bits = scope->tally->n};
    return PT_OK;
}

pt_status aggregate_top(const struct aggregate_scope *scope, const struct series *rows,
                        struct aggregate_result *out, struct pt_error *err)
{
    TRY(tally_values(scope, rows, err));
    const struct tally *t = scope->tally;
    size_t best = 0;
    for (size_t i = 1; i < t->n; i++) {
        bool is_tie = t->items[i].n == t->items[best].n;
        if (t->items[i].n > t->items[best].n ||
            (is_tie && aggregate_compare(scope, t->items[i].value, t->items[best].value) < 0)) {
            best = i;
        }
    }
    *out = t->n == 0 ? AGGREGATE_NULL : (struct aggregate_result){.bits = t->items[best].value};
    return PT_OK;
}
