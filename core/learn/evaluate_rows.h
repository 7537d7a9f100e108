// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Rows of a table through a model and, of two classes, ranked: what every judgement starts from.
#ifndef PORTRAIT_LEARN_EVALUATE_ROWS_H
#define PORTRAIT_LEARN_EVALUATE_ROWS_H

#include "calibrate_classes.h"
#include "trainer.h"

struct evaluate_rows {
    const struct trained *trained;
    const struct calibration *calibration;             // NULL = scores as they come
    const struct class_calibration *class_calibration; // the same
    struct prepare_rows from;
    const double *label; // by table row
    const uint64_t *key; // by table row
    struct pool *pool;   // never changes results
};

// What is true of the rows, in their order.
struct evaluate_facts {
    double *labels;
    uint64_t *names;
};

pt_status evaluate_rows_facts(const struct evaluate_rows *e, struct evaluate_facts *out,
                              struct pt_error *err);
void evaluate_facts_release(struct evaluate_facts *f);
// All outputs of the rows, [output * n + row]; free with mem_free.
pt_status evaluate_rows_score(const struct evaluate_rows *e, double **out, struct pt_error *err);
// Those scores (of `from`, in its order), ranked with the rows' labels and names.
pt_status evaluate_rows_rank(const struct evaluate_rows *e, const double *scores,
                             struct ranked *out, struct pt_error *err);
// Both.
pt_status evaluate_rows_ranked(const struct evaluate_rows *e, struct ranked *out,
                               struct pt_error *err);

#endif
