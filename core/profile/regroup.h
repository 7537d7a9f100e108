// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Regroup: when the spool is on disk, one pass over it writes the records of neighbouring profiles
// together, in parts that fit the memory budget; then part after part is loaded and swept.
#ifndef PORTRAIT_PROFILE_REGROUP_H
#define PORTRAIT_PROFILE_REGROUP_H

#include "people.h"
#include "profile_state.h"

struct regroup;

pt_status regroup_new(const struct profile *p, const struct profile_people *people,
                      struct regroup **out, struct pt_error *err);
void regroup_free(struct regroup *r); // NULL is fine
uint64_t regroup_bytes(const struct regroup *r);
size_t regroup_count(const struct regroup *r);

// One part in memory. {0} is empty.
struct regroup_part {
    uint32_t first; // its profiles: [first, first + n)
    uint32_t n;
    struct rowset rows;
    unsigned char **chunks;
    size_t n_chunks;
    size_t capacity;
    struct spool_runs *runs; // a source each
    size_t n_sources;
};

pt_status regroup_load(const struct regroup *r, size_t part, struct regroup_part *out,
                       struct pt_error *err);
void regroup_part_release(struct regroup_part *part);

#endif
