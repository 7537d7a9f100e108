// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Judging: a learnt model's scores of some rows against their labels, by classes or by numbers.
#ifndef PORTRAIT_LEARN_JUDGE_H
#define PORTRAIT_LEARN_JUDGE_H

#include "evaluate_classes.h"
#include "evaluate_regress.h"
#include "trainer.h"

// Rows and what is true of them.
struct judge_case {
    const struct trained *trained;
    struct prepare_rows from;
    const double *label; // by table row
    struct pool *pool;
};

pt_status judge_classes(const struct judge_case *c, struct class_evaluation *out,
                        struct pt_error *err);
pt_status judge_regress(const struct judge_case *c, struct regress_evaluation *out,
                        struct pt_error *err);

#endif
