// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "calibrate.h"

#include <math.h>

#include "calibrate_fit.h"
#include "mem.h"

#define POINT_BYTES 16

const char *calibrate_name(enum learn_calibrate kind)
{
    static const char *const names[] = {"none", "platt", "isotonic"};
    return names[kind];
}

double calibrate_log_odds(const struct calibration *c, double score)
{
    double p = fmin(fmax(score, c->low), c->high);
    return log(p) - log1p(-p);
}

double calibrate_sigmoid(double z)
{
    return z >= 0 ? exp(-z) / (1 + exp(-z)) : 1 / (1 + exp(z));
}

pt_status calibrate_fit(enum learn_calibrate kind, const struct ranked *r, struct calibration *out,
                        struct pt_error *err)
{
    struct calibration c = {.kind = kind, .rows = r->n};
    if (kind != LEARN_CALIBRATE_NONE && (r->positives == 0 || r->positives == r->n)) {
        FAIL(err, PT_E_DATA, "a calibration needs rows of both classes");
    }
    if (kind == LEARN_CALIBRATE_PLATT) {
        TRY(calibrate_fit_platt(r, &c, err));
    } else if (kind == LEARN_CALIBRATE_ISOTONIC) {
        TRY(calibrate_fit_isotonic(r, &c, err));
    }
    *out = c;
    return PT_OK;
}

// Of points lo, lo + 1 the first is at or below x, and x is below the last point.
static double between(const struct calibration *c, double x)
{
    uint32_t low = 0;
    uint32_t high = c->n - 1;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (c->x[middle] <= x) {
            low = middle;
        } else {
            high = middle;
        }
    }
    double share = (x - c->x[low]) / (c->x[high] - c->x[low]);
    double y = c->y[low] + share * (c->y[high] - c->y[low]);
    return fmin(fmax(y, c->y[low]), c->y[high]);
}

static double step_of(const struct calibration *c, double x)
{
    if (x <= c->x[0]) {
        return c->y[0];
    }
    return x >= c->x[c->n - 1] ? c->y[c->n - 1] : between(c, x);
}

void calibrate_apply(const struct calibration *c, double *scores, size_t n)
{
    if (c->kind == LEARN_CALIBRATE_PLATT) {
        for (size_t i = 0; i < n; i++) {
            scores[i] = calibrate_sigmoid(c->a * calibrate_log_odds(c, scores[i]) + c->b);
        }
    } else if (c->kind == LEARN_CALIBRATE_ISOTONIC) {
        for (size_t i = 0; i < n; i++) {
            scores[i] = step_of(c, scores[i]);
        }
    }
}

void calibrate_release(struct calibration *c)
{
    mem_free(c->x);
    mem_free(c->y);
    *c = (struct calibration){0};
}

void calibrate_json(const struct calibration *c, struct json_writer *w)
{
    json_begin_object(w);
    json_key(w, "method");
    json_put_str(w, calibrate_name(c->kind));
    json_key(w, "rows");
    json_put_u64(w, c->rows);
    if (c->kind == LEARN_CALIBRATE_PLATT) {
        json_key(w, "a");
        json_put_f64(w, c->a);
        json_key(w, "b");
        json_put_f64(w, c->b);
        json_key(w, "low");
        json_put_f64(w, c->low);
        json_key(w, "high");
        json_put_f64(w, c->high);
    } else {
        json_key(w, "points");
        json_put_u64(w, c->n);
    }
    json_end_object(w);
}

bool calibrate_put(const struct calibration *c, struct str *out)
{
    flat_put_u8(out, (uint8_t)c->kind);
    flat_put_u64(out, c->rows);
    if (c->kind == LEARN_CALIBRATE_PLATT) {
        flat_put_f64(out, c->a);
        flat_put_f64(out, c->b);
        flat_put_f64(out, c->low);
        flat_put_f64(out, c->high);
    } else if (c->kind == LEARN_CALIBRATE_ISOTONIC) {
        flat_put_u32(out, c->n);
        for (uint32_t i = 0; i < c->n; i++) {
            flat_put_f64(out, c->x[i]);
            flat_put_f64(out, c->y[i]);
        }
    }
    return !out->failed;
}

static pt_status damaged(struct pt_error *err)
{
    return error_set(err, PT_E_DATA, "not a model file, or a damaged one (calibration)");
}

static pt_status read_points(struct flat_reader *r, struct calibration *c, struct pt_error *err)
{
    uint32_t n = flat_count(r, POINT_BYTES);
    if (r->failed || n == 0) {
        return damaged(err);
    }
    c->x = mem_array(n, sizeof *c->x);
    c->y = mem_array(n, sizeof *c->y);
    if (c->x == NULL || c->y == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a model file");
    }
    for (uint32_t i = 0; i < n; i++) {
        c->x[i] = flat_f64(r);
        c->y[i] = flat_f64(r);
        bool is_rising = i == 0 || (c->x[i] > c->x[i - 1] && c->y[i] >= c->y[i - 1]);
        if (r->failed || !is_rising || c->y[i] < 0 || c->y[i] > 1) {
            return damaged(err);
        }
    }
    c->n = n;
    // A distance that overflows would make a score of no number.
    return isfinite(c->x[n - 1] - c->x[0]) ? PT_OK : damaged(err);
}

pt_status calibrate_read(struct flat_reader *r, struct calibration *out, struct pt_error *err)
{
    struct calibration c = {.kind = (enum learn_calibrate)flat_u8(r, LEARN_CALIBRATE_ISOTONIC)};
    c.rows = flat_u64(r);
    pt_status status = PT_OK;
    if (c.kind == LEARN_CALIBRATE_PLATT) {
        c.a = flat_f64(r);
        c.b = flat_f64(r);
        c.low = flat_f64(r);
        c.high = flat_f64(r);
        bool is_inside = c.low > 0 && c.low <= c.high && c.high < 1;
        status = is_inside ? PT_OK : damaged(err);
    } else if (c.kind == LEARN_CALIBRATE_ISOTONIC) {
        status = read_points(r, &c, err);
    }
    if (status == PT_OK && r->failed) {
        status = damaged(err);
    }
    if (status != PT_OK) {
        calibrate_release(&c);
        return status;
    }
    *out = c;
    return PT_OK;
}
