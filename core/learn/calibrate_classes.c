// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "calibrate_classes.h"

#include "label.h"
#include "mem.h"

enum learn_calibrate calibrate_classes_kind(const struct class_calibration *c)
{
    return c->n == 0 ? LEARN_CALIBRATE_NONE : c->of[0].kind;
}

static pt_status make(uint32_t n, struct class_calibration *out, struct pt_error *err)
{
    out->of = mem_zero(n, sizeof *out->of);
    if (out->of == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory to calibrate %u classes", n);
    }
    out->n = n;
    return PT_OK;
}

// Memory for one class against the rest.
struct against {
    double *scores;
    double *is_class;
    uint64_t *names;
};

static pt_status fit_class(enum learn_calibrate kind, const struct class_scores *from,
                           uint32_t class, const struct against *a, struct calibration *out,
                           struct pt_error *err)
{
    for (size_t i = 0; i < from->n; i++) {
        size_t row = from->rows[i];
        a->scores[i] = from->p[class * from->stride + row];
        a->is_class[i] = from->label[row] == class;
        a->names[i] = from->key[row];
    }
    struct ranked_from rows = {a->scores, a->is_class, a->names, from->n};
    struct ranked r = {0};
    TRY(ranked_of(&rows, &r, err));
    pt_status status = calibrate_fit(kind, &r, out, err);
    ranked_release(&r);
    return status;
}

pt_status calibrate_classes_fit(enum learn_calibrate kind, const struct class_scores *from,
                                struct class_calibration *out, struct pt_error *err)
{
    struct class_calibration c = {0};
    struct against a = {
        .scores = mem_array(from->n, sizeof *a.scores),
        .is_class = mem_array(from->n, sizeof *a.is_class),
        .names = mem_array(from->n, sizeof *a.names),
    };
    pt_status status = PT_OK;
    if (a.scores == NULL || a.is_class == NULL || a.names == NULL) {
        status = error_set(err, PT_E_NO_MEMORY, "no memory to calibrate %zu scores", from->n);
    } else {
        status = make(from->n_classes, &c, err);
    }
    for (uint32_t k = 0; status == PT_OK && k < c.n; k++) {
        status = fit_class(kind, from, k, &a, &c.of[k], err);
    }
    mem_free(a.scores);
    mem_free(a.is_class);
    mem_free(a.names);
    if (status != PT_OK) {
        calibrate_classes_release(&c);
        return status;
    }
    *out = c;
    return PT_OK;
}

// p[class * stride] of one row; the most probable class.
static uint32_t apply_row(const struct class_calibration *c, double *p, size_t stride)
{
    double q[LABEL_CLASSES];
    double sum = 0;
    uint32_t best = 0;
    for (uint32_t k = 0; k < c->n; k++) {
        q[k] = p[k * stride];
        calibrate_apply(&c->of[k], &q[k], 1);
        sum += q[k];
    }
    for (uint32_t k = 0; k < c->n; k++) {
        p[k * stride] = sum > 0 ? q[k] / sum : p[k * stride];
        best = p[k * stride] > p[best * stride] ? k : best;
    }
    return best;
}

void calibrate_classes_apply(const struct class_calibration *c, double *scores, size_t n)
{
    for (size_t i = 0; c->n > 0 && i < n; i++) {
        scores[i] = apply_row(c, scores + n + i, n);
    }
}

void calibrate_classes_release(struct class_calibration *c)
{
    for (uint32_t k = 0; k < c->n; k++) {
        calibrate_release(&c->of[k]);
    }
    mem_free(c->of);
    *c = (struct class_calibration){0};
}

void calibrate_classes_json(const struct class_calibration *c, const char *const *names,
                            struct json_writer *w)
{
    json_begin_object(w);
    json_key(w, "method");
    json_put_str(w, calibrate_name(calibrate_classes_kind(c)));
    json_key(w, "classes");
    json_begin_array(w);
    for (uint32_t k = 0; k < c->n; k++) {
        json_begin_object(w);
        json_key(w, "class");
        json_put_str(w, names[k]);
        json_key(w, "against_the_rest");
        calibrate_json(&c->of[k], w);
        json_end_object(w);
    }
    json_end_array(w);
    json_end_object(w);
}

bool calibrate_classes_put(const struct class_calibration *c, struct str *out)
{
    flat_put_u32(out, c->n);
    for (uint32_t k = 0; k < c->n; k++) {
        calibrate_put(&c->of[k], out);
    }
    return !out->failed;
}

pt_status calibrate_classes_read(struct flat_reader *r, uint32_t n_classes,
                                 struct class_calibration *out, struct pt_error *err)
{
    struct class_calibration c = {0};
    uint32_t n = flat_u32(r);
    if (r->failed || (n != 0 && n != n_classes) || n > LABEL_CLASSES) {
        FAIL(err, PT_E_DATA, "not a model file, or a damaged one (calibrated classes)");
    }
    if (n == 0) {
        *out = c;
        return PT_OK;
    }
    TRY(make(n, &c, err));
    pt_status status = PT_OK;
    for (uint32_t k = 0; status == PT_OK && k < n; k++) {
        status = calibrate_read(r, &c.of[k], err);
        bool is_alike = c.of[k].kind != LEARN_CALIBRATE_NONE && c.of[k].kind == c.of[0].kind &&
                        c.of[k].rows == c.of[0].rows;
        if (status == PT_OK && !is_alike) {
            status = error_set(err, PT_E_DATA,
                               "not a model file, or a damaged one (calibrated classes)");
        }
    }
    if (status != PT_OK) {
        calibrate_classes_release(&c);
        return status;
    }
    *out = c;
    return PT_OK;
}
