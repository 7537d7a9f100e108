// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Time: instants are microseconds UTC, dates are days; calendar parts are read in the step's zone.
#include "eval.h"

// Days beyond this have no calendar year in 32 bits.
#define DAYS_MAX ((int64_t)700000000000)

static int64_t floor_div(int64_t a, int64_t b)
{
    int64_t q = a / b;
    return q - (a % b < 0);
}

// Local time of an instant; an instant too near the end of time has none.
static uint8_t to_local(const struct zone *zone, int64_t us, int64_t *out)
{
    int64_t offset = zone == NULL ? 0 : zone_offset_us(zone, us);
    return (uint8_t)__builtin_add_overflow(us, offset, out);
}

static bool finish(struct call *c, const uint8_t *bad)
{
    uint8_t any = 0;
    for (size_t i = 0; i < c->n; i++) {
        any |= bad[i];
    }
    return any == 0 || call_drop(c, bad);
}

bool eval_time_of_date(struct call *c)
{
    int64_t *out = call_ints(c);
    uint8_t *bad = scratch_temp(c->scratch, c->n, 1);
    if (out == NULL || bad == NULL) {
        return false;
    }
    for (size_t i = 0; i < c->n; i++) {
        bad[i] = (uint8_t)__builtin_mul_overflow(c->a->i[i], US_PER_DAY, &out[i]);
    }
    return finish(c, bad);
}

bool eval_time_hour(struct call *c)
{
    int64_t *out = call_ints(c);
    uint8_t *bad = scratch_temp(c->scratch, c->n, 1);
    if (out == NULL || bad == NULL) {
        return false;
    }
    for (size_t i = 0; i < c->n; i++) {
        int64_t local = 0;
        bad[i] = to_local(c->step->zone, c->a->i[i], &local);
        int64_t rest = local % US_PER_DAY;
        out[i] = (rest < 0 ? rest + US_PER_DAY : rest) / (3600 * US_PER_SECOND);
    }
    return finish(c, bad);
}

bool eval_time_date(struct call *c)
{
    int64_t *out = call_ints(c);
    uint8_t *bad = scratch_temp(c->scratch, c->n, 1);
    if (out == NULL || bad == NULL) {
        return false;
    }
    for (size_t i = 0; i < c->n; i++) {
        int64_t local = 0;
        bad[i] = to_local(c->step->zone, c->a->i[i], &local);
        out[i] = floor_div(local, US_PER_DAY);
    }
    return finish(c, bad);
}

bool eval_time_weekday(struct call *c)
{
    if (c->a->type == VEC_TIME && !eval_time_date(c)) {
        return false;
    }
    const int64_t *days = c->a->type == VEC_TIME ? c->out->i : c->a->i;
    int64_t *out = call_ints(c);
    for (size_t i = 0; out != NULL && i < c->n; i++) {
        int64_t rest = days[i] % 7; // so that the sum inside cannot overflow
        out[i] = weekday_of_days(rest);
    }
    return out != NULL;
}

bool eval_time_days_between(struct call *c)
{
    int64_t *out = call_ints(c);
    uint8_t *bad = scratch_temp(c->scratch, c->n, 1);
    if (out == NULL || bad == NULL) {
        return false;
    }
    size_t a_step = c->a->is_const ? 0 : 1;
    size_t b_step = c->b->is_const ? 0 : 1;
    int64_t day = c->a->type == VEC_TIME ? US_PER_DAY : 1;
    for (size_t i = 0; i < c->n; i++) {
        int64_t span = 0;
        bad[i] = (uint8_t)__builtin_sub_overflow(c->b->i[i * b_step], c->a->i[i * a_step], &span);
        out[i] = day == 1 ? span : floor_div(span, day);
    }
    return finish(c, bad);
}

struct calendar {
    int32_t year;
    uint32_t month;
    uint32_t day;
    int64_t rest; // of the day, microseconds
};

static bool read_calendar(int64_t value, bool is_time, struct calendar *out)
{
    int64_t days = is_time ? floor_div(value, US_PER_DAY) : value;
    if (days > DAYS_MAX || days < -DAYS_MAX) {
        return false;
    }
    int64_t rest = is_time ? value % US_PER_DAY : 0;
    out->rest = rest < 0 ? rest + US_PER_DAY : rest;
    civil_from_days(days, &out->year, &out->month, &out->day);
    return true;
}

static bool is_earlier_in_year(const struct calendar *x, const struct calendar *y)
{
    if (x->month != y->month) {
        return x->month < y->month;
    }
    return x->day != y->day ? x->day < y->day : x->rest < y->rest;
}

bool eval_time_years_between(struct call *c)
{
    int64_t *out = call_ints(c);
    uint8_t *bad = scratch_temp(c->scratch, c->n, 1);
    if (out == NULL || bad == NULL) {
        return false;
    }
    size_t a_step = c->a->is_const ? 0 : 1;
    size_t b_step = c->b->is_const ? 0 : 1;
    bool is_time = c->a->type == VEC_TIME;
    for (size_t i = 0; i < c->n; i++) {
        struct calendar from = {0};
        struct calendar to = {0};
        bad[i] = !read_calendar(c->a->i[i * a_step], is_time, &from) ||
                 !read_calendar(c->b->i[i * b_step], is_time, &to);
        out[i] = (int64_t)to.year - from.year - (is_earlier_in_year(&to, &from) ? 1 : 0);
    }
    return finish(c, bad);
}
