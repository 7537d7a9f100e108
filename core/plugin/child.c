// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "digest.h"
#include "fsys.h"
#include "mem.h"

#define SEAL_BYTES 8u // ends the output of a child that is done, told to nobody else
#define POLL_MS 20
#define READ_BYTES ((size_t)64 << 10)

#if defined(__SANITIZE_ADDRESS__)
#define IS_SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED true
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED false
#endif

struct child {
    const struct child_limits *limits;
    child_fn fn;
    void *ctx;
    uint8_t seal[SEAL_BYTES];
    pid_t pid;
    int in; // the parent's end of the pipe
};

bool child_is_sanitized(void)
{
    return IS_SANITIZED;
}

// Bytes of address space in use now.
static uint64_t space_used(void)
{
    char text[256] = "";
    int fd = fsys_open("/proc/self/statm", O_RDONLY, 0);
    ssize_t n = fd < 0 ? 0 : fsys_read(fd, text, sizeof text - 1);
    if (fd >= 0) {
        fsys_close(fd);
    }
    uint64_t pages = 0;
    for (ssize_t i = 0; i < n && text[i] >= '0' && text[i] <= '9'; i++) {
        pages = pages * 10 + (uint64_t)(text[i] - '0');
    }
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void set_limits(const struct child_limits *limits)
{
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    if (limits->memory_bytes != 0 && !IS_SANITIZED) {
        const rlim_t most = space_used() + limits->memory_bytes;
        const struct rlimit space = {most, most};
        setrlimit(RLIMIT_AS, &space);
    }
}

static void set_streams(bool is_quiet)
{
    int nowhere = fsys_open("/dev/null", O_RDWR, 0);
    if (nowhere < 0) {
        return;
    }
    dup2(nowhere, 0);
    dup2(nowhere, 1);
    if (is_quiet) {
        dup2(nowhere, 2);
    }
    fsys_close(nowhere);
}

static _Noreturn void live(struct child *c, int out)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (int number = 1; number < NSIG; number++) {
        signal(number, SIG_DFL); // those that cannot be set stay
    }
    // The switches of tests are meant for the parent's own calls.
    mem_fault_arm(0, false);
    fsys_fault_arm(0, 0, false);
    set_streams(c->limits->is_quiet);
    set_limits(c->limits);
    c->fn(c->ctx, out);
    // What cannot be told is a child that did not end well: the parent misses the seal.
    (void)fsys_write_all(out, c->seal, SEAL_BYTES);
    _exit(0);
}

static void make_seal(struct child *c)
{
    uint64_t bits = (uint64_t)clock_monotonic_us() * 0x9e3779b97f4a7c15u ^ (uint64_t)(uintptr_t)c;
    bits ^= bits >> 29;
    memcpy(c->seal, &bits, SEAL_BYTES);
}

static pt_status start(struct child *c, struct pt_error *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return error_system(err, errno, "a pipe to a child process");
    }
    make_seal(c);
    fflush(NULL); // or the child could write it a second time
    c->pid = fork();
    if (c->pid == 0) {
        fsys_close(ends[0]);
        live(c, ends[1]);
    }
    int number = errno;
    fsys_close(ends[1]);
    if (c->pid < 0) {
        fsys_close(ends[0]);
        return error_system(err, number, "a child process");
    }
    setpgid(c->pid, c->pid);
    c->in = ends[0];
    return PT_OK;
}

static bool is_sealed(const struct child *c, const struct str *output)
{
    return output->n >= SEAL_BYTES &&
           memcmp(output->p + output->n - SEAL_BYTES, c->seal, SEAL_BYTES) == 0;
}

// Takes what is there; false at the end of the pipe.
static bool take(const struct child *c, int wait_ms, char *buffer, struct str *output)
{
    struct pollfd ready = {.fd = c->in, .events = POLLIN};
    int n_ready = poll(&ready, 1, wait_ms);
    if (n_ready <= 0) {
        return true;
    }
    ssize_t n = read(c->in, buffer, READ_BYTES);
    if (n < 0) {
        return errno == EINTR;
    }
    str_add_n(output, buffer, (size_t)n);
    return n > 0;
}

