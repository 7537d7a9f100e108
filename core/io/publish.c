// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The order is that of every careful writer: write, fsync the file, rename, fsync the folder. After
// a failed fsync the kernel may have dropped the pages, so nothing is tried again on that temp.
#include "publish.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/file.h>
#include <unistd.h>

#include "digest.h"
#include "fsys.h"
#include "mem.h"

#define BUFFER_BYTES ((size_t)64 << 10)
#define CREATE_TRIES 8
#define TEMP_MARK ".portrait-tmp-"

enum publish_state { PUBLISH_OPEN, PUBLISH_STAGED, PUBLISH_COMMITTED };

struct publish {
    char *path;
    char *folder;
    char *temp;
    int fd;
    enum publish_state state;
    pt_status failed;
    struct sha256 *hash;
    uint8_t *buffer;
    size_t n; // bytes in buffer
    uint64_t bytes;
    char hex[SHA256_HEX];
};

static const char *name_in(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

// The folder a path lies in: "." or "/" when nothing else is left.
static char *folder_of(const char *path)
{
    size_t n = (size_t)(name_in(path) - path);
    while (n > 1 && path[n - 1] == '/') {
        n--;
    }
    return n == 0 ? mem_strdup(".") : mem_strndup(path, n);
}

static pt_status no_memory(const char *path, struct pt_error *err)
{
    error_set(err, PT_E_NO_MEMORY, "%s: no memory to write it", path);
    return PT_E_NO_MEMORY;
}

static pt_status fsync_folder(const char *folder, struct pt_error *err)
{
    int fd = fsys_open(folder, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0) {
        return error_system(err, errno, "folder %s", folder);
    }
    pt_status status = PT_OK;
    if (fsys_fsync(fd) != 0 && errno != EINVAL) { // EINVAL: this file system has no such thing
        status = error_system(err, errno, "folder %s: fsync", folder);
    }
    (void)fsys_close(fd);
    return status;
}

// Makes a folder and the missing ones above it, each entry fsynced in its parent.
static pt_status make_folders(const char *folder, mode_t mode, struct pt_error *err)
{
    struct stat found;
    if (fsys_stat(folder, &found) == 0) {
        if (!S_ISDIR(found.st_mode)) {
            FAIL(err, PT_E_IO, "%s: is not a folder", folder);
        }
        return PT_OK;
    }
    if (errno != ENOENT) {
        return error_system(err, errno, "folder %s", folder);
    }
    char *parent = folder_of(folder);
    if (parent == NULL) {
        return no_memory(folder, err);
    }
    pt_status status = make_folders(parent, mode, err);
    if (status == PT_OK && fsys_mkdir(folder, mode) != 0 && errno != EEXIST) {
        status = error_system(err, errno, "folder %s", folder);
    }
    if (status == PT_OK) {
        status = fsync_folder(parent, err);
    }
    mem_free(parent);
    return status;
}

static pt_status check_target(const char *path, struct pt_error *err)
{
    struct stat found;
    if (fsys_stat(path, &found) != 0) {
        return errno == ENOENT ? PT_OK : error_system(err, errno, "%s", path);
    }
    if (!S_ISREG(found.st_mode)) {
        FAIL(err, PT_E_IO, "%s: is %s, it cannot be replaced by a file", path,
             S_ISDIR(found.st_mode) ? "a folder" : "a pipe or device");
    }
    return PT_OK;
}

// Removes a temp no living run holds. *is_busy tells that one does.
static pt_status remove_stale(const char *temp, bool *is_busy, struct pt_error *err)
{
    *is_busy = false;
    int fd = fsys_open(temp, O_RDWR | O_NOFOLLOW | O_NONBLOCK, 0);
    if (fd < 0) {
        return errno == ENOENT ? PT_OK : error_system(err, errno, "%s", temp);
    }
    pt_status status = PT_OK;
    if (fsys_flock(fd, LOCK_EX | LOCK_NB) != 0) {
        *is_busy = errno == EWOULDBLOCK;
        status = *is_busy ? PT_OK : error_system(err, errno, "%s: lock", temp);
    } else if (fsys_unlink(temp) != 0 && errno != ENOENT) {
        status = error_system(err, errno, "%s", temp);
    }
    (void)fsys_close(fd);
    return status;
}

// A temp of this name is there already: this run's own of an earlier life, or a living one.
static pt_status clear_temp(const struct publish *p, struct pt_error *err)
{
    bool is_busy = false;
    TRY(remove_stale(p->temp, &is_busy, err));
    if (is_busy) {
        FAIL(err, PT_E_STATE, "%s: is being written already", p->path);
    }
    return PT_OK;
}

// Locks the new temp. A sweep may have taken it before: then it is closed again, p->fd is -1.
static pt_status lock_temp(struct publish *p, struct pt_error *err)
{
    struct stat found;
    if (fsys_flock(p->fd, LOCK_EX) != 0 || fsys_fstat(p->fd, &found) != 0) {
        return error_system(err, errno, "%s: lock", p->temp);
    }
    if (found.st_nlink == 0) {
        (void)fsys_close(p->fd);
        p->fd = -1;
    }
    return PT_OK;
}

static pt_status create_temp(struct publish *p, mode_t mode, struct pt_error *err)
{
    pt_status status = PT_OK;
    for (int i = 0; i < CREATE_TRIES && p->fd < 0 && status == PT_OK; i++) {
        p->fd = fsys_open(p->temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
        if (p->fd >= 0) {
            status = lock_temp(p, err);
        } else if (errno == EEXIST) {
            status = clear_temp(p, err);
        } else {
            status = error_system(err, errno, "%s", p->temp);
        }
    }
    if (status == PT_OK && p->fd < 0) {
        FAIL(err, PT_E_IO, "%s: keeps being removed", p->temp);
    }
    return status;
}

static pt_status publish_init(struct publish *p, const char *path, const char *run_id,
                              struct pt_error *err)
{
    struct str temp = {0};
    p->path = mem_strdup(path);
    p->folder = folder_of(path);
    p->buffer = mem_alloc(BUFFER_BYTES);
    str_add_n(&temp, path, (size_t)(name_in(path) - path));
    str_addf(&temp, ".%s" TEMP_MARK "%s", name_in(path), run_id);
    p->temp = str_take(&temp);
    str_release(&temp);
    if (p->path == NULL || p->folder == NULL || p->buffer == NULL || p->temp == NULL) {
        return no_memory(path, err);
    }
    return sha256_new(&p->hash, err);
}

static pt_status check_names(const char *path, const char *run_id, struct pt_error *err)
{
    const char *name = name_in(path);
    if (*name == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        FAIL(err, PT_E_INVALID, "`%s` is no file name", path);
    }
    if (*run_id == '\0' || strchr(run_id, '/') != NULL) {
        FAIL(err, PT_E_INVALID, "`%s` is no run id", run_id);
    }
    return PT_OK;
}

pt_status publish_begin(const char *path, const char *run_id, int is_private, struct publish **out,
                        struct pt_error *err)
{
    TRY(check_names(path, run_id, err));
    struct publish *p = mem_zero(1, sizeof *p);
    if (p == NULL) {
        return no_memory(path, err);
    }
    p->fd = -1;
    pt_status status = publish_init(p, path, run_id, err);
    if (status == PT_OK) {
        status = make_folders(p->folder, is_private ? 0700 : 0755, err);
    }
    if (status == PT_OK) {
        status = check_target(path, err);
    }
    if (status == PT_OK) {
        status = create_temp(p, is_private ? 0600 : 0644, err);
    }
    if (status != PT_OK) {
        publish_free(p);
        return status;
    }
    *out = p;
    return PT_OK;
}

static pt_status put(struct publish *p, const void *data, size_t size, struct pt_error *err)
{
    TRY(sha256_add(p->hash, data, size, err));
    if (fsys_write_all(p->fd, data, size) != 0) {
        return error_system(err, errno, "%s: after %" PRIu64 " bytes", p->path, p->bytes);
    }
    p->bytes += size;
    return PT_OK;
}

static pt_status flush(struct publish *p, struct pt_error *err)
{
    size_t n = p->n;
    p->n = 0;
    return n == 0 ? PT_OK : put(p, p->buffer, n, err);
}

static pt_status append(struct publish *p, const void *data, uint64_t size, struct pt_error *err)
{
    pt_status status = size > BUFFER_BYTES - p->n ? flush(p, err) : PT_OK;
    if (status != PT_OK || size == 0) {
        return status;
    }
    if (size >= BUFFER_BYTES) {
        return put(p, data, size, err);
    }
    memcpy(p->buffer + p->n, data, size);
    p->n += size;
    return PT_OK;
}

static pt_status check_usable(const struct publish *p, struct pt_error *err)
{
    if (p->failed != PT_OK) {
        FAIL(err, p->failed, "%s: writing has failed before", p->path);
    }
    return PT_OK;
}

pt_status publish_write(struct publish *p, const void *data, uint64_t size, struct pt_error *err)
{
    TRY(check_usable(p, err));
    if (p->state != PUBLISH_OPEN) {
        FAIL(err, PT_E_STATE, "%s: is complete, nothing can be added", p->path);
    }
    p->failed = append(p, data, size, err);
    return p->failed;
}

static pt_status stage(struct publish *p, struct pt_error *err)
{
    uint8_t digest[SHA256_BYTES];
    TRY(flush(p, err));
    if (fsys_fsync(p->fd) != 0) {
        return error_system(err, errno, "%s: fsync", p->path);
    }
    TRY(sha256_finish(p->hash, digest, err));
    digest_hex(digest, sizeof digest, p->hex);
    p->state = PUBLISH_STAGED;
    return PT_OK;
}

pt_status publish_stage(struct publish *p, uint64_t *bytes, char sha256_hex[65],
                        struct pt_error *err)
{
    TRY(check_usable(p, err));
    p->failed = p->state == PUBLISH_OPEN ? stage(p, err) : PT_OK;
    TRY(p->failed);
    if (bytes != NULL) {
        *bytes = p->bytes;
    }
    if (sha256_hex != NULL) {
        memcpy(sha256_hex, p->hex, sizeof p->hex);
    }
    return PT_OK;
}

pt_status publish_commit(struct publish *p, struct pt_error *err)
{
    if (p->state == PUBLISH_COMMITTED) {
        FAIL(err, PT_E_STATE, "%s: is published already", p->path);
    }
    TRY(publish_stage(p, NULL, NULL, err));
    if (fsys_rename(p->temp, p->path) != 0) {
        return error_system(err, errno, "%s: rename", p->path);
    }
    p->state = PUBLISH_COMMITTED;
    return fsync_folder(p->folder, err);
}

void publish_free(struct publish *p)
{
    if (p == NULL) {
        return;
    }
    if (p->fd >= 0) {
        if (p->state != PUBLISH_COMMITTED) {
            (void)fsys_unlink(p->temp);
        }
        (void)fsys_close(p->fd);
    }
    sha256_free(p->hash);
    mem_free(p->buffer);
    mem_free(p->temp);
    mem_free(p->folder);
    mem_free(p->path);
    mem_free(p);
}

// One entry of the folder: removed when it is a temp of the file and nobody holds it.
static pt_status sweep_entry(const char *folder, const char *prefix, const char *name,
                             struct pt_error *err)
{
    struct str temp = {0};
    bool is_busy = false;
    if (strncmp(name, prefix, strlen(prefix)) != 0) {
        return PT_OK;
    }
    if (!str_addf(&temp, "%s/%s", folder, name)) {
        str_release(&temp);
        return no_memory(folder, err);
    }
    pt_status status = PT_OK;
    struct stat found;
    if (fsys_lstat(str_get(&temp), &found) != 0) {
        status = errno == ENOENT ? PT_OK : error_system(err, errno, "%s", str_get(&temp));
    } else if (S_ISREG(found.st_mode) && found.st_uid == geteuid()) {
        status = remove_stale(str_get(&temp), &is_busy, err);
    }
    str_release(&temp);
    return status;
}

static pt_status sweep_folder(const char *folder, const char *prefix, struct pt_error *err)
{
    DIR *dir = fsys_opendir(folder);
    if (dir == NULL) {
        return errno == ENOENT ? PT_OK : error_system(err, errno, "folder %s", folder);
    }
    pt_status status = PT_OK;
    while (status == PT_OK) {
        const struct dirent *entry = fsys_readdir(dir);
        if (entry == NULL) {
            status = errno == 0 ? PT_OK : error_system(err, errno, "folder %s", folder);
            break;
        }
        status = sweep_entry(folder, prefix, entry->d_name, err);
    }
    (void)fsys_closedir(dir);
    return status;
}

pt_status publish_sweep(const char *path, struct pt_error *err)
{
    struct str prefix = {0};
    char *folder = folder_of(path);
    pt_status status = PT_OK;
    if (folder == NULL || !str_addf(&prefix, ".%s" TEMP_MARK, name_in(path))) {
        status = no_memory(path, err);
    } else {
        status = sweep_folder(folder, str_get(&prefix), err);
    }
    str_release(&prefix);
    mem_free(folder);
    return status;
}

pt_status publish_text(const char *path, const char *run_id, int is_private, const char *data,
                       uint64_t size, struct pt_error *err)
{
    struct publish *p = NULL;
    TRY(publish_begin(path, run_id, is_private, &p, err));
    pt_status status = publish_write(p, data, size, err);
    if (status == PT_OK) {
        status = publish_commit(p, err);
    }
    publish_free(p);
    return status;
}
