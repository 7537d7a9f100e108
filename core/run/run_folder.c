// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "run_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "clock.h"
#include "fsys.h"
#include "mem.h"
#include "publish.h"

#define RECORD_MAX ((size_t)64 << 20)

static pt_status no_memory(struct pt_error *err)
{
    return error_set(err, PT_E_NO_MEMORY, "out of memory");
}

static char *join(const char *a, const char *b)
{
    struct str s = {0};
    str_addf(&s, "%s/%s", a, b);
    return str_take(&s);
}

char *run_folder_path(const struct run_folder *f, const char *name)
{
    return join(f->path, name);
}

static pt_status take_lock(const char *path, int *out, struct pt_error *err)
{
    int fd = fsys_open(path, O_RDWR | O_CREAT, 0600);
    if (fd < 0) {
        return error_system(err, errno, "%s", path);
    }
    if (fsys_flock(fd, LOCK_EX | LOCK_NB) != 0) {
        int number = errno;
        fsys_close(fd);
        if (number == EWOULDBLOCK) {
            FAIL(err, PT_E_STATE, "%s is locked: another run is at work", path);
        }
        return error_system(err, number, "%s", path);
    }
    *out = fd;
    return PT_OK;
}

static pt_status lock_name(struct run_folder *f, const char *name, struct pt_error *err)
{
    struct str path = {0};
    str_addf(&path, "%s/.lock-%s", f->runs, name);
    if (str_get(&path) == NULL) {
        return no_memory(err);
    }
    pt_status status = take_lock(path.p, &f->name_lock, err);
    str_release(&path);
    return status;
}

// An id tells when and what, and four hex digits tell runs of one second apart.
static char *id_of(const char *name, int64_t now_us, uint32_t salt)
{
    struct civil c = civil_from_us(now_us);
    struct str id = {0};
    str_addf(&id, "%04d%02u%02uT%02u%02u%02uZ-%s-%04x", c.year, c.month, c.day, c.hour, c.minute,
             c.second, name, salt & 0xFFFF);
    return str_take(&id);
}

static pt_status make_folder(struct run_folder *f, const char *name, int64_t now_us,
                             struct pt_error *err)
{
    uint32_t salt = (uint32_t)((uint64_t)now_us * 2654435761u >> 8) ^ (uint32_t)getpid();
    for (uint32_t attempt = 0; attempt < 100; attempt++) {
        f->id = id_of(name, now_us, salt + attempt * 40503u);
        f->path = f->id == NULL ? NULL : join(f->runs, f->id);
        if (f->path == NULL) {
            return no_memory(err);
        }
        if (fsys_mkdir(f->path, 0700) == 0) {
            return PT_OK;
        }
        if (errno != EEXIST) {
            return error_system(err, errno, "%s", f->path);
        }
        mem_free(f->id);
        mem_free(f->path);
        f->id = NULL;
        f->path = NULL;
    }
    FAIL(err, PT_E_STATE, "%s: no free name for a run", f->runs);
}

static pt_status open_files(struct run_folder *f, struct pt_error *err)
{
    char *lock = join(f->path, "lock");
    char *events = join(f->path, "events.ndjson");
    pt_status status = lock == NULL || events == NULL ? no_memory(err) : PT_OK;
    if (status == PT_OK) {
        status = take_lock(lock, &f->lock, err);
    }
    if (status == PT_OK) {
        f->events = fsys_open(events, O_WRONLY | O_CREAT | O_APPEND, 0600);
        status = f->events < 0 ? error_system(err, errno, "%s", events) : PT_OK;
    }
    mem_free(lock);
    mem_free(events);
    return status;
}

pt_status run_folder_create(const char *runs, const char *name, int64_t now_us,
                            struct run_folder *out, struct pt_error *err)
{
    struct run_folder f = RUN_FOLDER_NONE;
    f.runs = mem_strdup(runs);
    pt_status status = f.runs == NULL ? no_memory(err) : PT_OK;
    if (status == PT_OK && fsys_mkdir_all(runs, 0700) != 0) {
        status = error_system(err, errno, "%s", runs);
    }
    if (status == PT_OK) {
        status = lock_name(&f, name, err);
    }
    if (status == PT_OK) {
        status = make_folder(&f, name, now_us, err);
    }
    if (status == PT_OK) {
        status = open_files(&f, err);
    }
    if (status != PT_OK) {
        run_folder_close(&f);
        return status;
    }
    *out = f;
    return PT_OK;
}

