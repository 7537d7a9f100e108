// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Calibration: a rising curve from a model's score to a probability that holds, learnt from scores
// of rows that the scoring model had not seen.
//
// Platt: p = 1 / (1 + exp(a x + b)) over the log-odds x of the score, so that a model that holds
// already stays as it is. A score of 0 (1) counts as half way from the least (greatest) score
// inside to it. Targets are smoothed as in Platt, "Probabilistic outputs for support vector
// machines", 1999; fitted by the Newton method with backtracking of Lin, Lin and Weng, "A note on
// Platt's probabilistic outputs for support vector machines", Machine Learning 68, 2007.
// Isotonic: the nearest rising steps by pool-adjacent-violators (Ayer et al. 1955), linear between
// the steps' ends, level beyond the first and last.
#ifndef PORTRAIT_LEARN_CALIBRATE_H
#define PORTRAIT_LEARN_CALIBRATE_H

#include "error.h"
#include "flat.h"
#include "json.h"
#include "learn.h"
#include "ranked.h"

// {0} leaves scores as they are.
struct calibration {
    enum learn_calibrate kind;
    double a, b;      // Platt
    double low, high; // Platt: scores are clipped to these
    double *x;        // isotonic: scores, rising, owned
    double *y;        // probabilities, not falling, owned
    uint32_t n;       // points
    uint64_t rows;    // learnt from
};

const char *calibrate_name(enum learn_calibrate kind);
// Needs both classes (PT_E_DATA).
pt_status calibrate_fit(enum learn_calibrate kind, const struct ranked *r, struct calibration *out,
                        struct pt_error *err);
void calibrate_apply(const struct calibration *c, double *scores, size_t n);
void calibrate_release(struct calibration *c);
void calibrate_json(const struct calibration *c, struct json_writer *w);

// Its part of a model file: u8 kind; u64 rows; Platt: f64 a, b, low, high;
// isotonic: u32 points, each f64 x,
// y.
bool calibrate_put(const struct calibration *c, struct str *out);
// Checked in full: kind, finite, rising, within their ranges. *out is released on failure.
pt_status calibrate_read(struct flat_reader *r, struct calibration *out, struct pt_error *err);

#endif
