// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A profile table for tests and the expressions over it.
#ifndef PORTRAIT_TESTS_CAMPAIGN_PEOPLE_H
#define PORTRAIT_TESTS_CAMPAIGN_PEOPLE_H

#include "audience.h"

struct people {
    struct table table;
    struct arena arena;
    struct expr_name names[16];
    struct vec inputs[16];
    struct audience_people view;
};

// `n` people named by `format` (one %zu), e.g. "p%04zu"; aborts the test when it cannot.
void people_init(struct people *p, size_t n, const char *format);
// Columns; NULL and INT64_MIN, NAN stand for missing values. Values are copied.
size_t people_add_i64(struct people *p, const char *name, const int64_t *values);
size_t people_add_f64(struct people *p, const char *name, const double *values);
size_t people_add_text(struct people *p, const char *name, const char *const *values);
size_t people_add_bool(struct people *p, const char *name, const int *values); // -1 = missing
// VEC_DATE (days) or VEC_TIME (microseconds); INT64_MIN = missing.
size_t people_add_when(struct people *p, const char *name, enum vec_type type,
                       const int64_t *values);
// To be called when all columns are there.
void people_ready(struct people *p);
const struct expr *people_expr(struct people *p, const char *text);
void people_release(struct people *p);

#endif
