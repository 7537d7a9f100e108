// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "run_services.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "blas.h"
#include "mem.h"
#include "philox.h"

struct scratch_block {
    struct scratch_block *next;
    void *memory;
};

struct run_services {
    pt_run run;
    struct pool *pool;
    const pt_host *host;
    pthread_mutex_t lock; // guards scratch
    struct scratch_block *scratch;
    int32_t shown_tenths; // progress is logged at every tenth only
    void (*watcher)(void *ctx, uint64_t done, uint64_t total);
    void *watcher_ctx;
};

static struct run_services *services_of(const pt_run *run)
{
    return run->ctx;
}

static pt_status run_items(struct pool *pool, uint64_t n, pool_fn fn, void *arg,
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

struct reduction {
    const pt_run *run;
    pt_map_fn map;
    const void *arg;
    uint8_t *states;
    uint64_t n;
    uint64_t state_size;
    uint64_t parts;
};

static uint64_t part_begin(uint64_t n, uint64_t parts, uint64_t part)
{
    return n / parts * part + (n % parts) * part / parts;
}

static pt_status map_part(void *arg, uint64_t part, uint32_t worker, struct pt_error *err)
{
    const struct reduction *r = arg;
    (void)worker;
    if (r->run->cancelled(r->run) != 0) {
        FAIL(err, PT_E_CANCELLED, "stopped");
    }
    return r->map(r->arg, part_begin(r->n, r->parts, part), part_begin(r->n, r->parts, part + 1),
                  r->states + part * r->state_size, err);
}

// A function of the work alone: fewer parts when their states would fill the memory.
static uint64_t parts_for(uint64_t n, uint64_t state_size)
{
    uint64_t parts = n < RUN_PARTITIONS ? n : RUN_PARTITIONS;
    uint64_t most = RUN_STATES_BYTES / (state_size == 0 ? 1 : state_size);
    most = most < 2 ? 2 : most;
    return parts < most ? parts : most;
}

static pt_status map_reduce(const pt_run *run, uint64_t n, uint64_t state_size, pt_map_fn map,
                            pt_combine_fn combine, const void *arg, void *out, pt_error *err)
{
    struct run_services *s = services_of(run);
    // States lie on cache lines of their own, so that threads do not disturb each other.
    uint64_t spaced = 0;
    if (__builtin_add_overflow(state_size, (uint64_t)63, &spaced)) {
        FAIL(err, PT_E_NO_MEMORY, "state of %llu bytes", (unsigned long long)state_size);
    }
    spaced -= spaced % 64;
    if (n == 0) {
        memset(out, 0, state_size);
        return PT_OK;
    }
    struct reduction r = {.run = run, .map = map, .arg = arg, .n = n, .state_size = spaced};
    r.parts = parts_for(n, spaced);
    uint64_t bytes = 0;
    bool fits = !__builtin_mul_overflow(r.parts, spaced, &bytes);
    r.states = fits ? mem_aligned(64, bytes) : NULL;
    if (r.states == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %llu partial results",
             (unsigned long long)r.parts);
    }
    memset(r.states, 0, bytes);
    memset(out, 0, state_size);
    pt_status status = run_items(s->pool, r.parts, map_part, &r, err);
    for (uint64_t part = 0; status == PT_OK && part < r.parts; part++) {
        combine(arg, out, r.states + part * spaced);
    }
    mem_free(r.states);
    return status;
}

struct loop {
    const pt_run *run;
    pt_range_fn fn;
    void *arg;
    uint64_t n;
    uint64_t grain;
};

static pt_status loop_range(void *arg, uint64_t item, uint32_t worker, struct pt_error *err)
{
    const struct loop *l = arg;
    (void)worker;
    if (l->run->cancelled(l->run) != 0) {
        FAIL(err, PT_E_CANCELLED, "stopped");
    }
    uint64_t begin = item * l->grain;
    uint64_t end = l->n - begin < l->grain ? l->n : begin + l->grain;
    return l->fn(l->arg, begin, end, err);
}