// Listens until the child is done, gone, late or too loud.
static bool listen_to(const struct child *c, char *buffer, struct child_result *result,
                      int *wait_status)
{
    const int64_t end_us = clock_monotonic_us() + (int64_t)c->limits->wall_ms * 1000;
    bool is_open = true;
    bool is_gone = false;
    while (!is_sealed(c, &result->output)) {
        if (result->output.n > c->limits->output_bytes) {
            result->end = CHILD_NOISY;
            return is_gone;
        }
        if (clock_monotonic_us() > end_us) {
            result->end = CHILD_LATE;
            return is_gone;
        }
        if (is_gone || !is_open) {
            break;
        }
        is_open = take(c, POLL_MS, buffer, &result->output);
        if (!is_gone && waitpid(c->pid, wait_status, WNOHANG) == c->pid) {
            is_gone = true;
            for (size_t left = c->limits->output_bytes / READ_BYTES + 1; left > 0 && is_open;
                 left--) {
                size_t before = result->output.n;
                is_open = take(c, 0, buffer, &result->output) && result->output.n > before;
            }
        }
    }
    result->end = CHILD_DONE;
    return is_gone;
}

static void judge(const struct child *c, int wait_status, struct child_result *result)
{
    if (result->end != CHILD_DONE) {
        return;
    }
    if (is_sealed(c, &result->output)) {
        result->output.n -= SEAL_BYTES;
        result->output.p[result->output.n] = '\0';
        return;
    }
    bool is_signal = WIFSIGNALED(wait_status);
    result->end = is_signal ? CHILD_KILLED : CHILD_EXITED;
    result->number = is_signal ? WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

pt_status child_run(const struct child_limits *limits, child_fn fn, void *ctx,
                    struct child_result *result, struct pt_error *err)
{
    *result = (struct child_result){0};
    struct child c = {.limits = limits, .fn = fn, .ctx = ctx};
    char *buffer = mem_alloc(READ_BYTES);
    if (buffer == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a child's output");
    }
    pt_status status = start(&c, err);
    if (status != PT_OK) {
        mem_free(buffer);
        return status;
    }
    int wait_status = 0;
    bool is_gone = listen_to(&c, buffer, result, &wait_status);
    // One that closed its pipe and lives on is given no more time than one that is late.
    if (!is_gone && result->end == CHILD_DONE && !is_sealed(&c, &result->output)) {
        const int64_t end_us = clock_monotonic_us() + (int64_t)limits->wall_ms * 1000;
        while (!is_gone && clock_monotonic_us() < end_us) {
            is_gone = waitpid(c.pid, &wait_status, WNOHANG) == c.pid;
            poll(NULL, 0, is_gone ? 0 : 1);
        }
        result->end = is_gone ? CHILD_DONE : CHILD_LATE;
    }
    kill(-c.pid, SIGKILL); // and whatever it started
    if (!is_gone) {
        kill(c.pid, SIGKILL);
        while (waitpid(c.pid, &wait_status, 0) < 0 && errno == EINTR) {
        }
    }
    fsys_close(c.in);
    mem_free(buffer);
    if (result->output.failed) {
        str_release(&result->output);
        FAIL(err, PT_E_NO_MEMORY, "no memory for a child's output");
    }
    judge(&c, wait_status, result);
    return PT_OK;
}

void child_describe(const struct child_result *result, const struct child_limits *limits,
                    char out[128])
{
    out[0] = '\0';
    switch (result->end) {
    case CHILD_DONE:
        return;
    case CHILD_EXITED:
        snprintf(out, 128, "it ended the process (exit status %d)", result->number);
        return;
    case CHILD_KILLED:
        snprintf(out, 128, "it crashed: %s (signal %d)", strsignal(result->number), result->number);
        return;
    case CHILD_LATE:
        snprintf(out, 128, "it did not end within %g s", limits->wall_ms / 1000.0);
        return;
    case CHILD_NOISY:
        snprintf(out, 128, "it wrote more than %llu bytes to its host",
                 (unsigned long long)limits->output_bytes);
        return;
    }
}
