// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "manifest.h"

#include <stdio.h>
#include <stdlib.h>

#include "document.h"

#define LICENSE_MAX 128
#define PLATFORM_MAX 32
#define PATH_BYTES_MAX 1024
#define HOST_MAX 255
#define LOWER_AND_DIGITS "abcdefghijklmnopqrstuvwxyz0123456789"

#if defined(__x86_64__)
#define MACHINE "x86_64"
#elif defined(__aarch64__)
#define MACHINE "aarch64"
#else
#define MACHINE "other"
#endif

const char *manifest_platform(void)
{
    return "linux-" MACHINE;
}

static pt_status read_version_of_abi(const struct json *root, struct manifest *m,
                                     struct pt_error *err)
{
    const char *text = json_text(json_get(root, "abi"));
    const char *dot = text == NULL ? NULL : strchr(text, '.');
    uint64_t major = 0;
    uint64_t minor = 0;
    if (dot == NULL || !text_to_u64(text_n(text, (size_t)(dot - text)), &major) ||
        !text_to_u64(text_of(dot + 1), &minor) || major > UINT16_MAX || minor > UINT16_MAX) {
        FAIL(err, PT_E_DATA, "`abi` must be a text such as \"0.1\"");
    }
    m->abi_major = (uint16_t)major;
    m->abi_minor = (uint16_t)minor;
    return PT_OK;
}

static int compare_files(const void *a, const void *b)
{
    return strcmp(((const struct manifest_file *)a)->platform,
                  ((const struct manifest_file *)b)->platform);
}

static pt_status read_file(const struct json *files, size_t i, struct arena *arena,
                           struct manifest_file *out, struct pt_error *err)
{
    const char *platform = NULL;
    const char *sha256 = json_text(json_member(files, i, &platform));
    if (!document_is_name(platform, LOWER_AND_DIGITS "_-", PLATFORM_MAX)) {
        FAIL(err, PT_E_DATA, "`files`: `%.40s` is no platform such as linux-x86_64", platform);
    }
    if (!document_is_sha256(sha256)) {
        FAIL(err, PT_E_DATA, "`files`: %s needs a SHA-256 of 64 lower-case hex digits", platform);
    }
    memcpy(out->sha256, sha256, SHA256_HEX);
    out->platform = arena_strdup(arena, platform);
    if (out->platform == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a manifest");
    }
    return PT_OK;
}

static pt_status read_files(const struct json *root, struct arena *arena, struct manifest *m,
                            struct pt_error *err)
{
    const struct json *files = json_get(root, "files");
    size_t n = json_count(files);
    if (!json_is_object(files) || n == 0 || n > MANIFEST_MOST) {
        FAIL(err, PT_E_DATA, "`files` must be an object of 1 to %d platforms", MANIFEST_MOST);
    }
    m->files = arena_zero(arena, n, sizeof *m->files);
    if (m->files == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a manifest");
    }
    for (; m->n_files < n; m->n_files++) {
        TRY(read_file(files, m->n_files, arena, &m->files[m->n_files], err));
    }
    qsort(m->files, n, sizeof *m->files, compare_files);
    for (size_t i = 1; i < n; i++) {
        if (strcmp(m->files[i - 1].platform, m->files[i].platform) == 0) {
            FAIL(err, PT_E_DATA, "`files` has %s twice", m->files[i].platform);
        }
    }
    return PT_OK;
}

static bool is_path(const char *text)
{
    size_t n = strlen(text);
    bool climbs = strstr(text, "/../") != NULL || (n >= 3 && strcmp(text + n - 3, "/..") == 0);
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f) {
            return false;
        }
    }
    return text[0] == '/' && n <= PATH_BYTES_MAX && !climbs;
}

static bool is_host(const char *text)
{
    const char *colon = strchr(text, ':');
    struct text name = colon == NULL ? text_of(text) : text_n(text, (size_t)(colon - text));
    uint64_t port = 0;
    if (colon != NULL && (!text_to_u64(text_of(colon + 1), &port) || port == 0 || port > 65535)) {
        return false;
    }
    return name.n > 0 && name.n <= HOST_MAX && name.p[0] != '.' && name.p[0] != '-' &&
           strspn(text, LOWER_AND_DIGITS ".-") == name.n;
}

struct list_form {
    const char *key;
    bool (*is_good)(const char *text);
    const char *wanted;
};

