// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// portrait deliver: send what a run left pending.
#include <stdio.h>

#include "answer.h"
#include "cli.h"
#include "clock.h"
#include "mem.h"

static bool print_answer(int exit_code, const char *folder, const struct run_delivered *d)
{
    struct answer answer;
    answer_begin(&answer, "deliver");
    answer_exit(&answer, exit_code);
    answer_text(&answer, "folder", folder);
    answer_count(&answer, "delivered", d->delivered);
    answer_count(&answer, "pending", d->pending);
    answer_count(&answer, "rejected", d->rejected);
    return answer_print(&answer);
}

static int cmd_deliver(struct cli *cli)
{
    struct registry *registry = NULL;
    char *folder = NULL;
    struct pt_error err = ERROR_INIT;
    const char *runs = strchr(cli->words[0], '/') != NULL ? "." : cli_runs(cli);
    if (runs == NULL) {
        return EXIT_USAGE;
    }
    if (run_folder_find(runs, cli->words[0], &folder, &err) != PT_OK) {
        fprintf(stderr, "portrait deliver: %s\n", err.message);
        return EXIT_USAGE;
    }
    int exit_code = EXIT_CONFIG;
    struct run_delivered delivered = {0};
    struct diags diags = {0};
    struct lock_file *lock = NULL;
    const char *pipeline = arena_printf(&cli->arena, "%s/pipeline.yaml", folder);
    if (pipeline != NULL && cli_lock(cli, pipeline, &diags, &lock) &&
        cli_locked_registry(cli, lock, &diags, &registry)) {
        const struct plan_options plan_options = cli_plan_options(cli);
        const struct run_options options = {
            .is_delivering = true,
            .now_us = clock_now_us(),
            .log = cli->log,
            .signal_number = cli_signal(),
            .screen = stderr,
            .is_quiet = cli->values.is_quiet,
            .progress = cli_progress(cli),
        };
        exit_code = run_deliver(folder, registry, &plan_options, &options, &delivered);
    }
    cli_print(&diags);
    diags_release(&diags);
    if (cli->values.is_json && !print_answer(exit_code, folder, &delivered) &&
        exit_code == EXIT_DONE) {
        exit_code = EXIT_RUN_FAILED;
    }
    registry_free(registry);
    mem_free(folder);
    return exit_code;
}

static const struct cli_option *const options[] = {
    &option_runs,    &option_secrets, &option_plugin_dir, &option_trust_plugins, &option_allow_read,
    &option_keyring, &option_cache,   &option_quiet,      &option_json};

const struct cli_verb verb_deliver = {
    .name = "deliver",
    .words = "RUN",
    .summary = "send what a run left pending, under the same ids",
    .example = "portrait deliver latest --runs pipelines/runs",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .least_words = 1,
    .most_words = 1,
    .run = cmd_deliver,
};
