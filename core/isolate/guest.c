// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "guest.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "config_wire.h"
#include "confine.h"
#include "fsys.h"
#include "host.h"
#include "mem.h"
#include "scan.h"

pt_status guest_ask(struct guest *g, uint32_t type, const struct str *body, struct wire *in,
                    struct pt_error *err)
{
    static const struct str nothing;
    struct message answer = {.fd = -1, .body = g->answer_body};
    g->answer_body = (struct str){0};
    pt_status status =
        channel_send(CHILD_CHANNEL_FD, NULL, type, body == NULL ? &nothing : body, -1, err);
    if (status == PT_OK) {
        status = channel_receive(CHILD_CHANNEL_FD, NULL, &answer, err);
    }
    if (g->granted >= 0) { // nobody took the last one
        fsys_close(g->granted);
    }
    g->granted = answer.fd;
    g->answer_body = answer.body;
    if (status != PT_OK) {
        return status;
    }
    struct wire rest = wire_of(str_view(&g->answer_body));
    status = wire_status(&rest, err);
    if (in != NULL) {
        *in = rest;
    }
    return status;
}

pt_status guest_room(void *ctx, uint64_t n, struct pt_error *err)
{
    struct guest *g = ctx;
    struct str body = {0};
    wire_put_u64(&body, n);
    pt_status status = guest_ask(g, ASK_ROOM, &body, NULL, err);
    str_release(&body);
    if (status == PT_OK) {
        status = segment_join(&g->segment, g->granted, err);
    }
    return status;
}

// The file that came with the call: memory that the host sealed and hashed.
static pt_status load_plugin(struct guest *g, pt_kind kind, const char *name, struct pt_error *err)
{
    struct plugin_file file = {.path = "plugin", .fd = g->message.fd};
    if (fsys_fstat(file.fd, &file.facts) != 0) {
        return error_system(err, errno, "plugin");
    }
    memset(file.sha256, '0', sizeof file.sha256 - 1);
    TRY(elf_note_read(file.fd, file.path, &file.note, err));
    TRY(scan_load(&file, &g->arena, &g->plugin, NULL, err));
    for (uint32_t i = 0; i < g->plugin.n_components; i++) {
        const struct component_info *c = &g->plugin.components[i];
        if (c->kind == kind && strcmp(c->name, name) == 0) {
            g->component = c;
            return PT_OK;
        }
    }
    FAIL(err, PT_E_DATA, "it describes itself otherwise than when it was scanned");
}

static pt_status create_instance(struct guest *g, struct wire *in, struct pt_error *err)
{
    const struct config_decoder decoder = {&g->arena, g, guest_input};
    const struct component_info *c = g->component;
    void *config = NULL;
    TRY(config_decode(c, in, &decoder, &config, err));
    if (c->validate != NULL) {
        TRY(c->validate(&g->host, config, err));
    }
    if (c->kind == PT_KIND_SOURCE) {
        return ((const pt_source_vtable *)c->vtable)->create(&g->host, config, &g->self, err);
    }
    const pt_sink_vtable *v = c->vtable;
    TRY(v->create(&g->host, config, &g->self, err));
    wire_put_text(&g->reply, PT_HAS(v, path) ? v->path(g->self) : NULL);
    return PT_OK;
}

static pt_status read_limits(struct guest *g, struct wire *in, struct confinement *out,
                             struct pt_error *err)
{
    out->memory_bytes = wire_u64(in);
    out->n_paths = wire_u32(in);
    out->paths = out->n_paths > in->n ? NULL : arena_zero(&g->arena, out->n_paths, sizeof(char *));
    if (out->paths == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a plugin");
    }
    for (uint32_t i = 0; i < out->n_paths; i++) {
        out->paths[i] = arena_strdup(&g->arena, wire_name(in));
    }
    return PT_OK;
}

