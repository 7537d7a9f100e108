// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "bins_cut.h"

#include <math.h>
#include <string.h>

#define DIGIT_BITS 11
#define DIGITS 6
#define BUCKETS (1u << DIGIT_BITS)

// Bits that order like the numbers.
static uint64_t key_of(double value)
{
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    return (bits >> 63) != 0 ? ~bits : bits | UINT64_C(1) << 63;
}

static uint32_t digit_of(double value, uint32_t digit)
{
    return (uint32_t)(key_of(value) >> (digit * DIGIT_BITS)) & (BUCKETS - 1);
}

// One pass of a radix sort; false when all values share the digit, and nothing was moved.
static bool sort_digit(const double *from, double *to, uint64_t n, uint32_t digit)
{
    uint64_t count[BUCKETS] = {0};
    for (uint64_t i = 0; i < n; i++) {
        count[digit_of(from[i], digit)]++;
    }
    if (count[digit_of(from[0], digit)] == n) {
        return false;
    }
    uint64_t sum = 0;
    for (uint32_t b = 0; b < BUCKETS; b++) {
        uint64_t here = count[b];
        count[b] = sum;
        sum += here;
    }
    for (uint64_t i = 0; i < n; i++) {
        to[count[digit_of(from[i], digit)]++] = from[i];
    }
    return true;
}

void bins_sort(double *values, double *spare, uint64_t n)
{
    double *from = values;
    double *to = spare;
    for (uint32_t digit = 0; n > 1 && digit < DIGITS; digit++) {
        if (sort_digit(from, to, n, digit)) {
            double *swap = from;
            from = to;
            to = swap;
        }
    }
    if (from != values) {
        memcpy(values, from, n * sizeof *values);
    }
}

// A number c with a <= c < b, about half-way.
static double cut_between(double a, double b, bool is_float)
{
    double middle = a / 2 + b / 2;
    if (is_float) {
        middle = (double)(float)middle;
    }
    return middle >= a && middle < b ? middle : a;
}

static uint32_t count_distinct(const double *sorted, uint64_t n, uint32_t most)
{
    uint32_t distinct = n > 0;
    for (uint64_t i = 1; i < n && distinct <= most; i++) {
        distinct += sorted[i] != sorted[i - 1];
    }
    return distinct;
}

static uint64_t run_end(const double *sorted, uint64_t n, uint64_t begin)
{
    uint64_t end = begin + 1;
    while (end < n && sorted[end] == sorted[begin]) {
        end++;
    }
    return end;
}

uint32_t bins_choose(const double *sorted, uint64_t n, uint32_t max_bins, bool is_float,
                     double *cuts)
{
    bool cut_all = count_distinct(sorted, n, max_bins) <= max_bins;
    uint32_t n_cuts = 0;
    uint64_t begin = 0; // of the bin
    uint64_t next = n == 0 ? 0 : run_end(sorted, n, 0);
    while (next < n && n_cuts + 1 < max_bins) {
        // An even share of what is left; a value that fills a bin alone gets it.
        uint64_t end = run_end(sorted, n, next);
        uint64_t share = (n - begin) / (max_bins - n_cuts);
        uint64_t here = next - begin;
        if (cut_all || here >= share || (end - next >= share && here * 2 >= share)) {
            cuts[n_cuts++] = cut_between(sorted[next - 1], sorted[next], is_float);
            begin = next;
        }
        next = end;
    }
    return n_cuts;
}

void bins_search_make(struct bins_search *s, const double *cuts, uint32_t n_cuts)
{
    for (uint32_t i = 0; i < 256; i++) {
        s->cuts_d[i] = i < n_cuts ? cuts[i] : (double)INFINITY;
        s->cuts_f[i] = (float)s->cuts_d[i];
    }
}

// Cuts below a value, by halving without branches.
#define SEARCH(cuts, value)                                                                        \
    uint32_t at = 0;                                                                               \
    for (uint32_t step = 128; step > 0; step /= 2) {                                               \
        at += (cuts)[at + step - 1] < (value) ? step : 0;                                          \
    }                                                                                              \
    out[i] = (uint8_t)(isnan(value) ? 0 : at + 1)

void bins_search_floats(const struct bins_search *s, const float *x, uint64_t n, uint8_t *out)
{
    for (uint64_t i = 0; i < n; i++) {
        SEARCH(s->cuts_f, x[i]);
    }
}

void bins_search_doubles(const struct bins_search *s, const double *x, uint64_t n, uint8_t *out)
{
    for (uint64_t i = 0; i < n; i++) {
        SEARCH(s->cuts_d, x[i]);
    }
}
