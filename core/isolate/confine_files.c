// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Constants of ours: kernels know more than the headers a build finds. What an ABI brought is asked
// for only where the kernel has it. Source: Documentation/userspace-api/landlock.rst of Linux.
#include "confine_files.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fsys.h"

#define RULESET_VERSION 1u
#define RULE_PATH_BENEATH 1
#define FS_READ_FILE (UINT64_C(1) << 2)
#define FS_READ_DIR (UINT64_C(1) << 3)
#define FS_RIGHTS_ABI1 ((UINT64_C(1) << 13) - 1)
#define FS_REFER (UINT64_C(1) << 13)     // ABI 2
#define FS_TRUNCATE (UINT64_C(1) << 14)  // ABI 3
#define FS_IOCTL_DEV (UINT64_C(1) << 15) // ABI 5
#define NET_BIND_CONNECT UINT64_C(3)     // ABI 4
#define SCOPE_ALL UINT64_C(3)            // ABI 6: abstract sockets, signals

struct ruleset {
    uint64_t fs;
    uint64_t net;
    uint64_t scoped;
};

struct path_rule {
    uint64_t allowed;
    int32_t parent_fd;
} __attribute__((packed));

static const char *const libraries[] = {"/lib",       "/lib64",         "/usr/lib",
                                        "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache"};

int confine_files_abi(void)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, RULESET_VERSION);
    return abi < 0 ? 0 : (int)abi;
}

static pt_status allow_path(int ruleset, const char *path, bool must_exist, struct pt_error *err)
{
    struct stat info;
    int fd = fsys_open(path, O_PATH | O_CLOEXEC, 0);
    if (fd < 0) {
        return must_exist ? error_system(err, errno, "%s", path) : PT_OK;
    }
    bool is_folder = fsys_fstat(fd, &info) == 0 && S_ISDIR(info.st_mode);
    const struct path_rule rule = {is_folder ? FS_READ_FILE | FS_READ_DIR : FS_READ_FILE, fd};
    long failed = syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &rule, 0);
    int number = errno;
    fsys_close(fd);
    return failed == 0 ? PT_OK : error_system(err, number, "%s", path);
}

static pt_status restrict_to(int ruleset, const char *const *paths, uint32_t n,
                             struct pt_error *err)
{
    for (size_t i = 0; i < sizeof libraries / sizeof libraries[0]; i++) {
        TRY(allow_path(ruleset, libraries[i], false, err));
    }
    for (uint32_t i = 0; i < n; i++) {
        TRY(allow_path(ruleset, paths[i], true, err));
    }
    if (syscall(SYS_landlock_restrict_self, ruleset, 0) != 0) {
        return error_system(err, errno, "Landlock");
    }
    return PT_OK;
}

pt_status confine_files(const char *const *paths, uint32_t n, struct pt_error *err)
{
    int abi = confine_files_abi();
    if (abi == 0) {
        return n == 0 ? PT_OK
                      : error_set(err, PT_E_DENIED,
                                  "no path can be granted: this kernel has no "
                                  "Landlock");
    }
    const struct ruleset wanted = {
        .fs = FS_RIGHTS_ABI1 | (abi >= 2 ? FS_REFER : 0) | (abi >= 3 ? FS_TRUNCATE : 0) |
              (abi >= 5 ? FS_IOCTL_DEV : 0),
        .net = abi >= 4 ? NET_BIND_CONNECT : 0,
        .scoped = abi >= 6 ? SCOPE_ALL : 0,
    };
    size_t size = abi >= 6 ? sizeof wanted : abi >= 4 ? 16 : 8;
    long ruleset = syscall(SYS_landlock_create_ruleset, &wanted, size, 0);
    if (ruleset < 0) {
        return error_system(err, errno, "Landlock");
    }
    pt_status status = restrict_to((int)ruleset, paths, n, err);
    fsys_close((int)ruleset);
    return status;
}
