// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Labels: a column of two classes as 0 and 1.
#ifndef PORTRAIT_LEARN_LABEL_H
#define PORTRAIT_LEARN_LABEL_H

#include "learn.h"

struct label {
    double *values;         // a number a table row; NaN = missing
    const char *classes[2]; // in the arena given
};

// PT_E_NOT_FOUND or PT_E_DATA name the column and what is wrong with it: not two classes, other
// numbers than 0 and 1. Free values with label_release.
pt_status label_read(const struct learn_spec *spec, const struct table *t, struct arena *arena,
                     struct label *out, struct pt_error *err);
void label_release(struct label *l);

#endif
