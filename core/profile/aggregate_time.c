// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What the times of rows tell. Untimed rows tell nothing here; they stand at the front.
#include "aggregate.h"
#include "window.h"

static size_t first_timed(const struct series *rows)
{
    size_t i = 0;
    while (i < rows->n && rows->time[i] == TIME_NONE) {
        i++;
    }
    return i;
}

static double days_between(int64_t from, int64_t to)
{
    int64_t us = 0;
    if (__builtin_sub_overflow(to, from, &us)) {
        return ((double)to - (double)from) / (double)US_PER_DAY;
    }
    return (double)us / (double)US_PER_DAY;
}

pt_status aggregate_days_since(const struct aggregate_scope *scope, const struct series *rows,
                               struct aggregate_result *out, struct pt_error *err)
{
    (void)err;
    size_t first = first_timed(rows);
    *out = AGGREGATE_NULL;
    if (first < rows->n && scope->cutoff != INT64_MAX) {
        int64_t at = rows->time[scope->feature->since_first ? first : rows->n - 1];
        *out = aggregate_f64(days_between(at, scope->cutoff));
    }
    return PT_OK;
}

pt_status aggregate_sessions(const struct aggregate_scope *scope, const struct series *rows,
                             struct aggregate_result *out, struct pt_error *err)
{
    (void)err;
    size_t first = first_timed(rows);
    uint64_t n = first < rows->n;
    for (size_t i = first + 1; i < rows->n; i++) {
        int64_t gap = 0;
        bool is_far = __builtin_sub_overflow(rows->time[i], rows->time[i - 1], &gap);
        n += is_far || gap > scope->feature->session_us;
    }
    *out = (struct aggregate_result){.bits = n};
    return PT_OK;
}

// The gaps between the first row and the last add up to the time between the two.
pt_status aggregate_gap_mean(const struct aggregate_scope *scope, const struct series *rows,
                             struct aggregate_result *out, struct pt_error *err)
{
    (void)scope;
    (void)err;
    size_t first = first_timed(rows);
    *out = AGGREGATE_NULL;
    if (first + 1 < rows->n) {
        double days = days_between(rows->time[first], rows->time[rows->n - 1]);
        *out = aggregate_f64(days / (double)(rows->n - 1 - first));
    }
    return PT_OK;
}
