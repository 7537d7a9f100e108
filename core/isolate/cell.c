// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "cell.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "cell_services.h"
#include "cell_spawn.h"
#include "clock.h"
#include "fsys.h"
#include "mem.h"
#include "refusals.h"

#define ENDING_MS 1000 // for a child that closed its channel: is it ending?
#define STOPPING_MS 5000
// A child that keeps talking is no hang, but a call has an end.
#define CALL_SILENCES_MAX 20

struct cell {
    const struct cell_origin *origin;
    struct cell_process process;
    struct cell_services services;
    struct message message;
    struct str answer;
    uint64_t opens;
    uint32_t refusals_told;
    bool is_host_short; // of memory, in an answer of this call
    bool is_alive;
};

// How long one call has been going on.
struct call_clock {
    struct cell *child;
    const char *what;
    int64_t begun_us;
    int64_t heard_us;
    int64_t cancelled_us; // 0 = not
    bool is_over;         // time ran out, or the run was stopped
};

static const char *name_of(const struct cell *c, char *out, size_t n)
{
    return cell_owner(c->origin->component, out, n);
}

// Tells the log of system calls that were refused, each once; `text` gets the last of them.
static void tell_refusals(struct cell *c, char *text, size_t size)
{
    for (; refusals_describe(c->process.window, c->refusals_told, text, size); c->refusals_told++) {
        char owner[192];
        char line[512];
        snprintf(line, sizeof line, "%s tried %s: refused, it runs isolated",
                 name_of(c, owner, sizeof owner), text);
        c->origin->host->log(c->origin->host, PT_LOG_WARN, line, NULL, 0);
    }
}

static void describe_end(int status, bool was_killed, char *out, size_t n)
{
    if (was_killed) {
        snprintf(out, n, "closed its channel");
    } else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
        snprintf(out, n, "was killed (SIGKILL, for instance for want of memory)");
    } else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU) {
        snprintf(out, n, "used up its processor time (SIGXCPU)");
    } else if (WIFSIGNALED(status)) {
        const char *name = sigabbrev_np(WTERMSIG(status));
        snprintf(out, n, "crashed (SIG%s)", name == NULL ? "?" : name);
    } else {
        snprintf(out, n, "ended by itself (exit code %d)", WEXITSTATUS(status));
    }
}

// The child is over; `how` tells what it did, NULL = find out.
static pt_status ended(struct cell *c, const char *how, const char *what, struct pt_error *err)
{
    char owner[192];
    char found[96];
    char refused[192] = "";
    bool was_killed = false;
    int status = cell_reap(&c->process, how == NULL ? ENDING_MS : 0, &was_killed);
    if (how == NULL) {
        describe_end(status, was_killed, found, sizeof found);
    }
    tell_refusals(c, refused, sizeof refused);
    c->is_alive = false;
    cell_services_release(&c->services);
    FAIL(err, PT_E_INTERNAL, "%s %s while %s%s%s%s", name_of(c, owner, sizeof owner),
         how == NULL ? found : how, what, refused[0] == '\0' ? "" : " (refused to it: ", refused,
         refused[0] == '\0' ? "" : ")");
}

static void stop(struct cell *c)
{
    bool was_killed = false;
    cell_reap(&c->process, 0, &was_killed);
    c->is_alive = false;
    cell_services_release(&c->services);
}

pt_status cell_lied(struct cell *c, const char *what, struct pt_error *err)
{
    char owner[192];
    stop(c);
    FAIL(err, PT_E_INTERNAL, "%s: %s", name_of(c, owner, sizeof owner), what);
}

static pt_status turn(void *ctx, struct pt_error *err)
{
    struct call_clock *k = ctx;
    struct cell *c = k->child;
    const pt_host *host = c->origin->host;
    int64_t now = clock_monotonic_us();
    int64_t limit = (int64_t)(c->origin->settings->call_ms == 0 ? ISOLATE_CALL_MS
                                                                : c->origin->settings->call_ms) *
                    1000;
    if (host->cancelled(host) != 0) {
        atomic_store(&c->process.window->is_cancelled, 1);
        k->cancelled_us = k->cancelled_us == 0 ? now : k->cancelled_us;
    }
    if (k->cancelled_us != 0 && now - k->cancelled_us > (int64_t)STOPPING_MS * 1000) {
        k->is_over = true;
        ended(c, "did not stop", k->what, err);
        return error_set(err, PT_E_CANCELLED, "stopped");
    }
    if (now - k->heard_us > limit || now - k->begun_us > limit * CALL_SILENCES_MAX) {
        char how[64];
        k->is_over = true;
        snprintf(how, sizeof how, "hung (%lld ms without an answer)",
                 (long long)((now - k->heard_us > limit ? k->heard_us : k->begun_us) - now) /
                     -1000);
        return ended(c, how, k->what, err);
    }
    return PT_OK;
}

