// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Allow-lists only: what is not named is refused. The system calls are those that libc, the
// allocator, the channel and shared memory need.
#include "confine.h"

#include <asm/ioctls.h>
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "confine_files.h"

#define FILES_MAX 32
#define CPU_SECONDS 3600

#if defined(__SANITIZE_ADDRESS__)
#define IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED 0
#endif

static const int allowed[] = {
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(pread64),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(pwrite64),
    SCMP_SYS(sendmsg),
    SCMP_SYS(recvmsg),
    SCMP_SYS(close),
    SCMP_SYS(lseek),
    SCMP_SYS(fstat),
    SCMP_SYS(ftruncate),
    SCMP_SYS(fsync),
    SCMP_SYS(fdatasync),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(brk),
    SCMP_SYS(futex),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(nanosleep),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(getrandom),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(getcpu),
    SCMP_SYS(uname),
    SCMP_SYS(sysinfo),
    SCMP_SYS(getrusage),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(membarrier),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

// Only to load a library.
static const int allowed_to_load[] = {
    SCMP_SYS(mmap),
    SCMP_SYS(mprotect),
    SCMP_SYS(newfstatat),
    SCMP_SYS(stat),
    SCMP_SYS(lstat),
    SCMP_SYS(statx),
    SCMP_SYS(access),
    SCMP_SYS(faccessat),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(getcwd),
    SCMP_SYS(getdents64),
    SCMP_SYS(prctl),
    SCMP_SYS(seccomp),
    SCMP_SYS(landlock_create_ruleset),
    SCMP_SYS(landlock_add_rule),
    SCMP_SYS(landlock_restrict_self),
};

static int allow_all(scmp_filter_ctx filter, const int *calls, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
        if (error != 0 && error != -EDOM) { // EDOM: this architecture does not have it
            return error;
        }
    }
    return 0;
}

static int allow_reading(scmp_filter_ctx filter)
{
    int error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
                                 SCMP_A2(SCMP_CMP_MASKED_EQ, OPEN_WRITES, O_RDONLY));
    return error != 0 ? error
                      : seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(open), 1,
                                         SCMP_A1(SCMP_CMP_MASKED_EQ, OPEN_WRITES, O_RDONLY));
}

static int allow_marked_reading(scmp_filter_ctx filter)
{
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
                            SCMP_A2(SCMP_CMP_MASKED_EQ, OPEN_WRITES | OPEN_MARK, OPEN_MARK));
}

// Calls that are fine with some arguments only.
static int allow_some(scmp_filter_ctx filter)
{
    const struct {
        int call;
        struct scmp_arg_cmp argument;
    } rules[] = {
        {SCMP_SYS(fcntl), SCMP_A1(SCMP_CMP_EQ, F_GETFD, 0)},
        {SCMP_SYS(fcntl), SCMP_A1(SCMP_CMP_EQ, F_GETFL, 0)},
        {SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, TCGETS, 0)},
        {SCMP_SYS(prlimit64), SCMP_A2(SCMP_CMP_EQ, 0, 0)}, // asking, not setting
        {SCMP_SYS(tgkill), SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0)},
        {SCMP_SYS(rt_sigaction), SCMP_A0(SCMP_CMP_NE, SIGSYS, 0)},
    };

    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        int error =
            seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, rules[i].call, 1, &rules[i].argument);
        if (error != 0) {
            return error;
        }
    }
    return 0;
}

// Memory without code in it, and the facts of an open file.
static int allow_work(scmp_filter_ctx filter)
{
    int error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
                                 SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    if (error == 0) {
        error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                                 SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    }
    return error != 0 ? error
                      : seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1,
                                         SCMP_A3(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH));
}

static int fill_filter(scmp_filter_ctx filter, bool is_loading, bool may_read)
{
    int error = allow_all(filter, allowed, sizeof allowed / sizeof allowed[0]);
    error = error != 0 ? error : allow_some(filter);
    if (error == 0 && is_loading) {
        error = allow_reading(filter);
    } else if (error == 0 && may_read) {
        error = allow_marked_reading(filter);
    }
    if (error == 0 && is_loading) {
        error = allow_all(filter, allowed_to_load, sizeof allowed_to_load / sizeof(int));
    }
    return error == 0 && !is_loading ? allow_work(filter) : error;
}

static pt_status load_filter(bool is_loading, bool may_read, struct pt_error *err)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_TRAP);
    if (filter == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a filter of system calls");
    }
    int error = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2); // a tree, not a list
    error = error != 0 ? error : fill_filter(filter, is_loading, may_read);
    error = error != 0 ? error : seccomp_load(filter);
    seccomp_release(filter);
    return error == 0 ? PT_OK : error_system(err, -error, "filter of system calls");
}

static pt_status limit(int resource, rlim_t most, struct pt_error *err)
{
    struct rlimit old;
    if (getrlimit((__rlimit_resource_t)resource, &old) != 0) {
        return error_system(err, errno, "limits");
    }
    most = old.rlim_max != RLIM_INFINITY && old.rlim_max < most ? old.rlim_max : most;
    const struct rlimit new = {most, most};
    if (setrlimit((__rlimit_resource_t)resource, &new) != 0) {
        return error_system(err, errno, "limits");
    }
    return PT_OK;
}

pt_status confine_load(const struct confinement *c, struct pt_error *err)
{
    if (!IS_SANITIZED) { // sanitizers map terabytes
        TRY(limit(RLIMIT_AS, c->memory_bytes, err));
    }
    TRY(limit(RLIMIT_NOFILE, FILES_MAX, err));
    TRY(limit(RLIMIT_NPROC, 0, err));
    TRY(limit(RLIMIT_CORE, 0, err));
    TRY(limit(RLIMIT_CPU, CPU_SECONDS, err));
    TRY(limit(RLIMIT_FSIZE, TEMP_FILE_BYTES_MAX, err));
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return error_system(err, errno, "no new privileges");
    }
    TRY(confine_files(c->paths, c->n_paths, err));
    TRY(refusals_watch(c->refusals, err));
    return load_filter(true, true, err);
}

pt_status confine_work(const struct confinement *c, struct pt_error *err)
{
    return load_filter(false, c->refusals->may_read, err);
}
