// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "judge.h"

#include "mem.h"

static struct metric_votes votes_of(const struct evaluate_rows *e, const double *scores,
                                    const struct evaluate_facts *facts)
{
    return (struct metric_votes){
        .label = facts->labels,
        .guess = scores,
        .probabilities = scores + e->from.n,
        .name = facts->names,
        .n = e->from.n,
        .n_classes = e->trained->instance.n_classes,
    };
}

pt_status judge_votes(const struct evaluate_rows *e, const double *scores,
                      struct class_evaluation *out, struct pt_error *err)
{
    struct evaluate_facts facts = {0};
    TRY(evaluate_rows_facts(e, &facts, err));
    struct metric_votes votes = votes_of(e, scores, &facts);
    pt_status status = evaluate_classes(&votes, out, err);
    evaluate_facts_release(&facts);
    return status;
}

pt_status judge_intervals(const struct evaluate_rows *e, const double *scores, uint32_t resamples,
                          uint64_t seed, struct class_bootstrap *out, struct pt_error *err)
{
    struct evaluate_facts facts = {0};
    TRY(evaluate_rows_facts(e, &facts, err));
    struct metric_votes votes = votes_of(e, scores, &facts);
    pt_status status = bootstrap_classes_run(&votes, resamples, seed, e->pool, out, err);
    evaluate_facts_release(&facts);
    return status;
}

pt_status judge_classes(const struct evaluate_rows *e, struct class_evaluation *out,
                        struct pt_error *err)
{
    double *scores = NULL;
    TRY(evaluate_rows_score(e, &scores, err));
    pt_status status = judge_votes(e, scores, out, err);
    mem_free(scores);
    return status;
}

pt_status judge_regress(const struct evaluate_rows *e, struct regress_evaluation *out,
                        struct pt_error *err)
{
    double *scores = NULL;
    struct evaluate_facts facts = {0};
    TRY(evaluate_rows_score(e, &scores, err));
    pt_status status = evaluate_rows_facts(e, &facts, err);
    if (status == PT_OK) {
        *out = evaluate_regress(scores, facts.labels, e->from.n);
    }
    evaluate_facts_release(&facts);
    mem_free(scores);
    return status;
}
