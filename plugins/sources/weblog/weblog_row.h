// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A record's typed values. What is checked here makes a line good or bad, whichever columns are
// read: time, status and numbers.
#ifndef WEBLOG_ROW_H
#define WEBLOG_ROW_H

#include "weblog_request.h"
#include "weblog_w3c.h"

struct weblog_count {
    int64_t value;
    bool is_given;
};

struct weblog_row {
    struct weblog_count ts; // microseconds
    struct weblog_count status;
    struct weblog_count counts[WEBLOG_ROLES]; // BYTES, PORT, BYTES_IN, BYTES_OUT
    double duration_ms;
    bool has_duration;
};

// The reader of a format's times; `offset_s` is of those without a zone.
void weblog_row_time(const struct weblog_format *f, int32_t offset_s,
                     struct weblog_time_reader *out);

// Reads the checked values; `header` only for W3C.
struct weblog_reason weblog_row_check(const struct weblog_format *f,
                                      const struct weblog_record *record,
                                      struct weblog_time_reader *time,
                                      const struct weblog_w3c_header *header,
                                      struct weblog_row *out);

// Value of a role with its escapes undone; NULL when the format or the record has none.
struct weblog_bytes weblog_row_role(const struct weblog_format *f,
                                    const struct weblog_record *record, enum weblog_role role,
                                    struct weblog_scratch *scratch);

// Whether values of the role carry a port that weblog_row_bare() takes off.
bool weblog_row_has_port(const struct weblog_format *f, enum weblog_role role);
struct weblog_bytes weblog_row_bare(const struct weblog_format *f, enum weblog_role role,
                                    struct weblog_bytes value);

// Method, path, query and protocol from whichever fields the format has.
void weblog_row_request(const struct weblog_format *f, const struct weblog_record *record,
                        struct weblog_scratch *scratch, struct weblog_request *out);

// host of host:port, [v6]:port; and the address of address:port.
struct weblog_bytes weblog_row_without_port(struct weblog_bytes host);

#endif
