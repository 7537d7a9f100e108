// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What the metrics say of a model of several classes, as data and as JSON.
#ifndef PORTRAIT_LEARN_EVALUATE_CLASSES_H
#define PORTRAIT_LEARN_EVALUATE_CLASSES_H

#include "json.h"
#include "metric_classes.h"

struct class_evaluation {
    uint64_t n;
    uint32_t n_classes;
    double accuracy, log_loss, auc;
    uint64_t *confusion; // [label * n_classes + guess], owned
};

pt_status evaluate_classes(const struct metric_votes *v, struct class_evaluation *out,
                           struct pt_error *err);
void class_evaluation_release(struct class_evaluation *e);
// Keys of an object that is open: rows, accuracy, log_loss, auc ...
void class_evaluation_json(const struct class_evaluation *e, struct json_writer *w);
// ... and confusion, with the names of the classes.
void class_confusion_json(const struct class_evaluation *e, const char *const *classes,
                          struct json_writer *w);

#endif
