// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "evaluate_regress.h"

#include "metric_regress.h"

struct regress_evaluation evaluate_regress(const double *guess, const double *label, size_t n)
{
    return (struct regress_evaluation){
        .n = n,
        .rmse = metric_rmse(guess, label, n),
        .mae = metric_mae(guess, label, n),
        .r2 = metric_r2(guess, label, n),
    };
}

void regress_evaluation_json(const struct regress_evaluation *e, struct json_writer *w)
{
    json_key(w, "rows");
    json_put_u64(w, e->n);
    json_key(w, "rmse");
    json_put_f64(w, e->rmse);
    json_key(w, "mae");
    json_put_f64(w, e->mae);
    json_key(w, "r2");
    json_put_f64(w, e->r2);
}
