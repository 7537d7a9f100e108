// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Ranked scores: rows sorted by score, equal scores as one group, so that no metric depends on the
// order of rows with equal scores.
#ifndef PORTRAIT_LEARN_RANKED_H
#define PORTRAIT_LEARN_RANKED_H

#include "error.h"

// All rows of one score.
struct ranked_group {
    double score;
    uint64_t n;
    uint64_t positives;
};

struct ranked {
    struct ranked_group *groups; // ascending by score
    size_t n_groups;
    uint64_t n;
    uint64_t positives;
};

// labels are 0 or 1.
pt_status ranked_make(const double *scores, const double *labels, size_t n, struct ranked *out,
                      struct pt_error *err);
void ranked_release(struct ranked *r);

#endif
