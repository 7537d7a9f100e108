// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Calibration: do people with a score of p say yes at a rate of p? Bins hold equal numbers of rows;
// the expected calibration error is theirs (Naeini, Cooper and Hauskrecht, "Obtaining well
// calibrated probabilities using Bayesian binning", AAAI 2015).
#include "metric.h"

#include <math.h>
#include <stdbool.h>

void metric_calibration(const struct ranked *r, struct metric_bin bins[METRIC_BINS])
{
    for (uint64_t i = 0; i < METRIC_BINS; i++) {
        uint64_t begin = i * r->n / METRIC_BINS;
        uint64_t end = (i + 1) * r->n / METRIC_BINS;
        double sum = 0;
        uint64_t positives = 0;
        for (uint64_t k = begin; k < end; k++) {
            sum += r->rows[k].score;
            positives += r->rows[k].is_positive;
        }
        bool is_empty = begin == end;
        bins[i] = (struct metric_bin){
            .n = end - begin,
            .from = is_empty ? (double)NAN : r->rows[begin].score,
            .to = is_empty ? (double)NAN : r->rows[end - 1].score,
            .mean_score = is_empty ? (double)NAN : sum / (double)(end - begin),
            .rate = is_empty ? (double)NAN : (double)positives / (double)(end - begin),
        };
    }
}

double metric_ece(const struct metric_bin bins[METRIC_BINS])
{
    double sum = 0;
    uint64_t n = 0;
    for (int i = 0; i < METRIC_BINS; i++) {
        if (bins[i].n > 0) {
            sum += (double)bins[i].n * fabs(bins[i].mean_score - bins[i].rate);
            n += bins[i].n;
        }
    }
    return n == 0 ? (double)NAN : sum / (double)n;
}
