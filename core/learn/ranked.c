// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "ranked.h"

#include <stdlib.h>

#include "map.h"
#include "mem.h"

#define TIE_SALT 0x7469656420726f77u // so that ties do not follow folds

static int by_score(const void *a, const void *b)
{
    const struct ranked_row *x = a;
    const struct ranked_row *y = b;
    if (x->score != y->score) {
        return x->score < y->score ? -1 : 1;
    }
    if (x->tie != y->tie) {
        return x->tie < y->tie ? -1 : 1;
    }
    return (int)x->is_positive - (int)y->is_positive; // one person at several cut-offs
}

static void fill_rows(const struct ranked_from *from, struct ranked *r)
{
    for (size_t i = 0; i < from->n; i++) {
        uint64_t name = from->names == NULL ? i : from->names[i];
        r->rows[i] = (struct ranked_row){
            .score = from->scores[i],
            .name = name,
            .tie = hash_bytes(&name, sizeof name, TIE_SALT),
            .is_positive = from->labels[i] != 0,
        };
        r->positives += r->rows[i].is_positive;
    }
}

static void fill_groups(struct ranked *r)
{
    for (size_t i = 0; i < r->n; i++) {
        const struct ranked_row *row = &r->rows[i];
        if (r->n_groups == 0 || r->groups[r->n_groups - 1].score != row->score) {
            r->groups[r->n_groups++] = (struct ranked_group){.score = row->score};
        }
        r->groups[r->n_groups - 1].n++;
        r->groups[r->n_groups - 1].positives += row->is_positive;
    }
}

pt_status ranked_of(const struct ranked_from *from, struct ranked *out, struct pt_error *err)
{
    struct ranked r = {.n = from->n};
    r.rows = mem_array(from->n, sizeof *r.rows);
    r.groups = mem_array(from->n, sizeof *r.groups);
    if (r.rows == NULL || r.groups == NULL) {
        ranked_release(&r);
        FAIL(err, PT_E_NO_MEMORY, "no memory to rank %zu scores", from->n);
    }
    fill_rows(from, &r);
    qsort(r.rows, r.n, sizeof *r.rows, by_score);
    fill_groups(&r);
    *out = r;
    return PT_OK;
}

pt_status ranked_make(const double *scores, const double *labels, size_t n, struct ranked *out,
                      struct pt_error *err)
{
    struct ranked_from from = {.scores = scores, .labels = labels, .n = n};
    return ranked_of(&from, out, err);
}

void ranked_release(struct ranked *r)
{
    mem_free(r->rows);
    mem_free(r->groups);
    *r = (struct ranked){0};
}
