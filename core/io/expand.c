// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "expand.h"

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>

#include "fsys.h"
#include "mem.h"

// The walk over the components of one pattern.
struct walk {
    struct expansion *out;
    struct str path; // what was put together so far
    struct pt_error *err;
};

static pt_status walk_rest(struct walk *w, const char *rest);

static bool has_magic(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '*' || p[i] == '?' || p[i] == '[' || p[i] == '\\') {
            return true;
        }
    }
    return false;
}

static bool is_missing(int number)
{
    return number == ENOENT || number == ENOTDIR;
}

static pt_status out_of_memory(struct pt_error *err)
{
    FAIL(err, PT_E_NO_MEMORY, "no memory to expand a file pattern");
}

static pt_status add_path(struct expansion *out, const char *path, struct pt_error *err)
{
    if (out->n >= EXPAND_PATHS_MAX) {
        FAIL(err, PT_E_LIMIT, "a pattern names more than %u files", EXPAND_PATHS_MAX);
    }
    char *copy = arena_strdup(&out->arena, path);
    if (copy == NULL ||
        !mem_reserve((void *)&out->paths, &out->capacity, out->n + 1, sizeof *out->paths)) {
        return out_of_memory(err);
    }
    out->paths[out->n++] = copy;
    return PT_OK;
}

static void cut_path(struct str *path, size_t n)
{
    path->n = n;
    if (path->p != NULL) {
        path->p[n] = '\0';
    }
}

// A name without magic: kept when the whole path exists.
static pt_status walk_literal(struct walk *w, const char *name, size_t n)
{
    if (!str_add_n(&w->path, name, n)) {
        return out_of_memory(w->err);
    }
    if (name[n] != '\0') {
        return walk_rest(w, name + n);
    }
    struct stat found;
    if (fsys_stat(str_get(&w->path), &found) != 0) {
        return is_missing(errno) ? PT_OK : error_system(w->err, errno, "%s", str_get(&w->path));
    }
    return add_path(w->out, str_get(&w->path), w->err);
}

// One entry of a folder against a name with magic. What follows a slash needs a folder.
static pt_status walk_entry(struct walk *w, const struct dirent *entry, const char *pattern,
                            const char *rest)
{
    const char *name = entry->d_name;
    bool is_self = strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
    if (is_self || fnmatch(pattern, name, FNM_PERIOD) != 0) {
        return PT_OK;
    }
    bool may_be_folder =
        entry->d_type == DT_DIR || entry->d_type == DT_LNK || entry->d_type == DT_UNKNOWN;
    if (*rest != '\0' && !may_be_folder) {
        return PT_OK;
    }
    size_t keep = w->path.n;
    if (!str_add(&w->path, name)) {
        return out_of_memory(w->err);
    }
    pt_status status =
        *rest == '\0' ? add_path(w->out, str_get(&w->path), w->err) : walk_rest(w, rest);
    cut_path(&w->path, keep);
    return status;
}

static pt_status walk_folder(struct walk *w, const char *pattern, const char *rest)
{
    const char *folder = w->path.n == 0 ? "." : str_get(&w->path);
    DIR *dir = fsys_opendir(folder);
    if (dir == NULL) {
        return is_missing(errno) ? PT_OK : error_system(w->err, errno, "folder %s", folder);
    }
    pt_status status = PT_OK;
    while (status == PT_OK) {
        const struct dirent *entry = fsys_readdir(dir);
        if (entry == NULL) {
            status = errno == 0 ? PT_OK : error_system(w->err, errno, "folder %s", folder);
            break;
        }
        status = walk_entry(w, entry, pattern, rest);
        folder = w->path.n == 0 ? "." : str_get(&w->path);
    }
    if (fsys_closedir(dir) != 0 && status == PT_OK) {
        status = error_system(w->err, errno, "folder %s", folder);
    }
    return status;
}

static pt_status walk_rest(struct walk *w, const char *rest)
{
    size_t slashes = strspn(rest, "/");
    if (!str_add_n(&w->path, rest, slashes)) {
        return out_of_memory(w->err);
    }
    const char *name = rest + slashes;
    size_t n = strcspn(name, "/");
    if (!has_magic(name, n)) {
        return walk_literal(w, name, n);
    }
    char *pattern = mem_strndup(name, n);
    if (pattern == NULL) {
        return out_of_memory(w->err);
    }
    pt_status status = walk_folder(w, pattern, name + n);
    mem_free(pattern);
    return status;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool join(const char *folder, const char *pattern, struct str *out)
{
    bool is_here = folder == NULL || *folder == '\0' || strcmp(folder, ".") == 0;
    if (pattern[0] != '/' && !is_here) {
        str_add(out, folder);
        if (folder[strlen(folder) - 1] != '/') {
            str_add_char(out, '/');
        }
    }
    return str_add(out, pattern);
}

static pt_status walk_pattern(struct walk *w, const char *folder, const char *pattern)
{
    bool starts_here =
        pattern[0] == '/' || folder == NULL || *folder == '\0' || strcmp(folder, ".") == 0;
    if (!starts_here && !join(folder, "", &w->path)) {
        return out_of_memory(w->err);
    }
    return walk_rest(w, pattern);
}

pt_status expand_pattern(const char *folder, const char *pattern, struct expansion *out,
                         struct pt_error *err)
{
    if (*pattern == '\0') {
        FAIL(err, PT_E_INVALID, "an empty file name");
    }
    struct str whole = {0};
    struct walk w = {.out = out, .err = err};
    pt_status status = PT_OK;
    if (!join(folder, pattern, &whole)) {
        status = out_of_memory(err);
        goto cleanup;
    }
    struct stat found;
    const char *path = str_get(&whole);
    if (fsys_stat(path, &found) == 0) {
        status = add_path(out, path, err);
        goto cleanup;
    }
    if (!is_missing(errno) && errno != ENAMETOOLONG) {
        status = error_system(err, errno, "%s", path);
        goto cleanup;
    }
    if (!has_magic(pattern, strlen(pattern))) {
        status = error_set(err, PT_E_NOT_FOUND, "%s: no such file", path);
        goto cleanup;
    }
    status = walk_pattern(&w, folder, pattern);
    if (status == PT_OK && out->n == 0) {
        status = error_set(err, PT_E_NOT_FOUND, "%s: no file matches", path);
    }
    if (status == PT_OK) {
        qsort((void *)out->paths, out->n, sizeof *out->paths, compare_paths);
    }
cleanup:
    str_release(&w.path);
    str_release(&whole);
    return status;
}

void expand_release(struct expansion *e)
{
    mem_free((void *)e->paths);
    arena_release(&e->arena);
    *e = (struct expansion){0};
}
