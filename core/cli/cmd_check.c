// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// portrait check: would these pipelines run?
#include <stdio.h>

#include "answer.h"
#include "cli.h"

// What the pipelines of one call share.
struct checking {
    struct cli *cli;
    struct var_settings vars;
    struct registry *shared; // of those without a lock file; opened when the first one comes
    struct answer *answer;   // NULL = for people
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

// A pipeline with a lock file has a registry of its own: nothing but what it pins is looked at.
static pt_status open_registry(struct checking *c, const char *file, struct diags *diags,
                               struct registry **own)
{
    struct lock_file *lock = NULL;
    bool is_open = cli_lock(c->cli, file, diags, &lock);
    if (is_open && lock != NULL) {
        is_open = cli_locked_registry(c->cli, lock, diags, own);
    } else if (is_open && c->shared == NULL) {
        is_open = cli_registry(c->cli, &c->shared);
    }
    return is_open ? PT_OK : PT_E_CONFIG;
}

static int check_one(struct checking *c, const char *file)
{
    struct diags diags = {0};
    struct plan *plan = NULL;
    struct registry *own = NULL;
    const struct plan_options options = cli_plan_options(c->cli);
    pt_status status = open_registry(c, file, &diags, &own);
    if (status == PT_OK) {
        status = plan_open(file, &c->vars, own != NULL ? own : c->shared, &options, &diags, &plan);
    }
    cli_print(&diags);
    if (c->answer != NULL) {
        put_checked(c->answer, file, plan, &diags);
    } else if (status == PT_OK && !c->cli->values.is_quiet) {
        printf("%s: ok (%zu sources, %zu features, %zu models, %zu sinks)\n", file,
               plan->pipeline->n_sources, plan->pipeline->n_features, plan->pipeline->n_models,
               plan->pipeline->n_sinks);
    }
    plan_free(plan);
    registry_free(own);
    diags_release(&diags);
    return status == PT_OK ? EXIT_DONE : EXIT_CONFIG;
}

static int cmd_check(struct cli *cli)
{
    struct checking checking = {.cli = cli};
    struct answer answer;
    if (!cli_vars(cli, &checking.vars)) {
        return EXIT_USAGE;
    }
    int worst = EXIT_DONE;
    if (cli->values.is_json) {
        checking.answer = &answer;
        answer_begin(&answer, "check");
        json_key(&answer.json, "pipelines");
        json_begin_array(&answer.json);
    }
    for (size_t i = 0; i < cli->n_words; i++) {
        int exit_code = check_one(&checking, cli->words[i]);
        worst = exit_code > worst ? exit_code : worst;
    }
    if (cli->values.is_json) {
        json_end_array(&answer.json);
        answer_exit(&answer, worst);
        worst = answer_print(&answer) ? worst : EXIT_CONFIG;
    }
    registry_free(checking.shared);
    return worst;
}

static const struct cli_option *const options[] = {
    &option_var,    &option_secrets, &option_plugin_dir, &option_trust_plugins, &option_allow_read,
    &option_locked, &option_keyring, &option_cache,      &option_quiet,         &option_json};

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
