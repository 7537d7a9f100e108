// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// HTTP of an isolated plugin is carried out here, under the host table of its instance: the same
// grants and limits as in process.
#include "cell_services.h"

#define HEADERS_MAX 100

static void put_response(const pt_http_response *response, struct str *out)
{
    wire_put_u32(out, (uint32_t)response->status);
    wire_put_u32(out, response->n_headers);
    for (uint32_t i = 0; i < response->n_headers; i++) {
        wire_put_text(out, response->header_names[i]);
        wire_put_text(out, response->header_values[i]);
    }
    wire_put_bytes(out, response->body);
}

pt_status cell_http_answer(const pt_host *host, struct wire *in, struct str *out,
                           struct pt_error *err)
{
    const char *names[HEADERS_MAX];
    const char *values[HEADERS_MAX];
    pt_http_request request = {
        .struct_size = sizeof request, .header_names = names, .header_values = values};
    request.method = wire_name(in);
    request.url = wire_name(in);
    request.timeout_ms = wire_u32(in);
    request.answer_max = wire_u32(in);
    request.body = wire_bytes(in);
    request.n_headers = wire_u32(in);
    in->failed = in->failed || request.n_headers > HEADERS_MAX;
    for (uint32_t i = 0; i < request.n_headers && !in->failed; i++) {
        names[i] = wire_name(in);
        values[i] = wire_name(in);
    }
    if (in->failed) {
        return PT_OK; // the caller sees it
    }
    const pt_http_response *response = NULL;
    TRY(host->http->exchange(host, &request, &response, err));
    put_response(response, out);
    host->http->release(host, response);
    return PT_OK;
}
