// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "lock_file.h"

#include <stdlib.h>

#include "document.h"
#include "owned.h"

static int compare_entries(const void *a, const void *b)
{
    return strcmp(((const struct lock_entry *)a)->id, ((const struct lock_entry *)b)->id);
}

static pt_status read_entry(const struct json *item, struct arena *arena, struct lock_entry *out,
                            struct pt_error *err)
{
    static const char *const keys[] = {"id", "version", "sha256", NULL};
    const char *sha256 = json_text(json_get(item, "sha256"));
    TRY(document_object(item, keys, "an entry of `plugins`", err));
    TRY(document_identity(item, arena, &out->id, &out->version, err));
    if (!document_is_sha256(sha256)) {
        FAIL(err, PT_E_DATA, "%s needs a SHA-256 of 64 lower-case hex digits", out->id);
    }
    memcpy(out->sha256, sha256, SHA256_HEX);
    return PT_OK;
}

static pt_status read_entries(const struct json *list, struct arena *arena, struct lock_file *lock,
                              struct pt_error *err)
{
    size_t n = json_count(list);
    if (!json_is_array(list) || n == 0 || n > LOCK_FILE_MOST) {
        FAIL(err, PT_E_DATA, "`plugins` must be a list of 1 to %d entries", LOCK_FILE_MOST);
    }
    lock->entries = arena_zero(arena, n, sizeof *lock->entries);
    if (lock->entries == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a lock file");
    }
    for (; lock->n < n; lock->n++) {
        TRY(read_entry(json_at(list, lock->n), arena, &lock->entries[lock->n], err));
    }
    qsort(lock->entries, n, sizeof *lock->entries, compare_entries);
    for (size_t i = 1; i < n; i++) {
        if (strcmp(lock->entries[i - 1].id, lock->entries[i].id) == 0) {
            FAIL(err, PT_E_DATA, "`plugins` has %s twice", lock->entries[i].id);
        }
    }
    return PT_OK;
}

static pt_status read_root(const struct json *root, struct arena *arena, struct lock_file *lock,
                           struct pt_error *err)
{
    static const char *const keys[] = {"lock", "plugins", NULL};
    int64_t version = 0;
    TRY(document_object(root, keys, "the lock file", err));
    if (!json_i64(json_get(root, "lock"), &version) || version != 1) {
        FAIL(err, PT_E_DATA, "`lock` must be 1: this host reads no other version");
    }
    return read_entries(json_get(root, "plugins"), arena, lock, err);
}

static pt_status parse(struct text text, struct arena *arena, struct lock_file *lock,
                       struct pt_error *err)
{
    struct json *root = NULL;
    TRY(json_parse(text, &root, err));
    pt_status status = read_root(root, arena, lock, err);
    json_free(root);
    return status;
}

pt_status lock_file_read(const char *path, struct arena *arena, struct lock_file *out,
                         struct pt_error *err)
{
    struct str text = {0};
    struct lock_file lock = {.path = arena_strdup(arena, path)};
    if (lock.path == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a lock file");
    }
    pt_status status = owned_read(path, LOCK_FILE_MAX, &text, err);
    bool is_read = status == PT_OK;
    if (is_read) {
        status = parse(str_view(&text), arena, &lock, err);
    }
    if (status == PT_OK && !arena_text(arena, str_view(&text), &lock.text)) {
        status = error_set(err, PT_E_NO_MEMORY, "no memory for a lock file");
    }
    str_release(&text);
    if (status != PT_OK) { // what could not be read names itself
        return is_read ? error_prefix(err, "%s", path) : status;
    }
    *out = lock;
    return PT_OK;
}

pt_status lock_file_format(struct lock_file *lock, struct str *out, struct pt_error *err)
{
    struct json_writer w = json_writer_of(out, true);
    if (lock->n > 0) {
        qsort(lock->entries, lock->n, sizeof *lock->entries, compare_entries);
    }
    json_begin_object(&w);
    json_key(&w, "lock");
    json_put_i64(&w, 1);
    json_key(&w, "plugins");
    json_begin_array(&w);
    for (size_t i = 0; i < lock->n; i++) {
        json_begin_object(&w);
        json_key(&w, "id");
        json_put_str(&w, lock->entries[i].id);
        json_key(&w, "version");
        json_put_str(&w, lock->entries[i].version);
        json_key(&w, "sha256");
        json_put_str(&w, lock->entries[i].sha256);
        json_end_object(&w);
    }
    json_end_array(&w);
    json_end_object(&w);
    str_add_char(out, '\n');
    if (out->failed) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a lock file");
    }
    return PT_OK;
}

pt_status lock_file_check(const struct lock_file *lock, const char *id, const char *sha256,
                          struct pt_error *err)
{
    const struct lock_entry *named = NULL;
    for (size_t i = 0; i < lock->n; i++) {
        if (strcmp(lock->entries[i].sha256, sha256) == 0) {
            return PT_OK;
        }
        if (strcmp(lock->entries[i].id, id) == 0) {
            named = &lock->entries[i];
        }
    }
    if (named != NULL) {
        FAIL(err, PT_E_DENIED, "%s pins other bytes of %s: %s, these are %s", lock->path, id,
             named->sha256, sha256);
    }
    FAIL(err, PT_E_DENIED, "%s does not pin %s", lock->path, id);
}
