// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Cuts of one number column: sorting its values, choosing quantiles, finding a value's bin.
#ifndef TREES_BINS_CUT_H
#define TREES_BINS_CUT_H

#include <stdbool.h>
#include <stdint.h>

// Sorts by value; `spare` holds n values more. No NaN.
void bins_sort(double *values, double *spare, uint64_t n);
// At most max_bins - 1 cuts between values of a sorted sample; returns their number. With is_float
// each cut is a float.
uint32_t bins_choose(const double *sorted, uint64_t n, uint32_t max_bins, bool is_float,
                     double *cuts);

// A column's cuts ready for search: the rest of the 256 is infinite.
struct bins_search {
    float cuts_f[256];
    double cuts_d[256];
};

void bins_search_make(struct bins_search *s, const double *cuts, uint32_t n_cuts);
// out[i] = bin of x[i], 0 for NaN.
void bins_search_doubles(const struct bins_search *s, const double *x, uint64_t n, uint8_t *out);
void bins_search_floats(const struct bins_search *s, const float *x, uint64_t n, uint8_t *out);
#if defined(__x86_64__)
void bins_search_floats_avx512(const struct bins_search *s, const float *x, uint64_t n,
                               uint8_t *out);
#endif

#endif
