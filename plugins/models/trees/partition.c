// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "partition.h"

#include <string.h>

void partition_plan(struct partition *p)
{
    p->n_chunks = 0;
    for (uint32_t t = 0; t < p->n_tasks; t++) {
        struct partition_task *task = &p->tasks[t];
        task->first_chunk = p->n_chunks;
        p->n_chunks += (task->end - task->begin + PARTITION_CHUNK - 1) / PARTITION_CHUNK;
    }
}

// The task that holds a chunk.
static const struct partition_task *task_of(const struct partition *p, uint64_t chunk)
{
    uint32_t low = 0;
    uint32_t high = p->n_tasks - 1;
    while (low < high) {
        uint32_t middle = (low + high + 1) / 2;
        if (p->tasks[middle].first_chunk <= chunk) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return &p->tasks[low];
}

struct chunk {
    const struct partition_task *task;
    uint64_t begin;
    uint64_t n;
};

static struct chunk chunk_of(const struct partition *p, uint64_t number)
{
    const struct partition_task *task = task_of(p, number);
    uint64_t begin = task->begin + (number - task->first_chunk) * PARTITION_CHUNK;
    uint64_t left = task->end - begin;
    return (struct chunk){task, begin, left < PARTITION_CHUNK ? left : PARTITION_CHUNK};
}

uint64_t partition_side(const struct partition_side *s, uint64_t begin, uint64_t n_left)
{
    for (uint64_t i = begin; i < s->n; i++) {
        uint32_t row = s->from[i];
        uint8_t is_left = s->goes_left[s->bins[row]];
        s->left[n_left] = row;
        s->from[i - n_left] = row;
        n_left += is_left;
    }
    return n_left;
}

// What goes left moves to `spare`, what goes right to the front of the chunk in `from`.
static uint64_t divide(const struct partition *p, const struct chunk *c)
{
    const struct split *split = c->task->split;
    struct partition_side side = {
        .bins = p->bins->by_column + split->column * p->bins->stride,
        .from = c->task->from + c->begin,
        .left = p->spare + c->begin,
        .n = c->n,
    };
    for (uint32_t b = 0; b < BINS_SLOTS; b++) {
        side.goes_left[b] = split_goes_left(split, b);
    }
#if defined(__x86_64__)
    if (p->cpu >= PT_CPU_AVX512) {
        return partition_side_avx512(&side);
    }
#endif
    return partition_side(&side, 0, 0);
}

static pt_status divide_chunks(void *arg, uint64_t begin, uint64_t end, pt_error *err)
{
    struct partition *p = arg;
    (void)err;
    for (uint64_t i = begin; i < end; i++) {
        struct chunk c = chunk_of(p, i);
        p->left[i] = divide(p, &c);
    }
    return PT_OK;
}

// Counts become places: left[i] = rows that go left in the chunks of the task before i.
static void sum_up(struct partition *p)
{
    for (uint32_t t = 0; t < p->n_tasks; t++) {
        struct partition_task *task = &p->tasks[t];
        uint64_t end = t + 1 < p->n_tasks ? p->tasks[t + 1].first_chunk : p->n_chunks;
        task->n_left = 0;
        for (uint64_t i = task->first_chunk; i < end; i++) {
            uint64_t here = p->left[i];
            p->left[i] = task->n_left;
            task->n_left += here;
        }
    }
}

static pt_status gather_chunks(void *arg, uint64_t begin, uint64_t end, pt_error *err)
{
    const struct partition *p = arg;
    (void)err;
    for (uint64_t i = begin; i < end; i++) {
        struct chunk c = chunk_of(p, i);
        const struct partition_task *task = c.task;
        uint64_t before = p->left[i];
        bool is_last = c.begin + c.n == task->end;
        uint64_t n_left = (is_last ? task->n_left : p->left[i + 1]) - before;
        uint64_t n_right = c.n - n_left;
        uint64_t right = task->begin + task->n_left + (c.begin - task->begin - before);
        memcpy(task->to + task->begin + before, p->spare + c.begin, n_left * sizeof *p->spare);
        memcpy(task->to + right, task->from + c.begin, n_right * sizeof *p->spare);
    }
    return PT_OK;
}

pt_status partition_run(struct partition *p, const pt_run *run, pt_error *err)
{
    pt_status status = run->parallel_for(run, p->n_chunks, 1, divide_chunks, p, err);
    if (status == PT_OK) {
        sum_up(p);
        status = run->parallel_for(run, p->n_chunks, 1, gather_chunks, p, err);
    }
    return status;
}
