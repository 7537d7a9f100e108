// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Drift: how far the people a model scores have moved from those it learnt from, as the population
// stability index (PSI) of every input and of the score: the sum over bins of
// (actual - expected) ln(actual / expected), each share at least 1e-4 (Siddiqi, "Credit risk
// scorecards", 2006; by chance alone (bins - 1) (1/n + 1/m): Yurdakul, 2018).
// Bins: numbers between the deciles of the reference (equal deciles are one), texts by level with
// levels below 1 % and unseen ones pooled, missing values on their own.
#ifndef PORTRAIT_LEARN_DRIFT_H
#define PORTRAIT_LEARN_DRIFT_H

#include "flat.h"
#include "json.h"
#include "pool.h"
#include "prepare.h"

#define DRIFT_EDGES 1000 // most edges of a number
#define DRIFT_LEVELS 100 // most levels with a bin of their own

// What the score's reference was taken from: rows the model had not seen where there are enough.
enum drift_source { DRIFT_TEST_ROWS, DRIFT_OUT_OF_FOLD, DRIFT_TRAINING_ROWS };

// One input or the score. Bins: n_cuts + 1 of values (the last one holds what is above all edges,
// or every other level), then missing values.
struct drift_reference {
    uint32_t n_cuts;
    double *edges;    // numbers: rising; a value belongs to the first edge it is not above
    uint32_t *levels; // texts: rising ranks in the preparation
    uint64_t *counts; // n_cuts + 2
};

struct drift_references {
    struct arena arena;
    uint64_t rows; // 0 = there is no reference
    struct drift_reference *inputs;
    size_t n_inputs;
    uint64_t score_rows;
    enum drift_source source;
    struct drift_reference score;
};

struct drift_figure {
    double psi;       // NaN without rows
    double by_chance; // the PSI to expect of two samples of one population
    double missing;   // share of missing values
    double missing_then;
};

struct drift {
    struct drift_figure *inputs; // owned
    size_t n_inputs;
    struct drift_figure score;
    uint64_t rows;
};

// Scores that a reference is made of.
struct drift_scores {
    const double *values; // NaN = missing
    size_t n;
    uint32_t n_kinds; // segments or classes, numbered from 0; 0 = a number
    enum drift_source source;
};

// The rows that were learnt from.
struct drift_then {
    const struct prepare *prepare;
    struct prepare_rows from;
    struct drift_scores scores;
};

// Rows that were scored.
struct drift_now {
    const struct prepare *prepare;
    struct prepare_rows from;
    const double *scores; // of the i-th row of `from`
};

pt_status drift_learn(const struct drift_then *then, struct pool *pool,
                      struct drift_references *out, struct pt_error *err);
pt_status drift_measure(const struct drift_references *r, const struct drift_now *now,
                        struct pool *pool, struct drift *out, struct pt_error *err);
// counts[n_bins] of now against those of then.
double drift_psi(const uint64_t *then, const uint64_t *now, size_t n_bins);
const char *drift_verdict(double psi); // "stable", "watch", "drift"
void drift_references_release(struct drift_references *r);
void drift_release(struct drift *d);

void drift_json(const struct drift *d, const struct drift_references *r, const struct prepare *p,
                struct json_writer *w);
// The part of a model file: u64 rows, score rows; u8 source; the score and each input: u32 cuts,
// each an f64 edge or a u32 level, then cuts + 2 u64 counts.
bool drift_put(const struct drift_references *r, struct str *out);
// Checked in full: orders, ranges, sums of counts. *out is released on failure.
pt_status drift_read(struct flat_reader *r, const struct prepare *p, struct drift_references *out,
                     struct pt_error *err);

#endif
