// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "metric_classes.h"

#include <math.h>
#include <string.h>

#include "mem.h"
#include "metric.h"

#define CLIP 1e-15

double metric_accuracy(const struct metric_votes *v)
{
    uint64_t right = 0;
    for (size_t i = 0; i < v->n; i++) {
        right += v->label[i] == v->guess[i];
    }
    return v->n == 0 ? (double)NAN : (double)right / (double)v->n;
}

double metric_classes_loss(const struct metric_votes *v, size_t row)
{
    double p = v->probabilities[(size_t)v->label[row] * v->n + row];
    return -log(fmin(fmax(p, CLIP), 1 - CLIP));
}

double metric_classes_log_loss(const struct metric_votes *v)
{
    double sum = 0;
    for (size_t i = 0; i < v->n; i++) {
        sum += metric_classes_loss(v, i);
    }
    return v->n == 0 ? (double)NAN : sum / (double)v->n;
}

void metric_classes_confusion(const struct metric_votes *v, uint64_t *counts)
{
    memset(counts, 0, (size_t)v->n_classes * v->n_classes * sizeof *counts);
    for (size_t i = 0; i < v->n; i++) {
        counts[(size_t)v->label[i] * v->n_classes + (size_t)v->guess[i]]++;
    }
}

pt_status metric_macro_auc(const struct metric_votes *v, double *out, struct pt_error *err)
{
    double sum = 0;
    uint32_t judged = 0;
    double *is_class = mem_array(v->n, sizeof *is_class);
    if (is_class == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory to judge %zu rows", v->n);
    }
    pt_status status = PT_OK;
    for (uint32_t c = 0; status == PT_OK && c < v->n_classes; c++) {
        struct ranked r = {0};
        for (size_t i = 0; i < v->n; i++) {
            is_class[i] = v->label[i] == c;
        }
        status = ranked_make(v->probabilities + c * v->n, is_class, v->n, &r, err);
        double auc = status == PT_OK ? metric_auc(&r) : (double)NAN;
        if (!isnan(auc)) {
            sum += auc;
            judged++;
        }
        ranked_release(&r);
    }
    mem_free(is_class);
    if (status == PT_OK) {
        *out = judged == 0 ? (double)NAN : sum / judged;
    }
    return status;
}
