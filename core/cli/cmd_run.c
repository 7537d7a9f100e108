// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// portrait run: read, compute, select, publish, deliver.
#include <stdio.h>

#include "answer.h"
#include "cli.h"
#include "clock.h"
#include "mem.h"

static const struct cli_option option_no_deliver = {
    "no-deliver",
    NULL,
    "freeze deliveries in the run folder, send nothing: exit 4 (later: portrait deliver)",
    CLI_FLAG,
    offsetof(struct cli_values, is_no_deliver),
    0,
    0};

// What a run begins with besides the plan.
struct run_frame {
    struct var_settings vars;
    struct lock_file *lock; // NULL = none
};

static int run_plan(struct cli *cli, struct plan *plan, const struct run_frame *frame,
                    char **folder)
{
    const struct run_options options = {
        .runs = cli->values.runs,
        .threads = (uint32_t)cli->values.threads,
        .is_delivering = !cli->values.is_no_deliver,
        .split_bytes = (uint64_t)cli->values.split_bytes,
        .now_us = clock_now_us(),
        .vars = &frame->vars,
        .lock = frame->lock == NULL ? (struct text){0} : frame->lock->text,
        .log = cli->log,
        .signal_number = cli_signal(),
        .screen = stderr,
        .folder = folder,
        .is_quiet = cli->values.is_quiet,
        .progress = cli_progress(cli),
    };
    return run_execute(plan, &options);
}

// Every run ends with a status line, also one that could not begin.
static int never_began(int exit_code)
{
    fprintf(stderr,
            "run=- status=REFUSED read=0 used=0 filtered=0 unmatched=0 outside=0 quarantined=0 "
            "written=0 delivered=0 pending=0 exit=%d\n",
            exit_code);
    return exit_code;
}

static bool print_answer(int exit_code, struct diags *diags, const char *folder)
{
    struct answer answer;
    answer_begin(&answer, "run");
    answer_exit(&answer, exit_code);
    answer_diagnostics(&answer, diags);
    answer_text(&answer, "folder", folder);
    answer_record(&answer, folder);
    return answer_print(&answer);
}

static int run_pipeline(struct cli *cli, struct run_frame *frame, struct diags *diags,
                        char **folder)
{
    struct registry *registry = NULL;
    struct plan *plan = NULL;
    const struct plan_options options = cli_plan_options(cli);
    bool is_ready = cli_lock(cli, cli->words[0], diags, &frame->lock) &&
                    cli_locked_registry(cli, frame->lock, diags, &registry);
    pt_status status =
        is_ready ? plan_open(cli->words[0], &frame->vars, registry, &options, diags, &plan)
                 : PT_E_CONFIG;
    cli_print(diags);
    int exit_code = status == PT_OK            ? run_plan(cli, plan, frame, folder)
                    : status == PT_E_NO_MEMORY ? never_began(EXIT_RUN_FAILED)
                                               : never_began(EXIT_CONFIG);
    plan_free(plan);
    registry_free(registry);
    return exit_code;
}

static int cmd_run(struct cli *cli)
{
    struct run_frame frame = {0};
    if (!cli_vars(cli, &frame.vars)) {
        return never_began(EXIT_USAGE);
    }
    struct diags diags = {0};
    char *folder = NULL;
    int exit_code = run_pipeline(cli, &frame, &diags, &folder);
    if (cli->values.is_json && !print_answer(exit_code, &diags, folder) && exit_code == EXIT_DONE) {
        exit_code = EXIT_RUN_FAILED;
    }
    mem_free(folder);
    diags_release(&diags);
    return exit_code;
}

static const struct cli_option *const options[] = {
    &option_var,        &option_no_deliver,    &option_threads,    &option_runs,   &option_secrets,
    &option_plugin_dir, &option_trust_plugins, &option_allow_read, &option_locked, &option_keyring,
    &option_cache,      &option_split_bytes,   &option_quiet,      &option_cpu,    &option_json};

const struct cli_verb verb_run = {
    .name = "run",
    .words = "FILE",
    .summary = "run a pipeline",
    .example = "portrait run pipelines/shop-features.yaml --var out=features.csv",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .least_words = 1,
    .most_words = 1,
    .run = cmd_run,
};
