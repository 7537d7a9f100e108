// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "fault.h"
#include "fsys.h"
#include "http.h"
#include "scratch.h"
#include "server.h"

// A server, a client, and the last exchange.
struct pair {
    struct server server;
    struct http *http;
    char url[256];
    struct http_answer answer;
    struct pt_error err;
};

static void pair_init(struct pair *p)
{
    memset(p, 0, sizeof *p);
    server_start(&p->server, NULL);
    assert_int_equal(http_new(&p->http, NULL), PT_OK);
}

static void pair_release(struct pair *p)
{
    http_answer_release(&p->answer);
    http_free(p->http);
    http_free(NULL);
    server_stop(&p->server);
}

static struct http_request request_to(struct pair *p, const char *method, const char *path)
{
    snprintf(p->url, sizeof p->url, "http://127.0.0.1:%u%s", p->server.port, path);
    return (struct http_request){.method = method,
                                 .url = p->url,
                                 .timeout_ms = 5000,
                                 .allow_http = true,
                                 .allow_private = true};
}

static pt_status transmit(struct pair *p, const struct http_request *r)
{
    http_answer_release(&p->answer);
    p->err = ERROR_INIT;
    return http_send(p->http, r, &p->answer, &p->err);
}

static pt_status get(struct pair *p, const char *path)
{
    struct http_request r = request_to(p, "GET", path);
    return transmit(p, &r);
}

static int64_t now_ms(void)
{
    return clock_monotonic_us() / 1000;
}

static void test_http__any_status_is_an_answer(void **state)
{
    (void)state;
    struct pair p;
    pair_init(&p);
    static const int statuses[] = {200, 201, 202, 400, 401, 404, 408, 410, 429, 500, 503, 599};
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        char path[32];
        char body[32];
        snprintf(path, sizeof path, "/status/%d", statuses[i]);
        snprintf(body, sizeof body, "status %d", statuses[i]);
        assert_int_equal(get(&p, path), PT_OK);
        assert_int_equal(p.answer.status, statuses[i]);
        assert_string_equal(str_get(&p.answer.body), body);
    }
    assert_int_equal(p.server.connections, 1); // kept between exchanges
    pair_release(&p);
}

static void test_http__sends_method_headers_and_body(void **state)
{
    (void)state;
    struct pair p;
    pair_init(&p);
    const struct http_header headers[] = {{"Content-Type", "application/json"},
                                          {"webhook-id", "msg_1"},
                                          {"X-Empty", ""},
                                          {"X-Tab", "a\tb"}};
    struct http_request r = request_to(&p, "POST", "/echo?x=1#fragment");
    r.headers = headers;
    r.n_headers = 4;
    r.body = text_n("{\"a\":\0 1}", 9);
    assert_int_equal(transmit(&p, &r), PT_OK);
    const char *got = str_get(&p.answer.body);
    assert_int_equal(strncmp(got, "POST /echo?x=1 HTTP/1.1\r\n", 25), 0);
    assert_non_null(strstr(got, "\r\nContent-Type: application/json\r\n"));
    assert_non_null(strstr(got, "\r\nwebhook-id: msg_1\r\n"));
    assert_non_null(strstr(got, "\r\nX-Empty:\r\n"));
    assert_non_null(strstr(got, "\r\nX-Tab: a\tb\r\n"));
    assert_non_null(strstr(got, "\r\nUser-Agent: portrait/"));
    assert_non_null(strstr(got, "\r\nContent-Length: 9\r\n"));
    assert_memory_equal(p.answer.body.p + p.answer.body.n - 9, "{\"a\":\0 1}", 9);
    static const char *const methods[] = {"PUT", "PATCH", "DELETE", "GET", "POST"};
    for (size_t i = 0; i < 5; i++) {
        r = request_to(&p, methods[i], "/echo");
        assert_int_equal(transmit(&p, &r), PT_OK);
        got = str_get(&p.answer.body);
        assert_int_equal(strncmp(got, methods[i], strlen(methods[i])), 0);
        assert_null(strstr(got, "Content-Type:"));
        assert_true((strstr(got, "Content-Length: 0") != NULL) == (methods[i][0] == 'P'));
    }
    r = request_to(&p, "HEAD", "/status/200");
    assert_int_equal(transmit(&p, &r), PT_OK);
    assert_int_equal(p.answer.status, 200);
    assert_int_equal(p.answer.body.n, 0);
    pair_release(&p);
}

