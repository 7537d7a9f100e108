// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The child's side: one instance of a component, called by the host over the channel. This is what
// portrait-plugin-host runs; it shares its memory with the plugin, so nothing here is a defence:
// that is the host's side and the kernel.
#ifndef PORTRAIT_ISOLATE_GUEST_H
#define PORTRAIT_ISOLATE_GUEST_H

#include <portrait/sink.h>
#include <portrait/source.h>

#include "arena.h"
#include "batch.h"
#include "channel.h"
#include "messages.h"
#include "refusals.h"
#include "registry.h"
#include "segment.h"
#include "wire.h"

struct guest {
    pt_host host; // ctx is the guest
    pt_input_api input_api;
    struct window *window;
    struct refusals refusals;
    struct message message;
    struct str answer_body; // of a question
    int granted;            // descriptor that came with it, -1 = none; the asker takes it
    struct str reply;       // of the call at work
    struct segment segment; // for batches
    struct arena arena;     // config, and what lives as long as the instance
    struct arena secrets;
    struct plugin_info plugin;
    const struct component_info *component;
    void *self;
    bool is_created;
    // Source: one stream at a time.
    struct ArrowArrayStream stream;
    struct schema stream_schema;
    pt_split_run run;
    struct pt_error inner;
    struct str rejects; // not yet told
    // Sink.
    struct ArrowSchema job_schema;
    struct schema job_columns;
    struct arena job_texts;
};

// Serves calls until the host is gone. Descriptors are those of messages.h.
pt_status guest_serve(struct pt_error *err);

// Asks the host; `in` (may be NULL) is what comes behind its status, valid until the next question.
pt_status guest_ask(struct guest *g, uint32_t type, const struct str *body, struct wire *in,
                    struct pt_error *err);
// Answers system calls on paths below TEMP_FOLDER.
bool guest_files_serve(void *g, const struct refused_call *call, int64_t *result);
// Makes g->segment hold so many bytes.
pt_status guest_room(void *g, uint64_t n, struct pt_error *err);
// Host slots of the guest's table, and its inputs.
void guest_host_init(struct guest *g, uint32_t cpu);
pt_input *guest_input(void *ctx, uint32_t index);
const pt_http_api *guest_http_api(void);

// One call each: reads `in`, fills g->reply.
pt_status guest_discover(struct guest *g, struct pt_error *err);
pt_status guest_bind(struct guest *g, struct wire *in, struct pt_error *err);
pt_status guest_plan(struct guest *g, struct wire *in, struct pt_error *err);
pt_status guest_open(struct guest *g, struct wire *in, struct pt_error *err);
pt_status guest_next(struct guest *g, struct pt_error *err);
void guest_close(struct guest *g);

pt_status guest_sink(struct guest *g, uint32_t call, struct wire *in, struct pt_error *err);
void guest_sink_release(struct guest *g);

#endif
