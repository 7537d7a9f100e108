// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The format, on plain bytes and without a word of the ABI: a line is KEY, a separator, NUMBER.
#ifndef KEY_VALUE_H
#define KEY_VALUE_H

#include <stdbool.h>
#include <stdint.h>

struct key_value {
    const uint8_t *key; // into the line
    uint64_t key_size;
    double value;
    bool has_value; // false: nothing stands after the separator
};

// Reads one line. NULL, or why it cannot be read: one short phrase, the same for the same fault.
const char *key_value_parse(const uint8_t *line, uint64_t size, char separator,
                            struct key_value *out);

#endif