static void test_http__a_large_body_goes_without_waiting(void **state)
{
    (void)state;
    struct pair p;
    pair_init(&p);
    const size_t n = (3 << 20) + 1; // libcurl would ask first from 1 MiB on
    char *body = malloc(n);
    assert_non_null(body);
    memset(body, 'b', n);
    struct http_request r = request_to(&p, "POST", "/status/202");
    r.body = text_n(body, n);
    int64_t start = now_ms();
    assert_int_equal(transmit(&p, &r), PT_OK);
    assert_true(now_ms() - start < 900); // no second spent on 100-continue
    assert_int_equal(p.answer.status, 202);
    free(body);
    pair_release(&p);
}

static void expect_header(const struct pair *p, const char *name, const char *value)
{
    struct text got;
    assert_true(http_header_get(&p->answer, name, &got));
    assert_true(text_is(got, value));
}

static void test_http__headers_of_the_answer(void **state)
{
    (void)state;
    struct pair p;
    struct text got;
    pair_init(&p);
    assert_int_equal(get(&p, "/retry"), PT_OK);
    assert_int_equal(p.answer.status, 429);
    expect_header(&p, "Retry-After", "120");
    expect_header(&p, "retry-after", "120");
    assert_false(http_header_get(&p.answer, "Retry", &got));
    assert_false(http_header_get(&p.answer, "Retry-After-All", &got));
    assert_int_equal(get(&p, "/odd"), PT_OK);
    expect_header(&p, "X-Empty", "");
    expect_header(&p, "x-mixed-case", "two  words");
    expect_header(&p, "X-Bell", "a b");
    expect_header(&p, "X-Twice", "1");
    assert_int_equal(strncmp(str_get(&p.answer.headers), "x-empty: \nx-mixed-case: ", 24), 0);
    assert_int_equal(get(&p, "/interim"), PT_OK);
    assert_int_equal(p.answer.status, 200);
    expect_header(&p, "X-Final", "1");
    assert_false(http_header_get(&p.answer, "X-Interim", &got));
    assert_false(http_header_get(&p.answer, "Link", &got));
    assert_int_equal(get(&p, "/headers"), PT_E_NETWORK);
    assert_non_null(strstr(p.err.message, "more than 64 KiB of headers"));
    assert_int_equal(p.answer.status, 0);
    assert_int_equal(get(&p, "/colon"), PT_E_NETWORK);
    const struct http_answer none = {0};
    assert_false(http_header_get(&none, "a", &got));
    pair_release(&p);
}

static void test_http__redirects_are_not_followed(void **state)
{
    (void)state;
    struct pair p;
    pair_init(&p);
    assert_int_equal(get(&p, "/redirect"), PT_OK);
    assert_int_equal(p.answer.status, 302);
    expect_header(&p, "Location", "/status/200");
    assert_int_equal(p.server.requests, 1);
    pair_release(&p);
}

static void test_http__answers_are_capped(void **state)
{
    (void)state;
    struct pair p;
    pair_init(&p);

    static const struct {
        const char *path;
        size_t n;
    } cases[] = {{"/body/65535", 65535}, {"/body/65536", 65536}, {"/body/65537", 65536},
                 {"/huge", 65536},       {"/endless", 65536},    {"/body/0", 0}};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(get(&p, cases[i].path), PT_OK);
        assert_int_equal(p.answer.status, 200); // the answer came: it counts
        assert_int_equal(p.answer.body.n, cases[i].n);
    }
    pair_release(&p);
}

