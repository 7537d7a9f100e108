// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Bodies are written first and synced together at the commit, which costs one journal flush of the
// file system instead of one a body. The index names every body's size and SHA-256 and ends with a
// line of totals, so that a cut index is never taken for a shorter one.
#include "delivery_freezer.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>

#include "delivery_id.h"
#include "digest.h"
#include "fsys.h"
#include "json.h"
#include "mem.h"
#include "publish.h"

#define FOLDER_MODE 0700
#define BODY_MODE 0600

struct delivery_freezer {
    char *folder;
    struct publish *index;
    struct publish *recipients;
    struct str line; // reused
    struct str path; // reused
    uint64_t n_bodies;
    uint64_t n_profiles;
    bool is_committed;
};

static const char *path_in(struct delivery_freezer *f, const char *name)
{
    str_reset(&f->path);
    str_addf(&f->path, "%s/%s", f->folder, name);
    return str_get(&f->path);
}

static pt_status no_memory(struct pt_error *err)
{
    return error_set(err, PT_E_NO_MEMORY, "no memory to freeze deliveries");
}

// "000001.json" has at least six digits; the index and the journal have none.
static bool is_body_name(const char *name)
{
    size_t n = 0;
    while (name[n] >= '0' && name[n] <= '9') {
        n++;
    }
    return n >= 6 && name[n] == '.';
}

static pt_status remove_bodies(struct delivery_freezer *f, DIR *dir, struct pt_error *err)
{
    errno = 0;
    for (struct dirent *e = fsys_readdir(dir); e != NULL; e = fsys_readdir(dir)) {
        if (!is_body_name(e->d_name)) {
            continue;
        }
        const char *path = path_in(f, e->d_name);
        if (path == NULL) {
            return no_memory(err);
        }
        if (fsys_unlink(path) != 0) {
            return error_system(err, errno, "cannot remove %s", path);
        }
        errno = 0;
    }
    return errno == 0 ? PT_OK : error_system(err, errno, "cannot read folder %s", f->folder);
}

// What an earlier, uncommitted freeze left must not lie among the bodies of this one.
static pt_status sweep(struct delivery_freezer *f, struct pt_error *err)
{
    DIR *dir = fsys_opendir(f->folder);
    if (dir == NULL) {
        return error_system(err, errno, "cannot read folder %s", f->folder);
    }
    pt_status status = remove_bodies(f, dir, err);
    fsys_closedir(dir);
    return status;
}

static pt_status check_unfrozen(struct delivery_freezer *f, struct pt_error *err)
{
    const char *index = path_in(f, DELIVERY_INDEX_FILE);
    if (index == NULL) {
        return no_memory(err);
    }
    struct stat info;
    if (fsys_stat(index, &info) == 0) {
        FAIL(err, PT_E_STATE, "%s exists: frozen deliveries are never replaced", index);
    }
    if (errno != ENOENT) {
        return error_system(err, errno, "cannot look for %s", index);
    }
    return PT_OK;
}

static pt_status begin_file(struct delivery_freezer *f, const char *name, const char *run_id,
                            struct publish **out, struct pt_error *err)
{
    const char *path = path_in(f, name);
    if (path == NULL) {
        return no_memory(err);
    }
    TRY(publish_sweep(path, err));
    return publish_begin(path, run_id, 1, out, err);
}

static pt_status write_line(struct delivery_freezer *f, struct publish *to, struct pt_error *err)
{
    str_add_char(&f->line, '\n');
    if (str_get(&f->line) == NULL) {
        return no_memory(err);
    }
    return publish_write(to, f->line.p, f->line.n, err);
}

