// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// portrait plugins: what is there to use in a pipeline, and its options.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "cli.h"
#include "config.h"

static const char *type_name(pt_option_type type)
{
    static const char *const names[] = {
        "",     "true/false", "whole number", "number", "text", "choice", "size", "duration",
        "time", "column",     "expression",   "secret", "path", "list",   "map",  "object",
    };
    bool is_known = type > 0 && (size_t)type < sizeof names / sizeof names[0];
    return is_known ? names[type] : "?";
}

static void show_range(const struct option_row *o)
{
    bool is_whole = o->type == PT_OPT_I64 && (o->i_min != 0 || o->i_max != 0);
    bool is_real = o->type == PT_OPT_F64 && (o->f_min != 0 || o->f_max != 0);
    if (is_whole && o->i_max != INT64_MAX) {
        printf(", %lld to %lld", (long long)o->i_min, (long long)o->i_max);
    } else if (is_whole) {
        printf(", at least %lld", (long long)o->i_min);
    } else if (is_real && isfinite(o->f_max)) {
        printf(", %.15g to %.15g", o->f_min, o->f_max);
    } else if (is_real) {
        printf(", at least %.15g", o->f_min);
    }
}

static void show_options(const struct option_row *rows, uint32_t n, int indent)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct option_row *o = &rows[i];
        printf("%*s%s: %s", indent, "", o->name == NULL ? "(each)" : o->name, type_name(o->type));
        if ((o->flags & PT_OPTF_REQUIRED) != 0) {
            printf(", required");
        }
        show_range(o);
        if (o->default_text != NULL) {
            printf(", default %s", o->default_text[0] == '\0' ? "\"\"" : o->default_text);
        }
        if (o->unit != NULL) {
            printf(" (%s)", o->unit);
        }
        for (uint32_t k = 0; k < o->n_choices; k++) {
            printf("%s%s", k == 0 ? ": " : " | ", o->choices[k]);
        }
        printf("\n%*s%s\n", indent + 4, "", o->help == NULL ? "" : o->help);
        if (o->example != NULL) {
            printf("%*sexample: %s\n", indent + 4, "", o->example);
        }
        show_options(o->fields, o->n_fields, indent + 4);
    }
}

// Where its code runs.
static const char *place_of(const struct component_info *c)
{
    if (!c->plugin->is_isolated) {
        return "in process";
    }
    return c->kind == PT_KIND_MODEL ? "refused: not trusted" : "isolated";
}

struct capability {
    uint64_t bit;
    const char *name;
};

static const struct capability capabilities[] = {
    {PT_CAP_PROJECTION, "projection"},
    {PT_CAP_SPLITS, "splits"},
    {PT_CAP_NETWORK, "network"},
    {PT_CAP_DELIVERY, "delivery"},
    {PT_CAP_DETERMINISTIC, "deterministic"},
};

#define N_CAPABILITIES (sizeof capabilities / sizeof capabilities[0])

static void put_abi(struct answer *a, const struct component_info *c)
{
    char abi[32];
    snprintf(abi, sizeof abi, "%u.%u", c->plugin->abi_major, c->plugin->abi_minor);
    answer_text(a, "abi", abi);
    json_key(&a->json, "can");
    json_begin_array(&a->json);
    for (size_t i = 0; i < N_CAPABILITIES; i++) {
        if ((c->caps & capabilities[i].bit) != 0) {
            json_put_str(&a->json, capabilities[i].name);
        }
    }
    json_end_array(&a->json);
}

static void put_component(struct answer *a, const struct component_info *c, bool with_options)
{
    json_begin_object(&a->json);
    answer_text(a, "kind", kind_name(c->kind));
    answer_text(a, "name", c->name);
    answer_text(a, "summary", c->summary);
    answer_text(a, "plugin", c->plugin->id);
    answer_text(a, "version", c->plugin->version);
    answer_text(a, "license", c->plugin->license);
    answer_text(a, "file", c->plugin->path);
    answer_text(a, "sha256", c->plugin->sha256);
    answer_text(a, "runs", place_of(c));
    put_abi(a, c);
    if (with_options) {
        json_key(&a->json, "options");
        config_schema(c, &a->json);
    }
    json_end_object(&a->json);
}

