// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Every system call on files the core makes, behind one switch, so that tests can make any one
// fail and a run always sees the same errors. Interrupted calls are repeated here.
#ifndef PORTRAIT_IO_FSYS_H
#define PORTRAIT_IO_FSYS_H

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

// As the POSIX calls: -1 / NULL with errno on failure. All descriptors are close-on-exec.
int fsys_open(const char *path, int flags, mode_t mode);
int fsys_close(int fd);
ssize_t fsys_read(int fd, void *buffer, size_t size);
ssize_t fsys_pread(int fd, void *buffer, size_t size, off_t offset);
ssize_t fsys_write(int fd, const void *buffer, size_t size);
int fsys_write_all(int fd, const void *buffer, size_t size); // 0, or -1 with errno
int fsys_fsync(int fd);
int fsys_ftruncate(int fd, off_t size);
int fsys_rename(const char *from, const char *to);
int fsys_unlink(const char *path);
int fsys_mkdir(const char *path, mode_t mode);
int fsys_mkdir_all(const char *path, mode_t mode); // existing folders are fine
int fsys_rmdir(const char *path);
int fsys_symlink(const char *target, const char *path);
int fsys_socket(int domain, int type, int protocol);
int fsys_stat(const char *path, struct stat *out);
int fsys_lstat(const char *path, struct stat *out);
int fsys_fstat(int fd, struct stat *out);
int fsys_flock(int fd, int operation);
DIR *fsys_opendir(const char *path);
struct dirent *fsys_readdir(DIR *dir); // NULL with errno 0 at the end
int fsys_closedir(DIR *dir);

// Fault switch, for tests: the `at`-th call from now (1 = next) fails with `error`, and every
// later one too when `forever`. 0 switches off. close() and closedir() still close. FSYS_KILL as
// `error` ends the process by SIGKILL instead of making that call: a crash at a known step.
// FSYS_STOP stops it by SIGSTOP before the call, which is made once it goes on.
#define FSYS_KILL (-1)
#define FSYS_STOP (-2)
void fsys_fault_arm(uint64_t at, int error, bool forever);
// Calls since the last fsys_fault_arm() with `at` > 0; UINT64_MAX as `at` counts and never fails.
uint64_t fsys_fault_calls(void);

#endif
