// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What a request must be before it may leave: method, URL and headers without tricks.
#ifndef PORTRAIT_IO_HTTP_REQUEST_H
#define PORTRAIT_IO_HTTP_REQUEST_H

#include <curl/curl.h>

#include "arena.h"
#include "http.h"

// Checks everything and gives the parsed URL (curl_url_cleanup) with scheme http or https.
pt_status http_request_check(const struct http_request *r, CURLU **url, struct pt_error *err);
// The header lines as libcurl takes them, in the arena; NULL when memory is out. Headers libcurl
// would add by itself (Expect, a form's Content-Type) are left out.
struct curl_slist *http_request_lines(const struct http_request *r, struct arena *arena);

#endif