static int list_as_json(const struct registry *registry)
{
    struct answer answer;
    answer_begin(&answer, "plugins list");
    json_key(&answer.json, "plugins");
    json_begin_array(&answer.json);
    for (size_t i = 0; i < registry_count(registry); i++) {
        const struct plugin_info *p = registry_at(registry, i);
        for (uint32_t k = 0; p->failure == NULL && k < p->n_components; k++) {
            put_component(&answer, &p->components[k], false);
        }
    }
    json_end_array(&answer.json);
    json_key(&answer.json, "failed");
    json_begin_array(&answer.json);
    for (size_t i = 0; i < registry_count(registry); i++) {
        const struct plugin_info *p = registry_at(registry, i);
        if (p->failure != NULL) {
            json_begin_object(&answer.json);
            answer_text(&answer, "file", p->path);
            answer_text(&answer, "reason", p->failure);
            json_end_object(&answer.json);
        }
    }
    json_end_array(&answer.json);
    return answer_print(&answer) ? EXIT_DONE : EXIT_RUN_FAILED;
}

static int list_plugins(const struct registry *registry)
{
    for (size_t i = 0; i < registry_count(registry); i++) {
        const struct plugin_info *p = registry_at(registry, i);
        if (p->failure != NULL) {
            printf("%-8s %-18s %-8s %s: %s\n", "failed", "-", "-", p->path, p->failure);
            continue;
        }
        for (uint32_t k = 0; k < p->n_components; k++) {
            const struct component_info *c = &p->components[k];
            printf("%-8s %-18s %-8s %s%s\n", kind_name(c->kind), c->name, p->version, c->summary,
                   c->plugin->is_isolated
                       ? c->kind == PT_KIND_MODEL ? " (not trusted)" : " (isolated)"
                       : "");
        }
    }
    return EXIT_DONE;
}

static void show_component(const struct component_info *c)
{
    printf("%s %s (%s %s, %s)\n%s\n", kind_name(c->kind), c->name, c->plugin->id,
           c->plugin->version, c->plugin->license, c->summary);
    printf("file: %s\nsha256: %s\nruns: %s\n", c->plugin->path, c->plugin->sha256, place_of(c));
    printf("abi: %u.%u, for hosts of %u.%u and later\ncan:", c->plugin->abi_major,
           c->plugin->abi_minor, c->plugin->abi_major, c->plugin->min_host_minor);
    for (size_t i = 0; i < N_CAPABILITIES; i++) {
        if ((c->caps & capabilities[i].bit) != 0) {
            printf(" %s", capabilities[i].name);
        }
    }
    printf("\noptions:\n");
    show_options(c->options, c->n_options, 2);
}

static int show_plugin(struct cli *cli, const struct registry *registry, const char *name)
{
    const struct component_info *found[3];
    size_t n = 0;
    for (pt_kind kind = PT_KIND_SOURCE; kind <= PT_KIND_SINK; kind++) {
        const struct component_info *c = registry_look(registry, kind, name);
        if (c != NULL) {
            found[n++] = c;
        }
    }
    if (n == 0) {
        fprintf(stderr, "portrait plugins: there is no plugin `%s`; see portrait plugins list\n",
                name);
        return EXIT_USAGE;
    }
    struct answer answer;
    if (cli->values.is_json) {
        answer_begin(&answer, "plugins info");
        json_key(&answer.json, "components");
        json_begin_array(&answer.json);
    }
    for (size_t i = 0; i < n; i++) {
        if (cli->values.is_json) {
            put_component(&answer, found[i], true);
        } else {
            show_component(found[i]);
        }
    }
    if (!cli->values.is_json) {
        return EXIT_DONE;
    }
    json_end_array(&answer.json);
    return answer_print(&answer) ? EXIT_DONE : EXIT_RUN_FAILED;
}

