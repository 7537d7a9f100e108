// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A little HTTP/1.1 server on loopback, one thread a connection. The path says how it answers:
//   /status/N    status N, body "status N"         /echo     the request as it came, as the body
//   /retry       429 with Retry-After: 120         /redirect 302 to /status/200
//   /slow        a byte of the head, then nothing  /mute     nothing at all
//   /huge        a body of 1 MiB                   /endless  a body without end
//   /cut         less than Content-Length says     /close    closes without an answer
//   /headers     200 KiB of header lines           /interim  100 and 103 before 200
//   /odd         header lines of odd shapes        /garbage  bytes that are no HTTP
//   /body/N      a body of N bytes                 /colon    a header line without a colon
#ifndef PORTRAIT_TESTS_IO_SERVER_H
#define PORTRAIT_TESTS_IO_SERVER_H

#include <openssl/ssl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct server {
    int listener;
    unsigned port;
    SSL_CTX *tls; // NULL: plain
    pthread_t thread;
    atomic_bool stopping;
    atomic_int alive; // connection threads
    atomic_int connections;
    atomic_int requests;
};

void server_start(struct server *s, SSL_CTX *tls); // on 127.0.0.1
void server_stop(struct server *s);

// A fresh certificate for the host `name`, signed by its own key; written as PEM to `path`.
SSL_CTX *server_certificate(const char *name, const char *path);

#endif
