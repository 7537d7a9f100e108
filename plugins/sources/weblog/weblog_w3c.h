// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// W3C extended log files (https://www.w3.org/TR/WD-logfile): fields are named by #Fields lines,
// which may change in mid-file; other # lines tell date, zone and software. IIS writes + for a
// blank in the user agent and time-taken in milliseconds; the standard has seconds.
#ifndef WEBLOG_W3C_H
#define WEBLOG_W3C_H

#include "weblog_format.h"

#define WEBLOG_W3C_COLUMNS 256u

// What the # lines of a file have told so far.
struct weblog_w3c_header {
    uint32_t n_columns;               // 0 = no #Fields yet
    int8_t field[WEBLOG_W3C_COLUMNS]; // field of each column, -1 = not kept
    bool has_date_column;
    bool is_local;      // date-local or time-local: at offset_s, else GMT
    int32_t offset_s;   // of #GMT-Offset
    double duration_ms; // milliseconds a unit of time-taken
    uint8_t date[10];   // of #Date, for files without a date column
    bool has_date;
};

// A format with all standard fields; weblog_w3c_extra() adds the others a header names.
void weblog_w3c_format(struct weblog_format *f);
// Adds text fields for the names of a #Fields line that have no role; false when there are too
// many of them.
bool weblog_w3c_extra(struct weblog_format *f, const uint8_t *line, size_t n);
// Adds one such field by its #Fields name.
bool weblog_w3c_extra_name(struct weblog_format *f, const char *name, size_t n);

// Takes a line that begins with #.
void weblog_w3c_directive(const struct weblog_format *f, struct weblog_w3c_header *header,
                          const uint8_t *line, size_t n);
// Reads a line of values. Quotes are kept out of the spans.
struct weblog_reason weblog_w3c_parse(const struct weblog_format *f,
                                      const struct weblog_w3c_header *header, const uint8_t *line,
                                      size_t n, struct weblog_record *out);

#endif
