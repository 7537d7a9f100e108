// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The address is checked twice: before a socket connects (whatever the name resolved to, so that
// rebinding a name helps nobody), and before a request is written (a connection kept from an
// earlier exchange that was allowed more).
#include "http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <strings.h>

#include "address.h"
#include "fsys.h"
#include "http_request.h"
#include "mem.h"

#define DEFAULT_TIMEOUT_MS 30000
#define CONNECT_TIMEOUT_MS 10000
#define DEFAULT_STALL_MS 20000
#define POLL_MS 50
#define HEADER_BYTES_MAX ((size_t)64 << 10)
#define CONNECTIONS_MAX 8L

struct http {
    CURLM *multi;
    CURL *easy;
    char *ca_file; // NULL: the system's
};

enum stop { STOP_NONE, STOP_DENIED, STOP_CAPPED, STOP_NO_MEMORY, STOP_HEADERS };

// One exchange, as libcurl's callbacks see it.
struct exchange {
    const struct http_request *request;
    struct http_answer *answer;
    enum stop stop; // why a callback ended it
    struct arena arena;
    CURLU *url;
    char *host; // libcurl's
    char reason[CURL_ERROR_SIZE];
};

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct exchange *x = arg;
    (void)purpose;
    if (!x->request->allow_private && !address_is_public(&address->addr)) {
        x->stop = STOP_DENIED;
        return CURL_SOCKET_BAD;
    }
    return fsys_socket(address->family, address->socktype, address->protocol);
}

static int before_request(void *arg, char *peer, char *local, int peer_port, int local_port)
{
    struct exchange *x = arg;
    (void)local;
    (void)peer_port;
    (void)local_port;
    if (x->request->allow_private || address_text_is_public(peer)) {
        return CURL_PREREQFUNC_OK;
    }
    x->stop = STOP_DENIED;
    return CURL_PREREQFUNC_ABORT;
}

static size_t take_body(char *data, size_t one, size_t n, void *arg)
{
    struct exchange *x = arg;
    size_t size = one * n;
    size_t most = x->request->answer_max == 0 ? HTTP_ANSWER_MAX : x->request->answer_max;
    size_t room = most - x->answer->body.n;
    if (!str_add_n(&x->answer->body, data, size < room ? size : room)) {
        x->stop = STOP_NO_MEMORY;
        return 0;
    }
    if (size > room) {
        x->stop = STOP_CAPPED;
        return 0;
    }
    return size;
}

static bool add_header_line(struct str *out, struct text name, struct text value)
{
    for (size_t i = 0; i < name.n; i++) {
        bool is_upper = name.p[i] >= 'A' && name.p[i] <= 'Z';
        str_add_char(out, (char)(is_upper ? name.p[i] - 'A' + 'a' : name.p[i]));
    }
    str_add(out, ": ");
    for (size_t i = 0; i < value.n; i++) { // a stray control byte must not look like a line end
        bool is_control = (unsigned char)value.p[i] < ' ' || value.p[i] == 0x7F;
        str_add_char(out, (char)(is_control ? ' ' : value.p[i]));
    }
    return str_add_char(out, '\n');
}

// libcurl gives one line a call: status lines (also of 1xx answers), headers, the empty line.
static size_t take_header(char *data, size_t one, size_t n, void *arg)
{
    struct exchange *x = arg;
    struct text line = {data, one * n};
    if (text_starts(line, "HTTP/")) {
        str_reset(&x->answer->headers);
        return line.n;
    }
    const char *colon = memchr(line.p, ':', line.n);
    if (colon == NULL) {
        return line.n;
    }
    if (x->answer->headers.n + line.n + 2 > HEADER_BYTES_MAX) {
        x->stop = STOP_HEADERS;
        return 0;
    }
    struct text name = text_trim(text_n(line.p, (size_t)(colon - line.p)));
    struct text value = text_trim(text_n(colon + 1, line.n - (size_t)(colon + 1 - line.p)));
    if (!add_header_line(&x->answer->headers, name, value)) {
        x->stop = STOP_NO_MEMORY;
        return 0;
    }
    return line.n;
}

static void http_close(struct http *h)
{
    curl_easy_cleanup(h->easy);
    if (h->multi != NULL) {
        curl_multi_cleanup(h->multi);
    }
    curl_global_cleanup();
    mem_free(h->ca_file);
    mem_free(h);
}

