// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// An exchange runs in the thread that asks for it, on a connection cache that no other thread uses
// meanwhile. The response is one block, laid out behind a header of ours.
#include "host_http.h"

#include <pthread.h>
#include <string.h>
#include <strings.h>

#include "http.h"
#include "mem.h"

#define IDLE_MAX 16
#define HEADERS_MAX 100

struct host_http {
    const volatile int *cancelled;
    pthread_mutex_t lock; // of idle
    struct http *idle[IDLE_MAX];
    size_t n_idle;
};

pt_status host_http_new(const volatile int *cancelled, struct host_http **out, struct pt_error *err)
{
    struct host_http *h = mem_zero(1, sizeof *h);
    if (h == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for HTTP");
    }
    h->cancelled = cancelled;
    pthread_mutex_init(&h->lock, NULL);
    *out = h;
    return PT_OK;
}

void host_http_free(struct host_http *h)
{
    if (h == NULL) {
        return;
    }
    for (size_t i = 0; i < h->n_idle; i++) {
        http_free(h->idle[i]);
    }
    pthread_mutex_destroy(&h->lock);
    mem_free(h);
}

static pt_status take_client(struct host_http *h, struct http **out, struct pt_error *err)
{
    struct http *client = NULL;
    pthread_mutex_lock(&h->lock);
    if (h->n_idle > 0) {
        client = h->idle[--h->n_idle];
    }
    pthread_mutex_unlock(&h->lock);
    if (client != NULL) {
        *out = client;
        return PT_OK;
    }
    return http_new(out, err);
}

static void give_client(struct host_http *h, struct http *client)
{
    pthread_mutex_lock(&h->lock);
    bool is_kept = h->n_idle < IDLE_MAX;
    if (is_kept) {
        h->idle[h->n_idle++] = client;
    }
    pthread_mutex_unlock(&h->lock);
    if (!is_kept) {
        http_free(client);
    }
}

static pt_status check_granted(const struct host_network *network, const char *url,
                               struct pt_error *err)
{
    struct str peer = {0};
    pt_status status = http_peer(url, &peer, err);
    bool is_granted = false;
    for (size_t i = 0; status == PT_OK && i < network->n_hosts && !is_granted; i++) {
        is_granted = strcasecmp(network->hosts[i], peer.p) == 0;
    }
    if (status == PT_OK && !is_granted) {
        status = error_set(err, PT_E_DENIED,
                           "%s is none of the hosts this plugin may call: see `network` of sources",
                           peer.p);
    }
    str_release(&peer);
    return status;
}

// The part of the request that both sides know, with limits checked.
static pt_status read_request(const pt_http_request *asked, pt_http_request *r,
                              struct pt_error *err)
{
    const uint32_t floor = offsetof(pt_http_request, answer_max) + sizeof r->answer_max; // of 1.0
    if (asked == NULL || asked->struct_size < floor) {
        FAIL(err, PT_E_INVALID, "an HTTP request is missing or of less than %u bytes", floor);
    }
    *r = (pt_http_request){0};
    memcpy(r, asked, asked->struct_size < sizeof *r ? asked->struct_size : sizeof *r);
    if (r->method == NULL || r->url == NULL || r->n_headers > HEADERS_MAX ||
        (r->n_headers > 0 && (r->header_names == NULL || r->header_values == NULL))) {
        FAIL(err, PT_E_INVALID,
             "an HTTP request needs a method, a URL and at most %d headers with name and value",
             HEADERS_MAX);
    }
    if (r->body.size > PT_HTTP_BODY_MAX || r->answer_max > PT_HTTP_ANSWER_MAX ||
        r->timeout_ms > PT_HTTP_TIMEOUT_MAX_MS) {
        FAIL(err, PT_E_INVALID,
             "an HTTP request may have a body of %u bytes, ask for %u and take %u ms at most",
             PT_HTTP_BODY_MAX, PT_HTTP_ANSWER_MAX, PT_HTTP_TIMEOUT_MAX_MS);
    }
    for (uint32_t i = 0; i < r->n_headers; i++) {
        if (r->header_names[i] == NULL || r->header_values[i] == NULL) {
            FAIL(err, PT_E_INVALID, "HTTP header %u: its name or value is missing", i + 1);
        }
    }
    return PT_OK;
}