static void expect_network(struct pair *p, const char *path, const char *part)
{
    assert_int_equal(get(p, path), PT_E_NETWORK);
    if (strstr(p->err.message, part) == NULL) {
        print_message("%s\n", p->err.message);
    }
    assert_non_null(strstr(p->err.message, part));
    assert_int_equal(strncmp(p->err.message, "127.0.0.1: ", 11), 0);
    assert_int_equal(p->err.retryable, 1);
    assert_int_equal(p->answer.status, 0);
}

static void test_http__a_broken_exchange_is_retryable(void **state)
{
    (void)state;
    struct pair p;
    pair_init(&p);
    expect_network(&p, "/cut", "96 bytes remaining");
    expect_network(&p, "/close", "Empty reply");
    expect_network(&p, "/garbage", "HTTP/0.9");
    assert_int_equal(get(&p, "/status/200"), PT_OK); // and the next one is fine
    unsigned port = p.server.port;
    pair_release(&p);
    pair_init(&p);
    p.server.port = port == p.server.port ? port + 1 : port; // nobody listens there
    expect_network(&p, "/", "Failed to connect");
    struct http_request r = request_to(&p, "GET", "/");
    r.url = "http://name.invalid/secret-path?token=canary";
    assert_int_equal(transmit(&p, &r), PT_E_NETWORK);
    assert_non_null(strstr(p.err.message, "name.invalid: "));
    assert_null(strstr(p.err.message, "canary"));
    pair_release(&p);
}

static void test_http__timeouts(void **state)
{
    (void)state;
    struct pair p;
    pair_init(&p);
    static const char *const paths[] = {"/slow", "/mute"};
    for (size_t i = 0; i < 2; i++) {
        struct http_request r = request_to(&p, "GET", paths[i]);
        r.timeout_ms = 200;
        int64_t start = now_ms();
        assert_int_equal(transmit(&p, &r), PT_E_NETWORK);
        int64_t took = now_ms() - start;
        assert_true(took >= 150 && took < 2000);
        assert_non_null(strstr(p.err.message, "timed out"));
        assert_int_equal(p.err.retryable, 1);
    }
    struct http_request r = request_to(&p, "GET", "/slow");
    r.timeout_ms = 60000;
    r.stall_ms = 1000;
    int64_t start = now_ms();
    assert_int_equal(transmit(&p, &r), PT_E_NETWORK);
    assert_true(now_ms() - start < 10000);
    assert_non_null(strstr(p.err.message, "too slow"));
    pair_release(&p);
}

static void *raise_flag(void *arg)
{
    usleep(100000);
    __atomic_store_n((volatile int *)arg, 1, __ATOMIC_RELAXED);
    return NULL;
}

static void test_http__cancelled_at_once(void **state)
{
    (void)state;
    struct pair p;
    pair_init(&p);
    volatile int flag = 0;
    pthread_t thread;
    struct http_request r = request_to(&p, "GET", "/mute");
    r.cancelled = &flag;
    r.timeout_ms = 30000;
    assert_int_equal(pthread_create(&thread, NULL, raise_flag, (void *)&flag), 0);
    int64_t start = now_ms();
    assert_int_equal(transmit(&p, &r), PT_E_CANCELLED);
    assert_true(now_ms() - start < 1000);
    pthread_join(thread, NULL);
    int requests = p.server.requests;
    assert_int_equal(transmit(&p, &r), PT_E_CANCELLED); // nothing is begun any more
    assert_int_equal(p.server.requests, requests);
    flag = 0;
    assert_int_equal(get(&p, "/status/200"), PT_OK);
    pair_release(&p);
}

