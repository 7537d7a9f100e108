// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What a child says when it asks for HTTP, taken for hostile.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "cell_services.h"
#include "host.h"
#include "mem.h"

// What the host table was asked, and what it answers.
struct peer {
    uint32_t n_asked;
    pt_status status;
    uint32_t n_released;
};

static pt_status exchange(const pt_host *host, const pt_http_request *r,
                          const pt_http_response **out, pt_error *err)
{
    static const char *const names[] = {"x-next-cursor", "x-empty"};
    static const char *const values[] = {"c-3", ""};
    static const pt_http_response response = {
        .struct_size = sizeof response,
        .status = 200,
        .n_headers = 2,
        .header_names = names,
        .header_values = values,
        .body = {(const uint8_t *)"a\0b", 3},
    };
    struct peer *peer = host->ctx;
    peer->n_asked++;
    *out = NULL;
    if (peer->status != PT_OK) {
        return host->error_set(err, peer->status, "as told", NULL, 1);
    }
    assert_int_equal(r->struct_size, sizeof *r);
    assert_string_equal(r->method, "POST");
    assert_string_equal(r->url, "https://api.example/x");
    assert_int_equal(r->timeout_ms, 7000);
    assert_int_equal(r->answer_max, 99);
    assert_int_equal(r->body.size, 5);
    assert_memory_equal(r->body.data, "hello", 5);
    assert_int_equal(r->n_headers, 1);
    assert_string_equal(r->header_names[0], "Accept");
    assert_string_equal(r->header_values[0], "text/plain");
    *out = &response;
    return PT_OK;
}

static void release(const pt_host *host, const pt_http_response *response)
{
    struct peer *peer = host->ctx;
    peer->n_released += response != NULL;
}

static void host_init(pt_host *host, struct peer *peer)
{
    static const pt_http_api api = {
        .struct_size = sizeof api, .exchange = exchange, .release = release};
    *peer = (struct peer){0};
    host_table_init(host, peer);
    host->http = &api;
}

static void put_request(struct str *body, uint32_t n_headers)
{
    wire_put_text(body, "POST");
    wire_put_text(body, "https://api.example/x");
    wire_put_u32(body, 7000);
    wire_put_u32(body, 99);
    wire_put_bytes(body, (pt_bytes){(const uint8_t *)"hello", 5});
    wire_put_u32(body, n_headers);
    for (uint32_t i = 0; i < n_headers; i++) {
        wire_put_text(body, "Accept");
        wire_put_text(body, "text/plain");
    }
}

static void test_cell_http__carries_the_exchange_out(void **state)
{
    (void)state;
    pt_host host;
    struct peer peer;
    struct str body = {0};
    struct str answer = {0};
    host_init(&host, &peer);
    put_request(&body, 1);
    struct wire in = wire_of(str_view(&body));
    assert_int_equal(cell_http_answer(&host, &in, &answer, NULL), PT_OK);
    assert_false(in.failed);
    assert_int_equal(peer.n_released, 1);
    struct wire out = wire_of(str_view(&answer));
    assert_int_equal(wire_u32(&out), 200);
    assert_int_equal(wire_u32(&out), 2);
    assert_string_equal(wire_name(&out), "x-next-cursor");
    assert_string_equal(wire_name(&out), "c-3");
    assert_string_equal(wire_name(&out), "x-empty");
    assert_string_equal(wire_name(&out), "");
    pt_bytes bytes = wire_bytes(&out);
    assert_int_equal(bytes.size, 3);
    assert_memory_equal(bytes.data, "a\0b", 3);
    assert_true(out.n == 0 && !out.failed);
    str_release(&body);
    str_release(&answer);
}

static void test_cell_http__hands_a_failure_on(void **state)
{
    (void)state;
    pt_host host;
    struct peer peer;
    struct str body = {0};
    struct str answer = {0};
    struct pt_error err = ERROR_INIT;
    host_init(&host, &peer);
    peer.status = PT_E_NETWORK;
    put_request(&body, 1);
    struct wire in = wire_of(str_view(&body));
    assert_int_equal(cell_http_answer(&host, &in, &answer, &err), PT_E_NETWORK);
    assert_string_equal(err.message, "as told");
    assert_int_equal(err.retryable, 1);
    assert_int_equal(answer.n, 0);
    assert_int_equal(peer.n_released, 0);
    str_release(&body);
}

static void test_cell_http__nobody_is_called_for_half_a_request(void **state)
{
    (void)state;
    pt_host host;
    struct peer peer;
    struct str body = {0};
    struct str answer = {0};
    host_init(&host, &peer);
    put_request(&body, 1);
    for (size_t n = 0; n < body.n; n++) {
        char *part = mem_alloc(n); // of just that size, for sanitizers
        assert_non_null(part);
        memcpy(part, body.p, n);
        struct wire in = wire_of(text_n(part, n));
        assert_int_equal(cell_http_answer(&host, &in, &answer, NULL), PT_OK);
        assert_true(in.failed);
        mem_free(part);
    }
    str_reset(&body);
    put_request(&body, 101); // more headers than there may be
    struct wire in = wire_of(str_view(&body));
    assert_int_equal(cell_http_answer(&host, &in, &answer, NULL), PT_OK);
    assert_true(in.failed);
    assert_int_equal(peer.n_asked, 0);
    assert_int_equal(answer.n, 0);
    str_release(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cell_http__carries_the_exchange_out),
        cmocka_unit_test(test_cell_http__hands_a_failure_on),
        cmocka_unit_test(test_cell_http__nobody_is_called_for_half_a_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