static pt_status begin_files(struct delivery_freezer *f, const char *run_id, struct pt_error *err)
{
    if (fsys_mkdir_all(f->folder, FOLDER_MODE) != 0) {
        return error_system(err, errno, "cannot make folder %s", f->folder);
    }
    TRY(check_unfrozen(f, err));
    TRY(sweep(f, err));
    TRY(begin_file(f, DELIVERY_RECIPIENTS_FILE, run_id, &f->recipients, err));
    TRY(begin_file(f, DELIVERY_INDEX_FILE, run_id, &f->index, err));
    str_add(&f->line, "body,delivery_id,profile");
    TRY(write_line(f, f->recipients, err));
    str_reset(&f->line);
    struct json_writer w = json_writer_of(&f->line, false);
    json_begin_object(&w);
    json_key(&w, "version");
    json_put_i64(&w, DELIVERY_VERSION);
    json_key(&w, "run");
    json_put_str(&w, run_id);
    json_end_object(&w);
    return write_line(f, f->index, err);
}

pt_status delivery_freezer_new(const char *folder, const char *run_id,
                               struct delivery_freezer **out, struct pt_error *err)
{
    struct delivery_freezer *f = mem_zero(1, sizeof *f);
    if (f == NULL) {
        return no_memory(err);
    }
    f->folder = mem_strdup(folder);
    pt_status status = f->folder == NULL ? no_memory(err) : begin_files(f, run_id, err);
    if (status != PT_OK) {
        delivery_freezer_free(f);
        return status;
    }
    *out = f;
    return PT_OK;
}

static void body_name(uint64_t number, const char *content_type, char out[40])
{
    bool is_json = strncmp(content_type, "application/json", 16) == 0;
    snprintf(out, 40, "%06" PRIu64 ".%s", number, is_json ? "json" : "body");
}

static pt_status write_body(const char *path, pt_bytes bytes, struct pt_error *err)
{
    int fd = fsys_open(path, O_WRONLY | O_CREAT | O_TRUNC, BODY_MODE);
    if (fd < 0) {
        return error_system(err, errno, "cannot write %s", path);
    }
    int failed = fsys_write_all(fd, bytes.data, bytes.size) != 0 ? errno : 0;
    if (fsys_close(fd) != 0 && failed == 0) {
        failed = errno;
    }
    return failed == 0 ? PT_OK : error_system(err, failed, "cannot write %s", path);
}

static pt_status index_add(struct delivery_freezer *f, const struct delivery_body *body,
                           const char *name, struct pt_error *err)
{
    char id[DELIVERY_ID_CHARS];
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX];
    TRY(delivery_body_id(body->ids, body->n, id, err));
    TRY(sha256_of(body->bytes.data, body->bytes.size, digest, err));
    digest_hex(digest, sizeof digest, hex);
    str_reset(&f->line);
    struct json_writer w = json_writer_of(&f->line, false);
    json_begin_object(&w);
    json_key(&w, "file");
    json_put_str(&w, name);
    json_key(&w, "id");
    json_put_str(&w, id);
    json_key(&w, "bytes");
    json_put_u64(&w, body->bytes.size);
    json_key(&w, "sha256");
    json_put_str(&w, hex);
    json_key(&w, "content_type");
    json_put_str(&w, body->content_type);
    json_key(&w, "profiles");
    json_put_u64(&w, body->n);
    json_end_object(&w);
    return write_line(f, f->index, err);
}

static void add_csv_text(struct str *out, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        str_add(out, text);
        return;
    }
    str_add_char(out, '"');
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '"') {
            str_add_char(out, '"');
        }
        str_add_char(out, *p);
    }
    str_add_char(out, '"');
}

static pt_status recipients_add(struct delivery_freezer *f, const struct delivery_body *body,
                                struct pt_error *err)
{
    for (size_t i = 0; i < body->n; i++) {
        str_reset(&f->line);
        str_addf(&f->line, "%" PRIu64 ",%s,", f->n_bodies, body->ids[i]);
        add_csv_text(&f->line, body->profiles[i]);
        TRY(write_line(f, f->recipients, err));
    }
    return PT_OK;
}

