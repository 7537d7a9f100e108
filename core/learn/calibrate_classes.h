// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Calibration of several classes: each class against the rest by a curve of its own, then divided
// by their sum (Zadrozny and Elkan, "Transforming classifier scores into accurate multiclass
// probability estimates", KDD 2002). Where all curves say 0, the model's own probabilities stay.
#ifndef PORTRAIT_LEARN_CALIBRATE_CLASSES_H
#define PORTRAIT_LEARN_CALIBRATE_CLASSES_H

#include "calibrate.h"

// {0} leaves scores as they are.
struct class_calibration {
    struct calibration *of; // a class each, all of one kind, owned
    uint32_t n;             // classes, or 0
};

// Probabilities that a curve is learnt from, and what is true of their rows.
struct class_scores {
    const double *p; // [class * stride + row]
    size_t stride;
    const size_t *rows; // those to learn from
    size_t n;
    const double *label; // by row
    const uint64_t *key; // by row
    uint32_t n_classes;
};

enum learn_calibrate calibrate_classes_kind(const struct class_calibration *c);
// Needs rows of every class (PT_E_DATA).
pt_status calibrate_classes_fit(enum learn_calibrate kind, const struct class_scores *from,
                                struct class_calibration *out, struct pt_error *err);
// Of a model's outputs, [output * n + row]: the class, then a probability each. The class becomes
// the most probable one, the first of equals.
void calibrate_classes_apply(const struct class_calibration *c, double *scores, size_t n);
void calibrate_classes_release(struct class_calibration *c);
void calibrate_classes_json(const struct class_calibration *c, const char *const *names,
                            struct json_writer *w);

// Its part of a model file: u32 classes or 0, each a calibration.
bool calibrate_classes_put(const struct class_calibration *c, struct str *out);
// Checked in full: as many as the model has classes or none, of one kind, learnt from as many rows.
pt_status calibrate_classes_read(struct flat_reader *r, uint32_t n_classes,
                                 struct class_calibration *out, struct pt_error *err);

#endif
