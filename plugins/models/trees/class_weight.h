// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// How much a row of each class counts: as told by an option, in numbers, and in the whole units
// that packed histograms add.
#ifndef TREES_CLASS_WEIGHT_H
#define TREES_CLASS_WEIGHT_H

#include <stdbool.h>
#include <stdint.h>

#define CLASS_WEIGHT_RATIO 0     // class 1 counts `ratio`, class 0 counts 1
#define CLASS_WEIGHT_BALANCED 1  // each class counts as half of all rows
#define CLASS_WEIGHT_BOOTSTRAP 2 // the same, anew among the rows that a tree drew

struct class_weight {
    int32_t kind;
    double ratio;
};

// What an option with these texts may say: an extended regular expression.
#define CLASS_WEIGHT_PATTERN "none|balanced|[0-9]+(\\.[0-9]+)?"
#define CLASS_WEIGHT_PATTERN_BOOTSTRAP "none|balanced|balanced_bootstrap|[0-9]+(\\.[0-9]+)?"
#define CLASS_WEIGHT_RATIO_MAX 1e6

// False for a text that says nothing usable; NULL is "none".
bool class_weight_read(const char *text, struct class_weight *out);

// The weight of a row of class c is unit[c] * scale.
struct class_units {
    uint32_t unit[2];
    double scale;
};

// For n[0] and n[1] rows, both more than 0; their units add up to less than 2^32.
struct class_units class_weight_units(const struct class_weight *w, const uint64_t n[2]);

#endif
