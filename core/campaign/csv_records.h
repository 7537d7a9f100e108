// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Records of a CSV file as RFC 4180 has them, strictly: comma, optional quotes, LF or CRLF. Small
// lists the core itself reads; tables of customers come through source plugins.
#ifndef PORTRAIT_CAMPAIGN_CSV_RECORDS_H
#define PORTRAIT_CAMPAIGN_CSV_RECORDS_H

#include "input.h"
#include "text.h"

#define CSV_RECORDS_MAX (1u << 20) // bytes of one record

struct csv_records; // one open file

// Fields of a record, borrowed until the next call.
struct csv_record {
    const struct text *fields;
    size_t n;
    uint64_t line; // where it starts, from 1
};

pt_status csv_records_open(const struct input *in, uint32_t file, struct csv_records **out,
                           struct pt_error *err);
// The next record that is not an empty line; *done at the end. PT_E_DATA with file and line: open
// quote, text behind a closing quote, NUL, bad UTF-8, PT_E_LIMIT: a record over CSV_RECORDS_MAX.
pt_status csv_records_next(struct csv_records *r, struct csv_record *out, bool *done,
                           struct pt_error *err);
void csv_records_close(struct csv_records *r); // NULL is fine

#endif
