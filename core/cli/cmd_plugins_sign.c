// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// portrait plugins sign: writes the manifest beside a plugin, or renews it, and signs it. The
// plugin is looked at in a child process, to know its version and licence.
#include <stdio.h>

#include "answer.h"
#include "cli.h"
#include "clock.h"
#include "owned.h"
#include "plugin_file.h"
#include "publish.h"
#include "secret.h"

struct signing {
    struct cli *cli;
    const char *plugin;   // NULL when a manifest is signed as it stands
    const char *manifest; // paths
    const char *signature;
    struct minisign_secret key;
    struct str bytes; // of the manifest
    bool is_new;      // the manifest is to be written
};

// A guard that lets one file be looked at.
static pt_status admit_one(void *ctx, const struct plugin_candidate *file, struct plugin_grant *out,
                           struct pt_error *err)
{
    (void)out;
    if (strcmp(file->path, (const char *)ctx) != 0) {
        FAIL(err, PT_E_DENIED, "it is not asked for");
    }
    return PT_OK;
}

static const struct plugin_info *find_path(const struct registry *registry, const char *path)
{
    for (size_t i = 0; i < registry_count(registry); i++) {
        if (strcmp(registry_at(registry, i)->path, path) == 0) {
            return registry_at(registry, i);
        }
    }
    return NULL;
}

static const char *text_or(const char *text, const char *otherwise)
{
    return text == NULL || *text == '\0' ? otherwise : text;
}

