// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Trainer: preparation and instance fitted on some rows of a table; once for the model that is
// kept, once more for each fold.
#ifndef PORTRAIT_LEARN_TRAINER_H
#define PORTRAIT_LEARN_TRAINER_H

#include "matrix.h"
#include "instance.h"

// The table and what was read from it once.
struct trainer {
    const struct learn_spec *spec;
    const struct table *table;
    const double *label;        // by table row; NULL = none
    const char *const *classes; // NULL = none
    uint32_t n_classes;
    uint64_t *key; // by table row, owned
};

struct trained {
    struct prepare prepare;
    struct instance instance; // must not move
    char fingerprint[SHA256_HEX];
};

// Row keys from the spec's key column. Release with trainer_release.
pt_status trainer_init(const struct learn_spec *spec, const struct table *table,
                       struct trainer *out, struct pt_error *err);
// Fits on the given table rows. Released on failure.
pt_status trainer_run(const struct trainer *t, const struct prepare_rows *from, struct trained *out,
                      struct pt_error *err);
void trained_release(struct trained *t);
void trainer_release(struct trainer *t);

#endif
