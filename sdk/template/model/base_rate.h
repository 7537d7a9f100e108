// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The algorithm, on plain arrays and without a word of the ABI: the weighted mean of a 0/1 label,
// drawn towards one half as if each class had been seen once more (Laplace's rule of succession).
#ifndef BASE_RATE_H
#define BASE_RATE_H

#include <stdint.h>

struct base_rate {
    double sum_weight;
    double sum_label;
};

// Adds n rows; weight NULL = all 1, fold NULL = all for training, else only rows with fold 0.
void base_rate_add(struct base_rate *r, const double *label, const double *weight,
                   const uint8_t *fold, uint64_t n);
void base_rate_combine(struct base_rate *into, const struct base_rate *from);
// In (0, 1), also when one class was not seen.
double base_rate_p(const struct base_rate *r, double prior);

#endif
