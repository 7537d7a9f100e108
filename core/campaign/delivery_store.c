// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "delivery_store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/file.h>

#include "clock.h"
#include "delivery_journal.h"
#include "digest.h"
#include "fsys.h"
#include "json.h"
#include "mem.h"

#define FILE_MODE 0600

static pt_status no_memory(struct pt_error *err)
{
    return error_set(err, PT_E_NO_MEMORY, "no memory for deliveries");
}

static pt_status read_open_file(int fd, const char *path, struct str *out, struct pt_error *err)
{
    char chunk[16384];
    ssize_t n = fsys_read(fd, chunk, sizeof chunk);
    while (n > 0) {
        if (!str_add_n(out, chunk, (size_t)n)) {
            return no_memory(err);
        }
        n = fsys_read(fd, chunk, sizeof chunk);
    }
    return n == 0 ? PT_OK : error_system(err, errno, "cannot read %s", path);
}

// The whole file; *found is false when there is none.
static pt_status read_file(const char *path, struct str *out, bool *found, struct pt_error *err)
{
    int fd = fsys_open(path, O_RDONLY, 0);
    *found = fd >= 0;
    if (fd < 0 && errno == ENOENT) {
        return PT_OK;
    }
    if (fd < 0) {
        return error_system(err, errno, "cannot read %s", path);
    }
    pt_status status = read_open_file(fd, path, out, err);
    fsys_close(fd);
    return status;
}

static const char *path_in(struct delivery_store *s, const char *name)
{
    return arena_printf(&s->arena, "%s/%s", s->folder, name);
}

static bool is_safe_name(const char *name)
{
    return name != NULL && name[0] >= '0' && name[0] <= '9' && strchr(name, '/') == NULL;
}

static pt_status index_damaged(const struct delivery_store *s, size_t line, struct pt_error *err)
{
    return error_set(err, PT_E_DATA, "%s/%s:%zu: damaged index of frozen deliveries", s->folder,
                     DELIVERY_INDEX_FILE, line);
}

static pt_status item_add(struct delivery_store *s, const struct json *row, size_t line,
                          struct pt_error *err)
{
    const char *file = json_text(json_get(row, "file"));
    const char *id = json_text(json_get(row, "id"));
    const char *type = json_text(json_get(row, "content_type"));
    const char *sha256 = json_text(json_get(row, "sha256"));
    int64_t bytes = -1;
    int64_t profiles = -1;
    json_i64(json_get(row, "bytes"), &bytes);
    json_i64(json_get(row, "profiles"), &profiles);
    if (!is_safe_name(file) || id == NULL || type == NULL || sha256 == NULL || bytes < 0 ||
        profiles < 0) {
        return index_damaged(s, line, err);
    }
    if (!mem_reserve(&s->items, &s->capacity, s->n + 1, sizeof *s->items)) {
        return no_memory(err);
    }
    struct delivery_item *item = &s->items[s->n];
    *item = (struct delivery_item){.file = arena_strdup(&s->arena, file),
                                   .id = arena_strdup(&s->arena, id),
                                   .content_type = arena_strdup(&s->arena, type),
                                   .sha256 = arena_strdup(&s->arena, sha256),
                                   .bytes = (uint64_t)bytes,
                                   .profiles = (uint64_t)profiles};
    if (item->file == NULL || item->id == NULL || item->content_type == NULL ||
        item->sha256 == NULL) {
        return no_memory(err);
    }
    s->n++;
    return PT_OK;
}

static pt_status check_totals(const struct delivery_store *s, const struct json *row, size_t line,
                              struct pt_error *err)
{
    struct delivery_report counted = {0};
    int64_t bodies = -1;
    int64_t profiles = -1;
    json_i64(json_get(row, "bodies"), &bodies);
    json_i64(json_get(row, "profiles"), &profiles);
    delivery_store_count(s, &counted);
    bool is_same = bodies >= 0 && profiles >= 0 && counted.total.bodies == (uint64_t)bodies &&
                   counted.total.profiles == (uint64_t)profiles;
    return is_same ? PT_OK : index_damaged(s, line, err);
}

