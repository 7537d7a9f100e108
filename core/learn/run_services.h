// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What a model gets while it learns: parallel loops with one fixed result, random numbers by
// counter, scratch memory, linear algebra.
#ifndef PORTRAIT_LEARN_RUN_SERVICES_H
#define PORTRAIT_LEARN_RUN_SERVICES_H

#include <portrait/host.h>
#include <portrait/run.h>

#include "error.h"
#include "pool.h"

// A map_reduce is cut into this many parts whatever the number of threads.
#define RUN_PARTITIONS 64
// ... or into as many as fit here, but at least two.
#define RUN_STATES_BYTES ((uint64_t)256 << 20)

struct run_services;

// `pool` NULL = the caller's thread alone. Host and pool must outlive the services.
pt_status run_services_new(struct pool *pool, uint64_t seed, const pt_host *host,
                           struct run_services **out, struct pt_error *err);
// Who is told how far a model is, in thousandths; from any thread.
void run_services_watch(struct run_services *s,
                        void (*watcher)(void *ctx, uint64_t done, uint64_t total), void *ctx);
const pt_run *run_services_view(const struct run_services *s);
// Frees what scratch() gave out: after each callback of the model.
void run_services_reset(struct run_services *s);
void run_services_free(struct run_services *s); // NULL is fine

#endif
