// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// O_TMPFILE where the file system knows it, else a new name that is unlinked at once.
#include "tempfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "fsys.h"

#define NAME_TRIES 100

struct tempfile tempfile_of(const char *folder)
{
    return (struct tempfile){.folder = folder, .fd = -1};
}

static int open_named(const char *folder)
{
    char path[4096];
    for (int i = 0; i < NAME_TRIES; i++) {
        int n = snprintf(path, sizeof path, "%s/.portrait-spool-%ld-%d", folder, (long)getpid(), i);
        if (n < 0 || (size_t)n >= sizeof path) {
            errno = ENAMETOOLONG;
            return -1;
        }
        int fd = fsys_open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
        if (fd < 0 && errno == EEXIST) {
            continue;
        }
        if (fd >= 0 && fsys_unlink(path) != 0) {
            int saved = errno;
            fsys_close(fd);
            errno = saved;
            return -1;
        }
        return fd;
    }
    errno = EEXIST;
    return -1;
}

// 0 or the error's number.
static int tempfile_create(struct tempfile *t)
{
    t->fd = fsys_open(t->folder, O_TMPFILE | O_RDWR, 0600);
    if (t->fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
        t->fd = open_named(t->folder);
    }
    return t->fd < 0 ? errno : 0;
}

pt_status tempfile_append(struct tempfile *t, const void *data, size_t n, uint64_t *at,
                          struct pt_error *err)
{
    int failed = t->fd < 0 ? tempfile_create(t) : 0;
    if (failed != 0) {
        return error_system(err, failed, "cannot create a temp file in %s", t->folder);
    }
    if (fsys_write_all(t->fd, data, n) != 0) {
        return error_system(err, errno, "cannot write %zu bytes to a temp file in %s", n,
                            t->folder);
    }
    *at = t->bytes;
    t->bytes += n;
    return PT_OK;
}

pt_status tempfile_read(const struct tempfile *t, uint64_t at, void *buffer, size_t n,
                        struct pt_error *err)
{
    unsigned char *to = buffer;
    while (n > 0) {
        ssize_t got = fsys_pread(t->fd, to, n, (off_t)at);
        if (got < 0) {
            return error_system(err, errno, "cannot read a temp file in %s", t->folder);
        }
        if (got == 0) {
            FAIL(err, PT_E_IO, "a temp file in %s ended early", t->folder);
        }
        to += got;
        at += (uint64_t)got;
        n -= (size_t)got;
    }
    return PT_OK;
}

int tempfile_extend(struct tempfile *t, size_t n, uint64_t *at)
{
    int failed = t->fd < 0 ? tempfile_create(t) : 0;
    if (failed == 0) {
        failed = posix_fallocate(t->fd, (off_t)t->bytes, (off_t)n);
    }
    if (failed == 0) {
        *at = t->bytes;
        t->bytes += n;
    }
    return failed;
}

void tempfile_forget(const struct tempfile *t, uint64_t at, size_t n)
{
    // A file system that cannot do this keeps the bytes until the file is closed.
    (void)fallocate(t->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)at, (off_t)n);
}

void tempfile_close(struct tempfile *t)
{
    if (t->fd >= 0) {
        fsys_close(t->fd);
    }
    t->fd = -1;
}
