// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Documents that may lie over several lines: the elements of one array, or one behind the other.
// Each is checked as JSON before it is handed out. After a bad one reading goes on where it ends,
// as far as brackets tell; or at a line that begins, not deeper than it did, with the next one;
// or nowhere, then the rest of the file is rejected with it.
#ifndef MONGO_STREAM_H
#define MONGO_STREAM_H

#include "pt_window.h"

#define MONGO_RECORD_TOO_LONG "longer than max_record"

enum mongo_record_kind {
    MONGO_RECORD_END = 0,
    MONGO_RECORD_DOCUMENT,
    MONGO_RECORD_BAD, // the bytes are the start of what is passed over; fault tells why
};

struct mongo_record {
    enum mongo_record_kind kind;
    const uint8_t *p; // valid until the next call; 64 bytes behind it may be read
    uint64_t n;
    uint64_t offset; // in the file
    uint64_t line;   // within the range, from 0
    const char *fault;
};

enum mongo_place {
    MONGO_AT_START = 0,     // of the file
    MONGO_AT_FIRST,         // behind the array's bracket
    MONGO_BEHIND_COMMA,     // a document must follow
    MONGO_BEHIND_DOCUMENT,  // comma or bracket must follow, or the next document
    MONGO_BEHIND_RECOVERED, // a document may follow, with or without a comma
    MONGO_BEHIND_ARRAY,
    MONGO_AT_END,
};

struct mongo_stream {
    struct pt_window window;
    uint64_t max_record;
    bool is_list;
    enum mongo_place place;
    uint64_t pending;  // bytes of the last record, to pass at the next call
    bool must_recover; // the last record is bad and its end unknown
    uint64_t newlines; // passed
    uint64_t column;   // bytes since the last of them
};

// {window opened at 0, max_record, is_list} begins a stream.
pt_status mongo_stream_next(struct mongo_stream *s, struct mongo_record *out, pt_error *err);
uint64_t mongo_stream_lines(const struct mongo_stream *s); // passed so far

#endif
