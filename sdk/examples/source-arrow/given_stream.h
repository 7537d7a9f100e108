// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The stream somebody else makes, without a word of the ABI. Any library that gives an
// ArrowArrayStream can stand behind this: write another file beside duckdb_stream.c.
#ifndef GIVEN_STREAM_H
#define GIVEN_STREAM_H

#include <stddef.h>

#include <portrait/arrow.h>

#define GIVEN_MESSAGE 512

struct given_request {
    const char *library;  // absolute path of the library's file
    const char *database; // file, or ":memory:"
    const char *query;
};

// Opens the stream; the caller releases it. False: `message` (GIVEN_MESSAGE bytes) tells why.
_Bool given_stream_open(const struct given_request *request, struct ArrowArrayStream *out,
                        char *message);

#endif
