// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Rows of nodes shared out to their children: stable, so that rows stay in rising order, and in
// chunks that threads take.
#ifndef TREES_PARTITION_H
#define TREES_PARTITION_H

#include "split.h"

#define PARTITION_CHUNK 8192u

// A node that is split: from[begin .. end) goes to `to` of the same places, the left side first.
// `from` is used up.
struct partition_task {
    uint32_t *from;
    uint32_t *to;
    uint64_t begin;
    uint64_t end;
    const struct split *split;
    uint64_t first_chunk; // number of its first chunk among those of all tasks
    uint64_t n_left;      // result
};

struct partition {
    const struct bins *bins;
    uint32_t cpu; // PT_CPU_*; never changes results
    struct partition_task *tasks;
    uint32_t n_tasks;
    uint64_t n_chunks;
    uint32_t *spare; // as long as from and to
    uint64_t *left;  // by chunk: rows that go left; then where they begin
};

// Sets first_chunk of all tasks and n_chunks; `left` needs that many.
void partition_plan(struct partition *p);
pt_status partition_run(struct partition *p, const pt_run *run, pt_error *err);

// One chunk: rows whose bin goes left move to `left`, the others to the front of `from`, both in
// order. `bins` may be read 3 bytes beyond the last row.
struct partition_side {
    const uint8_t *bins; // by row
    uint32_t *from;
    uint32_t *left;
    uint64_t n;
    uint32_t goes_left[BINS_SLOTS];
};

// Goes on at row `begin` of the chunk, of which n_left went left; returns how many do in all.
uint64_t partition_side(const struct partition_side *s, uint64_t begin, uint64_t n_left);
#if defined(__x86_64__)
uint64_t partition_side_avx512(const struct partition_side *s);
#endif

#endif
