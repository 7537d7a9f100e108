// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// host->http as a plugin sees it, against a server on loopback.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"
#include "host_services.h"
#include "server.h"

struct bench {
    struct server server;
    struct host_services *services;
    const pt_host *host; // may call the server
    char peer[64];
    char url[256];
    const char *hosts[2];
    volatile int stop;
    struct pt_error err;
};

static void bench_reach(struct bench *b, bool allow_http, bool allow_private)
{
    const struct host_network network = {b->hosts, 2, allow_http, allow_private};
    assert_int_equal(host_services_reach(b->services, &network, &b->host, NULL), PT_OK);
}

static void bench_init(struct bench *b)
{
    memset(b, 0, sizeof *b);
    const struct host_settings settings = {.folder = "/tmp", .cancelled = &b->stop};
    server_start(&b->server, NULL);
    snprintf(b->peer, sizeof b->peer, "127.0.0.1:%u", b->server.port);
    b->hosts[0] = "api.example";
    b->hosts[1] = b->peer;
    assert_int_equal(host_services_new(&settings, &b->services, NULL), PT_OK);
    bench_reach(b, true, true);
}

static void bench_release(struct bench *b)
{
    host_services_free(b->services);
    server_stop(&b->server);
}

static pt_http_request request_to(struct bench *b, const char *path)
{
    snprintf(b->url, sizeof b->url, "http://%s%s", b->peer, path);
    return (pt_http_request){.struct_size = sizeof(pt_http_request),
                             .method = "GET",
                             .url = b->url,
                             .timeout_ms = 20000};
}

static pt_status ask(struct bench *b, const pt_http_request *r, const pt_http_response **out)
{
    b->err = ERROR_INIT;
    return b->host->http->exchange(b->host, r, out, &b->err);
}

static void expect_failure(struct bench *b, const pt_http_request *r, pt_status wanted,
                           const char *part)
{
    const pt_http_response *answer = (const pt_http_response *)b;
    assert_int_equal(ask(b, r, &answer), wanted);
    assert_null(answer);
    if (strstr(b->err.message, part) == NULL) {
        fail_msg("%s", b->err.message);
    }
}

static bool is_body(const pt_http_response *r, const char *text)
{
    return r->body.size == strlen(text) && memcmp(r->body.data, text, r->body.size) == 0;
}

static void test_host_http__asks_and_answers(void **state)
{
    (void)state;
    struct bench b;
    const pt_http_response *first = NULL;
    const pt_http_response *second = NULL;
    bench_init(&b);
    pt_http_request r = request_to(&b, "/retry");
    assert_int_equal(ask(&b, &r, &first), PT_OK);
    r = request_to(&b, "/status/204");
    assert_int_equal(ask(&b, &r, &second), PT_OK);
    assert_int_equal(atomic_load(&b.server.connections), 1); // kept
    assert_int_equal(first->status, 429);                    // and the first answer stands
    assert_true(is_body(first, "later"));
    assert_int_equal(first->n_headers, 2);
    assert_string_equal(first->header_names[0], "retry-after");
    assert_string_equal(first->header_values[0], "120");
    assert_string_equal(first->header_names[1], "content-length");
    assert_int_equal(second->status, 204);
    b.host->http->release(b.host, first);
    b.host->http->release(b.host, second);
    b.host->http->release(b.host, NULL);
    bench_release(&b);
}

static void test_host_http__sends_headers_and_body(void **state)
{
    (void)state;
    struct bench b;
    static const char *const names[] = {"Authorization", "Content-Type"};
    static const char *const values[] = {"Bearer x", "text/plain"};
    const pt_http_response *answer = NULL;
    bench_init(&b);
    pt_http_request r = request_to(&b, "/echo?page=2");
    r.method = "POST";
    r.n_headers = 2;
    r.header_names = names;
    r.header_values = values;
    r.body = (pt_bytes){(const uint8_t *)"hello", 5};
    assert_int_equal(ask(&b, &r, &answer), PT_OK);
    char text[2048];
    snprintf(text, sizeof text, "%.*s", (int)answer->body.size, (const char *)answer->body.data);
    assert_non_null(strstr(text, "POST /echo?page=2 HTTP/1.1\r\n"));
    assert_non_null(strstr(text, "\r\nAuthorization: Bearer x\r\n"));
    assert_non_null(strstr(text, "\r\nContent-Length: 5\r\n"));
    assert_non_null(strstr(text, "\r\n\r\nhello"));
    b.host->http->release(b.host, answer);
    bench_release(&b);
}

static void test_host_http__calls_nobody_else(void **state)
{
    (void)state;
    struct bench b;
    char other[128];
    bench_init(&b);
    pt_http_request r = request_to(&b, "/status/200");
    static const char *const denied[] = {"http://localhost/", "http://api.example:8080/",
                                         "http://api.example.evil.example/",
                                         "http://127.0.0.1/status/200", "http://[::1]/"};
    for (size_t i = 0; i < sizeof denied / sizeof denied[0]; i++) {
        r.url = denied[i];
        expect_failure(&b, &r, PT_E_DENIED, "is none of the hosts this plugin may call");
    }
    snprintf(other, sizeof other, "http://%s@other.example/", b.peer);
    r.url = other;
    expect_failure(&b, &r, PT_E_INVALID, "user or password");
    r.url = "ftp://api.example/";
    expect_failure(&b, &r, PT_E_DENIED, "neither https nor http");
    assert_int_equal(atomic_load(&b.server.connections), 0);
    r = request_to(&b, "/status/200");
    b.host = host_services_table(b.services);
    expect_failure(&b, &r, PT_E_DENIED, b.peer);
    bench_reach(&b, true, false);
    expect_failure(&b, &r, PT_E_DENIED, "private or special address");
    bench_reach(&b, false, true);
    expect_failure(&b, &r, PT_E_DENIED, "only https");
    assert_int_equal(atomic_load(&b.server.connections), 0);
    bench_release(&b);
}

