// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Runs items in the pool, or one after another where there is none.
#ifndef PORTRAIT_PROFILE_PARALLEL_H
#define PORTRAIT_PROFILE_PARALLEL_H

#include "pool.h"

static inline uint32_t parallel_workers(const struct pool *pool)
{
    return pool == NULL ? 1 : pool_threads(pool);
}

static inline pt_status parallel_run(struct pool *pool, uint64_t n, pool_fn fn, void *arg,
                                     struct pt_error *err)
{
    if (pool != NULL) {
        return pool_run(pool, n, fn, arg, err);
    }
    for (uint64_t i = 0; i < n; i++) {
        TRY(fn(arg, i, 0, err));
    }
    return PT_OK;
}

#endif
