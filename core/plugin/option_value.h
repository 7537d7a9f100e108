// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Scalars of a configuration as values: strict, no guessing. Private to core/plugin.
#ifndef PORTRAIT_PLUGIN_OPTION_VALUE_H
#define PORTRAIT_PLUGIN_OPTION_VALUE_H

#include "node.h"
#include "registry.h"

union option_value {
    uint8_t b;      // BOOL
    int64_t i;      // I64, SIZE, DURATION (ms), TIME (us)
    double f;       // F64
    int32_t choice; // ENUM
};

// Reads a scalar node for a row of type BOOL, I64, F64, ENUM, SIZE, DURATION or TIME, or checks the
// text of STRING, COLUMN, EXPR and INPUT (out is then untouched). Returns NULL, or the code of the
// diagnostic ("P0104"...) with message and hint in *err.
const char *option_value_parse(const struct option_row *row, const struct node *scalar,
                               union option_value *out, struct pt_error *err);
// "must be X, not Y" with the hint for quotes where it helps.
void option_value_wrong(const struct option_row *row, const struct node *node,
                        struct pt_error *err);
// True when a text holds a reference to a secret anywhere.
bool option_has_secret(struct text text);
// True when a text is exactly one ${secret:NAME}; gives NAME.
bool option_is_secret(struct text text, struct text *name);

#endif
