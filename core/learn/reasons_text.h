// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// One reason as text: the input's name, the row's raw value, and what it adds.
#ifndef PORTRAIT_LEARN_REASONS_TEXT_H
#define PORTRAIT_LEARN_REASONS_TEXT_H

#include "table.h"

#define REASONS_TEXT_MOST 64 // bytes of a text value

struct reason {
    double added;
    uint32_t input;
};

// Appends `name value (+0.82)`: numbers to two decimals (small ones to three digits), dates and
// times as ISO 8601, texts cut after REASONS_TEXT_MOST bytes, `missing`; what is added to three
// digits. False when memory is out.
bool reasons_text_add(const struct column *c, size_t row, double added, struct str *out);

#endif
