// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The program of an isolated plugin, but its messages lie: types, lengths, bytes, descriptors that
// come along, messages twice. What it does follows from the text "seed=N" in what it is told, so
// that a failure can be met again. channel_send and channel_receive are wrapped by the linker.
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "channel.h"
#include "guest.h"

#define ODDS 6 // one message of so many lies

pt_status __real_channel_send(int socket_fd, const struct channel_wait *wait, uint32_t type,
                              const struct str *body, int fd, struct pt_error *err);
pt_status __wrap_channel_send(int socket_fd, const struct channel_wait *wait, uint32_t type,
                              const struct str *body, int fd, struct pt_error *err);
pt_status __real_channel_receive(int socket_fd, const struct channel_wait *wait, struct message *m,
                                 struct pt_error *err);
pt_status __wrap_channel_receive(int socket_fd, const struct channel_wait *wait, struct message *m,
                                 struct pt_error *err);

static uint64_t state; // 0 = no seed yet: the truth

static uint64_t next_random(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void find_seed(const struct str *body)
{
    const char *at = body->n == 0 ? NULL : memmem(body->p, body->n, "seed=", 5);
    if (state == 0 && at != NULL) {
        state = (strtoull(at + 5, NULL, 10) + 1) * UINT64_C(0x9e3779b97f4a7c15);
    }
}

pt_status __wrap_channel_receive(int socket_fd, const struct channel_wait *wait, struct message *m,
                                 struct pt_error *err)
{
    pt_status status = __real_channel_receive(socket_fd, wait, m, err);
    if (status == PT_OK) {
        find_seed(&m->body);
    }
    return status;
}

// Bytes that are numbers more often than not.
static void change_bytes(struct str *body)
{
    static const uint64_t words[] = {0,          1,         255,        INT32_MAX,
                                     UINT32_MAX, INT64_MAX, UINT64_MAX, 1 << 20};
    uint64_t word = words[next_random() % (sizeof words / sizeof words[0])];
    size_t n = next_random() % 2 == 0 ? 1 : 8;
    if (body->n >= n) {
        memcpy(body->p + next_random() % (body->n - n + 1), &word, n);
    }
}

static void add_bytes(struct str *body)
{
    for (uint64_t n = next_random() % 5000; n > 0; n--) {
        str_add_char(body, (char)next_random());
    }
}

pt_status __wrap_channel_send(int socket_fd, const struct channel_wait *wait, uint32_t type,
                              const struct str *body, int fd, struct pt_error *err)
{
    struct str copy = {0};
    uint64_t lie = state == 0 || next_random() % ODDS != 0 ? 0 : 1 + next_random() % 7;
    str_add_n(&copy, body->p == NULL ? "" : body->p, body->n);
    if (lie == 1) {
        type = (uint32_t)(next_random() % 48);
    } else if (lie == 2 || lie == 3) {
        change_bytes(&copy);
    } else if (lie == 4) {
        copy.n = copy.n == 0 ? 0 : next_random() % copy.n;
    } else if (lie == 5) {
        add_bytes(&copy);
    } else if (lie == 6) {
        fd = STDIN_FILENO;
    }
    pt_status status = __real_channel_send(socket_fd, wait, type, &copy, fd, err);
    if (lie == 7 && status == PT_OK) {
        status = __real_channel_send(socket_fd, wait, type, &copy, fd, err);
    }
    str_release(&copy);
    return status;
}

int main(void)
{
    struct pt_error err = ERROR_INIT;
    _exit(guest_serve(&err) == PT_OK ? 0 : 1);
}