static void test_http__private_addresses_are_refused_before_connecting(void **state)
{
    (void)state;
    struct pair p;
    pair_init(&p);
    static const char *const hosts[] = {
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f000001",
        "127.1",
        "0177.0.0.1",
        "0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "10.0.0.1",
        "192.168.1.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "[fd00::1]",
        "[fe80::1]",
        "224.0.0.1",
        "255.255.255.255",
        "[64:ff9b::7f00:1]",
        "[::ffff:a9fe:a9fe]",

    };
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        struct http_request r = request_to(&p, "GET", "/status/200");
        r.allow_private = false;
        snprintf(p.url, sizeof p.url, "http://%s:%u/", hosts[i], p.server.port);
        pt_status status = transmit(&p, &r);
        if (status != PT_E_DENIED) {
            print_message("%s: %s\n", hosts[i], p.err.message);
        }
        assert_int_equal(status, PT_E_DENIED);
        assert_int_equal(p.answer.status, 0);
        assert_int_equal(p.err.retryable, 0);
    }
    assert_int_equal(p.server.connections, 0);
    pair_release(&p);
}

// A connection kept from an exchange that was allowed more must not help a later one.
static void test_http__a_kept_connection_is_checked_again(void **state)
{
    (void)state;
    struct pair p;
    pair_init(&p);
    assert_int_equal(get(&p, "/status/200"), PT_OK);
    struct http_request r = request_to(&p, "GET", "/status/200");
    r.allow_private = false;
    assert_int_equal(transmit(&p, &r), PT_E_DENIED);
    assert_int_equal(p.server.requests, 1);
    assert_int_equal(p.server.connections, 1);
    pair_release(&p);
}

static void expect_url(struct pair *p, const char *url, pt_status code, const char *part)
{
    struct http_request r = request_to(p, "GET", "/");
    r.url = url;
    pt_status status = transmit(p, &r);
    if (status != code || strstr(p->err.message, part) == NULL) {
        print_message("%s: %d %s\n", url, status, p->err.message);
    }
    assert_int_equal(status, code);
    assert_non_null(strstr(p->err.message, part));
    assert_null(strstr(p->err.message, "canary"));
}

static void test_http__urls_that_are_refused(void **state)
{
    (void)state;
    struct pair p;
    pair_init(&p);
    expect_url(&p, "ftp://127.0.0.1/a", PT_E_DENIED, "neither https nor http");
    expect_url(&p, "file:///etc/passwd", PT_E_DENIED, "neither https nor http");
    expect_url(&p, "gopher://127.0.0.1/", PT_E_DENIED, "neither https nor http");
    expect_url(&p, "javascript:alert(1)", PT_E_DENIED, "neither https nor http");
    expect_url(&p, "unknown://127.0.0.1/", PT_E_DENIED, "neither https nor http");
    expect_url(&p, "http://user:canary@127.0.0.1/", PT_E_INVALID, "user or password");
    expect_url(&p, "http://canary@127.0.0.1/", PT_E_INVALID, "user or password");
    expect_url(&p, "http://:canary@127.0.0.1/", PT_E_INVALID, "user or password");
    expect_url(&p, "http:///canary:x@127.0.0.1/", PT_E_INVALID, "user or password");
    expect_url(&p, "http://127.0.0.1/a b", PT_E_INVALID, "blank, control or non-ASCII byte at 18");
    expect_url(&p, "http://127.0.0.1/\r\nX: y", PT_E_INVALID, "blank, control");
    expect_url(&p, "http://127.0.0.1/\xC3\xA9", PT_E_INVALID, "non-ASCII");
    expect_url(&p, "", PT_E_INVALID, "empty");
    expect_url(&p, "127.0.0.1/path", PT_E_INVALID, "cannot be read");
    expect_url(&p, "http://", PT_E_INVALID, "cannot be read");
    expect_url(&p, "http://127.0.0.1:99999/", PT_E_INVALID, "cannot be read");
    char longest[9000];
    memset(longest, 'a', sizeof longest);
    memcpy(longest, "http://127.0.0.1/", 17);
    longest[sizeof longest - 1] = '\0';
    expect_url(&p, longest, PT_E_INVALID, "longer than 8192");
    struct http_request r = request_to(&p, "GET", "/");
    r.allow_http = false;
    assert_int_equal(transmit(&p, &r), PT_E_DENIED);
    assert_non_null(strstr(p.err.message, "only https"));
    assert_int_equal(p.server.connections, 0);
    pair_release(&p);
}