static pt_status parallel_for(const pt_run *run, uint64_t n, uint64_t grain, pt_range_fn fn,
                              void *arg, pt_error *err)
{
    struct loop l = {.run = run, .fn = fn, .arg = arg, .n = n, .grain = grain == 0 ? 1 : grain};
    uint64_t items = n / l.grain + (n % l.grain != 0);
    return run_items(services_of(run)->pool, items, loop_range, &l, err);
}

static uint8_t cancelled(const pt_run *run)
{
    const pt_host *host = services_of(run)->host;
    return host->cancelled(host);
}

static void progress(const pt_run *run, double fraction, const pt_metric *metrics, uint32_t n)
{
    struct run_services *s = services_of(run);
    if (s->watcher != NULL && fraction >= 0 && fraction <= 1) {
        s->watcher(s->watcher_ctx, (uint64_t)(fraction * 1000), 1000);
    }
    if (!(fraction >= 0 && fraction <= 1) || (int32_t)(fraction * 10) <= s->shown_tenths) {
        return;
    }
    s->shown_tenths = (int32_t)(fraction * 10);
    char values[4][32];
    pt_log_field fields[4];
    uint32_t shown = n < 4 ? n : 4;
    for (uint32_t i = 0; i < shown; i++) {
        snprintf(values[i], sizeof values[i], "%.10g", metrics[i].value);
        fields[i] = (pt_log_field){metrics[i].name, values[i]};
    }
    s->host->log(s->host, PT_LOG_DEBUG, "learning", fields, shown);
}

static uint64_t random_bits(const pt_run *run, uint64_t stream, uint64_t index)
{
    return philox_bits(run->seed, stream, index);
}

static void *scratch(const pt_run *run, uint64_t size)
{
    struct run_services *s = services_of(run);
    struct scratch_block *b = mem_alloc(sizeof *b);
    if (b == NULL) {
        return NULL;
    }
    b->memory = mem_aligned(64, size == 0 ? 1 : size);
    if (b->memory == NULL) {
        mem_free(b);
        return NULL;
    }
    pthread_mutex_lock(&s->lock);
    b->next = s->scratch;
    s->scratch = b;
    pthread_mutex_unlock(&s->lock);
    return b->memory;
}

pt_status run_services_new(struct pool *pool, uint64_t seed, const pt_host *host,
                           struct run_services **out, struct pt_error *err)
{
    const pt_blas *blas = NULL;
    TRY(blas_table(&blas, err));
    struct run_services *s = mem_zero(1, sizeof *s);
    if (s == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for the model's services");
    }
    s->pool = pool;
    s->host = host;
    pthread_mutex_init(&s->lock, NULL);
    s->run = (pt_run){
        .struct_size = sizeof s->run,
        .threads = pool == NULL ? 1 : pool_threads(pool),
        .ctx = s,
        .seed = seed,
        .blas = blas,
        .map_reduce = map_reduce,
        .parallel_for = parallel_for,
        .cancelled = cancelled,
        .progress = progress,
        .random = random_bits,
        .scratch = scratch,
    };
    *out = s;
    return PT_OK;
}

void run_services_watch(struct run_services *s,
                        void (*watcher)(void *ctx, uint64_t done, uint64_t total), void *ctx)
{
    s->watcher = watcher;
    s->watcher_ctx = ctx;
}

const pt_run *run_services_view(const struct run_services *s)
{
    return &s->run;
}

void run_services_reset(struct run_services *s)
{
    while (s->scratch != NULL) {
        struct scratch_block *b = s->scratch;
        s->scratch = b->next;
        mem_free(b->memory);
        mem_free(b);
    }
    s->shown_tenths = 0;
}

void run_services_free(struct run_services *s)
{
    if (s == NULL) {
        return;
    }
    run_services_reset(s);
    pthread_mutex_destroy(&s->lock);
    mem_free(s);
}
