// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// One CSV record out of bytes: RFC 4180 and its cousins (other delimiters and quotes, backslash
// escapes, LF, CRLF or CR). Works on plain bytes; fields are places in them, nothing is copied.
#ifndef CSV_RECORD_H
#define CSV_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#define CSV_FIELDS_MAX 4096u
#define CSV_PAD 64u // bytes behind the text that may be read

// Every character is ASCII.
struct csv_dialect {
    uint8_t delimiter;
    uint8_t quote;      // 0 = no quoting
    uint8_t escape;     // inside quotes, besides a doubled quote; 0 = none
    uint8_t comment;    // a line that begins with it is skipped; 0 = none
    bool is_cr_only;    // '\r' alone ends a record
    bool is_gb18030;    // bytes of a character may look like ASCII
    uint8_t utf16;      // enum csv_utf16_order: of the file; what is scanned is UTF-8
    bool allows_blanks; // around a quoted field
};

struct csv_field {
    uint32_t at;   // offset from the record's first byte, without the opening quote
    uint32_t size; // without the closing quote
    bool is_quoted;
    bool has_escapes; // doubled quotes or escapes inside: csv_field_unescape
};

struct csv_record {
    uint32_t n;
    uint64_t size;     // bytes up to and with the record's end
    uint64_t text;     // bytes without the line end
    uint64_t lines;    // lines passed
    const char *fault; // CSV_BAD: why
    struct csv_field fields[CSV_FIELDS_MAX];
};

enum csv_step {
    CSV_RECORD,  // fields, n, size, text, lines
    CSV_COMMENT, // a comment or a blank line: size and lines
    CSV_MORE,    // the record goes on behind the bytes given
    CSV_BAD,     // fault; reading goes on behind the record's first line
    CSV_END,     // of a csv_cursor: nothing is left
};

// Scans the record at p. `is_end`: no bytes follow. n must be > 0 and below 2^32; CSV_PAD more
// bytes may be read.
enum csv_step csv_record_scan(const struct csv_dialect *dialect, const uint8_t *p, uint64_t n,
                              bool is_end, struct csv_record *out);
// Bytes up to the line end in [p, p + n), n when there is none.
uint64_t csv_line_length(const struct csv_dialect *dialect, const uint8_t *p, uint64_t n);
// Copies a field's text without its escapes to `out` (at least n bytes); returns the size.
uint64_t csv_field_unescape(const struct csv_dialect *dialect, const uint8_t *p, uint64_t n,
                            uint8_t *out);
// Bytes of the GB18030 character at p: 1, 2 or 4; 1 also for what is none.
uint32_t csv_gb18030_length(const uint8_t *p, uint64_t n);

#endif
