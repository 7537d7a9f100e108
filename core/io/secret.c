// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A secret is never in a message; what was read is zeroed before its memory is given back.
#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "fsys.h"
#include "mem.h"

#define SECRET_MAX ((size_t)64 << 10)

static bool is_name(const char *name)
{
    if (*name == '\0' || *name == '.') {
        return false;
    }
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
    return name[strspn(name, allowed)] == '\0';
}

static pt_status check_file(const char *path, int fd, mode_t forbidden, struct pt_error *err)
{
    struct stat found;
    if (fsys_fstat(fd, &found) != 0) {
        return error_system(err, errno, "secret %s", path);
    }
    if (!S_ISREG(found.st_mode)) {
        FAIL(err, PT_E_IO, "secret %s: is not a file", path);
    }
    if ((found.st_mode & forbidden) != 0) {
        error_set(err, PT_E_DENIED, "secret %s: others may read or change it (mode %04o)", path,
                  (unsigned)(found.st_mode & 07777));
        if (err != NULL) {
            strcpy(err->hint, "chmod 600 the file");
        }
        return PT_E_DENIED;
    }
    if (found.st_uid != geteuid() && found.st_uid != 0) {
        FAIL(err, PT_E_DENIED, "secret %s: belongs to another user", path);
    }
    return PT_OK;
}

static pt_status read_text(const char *path, int fd, char *buffer, struct str *out,
                           struct pt_error *err)
{
    size_t n = 0;
    while (n <= SECRET_MAX) {
        ssize_t got = fsys_read(fd, buffer + n, SECRET_MAX + 1 - n);
        if (got < 0) {
            return error_system(err, errno, "secret %s", path);
        }
        if (got == 0) {
            break;
        }
        n += (size_t)got;
    }
    if (n > SECRET_MAX) {
        FAIL(err, PT_E_LIMIT, "secret %s: is longer than 64 KiB", path);
    }
    n -= n > 0 && buffer[n - 1] == '\n';
    if (n == 0) {
        FAIL(err, PT_E_DATA, "secret %s: is empty", path);
    }
    if (!str_add_n(out, buffer, n)) {
        FAIL(err, PT_E_NO_MEMORY, "secret %s: no memory", path);
    }
    return PT_OK;
}

static pt_status read_file(const char *path, mode_t forbidden, struct str *out,
                           struct pt_error *err)
{
    int fd = fsys_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
        FAIL(err, PT_E_NOT_FOUND, "secret %s: no such file", path);
    }
    if (fd < 0) {
        return error_system(err, errno, "secret %s", path);
    }
    pt_status status = check_file(path, fd, forbidden, err);
    char *buffer = NULL;
    if (status == PT_OK) {
        buffer = mem_alloc(SECRET_MAX + 1);
        status = buffer != NULL ? read_text(path, fd, buffer, out, err)
                                : error_set(err, PT_E_NO_MEMORY, "secret %s: no memory", path);
    }
    if (buffer != NULL) {
        explicit_bzero(buffer, SECRET_MAX + 1);
    }
    mem_free(buffer);
    (void)fsys_close(fd);
    return status;
}

// PT_E_NOT_FOUND when there is no folder, or no such file in it.
static pt_status read_from(const char *folder, const char *name, mode_t forbidden, struct str *out,
                           struct pt_error *err)
{
    struct str path = {0};
    if (folder == NULL || *folder == '\0') {
        FAIL(err, PT_E_NOT_FOUND, "secret %s: no folder", name);
    }
    pt_status status = str_addf(&path, "%s/%s", folder, name)
                           ? read_file(str_get(&path), forbidden, out, err)
                           : error_set(err, PT_E_NO_MEMORY, "secret %s: no memory", name);
    str_release(&path);
    return status;
}

pt_status secret_read(const char *folder, const char *name, struct str *out, struct pt_error *err)
{
    if (!is_name(name)) {
        FAIL(err, PT_E_INVALID, "`%s` is no name of a secret: letters, digits, `_`, `.`, `-`",
             name);
    }
    const char *credentials = secure_getenv("CREDENTIALS_DIRECTORY");
    pt_status status = read_from(credentials, name, 0037, out, err);
    if (status == PT_E_NOT_FOUND) {
        status = read_from(folder, name, 0077, out, err);
    }
    if (status != PT_E_NOT_FOUND) {
        return status;
    }
    FAIL(err, PT_E_NOT_FOUND, "secret `%s` is neither in $CREDENTIALS_DIRECTORY (%s) nor in %s",
         name, credentials == NULL ? "not set" : credentials,
         folder == NULL ? "a folder of secrets (--secrets DIR)" : folder);
}

void secret_wipe(struct str *s)
{
    if (s->p != NULL) {
        explicit_bzero(s->p, s->capacity);
    }
    str_release(s);
}
