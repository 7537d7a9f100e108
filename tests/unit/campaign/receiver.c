// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "receiver.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void must(bool is_true, const char *what)
{
    if (!is_true) {
        perror(what);
        abort();
    }
}

void receiver_init(struct receiver *r)
{
    *r = (struct receiver){.listener = -1, .pid = -1};
    r->shared =
        mmap(NULL, sizeof *r->shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    must(r->shared != MAP_FAILED, "mmap");
    r->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must(r->listener >= 0, "socket");
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof at;
    must(bind(r->listener, (struct sockaddr *)&at, sizeof at) == 0, "bind");
    must(listen(r->listener, 64) == 0, "listen");
    must(getsockname(r->listener, (struct sockaddr *)&at, &size) == 0, "getsockname");
    r->port = ntohs(at.sin_port);
    snprintf(r->url, sizeof r->url, "http://127.0.0.1:%u/hook", r->port);
}

void receiver_step(struct receiver *r, int status, int delay_ms, const char *header)
{
    must(r->shared->n_steps < RECEIVER_STEPS, "too many steps");
    struct receiver_step *s = &r->shared->steps[r->shared->n_steps++];
    s->status = status;
    s->delay_ms = delay_ms;
    snprintf(s->header, sizeof s->header, "%s", header);
}

static void take_header(const char *head, const char *name, char *out, size_t capacity)
{
    size_t n = strlen(name);
    out[0] = '\0';
    for (const char *line = strstr(head, "\r\n"); line != NULL; line = strstr(line, "\r\n")) {
        line += 2;
        if (strncasecmp(line, name, n) == 0 && line[n] == ':') {
            const char *value = line + n + 1 + strspn(line + n + 1, " ");
            snprintf(out, capacity, "%.*s", (int)strcspn(value, "\r"), value);
            return;
        }
    }
}

// Reads head and body; false when the sender went away in between.
static bool read_request(struct receiver_shared *s, int peer, struct receiver_request *out)
{
    char head[16384];
    size_t n = 0;
    char *end = NULL;
    while (end == NULL) {
        ssize_t got = read(peer, head + n, sizeof head - 1 - n);
        if (got <= 0) {
            return false;
        }
        n += (size_t)got;
        head[n] = '\0';
        end = strstr(head, "\r\n\r\n");
    }
    char length[32];
    take_header(head, "content-length", length, sizeof length);
    size_t size = strtoul(length, NULL, 10);
    size_t in_head = n - (size_t)(end + 4 - head);
    must(s->used + size <= RECEIVER_BYTES && in_head <= size, "receiver memory");
    memcpy(s->bytes + s->used, end + 4, in_head);
    for (size_t at = in_head; at < size;) {
        ssize_t got = read(peer, s->bytes + s->used + at, size - at);
        if (got <= 0) {
            return false;
        }
        at += (size_t)got;
    }
    end[2] = '\0';
    take_header(head, "webhook-id", out->id, sizeof out->id);
    take_header(head, "webhook-timestamp", out->timestamp, sizeof out->timestamp);
    take_header(head, "webhook-signature", out->signature, sizeof out->signature);
    take_header(head, "content-type", out->content_type, sizeof out->content_type);
    snprintf(out->headers, sizeof out->headers, "%.*s", (int)sizeof out->headers - 1, head);
    out->offset = s->used;
    out->size = size;
    s->used += size;
    return true;
}

static void write_all(int peer, const char *data, size_t n)
{
    while (n > 0) {
        ssize_t put = send(peer, data, n, MSG_NOSIGNAL);
        if (put <= 0) {
            return;
        }
        data += put;
        n -= (size_t)put;
    }
}

static void answer(int peer, const struct receiver_step *step)
{
    struct timespec delay = {step->delay_ms / 1000, (long)(step->delay_ms % 1000) * 1000000};
    nanosleep(&delay, NULL);
    if (step->status == 0) {
        return;
    }
    char head[512];
    int n = snprintf(head, sizeof head,
                     "HTTP/1.1 %d Said\r\nConnection: close\r\nContent-Length: %d\r\n%s%s\r\n",
                     step->status, step->body_bytes, step->header,
                     step->header[0] == '\0' ? "" : "\r\n");
    write_all(peer, head, (size_t)n);
    char block[4096];
    memset(block, 'x', sizeof block);
    for (int left = step->body_bytes; left > 0; left -= (int)sizeof block) {
        write_all(peer, block, left < (int)sizeof block ? (size_t)left : sizeof block);
    }
}

// What receivers do on bad days: errors, "later", a lost answer, a slow one.
static struct receiver_step draw_step(struct receiver_shared *s)
{
    static const struct receiver_step bad[] = {{.status = 500},
                                               {.status = 429},
                                               {.status = 0},
                                               {.status = 200, .delay_ms = 8},
                                               {.status = 503, .delay_ms = 3}};
    static const struct receiver_step fine = {.status = 200};
    if (s->chaos == 0) {
        return fine;
    }
    s->chaos = s->chaos * 6364136223846793005u + 1442695040888963407u;
    uint64_t drawn = s->chaos >> 33;
    return drawn % 3 > 0 ? fine : bad[drawn / 3 % (sizeof bad / sizeof bad[0])];
}

static void serve(struct receiver_shared *s, int peer)
{
    unsigned at = atomic_load(&s->n);
    must(at < RECEIVER_REQUESTS, "too many requests");
    struct receiver_request *request = &s->requests[at];
    memset(request, 0, sizeof *request);
    if (!read_request(s, peer, request)) {
        return;
    }
    const struct receiver_step step = at < s->n_steps ? s->steps[at] : draw_step(s);
    request->status = step.status;
    atomic_store(&s->n, at + 1);
    answer(peer, &step);
}

void receiver_start(struct receiver *r)
{
    r->pid = fork();
    must(r->pid >= 0, "fork");
    if (r->pid > 0) {
        return;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
        int peer = accept(r->listener, NULL, NULL);
        if (peer >= 0) {
            serve(r->shared, peer);
            shutdown(peer, SHUT_RDWR);
            close(peer);
        }
    }
}

void receiver_stop(struct receiver *r)
{
    if (r->pid > 0) {
        kill(r->pid, SIGKILL);
        waitpid(r->pid, NULL, 0);
    }
    close(r->listener);
    munmap(r->shared, sizeof *r->shared);
}

unsigned receiver_count(const struct receiver *r)
{
    return atomic_load(&r->shared->n);
}

const struct receiver_request *receiver_at(const struct receiver *r, unsigned i)
{
    return &r->shared->requests[i];
}

const char *receiver_body(const struct receiver *r, unsigned i)
{
    return r->shared->bytes + r->shared->requests[i].offset;
}
