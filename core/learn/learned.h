// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What a learnt model is inside this room.
#ifndef PORTRAIT_LEARN_LEARNED_H
#define PORTRAIT_LEARN_LEARNED_H

#include "drift.h"
#include "evaluate.h"
#include "learn.h"
#include "trainer.h"

struct kept_segments; // segments_keep.h

struct learned {
    struct arena arena; // of the texts
    const char *plugin_id;
    const char *plugin_version; // that learnt it
    const char *component;
    const char *label;          // "" = none
    const char *const *classes; // NULL without a label, or one of numbers
    uint32_t n_classes;
    const char *numbering; // clusters: how segments are numbered, else ""
    const char *training_text;
    const char *test_text; // NULL after load
    struct trained trained;
    uint64_t seed;
    uint64_t rows; // learnt from
    uint64_t positives;
    uint64_t unlabelled; // rows left out for want of a label
    uint32_t n_segments;
    struct kept_segments *kept;                 // NULL = numbers were not kept from a saved model
    struct calibration calibration;             // of two classes
    struct class_calibration class_calibration; // of several
    struct drift_references reference;          // no rows = none
    bool has_drift;
    struct drift drift; // of the people scored last
    bool has_evaluation;
    struct evaluation evaluation;
};

// What makes its scores hold.
enum learn_calibrate learned_calibrated(const struct learned *m);
// A model with texts of no length; NULL when memory is out.
struct learned *learned_new(void);

#endif
