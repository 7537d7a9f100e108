// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "scan_cache.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "fsys.h"
#include "mem.h"
#include "publish.h"
#include "scan_record.h"
#include "version.h"

// Another layout of this file or of a record is another number here.
#define FORMAT "portrait plugin scans 1"
#define FILE_NAME "plugins.cache"
#define FILE_BYTES_MAX ((uint64_t)64 << 20)
#define ENTRIES_MAX 1024

struct entry {
    char sha256[SHA256_HEX];
    pt_status status;
    struct text bytes; // in the arena
    bool is_used;      // asked for in this process
};

struct scan_cache {
    struct arena arena;
    const char *folder;
    struct entry *entries;
    size_t n;
    size_t capacity;
    bool is_changed;
};

static bool is_sha256(struct text t)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < t.n; i++) {
        if (t.p[i] == '\0' || strchr(digits, t.p[i]) == NULL) {
            return false;
        }
    }
    return t.n == SHA256_HEX - 1;
}

static pt_status add_entry(struct scan_cache *c, const struct entry *entry, struct pt_error *err)
{
    struct entry copy = *entry;
    if (!mem_reserve(&c->entries, &c->capacity, c->n + 1, sizeof *c->entries) ||
        !arena_text(&c->arena, entry->bytes, &copy.bytes)) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for the list of plugins");
    }
    c->entries[c->n++] = copy;
    return PT_OK;
}

static pt_status take_entry(struct scan_cache *c, struct scan_bytes *in, struct pt_error *err)
{
    struct text key = scan_get_text(in);
    struct entry entry = {.status = (pt_status)scan_get_u32(in)};
    entry.bytes = scan_get_text(in);
    in->is_bad |= !is_sha256(key) || entry.status < PT_OK || entry.status > PT_E_INTERNAL;
    if (in->is_bad) {
        return PT_OK;
    }
    memcpy(entry.sha256, key.p, key.n);
    return add_entry(c, &entry, err);
}

static bool is_ours(struct scan_bytes *in)
{
    struct text format = scan_get_text(in);
    struct text version = scan_get_text(in);
    return text_is(format, FORMAT) && text_is(version, PORTRAIT_VERSION) &&
           scan_get_u32(in) == PT_ABI_MAJOR && scan_get_u32(in) == PT_ABI_MINOR;
}

// The whole of it or nothing: after a byte that cannot be, no other is believed.
static pt_status take_all(struct scan_cache *c, struct text file, struct pt_error *err)
{
    uint8_t digest[SHA256_BYTES];
    if (file.n < SHA256_BYTES) {
        return PT_OK;
    }
    struct scan_bytes in = {(const uint8_t *)file.p, file.n - SHA256_BYTES, false};
    TRY(sha256_of(file.p, in.left, digest, err));
    if (memcmp(digest, file.p + in.left, SHA256_BYTES) != 0 || !is_ours(&in)) {
        return PT_OK;
    }
    uint32_t n = scan_get_u32(&in);
    for (uint32_t i = 0; i < n && !in.is_bad; i++) {
        TRY(take_entry(c, &in, err));
    }
    if (in.is_bad || in.left > 0) {
        c->n = 0;
    }
    return PT_OK;
}

// Only a file that nobody else can write is believed.
static bool read_file(const char *path, struct str *out)
{
    int fd = fsys_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
    if (fd < 0) {
        return false;
    }
    struct stat info;
    bool is_good = fsys_fstat(fd, &info) == 0 && S_ISREG(info.st_mode) &&
                   info.st_uid == geteuid() && (info.st_mode & (S_IWGRP | S_IWOTH)) == 0 &&
                   (uint64_t)info.st_size <= FILE_BYTES_MAX;
    char buffer[16384];
    ssize_t n = is_good ? 1 : 0;
    while (n > 0) {
        n = fsys_read(fd, buffer, sizeof buffer);
        is_good = n >= 0 && str_add_n(out, buffer, n > 0 ? (size_t)n : 0);
        n = is_good && out->n <= FILE_BYTES_MAX ? n : 0;
    }
    fsys_close(fd);
    return is_good;
}

