// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Items are taken from one counter, so every item below a failed one has been started before it:
// the smallest failing item is the same at any number of threads.
#include "pool.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "mem.h"

#define POOL_MOST_THREADS 1024

struct job {
    pool_fn fn;
    void *arg;
    uint64_t n;
    atomic_uint_fast64_t next;
    atomic_uint_fast64_t failed_item; // the smallest so far, n when none
    struct pt_error error;            // of that item, under the pool's lock
    pt_status status;
};

struct worker {
    struct pool *pool;
    pthread_t thread;
    uint32_t index;
};

struct pool {
    pthread_mutex_t running; // held by the one caller that runs
    pthread_mutex_t lock;    // guards all below
    pthread_cond_t begin;
    pthread_cond_t ended;
    struct worker *workers; // [0] stands for the caller
    uint32_t n_threads;
    uint32_t n_started;
    uint32_t n_busy;
    uint64_t round; // grows by one a job
    struct job *job;
    pthread_t caller; // valid while has_caller
    bool has_caller;
    bool is_closing;
};

static void note_failure(struct pool *p, struct job *job, uint64_t item, pt_status status,
                         const struct pt_error *error)
{
    pthread_mutex_lock(&p->lock);
    if (item < atomic_load(&job->failed_item)) {
        atomic_store(&job->failed_item, item);
        job->status = status;
        job->error = *error;
    }
    pthread_mutex_unlock(&p->lock);
}

static void work(struct pool *p, struct job *job, uint32_t worker)
{
    struct pt_error error = ERROR_INIT;
    for (;;) {
        uint64_t item = atomic_fetch_add(&job->next, 1);
        if (item >= job->n || item > atomic_load(&job->failed_item)) {
            return;
        }
        pt_status status = job->fn(job->arg, item, worker, &error);
        if (status != PT_OK) {
            note_failure(p, job, item, status, &error);
            return;
        }
    }
}

static void *worker_main(void *arg)
{
    struct worker *self = arg;
    struct pool *p = self->pool;
    uint64_t seen = 0;
    pthread_mutex_lock(&p->lock);
    for (;;) {
        while (p->round == seen && !p->is_closing) {
            pthread_cond_wait(&p->begin, &p->lock);
        }
        if (p->is_closing) {
            break;
        }
        seen = p->round;
        struct job *job = p->job;
        pthread_mutex_unlock(&p->lock);
        work(p, job, self->index);
        pthread_mutex_lock(&p->lock);
        if (--p->n_busy == 0) {
            pthread_cond_signal(&p->ended);
        }
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

static uint32_t usable_processors(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0 || CPU_COUNT(&set) < 1) {
        return 1;
    }
    return (uint32_t)CPU_COUNT(&set);
}

// Signals go to the threads of the program, never to a worker.
static pt_status start_workers(struct pool *p, struct pt_error *err)
{
    sigset_t all;
    sigset_t before;
    int failed = 0;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (uint32_t i = 1; i < p->n_threads && failed == 0; i++) {
        p->workers[i] = (struct worker){.pool = p, .index = i};
        pthread_mutex_lock(&p->lock);
        failed = pthread_create(&p->workers[i].thread, NULL, worker_main, &p->workers[i]);
        p->n_started += failed == 0;
        pthread_mutex_unlock(&p->lock);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed == 0 ? PT_OK : error_system(err, failed, "cannot start a thread");
}

pt_status pool_new(uint32_t threads, struct pool **out, struct pt_error *err)
{
    uint32_t wanted = threads == 0 ? usable_processors() : threads;
    if (wanted > POOL_MOST_THREADS) {
        FAIL(err, PT_E_INVALID, "%u threads; at most %d", wanted, POOL_MOST_THREADS);
    }
    struct pool *p = mem_zero(1, sizeof *p);
    struct worker *workers = mem_zero(wanted, sizeof *workers);
    if (p == NULL || workers == NULL) {
        mem_free(p);
        mem_free(workers);
        FAIL(err, PT_E_NO_MEMORY, "no memory for a pool of %u threads", wanted);
    }
    pthread_mutex_init(&p->running, NULL);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->begin, NULL);
    pthread_cond_init(&p->ended, NULL);
    p->workers = workers;
    p->n_threads = wanted;
    pt_status status = start_workers(p, err);
    if (status != PT_OK) {
        pool_free(p);
        return status;
    }
    *out = p;
    return PT_OK;
}

uint32_t pool_threads(const struct pool *p)
{
    return p->n_threads;
}

// True when the calling thread is inside an item of this pool; *index is its worker then.
static bool is_inside(struct pool *p, uint32_t *index)
{
    pthread_t self = pthread_self();
    bool found = false;
    pthread_mutex_lock(&p->lock);
    if (p->has_caller && pthread_equal(p->caller, self)) {
        *index = 0;
        found = true;
    }
    for (uint32_t i = 1; i <= p->n_started && !found; i++) {
        if (pthread_equal(p->workers[i].thread, self)) {
            *index = i;
            found = true;
        }
    }
    pthread_mutex_unlock(&p->lock);
    return found;
}

static void run_on_all(struct pool *p, struct job *job)
{
    pthread_mutex_lock(&p->lock);
    p->caller = pthread_self();
    p->has_caller = true;
    if (job->n > 1 && p->n_started > 0) {
        p->job = job;
        p->round++;
        p->n_busy = p->n_started;
        pthread_cond_broadcast(&p->begin);
    }
    pthread_mutex_unlock(&p->lock);
    work(p, job, 0);
    pthread_mutex_lock(&p->lock);
    while (p->n_busy > 0) {
        pthread_cond_wait(&p->ended, &p->lock);
    }
    p->job = NULL;
    p->has_caller = false;
    pthread_mutex_unlock(&p->lock);
}

pt_status pool_run(struct pool *p, uint64_t n, pool_fn fn, void *arg, struct pt_error *err)
{
    struct job job = {.fn = fn, .arg = arg, .n = n};
    uint32_t index = 0;
    atomic_init(&job.next, 0);
    atomic_init(&job.failed_item, n);
    if (n == 0) {
        return PT_OK;
    }
    if (is_inside(p, &index)) {
        work(p, &job, index);
    } else {
        pthread_mutex_lock(&p->running);
        run_on_all(p, &job);
        pthread_mutex_unlock(&p->running);
    }
    if (job.status == PT_OK) {
        return PT_OK;
    }
    if (job.error.code != job.status) {
        error_set(&job.error, job.status, "item %llu: %s",
                  (unsigned long long)atomic_load(&job.failed_item), error_name(job.status));
    }
    if (err != NULL) {
        *err = job.error;
    }
    return job.status;
}

void pool_free(struct pool *p)
{
    if (p == NULL) {
        return;
    }
    pthread_mutex_lock(&p->lock);
    p->is_closing = true;
    pthread_cond_broadcast(&p->begin);
    pthread_mutex_unlock(&p->lock);
    for (uint32_t i = 1; i <= p->n_started; i++) {
        pthread_join(p->workers[i].thread, NULL);
    }
    pthread_cond_destroy(&p->ended);
    pthread_cond_destroy(&p->begin);
    pthread_mutex_destroy(&p->lock);
    pthread_mutex_destroy(&p->running);
    mem_free(p->workers);
    mem_free(p);
}
