// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What the metrics say of a model of a number, as data and as JSON.
#ifndef PORTRAIT_LEARN_EVALUATE_REGRESS_H
#define PORTRAIT_LEARN_EVALUATE_REGRESS_H

#include "json.h"

struct regress_evaluation {
    uint64_t n;
    double rmse, mae, r2;
};

struct regress_evaluation evaluate_regress(const double *guess, const double *label, size_t n);
// Keys of an object that is open.
void regress_evaluation_json(const struct regress_evaluation *e, struct json_writer *w);

#endif
