// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "ranked.h"

#include <stdlib.h>

#include "mem.h"

static int by_score(const void *a, const void *b)
{
    double x = ((const struct ranked_group *)a)->score;
    double y = ((const struct ranked_group *)b)->score;
    return (x > y) - (x < y);
}

pt_status ranked_make(const double *scores, const double *labels, size_t n, struct ranked *out,
                      struct pt_error *err)
{
    struct ranked r = {.groups = mem_array(n, sizeof *r.groups), .n = n};
    if (r.groups == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory to rank %zu scores", n);
    }
    for (size_t i = 0; i < n; i++) {
        r.groups[i] = (struct ranked_group){scores[i], 1, labels[i] != 0};
        r.positives += r.groups[i].positives;
    }
    qsort(r.groups, n, sizeof *r.groups, by_score);
    for (size_t i = 0; i < n; i++) {
        if (r.n_groups > 0 && r.groups[r.n_groups - 1].score == r.groups[i].score) {
            r.groups[r.n_groups - 1].n++;
            r.groups[r.n_groups - 1].positives += r.groups[i].positives;
        } else {
            r.groups[r.n_groups++] = r.groups[i];
        }
    }
    *out = r;
    return PT_OK;
}

void ranked_release(struct ranked *r)
{
    mem_free(r->groups);
    *r = (struct ranked){0};
}
