// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// libcurl sends what it is given, line breaks included: so no header or URL with control bytes, and
// none of the headers that say where a message ends.
#include "http_request.h"

#include <strings.h>

#include "version.h"

#define URL_MAX 8192
#define HEADERS_MAX 100
#define TOKEN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~"

static pt_status check_method(const struct http_request *r, struct pt_error *err)
{
    static const char *const methods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
    const size_t n = sizeof methods / sizeof methods[0];
    size_t i = 0;
    while (i < n && strcmp(r->method, methods[i]) != 0) {
        i++;
    }
    if (i == n) {
        FAIL(err, PT_E_INVALID, "HTTP method must be GET, HEAD, POST, PUT, PATCH or DELETE");
    }
    if (i < 2 && r->body.n > 0) {
        FAIL(err, PT_E_INVALID, "a %s request has no body", methods[i]);
    }
    return PT_OK;
}

static bool is_value(const char *value)
{
    for (const unsigned char *p = (const unsigned char *)value; *p != '\0'; p++) {
        if ((*p < ' ' && *p != '\t') || *p == 0x7F) {
            return false;
        }
    }
    return true;
}

static bool is_reserved(const char *name)
{
    static const char *const reserved[] = {"Host",   "Content-Length", "Transfer-Encoding",
                                           "Expect", "Connection",     "Keep-Alive",
                                           "TE",     "Trailer",        "Upgrade"};
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
        if (strcasecmp(name, reserved[i]) == 0) {
            return true;
        }
    }
    return strncasecmp(name, "Proxy-", 6) == 0;
}

static pt_status check_headers(const struct http_request *r, struct pt_error *err)
{
    if (r->n_headers > HEADERS_MAX) {
        FAIL(err, PT_E_INVALID, "more than %d HTTP headers", HEADERS_MAX);
    }
    for (size_t i = 0; i < r->n_headers; i++) {
        const char *name = r->headers[i].name;
        if (*name == '\0' || name[strspn(name, TOKEN)] != '\0') {
            FAIL(err, PT_E_INVALID, "HTTP header %zu: its name has a byte no name may have", i + 1);
        }
        if (is_reserved(name)) {
            FAIL(err, PT_E_INVALID, "HTTP header %s is not the caller's to set", name);
        }
        if (!is_value(r->headers[i].value)) {
            FAIL(err, PT_E_INVALID, "HTTP header %s: line break or control byte in its value",
                 name);
        }
    }
    return PT_OK;
}

// The text itself, before libcurl reads it.
static pt_status check_url_text(const char *url, struct pt_error *err)
{
    size_t n = strlen(url);
    if (n == 0 || n > URL_MAX) {
        FAIL(err, PT_E_INVALID, "the URL is empty or longer than %d bytes", URL_MAX);
    }
    for (size_t i = 0; i < n; i++) {
        if (url[i] <= ' ' || url[i] >= 0x7F) { // a char below 0 is caught by the first test
            FAIL(err, PT_E_INVALID, "the URL has a blank, control or non-ASCII byte at %zu", i);
        }
    }
    return PT_OK;
}

static pt_status check_scheme(const struct http_request *r, CURLU *url, struct pt_error *err)
{
    char *scheme = NULL;
    if (curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a URL");
    }
    bool is_https = strcmp(scheme, "https") == 0;
    bool is_http = strcmp(scheme, "http") == 0;
    curl_free(scheme);
    if (is_https || (is_http && r->allow_http)) {
        return PT_OK;
    }
    FAIL(err, PT_E_DENIED,
         is_http ? "the URL is http: only https is allowed here"
                 : "the URL is neither https nor http");
}

