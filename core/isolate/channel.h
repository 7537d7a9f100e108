// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Messages over the socket between host and child: type, bytes, at most one descriptor.
#ifndef PORTRAIT_ISOLATE_CHANNEL_H
#define PORTRAIT_ISOLATE_CHANNEL_H

#include "error.h"
#include "text.h"

#define CHANNEL_BYTES_MAX ((uint64_t)256 << 20) // of one message
#define CHANNEL_TURN_MS 100

struct message {
    uint32_t type;
    struct str body; // memory is kept for the next message
    int fd;          // -1 = none; the receiver's
};

// Who waits: `turn` is called each time CHANNEL_TURN_MS pass without a byte, and ends the wait by a
// failure. A NULL turn waits for ever.
struct channel_wait {
    pt_status (*turn)(void *ctx, struct pt_error *err);
    void *ctx;
};

// Makes waits of this end come back each turn; only the host's end needs it.
pt_status channel_set_turns(int socket_fd, struct pt_error *err);
// Sends type, body and, unless it is -1, a copy of `fd`. PT_E_IO when the other end is gone.
pt_status channel_send(int socket_fd, const struct channel_wait *wait, uint32_t type,
                       const struct str *body, int fd, struct pt_error *err);
// The next message; what *m held before is dropped. PT_E_IO when the other end is gone,
// PT_E_INTERNAL for what is no message.
pt_status channel_receive(int socket_fd, const struct channel_wait *wait, struct message *m,
                          struct pt_error *err);
void message_drop_fd(struct message *m);
void message_release(struct message *m);

#endif