pt_status http_new(struct http **out, struct pt_error *err)
{
    struct http *h = mem_zero(1, sizeof *h);
    if (h == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for HTTP");
    }
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        mem_free(h);
        FAIL(err, PT_E_INTERNAL, "libcurl cannot be started");
    }
    h->easy = curl_easy_init();
    h->multi = curl_multi_init();
    if (h->easy == NULL || h->multi == NULL) {
        http_close(h);
        FAIL(err, PT_E_NO_MEMORY, "no memory for HTTP");
    }
    curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, CONNECTIONS_MAX);
    *out = h;
    return PT_OK;
}

pt_status http_trust(struct http *h, const char *ca_file, struct pt_error *err)
{
    char *copy = mem_strdup(ca_file);
    if (copy == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for HTTP");
    }
    mem_free(h->ca_file);
    h->ca_file = copy;
    return PT_OK;
}

void http_free(struct http *h)
{
    if (h != NULL) {
        http_close(h);
    }
}

// Where to, by which ways, who may answer.
static bool set_rules(const struct http *h, struct exchange *x)
{
    CURL *c = h->easy;
    CURLcode bad = CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_CURLU, x->url);
    bad |=
        curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, x->request->allow_http ? "http,https" : "https");
    bad |= curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    bad |= curl_easy_setopt(c, CURLOPT_PROXY, "");
    bad |= curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
    bad |= curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    bad |= curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    bad |= curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, x);
    bad |= curl_easy_setopt(c, CURLOPT_PREREQFUNCTION, before_request);
    bad |= curl_easy_setopt(c, CURLOPT_PREREQDATA, x);
    bad |= curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    bad |= curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
    bad |= curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
    if (h->ca_file != NULL) {
        bad |= curl_easy_setopt(c, CURLOPT_CAINFO, h->ca_file);
        bad |= curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
    }
    return bad == CURLE_OK;
}

static bool set_limits(CURL *c, const struct http_request *r)
{
    long timeout = r->timeout_ms == 0 ? DEFAULT_TIMEOUT_MS : (long)r->timeout_ms;
    long connecting = timeout < CONNECT_TIMEOUT_MS ? timeout : CONNECT_TIMEOUT_MS;
    long stall = ((r->stall_ms == 0 ? DEFAULT_STALL_MS : (long)r->stall_ms) + 999) / 1000;
    CURLcode bad = CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    bad |= curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, timeout);
    bad |= curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, connecting);
    bad |= curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L);
    bad |= curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, stall);
    return bad == CURLE_OK;
}

static bool set_message(CURL *c, struct exchange *x, struct curl_slist *lines)
{
    const struct http_request *r = x->request;
    bool is_head = strcmp(r->method, "HEAD") == 0;
    bool has_body = r->body.n > 0 || r->method[0] == 'P'; // POST, PUT, PATCH: also an empty one
    CURLcode bad = CURLE_OK;
    if (is_head) {
        bad |= curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
    } else if (has_body) {
        bad |= curl_easy_setopt(c, CURLOPT_POST, 1L);
        bad |= curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.n);
        bad |= curl_easy_setopt(c, CURLOPT_POSTFIELDS, r->body.n == 0 ? "" : r->body.p);
    } else {
        bad |= curl_easy_setopt(c, CURLOPT_HTTPGET, 1L);
    }
    bad |= curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, is_head ? NULL : r->method);
    bad |= curl_easy_setopt(c, CURLOPT_HTTPHEADER, lines);
    bad |= curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
    bad |= curl_easy_setopt(c, CURLOPT_WRITEDATA, x);
    bad |= curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header);
    bad |= curl_easy_setopt(c, CURLOPT_HEADERDATA, x);
    bad |= curl_easy_setopt(c, CURLOPT_ERRORBUFFER, x->reason);
    return bad == CURLE_OK;
}

// Runs what was set up. *ended is false when it was cancelled.
static CURLMcode transfer(struct http *h, const struct http_request *r, bool *ended,
                          CURLcode *result)
{
    int running = 1;
    CURLMcode code = curl_multi_add_handle(h->multi, h->easy);
    *ended = true;
    while (code == CURLM_OK && running > 0) {
        if (r->cancelled != NULL && __atomic_load_n(r->cancelled, __ATOMIC_RELAXED) != 0) {
            *ended = false;
            break;
        }
        code = curl_multi_perform(h->multi, &running);
        if (code == CURLM_OK && running > 0) {
            code = curl_multi_poll(h->multi, NULL, 0, POLL_MS, NULL);
        }
    }
    int left = 0;
    for (CURLMsg *m = curl_multi_info_read(h->multi, &left); m != NULL;
         m = curl_multi_info_read(h->multi, &left)) {
        *result = m->data.result;
    }
    curl_multi_remove_handle(h->multi, h->easy);
    return code;
}

