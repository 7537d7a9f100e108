// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The request line: method, path, query, protocol; and single parameters of a query.
#ifndef WEBLOG_REQUEST_H
#define WEBLOG_REQUEST_H

#include "weblog_value.h"

struct weblog_request {
    struct weblog_bytes method;
    struct weblog_bytes path;  // up to the ?
    struct weblog_bytes query; // behind it; NULL when there is none or it is empty
    struct weblog_bytes protocol;
};

// One to 32 letters, dashes and underscores.
bool weblog_request_is_method(const uint8_t *p, uint64_t n);
// Splits `GET /a?b HTTP/1.1`. What is no request line (a method of letters, a target, HTTP/...)
// leaves all four NULL. The target is the second word, so a path ends at a blank; an empty one
// is a NULL path.
void weblog_request_split(struct weblog_bytes line, struct weblog_request *out);
// Splits a target into path and query.
void weblog_request_target(struct weblog_bytes target, struct weblog_request *out);

// Value of the first `name=value` in the query, escapes not undone; NULL when there is none or it
// is empty.
struct weblog_bytes weblog_request_parameter(struct weblog_bytes query, const char *name, size_t n);

#endif
