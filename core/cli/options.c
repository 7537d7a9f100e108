// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Options: rows shared by verbs, parsing, help.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "clock.h"
#include "cpu.h"
#include "suggest.h"

#define AT(field) offsetof(struct cli_values, field)

const struct cli_option option_var = {
    "var",    "NAME=VALUE", "value of ${var:NAME} (again for each; relative paths start here)",
    CLI_LIST, AT(vars),     0,
    0};
const struct cli_option option_plugin_dir = {
    "plugin-dir",
    "DIR",
    "also use plugins from this folder (again for each); unless signed, they run isolated",
    CLI_LIST,
    AT(plugin_dirs),
    0,
    0};
const struct cli_option option_trust_plugins = {
    "trust-plugins",
    NULL,
    "run the plugins of --plugin-dir in this process: whatever they do, it does",
    CLI_FLAG,
    AT(trusts_plugins),
    0,
    0};
const struct cli_option option_allow_read = {
    "allow-read",
    "PATH",
    "what isolated plugins may read of what their manifests ask for (again for each; default: "
    "nothing)",
    CLI_LIST,
    AT(allowed_reads),
    0,
    0};
const struct cli_option option_locked = {
    "locked",
    NULL,
    "refuse a pipeline that no lock file pins to its plugins (portrait plugins lock)",
    CLI_FLAG,
    AT(must_be_locked),
    0,
    0};
const struct cli_option option_keyring = {"keyring",
                                          "DIR",
                                          "folder of the keys that are believed and the list of "
                                          "what is revoked (default: " KEYRING_DEFAULT
                                          ", if it is there)",
                                          CLI_TEXT,
                                          AT(keyring),
                                          0,
                                          0};
const struct cli_option option_cache = {
    "cache",
    "DIR",
    "folder where it is kept what plugins are (default: portrait in the user's cache folder)",
    CLI_TEXT,
    AT(cache),
    0,
    0};
const struct cli_option option_runs = {
    "runs",
    "DIR",
    "folder of runs (default: runs/ beside the pipeline; where none is named, runs/ here, else "
    "pipelines/runs/)",
    CLI_TEXT,
    AT(runs),
    0,
    0};
const struct cli_option option_run = {
    "run", "RUN", "which run: an id, a part of it, or latest (default: latest)", CLI_TEXT, AT(run),
    0,     0};
const struct cli_option option_secrets = {
    "secrets",
    "DIR",
    "folder of secret files, looked at after systemd's credentials (default: none)",
    CLI_TEXT,
    AT(secrets),
    0,
    0};
const struct cli_option option_json = {
    "json", NULL, "result as one JSON object on stdout", CLI_FLAG, AT(is_json), 0, 0};
const struct cli_option option_quiet = {
    "quiet",  NULL,         "no summary, no progress: only warnings, errors and the status line",
    CLI_FLAG, AT(is_quiet), 0,
    0};
const struct cli_option option_threads = {
    "threads", "N", "threads, 1 to 1024 (default: all processors)", CLI_COUNT, AT(threads),
    1,         1024};
const struct cli_option option_split_bytes = {
    "split-bytes",   "SIZE",          "bytes of a file one reader takes at a time (default: 32MiB)",
    CLI_SIZE,        AT(split_bytes), 1,
    (int64_t)1 << 40};
const struct cli_option option_cpu = {
    "cpu",
    "LEVEL",
    "processor features to use at most: baseline, avx2 or avx512 (default: all it has)",
    CLI_CPU,
    AT(cpu),
    0,
    0};
static const struct cli_option option_help = {"help", NULL, "this text", CLI_FLAG, AT(wants_help),
                                              0,      0};
static const struct cli_option option_verbose = {
    "verbose", NULL, "also say what only developers want to know", CLI_FLAG, AT(is_verbose), 0, 0};

static const struct cli_option *const common[] = {&option_verbose, &option_help};

static const struct cli_option *find_option(const struct cli_verb *verb, struct text name)
{
    const char *names[64];
    size_t n = 0;
    for (size_t i = 0; i < verb->n_options + 2; i++) {
        const struct cli_option *o =
            i < verb->n_options ? verb->options[i] : common[i - verb->n_options];
        if (text_is(name, o->name)) {
            return o;
        }
        if (n < 64) {
            names[n++] = o->name;
        }
    }
    char wrong[64];
    snprintf(wrong, sizeof wrong, "%.*s", (int)(name.n < 60 ? name.n : 60), name.p);
    const char *near = suggest(wrong, names, n);
    fprintf(stderr, "portrait %s: there is no option --%s%s%s%s\n", verb->name, wrong,
            near == NULL ? "" : "; did you mean --", near == NULL ? "" : near,
            near == NULL ? "" : "?");
    return NULL;
}

static bool add_to_list(struct cli *cli, struct cli_list *list, const char *value)
{
    const char **grown = arena_alloc(&cli->arena, (list->n + 1) * sizeof *grown);
    if (grown == NULL) {
        fprintf(stderr, "portrait: out of memory\n");
        return false;
    }
    if (list->n > 0) {
        memcpy(grown, list->items, list->n * sizeof *grown);
    }
    grown[list->n] = value;
    list->items = grown;
    list->n++;
    return true;
}