static pt_status network_error(const struct exchange *x, CURLcode code, struct pt_error *err)
{
    const char *why = x->reason[0] == '\0' ? curl_easy_strerror(code) : x->reason;
    error_set(err, PT_E_NETWORK, "%s: %s", x->host, why);
    bool is_certificate =
        code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE;
    if (err != NULL) {
        err->retryable = !is_certificate;
    }
    return PT_E_NETWORK;
}

// What the result means. A connection to a public address may follow a refused one.
static pt_status judge(const struct exchange *x, CURLcode code, struct pt_error *err)
{
    if (code == CURLE_OK || (x->stop == STOP_CAPPED && code == CURLE_WRITE_ERROR)) {
        return PT_OK;
    }
    switch (x->stop) {
    case STOP_DENIED:
        FAIL(err, PT_E_DENIED, "%s: loopback, private or special address: refused", x->host);
    case STOP_NO_MEMORY:
        FAIL(err, PT_E_NO_MEMORY, "%s: no memory for the answer", x->host);
    case STOP_HEADERS:
        FAIL(err, PT_E_NETWORK, "%s: more than 64 KiB of headers", x->host);
    default:
        break;
    }
    if (code == CURLE_OUT_OF_MEMORY) {
        FAIL(err, PT_E_NO_MEMORY, "%s: no memory for the exchange", x->host);
    }
    return network_error(x, code, err);
}

static pt_status exchange_run(struct http *h, struct exchange *x, struct pt_error *err)
{
    struct curl_slist *lines = http_request_lines(x->request, &x->arena);
    if (lines == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "%s: no memory for the request", x->host);
    }
    curl_easy_reset(h->easy);
    if (!set_rules(h, x) || !set_limits(h->easy, x->request) || !set_message(h->easy, x, lines)) {
        FAIL(err, PT_E_NO_MEMORY, "%s: the exchange cannot be set up", x->host);
    }
    bool ended = false;
    CURLcode code = CURLE_FAILED_INIT;
    CURLMcode multi = transfer(h, x->request, &ended, &code);
    if (multi != CURLM_OK) {
        pt_status status = multi == CURLM_OUT_OF_MEMORY ? PT_E_NO_MEMORY : PT_E_INTERNAL;
        FAIL(err, status, "%s: %s", x->host, curl_multi_strerror(multi));
    }
    if (!ended) {
        FAIL(err, PT_E_CANCELLED, "%s: the exchange was cancelled", x->host);
    }
    TRY(judge(x, code, err));
    long status = 0;
    curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status);
    x->answer->status = (int)status;
    x->answer->is_cut = x->stop == STOP_CAPPED;
    return PT_OK;
}

pt_status http_send(struct http *h, const struct http_request *request, struct http_answer *out,
                    struct pt_error *err)
{
    *out = (struct http_answer){0};
    struct exchange x = {.request = request, .answer = out};
    TRY(http_request_check(request, &x.url, err));
    pt_status status = PT_OK;
    if (curl_url_get(x.url, CURLUPART_HOST, &x.host, 0) == CURLUE_OK) {
        status = exchange_run(h, &x, err);
    } else {
        status = error_set(err, PT_E_NO_MEMORY, "no memory for a URL");
    }
    curl_easy_reset(h->easy); // it points into `x`
    curl_free(x.host);
    curl_url_cleanup(x.url);
    arena_release(&x.arena);
    return status;
}

bool http_header_get(const struct http_answer *a, const char *name, struct text *out)
{
    size_t n = strlen(name);
    const char *p = a->headers.p;
    const char *end = p == NULL ? NULL : p + a->headers.n;
    while (p < end) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        const char *colon = memchr(p, ':', (size_t)(stop - p));
        if ((size_t)(colon - p) == n && strncasecmp(p, name, n) == 0) {
            *out = text_n(colon + 2, (size_t)(stop - colon - 2));
            return true;
        }
        p = stop + 1;
    }
    return false;
}

void http_answer_release(struct http_answer *a)
{
    str_release(&a->body);
    str_release(&a->headers);
    a->status = 0;
}