// What a failed send or receive means.
static pt_status broke_off(struct cell *c, const struct call_clock *k, pt_status status,
                           struct pt_error *err)
{
    if (k->is_over) {
        return status;
    }
    if (status == PT_E_NO_MEMORY) { // of the host: the child waits for what never comes
        stop(c);
        return status;
    }
    return ended(c, status == PT_E_IO ? NULL : "sent no message", k->what, err);
}

static bool is_question(uint32_t type)
{
    return type >= ASK_LOG && type <= ASK_POLICY;
}

static pt_status answer(struct cell *c, const struct cell_call *call, struct call_clock *k,
                        const struct channel_wait *wait, struct pt_error *err)
{
    struct pt_error asked = ERROR_INIT;
    struct wire in = wire_of(str_view(&c->message.body));
    struct str body = {0};
    uint32_t type = c->message.type;
    pt_status status = type <= ASK_ROOM
                           ? cell_services_answer(&c->services, type, &in, &body, &asked)
                       : call->serve == NULL ? CELL_NOT_ASKED
                                             : call->serve(call->ctx, type, &in, &body, &asked);
    k->heard_us = clock_monotonic_us(); // an answer may take its time: a server's, say
    if (in.failed || (status == CELL_NOT_ASKED && asked.code == PT_OK)) {
        str_release(&body);
        return ended(c, "spoke out of turn", call->what, err);
    }
    c->is_host_short = c->is_host_short || status == PT_E_NO_MEMORY || body.failed;
    str_reset(&c->answer);
    wire_put_status(&c->answer, status, &asked);
    if (status == PT_OK && body.n > 0) {
        str_add_n(&c->answer, body.p, body.n);
    }
    c->answer.failed = c->answer.failed || body.failed;
    str_release(&body);
    int granted = c->services.granted;
    c->services.granted = -1;
    status = channel_send(c->process.channel, wait, MESSAGE_ANSWER, &c->answer, granted, err);
    if (granted >= 0) {
        fsys_close(granted);
    }
    return status == PT_OK ? PT_OK : broke_off(c, k, status, err);
}

static pt_status exchange(struct cell *c, const struct cell_call *call, struct call_clock *k,
                          struct pt_error *err)
{
    const struct channel_wait wait = {turn, k};
    pt_status status = PT_OK;
    while (status == PT_OK) {
        status = channel_receive(c->process.channel, &wait, &c->message, err);
        k->heard_us = clock_monotonic_us();
        if (status != PT_OK || c->message.type == MESSAGE_RETURN) {
            break;
        }
        if (!is_question(c->message.type)) {
            return ended(c, "spoke out of turn", call->what, err);
        }
        TRY(turn(k, err));
        TRY(answer(c, call, k, &wait, err));
    }
    return status == PT_OK ? PT_OK : broke_off(c, k, status, err);
}

pt_status cell_out_of_memory(const struct cell *c, const char *what, struct pt_error *err)
{
    char owner[192];
    if (c->is_host_short) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    uint64_t bytes = c->origin->settings->memory_bytes;
    FAIL(err, PT_E_INTERNAL, "%s ran out of its %llu MiB of memory while %s",
         name_of(c, owner, sizeof owner),
         (unsigned long long)((bytes == 0 ? ISOLATE_MEMORY_BYTES : bytes) >> 20), what);
}

static struct call_clock clock_for(struct cell *c, const struct cell_call *call)
{
    int64_t now = clock_monotonic_us();
    return (struct call_clock){.child = c, .what = call->what, .begun_us = now, .heard_us = now};
}

