// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// portrait plan: what would a pipeline do?
#include <stdio.h>

#include "answer.h"
#include "cli.h"

static void print_answer(const struct plan *plan, struct diags *diags)
{
    struct answer answer;
    answer_begin(&answer, "plan");
    answer_exit(&answer, plan == NULL ? EXIT_CONFIG : EXIT_DONE);
    answer_diagnostics(&answer, diags);
    json_key(&answer.json, "plan");
    if (plan == NULL) {
        json_put_null(&answer.json);
    } else {
        plan_json(plan, &answer.json);
    }
    answer_print(&answer);
}

static int cmd_plan(struct cli *cli)
{
    struct registry *registry = NULL;
    struct var_settings vars;
    if (!cli_vars(cli, &vars)) {
        return EXIT_USAGE;
    }
    struct diags diags = {0};
    struct lock_file *lock = NULL;
    struct plan *plan = NULL;
    const struct plan_options options = cli_plan_options(cli);
    bool is_ready = cli_lock(cli, cli->words[0], &diags, &lock) &&
                    cli_locked_registry(cli, lock, &diags, &registry);
    pt_status status =
        is_ready ? plan_open(cli->words[0], &vars, registry, &options, &diags, &plan) : PT_E_CONFIG;
    cli_print(&diags);
    if (cli->values.is_json) {
        print_answer(plan, &diags);
    } else if (status == PT_OK) {
        plan_print(plan, stdout);
    }
    plan_free(plan);
    diags_release(&diags);
    registry_free(registry);
    return status == PT_OK ? EXIT_DONE : EXIT_CONFIG;
}

static const struct cli_option *const options[] = {
    &option_var,    &option_secrets, &option_plugin_dir, &option_trust_plugins, &option_allow_read,
    &option_locked, &option_keyring, &option_cache,      &option_json};

const struct cli_verb verb_plan = {
    .name = "plan",
    .words = "FILE",
    .summary = "show what a pipeline would read, compute and write, without running it",
    .example = "portrait plan pipelines/shop-features.yaml",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .least_words = 1,
    .most_words = 1,
    .run = cmd_plan,
};
