// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Aggregates: each a row of a small table and one plain function from the rows a feature sees of
// one profile to one value. Values are 64 bits: an i64, the bits of a double, 0 or 1, a text code.
#ifndef PORTRAIT_PROFILE_AGGREGATE_H
#define PORTRAIT_PROFILE_AGGREGATE_H

#include "intern.h"
#include "profile.h"
#include "tally.h"

// In order of time, then source, then file. NULL arrays when the aggregate does not need them.
struct series {
    size_t n;
    const int64_t *time; // TIME_NONE for untimed rows, which come first
    const uint64_t *value;
    const uint8_t *valid;
};

struct aggregate_scope {
    const struct profile_feature *feature;
    enum vec_type type; // of the values
    int64_t cutoff;
    const struct intern *texts;
    struct tally *tally; // of this thread
};

struct aggregate_result {
    bool is_null;
    uint64_t bits;
};

typedef pt_status (*aggregate_fn)(const struct aggregate_scope *scope, const struct series *rows,
                                  struct aggregate_result *out, struct pt_error *err);

enum aggregate_takes {
    TAKES_NOTHING,
    TAKES_ANY_OR_NOTHING,
    TAKES_ANY,
    TAKES_NUMBER,
    TAKES_BOOL,
};

enum aggregate_gives { GIVES_I64, GIVES_F64, GIVES_VALUE };

struct aggregate_kind {
    const char *name;
    enum aggregate_takes takes;
    enum aggregate_gives gives;
    bool needs_time;
    bool is_per_source; // each source alone, then added up
    bool nothing_is_zero;
    aggregate_fn run;
};

const struct aggregate_kind *aggregate_kind_of(enum aggregate aggregate);

// Order of two values of a type: <0, 0, >0.
int aggregate_compare(const struct aggregate_scope *scope, uint64_t a, uint64_t b);

static inline double aggregate_number(enum vec_type type, uint64_t bits)
{
    double number = 0;
    memcpy(&number, &bits, sizeof number);
    return type == VEC_F64 ? number : (double)(int64_t)bits;
}

static inline struct aggregate_result aggregate_f64(double number)
{
    struct aggregate_result r = {0};
    memcpy(&r.bits, &number, sizeof number);
    return r;
}

#define AGGREGATE_NULL ((struct aggregate_result){.is_null = true})

// The functions, a family a file.
pt_status aggregate_count(const struct aggregate_scope *scope, const struct series *rows,
                          struct aggregate_result *out, struct pt_error *err);
pt_status aggregate_exists(const struct aggregate_scope *scope, const struct series *rows,
                           struct aggregate_result *out, struct pt_error *err);
pt_status aggregate_share(const struct aggregate_scope *scope, const struct series *rows,
                          struct aggregate_result *out, struct pt_error *err);
pt_status aggregate_sum(const struct aggregate_scope *scope, const struct series *rows,
                        struct aggregate_result *out, struct pt_error *err);
pt_status aggregate_mean(const struct aggregate_scope *scope, const struct series *rows,
                         struct aggregate_result *out, struct pt_error *err);
pt_status aggregate_stddev(const struct aggregate_scope *scope, const struct series *rows,
                           struct aggregate_result *out, struct pt_error *err);
pt_status aggregate_min(const struct aggregate_scope *scope, const struct series *rows,
                        struct aggregate_result *out, struct pt_error *err);
pt_status aggregate_max(const struct aggregate_scope *scope, const struct series *rows,
                        struct aggregate_result *out, struct pt_error *err);
pt_status aggregate_first(const struct aggregate_scope *scope, const struct series *rows,
                          struct aggregate_result *out, struct pt_error *err);
pt_status aggregate_last(const struct aggregate_scope *scope, const struct series *rows,
                         struct aggregate_result *out, struct pt_error *err);
pt_status aggregate_own(const struct aggregate_scope *scope, const struct series *rows,
                        struct aggregate_result *out, struct pt_error *err);
pt_status aggregate_distinct(const struct aggregate_scope *scope, const struct series *rows,
                             struct aggregate_result *out, struct pt_error *err);
pt_status aggregate_top(const struct aggregate_scope *scope, const struct series *rows,
                        struct aggregate_result *out, struct pt_error *err);
pt_status aggregate_days_since(const struct aggregate_scope *scope, const struct series *rows,
                               struct aggregate_result *out, struct pt_error *err);
pt_status aggregate_sessions(const struct aggregate_scope *scope, const struct series *rows,
                             struct aggregate_result *out, struct pt_error *err);
pt_status aggregate_gap_mean(const struct aggregate_scope *scope, const struct series *rows,
                             struct aggregate_result *out, struct pt_error *err);

#endif