pt_status run_folder_mark_latest(const struct run_folder *f, struct pt_error *err)
{
    char *link = join(f->runs, "latest");
    struct str temp = {0};
    str_addf(&temp, "%s/.latest-%s", f->runs, f->id);
    pt_status status = link == NULL || str_get(&temp) == NULL ? no_memory(err) : PT_OK;
    if (status == PT_OK && fsys_symlink(f->id, temp.p) != 0) {
        status = error_system(err, errno, "%s", temp.p);
    }
    if (status == PT_OK && fsys_rename(temp.p, link) != 0) {
        status = error_system(err, errno, "%s", link);
        fsys_unlink(temp.p);
    }
    mem_free(link);
    str_release(&temp);
    return status;
}

pt_status run_folder_write(const struct run_folder *f, const char *name, struct text bytes,
                           struct pt_error *err)
{
    char *path = run_folder_path(f, name);
    if (path == NULL) {
        return no_memory(err);
    }
    pt_status status = publish_text(path, f->id, 1, bytes.p, bytes.n, err);
    mem_free(path);
    return status;
}

static void close_fd(int fd)
{
    if (fd >= 0) {
        fsys_close(fd);
    }
}

void run_folder_close(struct run_folder *f)
{
    close_fd(f->events);
    close_fd(f->lock);
    close_fd(f->name_lock);
    mem_free(f->runs);
    mem_free(f->path);
    mem_free(f->id);
    *f = RUN_FOLDER_NONE;
}

// --- Runs that are there ------------------------------------------------------------------------

static pt_status read_whole(const char *path, struct str *out, struct pt_error *err)
{
    int fd = fsys_open(path, O_RDONLY, 0);
    if (fd < 0) {
        int number = errno;
        error_system(err, number, "%s", path);
        return number == ENOENT ? PT_E_NOT_FOUND : PT_E_IO;
    }
    pt_status status = PT_OK;
    char buffer[65536];
    ssize_t n = 0;
    while ((n = fsys_read(fd, buffer, sizeof buffer)) > 0 && status == PT_OK) {
        if (out->n > RECORD_MAX) {
            status = error_set(err, PT_E_LIMIT, "%s: too large for a run record", path);
        } else if (!str_add_n(out, buffer, (size_t)n)) {
            status = no_memory(err);
        }
    }
    if (n < 0) {
        status = error_system(err, errno, "%s", path);
    }
    fsys_close(fd);
    return status;
}

// A folder without a lock holds none.
static pt_status lock_is_held(const char *folder, bool *is_held, struct pt_error *err)
{
    char *path = join(folder, "lock");
    if (path == NULL) {
        return no_memory(err);
    }
    pt_status status = PT_OK;
    int fd = fsys_open(path, O_RDONLY, 0);
    *is_held = fd >= 0 && fsys_flock(fd, LOCK_SH | LOCK_NB) != 0;
    int number = errno;
    if ((fd < 0 && number != ENOENT) || (*is_held && number != EWOULDBLOCK)) {
        status = error_system(err, number, "%s", path);
    }
    if (fd >= 0) {
        fsys_close(fd);
    }
    mem_free(path);
    return status;
}

pt_status run_folder_read(const char *folder, struct json **out, bool *is_alive,
                          struct pt_error *err)
{
    char *path = join(folder, "run.json");
    struct str bytes = {0};
    pt_status status = path == NULL ? no_memory(err) : read_whole(path, &bytes, err);
    if (status == PT_OK) {
        status = json_parse(str_view(&bytes), out, err);
        if (status != PT_OK) {
            error_prefix(err, "%s", path);
        }
    }
    if (status == PT_OK) {
        status = lock_is_held(folder, is_alive, err);
        if (status != PT_OK) {
            json_free(*out);
            *out = NULL;
        }
    }
    mem_free(path);
    str_release(&bytes);
    return status;
}

const char *run_folder_status(const struct json *record, bool is_alive)
{
    const char *status = json_text(json_get(record, "status"));
    if (status == NULL) {
        return "DAMAGED";
    }
    return strcmp(status, "RUNNING") == 0 && !is_alive ? "ABORTED" : status;
}

