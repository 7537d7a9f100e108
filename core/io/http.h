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
    const char *method; // GET HEAD POST PUT PATCH DELETE
    const char *url;    // ASCII, at most 8 KiB, without user and password
    const struct http_header *headers;
    size_t n_headers;
    struct text body;
    uint32_t timeout_ms;           // whole exchange; 0 = 30 s; connecting takes at most 10 s of it
    bool allow_http;               // else https only
    bool allow_private;            // else public addresses only
    const volatile int *cancelled; // becomes non-zero: stop within 100 ms; may be NULL
    uint32_t stall_ms;             // no byte moves for so long: give up; whole seconds, 0 = 20 s
    size_t answer_max;             // bytes of the answer's body; 0 = HTTP_ANSWER_MAX
};

struct http_answer {
    int status;         // 0: no whole answer came, the error tells why
    bool is_cut;        // the body was longer than may be
    struct str body;    // what lies beyond answer_max is not read
    struct str headers; // "name: value\n" lines, names in lower case
};

struct http; // a connection cache; one thread at a time

pt_status http_new(struct http **out, struct pt_error *err);
// Certificates to trust instead of the system's (a PEM file): an operator's own authority.
pt_status http_trust(struct http *h, const char *ca_file, struct pt_error *err);
// PT_OK with a status, whatever it is; PT_E_NETWORK when none came or the answer was cut (retryable
// unless the certificate is bad); PT_E_DENIED for scheme or address; PT_E_INVALID for a request
// that cannot be sent as it is; PT_E_CANCELLED. A redirect is an answer like others. Messages name
// the host, never path, query or headers. The answer is released by http_answer_release in any
// case.
pt_status http_send(struct http *h, const struct http_request *request, struct http_answer *out,
                    struct pt_error *err);
// Whom a URL calls, as libcurl reads it: "host" when the port is its scheme's own, else
// "host:port". PT_E_INVALID for what is no URL of http or https.
pt_status http_peer(const char *url, struct str *out, struct pt_error *err);
// Value of the first header of that name (any case), or false. Borrowed from the answer.
bool http_header_get(const struct http_answer *a, const char *name, struct text *out);
void http_answer_release(struct http_answer *a);
void http_free(struct http *h);

#endif
