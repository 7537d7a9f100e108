// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Sweep: every feature of every profile, one plain loop a profile, partitions shared out to the
// threads of the pool. A profile is computed by one thread from rows in one order, so the number of
// threads and the sizes of partitions cannot change a bit of any result.
#ifndef PORTRAIT_PROFILE_SWEEP_H
#define PORTRAIT_PROFILE_SWEEP_H

#include "feature_plan.h"
#include "people.h"
#include "scatter.h"

// Where the results of a feature go: bits a profile, and whether they are there.
struct sweep_column {
    uint64_t *bits;
    uint8_t *valid;
};

struct sweep_input {
    const struct profile *profile;
    const struct feature_plan *plan;
    const struct profile_people *people;
    const struct rowset *rows;
    uint32_t first; // profiles computed: [first, first + n)
    uint32_t n;
    struct sweep_column *columns; // a feature each, [people->n]
};

pt_status sweep_run(const struct sweep_input *in, struct pt_error *err);

#endif
