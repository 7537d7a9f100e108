// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "segments.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gather.h"
#include "mem.h"

struct rank {
    uint32_t segment;
    uint64_t size;
    double sum;
    uint64_t known; // rows with a value
};

const char *segments_order_by(const struct component_info *plugin, const void *config,
                              const char *wanted)
{
    for (uint32_t i = 0; wanted == NULL && i < plugin->n_options; i++) {
        const struct option_row *o = &plugin->options[i];
        if (o->type == PT_OPT_COLUMN && strcmp(o->name, "order_by") == 0) {
            memcpy(&wanted, (const char *)config + o->offset, sizeof wanted);
        }
    }
    return wanted;
}

static double mean_of(const struct rank *r)
{
    return r->known == 0 ? -INFINITY : r->sum / (double)r->known;
}

static int by_rank(const void *a, const void *b)
{
    const struct rank *x = a;
    const struct rank *y = b;
    double mx = mean_of(x);
    double my = mean_of(y);
    if (mx != my) {
        return mx > my ? -1 : 1;
    }
    if (x->size != y->size) {
        return x->size > y->size ? -1 : 1;
    }
    return x->segment < y->segment ? -1 : 1;
}

static pt_status add_order(const struct prepare_rows *from, const char *order_by,
                           const uint32_t *segment, struct rank *ranks, struct pt_error *err)
{
    ptrdiff_t at = table_find(from->table, order_by);
    if (at < 0) {
        FAIL(err, PT_E_NOT_FOUND, "order_by: `%s` is no column of the training table", order_by);
    }
    const struct column *c = &from->table->columns[at];
    if (c->type == VEC_STR) {
        FAIL(err, PT_E_DATA, "order_by: column `%s` is str, not a number", order_by);
    }
    double *values = mem_array(from->n, sizeof *values);
    if (values == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %zu values", from->n);
    }
    gather_numbers(c, (struct gather_range){from->rows, 0, from->n}, values);
    for (size_t i = 0; i < from->n; i++) {
        if (!isnan(values[i])) {
            ranks[segment[i]].sum += values[i];
            ranks[segment[i]].known++;
        }
    }
    mem_free(values);
    return PT_OK;
}

static pt_status give_numbers(const struct numbering *job, const struct rank *ranks, uint32_t n,
                              uint32_t *new_of, struct pt_error *err)
{
    for (uint32_t i = 0; i < n; i++) {
        new_of[ranks[i].segment] = i;
    }
    if (job->old != NULL) {
        struct segments_keep keep = {job->old, job->prepare, job->from, job->segment, n, job->pool};
        TRY(segments_keep(&keep, new_of, job->kept, err));
    }
    TRY(job->m->vtable->renumber(job->m->self, new_of, n, err));
    for (size_t i = 0; i < job->from->n; i++) {
        job->segment[i] = new_of[job->segment[i]];
    }
    return PT_OK;
}

static pt_status rank_all(const struct numbering *job, struct rank *ranks, uint32_t n,
                          struct pt_error *err)
{
    for (uint32_t i = 0; i < n; i++) {
        ranks[i].segment = i;
    }
    for (size_t i = 0; i < job->from->n; i++) {
        ranks[job->segment[i]].size++;
    }
    if (job->order_by != NULL) {
        TRY(add_order(job->from, job->order_by, job->segment, ranks, err));
    }
    qsort(ranks, n, sizeof *ranks, by_rank);
    return PT_OK;
}

pt_status segments_number(const struct numbering *job, struct pt_error *err)
{
    if (job->m->vtable->renumber == NULL) {
        if (job->old != NULL) {
            FAIL(err, PT_E_UNSUPPORTED, "keep_ids: the plugin's segments cannot be numbered");
        }
        return PT_OK;
    }
    uint32_t n = 0;
    for (size_t i = 0; i < job->from->n; i++) {
        n = job->segment[i] >= n ? job->segment[i] + 1 : n;
    }
    struct rank *ranks = mem_zero(n, sizeof *ranks);
    uint32_t *new_of = mem_array(n, sizeof *new_of);
    pt_status status = PT_OK;
    if (ranks == NULL || new_of == NULL) {
        status = error_set(err, PT_E_NO_MEMORY, "no memory for %u segments", n);
    } else {
        status = rank_all(job, ranks, n, err);
    }
    if (status == PT_OK) {
        status = give_numbers(job, ranks, n, new_of, err);
    }
    mem_free(ranks);
    mem_free(new_of);
    return status;
}
