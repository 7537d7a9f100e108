// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What the first bytes of a file tell: encoding, line ends, delimiter, escapes.
#ifndef CSV_SNIFF_H
#define CSV_SNIFF_H

#include "csv_record.h"

enum csv_encoding {
    CSV_IS_ASCII,
    CSV_IS_UTF8,
    CSV_IS_GB18030,
    CSV_IS_UTF16LE, // with a byte order mark, or with a NUL in every other byte
    CSV_IS_UTF16BE,
};

// Encoding of `n` bytes, which may be cut anywhere. What is neither counts as UTF-8.
enum csv_encoding csv_sniff_encoding(const uint8_t *p, uint64_t n);

// Dialect of `n` bytes behind the lines to skip; CSV_PAD more bytes may be read. `wish` says what
// is set already; delimiter and escape may be CSV_CHAR_AUTO. `is_whole`: the file ends there.
// `record` is room to work in.
struct csv_dialect csv_sniff_dialect(const struct csv_dialect *wish, const uint8_t *p, uint64_t n,
                                     bool is_whole, bool is_comma_decimal,
                                     struct csv_record *record);

#endif
