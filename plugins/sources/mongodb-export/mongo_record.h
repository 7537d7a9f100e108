// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Documents of a byte range of one file, whatever their layout: the bytes of one after the other,
// not yet checked where they are lines.
#ifndef MONGO_RECORD_H
#define MONGO_RECORD_H

#include "mongo_config.h"
#include "mongo_guess.h"
#include "mongo_dump.h"
#include "mongo_stream.h"
#include "pt_lines.h"

// Where documents come from and how they lie.
struct mongo_records_options {
    const pt_input *input;
    enum mongo_layout layout;
    const char *collection; // of an archive, "" = its only one
    uint64_t max_record;
};

struct mongo_records {
    enum mongo_layout layout;
    struct pt_lines lines;      // LINES
    struct mongo_dump dump;     // BSON and ARCHIVE
    struct mongo_stream stream; // the others
};

pt_status mongo_records_open(struct mongo_records *r, const pt_host *host,
                             const struct mongo_records_options *options,
                             const struct pt_range *range, pt_error *err);
// Accepts a zeroed one.
void mongo_records_close(struct mongo_records *r);
pt_status mongo_records_next(struct mongo_records *r, struct mongo_record *out, pt_error *err);
// The next document when it is a line that is guessed; false = ask mongo_records_next.
bool mongo_records_guess(struct mongo_records *r, struct mongo_guess *guess,
                         struct mongo_record *out);
uint64_t mongo_records_lines(const struct mongo_records *r); // passed so far
uint64_t mongo_records_offset(const struct mongo_records *r);

#endif
