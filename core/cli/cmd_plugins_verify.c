// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// portrait plugins verify: who vouches for a plugin file? None of its code runs.
#include <stdio.h>

#include "answer.h"
#include "cli.h"
#include "plugin_file.h"

struct verified {
    const char *path;
    struct plugin_file file;
    struct trust_verdict verdict;
    bool is_trusted;
    const char *reason; // why not
};

static pt_status judge(struct cli *cli, struct verified *v, struct pt_error *err)
{
    TRY(cli_owned_path(cli, cli->words[1], &v->path, err));
    if (!cli_ends_with(v->path, ".so")) {
        FAIL(err, PT_E_INVALID, "%s is no plugin file (NAME.so)", v->path);
    }
    TRY(plugin_file_open(v->path, &v->file, err));
    const struct trust_subject subject = {.path = v->path,
                                          .sha256 = v->file.sha256,
                                          .id = v->file.note.id,
                                          .abi_major = v->file.note.abi_major,
                                          .abi_minor = v->file.note.abi_minor};
    return trust_judge(cli->keyring, &subject, &cli->arena, &v->verdict, err);
}

static void put_list(struct answer *a, const char *key, const char *const *items, size_t n)
{
    json_key(&a->json, key);
    json_begin_array(&a->json);
    for (size_t i = 0; i < n; i++) {
        json_put_str(&a->json, items[i]);
    }
    json_end_array(&a->json);
}

static void put_manifest(struct answer *a, const struct manifest *m)
{
    json_begin_object(&a->json);
    answer_text(a, "id", m->id);
    answer_text(a, "version", m->version);
    answer_text(a, "license", m->license);
    put_list(a, "read", m->reads, m->n_reads);
    put_list(a, "hosts", m->hosts, m->n_hosts);
    json_end_object(&a->json);
}

static bool print_verified(const struct verified *v, int exit_code)
{
    struct answer answer;
    answer_begin(&answer, "plugins verify");
    answer_exit(&answer, exit_code);
    answer_text(&answer, "file", v->path);
    answer_text(&answer, "sha256", v->file.sha256[0] == '\0' ? NULL : v->file.sha256);
    json_key(&answer.json, "trusted");
    json_put_bool(&answer.json, v->is_trusted);
    answer_text(&answer, "reason", v->reason);
    answer_text(&answer, "signer", v->verdict.signer);
    answer_text(&answer, "key", v->verdict.key_id[0] == '\0' ? NULL : v->verdict.key_id);
    json_key(&answer.json, "manifest");
    if (v->verdict.has_manifest) {
        put_manifest(&answer, &v->verdict.manifest);
    } else {
        json_put_null(&answer.json);
    }
    return answer_print(&answer);
}

static void show_verified(const struct verified *v)
{
    const struct manifest *m = &v->verdict.manifest;
    printf("file: %s\n", v->path);
    if (v->file.sha256[0] != '\0') {
        printf("sha256: %s\n", v->file.sha256);
    }
    if (v->verdict.has_manifest) {
        printf("plugin: %s %s, ABI %u.%u, %s\n", m->id, m->version, m->abi_major, m->abi_minor,
               m->license);
        for (size_t i = 0; i < m->n_reads; i++) {
            printf("reads: %s\n", m->reads[i]);
        }
        for (size_t i = 0; i < m->n_hosts; i++) {
            printf("calls: %s\n", m->hosts[i]);
        }
    }
    if (v->is_trusted) {
        printf("trusted: signed by %s (key %s)\n", v->verdict.signer, v->verdict.key_id);
    }
}

int cmd_plugins_verify(struct cli *cli)
{
    struct verified v = {.file = {.fd = -1}};
    struct pt_error err = ERROR_INIT;
    if (!cli_keyring(cli)) {
        return EXIT_CONFIG;
    }
    pt_status status = judge(cli, &v, &err);
    plugin_file_close(&v.file);
    v.is_trusted = status == PT_OK && v.verdict.level == TRUST_SIGNED;
    v.reason = status != PT_OK ? err.message : v.verdict.reason;
    int exit_code = v.is_trusted ? EXIT_DONE : EXIT_CONFIG;
    if (status == PT_E_NO_MEMORY || status == PT_E_IO) {
        return cli_failed("plugins verify", &err);
    }
    if (cli->values.is_json) {
        return print_verified(&v, exit_code) ? exit_code : EXIT_RUN_FAILED;
    }
    if (v.path != NULL) {
        show_verified(&v);
    }
    if (!v.is_trusted) {
        fprintf(stderr, "portrait plugins verify: not trusted: %s\n", v.reason);
    }
    return exit_code;
}
