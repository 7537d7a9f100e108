// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Ranked scores: rows sorted by score, equal scores as one group, so that no metric depends on the
// order of rows with equal scores. Where such rows must be told apart (tenths of the rows), a hash
// of their names does it, never the order they came in.
#ifndef PORTRAIT_LEARN_RANKED_H
#define PORTRAIT_LEARN_RANKED_H

#include "error.h"

// Rows to rank.
struct ranked_from {
    const double *scores;
    const double *labels;  // 0 or 1
    const uint64_t *names; // hashes of row names; NULL = row numbers are the names
    size_t n;
};

struct ranked_row {
    double score;
    uint64_t name; // as given
    uint64_t tie;  // hash of the name
    uint8_t is_positive;
};

// All rows of one score.
struct ranked_group {
    double score;
    uint64_t n;
    uint64_t positives;
};

struct ranked {
    struct ranked_row *rows;     // ascending by score, then by hash of the name
    struct ranked_group *groups; // ascending by score
    size_t n_groups;
    uint64_t n;
    uint64_t positives;
};

pt_status ranked_of(const struct ranked_from *from, struct ranked *out, struct pt_error *err);
// Rows without names.
pt_status ranked_make(const double *scores, const double *labels, size_t n, struct ranked *out,
                      struct pt_error *err);
void ranked_release(struct ranked *r);

#endif