static void test_host_http__keeps_limits(void **state)
{
    (void)state;
    struct bench b;
    const pt_http_response *answer = NULL;
    static const char *const nothing[] = {NULL};
    bench_init(&b);
    pt_http_request r = request_to(&b, "/huge");
    assert_int_equal(ask(&b, &r, &answer), PT_OK); // 1 MiB is what comes unless told
    assert_int_equal(answer->body.size, PT_HTTP_ANSWER_DEFAULT);
    b.host->http->release(b.host, answer);
    r = request_to(&b, "/body/1048577");
    expect_failure(&b, &r, PT_E_LIMIT, "longer than the 1048576 bytes");
    r.answer_max = 1048577;
    assert_int_equal(ask(&b, &r, &answer), PT_OK);
    b.host->http->release(b.host, answer);
    r.answer_max = PT_HTTP_ANSWER_MAX + 1;
    expect_failure(&b, &r, PT_E_INVALID, "at most");
    r = request_to(&b, "/status/200");
    r.timeout_ms = PT_HTTP_TIMEOUT_MAX_MS + 1;
    expect_failure(&b, &r, PT_E_INVALID, "at most");
    r = request_to(&b, "/status/200");
    r.body.size = PT_HTTP_BODY_MAX + 1;
    expect_failure(&b, &r, PT_E_INVALID, "at most");
    r = request_to(&b, "/status/200");
    r.n_headers = 1;
    expect_failure(&b, &r, PT_E_INVALID, "headers");
    r.header_names = nothing;
    r.header_values = nothing;
    expect_failure(&b, &r, PT_E_INVALID, "header 1");
    r = request_to(&b, "/status/200");
    r.struct_size = 8;
    expect_failure(&b, &r, PT_E_INVALID, "less than 64 bytes");
    expect_failure(&b, NULL, PT_E_INVALID, "missing");
    r = request_to(&b, "/mute");
    r.timeout_ms = 100;
    expect_failure(&b, &r, PT_E_NETWORK, "127.0.0.1");
    assert_int_equal(b.err.retryable, 1);
    bench_release(&b);
}

static void *stop_soon(void *arg)
{
    struct bench *b = arg;
    while (atomic_load(&b->server.requests) == 0) {
        usleep(1000);
    }
    __atomic_store_n(&b->stop, 1, __ATOMIC_RELAXED);
    return NULL;
}

static void test_host_http__ends_when_the_run_is_stopped(void **state)
{
    (void)state;
    struct bench b;
    pthread_t thread;
    bench_init(&b);
    pt_http_request r = request_to(&b, "/mute");
    r.timeout_ms = PT_HTTP_TIMEOUT_MAX_MS;
    assert_int_equal(pthread_create(&thread, NULL, stop_soon, &b), 0);
    expect_failure(&b, &r, PT_E_CANCELLED, "cancelled");
    pthread_join(thread, NULL);
    bench_release(&b);
}

static void *ask_often(void *arg)
{
    struct bench *b = arg;
    char url[128];
    snprintf(url, sizeof url, "http://%s/status/200", b->peer);
    const pt_http_request r = {.struct_size = sizeof r, .method = "GET", .url = url};
    uintptr_t good = 0;
    for (int i = 0; i < 50; i++) {
        const pt_http_response *answer = NULL;
        good += b->host->http->exchange(b->host, &r, &answer, NULL) == PT_OK &&
                is_body(answer, "status 200");
        b->host->http->release(b->host, answer);
    }
    return (void *)good;
}

static void test_host_http__serves_any_thread(void **state)
{
    (void)state;
    struct bench b;
    pthread_t threads[8];
    bench_init(&b);
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, ask_often, &b), 0);
    }
    for (size_t i = 0; i < 8; i++) {
        void *good = NULL;
        pthread_join(threads[i], &good);
        assert_int_equal((uintptr_t)good, 50);
    }
    assert_true(atomic_load(&b.server.connections) <= 8);
    bench_release(&b);
}

static pt_status ask_once(void *arg, struct pt_error *err)
{
    struct bench *b = arg;
    const struct host_settings settings = {.folder = "/tmp"};
    const struct host_network network = {b->hosts, 2, true, true};
    struct host_services *services = NULL;
    const pt_host *host = NULL;
    const pt_http_response *answer = NULL;
    pt_http_request r = request_to(b, "/retry");
    TRY(host_services_new(&settings, &services, err));
    pt_status status = host_services_reach(services, &network, &host, err);
    if (status == PT_OK) {
        status = host->http->exchange(host, &r, &answer, err);
        host->http->release(host, answer);
    }
    host_services_free(services);
    while (atomic_load(&b->server.alive) > 0) { // its descriptor is counted too
        usleep(100);
    }
    return status;
}

static void test_host_http__any_failing_allocation_is_a_clean_error(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    assert_int_equal(ask_once(&b, NULL), PT_OK);
    assert_true(fault_sweep_memory(ask_once, NULL, &b) >= 8);
    bench_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_host_http__asks_and_answers),
        cmocka_unit_test(test_host_http__sends_headers_and_body),
        cmocka_unit_test(test_host_http__calls_nobody_else),
        cmocka_unit_test(test_host_http__keeps_limits),
        cmocka_unit_test(test_host_http__ends_when_the_run_is_stopped),
        cmocka_unit_test(test_host_http__serves_any_thread),
        cmocka_unit_test(test_host_http__any_failing_allocation_is_a_clean_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
