// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A learnt model beside the people it scored.
#include <math.h>
#include <string.h>

#include "gather.h"
#include "learned.h"
#include "mem.h"

// A class's text as its number.
static double class_of(const struct learned *m, struct text name)
{
    for (uint32_t i = 0; i < m->n_classes; i++) {
        if (text_is(name, m->classes[i])) {
            return i;
        }
    }
    return (double)NAN;
}

static pt_status read_scores(const struct learned *m, const struct table *t, const char *prefix,
                             double *out, struct pt_error *err)
{
    ptrdiff_t at = table_find(t, prefix);
    if (at < 0) {
        FAIL(err, PT_E_DATA, "the table has no column `%s` of scores", prefix);
    }
    const struct column *c = &t->columns[at];
    if (c->type != VEC_STR) {
        gather_numbers(c, (struct gather_range){NULL, 0, t->n_rows}, out);
        return PT_OK;
    }
    for (size_t i = 0; i < t->n_rows; i++) {
        out[i] = class_of(m, c->s[i]);
    }
    return PT_OK;
}

pt_status learned_watch(struct learned *m, struct pool *pool, const struct table *t,
                        const char *prefix, struct pt_error *err)
{
    double *scores = mem_array(t->n_rows, sizeof *scores);
    struct drift drift = {0};
    pt_status status = scores == NULL
                           ? error_set(err, PT_E_NO_MEMORY, "no memory for %zu scores", t->n_rows)
                           : read_scores(m, t, prefix, scores, err);
    if (status == PT_OK) {
        struct drift_now now = {&m->trained.prepare, {t, NULL, t->n_rows}, scores};
        status = drift_measure(&m->reference, &now, pool, &drift, err);
    }
    mem_free(scores);
    if (status == PT_OK) {
        drift_release(&m->drift);
        m->drift = drift;
        m->has_drift = true;
    }
    return status;
}

struct learn_drift learned_drift(const struct learned *m, size_t i)
{
    const struct prepare *p = &m->trained.prepare;
    bool is_score = i >= p->n_inputs;
    double psi = (double)NAN;
    if (m->has_drift) {
        psi = is_score ? m->drift.score.psi : m->drift.inputs[i].psi;
    }
    return (struct learn_drift){is_score ? "score" : p->inputs[i].name, psi, drift_verdict(psi)};
}
