// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Labels: a column of two classes as 0 and 1, of several as 0, 1, 2 ..., or of numbers.
#ifndef PORTRAIT_LEARN_LABEL_H
#define PORTRAIT_LEARN_LABEL_H

#include "learn.h"

#define LABEL_CLASSES 256 // most classes of a label

struct label {
    double *values;             // a number a table row; NaN = missing
    const char *const *classes; // in the arena given; NULL of numbers
    uint32_t n_classes;
};

struct label_from {
    const struct learn_spec *spec;
    pt_task task;
    const struct table *table;
};

// PT_E_NOT_FOUND or PT_E_DATA name the column and what is wrong with it: not two classes, other
// numbers than 0 and 1, a value that no class names. Free values with label_release.
pt_status label_read(const struct label_from *from, struct arena *arena, struct label *out,
                     struct pt_error *err);
void label_release(struct label *l);

#endif
