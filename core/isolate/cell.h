// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// One child process with one instance of a component, seen from the host. Whatever comes from it is
// taken for hostile: a crash, hang or lie ends the child and is a PT_E_INTERNAL that names the
// plugin. Private to core/isolate.
#ifndef PORTRAIT_ISOLATE_CELL_H
#define PORTRAIT_ISOLATE_CELL_H

#include "channel.h"
#include "config_wire.h"
#include "isolate.h"
#include "messages.h"

struct cell;

// What every child of an instance is made from. Borrowed by the children.
struct cell_origin {
    const struct component_info *component;
    const struct isolate_settings *settings;
    const pt_host *host;
    struct str config; // as config_encode wrote it; may hold secrets
    struct config_links links;
    struct str reads; // paths that may be read, as a message has them
    uint32_t n_reads;
    int image; // sealed memory with the plugin's file
};

// "plugin `x` (org.x 1.0)", for messages; returns `out`.
const char *cell_owner(const struct component_info *component, char *out, size_t n);
// Reads the plugin's file and encodes the config. PT_E_DENIED when the file changed since it was
// listed.
pt_status cell_origin_init(struct cell_origin *o, const struct component_info *component,
                           const pt_host *host, const void *config, struct pt_error *err);
void cell_origin_release(struct cell_origin *o); // wipes

// Starts the program and creates the instance in it; `reply` is what CALL_CREATE returns.
pt_status cell_open(const struct cell_origin *origin, struct cell **out, struct wire *reply,
                    struct pt_error *err);

// A question of the child that only this call answers; what comes behind the status goes to `out`.
typedef pt_status (*cell_serve)(void *ctx, uint32_t ask, struct wire *in, struct str *out,
                                struct pt_error *err);

struct cell_call {
    uint32_t type;
    const char *what; // in messages: "reading a split"
    const struct str *body;
    int fd; // sent along; -1 = none, and with CALL_CREATE only
    cell_serve serve;
    void *ctx;
};

// PT_E_UNSUPPORTED of a `serve` that does not know the question.
#define CELL_NOT_ASKED PT_E_STATE

// Calls, answers questions, waits for the return. `reply` (may be NULL) is what comes behind its
// status, valid until the next call.
pt_status cell_call(struct cell *c, const struct cell_call *call, struct wire *reply,
                    struct pt_error *err);
// The same in two steps: the child works in between, as long as it asks nothing. One at a time.
pt_status cell_begin(struct cell *c, const struct cell_call *call, struct pt_error *err);
pt_status cell_finish(struct cell *c, const struct cell_call *call, struct wire *reply,
                      struct pt_error *err);
// Memory for batches, of this child. The host makes it larger itself, or when the child asks.
struct segment *cell_segment(struct cell *c);
bool cell_is_alive(const struct cell *c);
// Ends the child for a lie about what it returned; returns PT_E_INTERNAL with the plugin named.
pt_status cell_lied(struct cell *c, const char *what, struct pt_error *err);
// What a PT_E_NO_MEMORY from the child means: it has memory of its own to use up, which is the
// plugin's fault (PT_E_INTERNAL), unless the host ran short while it answered.
pt_status cell_out_of_memory(const struct cell *c, const char *what, struct pt_error *err);
// Number of calls of CALL_OPEN so far: readers retire.
uint64_t cell_opens(const struct cell *c);
void cell_close(struct cell *c); // NULL is fine

#endif
