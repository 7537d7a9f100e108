// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "channel.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fsys.h"

#define MAGIC 0x50544348u
#define FIRST_BYTES 4096

struct header {
    uint32_t magic;
    uint32_t type;
    uint64_t size;
};

union control {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
};

pt_status channel_set_turns(int socket_fd, struct pt_error *err)
{
    const struct timeval turn = {.tv_usec = CHANNEL_TURN_MS * 1000};
    if (setsockopt(socket_fd, SOL_SOCKET, SO_RCVTIMEO, &turn, sizeof turn) != 0 ||
        setsockopt(socket_fd, SOL_SOCKET, SO_SNDTIMEO, &turn, sizeof turn) != 0) {
        return error_system(err, errno, "channel to a plugin");
    }
    return PT_OK;
}

// After a call that moved nothing: PT_OK to try again.
static pt_status stalled(const struct channel_wait *wait, struct pt_error *err)
{
    int number = errno;
    if (number == EINTR) {
        return PT_OK;
    }
    if (number == EAGAIN) {
        return wait == NULL || wait->turn == NULL ? PT_OK : wait->turn(wait->ctx, err);
    }
    error_system(err, number, "channel");
    return PT_E_IO;
}

static void skip(struct msghdr *m, size_t n)
{
    while (n > 0 && m->msg_iovlen > 0) {
        size_t part = n < m->msg_iov->iov_len ? n : m->msg_iov->iov_len;
        m->msg_iov->iov_base = (char *)m->msg_iov->iov_base + part;
        m->msg_iov->iov_len -= part;
        n -= part;
        if (m->msg_iov->iov_len == 0) {
            m->msg_iov++;
            m->msg_iovlen--;
        }
    }
}

pt_status channel_send(int socket_fd, const struct channel_wait *wait, uint32_t type,
                       const struct str *body, int fd, struct pt_error *err)
{
    if (body->failed) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a message");
    }
    struct header header = {MAGIC, type, body->n};
    struct iovec parts[2] = {{&header, sizeof header}, {body->p, body->n}};
    struct msghdr m = {.msg_iov = parts, .msg_iovlen = body->n == 0 ? 1 : 2};
    union control control = {.bytes = {0}};
    if (fd >= 0) {
        m.msg_control = control.bytes;
        m.msg_controllen = sizeof control.bytes;
        struct cmsghdr *c = CMSG_FIRSTHDR(&m);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(c), &fd, sizeof fd);
    }
    size_t left = sizeof header + body->n;
    while (left > 0) {
        ssize_t n = sendmsg(socket_fd, &m, MSG_NOSIGNAL);
        if (n < 0) {
            TRY(stalled(wait, err));
            continue;
        }
        m.msg_control = NULL;
        m.msg_controllen = 0;
        left -= (size_t)n;
        skip(&m, (size_t)n);
    }
    return PT_OK;
}

static pt_status ended(struct pt_error *err)
{
    return error_set(err, PT_E_IO, "the channel is closed");
}

// Keeps the one descriptor that came, closes others.
static void keep_fd(struct msghdr *m, struct message *out)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) {
            continue;
        }
        size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < n; i++) {
            int fd = -1;
            memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
            message_drop_fd(out);
            out->fd = fd;
        }
    }
}

// Once: what is there, at most as much as the parts hold.
static pt_status receive_some(int socket_fd, const struct channel_wait *wait, struct message *out,
                              const struct msghdr *into, size_t *got, struct pt_error *err)
{
    for (;;) {
        union control control = {.bytes = {0}};
        struct msghdr m = {.msg_iov = into->msg_iov,
                           .msg_iovlen = into->msg_iovlen,
                           .msg_control = control.bytes,
                           .msg_controllen = sizeof control.bytes};
        ssize_t n = recvmsg(socket_fd, &m, MSG_CMSG_CLOEXEC);
        if (n == 0) {
            return ended(err);
        }
        if (n < 0) {
            TRY(stalled(wait, err));
            continue;
        }
        keep_fd(&m, out);
        *got = (size_t)n;
        return PT_OK;
    }
}

static pt_status receive_into(int socket_fd, const struct channel_wait *wait, struct message *out,
                              struct iovec part, struct pt_error *err)
{
    while (part.iov_len > 0) {
        size_t n = 0;
        const struct msghdr into = {.msg_iov = &part, .msg_iovlen = 1};
        TRY(receive_some(socket_fd, wait, out, &into, &n, err));
        part.iov_base = (char *)part.iov_base + n;
        part.iov_len -= n;
    }
    return PT_OK;
}

// Room for the body grows as it comes: a size is only a claim.
static pt_status receive_body(int socket_fd, const struct channel_wait *wait, struct message *m,
                              uint64_t size, struct pt_error *err)
{
    static const char room[FIRST_BYTES];
    while (m->body.n < size) {
        size_t at = m->body.n;
        size_t part = size - at < sizeof room ? (size_t)(size - at) : sizeof room;
        if (m->body.capacity > at + part + 1) {
            part = size - at < m->body.capacity - at - 1 ? (size_t)(size - at)
                                                         : m->body.capacity - at - 1;
            m->body.n += part;
        } else if (!str_add_n(&m->body, room, part)) {
            FAIL(err, PT_E_NO_MEMORY, "no memory for a message");
        }
        TRY(receive_into(socket_fd, wait, m, (struct iovec){m->body.p + at, part}, err));
        m->body.p[m->body.n] = '\0';
    }
    return PT_OK;
}

pt_status channel_receive(int socket_fd, const struct channel_wait *wait, struct message *m,
                          struct pt_error *err)
{
    struct header header = {0};
    char first[FIRST_BYTES]; // most messages are short: one call takes them whole
    struct iovec parts[2] = {{&header, sizeof header}, {first, sizeof first}};
    size_t n = 0;
    message_drop_fd(m);
    str_reset(&m->body);
    const struct msghdr into = {.msg_iov = parts, .msg_iovlen = 2};
    TRY(receive_some(socket_fd, wait, m, &into, &n, err));
    if (n < sizeof header) {
        TRY(receive_into(socket_fd, wait, m, (struct iovec){(char *)&header + n, sizeof header - n},
                         err));
        n = sizeof header;
    }
    n -= sizeof header;
    if (header.magic != MAGIC || header.size > CHANNEL_BYTES_MAX || n > header.size) {
        FAIL(err, PT_E_INTERNAL, "what came over the channel is no message");
    }
    if (n > 0 && !str_add_n(&m->body, first, n)) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a message");
    }
    m->type = header.type;
    return receive_body(socket_fd, wait, m, header.size, err);
}

void message_drop_fd(struct message *m)
{
    if (m->fd >= 0) {
        fsys_close(m->fd);
    }
    m->fd = -1;
}

void message_release(struct message *m)
{
    message_drop_fd(m);
    str_release(&m->body);
}
