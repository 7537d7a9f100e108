// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Host services a child may always ask for, each held to what its config names. Private to
// core/isolate.
#ifndef PORTRAIT_ISOLATE_CELL_SERVICES_H
#define PORTRAIT_ISOLATE_CELL_SERVICES_H

#include "cell.h"
#include "cell_files.h"
#include "segment.h"

#define CELL_STREAMS_MAX 64

struct cell_services {
    const struct cell_origin *origin;
    struct window *window;
    pt_stream *streams[CELL_STREAMS_MAX]; // by number - 1
    int granted;                          // descriptor that goes with the next answer; -1 = none
    struct segment segment;               // for batches
    struct cell_files files;              // temporary
};

void cell_services_init(struct cell_services *s, const struct cell_origin *origin,
                        struct window *window);
// Answers ASK_LOG to ASK_ROOM.
pt_status cell_services_answer(struct cell_services *s, uint32_t ask, struct wire *in,
                               struct str *out, struct pt_error *err);
// ASK_HTTP.
pt_status cell_http_answer(const pt_host *host, struct wire *in, struct str *out,
                           struct pt_error *err);
void cell_services_release(struct cell_services *s); // closes streams; again is fine

#endif
