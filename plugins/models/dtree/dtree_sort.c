// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Radix sort of doubles, 11 bits a pass from the lowest: stable, so ties stay in row order. Passes
// in which all values share the digit are left out: whole numbers need two or three of six.
#include "dtree_sort.h"

#include <math.h>
#include <string.h>

#define DIGIT_BITS 11
#define DIGITS (1u << DIGIT_BITS)
#define PASSES 6

// Bits whose unsigned order is the order of the doubles.
static uint64_t key_of(double value)
{
    double positive_zero = value + 0.0; // -0 and 0 are one value
    uint64_t bits = 0;
    memcpy(&bits, &positive_zero, sizeof bits);
    return bits >> 63 != 0 ? ~bits : bits | UINT64_C(1) << 63;
}

static uint32_t digit_of(double value, int pass)
{
    return (uint32_t)(key_of(value) >> (pass * DIGIT_BITS)) & (DIGITS - 1);
}

struct lane {
    uint32_t *row;
    double *value;
};

// One pass; false when there was nothing to do.
static int move_by_digit(const struct lane *from, const struct lane *to, uint64_t n, int pass)
{
    uint64_t counts[DIGITS] = {0};
    for (uint64_t i = 0; i < n; i++) {
        counts[digit_of(from->value[i], pass)]++;
    }
    if (n == 0 || counts[digit_of(from->value[0], pass)] == n) {
        return 0;
    }
    uint64_t begin = 0;
    for (uint32_t d = 0; d < DIGITS; d++) {
        uint64_t count = counts[d];
        counts[d] = begin;
        begin += count;
    }
    for (uint64_t i = 0; i < n; i++) {
        uint64_t at = counts[digit_of(from->value[i], pass)]++;
        to->row[at] = from->row[i];
        to->value[at] = from->value[i];
    }
    return 1;
}

static void split_missing(const double *values, struct dtree_sorted *out)
{
    uint64_t there = 0;
    for (uint64_t i = 0; i < out->n; i++) {
        if (!isnan(values[i])) {
            out->row[there] = (uint32_t)i;
            out->value[there++] = values[i];
        }
    }
    out->n_there = there;
    for (uint64_t i = 0; i < out->n; i++) {
        if (isnan(values[i])) {
            out->row[there] = (uint32_t)i;
            out->value[there++] = values[i];
        }
    }
}

void dtree_sort(const double *values, struct dtree_sorted *out, uint32_t *spare_rows,
                double *spare_values)
{
    split_missing(values, out);
    struct lane lanes[2] = {{out->row, out->value}, {spare_rows, spare_values}};
    int at = 0;
    for (int pass = 0; pass < PASSES; pass++) {
        if (move_by_digit(&lanes[at], &lanes[1 - at], out->n_there, pass)) {
            at = 1 - at;
        }
    }
    if (at == 1) {
        memcpy(out->row, spare_rows, out->n_there * sizeof *out->row);
        memcpy(out->value, spare_values, out->n_there * sizeof *out->value);
    }
}
