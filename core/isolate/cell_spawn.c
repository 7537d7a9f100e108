// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "cell_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "fsys.h"

#define REAP_STEP_MS 2
// Where the child's descriptors wait above those they become.
#define PARKED_FD_MIN 10

static pt_status make_window(int *fd, struct window **out, struct pt_error *err)
{
    *fd = memfd_create("portrait-window", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (*fd < 0) {
        return error_system(err, errno, "memory shared with a plugin");
    }
    // Sealed in size: a child that cut it could make the host fault.
    if (fsys_ftruncate(*fd, sizeof **out) != 0 ||
        fcntl(*fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
        return error_system(err, errno, "memory shared with a plugin");
    }
    void *map = mmap(NULL, sizeof **out, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
    if (map == MAP_FAILED) {
        return error_system(err, errno, "memory shared with a plugin");
    }
    *out = map;
    return PT_OK;
}

// Moves a descriptor out of the way of those that the child gets.
static int park(int fd)
{
    int parked = fcntl(fd, F_DUPFD_CLOEXEC, PARKED_FD_MIN);
    fsys_close(fd);
    return parked;
}

static int add_actions(posix_spawn_file_actions_t *actions, int channel, int window)
{
    int error = 0;
    for (int fd = 0; fd < 3 && error == 0; fd++) {
#if defined(__SANITIZE_ADDRESS__)
        if (fd == 2) { // what a sanitizer finds must be seen
            break;
        }
#endif
        error = posix_spawn_file_actions_addopen(actions, fd, "/dev/null", O_RDWR, 0);
    }
    if (error == 0) {
        error = posix_spawn_file_actions_adddup2(actions, channel, CHILD_CHANNEL_FD);
    }
    if (error == 0) {
        error = posix_spawn_file_actions_adddup2(actions, window, CHILD_WINDOW_FD);
    }
    return error == 0 ? posix_spawn_file_actions_addclosefrom_np(actions, CHILD_WINDOW_FD + 1)
                      : error;
}

static int spawn_with(const char *program, posix_spawn_file_actions_t *actions, pid_t *pid)
{
    posix_spawnattr_t attributes;
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    char *const arguments[] = {(char *)(uintptr_t)"portrait-plugin-host", NULL};
    char *const environment[] = {NULL};
    int error = posix_spawnattr_init(&attributes);
    if (error != 0) {
        return error;
    }
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    error = posix_spawn(pid, program, actions, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    return error;
}

static pt_status spawn_on(const char *program, int channel, int window, pid_t *pid,
                          struct pt_error *err)
{
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0) {
        return error_system(err, error, "%s", program);
    }
    error = add_actions(&actions, channel, window);
    error = error == 0 ? spawn_with(program, &actions, pid) : error;
    posix_spawn_file_actions_destroy(&actions);
    return error == 0 ? PT_OK : error_system(err, error, "%s", program);
}

pt_status cell_spawn(const char *program, struct cell_process *out, struct pt_error *err)
{
    struct cell_process p = {.pid = -1, .channel = -1};
    int ends[2] = {-1, -1};
    int window = -1;
    pt_status status = make_window(&window, &p.window, err);
    if (status == PT_OK && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        status = error_system(err, errno, "channel to a plugin");
    }
    if (status == PT_OK) {
        p.channel = ends[0];
        ends[1] = park(ends[1]);
        window = park(window);
        status = ends[1] < 0 || window < 0 ? error_system(err, errno, "channel to a plugin")
                                           : spawn_on(program, ends[1], window, &p.pid, err);
    }
    if (ends[1] >= 0) {
        fsys_close(ends[1]);
    }
    if (window >= 0) {
        fsys_close(window);
    }
    if (status != PT_OK) {
        cell_process_release(&p);
        return status;
    }
    *out = p;
    return PT_OK;
}

static void pause_ms(long ms)
{
    const struct timespec step = {.tv_nsec = ms * 1000000};
    nanosleep(&step, NULL);
}

static pid_t wait_for(pid_t pid, int *status, int flags)
{
    pid_t got = 0;
    do {
        got = waitpid(pid, status, flags);
    } while (got < 0 && errno == EINTR);
    return got;
}

int cell_reap(struct cell_process *p, uint32_t grace_ms, bool *was_killed)
{
    int status = 0;
    *was_killed = false;
    if (p->pid <= 0) {
        return 0;
    }
    pid_t got = wait_for(p->pid, &status, WNOHANG);
    for (uint32_t ms = 0; got == 0 && ms < grace_ms; ms += REAP_STEP_MS) {
        pause_ms(REAP_STEP_MS);
        got = wait_for(p->pid, &status, WNOHANG);
    }
    if (got == 0) {
        *was_killed = true;
        kill(p->pid, SIGKILL);
        got = wait_for(p->pid, &status, 0);
    }
    p->pid = -1;
    return got < 0 ? 0 : status;
}

void cell_process_release(struct cell_process *p)
{
    bool was_killed = false;
    if (p->channel >= 0) {
        fsys_close(p->channel);
    }
    cell_reap(p, 0, &was_killed);
    if (p->window != NULL) {
        munmap(p->window, sizeof *p->window);
    }
    *p = (struct cell_process){.pid = -1, .channel = -1};
}
