// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// HTTP for plugins: what is asked of host->http, held to the hosts that were granted, and carried
// out by core/io/http.h.
#ifndef PORTRAIT_RUN_HOST_HTTP_H
#define PORTRAIT_RUN_HOST_HTTP_H

#include <stdbool.h>

#include <portrait/host.h>

#include "error.h"

// Where one plugin instance may call.
struct host_network {
    const char *const *hosts; // "host", which is the scheme's own port, or "host:port"
    size_t n_hosts;
    bool allow_http;
    bool allow_private;
};

struct host_http; // connections that are kept between exchanges; any thread

pt_status host_http_new(const volatile int *cancelled, struct host_http **out,
                        struct pt_error *err);
// As pt_http_api.exchange says; release the response by host_http_drop().
pt_status host_http_exchange(struct host_http *h, const struct host_network *network,
                             const pt_http_request *asked, const pt_http_response **out,
                             struct pt_error *err);
void host_http_drop(const pt_http_response *response); // NULL is fine
void host_http_free(struct host_http *h);              // NULL is fine; when no exchange runs

#endif
