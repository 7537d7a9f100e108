// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Temporary files as an isolated plugin sees them: below TEMP_FOLDER, a folder that no file system
// has. Its system calls on such paths are refused by the kernel, arrive here as a signal, and are
// answered with descriptors that the host opens. Nobody holds a lock of the allocator or of the
// channel while it opens such a path.
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fsys.h"
#include "guest.h"

// The name below the folder, "" for the folder itself, NULL for other paths.
static const char *name_in(const char *path)
{
    size_t n = sizeof TEMP_FOLDER - 1;
    if (path == NULL || strncmp(path, TEMP_FOLDER, n) != 0) {
        return NULL;
    }
    return path[n] == '\0' ? path + n : path[n] == '/' ? path + n + 1 : NULL;
}

// A descriptor, or minus the error number.
static int64_t open_file(struct guest *g, const char *name, int64_t flags)
{
    struct str body = {0};
    struct wire in = {0};
    wire_put_text(&body, name);
    wire_put_u32(&body, (uint32_t)flags);
    pt_status status = guest_ask(g, ASK_FILE_OPEN, &body, &in, NULL);
    str_release(&body);
    if (status != PT_OK) {
        return status == PT_E_NO_MEMORY ? -ENOMEM : -EIO;
    }
    int64_t failed = wire_u32(&in);
    if (failed != 0 || g->granted < 0) {
        return failed == 0 ? -EIO : -failed;
    }
    int fd = g->granted;
    g->granted = -1;
    return fd;
}

static int64_t remove_file(struct guest *g, const char *name)
{
    struct str body = {0};
    struct wire in = {0};
    wire_put_text(&body, name);
    pt_status status = guest_ask(g, ASK_FILE_REMOVE, &body, &in, NULL);
    str_release(&body);
    return status == PT_OK ? -(int64_t)wire_u32(&in) : -EIO;
}

static int64_t stat_file(struct guest *g, const char *name, struct stat *out)
{
    if (*name == '\0') {
        *out = (struct stat){.st_mode = S_IFDIR | 0700, .st_nlink = 2};
        return 0;
    }
    int64_t fd = open_file(g, name, O_RDONLY);
    if (fd < 0) {
        return fd;
    }
    int64_t result = fsys_fstat((int)fd, out) == 0 ? 0 : -errno;
    fsys_close((int)fd);
    return result;
}

static int64_t access_file(struct guest *g, const char *name, int64_t mode)
{
    struct stat facts;
    return (mode & X_OK) != 0 && *name != '\0' ? -EACCES : stat_file(g, name, &facts);
}

bool guest_files_serve(void *guest, const struct refused_call *call, int64_t *result)
{
    struct guest *g = guest;
    const char *name = name_in(call->path);
    const int64_t *a = call->arguments;
    if (name == NULL) {
        return false;
    }
    switch (call->number) {
#ifdef SYS_open
    case SYS_open:
        *result = open_file(g, name, a[1]);
        return true;
    case SYS_access:
        *result = access_file(g, name, a[1]);
        return true;
    case SYS_unlink:
        *result = remove_file(g, name);
        return true;
#endif
    case SYS_openat:
        *result = open_file(g, name, a[2]);
        return true;
    case SYS_faccessat:
        *result = access_file(g, name, a[2]);
        return true;
    case SYS_unlinkat:
        *result = a[2] == 0 ? remove_file(g, name) : -ENOTDIR;
        return true;
    case SYS_newfstatat:
        *result = stat_file(g, name, (struct stat *)(uintptr_t)a[2]);
        return true;
    default:
        return false;
    }
}