// Words with a file of their own; each takes one more.
static const struct {
    const char *word;
    int (*run)(struct cli *cli);
} own_words[] = {
    {"check", cmd_plugins_check},
    {"sign", cmd_plugins_sign},
    {"verify", cmd_plugins_verify},
    {"lock", cmd_plugins_lock},
};

static int cmd_plugins(struct cli *cli)
{
    for (size_t i = 0; i < sizeof own_words / sizeof own_words[0]; i++) {
        if (strcmp(cli->words[0], own_words[i].word) == 0 && cli->n_words == 2) {
            return own_words[i].run(cli);
        }
    }
    struct registry *registry = NULL;
    if (!cli_registry(cli, &registry)) {
        return EXIT_CONFIG;
    }
    int exit_code = EXIT_USAGE;
    if (strcmp(cli->words[0], "list") == 0 && cli->n_words == 1) {
        exit_code = cli->values.is_json ? list_as_json(registry) : list_plugins(registry);
    } else if (strcmp(cli->words[0], "info") == 0 && cli->n_words == 2) {
        exit_code = show_plugin(cli, registry, cli->words[1]);
    } else {
        fprintf(stderr, "usage: portrait plugins %s\n", cli->verb->words);
    }
    registry_free(registry);
    return exit_code;
}

static const struct cli_option option_rescan = {
    "rescan",
    NULL,
    "look at every plugin anew, whatever the cache says",
    CLI_FLAG,
    offsetof(struct cli_values, is_rescan),
    0,
    0};

static const struct cli_option option_data = {"data",
                                              "PATH",
                                              "check: what a source reads, a sample of a few MiB",
                                              CLI_TEXT,
                                              offsetof(struct cli_values, data),
                                              0,
                                              0};
static const struct cli_option option_with = {
    "with",
    "KEY=VALUE",
    "check: an option of the plugin (again for each); VALUE is YAML",
    CLI_LIST,
    offsetof(struct cli_values, with),
    0,
    0};
static const struct cli_option option_format = {"format",
                                                "text|json|junit",
                                                "check: how the report is written (default: text)",
                                                CLI_TEXT,
                                                offsetof(struct cli_values, format),
                                                0,
                                                0};
static const struct cli_option option_only = {
    "only",
    "CHECK",
    "check: run this check alone, such as splits (default: all)",
    CLI_TEXT,
    offsetof(struct cli_values, only),
    0,
    0};
static const struct cli_option option_cycles = {
    "cycles",
    "N",
    "check: lives in which nothing may grow, 20 to 100000 (default: 1000)",
    CLI_COUNT,
    offsetof(struct cli_values, cycles),
    20,
    100000};
static const struct cli_option option_isolated = {
    "isolated",
    NULL,
    "check: sources and sinks run in a process of their own, as they do from --plugin-dir",
    CLI_FLAG,
    offsetof(struct cli_values, is_isolated),
    0,
    0};

static const struct cli_option option_key = {"key",
                                             "FILE",
                                             "sign: secret key as minisign makes it",
                                             CLI_TEXT,
                                             offsetof(struct cli_values, key),
                                             0,
                                             0};
static const struct cli_option option_password = {
    "password",
    "NAME",
    "sign: secret that holds the key's password (default: none is needed)",
    CLI_TEXT,
    offsetof(struct cli_values, password),
    0,
    0};

static const struct cli_option *const options[] = {
    &option_data,          &option_with,     &option_format, &option_only,
    &option_cycles,        &option_isolated, &option_key,    &option_password,
    &option_secrets,       &option_var,      &option_rescan, &option_plugin_dir,
    &option_trust_plugins, &option_keyring,  &option_cache,  &option_json};

const struct cli_verb verb_plugins = {
    .name = "plugins",
    .words = "list | info NAME | check FILE.so | sign FILE | verify FILE | lock PIPELINE",
    .summary = "list the sources, models and sinks, show one's options (--json: JSON Schema), sign "
               "and verify plugin files, pin a pipeline to its plugins",
    .example = "portrait plugins info weblog",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .least_words = 1,
    .most_words = 2,
    .run = cmd_plugins,
};