static pt_status read_list(const struct json *permissions, const struct list_form *form,
                           struct arena *arena, const char ***out, size_t *n_out,
                           struct pt_error *err)
{
    const struct json *list = json_get(permissions, form->key);
    size_t n = json_count(list);
    if (list == NULL) {
        return PT_OK;
    }
    if (!json_is_array(list) || n > MANIFEST_MOST) {
        FAIL(err, PT_E_DATA, "`permissions.%s` must be a list of at most %d texts", form->key,
             MANIFEST_MOST);
    }
    const char **items = arena_zero(arena, n, sizeof *items);
    for (size_t i = 0; items != NULL && i < n; i++) {
        const char *text = json_text(json_at(list, i));
        if (text == NULL || !form->is_good(text)) {
            FAIL(err, PT_E_DATA, "`permissions.%s`: item %zu is no %s", form->key, i + 1,
                 form->wanted);
        }
        items[i] = arena_strdup(arena, text);
        items = items[i] == NULL ? NULL : items;
    }
    if (items == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a manifest");
    }
    *out = items;
    *n_out = n;
    return PT_OK;
}

static pt_status read_permissions(const struct json *root, struct arena *arena, struct manifest *m,
                                  struct pt_error *err)
{
    static const char *const keys[] = {"read", "hosts", NULL};
    static const struct list_form reads = {"read", is_path, "absolute path"};
    static const struct list_form hosts = {"hosts", is_host,
                                           "host in lower case, with or without a port"};
    const struct json *permissions = json_get(root, "permissions");
    if (permissions == NULL) {
        return PT_OK;
    }
    TRY(document_object(permissions, keys, "`permissions`", err));
    TRY(read_list(permissions, &reads, arena, &m->reads, &m->n_reads, err));
    return read_list(permissions, &hosts, arena, &m->hosts, &m->n_hosts, err);
}

static pt_status read_root(const struct json *root, struct arena *arena, struct manifest *m,
                           struct pt_error *err)
{
    static const char *const keys[] = {"manifest", "id",    "version",     "abi",
                                       "license",  "files", "permissions", NULL};
    int64_t version = 0;
    TRY(document_object(root, keys, "the manifest", err));
    if (!json_i64(json_get(root, "manifest"), &version) || version != 1) {
        FAIL(err, PT_E_DATA, "`manifest` must be 1: this host reads no other version");
    }
    TRY(document_identity(root, arena, &m->id, &m->version, err));
    TRY(read_version_of_abi(root, m, err));
    TRY(document_text(root, "license", LICENSE_MAX, arena, &m->license, err));
    TRY(read_files(root, arena, m, err));
    return read_permissions(root, arena, m, err);
}

pt_status manifest_parse(struct text json, struct arena *arena, struct manifest *out,
                         struct pt_error *err)
{
    struct json *root = NULL;
    struct manifest m = {0};
    if (json.n > MANIFEST_FILE_MAX) {
        FAIL(err, PT_E_LIMIT, "a manifest has at most %zu bytes", MANIFEST_FILE_MAX);
    }
    TRY(json_parse(json, &root, err));
    pt_status status = read_root(root, arena, &m, err);
    json_free(root);
    if (status == PT_OK) {
        *out = m;
    }
    return status;
}

static void put_list(struct json_writer *w, const char *key, const char **items, size_t n)
{
    json_key(w, key);
    json_begin_array(w);
    for (size_t i = 0; i < n; i++) {
        json_put_str(w, items[i]);
    }
    json_end_array(w);
}

static void put_text(struct json_writer *w, const char *key, const char *value)
{
    json_key(w, key);
    json_put_str(w, value);
}

pt_status manifest_write(const struct manifest *m, struct str *out, struct pt_error *err)
{
    struct json_writer w = json_writer_of(out, true);
    char abi[16];
    snprintf(abi, sizeof abi, "%u.%u", m->abi_major, m->abi_minor);
    json_begin_object(&w);
    json_key(&w, "manifest");
    json_put_i64(&w, 1);
    put_text(&w, "id", m->id);
    put_text(&w, "version", m->version);
    put_text(&w, "abi", abi);
    put_text(&w, "license", m->license);
    json_key(&w, "files");
    json_begin_object(&w);
    for (size_t i = 0; i < m->n_files; i++) {
        put_text(&w, m->files[i].platform, m->files[i].sha256);
    }
    json_end_object(&w);
    json_key(&w, "permissions");
    json_begin_object(&w);
    put_list(&w, "read", m->reads, m->n_reads);
    put_list(&w, "hosts", m->hosts, m->n_hosts);
    json_end_object(&w);
    json_end_object(&w);
    str_add_char(out, '\n');
    if (out->failed) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a manifest");
    }
    return PT_OK;
}

const char *manifest_sha256(const struct manifest *m, const char *platform)
{
    for (size_t i = 0; i < m->n_files; i++) {
        if (strcmp(m->files[i].platform, platform) == 0) {
            return m->files[i].sha256;
        }
    }
    return NULL;
}

const char *manifest_path(const char *plugin, struct arena *arena)
{
    size_t n = strlen(plugin);
    bool is_library = n > 3 && strcmp(plugin + n - 3, ".so") == 0;
    return arena_printf(arena, "%.*s" MANIFEST_SUFFIX, (int)(is_library ? n - 3 : n), plugin);
}
