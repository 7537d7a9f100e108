// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The lock file of a pipeline, FILE.lock: id, version and SHA-256 of every plugin it uses. With one
// beside it a pipeline runs with these bytes or not at all.
#ifndef PORTRAIT_TRUST_LOCK_FILE_H
#define PORTRAIT_TRUST_LOCK_FILE_H

#include "arena.h"
#include "digest.h"
#include "error.h"

#define LOCK_FILE_MAX ((size_t)256 << 10)
#define LOCK_FILE_MOST 1000 // plugins
#define LOCK_FILE_SUFFIX ".lock"

struct lock_entry {
    const char *id;
    const char *version;
    char sha256[SHA256_HEX];
};

struct lock_file {
    const char *path;           // for messages
    struct text text;           // as it was read
    struct lock_entry *entries; // by id, in byte order
    size_t n;
};

// PT_E_NOT_FOUND when there is none; PT_E_DENIED or PT_E_DATA tell why it cannot be believed.
pt_status lock_file_read(const char *path, struct arena *arena, struct lock_file *out,
                         struct pt_error *err);
// Appends the JSON; the entries are sorted first.
pt_status lock_file_format(struct lock_file *lock, struct str *out, struct pt_error *err);
// PT_OK when these bytes are pinned. Else PT_E_DENIED: `id` (as the file's note says) with other
// bytes than pinned, or a plugin that is not pinned at all.
pt_status lock_file_check(const struct lock_file *lock, const char *id, const char *sha256,
                          struct pt_error *err);

#endif