static uint32_t count_lines(const struct str *text)
{
    uint32_t n = 0;
    for (size_t i = 0; i < text->n; i++) {
        n += text->p[i] == '\n';
    }
    return n;
}

// Cuts "name: value\n" lines into terminated names and values.
static void cut_headers(char *lines, size_t size, const char **names, const char **values)
{
    char *p = lines;
    for (size_t i = 0; p < lines + size; i++) {
        char *end = memchr(p, '\n', (size_t)(lines + size - p));
        char *colon = memchr(p, ':', (size_t)(end - p));
        *colon = '\0';
        *end = '\0';
        names[i] = p;
        values[i] = colon + 2;
        p = end + 1;
    }
}

static pt_status make_response(const struct http_answer *answer, const pt_http_response **out,
                               struct pt_error *err)
{
    uint32_t n = count_lines(&answer->headers);
    size_t texts = sizeof(pt_http_response) + (size_t)n * 2 * sizeof(char *);
    char *block = mem_alloc(texts + answer->headers.n + answer->body.n);
    if (block == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for an answer of %zu bytes", answer->body.n);
    }
    const char **names = (const char **)(void *)(block + sizeof(pt_http_response));
    char *lines = block + texts;
    char *body = lines + answer->headers.n;
    if (answer->headers.n > 0) {
        memcpy(lines, answer->headers.p, answer->headers.n);
    }
    if (answer->body.n > 0) {
        memcpy(body, answer->body.p, answer->body.n);
    }
    cut_headers(lines, answer->headers.n, names, names + n);
    pt_http_response *response = (pt_http_response *)(void *)block;
    *response = (pt_http_response){
        .struct_size = sizeof *response,
        .status = answer->status,
        .n_headers = n,
        .header_names = names,
        .header_values = names + n,
        .body = {(const uint8_t *)body, answer->body.n},
    };
    *out = response;
    return PT_OK;
}

static pt_status carry_out(struct host_http *h, const struct http_request *request,
                           const pt_http_response **out, struct pt_error *err)
{
    struct http *client = NULL;
    struct http_answer answer = {0};
    TRY(take_client(h, &client, err));
    pt_status status = http_send(client, request, &answer, err);
    give_client(h, client);
    if (status == PT_OK && answer.is_cut) {
        status = error_set(err, PT_E_LIMIT, "the answer is longer than the %zu bytes asked for",
                           request->answer_max);
    }
    if (status == PT_OK) {
        status = make_response(&answer, out, err);
    }
    http_answer_release(&answer);
    return status;
}

pt_status host_http_exchange(struct host_http *h, const struct host_network *network,
                             const pt_http_request *asked, const pt_http_response **out,
                             struct pt_error *err)
{
    pt_http_request r;
    struct http_header headers[HEADERS_MAX];
    *out = NULL;
    TRY(read_request(asked, &r, err));
    TRY(check_granted(network, r.url, err));
    for (uint32_t i = 0; i < r.n_headers; i++) {
        headers[i] = (struct http_header){r.header_names[i], r.header_values[i]};
    }
    const struct http_request request = {
        .method = r.method,
        .url = r.url,
        .headers = headers,
        .n_headers = r.n_headers,
        .body = text_n((const char *)r.body.data, r.body.size),
        .timeout_ms = r.timeout_ms,
        .allow_http = network->allow_http,
        .allow_private = network->allow_private,
        .cancelled = h->cancelled,
        .answer_max = r.answer_max == 0 ? PT_HTTP_ANSWER_DEFAULT : r.answer_max,
    };
    return carry_out(h, &request, out, err);
}

void host_http_drop(const pt_http_response *response)
{
    mem_free((void *)(uintptr_t)response);
}
