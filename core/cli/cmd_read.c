// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// portrait read: one source's rows, for trying a source.
#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "cli.h"
#include "read_rows.h"

static const struct cli_option option_with = {
    "with",
    "KEY=VALUE",
    "an option of the plugin (again for each); VALUE is YAML",
    CLI_LIST,
    offsetof(struct cli_values, with),
    0,
    0};
static const struct cli_option option_limit = {"limit",
                                               "N",
                                               "rows to show, 1 to 10^12 (default: all)",
                                               CLI_COUNT,
                                               offsetof(struct cli_values, limit),
                                               1,
                                               1000000000000};
static const struct cli_option option_format = {"format",
                                                "csv|jsonl|count",
                                                "how rows are shown (default: csv)",
                                                CLI_TEXT,
                                                offsetof(struct cli_values, format),
                                                0,
                                                0};
static const struct cli_option option_columns = {"columns",
                                                 "A,B,...",
                                                 "columns to read, in this order (default: all)",
                                                 CLI_TEXT,
                                                 offsetof(struct cli_values, columns),
                                                 0,
                                                 0};

static bool choose_format(struct cli *cli, enum read_format *out)
{
    const char *name = cli->values.format == NULL ? "csv" : cli->values.format;
    static const char *const names[] = {"csv", "jsonl", "count"};
    for (size_t i = 0; i < 3; i++) {
        if (strcmp(name, names[i]) == 0) {
            *out = (enum read_format)i;
            return true;
        }
    }
    fprintf(stderr, "portrait read: --format takes csv, jsonl or count, not `%s`\n", name);
    return false;
}

static int count_as_json(const struct read_request *request)
{
    struct answer answer;
    answer_begin(&answer, "read");
    answer_text(&answer, "plugin", request->plugin);
    answer_text(&answer, "path", request->path);
    int exit_code = read_count(request, &answer.json, stderr);
    bool is_printed = answer_print(&answer);
    return is_printed || exit_code != EXIT_DONE ? exit_code : EXIT_RUN_FAILED;
}

static int cmd_read(struct cli *cli)
{
    struct registry *registry = NULL;
    struct read_request request = {
        .plugin = cli->words[0],
        .path = cli->words[1],
        .with = cli->values.with.items,
        .n_with = cli->values.with.n,
        .columns = cli->values.columns,
        .limit = (uint64_t)cli->values.limit,
        .threads = (uint32_t)cli->values.threads,
        .split_bytes = (uint64_t)cli->values.split_bytes,
        .secrets_folder = cli->values.secrets,
        .log = cli->log,
        .signal_number = cli_signal(),
        .is_quiet = cli->values.is_quiet,
        .cpu = cli->values.cpu,
    };
    request.progress = cli_progress(cli);
    if (!choose_format(cli, &request.format)) {
        return EXIT_USAGE;
    }
    if (cli->values.is_json && request.format != READ_COUNT) {
        fprintf(stderr, "portrait read: --json needs --format count; rows are --format jsonl\n");
        return EXIT_USAGE;
    }
    if (!cli_registry(cli, &registry)) {
        return EXIT_CONFIG;
    }
    request.registry = registry;
    int exit_code =
        cli->values.is_json ? count_as_json(&request) : read_rows(&request, stdout, stderr);
    registry_free(registry);
    return exit_code;
}

static const struct cli_option *const options[] = {
    &option_with,       &option_limit,   &option_format,     &option_columns,
    &option_threads,    &option_secrets, &option_plugin_dir, &option_trust_plugins,
    &option_allow_read, &option_keyring, &option_cache,      &option_split_bytes,
    &option_quiet,      &option_cpu,     &option_json};

const struct cli_verb verb_read = {
    .name = "read",
    .words = "PLUGIN PATH",
    .summary = "show a source's rows, and what it rejects",
    .example = "portrait read weblog access.log --with format=combined --limit 10 --format jsonl",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .least_words = 2,
    .most_words = 2,
    .run = cmd_read,
};
