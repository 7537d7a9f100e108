// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "owned.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "fsys.h"

static pt_status open_failed(const char *path, int number, struct pt_error *err)
{
    if (number == ELOOP) {
        FAIL(err, PT_E_DENIED, "%s is a symlink", path);
    }
    pt_status status = PT_E_IO;
    if (number == ENOENT || number == ENOTDIR) {
        status = PT_E_NOT_FOUND;
    } else if (number == EACCES || number == EPERM) {
        status = PT_E_DENIED;
    }
    error_system(err, number, "%s", path);
    if (err != NULL) {
        err->code = status;
    }
    return status;
}

enum owned_kind { OWNED_FOLDER, OWNED_FILE, OWNED_SECRET };

static pt_status check_facts(const char *path, int fd, enum owned_kind kind, struct pt_error *err)
{
    struct stat facts;
    if (fsys_fstat(fd, &facts) != 0) {
        return error_system(err, errno, "%s", path);
    }
    if (kind == OWNED_FOLDER ? !S_ISDIR(facts.st_mode) : !S_ISREG(facts.st_mode)) {
        FAIL(err, PT_E_DENIED, "%s is no %s", path,
             kind == OWNED_FOLDER ? "folder" : "regular file");
    }
    if (facts.st_uid != 0 && facts.st_uid != geteuid()) {
        FAIL(err, PT_E_DENIED, "%s belongs to another user (uid %u)", path, (unsigned)facts.st_uid);
    }
    if ((facts.st_mode & S_IWOTH) != 0) {
        FAIL(err, PT_E_DENIED, "%s can be written by everybody", path);
    }
    if (kind == OWNED_SECRET && (facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        FAIL(err, PT_E_DENIED, "%s may be read by others (mode %04o): chmod 600", path,
             (unsigned)(facts.st_mode & 07777));
    }
    return PT_OK;
}

static pt_status open_owned(const char *path, enum owned_kind kind, int *out, struct pt_error *err)
{
    int fd = fsys_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
    if (fd < 0) {
        return open_failed(path, errno, err);
    }
    pt_status status = check_facts(path, fd, kind, err);
    if (status != PT_OK) {
        fsys_close(fd);
        return status;
    }
    *out = fd;
    return PT_OK;
}

pt_status owned_folder(const char *path, struct pt_error *err)
{
    int fd = -1;
    TRY(open_owned(path, OWNED_FOLDER, &fd, err));
    fsys_close(fd);
    return PT_OK;
}

pt_status owned_open(const char *path, int *fd, struct pt_error *err)
{
    return open_owned(path, OWNED_FILE, fd, err);
}

static pt_status read_all(int fd, const char *path, size_t most, struct str *out,
                          struct pt_error *err)
{
    char buffer[4096];
    size_t before = out->n;
    for (;;) {
        ssize_t n = fsys_read(fd, buffer, sizeof buffer);
        if (n < 0) {
            return error_system(err, errno, "%s", path);
        }
        if (n == 0) {
            return PT_OK;
        }
        if ((size_t)n > most - (out->n - before)) {
            FAIL(err, PT_E_LIMIT, "%s is longer than %zu bytes", path, most);
        }
        if (!str_add_n(out, buffer, (size_t)n)) {
            FAIL(err, PT_E_NO_MEMORY, "no memory to read %s", path);
        }
    }
}

static pt_status read_owned(const char *path, enum owned_kind kind, size_t most, struct str *out,
                            struct pt_error *err)
{
    int fd = -1;
    size_t before = out->n;
    TRY(open_owned(path, kind, &fd, err));
    pt_status status = read_all(fd, path, most, out, err);
    fsys_close(fd);
    if (status != PT_OK && out->n > before) {
        explicit_bzero(out->p + before, out->n - before);
        out->n = before;
        out->p[before] = '\0';
    }
    return status;
}

pt_status owned_read(const char *path, size_t most, struct str *out, struct pt_error *err)
{
    return read_owned(path, OWNED_FILE, most, out, err);
}

pt_status owned_read_private(const char *path, size_t most, struct str *out, struct pt_error *err)
{
    return read_owned(path, OWNED_SECRET, most, out, err);
}
