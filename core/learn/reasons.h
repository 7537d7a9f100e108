// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Reasons: what each input adds to a row's score, and the strongest of them as text. Levels of a
// one-hot input count together. Of a calibrated model they are those of the score before.
#ifndef PORTRAIT_LEARN_REASONS_H
#define PORTRAIT_LEARN_REASONS_H

#include "learn.h"

#define REASONS_MOST 10
#define REASONS_COLUMN "%s.reason_%u" // of a model's name and a number from 1

// out[i * t->n_rows + row] is what input i adds; i = learned_n_inputs() is the base. Their sum is
// the log-odds of the probability, or the output itself (PT_CONTRIBUTES_*). PT_E_UNSUPPORTED when
// the model cannot tell.
pt_status learned_contributions(const struct learned *m, struct pool *pool, const struct table *t,
                                double *out, struct pt_error *err);
// Adds the text columns <prefix>.reason_1 .. n (at most REASONS_MOST): strongest first, ties in the
// order of inputs, such as `app_spend_90d 1200 (+0.82)`; missing where no further input counts.
pt_status learned_reasons(const struct learned *m, struct pool *pool, struct table *t,
                          const char *prefix, uint32_t n, struct pt_error *err);
// PT_CONTRIBUTES_* of the model.
uint8_t learned_contributes(const struct learned *m);

#endif