static int compare_ids(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static pt_status is_run(const char *runs, const char *name, bool *out, struct pt_error *err)
{
    *out = false;
    if (name[0] == '.' || strcmp(name, "latest") == 0) {
        return PT_OK;
    }
    struct str path = {0};
    struct stat info;
    str_addf(&path, "%s/%s/lock", runs, name);
    if (str_get(&path) == NULL) {
        return no_memory(err);
    }
    *out = fsys_stat(path.p, &info) == 0;
    pt_status status = *out || errno == ENOENT || errno == ENOTDIR
                           ? PT_OK
                           : error_system(err, errno, "%s", path.p);
    str_release(&path);
    return status;
}

static pt_status add_run(const char *name, char ***list, size_t *capacity, size_t *n,
                         struct pt_error *err)
{
    char *id = mem_strdup(name);
    if (id == NULL || !mem_reserve(list, capacity, *n + 1, sizeof(char *))) {
        mem_free(id);
        return no_memory(err);
    }
    (*list)[(*n)++] = id;
    return PT_OK;
}

pt_status run_folder_list(const char *runs, char ***ids, size_t *n, struct pt_error *err)
{
    *ids = NULL;
    *n = 0;
    DIR *dir = fsys_opendir(runs);
    if (dir == NULL) {
        return errno == ENOENT ? PT_OK : error_system(err, errno, "%s", runs);
    }
    char **list = NULL;
    size_t capacity = 0;
    size_t count = 0;
    pt_status status = PT_OK;
    while (status == PT_OK) {
        bool is_one = false;
        struct dirent *entry = fsys_readdir(dir);
        if (entry == NULL) {
            status = errno == 0 ? PT_OK : error_system(err, errno, "%s", runs);
            break;
        }
        status = is_run(runs, entry->d_name, &is_one, err);
        if (status == PT_OK && is_one) {
            status = add_run(entry->d_name, &list, &capacity, &count, err);
        }
    }
    fsys_closedir(dir);
    if (status != PT_OK) {
        run_folder_list_free(list, count);
        return status;
    }
    if (count > 1) {
        qsort(list, count, sizeof *list, compare_ids);
    }
    *ids = list;
    *n = count;
    return PT_OK;
}

void run_folder_list_free(char **ids, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        mem_free(ids[i]);
    }
    mem_free(ids);
}

static pt_status find_by_part(const char *runs, const char *which, char **out, struct pt_error *err)
{
    char **ids = NULL;
    size_t n = 0;
    TRY(run_folder_list(runs, &ids, &n, err));
    const char *found = NULL;
    size_t n_found = 0;
    for (size_t i = 0; i < n; i++) {
        bool is_exact = strcmp(ids[i], which) == 0;
        if (is_exact || strstr(ids[i], which) != NULL) {
            n_found = is_exact ? 1 : n_found + 1;
            found = ids[i];
        }
        if (is_exact) {
            break;
        }
    }
    pt_status status = PT_OK;
    if (n_found == 1) {
        *out = join(runs, found);
        status = *out == NULL ? no_memory(err) : PT_OK;
    } else {
        status = error_set(err, PT_E_NOT_FOUND, "%s `%s` in %s",
                           n_found == 0 ? "no run" : "several runs match", which, runs);
    }
    run_folder_list_free(ids, n);
    return status;
}

pt_status run_folder_find(const char *runs, const char *which, char **out, struct pt_error *err)
{
    struct stat info;
    if (strchr(which, '/') != NULL && fsys_stat(which, &info) == 0 && S_ISDIR(info.st_mode)) {
        char *real = realpath(which, NULL);
        *out = real == NULL ? NULL : mem_strdup(real);
        free(real);
        return *out == NULL ? no_memory(err) : PT_OK;
    }
    if (strcmp(which, "latest") == 0) {
        char *link = join(runs, "latest");
        char *real = link == NULL ? NULL : realpath(link, NULL);
        mem_free(link);
        if (real == NULL) {
            FAIL(err, PT_E_NOT_FOUND, "no run in %s yet", runs);
        }
        *out = mem_strdup(real);
        free(real);
        return *out == NULL ? no_memory(err) : PT_OK;
    }
    return find_by_part(runs, which, out, err);
}
