// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A made-up table with every kind of column a model may meet: numbers whole and fractional, with
// and without missing values, a constant, a bool, a date, a text, and a label that follows some.
#ifndef SAMPLE_TABLE_H
#define SAMPLE_TABLE_H

#include "table.h"

// Columns: profile (str), spend, visits, age (some missing), same, member (bool), since (date),
// city (str, some missing), bought (label, f64).
void sample_table(size_t n_rows, uint64_t seed, struct table *out);
// A stream of numbers in [0, 1); *state is any number.
double sample_uniform(uint64_t *state);

#endif
