// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// portrait check: would these pipelines run?
#include <stdio.h>

#include "answer.h"
#include "cli.h"

struct checked {
    const struct var_settings *vars;
    struct registry *own; // of a pipeline with a lock file
    struct plan *plan;
};

static void put_checked(struct answer *a, const char *file, const struct plan *plan,
                        struct diags *diags)
{
    json_begin_object(&a->json);
    answer_text(a, "file", file);
    json_key(&a->json, "ok");
    json_put_bool(&a->json, plan != NULL);
    if (plan != NULL) {
        answer_count(a, "sources", plan->pipeline->n_sources);
        answer_count(a, "features", plan->pipeline->n_features);
        answer_count(a, "models", plan->pipeline->n_models);
        answer_count(a, "sinks", plan->pipeline->n_sinks);
    }
    answer_diagnostics(a, diags);
    json_end_object(&a->json);
}

// A pipeline with a lock file sees its own plugins only, the others share what is there.
static pt_status open_plan(struct cli *cli, const struct registry *shared, const char *file,
                           struct diags *diags, struct checked *out)
{
    struct lock_file *lock = NULL;
    const struct plan_options options = cli_plan_options(cli);
    if (!cli_lock(cli, file, diags, &lock) ||
        (lock != NULL && !cli_locked_registry(cli, lock, diags, &out->own))) {
        return PT_E_CONFIG;
    }
    return plan_open(file, out->vars, lock == NULL ? shared : out->own, &options, diags,
                     &out->plan);
}

// `answer` NULL = for people.
static int check_one(struct cli *cli, const struct registry *registry,
                     const struct var_settings *vars, const char *file, struct answer *answer)
{
    struct diags diags = {0};
    struct checked checked = {.vars = vars};
    pt_status status = open_plan(cli, registry, file, &diags, &checked);
    const struct plan *plan = checked.plan;
    cli_print(&diags);
    if (answer != NULL) {
        put_checked(answer, file, plan, &diags);
    } else if (status == PT_OK && !cli->values.is_quiet) {
        printf("%s: ok (%zu sources, %zu features, %zu models, %zu sinks)\n", file,
               plan->pipeline->n_sources, plan->pipeline->n_features, plan->pipeline->n_models,
               plan->pipeline->n_sinks);
    }
    plan_free(checked.plan);
    registry_free(checked.own);
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
    struct answer answer;
    struct answer *asked = cli->values.is_json ? &answer : NULL;
    if (asked != NULL) {
        answer_begin(asked, "check");
        json_key(&asked->json, "pipelines");
        json_begin_array(&asked->json);
    }
    for (size_t i = 0; i < cli->n_words; i++) {
        int exit_code = check_one(cli, registry, &vars, cli->words[i], asked);
        worst = exit_code > worst ? exit_code : worst;
    }
    if (asked != NULL) {
        json_end_array(&asked->json);
        answer_exit(asked, worst);
        worst = answer_print(asked) ? worst : EXIT_CONFIG;
    }
    registry_free(registry);
    return worst;
}

static const struct cli_option *const options[] = {
    &option_var,     &option_secrets, &option_plugin_dir, &option_trust_plugins,
    &option_keyring, &option_cache,   &option_quiet,      &option_json};

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
