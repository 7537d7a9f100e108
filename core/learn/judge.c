// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "judge.h"

#include "mem.h"
#include "score.h"

// What both kinds need: all outputs and the labels, row by row.
struct scored {
    double *scores; // [output * n + row]
    double *labels;
};

static void scored_release(struct scored *s)
{
    mem_free(s->scores);
    mem_free(s->labels);
}

static pt_status score_case(const struct judge_case *c, struct scored *out, struct pt_error *err)
{
    const struct prepare_rows *from = &c->from;
    const struct instance *m = &c->trained->instance;
    struct scored s = {
        .scores = mem_array(from->n * m->n_outputs, sizeof *s.scores),
        .labels = mem_array(from->n, sizeof *s.labels),
    };
    pt_status status = PT_OK;
    if (s.scores == NULL || s.labels == NULL) {
        status = error_set(err, PT_E_NO_MEMORY, "no memory for %zu scores", from->n);
    } else {
        status = score_rows(&c->trained->prepare, m, from, c->pool, s.scores, err);
    }
    if (status != PT_OK) {
        scored_release(&s);
        return status;
    }
    for (size_t i = 0; i < from->n; i++) {
        s.labels[i] = c->label[from->rows[i]];
    }
    *out = s;
    return PT_OK;
}

pt_status judge_classes(const struct judge_case *c, struct class_evaluation *out,
                        struct pt_error *err)
{
    struct scored s = {0};
    TRY(score_case(c, &s, err));
    struct metric_votes votes = {
        .label = s.labels,
        .guess = s.scores,
        .probabilities = s.scores + c->from.n,
        .n = c->from.n,
        .n_classes = c->trained->instance.n_classes,
    };
    pt_status status = evaluate_classes(&votes, out, err);
    scored_release(&s);
    return status;
}

pt_status judge_regress(const struct judge_case *c, struct regress_evaluation *out,
                        struct pt_error *err)
{
    struct scored s = {0};
    TRY(score_case(c, &s, err));
    *out = evaluate_regress(s.scores, s.labels, c->from.n);
    scored_release(&s);
    return PT_OK;
}