// A manifest for a plugin that has none: it asks for nothing.
static pt_status begin_manifest(struct cli *cli, const struct plugin_info *plugin,
                                struct manifest *out, struct pt_error *err)
{
    *out = (struct manifest){
        .id = arena_strdup(&cli->arena, plugin->id),
        .version = arena_strdup(&cli->arena, plugin->version),
        .license = arena_strdup(&cli->arena, text_or(plugin->license, "unknown")),
    };
    if (out->id == NULL || out->version == NULL || out->license == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    return PT_OK;
}

// This platform's hash is written or renewed; other platforms' stay.
static pt_status set_hash(struct cli *cli, struct manifest *m, const char *sha256,
                          struct pt_error *err)
{
    const char *platform = manifest_platform();
    struct manifest_file *files = arena_zero(&cli->arena, m->n_files + 1, sizeof *files);
    size_t at = 0;
    if (files == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < m->n_files; i++) {
        files[i] = m->files[i];
    }
    while (at < m->n_files && strcmp(files[at].platform, platform) != 0) {
        at++;
    }
    files[at].platform = platform;
    memcpy(files[at].sha256, sha256, SHA256_HEX);
    m->files = files;
    m->n_files += at == m->n_files;
    return PT_OK;
}

static pt_status check_same(const struct manifest *m, const struct plugin_info *plugin,
                            struct pt_error *err)
{
    if (strcmp(m->id, plugin->id) != 0 || strcmp(m->version, plugin->version) != 0) {
        FAIL(err, PT_E_DATA, "the manifest is of %s %s, the plugin is %s %s: mend or remove it",
             m->id, m->version, plugin->id, plugin->version);
    }
    return PT_OK;
}

// The manifest as it must be for this file; written only if that is not what stands there.
static pt_status renew_manifest(struct signing *s, const struct plugin_info *plugin,
                                const struct elf_note *note, struct pt_error *err)
{
    struct manifest m = {0};
    struct str wanted = {0};
    pt_status status = owned_read(s->manifest, MANIFEST_FILE_MAX, &s->bytes, err);
    if (status == PT_OK) {
        TRY(manifest_parse(str_view(&s->bytes), &s->cli->arena, &m, err));
        TRY(check_same(&m, plugin, err));
    } else if (status == PT_E_NOT_FOUND) {
        TRY(begin_manifest(s->cli, plugin, &m, err));
    } else {
        return status;
    }
    const char *known = manifest_sha256(&m, manifest_platform());
    if (known != NULL && strcmp(known, plugin->sha256) == 0 && m.abi_major == note->abi_major &&
        m.abi_minor == note->abi_minor) {
        return PT_OK;
    }
    m.abi_major = note->abi_major;
    m.abi_minor = note->abi_minor;
    TRY(set_hash(s->cli, &m, plugin->sha256, err));
    TRY(manifest_write(&m, &wanted, err));
    str_release(&s->bytes);
    s->bytes = wanted;
    s->is_new = true;
    return PT_OK;
}

static pt_status describe(struct signing *s, const struct registry *registry, struct pt_error *err)
{
    const struct plugin_info *plugin = find_path(registry, s->plugin);
    struct plugin_file file = {.fd = -1};
    if (plugin == NULL || plugin->failure != NULL) {
        FAIL(err, PT_E_DATA, "%s: %s", s->plugin,
             plugin == NULL ? "there is no such plugin file" : plugin->failure);
    }
    TRY(plugin_file_open(s->plugin, &file, err));
    pt_status status = strcmp(file.sha256, plugin->sha256) == 0
                           ? renew_manifest(s, plugin, &file.note, err)
                           : error_set(err, PT_E_STATE, "%s is being written to", s->plugin);
    plugin_file_close(&file);
    return status;
}

static pt_status make_manifest(struct signing *s, struct pt_error *err)
{
    const char *slash = strrchr(s->plugin, '/');
    const struct registry_folder folder = {
        .path = slash == s->plugin
                    ? "/"
                    : arena_strndup(&s->cli->arena, s->plugin, (size_t)(slash - s->plugin)),
        .is_extra = true};
    const struct registry_guard guard = {.admit = admit_one, .ctx = (void *)(uintptr_t)s->plugin};
    const struct registry_settings settings = {.folders = &folder, .n_folders = 1, .guard = &guard};
    struct registry *registry = NULL;
    if (folder.path == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    TRY(registry_open_as(&settings, &registry, err));
    pt_status status = describe(s, registry, err);
    registry_free(registry);
    return status;
}

static pt_status read_manifest(struct signing *s, struct pt_error *err)
{
    struct manifest m;
    TRY(owned_read(s->manifest, MANIFEST_FILE_MAX, &s->bytes, err));
    return manifest_parse(str_view(&s->bytes), &s->cli->arena, &m, err);
}

static pt_status read_password(const struct cli *cli, struct str *out, struct pt_error *err)
{
    return cli->values.password == NULL
               ? PT_OK
               : secret_read(cli->values.secrets, cli->values.password, out, err);
}

static pt_status read_key(struct signing *s, struct pt_error *err)
{
    const char *path = s->cli->values.key;
    struct str password = {0};
    struct str file = {0};
    if (path == NULL) {
        FAIL(err, PT_E_INVALID, "--key FILE is needed: a secret key as minisign makes it");
    }
    pt_status status = read_password(s->cli, &password, err);
    if (status == PT_OK) {
        status = owned_read_private(path, MINISIGN_FILE_MAX, &file, err);
    }
    if (status == PT_OK &&
        minisign_read_secret(str_view(&file), str_view(&password), &s->key, err) != PT_OK) {
        status = error_prefix(err, "%s", path);
    }
    secret_wipe(&password);
    secret_wipe(&file);
    return status;
}

static pt_status set_paths(struct signing *s, struct pt_error *err)
{
    const char *path = NULL;
    TRY(cli_owned_path(s->cli, s->cli->words[1], &path, err));
    if (cli_ends_with(path, MANIFEST_SUFFIX)) {
        s->manifest = path;
    } else if (cli_ends_with(path, ".so")) {
        s->plugin = path;
        s->manifest = manifest_path(path, &s->cli->arena);
    } else {
        FAIL(err, PT_E_INVALID, "%s is neither a plugin (NAME.so) nor a manifest (NAME.manifest)",
             path);
    }
    s->signature = s->manifest == NULL
                       ? NULL
                       : arena_printf(&s->cli->arena, "%s" TRUST_SIGNATURE_SUFFIX, s->manifest);
    if (s->signature == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    return PT_OK;
}

static pt_status write_signature(const struct signing *s, struct pt_error *err)
{
    char comment[512];
    struct str signature = {0};
    snprintf(comment, sizeof comment, "timestamp:%lld\tfile:%.255s\thashed",
             (long long)(clock_now_us() / 1000000), strrchr(s->manifest, '/') + 1);
    pt_status status = minisign_sign(&s->key, str_view(&s->bytes), comment, &signature, err);
    if (status == PT_OK && s->is_new) {
        status = publish_text(s->manifest, "sign", 0, s->bytes.p, s->bytes.n, err);
    }
    if (status == PT_OK) {
        status = publish_text(s->signature, "sign", 0, signature.p, signature.n, err);
    }
    str_release(&signature);
    return status;
}

static pt_status sign(struct signing *s, struct pt_error *err)
{
    TRY(set_paths(s, err));
    TRY(read_key(s, err));
    TRY(s->plugin == NULL ? read_manifest(s, err) : make_manifest(s, err));
    return write_signature(s, err);
}

static bool print_signed(const struct signing *s, const char *key)
{
    struct answer answer;
    answer_begin(&answer, "plugins sign");
    answer_text(&answer, "manifest", s->manifest);
    answer_text(&answer, "signature", s->signature);
    answer_text(&answer, "key", key);
    return answer_print(&answer);
}

int cmd_plugins_sign(struct cli *cli)
{
    struct signing s = {.cli = cli};
    struct pt_error err = ERROR_INIT;
    char key[MINISIGN_ID_HEX];
    pt_status status = sign(&s, &err);
    minisign_id_hex(s.key.id, key);
    explicit_bzero(&s.key, sizeof s.key);
    str_release(&s.bytes);
    if (status != PT_OK) {
        return cli_failed("plugins sign", &err);
    }
    if (cli->values.is_json) {
        return print_signed(&s, key) ? EXIT_DONE : EXIT_RUN_FAILED;
    }
    printf("manifest: %s%s\nsignature: %s\nkey: %s\n", s.manifest, s.is_new ? " (written)" : "",
           s.signature, key);
    return EXIT_DONE;
}
