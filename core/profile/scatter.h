// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Scatter: records of a rowset dealt out to partitions of neighbouring profiles, each partition in
// file order. Only (profile, record) pairs move, the records stay where they are.
#ifndef PORTRAIT_PROFILE_SCATTER_H
#define PORTRAIT_PROFILE_SCATTER_H

#include "pool.h"
#include "spool.h"

struct scatter_pair {
    uint32_t person; // with PERSON_OWN
    uint32_t ref;    // rowset_record
};

struct scatter_source {
    uint32_t width;
    uint32_t meeting_at; // byte of the meeting within a record
};

struct scatter_input {
    const struct rowset *rows;
    const struct scatter_source *sources;
    size_t n_sources;
    const uint32_t *person; // by meeting; PERSON_NONE = nobody's
    uint32_t first;         // profiles dealt with: [first, first + n)
    uint32_t n;
    struct pool *pool; // may be NULL
};

// Profiles of partition i: first + (i << shift) and following.
struct scatter {
    uint32_t shift;
    size_t n_partitions;
    struct scatter_pair *pairs; // of n_records, mapped
    size_t n_records;
    size_t *begin; // [n_sources][n_partitions + 1]: where a partition's pairs of a source begin
};

pt_status scatter_build(const struct scatter_input *in, struct scatter *out, struct pt_error *err);
void scatter_release(struct scatter *s);

#endif
