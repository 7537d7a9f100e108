// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "cell_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "fsys.h"
#include "mem.h"
#include "messages.h"

#define FLAGS_KNOWN                                                                                \
    (O_ACCMODE | O_CREAT | O_EXCL | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK |     \
     O_NOCTTY | O_LARGEFILE)

// A plain name: below the folder, and no way out of it.
static bool is_plain(const char *name)
{
    size_t n = strlen(name);
    return n > 0 && n <= NAME_MAX && strchr(name, '/') == NULL && strcmp(name, ".") != 0 &&
           strcmp(name, "..") != 0;
}

#define PATH_BYTES (PATH_MAX + NAME_MAX)

// No memory of its own: files must go when there is none, too.
static const char *path_of(const struct cell_files *f, const char *name, char out[PATH_BYTES])
{
    snprintf(out, PATH_BYTES, "%s/%s", f->folder, name);
    return out;
}

static pt_status make_folder(struct cell_files *f, const pt_host *host, struct pt_error *err)
{
    const char *above = NULL;
    struct str path = {0};
    TRY(host->temp_dir(host, &above, err));
    if (!str_addf(&path, "%s/plugin-XXXXXX", above)) {
        str_release(&path);
        FAIL(err, PT_E_NO_MEMORY, "no memory for temporary files");
    }
    if (mkdtemp(path.p) == NULL) {
        pt_status status = error_system(err, errno, "%s", path.p);
        str_release(&path);
        return status;
    }
    f->folder = path.p;
    return PT_OK;
}

// Opens it, or tells the error number.
static int open_file(struct cell_files *f, const char *path, int flags, int *granted)
{
    struct stat facts;
    bool is_new = fsys_lstat(path, &facts) != 0;
    if (is_new && (flags & O_CREAT) != 0 && f->n >= TEMP_FILES_MAX) {
        return EMFILE;
    }
    int fd = fsys_open(path, flags | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        return errno;
    }
    f->n += is_new;
    *granted = fd;
    return 0;
}

pt_status cell_files_open(struct cell_files *f, const pt_host *host, struct wire *in, int *granted,
                          struct str *out, struct pt_error *err)
{
    const char *name = wire_name(in);
    int flags = (int)wire_u32(in);
    if (in->failed || !is_plain(name) || (flags & ~FLAGS_KNOWN) != 0) {
        wire_put_u32(out, EINVAL);
        return PT_OK;
    }
    if (f->folder == NULL) {
        TRY(make_folder(f, host, err));
    }
    char path[PATH_BYTES];
    wire_put_u32(out, (uint32_t)open_file(f, path_of(f, name, path), flags, granted));
    return PT_OK;
}

void cell_files_remove(struct cell_files *f, struct wire *in, struct str *out)
{
    const char *name = wire_name(in);
    int failed = ENOENT;
    if (!in->failed && f->folder != NULL && is_plain(name)) {
        char path[PATH_BYTES];
        failed = fsys_unlink(path_of(f, name, path)) == 0 ? 0 : errno;
    }
    f->n -= failed == 0;
    wire_put_u32(out, (uint32_t)failed);
}

void cell_files_release(struct cell_files *f)
{
    const struct dirent *entry = NULL;
    DIR *dir = f->folder == NULL ? NULL : fsys_opendir(f->folder);
    while (dir != NULL && (entry = fsys_readdir(dir)) != NULL) {
        char path[PATH_BYTES];
        if (is_plain(entry->d_name)) {
            fsys_unlink(path_of(f, entry->d_name, path));
        }
    }
    if (dir != NULL) {
        fsys_closedir(dir);
    }
    if (f->folder != NULL) {
        fsys_rmdir(f->folder);
    }
    mem_free(f->folder);
    *f = (struct cell_files){0};
}
