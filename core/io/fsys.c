// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The fault counters are file-scope state on purpose, as in mem.c: a test switch has to reach every
// call of the process.
#include "fsys.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

static atomic_uint_fast64_t fault_at;
static atomic_uint_fast64_t fault_calls;
static atomic_int fault_error;
static atomic_bool fault_forever;

void fsys_fault_arm(uint64_t at, int error, bool forever)
{
    atomic_store(&fault_at, 0);
    atomic_store(&fault_calls, 0);
    atomic_store(&fault_error, error);
    atomic_store(&fault_forever, forever);
    atomic_store(&fault_at, at);
}

uint64_t fsys_fault_calls(void)
{
    return atomic_load(&fault_calls);
}

// True when this call has to fail; errno is set then.
static bool fault_hits(void)
{
    uint64_t at = atomic_load(&fault_at);
    if (at == 0) {
        return false;
    }
    uint64_t call = atomic_fetch_add(&fault_calls, 1) + 1;
    if (call != at && !(call > at && atomic_load(&fault_forever))) {
        return false;
    }
    int error = atomic_load(&fault_error);
    if (error == FSYS_KILL || error == FSYS_STOP) {
        (void)raise(error == FSYS_KILL ? SIGKILL : SIGSTOP);
        return false;
    }
    errno = error;
    return true;
}

int fsys_open(const char *path, int flags, mode_t mode)
{
    if (fault_hits()) {
        return -1;
    }
    return TEMP_FAILURE_RETRY(open(path, flags | O_CLOEXEC, mode));
}

// Linux frees the descriptor even when close() was interrupted: never repeated.
int fsys_close(int fd)
{
    bool fails = fault_hits();
    int number = errno;
    int result = close(fd);
    if (fails) {
        errno = number;
        return -1;
    }
    return result < 0 && errno == EINTR ? 0 : result;
}

ssize_t fsys_read(int fd, void *buffer, size_t size)
{
    if (fault_hits()) {
        return -1;
    }
    return TEMP_FAILURE_RETRY(read(fd, buffer, size));
}

ssize_t fsys_pread(int fd, void *buffer, size_t size, off_t offset)
{
    if (fault_hits()) {
        return -1;
    }
    return TEMP_FAILURE_RETRY(pread(fd, buffer, size, offset));
}

ssize_t fsys_write(int fd, const void *buffer, size_t size)
{
    if (fault_hits()) {
        return -1;
    }
    return TEMP_FAILURE_RETRY(write(fd, buffer, size));
}

int fsys_write_all(int fd, const void *buffer, size_t size)
{
    const char *p = buffer;
    while (size > 0) {
        ssize_t n = fsys_write(fd, p, size);
        if (n < 0) {
            return -1;
        }
        if (n == 0) {
            errno = EIO;
            return -1;
        }
        p += n;
        size -= (size_t)n;
    }
    return 0;
}

int fsys_fsync(int fd)
{
    if (fault_hits()) {
        return -1;
    }
    return (int)TEMP_FAILURE_RETRY(fsync(fd));
}

int fsys_ftruncate(int fd, off_t size)
{
    if (fault_hits()) {
        return -1;
    }
    return (int)TEMP_FAILURE_RETRY(ftruncate(fd, size));
}

int fsys_rename(const char *from, const char *to)
{
    if (fault_hits()) {
        return -1;
    }
    return rename(from, to);
}

int fsys_unlink(const char *path)
{
    if (fault_hits()) {
        return -1;
    }
    return unlink(path);
}

int fsys_mkdir(const char *path, mode_t mode)
{
    if (fault_hits()) {
        return -1;
    }
    return mkdir(path, mode);
}

// Makes one folder; one that exists (or was made meanwhile by another process) is fine.
static int make_one(const char *path, mode_t mode)
{
    struct stat found;
    if (fsys_stat(path, &found) == 0) {
        if (S_ISDIR(found.st_mode)) {
            return 0;
        }
        errno = ENOTDIR;
        return -1;
    }
    if (errno != ENOENT) {
        return -1;
    }
    return fsys_mkdir(path, mode) == 0 || errno == EEXIST ? 0 : -1;
}

int fsys_mkdir_all(const char *path, mode_t mode)
{
    char prefix[PATH_MAX];
    size_t n = strlen(path);
    if (n == 0 || n >= sizeof prefix) {
        errno = n == 0 ? ENOENT : ENAMETOOLONG;
        return -1;
    }
    memcpy(prefix, path, n + 1);
    for (size_t i = 1; i <= n; i++) {
        if (path[i] != '/' && path[i] != '\0') {
            continue;
        }
        prefix[i] = '\0';
        if (make_one(prefix, mode) != 0) {
            return -1;
        }
        prefix[i] = path[i];
    }
    return 0;
}

int fsys_rmdir(const char *path)
{
    if (fault_hits()) {
        return -1;
    }
    return rmdir(path);
}

int fsys_symlink(const char *target, const char *path)
{
    if (fault_hits()) {
        return -1;
    }
    return symlink(target, path);
}

int fsys_socket(int domain, int type, int protocol)
{
    if (fault_hits()) {
        return -1;
    }
    return socket(domain, type | SOCK_CLOEXEC, protocol);
}

int fsys_stat(const char *path, struct stat *out)
{
    if (fault_hits()) {
        return -1;
    }
    return stat(path, out);
}

int fsys_lstat(const char *path, struct stat *out)
{
    if (fault_hits()) {
        return -1;
    }
    return lstat(path, out);
}

int fsys_fstat(int fd, struct stat *out)
{
    if (fault_hits()) {
        return -1;
    }
    return fstat(fd, out);
}

int fsys_flock(int fd, int operation)
{
    if (fault_hits()) {
        return -1;
    }
    return (int)TEMP_FAILURE_RETRY(flock(fd, operation));
}

DIR *fsys_opendir(const char *path)
{
    if (fault_hits()) {
        return NULL;
    }
    return opendir(path);
}

struct dirent *fsys_readdir(DIR *dir)
{
    if (fault_hits()) {
        return NULL;
    }
    errno = 0;
    return readdir(dir);
}

int fsys_closedir(DIR *dir)
{
    bool fails = fault_hits();
    int number = errno;
    int result = closedir(dir);
    if (fails) {
        errno = number;
        return -1;
    }
    return result;
}
