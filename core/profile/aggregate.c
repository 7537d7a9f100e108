// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "aggregate.h"

const struct aggregate_kind *aggregate_kind_of(enum aggregate aggregate)
{
    static const struct aggregate_kind kinds[] = {
        [AGGREGATE_COUNT] = {"count", TAKES_ANY_OR_NOTHING, GIVES_I64, .nothing_is_zero = true,
                             .run = aggregate_count},
        [AGGREGATE_SUM] = {"sum", TAKES_NUMBER, GIVES_VALUE, .nothing_is_zero = true,
                           .run = aggregate_sum},
        [AGGREGATE_MEAN] = {"mean", TAKES_NUMBER, GIVES_F64, .run = aggregate_mean},
        [AGGREGATE_MIN] = {"min", TAKES_ANY, GIVES_VALUE, .run = aggregate_min},
        [AGGREGATE_MAX] = {"max", TAKES_ANY, GIVES_VALUE, .run = aggregate_max},
        [AGGREGATE_STDDEV] = {"stddev", TAKES_NUMBER, GIVES_F64, .run = aggregate_stddev},
        [AGGREGATE_FIRST] = {"first", TAKES_ANY, GIVES_VALUE, .run = aggregate_first},
        [AGGREGATE_LAST] = {"last", TAKES_ANY, GIVES_VALUE, .run = aggregate_last},
        [AGGREGATE_OWN] = {"own", TAKES_ANY, GIVES_VALUE, .run = aggregate_own},
        [AGGREGATE_DISTINCT] = {"distinct", TAKES_ANY, GIVES_I64, .nothing_is_zero = true,
                                .run = aggregate_distinct},
        [AGGREGATE_TOP] = {"top", TAKES_ANY, GIVES_VALUE, .run = aggregate_top},
        [AGGREGATE_SHARE] = {"share", TAKES_BOOL, GIVES_F64, .run = aggregate_share},
        [AGGREGATE_EXISTS] = {"exists", TAKES_NOTHING, GIVES_I64, .nothing_is_zero = true,
                              .run = aggregate_exists},
        [AGGREGATE_DAYS_SINCE] = {"days_since", TAKES_NOTHING, GIVES_F64, .needs_time = true,
                                  .run = aggregate_days_since},
        [AGGREGATE_SESSIONS] = {"sessions", TAKES_NOTHING, GIVES_I64, .needs_time = true,
                                .is_per_source = true, .nothing_is_zero = true,
                                .run = aggregate_sessions},
        [AGGREGATE_GAP_MEAN] = {"gap_mean", TAKES_NOTHING, GIVES_F64, .needs_time = true,
                                .run = aggregate_gap_mean},
    };
    return &kinds[aggregate];
}

static pt_status check_value(const struct aggregate_kind *kind, bool has_value, enum vec_type value,
                             struct pt_error *err)
{
    if (kind->takes == TAKES_NOTHING && has_value) {
        FAIL(err, PT_E_CONFIG, "`%s` takes no value", kind->name);
    }
    if (kind->takes > TAKES_ANY_OR_NOTHING && !has_value) {
        FAIL(err, PT_E_CONFIG, "`%s` needs a value", kind->name);
    }
    if (kind->takes == TAKES_NUMBER && value != VEC_I64 && value != VEC_F64) {
        FAIL(err, PT_E_CONFIG, "`%s` takes a number, not %s", kind->name, vec_type_name(value));
    }
    if (kind->takes == TAKES_BOOL && value != VEC_BOOL) {
        FAIL(err, PT_E_CONFIG, "`%s` takes a condition, not %s", kind->name, vec_type_name(value));
    }
    return PT_OK;
}

pt_status profile_feature_type(enum aggregate aggregate, bool has_value, enum vec_type value,
                               enum vec_type *out, struct pt_error *err)
{
    const struct aggregate_kind *kind = aggregate_kind_of(aggregate);
    TRY(check_value(kind, has_value, value, err));
    *out = kind->gives == GIVES_I64 ? VEC_I64 : kind->gives == GIVES_F64 ? VEC_F64 : value;
    return PT_OK;
}

int aggregate_compare(const struct aggregate_scope *scope, uint64_t a, uint64_t b)
{
    if (scope->type == VEC_STR) {
        return text_compare(intern_text(scope->texts, (uint32_t)a),
                            intern_text(scope->texts, (uint32_t)b));
    }
    if (scope->type == VEC_F64) {
        double x = aggregate_number(VEC_F64, a);
        double y = aggregate_number(VEC_F64, b);
        return (x > y) - (x < y);
    }
    return ((int64_t)a > (int64_t)b) - ((int64_t)a < (int64_t)b);
}
