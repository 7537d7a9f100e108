// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// portrait plugins lock: pins a pipeline to the plugins it uses now.
#include <stdio.h>

#include "answer.h"
#include "cli.h"
#include "publish.h"

struct locking {
    struct cli *cli;
    const struct registry *registry;
    const struct pipeline *pipeline;
    struct diags *diags;
    struct lock_file lock;
};

static bool is_pinned(const struct lock_file *lock, const struct plugin_info *plugin)
{
    for (size_t i = 0; i < lock->n; i++) {
        if (strcmp(lock->entries[i].id, plugin->id) == 0) {
            return true;
        }
    }
    return false;
}

static void pin(struct locking *l, pt_kind kind, const struct node *plugin)
{
    struct pt_error err = ERROR_INIT;
    if (plugin == NULL || plugin->kind != NODE_SCALAR) {
        return; // its absence is told already
    }
    const struct component_info *c = registry_look(l->registry, kind, plugin->text.p);
    if (c == NULL) {
        (void)registry_find(l->registry, kind, plugin->text.p, &err);
        diag_add(l->diags, DIAG_ERROR, "P0501", plugin->at, err.hint, "%s", err.message);
        return;
    }
    if (!is_pinned(&l->lock, c->plugin)) {
        struct lock_entry *entry = &l->lock.entries[l->lock.n++];
        *entry = (struct lock_entry){.id = c->plugin->id, .version = c->plugin->version};
        memcpy(entry->sha256, c->plugin->sha256, SHA256_HEX);
    }
}

static void pin_all(struct locking *l)
{
    const struct pipeline *p = l->pipeline;
    l->lock.entries = arena_zero(&l->cli->arena, p->n_sources + p->n_models + p->n_sinks,
                                 sizeof *l->lock.entries);
    if (l->lock.entries == NULL) {
        l->diags->out_of_memory = true;
        return;
    }
    for (size_t i = 0; i < p->n_sources; i++) {
        pin(l, PT_KIND_SOURCE, p->sources[i].plugin);
    }
    for (size_t i = 0; i < p->n_models; i++) {
        pin(l, PT_KIND_MODEL, p->models[i].plugin);
    }
    for (size_t i = 0; i < p->n_sinks; i++) {
        pin(l, PT_KIND_SINK, p->sinks[i].plugin);
    }
}

static bool print_lock(const struct locking *l)
{
    struct answer answer;
    answer_begin(&answer, "plugins lock");
    answer_text(&answer, "file", l->lock.path);
    json_key(&answer.json, "plugins");
    json_begin_array(&answer.json);
    for (size_t i = 0; i < l->lock.n; i++) {
        json_begin_object(&answer.json);
        answer_text(&answer, "id", l->lock.entries[i].id);
        answer_text(&answer, "version", l->lock.entries[i].version);
        answer_text(&answer, "sha256", l->lock.entries[i].sha256);
        json_end_object(&answer.json);
    }
    json_end_array(&answer.json);
    return answer_print(&answer);
}

static int write_lock(struct locking *l)
{
    struct pt_error err = ERROR_INIT;
    struct str text = {0};
    l->lock.path = arena_printf(&l->cli->arena, "%s" LOCK_FILE_SUFFIX, l->cli->words[1]);
    pt_status status = l->lock.path == NULL ? error_set(&err, PT_E_NO_MEMORY, "out of memory")
                                            : lock_file_format(&l->lock, &text, &err);
    if (status == PT_OK) {
        status = publish_text(l->lock.path, "lock", 0, text.p, text.n, &err);
    }
    str_release(&text);
    if (status != PT_OK) {
        return cli_failed("plugins lock", &err);
    }
    if (l->cli->values.is_json) {
        return print_lock(l) ? EXIT_DONE : EXIT_RUN_FAILED;
    }
    for (size_t i = 0; i < l->lock.n; i++) {
        const struct lock_entry *e = &l->lock.entries[i];
        printf("%-32s %-12s %s\n", e->id, e->version, e->sha256);
    }
    printf("written: %s\n", l->lock.path);
    return EXIT_DONE;
}

static int lock_pipeline(struct cli *cli, const struct registry *registry, struct diags *diags)
{
    struct var_settings vars;
    struct pipeline *pipeline = NULL;
    if (!cli_vars(cli, &vars)) {
        return EXIT_USAGE;
    }
    pt_status status = pipeline_load(cli->words[1], &vars, diags, &pipeline);
    struct locking locking = {
        .cli = cli, .registry = registry, .pipeline = pipeline, .diags = diags};
    if (status == PT_OK) {
        pin_all(&locking);
    }
    bool is_good = status == PT_OK && !diags_failed(diags);
    cli_print(diags);
    int exit_code = is_good ? write_lock(&locking) : EXIT_CONFIG;
    pipeline_free(pipeline);
    return exit_code;
}

int cmd_plugins_lock(struct cli *cli)
{
    struct registry *registry = NULL;
    struct diags diags = {0};
    if (!cli_registry(cli, &registry)) {
        return EXIT_CONFIG;
    }
    int exit_code = lock_pipeline(cli, registry, &diags);
    diags_release(&diags);
    registry_free(registry);
    return exit_code;
}
