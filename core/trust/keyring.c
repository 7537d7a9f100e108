// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "keyring.h"

#include <errno.h>

#include "arena.h"
#include "document.h"
#include "fsys.h"
#include "mem.h"
#include "owned.h"

#define KEY_SUFFIX ".pub"

struct revocation {
    bool is_key;
    const char *what; // key id as minisign prints it, or a SHA-256
    const char *why;
};

struct keyring {
    struct arena arena;
    struct keyring_key *keys;
    size_t n_keys;
    size_t keys_capacity;
    struct revocation *revoked;
    size_t n_revoked;
    size_t revoked_capacity;
};

static pt_status no_memory(struct pt_error *err)
{
    FAIL(err, PT_E_NO_MEMORY, "no memory for the keyring");
}

static pt_status add_key(struct keyring *ring, const char *name, struct text file,
                         struct pt_error *err)
{
    struct keyring_key key = {
        .name = arena_strndup(&ring->arena, name, strlen(name) - strlen(KEY_SUFFIX))};
    if (key.name == NULL ||
        !mem_reserve(&ring->keys, &ring->keys_capacity, ring->n_keys + 1, sizeof *ring->keys)) {
        return no_memory(err);
    }
    TRY(minisign_read_public(file, &key.key, err));
    const struct keyring_key *same = keyring_find(ring, key.key.id);
    if (same != NULL) {
        FAIL(err, PT_E_DATA, "its key has the id of %s" KEY_SUFFIX, same->name);
    }
    if (ring->n_keys == KEYRING_KEYS_MAX) {
        FAIL(err, PT_E_LIMIT, "there are more than %d keys", KEYRING_KEYS_MAX);
    }
    ring->keys[ring->n_keys++] = key;
    return PT_OK;
}

// The first word of a line; what follows it stays in `line`.
static struct text take_word(struct text *line)
{
    struct text all = text_trim(*line);
    size_t n = 0;
    while (n < all.n && all.p[n] != ' ' && all.p[n] != '\t') {
        n++;
    }
    *line = text_trim(text_n(all.p + n, all.n - n));
    return text_n(all.p, n);
}

// Ids as minisign prints them may lack leading zeros; "" = no id, NULL = no memory.
static const char *whole_id(struct keyring *ring, struct text id)
{
    static const char zeros[MINISIGN_ID_HEX] = "0000000000000000";
    if (id.n == 0 || id.n >= MINISIGN_ID_HEX) {
        return "";
    }
    return arena_printf(&ring->arena, "%s%.*s", zeros + id.n, (int)id.n, id.p);
}

static pt_status add_revocation(struct keyring *ring, struct text line, struct pt_error *err)
{
    struct text kind = take_word(&line);
    struct text what = take_word(&line);
    struct revocation r = {
        .is_key = text_is(kind, "key"),
        .what = text_is(kind, "key")
                    ? whole_id(ring, what)
                    : arena_strndup(&ring->arena, what.n == 0 ? "" : what.p, what.n),
        .why = arena_strndup(&ring->arena, line.n == 0 ? "" : line.p, line.n),
    };
    if (r.what == NULL || r.why == NULL ||
        !mem_reserve(&ring->revoked, &ring->revoked_capacity, ring->n_revoked + 1,
                     sizeof *ring->revoked)) {
        return no_memory(err);
    }
    if (r.is_key ? !document_is_name(r.what, "0123456789ABCDEF", MINISIGN_ID_HEX - 1)
                 : !text_is(kind, "sha256") || !document_is_sha256(r.what)) {
        FAIL(err, PT_E_DATA,
             "a line is neither `key` and up to 16 upper-case hex digits nor `sha256` and 64 "
             "lower-case ones");
    }
    ring->revoked[ring->n_revoked++] = r;
    return PT_OK;
}

static pt_status add_revocations(struct keyring *ring, struct text file, struct pt_error *err)
{
    uint32_t number = 0;
    if (file.n > 0 && memchr(file.p, '\0', file.n) != NULL) {
        FAIL(err, PT_E_DATA, "it holds a NUL byte");
    }
    while (file.n > 0) {
        const char *end = memchr(file.p, '\n', file.n);
        size_t n = end == NULL ? file.n : (size_t)(end - file.p);
        struct text line = text_trim(text_n(file.p, n));
        size_t used = end == NULL ? n : n + 1;
        file = text_n(file.p + used, file.n - used);
        number++;
        if (line.n > 0 && line.p[0] != '#' && add_revocation(ring, line, err) != PT_OK) {
            return error_prefix(err, "line %u", number);
        }
    }
    return PT_OK;
}