static pt_status create(struct guest *g, struct wire *in, struct pt_error *err)
{
    struct confinement limits = {.refusals = &g->refusals};
    TRY(read_limits(g, in, &limits, err));
    g->refusals = (struct refusals){
        .window = g->window, .serve = guest_files_serve, .ctx = g, .may_read = limits.n_paths > 0};
    uint32_t cpu = wire_u32(in);
    pt_kind kind = (pt_kind)wire_u32(in);
    const char *name = wire_name(in);
    if (in->failed || g->is_created || g->message.fd < 0) {
        FAIL(err, PT_E_STATE, "a plugin is created once, from its file");
    }
    g->is_created = true;
    guest_host_init(g, cpu);
    TRY(confine_load(&limits, err));
    TRY(load_plugin(g, kind, name, err));
    TRY(confine_work(&limits, err));
    return create_instance(g, in, err);
}

static pt_status take_call(struct guest *g, struct wire *in, struct pt_error *err)
{
    uint32_t call = g->message.type;
    if (call != CALL_CREATE && g->self == NULL) {
        FAIL(err, PT_E_STATE, "there is no instance");
    }
    switch (call) {
    case CALL_CREATE:
        return create(g, in, err);
    case CALL_DISCOVER:
        return guest_discover(g, err);
    case CALL_BIND:
        return guest_bind(g, in, err);
    case CALL_PLAN:
        return guest_plan(g, in, err);
    case CALL_OPEN:
        return guest_open(g, in, err);
    case CALL_NEXT:
        return guest_next(g, err);
    case CALL_CLOSE:
        guest_close(g);
        return PT_OK;
    default:
        return guest_sink(g, call, in, err);
    }
}

static pt_status give_back(struct guest *g, pt_status status, const struct pt_error *told,
                           struct pt_error *err)
{
    struct str body = {0};
    wire_put_status(&body, status, told);
    if (g->reply.n > 0) {
        str_add_n(&body, g->reply.p, g->reply.n);
    }
    body.failed = body.failed || g->reply.failed;
    status = channel_send(CHILD_CHANNEL_FD, NULL, MESSAGE_RETURN, &body, -1, err);
    str_release(&body);
    return status;
}

static pt_status serve_calls(struct guest *g, struct pt_error *err)
{
    g->message.fd = -1;
    g->granted = -1;
    for (;;) {
        pt_status status = channel_receive(CHILD_CHANNEL_FD, NULL, &g->message, err);
        if (status != PT_OK) {
            return status == PT_E_IO ? PT_OK : status; // the host is done with us
        }
        struct pt_error told = ERROR_INIT;
        struct wire in = wire_of(str_view(&g->message.body));
        str_reset(&g->reply);
        status = take_call(g, &in, &told);
        TRY(give_back(g, status, &told, err));
    }
}

static void destroy_instance(struct guest *g)
{
    guest_close(g);
    if (g->self != NULL && g->component->kind == PT_KIND_SOURCE) {
        ((const pt_source_vtable *)g->component->vtable)->destroy(g->self);
    } else if (g->self != NULL) {
        ((const pt_sink_vtable *)g->component->vtable)->destroy(g->self);
    }
    guest_sink_release(g);
    arena_release(&g->secrets);
    arena_release(&g->arena);
    segment_release(&g->segment);
    str_release(&g->reply);
    str_release(&g->rejects);
    str_release(&g->answer_body);
    message_release(&g->message);
}

pt_status guest_serve(struct pt_error *err)
{
    struct guest *g = mem_zero(1, sizeof *g);
    if (g == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a plugin");
    }
    void *map =
        mmap(NULL, sizeof *g->window, PROT_READ | PROT_WRITE, MAP_SHARED, CHILD_WINDOW_FD, 0);
    if (map == MAP_FAILED) {
        mem_free(g);
        return error_system(err, errno, "memory shared with the host");
    }
    fsys_close(CHILD_WINDOW_FD);
    g->window = map;
    pt_status status = serve_calls(g, err);
    destroy_instance(g);
    munmap(map, sizeof *g->window);
    mem_free(g);
    return status;
}
