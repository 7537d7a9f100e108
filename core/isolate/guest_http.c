// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// host->http of an isolated plugin: the host asks the server and sends the answer, of which a copy
// is kept until it is released.
#include <string.h>

#include "guest.h"
#include "mem.h"

#define HEADERS_MAX 100

// What could not be told in a message; the host checks the rest.
static pt_status check_request(const pt_http_request *r, struct pt_error *err)
{
    bool is_good = r != NULL && r->struct_size >= sizeof *r && r->method != NULL &&
                   r->url != NULL && r->n_headers <= HEADERS_MAX &&
                   r->body.size <= PT_HTTP_BODY_MAX &&
                   (r->n_headers == 0 || (r->header_names != NULL && r->header_values != NULL));
    for (uint32_t i = 0; is_good && i < r->n_headers; i++) {
        is_good = r->header_names[i] != NULL && r->header_values[i] != NULL;
    }
    if (!is_good) {
        FAIL(err, PT_E_INVALID,
             "an HTTP request needs a method, a URL, a body of at most %u bytes and at most %d "
             "headers with name and value",
             PT_HTTP_BODY_MAX, HEADERS_MAX);
    }
    return PT_OK;
}

// The response and the message it lies in are one block.
static pt_status keep_response(struct wire *in, const pt_http_response **out, struct pt_error *err)
{
    int32_t status = (int32_t)wire_u32(in);
    uint32_t n = wire_u32(in);
    size_t texts = sizeof(pt_http_response) + (size_t)n * 2 * sizeof(char *);
    char *block = in->failed || n > in->n ? NULL : mem_alloc(texts + in->n);
    if (block == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for an answer of %zu bytes", in->n);
    }
    memcpy(block + texts, in->p, in->n);
    struct wire copy = {(const uint8_t *)block + texts, in->n, false};
    const char **names = (const char **)(void *)(block + sizeof(pt_http_response));
    for (uint32_t i = 0; i < n; i++) {
        names[i] = wire_name(&copy);
        names[n + i] = wire_name(&copy);
    }
    pt_http_response *response = (pt_http_response *)(void *)block;
    *response = (pt_http_response){
        .struct_size = sizeof *response,
        .status = status,
        .n_headers = n,
        .header_names = names,
        .header_values = names + n,
        .body = wire_bytes(&copy),
    };
    *out = response;
    return PT_OK;
}

static pt_status ask_exchange(const pt_host *host, const pt_http_request *request,
                              const pt_http_response **out, pt_error *err)
{
    struct str body = {0};
    struct wire in;
    *out = NULL;
    TRY(check_request(request, err));
    wire_put_text(&body, request->method);
    wire_put_text(&body, request->url);
    wire_put_u32(&body, request->timeout_ms);
    wire_put_u32(&body, request->answer_max);
    wire_put_bytes(&body, request->body);
    wire_put_u32(&body, request->n_headers);
    for (uint32_t i = 0; i < request->n_headers; i++) {
        wire_put_text(&body, request->header_names[i]);
        wire_put_text(&body, request->header_values[i]);
    }
    pt_status status = guest_ask(host->ctx, ASK_HTTP, &body, &in, err);
    if (body.p != NULL) { // keys go in headers
        explicit_bzero(body.p, body.n);
    }
    str_release(&body);
    return status == PT_OK ? keep_response(&in, out, err) : status;
}

static void drop_response(const pt_host *host, const pt_http_response *response)
{
    (void)host;
    mem_free((void *)(uintptr_t)response);
}

const pt_http_api *guest_http_api(void)
{
    static const pt_http_api api = {
        .struct_size = sizeof api,
        .exchange = ask_exchange,
        .release = drop_response,
    };
    return &api;
}
