// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "refusals.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <ucontext.h>

// A signal handler has no other way to it.
static struct window *watched;

#if defined(__x86_64__)
static int64_t argument(const ucontext_t *u, int index)
{
    static const int registers[] = {REG_RDI, REG_RSI};
    return u->uc_mcontext.gregs[registers[index]];
}

static void refuse(ucontext_t *u)
{
    u->uc_mcontext.gregs[REG_RAX] = -EPERM;
}
#elif defined(__aarch64__)
static int64_t argument(const ucontext_t *u, int index)
{
    return (int64_t)u->uc_mcontext.regs[index];
}

static void refuse(ucontext_t *u)
{
    u->uc_mcontext.regs[0] = (uint64_t)(int64_t)-EPERM;
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
    uint32_t n = atomic_load(&watched->n_refusals);
    if (n >= REFUSALS_MAX || is_noted(watched->refusals, n, call, path)) {
        return;
    }
    struct refusal *r = &watched->refusals[n];
    r->number = call;
    for (size_t i = 0; i + 1 < sizeof r->path && path[i] != '\0'; i++) {
        r->path[i] = path[i];
    }
    atomic_store(&watched->n_refusals, n + 1);
}

static void on_refused(int number, siginfo_t *about, void *context)
{
    (void)number;
    ucontext_t *u = context;
    int at = path_argument(about->si_syscall);
    const char *path = at < 0 ? NULL : (const char *)(uintptr_t)argument(u, at);
    note(about->si_syscall, path == NULL ? "" : path);
    refuse(u);
}

pt_status refusals_watch(struct window *window, struct pt_error *err)
{
    struct sigaction action = {.sa_sigaction = on_refused, .sa_flags = SA_SIGINFO | SA_NODEFER};
    watched = window;
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGSYS, &action, NULL) != 0) {
        return error_system(err, errno, "refused system calls");
    }
    return PT_OK;
}