pt_status cell_begin(struct cell *c, const struct cell_call *call, struct pt_error *err)
{
    char owner[192];
    if (!c->is_alive) {
        FAIL(err, PT_E_INTERNAL, "%s is gone", name_of(c, owner, sizeof owner));
    }
    struct call_clock k = clock_for(c, call);
    const struct channel_wait wait = {turn, &k};
    c->is_host_short = false;
    c->opens += call->type == CALL_OPEN;
    pt_status status =
        channel_send(c->process.channel, &wait, call->type, call->body, call->fd, err);
    return status == PT_OK ? PT_OK : broke_off(c, &k, status, err);
}

pt_status cell_finish(struct cell *c, const struct cell_call *call, struct wire *reply,
                      struct pt_error *err)
{
    char owner[192];
    char refused[192] = "";
    struct call_clock k = clock_for(c, call);
    TRY(exchange(c, call, &k, err));
    tell_refusals(c, refused, sizeof refused);
    struct wire in = wire_of(str_view(&c->message.body));
    struct pt_error told = ERROR_INIT;
    pt_status status = wire_status(&in, &told);
    if (in.failed) {
        return ended(c, "returned half an answer", call->what, err);
    }
    if (status == PT_E_NO_MEMORY) {
        return cell_out_of_memory(c, call->what, err);
    }
    if (status != PT_OK && err != NULL) {
        *err = told;
        if (refused[0] != '\0') {
            error_prefix(err, "%s was refused to %s", refused, name_of(c, owner, sizeof owner));
        }
    }
    if (reply != NULL) {
        *reply = in;
    }
    return status;
}

pt_status cell_call(struct cell *c, const struct cell_call *call, struct wire *reply,
                    struct pt_error *err)
{
    TRY(cell_begin(c, call, err));
    return cell_finish(c, call, reply, err);
}

static pt_status create_in(struct cell *c, struct wire *reply, struct pt_error *err)
{
    const struct component_info *component = c->origin->component;
    const struct isolate_settings *settings = c->origin->settings;
    struct str body = {0};
    uint64_t memory = settings->memory_bytes == 0 ? ISOLATE_MEMORY_BYTES : settings->memory_bytes;
    wire_put_u64(&body, memory);
    wire_put_u32(&body, c->origin->n_reads);
    str_add_n(&body, c->origin->reads.p == NULL ? "" : c->origin->reads.p, c->origin->reads.n);
    wire_put_u32(&body, c->origin->host->cpu);
    wire_put_u32(&body, (uint32_t)component->kind);
    wire_put_text(&body, component->name);
    str_add_n(&body, c->origin->config.p == NULL ? "" : c->origin->config.p, c->origin->config.n);
    const struct cell_call call = {
        .type = CALL_CREATE, .what = "it was created", .body = &body, .fd = c->origin->image};
    pt_status status = cell_call(c, &call, reply, err);
    if (body.p != NULL) {
        explicit_bzero(body.p, body.n);
    }
    str_release(&body);
    return status;
}

pt_status cell_open(const struct cell_origin *origin, struct cell **out, struct wire *reply,
                    struct pt_error *err)
{
    struct cell *c = mem_zero(1, sizeof *c);
    if (c == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a plugin's process");
    }
    c->origin = origin;
    c->message.fd = -1;
    pt_status status = cell_spawn(origin->settings->program, &c->process, err);
    if (status != PT_OK) {
        mem_free(c);
        return status;
    }
    c->is_alive = true;
    cell_services_init(&c->services, origin, c->process.window);
    status = channel_set_turns(c->process.channel, err);
    if (status == PT_OK) {
        status = create_in(c, reply, err);
    }
    if (status != PT_OK) {
        cell_close(c);
        return status;
    }
    *out = c;
    return PT_OK;
}

struct segment *cell_segment(struct cell *c)
{
    return &c->services.segment;
}

bool cell_is_alive(const struct cell *c)
{
    return c->is_alive;
}

uint64_t cell_opens(const struct cell *c)
{
    return c->opens;
}

void cell_close(struct cell *c)
{
    if (c == NULL) {
        return;
    }
    cell_services_release(&c->services);
    cell_process_release(&c->process);
    message_release(&c->message);
    str_release(&c->answer);
    mem_free(c);
}
