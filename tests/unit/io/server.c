// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST_MAX (4 << 20)

struct connection {
    struct server *server;
    int fd;
    SSL *tls;
    char *request;
    size_t n;
};

static void require(bool holds, const char *what)
{
    if (!holds) {
        perror(what);
        abort();
    }
}

// False when the peer is gone or the server stops.
static bool wait_readable(struct connection *c)
{
    while (!atomic_load(&c->server->stopping)) {
        if (c->tls != NULL && SSL_pending(c->tls) > 0) {
            return true;
        }
        struct pollfd p = {.fd = c->fd, .events = POLLIN};
        if (poll(&p, 1, 20) > 0) {
            return true;
        }
    }
    return false;
}

static bool send_all(struct connection *c, const char *data, size_t n)
{
    while (n > 0) {
        ssize_t sent =
            c->tls != NULL ? SSL_write(c->tls, data, (int)n) : send(c->fd, data, n, MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        data += sent;
        n -= (size_t)sent;
    }
    return true;
}

static bool send_text(struct connection *c, const char *text)
{
    return send_all(c, text, strlen(text));
}

static bool send_answer(struct connection *c, const char *head, const char *body, size_t n)
{
    char text[512];
    snprintf(text, sizeof text, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n", head, n);
    bool is_head = strncmp(c->request, "HEAD ", 5) == 0;
    return send_text(c, text) && (is_head || send_all(c, body, n));
}

static bool send_filler(struct connection *c, size_t n)
{
    char block[4096];
    memset(block, 'x', sizeof block);
    for (size_t left = n; left > 0;) {
        size_t piece = left < sizeof block ? left : sizeof block;
        if (!send_all(c, block, piece)) {
            return false;
        }
        left -= piece;
    }
    return true;
}

static bool send_body_of(struct connection *c, size_t n)
{
    char text[128];
    snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", n);
    return send_text(c, text) && send_filler(c, n);
}

static bool send_many_headers(struct connection *c)
{
    bool ok = send_text(c, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 200 && ok; i++) {
        char name[32];
        snprintf(name, sizeof name, "X-%d: ", i);
        ok = send_text(c, name) && send_filler(c, 1024) && send_text(c, "\r\n");
    }
    return ok && send_text(c, "Content-Length: 0\r\n\r\n");
}

// Nothing more is sent; ends when the peer goes.
static bool stay_silent(struct connection *c)
{
    wait_readable(c);
    return false;
}

static bool answer_oddly(struct connection *c, const char *path)
{
    if (strcmp(path, "/slow") == 0) {
        return send_text(c, "H") && stay_silent(c);
    }
    if (strcmp(path, "/mute") == 0) {
        return stay_silent(c);
    }
    if (strcmp(path, "/endless") == 0) {
        return send_text(c, "HTTP/1.1 200 OK\r\n\r\n") && send_filler(c, (size_t)1 << 40);
    }
    if (strcmp(path, "/cut") == 0) {
        send_text(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
        return false;
    }
    if (strcmp(path, "/garbage") == 0) {
        send_text(c, "220 mail.example ESMTP\r\n");
        return false;
    }
    if (strcmp(path, "/headers") == 0) {
        return send_many_headers(c);
    }
    if (strcmp(path, "/interim") == 0) {
        return send_text(c, "HTTP/1.1 100 Continue\r\nX-Interim: 1\r\n\r\n"
                            "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n") &&
               send_answer(c, "200 OK\r\nX-Final: 1", "ok", 2);
    }
    if (strcmp(path, "/odd") == 0) {
        return send_answer(c,
                           "200 OK\r\nX-Empty:\r\nX-Mixed-CASE:  two  words\t\r\nX-Bell: a\ab\r\n"
                           "X-Twice: 1\r\nX-Twice: 2",
                           "ok", 2);
    }
    if (strcmp(path, "/colon") == 0) {
        return send_answer(c, "200 OK\r\nno colon here", "ok", 2);
    }
    return false; // /close
}

static bool answer(struct connection *c, const char *path)
{
    char text[64];
    if (strncmp(path, "/status/", 8) == 0) {
        snprintf(text, sizeof text, "%.3s Text", path + 8);
        char body[32];
        snprintf(body, sizeof body, "status %.3s", path + 8);
        return send_answer(c, text, body, strlen(body));
    }
    if (strncmp(path, "/body/", 6) == 0) {
        return send_body_of(c, strtoul(path + 6, NULL, 10));
    }
    if (strcmp(path, "/huge") == 0) {
        return send_body_of(c, 1 << 20);
    }
    if (strncmp(path, "/echo", 5) == 0) {
        return send_answer(c, "200 OK", c->request, c->n);
    }
    if (strcmp(path, "/retry") == 0) {
        return send_answer(c, "429 Too Many Requests\r\nRetry-After: 120", "later", 5);
    }
    if (strcmp(path, "/redirect") == 0) {
        return send_answer(c, "302 Found\r\nLocation: /status/200", "", 0);
    }
    return answer_oddly(c, path);
}

static size_t body_length(const char *head)
{
    const char *p = strcasestr(head, "\r\nContent-Length:");
    return p == NULL ? 0 : strtoul(p + 17, NULL, 10);
}

// Reads one request whole. False at the end of the connection.
static bool read_request(struct connection *c)
{
    c->n = 0;
    size_t need = 0;
    while (need == 0 || c->n < need) {
        if (c->n + 1 >= REQUEST_MAX || !wait_readable(c)) {
            return false;
        }
        size_t room = REQUEST_MAX - 1 - c->n;
        ssize_t got = c->tls != NULL ? SSL_read(c->tls, c->request + c->n, (int)room)
                                     : recv(c->fd, c->request + c->n, room, 0);
        if (got <= 0) {
            return false;
        }
        c->n += (size_t)got;
        c->request[c->n] = '\0';
        const char *end = strstr(c->request, "\r\n\r\n");
        if (end != NULL && need == 0) {
            need = (size_t)(end + 4 - c->request) + body_length(c->request);
        }
    }
    return true;
}

static void *serve(void *arg)
{
    struct connection *c = arg;
    bool open = true;
    sigset_t pipe; // blocked here only: the client under test must not raise it
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, NULL);
    if (c->server->tls != NULL) {
        c->tls = SSL_new(c->server->tls);
        SSL_set_fd(c->tls, c->fd);
        open = SSL_accept(c->tls) == 1;
    }
    while (open && read_request(c)) {
        char path[256] = "";
        atomic_fetch_add(&c->server->requests, 1);
        sscanf(c->request, "%*s %255s", path);
        open = answer(c, path);
    }
    SSL_free(c->tls);
    close(c->fd);
    free(c->request);
    atomic_fetch_sub(&c->server->alive, 1);
    free(c);
    return NULL;
}

static void start_connection(struct server *s, int fd)
{
    struct connection *c = calloc(1, sizeof *c);
    require(c != NULL, "calloc");
    c->server = s;
    c->fd = fd;
    c->request = malloc(REQUEST_MAX);
    require(c->request != NULL, "malloc");
    atomic_fetch_add(&s->connections, 1);
    atomic_fetch_add(&s->alive, 1);
    pthread_t thread;
    require(pthread_create(&thread, NULL, serve, c) == 0, "pthread_create");
    pthread_detach(thread);
}

static void *accept_all(void *arg)
{
    struct server *s = arg;
    while (!atomic_load(&s->stopping)) {
        struct pollfd p = {.fd = s->listener, .events = POLLIN};
        if (poll(&p, 1, 20) <= 0) {
            continue;
        }
        int fd = accept(s->listener, NULL, NULL);
        if (fd >= 0) {
            start_connection(s, fd);
        }
    }
    return NULL;
}

void server_start(struct server *s, SSL_CTX *tls)
{
    memset(s, 0, sizeof *s);
    s->tls = tls;
    s->listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    require(bind(s->listener, (const struct sockaddr *)&a, n) == 0, "bind");
    require(listen(s->listener, 64) == 0, "listen");
    require(getsockname(s->listener, (struct sockaddr *)&a, &n) == 0, "getsockname");
    s->port = ntohs(a.sin_port);
    require(pthread_create(&s->thread, NULL, accept_all, s) == 0, "pthread_create");
}

void server_stop(struct server *s)
{
    atomic_store(&s->stopping, true);
    pthread_join(s->thread, NULL);
    while (atomic_load(&s->alive) > 0) {
        usleep(1000);
    }
    close(s->listener);
    SSL_CTX_free(s->tls);
}

static void add_extension(X509 *x, int nid, const char *value)
{
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    require(e != NULL && X509_add_ext(x, e, -1) == 1, "extension");
    X509_EXTENSION_free(e);
}

SSL_CTX *server_certificate(const char *name, const char *path)
{
    char names[128];
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x = X509_new();
    require(key != NULL && x != NULL, "certificate");
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
    X509_gmtime_adj(X509_getm_notBefore(x), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x), 3600);
    X509_set_pubkey(x, key);
    X509_NAME *subject = X509_get_subject_name(x);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
    X509_set_issuer_name(x, subject);
    snprintf(names, sizeof names, "DNS:%s", name);
    add_extension(x, NID_subject_alt_name, names);
    add_extension(x, NID_basic_constraints, "critical,CA:TRUE");
    require(X509_sign(x, key, EVP_sha256()) > 0, "sign");
    FILE *f = fopen(path, "wb");
    require(f != NULL && PEM_write_X509(f, x) == 1 && fclose(f) == 0, path);
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
    require(tls != NULL && SSL_CTX_use_certificate(tls, x) == 1 &&
                SSL_CTX_use_PrivateKey(tls, key) == 1,
            "tls");
    X509_free(x);
    EVP_PKEY_free(key);
    return tls;
}