static pt_status add_file(struct keyring *ring, const char *folder, const char *name,
                          struct pt_error *err)
{
    size_t n = strlen(name);
    size_t tail = strlen(KEY_SUFFIX);
    bool is_list = strcmp(name, KEYRING_REVOKED) == 0;
    bool is_key = name[0] != '.' && n > tail && strcmp(name + n - tail, KEY_SUFFIX) == 0;
    if (!is_list && !is_key) {
        return PT_OK;
    }
    struct str path = {0};
    struct str file = {0};
    pt_status status = str_addf(&path, "%s/%s", folder, name) ? PT_OK : no_memory(err);
    if (status == PT_OK) {
        status = owned_read(str_get(&path), is_list ? KEYRING_REVOKED_MAX : MINISIGN_FILE_MAX,
                            &file, err);
    }
    if (status == PT_OK) {
        status = is_list ? add_revocations(ring, str_view(&file), err)
                         : add_key(ring, name, str_view(&file), err);
        status = status == PT_OK ? PT_OK : error_prefix(err, "%s", str_get(&path));
    }
    str_release(&file);
    str_release(&path);
    return status;
}

static pt_status add_files(struct keyring *ring, DIR *dir, const char *folder, struct pt_error *err)
{
    for (;;) {
        errno = 0;
        const struct dirent *entry = fsys_readdir(dir);
        if (entry == NULL) {
            return errno == 0 ? PT_OK : error_system(err, errno, "%s", folder);
        }
        TRY(add_file(ring, folder, entry->d_name, err));
    }
}

static pt_status read_folder(struct keyring *ring, const char *folder, struct pt_error *err)
{
    size_t n = strlen(folder);
    while (n > 1 && folder[n - 1] == '/') {
        n--; // a slash at the end would follow a symlink
    }
    const char *path = arena_strndup(&ring->arena, folder, n);
    if (path == NULL) {
        return no_memory(err);
    }
    TRY(owned_folder(path, err));
    DIR *dir = fsys_opendir(path);
    if (dir == NULL) {
        return error_system(err, errno, "%s", path);
    }
    pt_status status = add_files(ring, dir, path, err);
    fsys_closedir(dir);
    return status;
}

pt_status keyring_open(const char *folder, struct keyring **out, struct pt_error *err)
{
    struct keyring *ring = mem_zero(1, sizeof *ring);
    if (ring == NULL) {
        return no_memory(err);
    }
    pt_status status = read_folder(ring, folder, err);
    if (status != PT_OK) {
        keyring_free(ring);
        return error_prefix(err, "keyring");
    }
    *out = ring;
    return PT_OK;
}

const struct keyring_key *keyring_find(const struct keyring *ring,
                                       const uint8_t id[MINISIGN_ID_BYTES])
{
    for (size_t i = 0; i < ring->n_keys; i++) {
        if (memcmp(ring->keys[i].key.id, id, MINISIGN_ID_BYTES) == 0) {
            return &ring->keys[i];
        }
    }
    return NULL;
}

static const char *why_revoked(const struct keyring *ring, bool is_key, const char *what)
{
    for (size_t i = 0; ring != NULL && i < ring->n_revoked; i++) {
        if (ring->revoked[i].is_key == is_key && strcmp(ring->revoked[i].what, what) == 0) {
            return ring->revoked[i].why;
        }
    }
    return NULL;
}

const char *keyring_revokes_key(const struct keyring *ring, const uint8_t id[MINISIGN_ID_BYTES])
{
    char hex[MINISIGN_ID_HEX];
    minisign_id_hex(id, hex);
    return why_revoked(ring, true, hex);
}

const char *keyring_revokes_file(const struct keyring *ring, const char *sha256)
{
    return why_revoked(ring, false, sha256);
}

void keyring_free(struct keyring *ring)
{
    if (ring != NULL) {
        mem_free(ring->keys);
        mem_free(ring->revoked);
        arena_release(&ring->arena);
        mem_free(ring);
    }
}
