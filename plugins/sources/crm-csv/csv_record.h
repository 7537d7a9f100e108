// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// One CSV record out of bytes: RFC 4180 and its cousins (other delimiters and quotes, backslash
// escapes, LF, CRLF or CR). Works on plain bytes; fields are places in them, nothing is copied.
#ifndef CSV_RECORD_H
#define CSV_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#define CSV_FIELDS_MAX 4096u

struct csv_dialect {
    uint8_t delimiter;
    uint8_t quote;   // 0 = no quoting
    uint8_t escape;  // inside quotes, besides a doubled quote; 0 = none
    uint8_t comment; // a line that begins with it is skipped; 0 = none
    bool is_cr_only; // '\r' alone ends a record
};

struct csv_field {
    uint32_t at;   // offset from the record's first byte, without the opening quote
    uint32_t size; // without the closing quote
    bool is_quoted;
    bool has_escapes; // doubled quotes or escapes inside: csv_field_unescape
};

struct csv_record {
    struct csv_field fields[CSV_FIELDS_MAX];
    uint32_t n;
    uint64_t size;     // bytes up to and with the record's end
    uint64_t text;     // bytes without the line end
    uint64_t lines;    // line ends passed
    const char *fault; // CSV_BAD: why
};

enum csv_step {
    CSV_RECORD,  // fields, n, size, lines
    CSV_COMMENT, // a comment or a blank line: size and lines
    CSV_MORE,    // the record goes on behind the bytes given
    CSV_BAD,     // fault; size and lines up to where reading may go on
};

// Scans the record at p. `is_end`: no bytes follow. n must be > 0 and below 2^32.
enum csv_step csv_record_scan(const struct csv_dialect *dialect, const uint8_t *p, uint64_t n,
                              bool is_end, struct csv_record *out);
// First line of a record whose quotes never close: where reading goes on.
void csv_record_first_line(const struct csv_dialect *dialect, const uint8_t *p, uint64_t n,
                           struct csv_record *out);
// Copies a field without its escapes to `out` (at least field->size bytes); returns the size.
uint32_t csv_field_unescape(const struct csv_dialect *dialect, const uint8_t *record,
                            const struct csv_field *field, uint8_t *out);

#endif
