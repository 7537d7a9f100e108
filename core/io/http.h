// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// HTTP by libcurl: one exchange, no redirects, no proxy, answer capped, the address checked at
// connect against loopback, private, link-local, metadata and mapped ranges.
#ifndef PORTRAIT_IO_HTTP_H
#define PORTRAIT_IO_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "text.h"

#define HTTP_ANSWER_MAX (64u << 10)

struct http_header {
    const char *name;
    const char *value;
};

struct http_request {
    const char *method;
    const char *url;
    const struct http_header *headers;
    size_t n_headers;
    struct text body;
    uint32_t timeout_ms;  // whole exchange; 0 = 30 s
    bool allow_http;      // else https only
    bool allow_private;   // else public addresses only
    const volatile int *cancelled; // becomes non-zero: stop; may be NULL
};

struct http_answer {
    int status; // 0: no answer came, the error tells why
    struct str body;
    struct str headers;   // "name: value\n" lines, names in lower case
};

struct http; // a connection cache; one thread at a time

pt_status http_new(struct http **out, struct pt_error *err);
// PT_OK with a status; PT_E_NETWORK when none came; PT_E_DENIED for scheme or address; answer is
// released by http_answer_release in any case.
pt_status http_send(struct http *h, const struct http_request *request, struct http_answer *out,
                    struct pt_error *err);
// Value of a header of an answer, or false.
bool http_header_get(const struct http_answer *a, const char *name, struct text *out);
void http_answer_release(struct http_answer *a);
void http_free(struct http *h);

#endif