// First line the version, last line the totals, bodies between.
static pt_status index_line(struct delivery_store *s, struct text text, size_t line, bool *ended,
                            struct pt_error *err)
{
    struct json *row = NULL;
    if (*ended) {
        return index_damaged(s, line, err);
    }
    pt_status status = json_parse(text, &row, err);
    if (status == PT_E_NO_MEMORY) {
        return status;
    }
    int64_t version = 0;
    if (status != PT_OK) {
        status = index_damaged(s, line, err);
    } else if (line == 1) {
        json_i64(json_get(row, "version"), &version);
        status = version == DELIVERY_VERSION ? PT_OK : index_damaged(s, line, err);
    } else if (json_get(row, "file") != NULL) {
        status = item_add(s, row, line, err);
    } else {
        *ended = true;
        status = check_totals(s, row, line, err);
    }
    json_free(row);
    return status;
}

static pt_status index_parse(struct delivery_store *s, struct text all, struct pt_error *err)
{
    bool ended = false;
    size_t line = 0;
    while (all.n > 0) {
        const char *end = memchr(all.p, '\n', all.n);
        size_t n = end == NULL ? all.n : (size_t)(end - all.p);
        line++;
        TRY(index_line(s, text_n(all.p, n), line, &ended, err));
        size_t step = end == NULL ? n : n + 1;
        all = text_n(all.p + step, all.n - step);
    }
    return ended ? PT_OK : index_damaged(s, line + 1, err);
}

static pt_status index_read(struct delivery_store *s, struct pt_error *err)
{
    const char *path = path_in(s, DELIVERY_INDEX_FILE);
    if (path == NULL) {
        return no_memory(err);
    }
    struct str all = {0};
    bool found = false;
    pt_status status = read_file(path, &all, &found, err);
    if (status == PT_OK && !found) {
        status = error_set(err, PT_E_NOT_FOUND, "%s: nothing is frozen for delivery", s->folder);
    }
    if (status == PT_OK) {
        status = index_parse(s, str_view(&all), err);
    }
    str_release(&all);
    return status;
}

static pt_status lock_take(struct delivery_store *s, struct pt_error *err)
{
    const char *path = path_in(s, "lock");
    if (path == NULL) {
        return no_memory(err);
    }
    s->lock = fsys_open(path, O_RDWR | O_CREAT, FILE_MODE);
    if (s->lock < 0) {
        return error_system(err, errno, "cannot open %s", path);
    }
    if (fsys_flock(s->lock, LOCK_EX | LOCK_NB) == 0) {
        return PT_OK;
    }
    if (errno == EWOULDBLOCK) {
        FAIL(err, PT_E_STATE, "%s: another process is delivering it", s->folder);
    }
    return error_system(err, errno, "cannot lock %s", path);
}

// Cuts a line the last crash left unfinished, so that the next one starts on its own.
static pt_status journal_append_to(struct delivery_store *s, const char *path, size_t whole,
                                   size_t size, struct pt_error *err)
{
    s->journal = fsys_open(path, O_WRONLY | O_CREAT | O_APPEND, FILE_MODE);
    if (s->journal < 0) {
        return error_system(err, errno, "cannot open %s", path);
    }
    if (whole < size &&
        (fsys_ftruncate(s->journal, (off_t)whole) != 0 || fsys_fsync(s->journal) != 0)) {
        return error_system(err, errno, "cannot repair %s", path);
    }
    return PT_OK;
}

static pt_status folder_sync(const char *folder, struct pt_error *err)
{
    int fd = fsys_open(folder, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0) {
        return error_system(err, errno, "cannot open %s", folder);
    }
    int failed = fsys_fsync(fd) != 0 ? errno : 0;
    fsys_close(fd);
    return failed == 0 ? PT_OK : error_system(err, failed, "cannot sync %s", folder);
}

static pt_status journal_open(struct delivery_store *s, bool for_sending, struct pt_error *err)
{
    const char *path = path_in(s, "journal");
    if (path == NULL) {
        return no_memory(err);
    }
    struct str all = {0};
    bool found = false;
    size_t whole = 0;
    pt_status status = read_file(path, &all, &found, err);
    if (status == PT_OK) {
        status = delivery_journal_replay(s, str_view(&all), &whole, err);
    }
    if (status == PT_OK && for_sending) {
        status = journal_append_to(s, path, whole, all.n, err);
    }
    if (status == PT_OK && for_sending && !found) {
        status = folder_sync(s->folder, err);
    }
    str_release(&all);
    return status;
}

