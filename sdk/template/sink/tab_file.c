// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "tab_file.h"

// The letter after the backslash, or 0 for a byte that stays as it is.
static char escape_of(uint8_t byte)
{
    switch (byte) {
    case '\t':
        return 't';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\\':
        return '\\';
    default:
        return 0;
    }
}

uint64_t tab_file_escape(const uint8_t *field, uint64_t size, char *out)
{
    uint64_t n = 0;
    for (uint64_t i = 0; i < size; i++) {
        char letter = escape_of(field[i]);
        if (letter != 0) {
            out[n++] = '\\';
            out[n++] = letter;
        } else {
            out[n++] = (char)field[i];
        }
    }
    return n;
}
