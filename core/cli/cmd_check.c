// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// portrait check: would these pipelines run?
#include <stdio.h>

#include "cli.h"

static int check_one(struct cli *cli, const struct registry *registry,
                     const struct var_settings *vars, const char *file)
{
    struct diags diags = {0};
    struct plan *plan = NULL;
    const struct plan_options options = cli_plan_options(cli);
    pt_status status = plan_open(file, vars, registry, &options, &diags, &plan);
    cli_print(&diags);
    if (status == PT_OK && !cli->values.is_quiet) {
        printf("%s: ok (%zu sources, %zu features, %zu models, %zu sinks)\n", file,
               plan->pipeline->n_sources, plan->pipeline->n_features, plan->pipeline->n_models,
               plan->pipeline->n_sinks);
    }
    plan_free(plan);
    diags_release(&diags);
    return status == PT_OK ? EXIT_DONE : EXIT_CONFIG;
}

static int cmd_check(struct cli *cli)
{
    struct registry *registry = NULL;
    struct var_settings vars;
    if (!cli_vars(cli, &vars)) {
        return EXIT_USAGE;
    }
    if (!cli_registry(cli, &registry)) {
        return EXIT_CONFIG;
    }
    int worst = EXIT_DONE;
    for (size_t i = 0; i < cli->n_words; i++) {
        int exit_code = check_one(cli, registry, &vars, cli->words[i]);
        worst = exit_code > worst ? exit_code : worst;
    }
    registry_free(registry);
    return worst;
}

static const struct cli_option *const options[] = {&option_var, &option_secrets, &option_plugin_dir,
                                                   &option_quiet};

const struct cli_verb verb_check = {
    .name = "check",
    .words = "FILE...",
    .summary = "tell everything that is wrong with pipelines, without running them",
    .example = "portrait check pipelines/shop-features.yaml",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .least_words = 1,
    .most_words = 1000,
    .run = cmd_check,
};
