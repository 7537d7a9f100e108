// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "base_rate.h"

#include <stddef.h>

#define LEAST 1e-15 // log-odds stay finite

void base_rate_add(struct base_rate *r, const double *label, const double *weight,
                   const uint8_t *fold, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        double w = weight == NULL ? 1 : weight[i];
        if (fold == NULL || fold[i] == 0) {
            r->sum_weight += w;
            r->sum_label += w * label[i];
        }
    }
}

void base_rate_combine(struct base_rate *into, const struct base_rate *from)
{
    into->sum_weight += from->sum_weight;
    into->sum_label += from->sum_label;
}

double base_rate_p(const struct base_rate *r, double prior)
{
    double seen = r->sum_weight + 2 * prior;
    double p = seen > 0 ? (r->sum_label + prior) / seen : 0.5;
    return p < LEAST ? LEAST : p > 1 - LEAST ? 1 - LEAST : p;
}
