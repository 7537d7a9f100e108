// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "refusals.h"

#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

// A signal handler has no other way to it.
static struct refusals *watched;

#if defined(__x86_64__)
static int64_t argument(const ucontext_t *u, int index)
{
    static const int registers[] = {REG_RDI, REG_RSI, REG_RDX, REG_R10};
    return u->uc_mcontext.gregs[registers[index]];
}

static void give_result(ucontext_t *u, int64_t result)
{
    u->uc_mcontext.gregs[REG_RAX] = result;
}
#elif defined(__aarch64__)
static int64_t argument(const ucontext_t *u, int index)
{
    return (int64_t)u->uc_mcontext.regs[index];
}

static void give_result(ucontext_t *u, int64_t result)
{
    u->uc_mcontext.regs[0] = (uint64_t)result;
}
#else
#error "isolation knows x86-64 and arm64"
#endif

// The path of a call on a path: its argument, -1 for others.
static int path_argument(int call)
{
    switch (call) {
    case SYS_openat:
    case SYS_unlinkat:
    case SYS_mkdirat:
    case SYS_newfstatat:
    case SYS_statx:
    case SYS_faccessat:
    case SYS_readlinkat:
    case SYS_execveat:
        return 1;
#ifdef SYS_open
    case SYS_open:
    case SYS_creat:
    case SYS_unlink:
    case SYS_mkdir:
    case SYS_stat:
    case SYS_access:
    case SYS_rename:
#endif
    case SYS_execve:
    case SYS_truncate:
        return 0;
    default:
        return -1;
    }
}

static bool is_noted(const struct refusal *r, uint32_t n, int call, const char *path)
{
    for (uint32_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k + 1 < REFUSAL_PATH_BYTES && path[k] != '\0' && r[i].path[k] == path[k]) {
            k++;
        }
        if (r[i].number == call && (k + 1 == REFUSAL_PATH_BYTES || r[i].path[k] == path[k])) {
            return true;
        }
    }
    return false;
}

static void note(int call, const char *path)
{
    struct window *w = watched->window;
    uint32_t n = atomic_load(&w->n_refusals);
    if (n >= REFUSALS_MAX || is_noted(w->refusals, n, call, path)) {
        return;
    }
    struct refusal *r = &w->refusals[n];
    r->number = call;
    for (size_t i = 0; i + 1 < sizeof r->path && path[i] != '\0'; i++) {
        r->path[i] = path[i];
    }
    atomic_store(&w->n_refusals, n + 1);
}

// Opens for reading what Landlock grants; false for all else.
static bool open_granted(const struct refused_call *call, int64_t *result)
{
    bool is_at = call->number == SYS_openat;
#ifdef SYS_open
    bool is_open = is_at || call->number == SYS_open;
#else
    bool is_open = is_at;
#endif
    int64_t folder = is_at ? call->arguments[0] : AT_FDCWD;
    int64_t flags = call->arguments[is_at ? 2 : 1];
    if (!is_open || !watched->may_read || (flags & OPEN_WRITES) != 0) {
        return false;
    }
    long fd = syscall(SYS_openat, folder, call->path, flags | OPEN_MARK, 0);
    *result = fd < 0 ? -errno : fd;
    return *result != -EACCES;
}

static void on_refused(int number, siginfo_t *about, void *context)
{
    (void)number;
    ucontext_t *u = context;
    int saved = errno;
    int at = path_argument(about->si_syscall);
    struct refused_call call = {.number = about->si_syscall};
    for (int i = 0; i < 4; i++) {
        call.arguments[i] = argument(u, i);
    }
    call.path = at < 0 ? NULL : (const char *)(uintptr_t)call.arguments[at];
    int64_t result = -EPERM;
    bool is_served = call.path != NULL &&
                     (watched->serve(watched->ctx, &call, &result) || open_granted(&call, &result));
    if (!is_served) {
        result = -EPERM;
        note(call.number, call.path == NULL ? "" : call.path);
    }
    give_result(u, result);
    errno = saved;
}

bool refusals_describe(const struct window *window, uint32_t at, char *text, size_t size)
{
    struct refusal r;
    if (at >= atomic_load(&window->n_refusals) || at >= REFUSALS_MAX) {
        return false;
    }
    memcpy(&r, &window->refusals[at], sizeof r);
    r.path[sizeof r.path - 1] = '\0';
    char *call = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, r.number);
    snprintf(text, size, "%s%s%s", call == NULL ? "an unknown system call" : call,
             r.path[0] == '\0' ? "" : " ", r.path);
    free(call);
    return true;
}

pt_status refusals_watch(struct refusals *r, struct pt_error *err)
{
    struct sigaction action = {.sa_sigaction = on_refused, .sa_flags = SA_SIGINFO | SA_NODEFER};
    watched = r;
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGSYS, &action, NULL) != 0) {
        return error_system(err, errno, "refused system calls");
    }
    return PT_OK;
}
