// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Where a plugin that nobody vouches for is looked at: the child of a scan gives up what an
// isolated plugin gives up while it is loaded, and all descriptors but its file and its answer.
#ifndef PORTRAIT_ISOLATE_SCAN_ROOM_H
#define PORTRAIT_ISOLATE_SCAN_ROOM_H

#include "messages.h"
#include "refusals.h"
#include "registry.h"

struct scan_room { // stays where it is; {0} before
    struct scan_confine confine;
    struct refusals refusals;
    void (*tell)(void *ctx, const char *line); // what was refused, a line each
    void *ctx;
};

pt_status scan_room_init(struct scan_room *out, void (*tell)(void *ctx, const char *line),
                         void *ctx, struct pt_error *err);
void scan_room_release(struct scan_room *r);

#endif