static bool refuse_value(const struct cli *cli, const struct cli_option *o, const char *value)
{
    fprintf(stderr, "portrait %s: --%s takes %s, not `%s`\n", cli->verb->name, o->name, o->help,
            value);
    return false;
}

static bool take_value(struct cli *cli, const struct cli_option *o, const char *value)
{
    char *slot = (char *)&cli->values + o->offset;
    int64_t number = 0;
    switch (o->type) {
    case CLI_FLAG:
        *(bool *)slot = true;
        return true;
    case CLI_TEXT:
        *(const char **)slot = value;
        return true;
    case CLI_LIST:
        return add_to_list(cli, (struct cli_list *)slot, value);
    case CLI_COUNT:
    case CLI_SIZE: {
        bool is_number = o->type == CLI_COUNT ? text_to_i64(text_of(value), &number)
                                              : size_parse(text_of(value), &number);
        if (!is_number || number < o->least || number > o->most) {
            return refuse_value(cli, o, value);
        }
        *(int64_t *)slot = number;
        return true;
    }
    case CLI_CPU:
        return cpu_named(text_of(value), (uint32_t *)slot) || refuse_value(cli, o, value);
    }
    return false;
}

// One option at argv[*i]; moves *i to its last word.
static bool parse_option(struct cli *cli, int argc, char **argv, int *i)
{
    const char *word = argv[*i] + 2;
    const char *equals = strchr(word, '=');
    struct text name = equals == NULL ? text_of(word) : text_n(word, (size_t)(equals - word));
    const struct cli_option *o = find_option(cli->verb, name);
    if (o == NULL) {
        return false;
    }
    if (o->value == NULL) {
        if (equals != NULL) {
            fprintf(stderr, "portrait %s: --%s takes no value\n", cli->verb->name, o->name);
            return false;
        }
        return take_value(cli, o, NULL);
    }
    if (equals != NULL) {
        return take_value(cli, o, equals + 1);
    }
    if (*i + 1 >= argc) {
        fprintf(stderr, "portrait %s: --%s needs %s\n", cli->verb->name, o->name, o->value);
        return false;
    }
    return take_value(cli, o, argv[++*i]);
}

int cli_parse(struct cli *cli, int argc, char **argv)
{
    bool only_words = false;
    struct cli_list words = {0};
    for (int i = 0; i < argc; i++) {
        if (!only_words && strcmp(argv[i], "--") == 0) {
            only_words = true;
        } else if (!only_words && strncmp(argv[i], "--", 2) == 0) {
            if (!parse_option(cli, argc, argv, &i)) {
                return EXIT_USAGE;
            }
        } else if (!only_words && strcmp(argv[i], "-h") == 0) {
            cli->values.wants_help = true;
        } else if (!add_to_list(cli, &words, argv[i])) {
            return EXIT_RUN_FAILED;
        }
    }
    cli->words = words.items;
    cli->n_words = words.n;
    if (cli->values.wants_help) {
        return EXIT_DONE;
    }
    if (words.n < cli->verb->least_words || words.n > cli->verb->most_words) {
        fprintf(stderr, "usage: portrait %s %s\n", cli->verb->name, cli->verb->words);
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

// A row of two columns; a left one that is too wide has its line alone.
static void put_row(FILE *out, const char *name, const char *left, const char *right)
{
    const int width = 22;
    bool is_wide = strlen(left) > (size_t)width;
    if (is_wide) {
        fprintf(out, "  %s%s\n  %*s ", name, left, (int)strlen(name) + width, "");
    } else {
        fprintf(out, "  %s%-*s ", name, width, left);
    }
    fprintf(out, "%s\n", right);
}

void cli_help(const struct cli_verb *verb, FILE *out)
{
    fprintf(out, "portrait %s %s\n\n%s\n\noptions:\n", verb->name, verb->words, verb->summary);
    for (size_t i = 0; i < verb->n_options + 2; i++) {
        const struct cli_option *o =
            i < verb->n_options ? verb->options[i] : common[i - verb->n_options];
        char left[48];
        snprintf(left, sizeof left, "--%s%s%s", o->name, o->value == NULL ? "" : " ",
                 o->value == NULL ? "" : o->value);
        put_row(out, "", left, o->help);
    }
    fprintf(out, "\nexample:\n  %s\n", verb->example);
}

void cli_overview(FILE *out)
{
    fprintf(out, "portrait: user profiles and campaigns from the files a shop already has\n\n"
                 "usage: portrait VERB ... (portrait VERB --help for each)\n\n");
    for (size_t i = 0; i < cli_n_verbs; i++) {
        char name[16];
        snprintf(name, sizeof name, "%-8s ", cli_verbs[i]->name);
        put_row(out, name, cli_verbs[i]->words, cli_verbs[i]->summary);
    }
    fprintf(out,
            "\nexample:\n  portrait run pipelines/shop-features.yaml --var out=features.csv\n");
}

enum progress_kind cli_progress(const struct cli *cli)
{
    const char *terminal = getenv("TERM");
    bool can_move = isatty(STDERR_FILENO) && terminal != NULL && strcmp(terminal, "dumb") != 0;
    return cli->values.is_quiet ? PROGRESS_NONE : can_move ? PROGRESS_MOVING : PROGRESS_LINES;
}

bool cli_colour(FILE *f)
{
    const char *no_colour = getenv("NO_COLOR");
    return isatty(fileno(f)) && (no_colour == NULL || no_colour[0] == '\0');
}
