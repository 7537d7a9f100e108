// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The two ways of fitting a calibration, for calibrate.c alone.
#ifndef PORTRAIT_LEARN_CALIBRATE_FIT_H
#define PORTRAIT_LEARN_CALIBRATE_FIT_H

#include "calibrate.h"

// Of the score clipped to [c->low, c->high].
double calibrate_log_odds(const struct calibration *c, double score);
// 1 / (1 + exp(z)) without overflow.
double calibrate_sigmoid(double z);
// Both classes must be there.
pt_status calibrate_fit_platt(const struct ranked *r, struct calibration *out,
                              struct pt_error *err);
pt_status calibrate_fit_isotonic(const struct ranked *r, struct calibration *out,
                                 struct pt_error *err);

#endif