pt_status delivery_freezer_add(struct delivery_freezer *f, const struct delivery_body *body,
                               struct pt_error *err)
{
    if (f->is_committed) {
        FAIL(err, PT_E_STATE, "bodies are frozen already");
    }
    char name[40];
    f->n_bodies++;
    f->n_profiles += body->n;
    body_name(f->n_bodies, body->content_type, name);
    const char *path = path_in(f, name);
    if (path == NULL) {
        return no_memory(err);
    }
    TRY(write_body(path, body->bytes, err));
    TRY(index_add(f, body, name, err));
    return recipients_add(f, body, err);
}

static pt_status sync_path(const char *path, int flags, struct pt_error *err)
{
    int fd = fsys_open(path, O_RDONLY | flags, 0);
    if (fd < 0) {
        return error_system(err, errno, "cannot open %s", path);
    }
    int failed = fsys_fsync(fd) != 0 ? errno : 0;
    fsys_close(fd);
    return failed == 0 ? PT_OK : error_system(err, failed, "cannot sync %s", path);
}

// Every body by the names the folder holds: what lies there is what was written.
static pt_status sync_bodies(struct delivery_freezer *f, DIR *dir, struct pt_error *err)
{
    uint64_t found = 0;
    errno = 0;
    for (struct dirent *e = fsys_readdir(dir); e != NULL; e = fsys_readdir(dir)) {
        if (!is_body_name(e->d_name)) {
            continue;
        }
        const char *path = path_in(f, e->d_name);
        if (path == NULL) {
            return no_memory(err);
        }
        TRY(sync_path(path, 0, err));
        found++;
        errno = 0;
    }
    if (errno != 0) {
        return error_system(err, errno, "cannot read folder %s", f->folder);
    }
    if (found != f->n_bodies) {
        FAIL(err, PT_E_IO, "%s holds %" PRIu64 " bodies, %" PRIu64 " were written", f->folder,
             found, f->n_bodies);
    }
    return PT_OK;
}

// The folder is new, and so may be the one above it: their names must be on disk as well.
static pt_status sync_folders(struct delivery_freezer *f, struct pt_error *err)
{
    char *path = mem_strdup(f->folder);
    if (path == NULL) {
        return no_memory(err);
    }
    pt_status status = sync_path(path, O_DIRECTORY, err);
    for (int level = 0; status == PT_OK && level < 2; level++) {
        char *slash = strrchr(path, '/');
        if (slash == NULL || slash == path) {
            break;
        }
        *slash = '\0';
        status = sync_path(path, O_DIRECTORY, err);
    }
    mem_free(path);
    return status;
}

static pt_status sync_all(struct delivery_freezer *f, struct pt_error *err)
{
    DIR *dir = fsys_opendir(f->folder);
    if (dir == NULL) {
        return error_system(err, errno, "cannot read folder %s", f->folder);
    }
    pt_status status = sync_bodies(f, dir, err);
    fsys_closedir(dir);
    return status == PT_OK ? sync_folders(f, err) : status;
}

static pt_status index_end(struct delivery_freezer *f, struct pt_error *err)
{
    str_reset(&f->line);
    struct json_writer w = json_writer_of(&f->line, false);
    json_begin_object(&w);
    json_key(&w, "bodies");
    json_put_u64(&w, f->n_bodies);
    json_key(&w, "profiles");
    json_put_u64(&w, f->n_profiles);
    json_end_object(&w);
    return write_line(f, f->index, err);
}

pt_status delivery_freezer_commit(struct delivery_freezer *f, struct pt_error *err)
{
    if (f->is_committed) {
        FAIL(err, PT_E_STATE, "bodies are frozen already");
    }
    TRY(index_end(f, err));
    TRY(sync_all(f, err));
    TRY(publish_commit(f->recipients, err));
    TRY(publish_commit(f->index, err));
    f->is_committed = true;
    return PT_OK;
}

void delivery_freezer_free(struct delivery_freezer *f)
{
    if (f == NULL) {
        return;
    }
    publish_free(f->index);
    publish_free(f->recipients);
    str_release(&f->line);
    str_release(&f->path);
    mem_free(f->folder);
    mem_free(f);
}