static void expect_invalid(struct pair *p, const struct http_request *r, const char *part)
{
    assert_int_equal(transmit(p, r), PT_E_INVALID);
    assert_non_null(strstr(p->err.message, part));
    assert_null(strstr(p->err.message, "canary"));
}

static void test_http__headers_and_methods_that_are_refused(void **state)
{
    (void)state;
    struct pair p;
    pair_init(&p);
    static const struct http_header bad[] = {
        {"X-A", "canary\r\nX-B: injected"},
        {"X-A", "canary\nX-B: injected"},
        {"X-A", "canary\r"},
        {"X-A", "canary\x01"},
        {"X-A", "canary\x7F"},
        {"X-A\r\nX-B", "x"},
        {"X A", "x"},
        {"X-A:", "x"},
        {"", "x"},
        {"X-\xC3\xA9", "x"},
        {"Host", "other.example"},
        {"content-length", "5"},
        {"Transfer-Encoding", "chunked"},
        {"CONNECTION", "close"},
        {"Upgrade", "h2c"},
        {"Expect", "100-continue"},
        {"proxy-authorization", "x"},
        {"TE", "trailers"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct http_request r = request_to(&p, "POST", "/echo");
        const struct http_header two[] = {{"X-Good", "yes"}, bad[i]};
        r.headers = two;
        r.n_headers = 2;
        expect_invalid(&p, &r, "HTTP header");
    }
    static const char *const methods[] = {"", "get", "TRACE", "CONNECT", "GET / HTTP/1.1\r\nX: y"};
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        struct http_request r = request_to(&p, methods[i], "/echo");
        expect_invalid(&p, &r, "HTTP method must be");
    }
    struct http_request r = request_to(&p, "GET", "/echo");
    r.body = text_of("x");
    expect_invalid(&p, &r, "has no body");
    struct http_header *many = calloc(101, sizeof *many);
    assert_non_null(many);
    r = request_to(&p, "GET", "/echo");
    r.headers = many;
    r.n_headers = 101;
    expect_invalid(&p, &r, "more than 100");
    free(many);
    assert_int_equal(p.server.connections, 0);
    pair_release(&p);
}

static void test_http__proxies_of_the_environment_are_ignored(void **state)
{
    (void)state;
    struct pair p;
    struct server proxy;
    char address[64];
    static const char *const names[] = {"http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"};
    server_start(&proxy, NULL);
    snprintf(address, sizeof address, "http://127.0.0.1:%u", proxy.port);
    for (size_t i = 0; i < 4; i++) {
        setenv(names[i], address, 1);
    }
    pair_init(&p);
    assert_int_equal(get(&p, "/status/200"), PT_OK);
    assert_int_equal(p.server.requests, 1);
    assert_int_equal(proxy.connections, 0);
    for (size_t i = 0; i < 4; i++) {
        unsetenv(names[i]);
    }
    pair_release(&p);
    server_stop(&proxy);
}