static pt_status store_load(struct delivery_store *s, const char *folder, bool for_sending,
                            struct pt_error *err)
{
    s->folder = arena_strdup(&s->arena, folder);
    if (s->folder == NULL) {
        return no_memory(err);
    }
    TRY(index_read(s, err));
    if (for_sending) {
        TRY(lock_take(s, err));
    }
    return journal_open(s, for_sending, err);
}

pt_status delivery_store_open(const char *folder, bool for_sending, struct delivery_store **out,
                              struct pt_error *err)
{
    struct delivery_store *s = mem_zero(1, sizeof *s);
    if (s == NULL) {
        return no_memory(err);
    }
    s->journal = -1;
    s->lock = -1;
    pt_status status = store_load(s, folder, for_sending, err);
    if (status != PT_OK) {
        delivery_store_close(s);
        return status;
    }
    *out = s;
    return PT_OK;
}

pt_status delivery_store_record(struct delivery_store *s, const struct delivery_event *event,
                                struct pt_error *err)
{
    struct str line = {0};
    pt_status status = delivery_journal_format(s, event, &line) ? PT_OK : no_memory(err);
    if (status == PT_OK && fsys_write_all(s->journal, line.p, line.n) != 0) {
        status = error_system(err, errno, "cannot write the journal of %s", s->folder);
    }
    if (status == PT_OK && fsys_fsync(s->journal) != 0) {
        status = error_system(err, errno, "cannot sync the journal of %s", s->folder);
    }
    if (status == PT_OK) {
        delivery_journal_apply(s, event);
    }
    str_release(&line);
    return status;
}

pt_status delivery_store_read(const struct delivery_store *s, const struct delivery_item *item,
                              struct str *out, struct pt_error *err)
{
    struct str path = {0};
    str_addf(&path, "%s/%s", s->folder, item->file);
    bool found = false;
    str_reset(out);
    pt_status status =
        str_get(&path) == NULL ? no_memory(err) : read_file(str_get(&path), out, &found, err);
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX] = "";
    if (status == PT_OK) {
        status = sha256_of(out->n == 0 ? "" : out->p, out->n, digest, err);
    }
    if (status == PT_OK) {
        digest_hex(digest, sizeof digest, hex);
        if (!found || out->n != item->bytes || strcmp(hex, item->sha256) != 0) {
            status =
                error_set(err, PT_E_DATA, "%s/%s is not what was frozen", s->folder, item->file);
        }
    }
    str_release(&path);
    return status;
}

void delivery_store_count(const struct delivery_store *s, struct delivery_report *report)
{
    struct delivery_count *by_state[] = {
        [DELIVERY_PENDING] = &report->pending,
        [DELIVERY_ACCEPTED] = &report->accepted,
        [DELIVERY_REJECTED] = &report->rejected,
        [DELIVERY_EXHAUSTED] = &report->exhausted,
    };
    for (size_t i = 0; i < sizeof by_state / sizeof by_state[0]; i++) {
        *by_state[i] = (struct delivery_count){0};
    }
    report->total = (struct delivery_count){0};
    for (size_t i = 0; i < s->n; i++) {
        by_state[s->items[i].state]->bodies++;
        by_state[s->items[i].state]->profiles += s->items[i].profiles;
        report->total.bodies++;
        report->total.profiles += s->items[i].profiles;
    }
    report->is_disabled = s->is_disabled;
    report->damaged_lines = s->damaged_lines;
    memcpy(report->last_error, s->last_error, sizeof report->last_error);
}

void delivery_store_close(struct delivery_store *s)
{
    if (s == NULL) {
        return;
    }
    if (s->journal >= 0) {
        fsys_close(s->journal);
    }
    if (s->lock >= 0) {
        fsys_close(s->lock);
    }
    mem_free(s->items);
    arena_release(&s->arena);
    mem_free(s);
}
