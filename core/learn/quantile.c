// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "quantile.h"

#include <math.h>

#include "mem.h"

static double middle_of_three(double a, double b, double c)
{
    double low = a < b ? a : b;
    double high = a < b ? b : a;
    return fmin(fmax(c, low), high);
}

// Narrows [*low, *high] to the side of a pivot that holds k.
static void partition_once(double *values, size_t k, size_t *low, size_t *high)
{
    size_t i = *low;
    size_t j = *high;
    double pivot = middle_of_three(values[i], values[i + (j - i) / 2], values[j]);
    while (i <= j) {
        while (values[i] < pivot) {
            i++;
        }
        while (values[j] > pivot) {
            j--;
        }
        if (i <= j) {
            double swap = values[i];
            values[i] = values[j];
            values[j] = swap;
            i++;
            if (j == 0) {
                break;
            }
            j--;
        }
    }
    if (k <= j) {
        *high = j;
    } else if (k >= i) {
        *low = i;
    } else {
        *low = k;
        *high = k;
    }
}

double quantile_select(double *values, size_t n, size_t k)
{
    size_t low = 0;
    size_t high = n - 1;
    while (low < high) {
        partition_once(values, k, &low, &high);
    }
    return values[k];
}

bool quantile_median(const double *values, size_t n, double *out)
{
    double *there = mem_array(n, sizeof *there);
    if (there == NULL) {
        return false;
    }
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(values[i])) {
            there[m++] = values[i];
        }
    }
    double median = 0;
    if (m > 0) {
        median = quantile_select(there, m, m / 2);
    }
    if (m > 0 && m % 2 == 0) {
        // The other middle value is the largest of the lower half, which select() left there.
        double below = there[0];
        for (size_t i = 1; i < m / 2; i++) {
            below = there[i] > below ? there[i] : below;
        }
        median = below / 2 + median / 2;
    }
    mem_free(there);
    *out = median;
    return true;
}