static pt_status get_over_tls(const char *host, unsigned port, const char *ca_file,
                              struct pt_error *err)
{
    char url[128];
    struct http *h = NULL;
    struct http_answer answer;
    snprintf(url, sizeof url, "https://%s:%u/status/204", host, port);
    struct http_request r = {
        .method = "GET", .url = url, .timeout_ms = 5000, .allow_private = true};
    assert_int_equal(http_new(&h, NULL), PT_OK);
    if (ca_file != NULL) {
        assert_int_equal(http_trust(h, "/nowhere", NULL), PT_OK);
        assert_int_equal(http_trust(h, ca_file, NULL), PT_OK);
    }
    pt_status status = http_send(h, &r, &answer, err);
    assert_int_equal(answer.status, status == PT_OK ? 204 : 0);
    http_answer_release(&answer);
    http_free(h);
    return status;
}

static void test_http__certificates_are_checked(void **state)
{
    (void)state;
    struct scratch s;
    struct server server;
    struct pt_error err = ERROR_INIT;
    scratch_init(&s);
    const char *ca_file = scratch_path(&s, "ca.pem");
    server_start(&server, server_certificate("localhost", ca_file));
    assert_int_equal(get_over_tls("localhost", server.port, ca_file, NULL), PT_OK);
    assert_int_equal(get_over_tls("localhost", server.port, NULL, &err), PT_E_NETWORK);
    assert_non_null(strstr(err.message, "certificate"));
    assert_int_equal(err.retryable, 0); // waiting does not mend it
    assert_int_equal(get_over_tls("127.0.0.1", server.port, ca_file, &err), PT_E_NETWORK);
    assert_non_null(strstr(err.message, "127.0.0.1"));
    assert_int_equal(err.retryable, 0);
    assert_int_equal(server.requests, 1);
    assert_int_equal(get_over_tls("localhost", server.port, "/nowhere.pem", &err), PT_E_NETWORK);
    server_stop(&server);
    scratch_release(&s);
}

static pt_status post_once(void *arg, struct pt_error *err)
{
    struct pair *p = arg;
    struct http *h = NULL;
    struct http_answer answer = {0};
    const struct http_header header = {"X-A", "b"};
    struct http_request r = request_to(p, "POST", "/echo");
    r.headers = &header;
    r.n_headers = 1;
    r.body = text_of("body");
    TRY(http_new(&h, err));
    pt_status status = http_trust(h, "/etc/ssl/certs/ca-certificates.crt", err);
    if (status == PT_OK) {
        status = http_send(h, &r, &answer, err);
    }
    http_answer_release(&answer);
    http_free(h);
    while (atomic_load(&p->server.alive) > 0) { // its descriptor is counted too
        usleep(100);
    }
    return status;
}

static void test_http__any_failing_allocation_is_a_clean_error(void **state)
{
    (void)state;
    struct pair p;
    pair_init(&p);
    assert_int_equal(post_once(&p, NULL), PT_OK); // what libraries keep for good is there now
    assert_true(fault_sweep_memory(post_once, NULL, &p) >= 8);
    assert_true(fault_sweep_calls(post_once, NULL, &p, EMFILE) >= 2);
    pair_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_http__any_status_is_an_answer),
        cmocka_unit_test(test_http__sends_method_headers_and_body),
        cmocka_unit_test(test_http__a_large_body_goes_without_waiting),
        cmocka_unit_test(test_http__headers_of_the_answer),
        cmocka_unit_test(test_http__redirects_are_not_followed),
        cmocka_unit_test(test_http__answers_are_capped),
        cmocka_unit_test(test_http__a_broken_exchange_is_retryable),
        cmocka_unit_test(test_http__timeouts),
        cmocka_unit_test(test_http__cancelled_at_once),
        cmocka_unit_test(test_http__private_addresses_are_refused_before_connecting),
        cmocka_unit_test(test_http__a_kept_connection_is_checked_again),
        cmocka_unit_test(test_http__urls_that_are_refused),
        cmocka_unit_test(test_http__headers_and_methods_that_are_refused),
        cmocka_unit_test(test_http__proxies_of_the_environment_are_ignored),
        cmocka_unit_test(test_http__certificates_are_checked),
        cmocka_unit_test(test_http__any_failing_allocation_is_a_clean_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