pt_status scan_cache_open(const char *folder, bool is_fresh, struct scan_cache **out,
                          struct pt_error *err)
{
    struct scan_cache *c = mem_zero(1, sizeof *c);
    const char *path = NULL;
    if (c != NULL) {
        c->folder = arena_strdup(&c->arena, folder);
        path = arena_printf(&c->arena, "%s/" FILE_NAME, folder);
    }
    if (path == NULL || c->folder == NULL) {
        scan_cache_free(c);
        FAIL(err, PT_E_NO_MEMORY, "no memory for the list of plugins");
    }
    struct str file = {0};
    pt_status status = PT_OK;
    if (!is_fresh && read_file(path, &file)) {
        status = take_all(c, str_view(&file), err);
    }
    if (file.failed) {
        status = error_set(err, PT_E_NO_MEMORY, "no memory for the list of plugins");
    }
    str_release(&file);
    if (status != PT_OK) {
        scan_cache_free(c);
        return status;
    }
    *out = c;
    return PT_OK;
}

bool scan_cache_find(struct scan_cache *c, const char sha256[SHA256_HEX], pt_status *status,
                     struct text *bytes)
{
    for (size_t i = 0; i < c->n; i++) {
        struct entry *e = &c->entries[i];
        if (strcmp(e->sha256, sha256) == 0) {
            e->is_used = true;
            *status = e->status;
            *bytes = e->bytes;
            return true;
        }
    }
    return false;
}

pt_status scan_cache_add(struct scan_cache *c, const char sha256[SHA256_HEX],
                         const struct scan_result *result, struct pt_error *err)
{
    if (c->n >= ENTRIES_MAX) {
        // Plugins that come and go, as while one is written: start again with those in use.
        size_t kept = 0;
        for (size_t i = 0; i < c->n; i++) {
            if (c->entries[i].is_used) {
                c->entries[kept++] = c->entries[i];
            }
        }
        c->n = kept;
    }
    struct entry entry = {
        .status = result->status, .bytes = str_view(&result->bytes), .is_used = true};
    memcpy(entry.sha256, sha256, SHA256_HEX);
    TRY(add_entry(c, &entry, err));
    c->is_changed = true;
    return PT_OK;
}

void scan_cache_save(const struct scan_cache *c)
{
    if (!c->is_changed) {
        return;
    }
    struct str file = {0};
    struct str path = {0};
    uint8_t digest[SHA256_BYTES];
    scan_put_text(&file, text_of(FORMAT));
    scan_put_text(&file, text_of(PORTRAIT_VERSION));
    scan_put_u32(&file, PT_ABI_MAJOR);
    scan_put_u32(&file, PT_ABI_MINOR);
    scan_put_u32(&file, (uint32_t)c->n);
    for (size_t i = 0; i < c->n; i++) {
        scan_put_text(&file, text_of(c->entries[i].sha256));
        scan_put_u32(&file, (uint32_t)c->entries[i].status);
        scan_put_text(&file, c->entries[i].bytes);
    }
    str_addf(&path, "%s/" FILE_NAME, c->folder);
    if (!file.failed && !path.failed && sha256_of(file.p, file.n, digest, NULL) == PT_OK &&
        str_add_n(&file, (const char *)digest, sizeof digest) &&
        publish_text(path.p, "scan", 1, file.p, file.n, NULL) != PT_OK) {
        // A start without a cache, or beside another that writes it at this moment.
        publish_sweep(path.p, NULL);
    }
    str_release(&file);
    str_release(&path);
}

void scan_cache_free(struct scan_cache *c)
{
    if (c == NULL) {
        return;
    }
    mem_free(c->entries);
    arena_release(&c->arena);
    mem_free(c);
}
