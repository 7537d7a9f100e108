// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Thread pool: a loop over independent items, split over threads. Results never depend on the
// number of threads because items write to places of their own.
#ifndef PORTRAIT_BASE_POOL_H
#define PORTRAIT_BASE_POOL_H

#include "error.h"

struct pool;

// One call handles one item; `worker` (0 .. threads-1) names the thread's own scratch.
typedef pt_status (*pool_fn)(void *arg, uint64_t item, uint32_t worker, struct pt_error *err);

// threads = 0: number of usable processors. The caller's thread works too, as worker 0.
pt_status pool_new(uint32_t threads, struct pool **out, struct pt_error *err);
uint32_t pool_threads(const struct pool *p);
// Runs items 0 .. n-1, each once, taken in order. After a failure no new items start; the failure
// with the smallest item wins and is returned. Nested calls run in the caller's thread,
// with its own worker number; calls from several outside threads wait for each other.
pt_status pool_run(struct pool *p, uint64_t n, pool_fn fn, void *arg, struct pt_error *err);
void pool_free(struct pool *p); // NULL is fine

#endif
