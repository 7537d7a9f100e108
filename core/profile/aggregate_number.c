// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Sums and what is made of them, always added in the order of the rows. Whole numbers add exactly;
// a sum beyond 64 bits is NULL, as in expressions.
#include "aggregate.h"

#include <math.h>

static uint64_t sum_f64(const struct aggregate_scope *scope, const struct series *rows, double *sum)
{
    uint64_t n = 0;
    *sum = 0;
    for (size_t i = 0; i < rows->n; i++) {
        if (rows->valid[i] != 0) {
            *sum += aggregate_number(scope->type, rows->value[i]);
            n++;
        }
    }
    return n;
}

static struct aggregate_result or_null(double number)
{
    return isfinite(number) ? aggregate_f64(number) : AGGREGATE_NULL;
}

static struct aggregate_result sum_i64(const struct series *rows)
{
    __int128 sum = 0;
    uint64_t n = 0;
    for (size_t i = 0; i < rows->n; i++) {
        sum += rows->valid[i] != 0 ? (int64_t)rows->value[i] : 0;
        n += rows->valid[i];
    }
    if (n == 0 || sum > INT64_MAX || sum < INT64_MIN) {
        return AGGREGATE_NULL;
    }
    return (struct aggregate_result){.bits = (uint64_t)(int64_t)sum};
}

pt_status aggregate_sum(const struct aggregate_scope *scope, const struct series *rows,
                        struct aggregate_result *out, struct pt_error *err)
{
    (void)err;
    double sum = 0;
    if (scope->type == VEC_I64) {
        *out = sum_i64(rows);
    } else {
        *out = sum_f64(scope, rows, &sum) == 0 ? AGGREGATE_NULL : or_null(sum);
    }
    return PT_OK;
}

pt_status aggregate_mean(const struct aggregate_scope *scope, const struct series *rows,
                         struct aggregate_result *out, struct pt_error *err)
{
    (void)err;
    double sum = 0;
    uint64_t n = sum_f64(scope, rows, &sum);
    *out = n == 0 ? AGGREGATE_NULL : or_null(sum / (double)n);
    return PT_OK;
}

// Two passes: the mean first, so that large values with small spread keep their digits.
pt_status aggregate_stddev(const struct aggregate_scope *scope, const struct series *rows,
                           struct aggregate_result *out, struct pt_error *err)
{
    (void)err;
    double sum = 0;
    uint64_t n = sum_f64(scope, rows, &sum);
    *out = AGGREGATE_NULL;
    if (n < 2) {
        return PT_OK;
    }
    double mean = sum / (double)n;
    double squares = 0;
    for (size_t i = 0; i < rows->n; i++) {
        if (rows->valid[i] != 0) {
            double d = aggregate_number(scope->type, rows->value[i]) - mean;
            squares += d * d;
        }
    }
    *out = or_null(sqrt(squares / (double)(n - 1)));
    return PT_OK;
}
