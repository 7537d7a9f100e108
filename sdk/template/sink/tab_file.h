// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The format, on plain bytes and without a word of the ABI: fields between tabs, rows between
// line ends; tab, line end and backslash inside a field are written \t, \n, \r and \\.
#ifndef TAB_FILE_H
#define TAB_FILE_H

#include <stdint.h>

// Bytes that `size` bytes of a field take at most.
#define TAB_FILE_MOST(size) ((size) * 2)

// Writes the field to `out` and returns the bytes used.
uint64_t tab_file_escape(const uint8_t *field, uint64_t size, char *out);

#endif