// Asked of the parser that will be used, for there are many ways to write them.
static pt_status check_user(CURLU *url, struct pt_error *err)
{
    char *user = NULL;
    char *password = NULL;
    bool has_none = curl_url_get(url, CURLUPART_USER, &user, 0) == CURLUE_NO_USER;
    has_none =
        curl_url_get(url, CURLUPART_PASSWORD, &password, 0) == CURLUE_NO_PASSWORD && has_none;
    curl_free(user);
    curl_free(password);
    if (!has_none) {
        FAIL(err, PT_E_INVALID, "the URL has a user or password; use a header and a secret");
    }
    return PT_OK;
}

static pt_status parse_url(const struct http_request *r, CURLU *url, struct pt_error *err)
{
    CURLUcode code = curl_url_set(url, CURLUPART_URL, r->url, 0);
    switch (code) {
    case CURLUE_OK:
        break;
    case CURLUE_OUT_OF_MEMORY:
        FAIL(err, PT_E_NO_MEMORY, "no memory for a URL");
    case CURLUE_UNSUPPORTED_SCHEME:
        FAIL(err, PT_E_DENIED, "the URL is neither https nor http");
    default:
        FAIL(err, PT_E_INVALID, "the URL cannot be read: %s", curl_url_strerror(code));
    }
    TRY(check_scheme(r, url, err));
    return check_user(url, err);
}

pt_status http_request_check(const struct http_request *r, CURLU **url, struct pt_error *err)
{
    TRY(check_method(r, err));
    TRY(check_headers(r, err));
    TRY(check_url_text(r->url, err));
    CURLU *parsed = curl_url();
    if (parsed == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a URL");
    }
    pt_status status = parse_url(r, parsed, err);
    if (status != PT_OK) {
        curl_url_cleanup(parsed);
        return status;
    }
    *url = parsed;
    return PT_OK;
}

static pt_status put_peer(CURLU *url, struct str *out, struct pt_error *err)
{
    char *host = NULL;
    char *port = NULL;
    bool has_host = curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK;
    bool has_port = curl_url_get(url, CURLUPART_PORT, &port, CURLU_NO_DEFAULT_PORT) == CURLUE_OK;
    bool fits = has_host && (has_port ? str_addf(out, "%s:%s", host, port) : str_add(out, host));
    curl_free(host);
    curl_free(port);
    if (!fits) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a URL");
    }
    return PT_OK;
}

pt_status http_peer(const char *url, struct str *out, struct pt_error *err)
{
    const struct http_request r = {.method = "GET", .url = url, .allow_http = true};
    CURLU *parsed = NULL;
    TRY(http_request_check(&r, &parsed, err));
    pt_status status = put_peer(parsed, out, err);
    curl_url_cleanup(parsed);
    return status;
}

static bool has_header(const struct http_request *r, const char *name)
{
    for (size_t i = 0; i < r->n_headers; i++) {
        if (strcasecmp(r->headers[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static struct curl_slist *push(struct curl_slist *list, char *line, struct arena *arena)
{
    struct curl_slist *node = arena_alloc(arena, sizeof *node);
    if (node == NULL || line == NULL) {
        return NULL;
    }
    *node = (struct curl_slist){.data = line, .next = list};
    return node;
}

struct curl_slist *http_request_lines(const struct http_request *r, struct arena *arena)
{
    // "Name:" takes a header away, "Name;" sends it empty.
    struct curl_slist *list = push(NULL, arena_strdup(arena, "Expect:"), arena);
    if (list != NULL && !has_header(r, "Content-Type")) {
        list = push(list, arena_strdup(arena, "Content-Type:"), arena);
    }
    if (list != NULL && !has_header(r, "User-Agent")) {
        list = push(list, arena_strdup(arena, "User-Agent: portrait/" PORTRAIT_VERSION), arena);
    }
    for (size_t i = r->n_headers; i > 0 && list != NULL; i--) { // pushed in front: last first
        const struct http_header *h = &r->headers[i - 1];
        bool is_empty = h->value[strspn(h->value, " \t")] == '\0';
        char *line = is_empty ? arena_printf(arena, "%s;", h->name)
                              : arena_printf(arena, "%s: %s", h->name, h->value);
        list = push(list, line, arena);
    }
    return list;
}
