// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "plugin_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fsys.h"
#include "mem.h"
#include "owned.h"

#define READ_BYTES ((size_t)64 << 10)

static bool is_plugin_name(const char *name)
{
    size_t n = strlen(name);
    return name[0] != '.' && n > 3 && strcmp(name + n - 3, ".so") == 0;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static pt_status add_paths(DIR *dir, const char *folder, struct arena *arena,
                           struct plugin_files *files, struct pt_error *err)
{
    size_t capacity = 0;
    for (;;) {
        errno = 0;
        const struct dirent *entry = fsys_readdir(dir);
        if (entry == NULL) {
            return errno == 0 ? PT_OK : error_system(err, errno, "%s", folder);
        }
        if (!is_plugin_name(entry->d_name)) {
            continue;
        }
        char *path = arena_printf(arena, "%s/%s", folder, entry->d_name);
        if (path == NULL || !mem_reserve(&files->paths, &capacity, files->n + 1, sizeof(char *))) {
            FAIL(err, PT_E_NO_MEMORY, "no memory for the list of plugins");
        }
        files->paths[files->n++] = path;
    }
}

// Moves the list of paths from growing memory into the arena, sorted.
static pt_status keep_paths(struct arena *arena, const struct plugin_files *found,
                            struct plugin_files *out, struct pt_error *err)
{
    const char **paths = arena_zero(arena, found->n, sizeof *paths);
    if (paths == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for the list of plugins");
    }
    if (found->n > 0) {
        memcpy(paths, found->paths, found->n * sizeof *paths);
        qsort(paths, found->n, sizeof *paths, compare_paths);
    }
    *out = (struct plugin_files){paths, found->n};
    return PT_OK;
}

pt_status plugin_folder_list(const char *folder, struct arena *arena, struct plugin_files *out,
                             struct pt_error *err)
{
    if (folder[0] != '/') {
        FAIL(err, PT_E_DENIED, "the plugin folder %s is not absolute", folder);
    }
    size_t n = strlen(folder);
    while (n > 1 && folder[n - 1] == '/') {
        n--; // a slash at the end would follow a symlink
    }
    char *path = arena_strndup(arena, folder, n);
    if (path == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for the list of plugins");
    }
    TRY(owned_folder(path, err));
    DIR *dir = fsys_opendir(path);
    if (dir == NULL) {
        return error_system(err, errno, "%s", path);
    }
    struct plugin_files found = {0};
    pt_status status = add_paths(dir, path, arena, &found, err);
    if (status == PT_OK) {
        status = keep_paths(arena, &found, out, err);
    }
    mem_free(found.paths);
    fsys_closedir(dir);
    return status;
}

static pt_status hash_blocks(int fd, const char *path, struct sha256 *hash, struct pt_error *err)
{
    uint8_t *buffer = mem_alloc(READ_BYTES);
    if (buffer == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory to read %s", path);
    }
    pt_status status = PT_OK;
    ssize_t n = 0;
    do {
        n = fsys_read(fd, buffer, READ_BYTES);
        if (n < 0) {
            status = error_system(err, errno, "%s", path);
        } else {
            status = sha256_add(hash, buffer, (size_t)n, err);
        }
    } while (n > 0 && status == PT_OK);
    mem_free(buffer);
    return status;
}

static pt_status hash_file(int fd, const char *path, char sha256[SHA256_HEX], struct pt_error *err)
{
    struct sha256 *hash = NULL;
    uint8_t digest[SHA256_BYTES];
    TRY(sha256_new(&hash, err));
    pt_status status = hash_blocks(fd, path, hash, err);
    if (status == PT_OK) {
        status = sha256_finish(hash, digest, err);
    }
    if (status == PT_OK) {
        digest_hex(digest, sizeof digest, sha256);
    }
    sha256_free(hash);
    return status;
}

static pt_status check_note(int fd, const char *path, struct elf_note *note, struct pt_error *err)
{
    TRY(elf_note_read(fd, path, note, err));
    if (note->abi_major != PT_ABI_MAJOR) {
        FAIL(err, PT_E_UNSUPPORTED,
             "it is built for plugin ABI %u and this host has %d.%d: install the plugin's version "
             "for ABI %d, or a portrait with ABI %u",
             note->abi_major, PT_ABI_MAJOR, PT_ABI_MINOR, PT_ABI_MAJOR, note->abi_major);
    }
    if (note->min_host_minor > PT_ABI_MINOR) {
        FAIL(err, PT_E_UNSUPPORTED,
             "it needs a host with plugin ABI %u.%u or later and this host has %d.%d",
             note->abi_major, note->min_host_minor, PT_ABI_MAJOR, PT_ABI_MINOR);
    }
    return PT_OK;
}

static pt_status look_at(struct plugin_file *file, struct pt_error *err)
{
    if (fsys_fstat(file->fd, &file->facts) != 0) {
        return error_system(err, errno, "%s", file->path);
    }
    TRY(hash_file(file->fd, file->path, file->sha256, err));
    return check_note(file->fd, file->path, &file->note, err);
}

pt_status plugin_file_open(const char *path, struct plugin_file *out, struct pt_error *err)
{
    *out = (struct plugin_file){.path = path, .fd = -1};
    TRY(owned_open(path, &out->fd, err));
    pt_status status = look_at(out, err);
    if (status != PT_OK) {
        plugin_file_close(out);
    }
    return status;
}

pt_status plugin_file_same(const struct plugin_file *file, struct pt_error *err)
{
    struct stat now;
    if (fsys_fstat(file->fd, &now) != 0) {
        return error_system(err, errno, "%s", file->path);
    }
    const struct stat *then = &file->facts;
    if (now.st_size != then->st_size || now.st_mtim.tv_sec != then->st_mtim.tv_sec ||
        now.st_mtim.tv_nsec != then->st_mtim.tv_nsec ||
        now.st_ctim.tv_sec != then->st_ctim.tv_sec ||
        now.st_ctim.tv_nsec != then->st_ctim.tv_nsec) {
        FAIL(err, PT_E_STATE, "the file was changed since its bytes were hashed");
    }
    return PT_OK;
}

void plugin_file_close(struct plugin_file *file)
{
    if (file->fd >= 0) {
        fsys_close(file->fd);
    }
    file->fd = -1;
}
