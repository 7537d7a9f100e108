// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Scoring: rows through a preparation and a learnt instance, block by block, without a whole
// matrix in memory.
#ifndef PORTRAIT_LEARN_SCORE_H
#define PORTRAIT_LEARN_SCORE_H

#include "instance.h"
#include "prepare.h"

// The range's rows (at most PREPARE_BLOCK_ROWS) into `x`, which holds as many rows of the matrix
// and is 64-byte aligned, as a block a model takes. `columns` are those of prepare_bind().
struct score_source {
    const struct prepare *p;
    const struct instance *m;
    const struct column *const *columns;
};

pt_status score_fill(const struct score_source *s, struct gather_range range, void *x,
                     pt_block *out, struct pt_error *err);
// out[output * from->n + i] is of the i-th row asked for.
pt_status score_rows(const struct prepare *p, const struct instance *m,
                     const struct prepare_rows *from, struct pool *pool, double *out,
                     struct pt_error *err);

#endif
