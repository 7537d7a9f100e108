// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The command line: one table row a verb, one table row an option. Help, checks and the man page
// come from the rows.
#ifndef PORTRAIT_CLI_CLI_H
#define PORTRAIT_CLI_CLI_H

#include "admission.h"
#include "log.h"
#include "registry.h"
#include "run.h"

#define KEYRING_DEFAULT "/etc/portrait/keyring"

struct cli_list {
    const char **items;
    size_t n;
};

// What the options of all verbs fill.
struct cli_values {
    struct cli_list vars; // NAME=VALUE
    struct cli_list with; // KEY=VALUE
    struct cli_list plugin_dirs;
    const char *runs;
    const char *run;
    const char *secrets;
    const char *format;
    const char *columns;
    const char *as;
    const char *out;
    const char *cache;
    const char *data;
    const char *only;
    int64_t cycles;
    bool is_isolated;
    bool must_be_locked;
    struct cli_list allowed_reads;
    const char *keyring;
    const char *key;
    const char *password;
    int64_t threads;
    uint32_t cpu; // PT_CPU_*; 0 = the processor's
    int64_t limit;
    int64_t split_bytes;
    bool trusts_plugins;
    bool is_no_deliver;
    bool is_json;
    bool is_quiet;
    bool is_verbose;
    bool is_rescan;
    bool wants_help;
};

enum cli_type { CLI_FLAG, CLI_TEXT, CLI_LIST, CLI_COUNT, CLI_SIZE, CLI_CPU };

struct cli_option {
    const char *name;  // without --
    const char *value; // what follows: NAME=VALUE; NULL for a flag
    const char *help;  // with unit and default
    enum cli_type type;
    size_t offset;       // into cli_values
    int64_t least, most; // COUNT and SIZE
};

struct cli {
    struct cli_values values;
    const char **words; // what is no option
    size_t n_words;
    const struct cli_verb *verb;
    struct log *log;
    struct arena arena;
    struct keyring *keyring; // once cli_keyring() found one
};

struct cli_verb {
    const char *name;
    const char *words; // usage: "FILE..."
    const char *summary;
    const char *example; // a whole command
    const struct cli_option *const *options;
    size_t n_options;
    size_t least_words, most_words;
    int (*run)(struct cli *cli);
};

extern const struct cli_verb verb_models;
extern const struct cli_verb verb_check, verb_plan, verb_run, verb_read, verb_deliver, verb_runs,
    verb_plugins, verb_show, verb_why, verb_new;
extern const struct cli_verb *const cli_verbs[];
extern const size_t cli_n_verbs;

// Rows used by several verbs.
extern const struct cli_option option_var, option_plugin_dir, option_trust_plugins,
    option_allow_read, option_locked, option_keyring, option_cache, option_runs, option_run,
    option_secrets, option_json, option_quiet, option_threads, option_split_bytes, option_cpu;

// The words of `plugins` that are about trust: sign, verify, lock.
int cmd_plugins_check(struct cli *cli);
int cmd_plugins_sign(struct cli *cli);
int cmd_plugins_verify(struct cli *cli);
int cmd_plugins_lock(struct cli *cli);

// Parses the words after the verb. EXIT_DONE to go on, EXIT_USAGE after a message; help is flagged.
int cli_parse(struct cli *cli, int argc, char **argv);
void cli_help(const struct cli_verb *verb, FILE *out);
void cli_overview(FILE *out);

// Signal number once SIGINT, SIGTERM or SIGHUP came, else 0.
const volatile int *cli_signal(void);

// Things several verbs need; each says what went wrong and returns false.
bool cli_registry(struct cli *cli, struct registry **out);
// Opens --keyring or the default one into cli->keyring, which stays NULL when there is none.
bool cli_keyring(struct cli *cli);
// The lock file beside a pipeline, NULL when there is none; what is wrong with it goes to diags.
bool cli_lock(struct cli *cli, const char *pipeline, struct diags *diags, struct lock_file **out);
// The registry of a pipeline with that lock (NULL = none): the pinned plugins alone, if they are
// there as pinned; else false and diags tell why.
bool cli_locked_registry(struct cli *cli, const struct lock_file *lock, struct diags *diags,
                         struct registry **out);
bool cli_vars(struct cli *cli, struct var_settings *out);
struct plan_options cli_plan_options(struct cli *cli);
// Absolute path of a folder that comes with the program, such as share/portrait/template; NULL when
// it is not there.
const char *cli_beside(struct cli *cli, const char *folder);
// What runs components in children of their own; NULL after telling that memory is out.
const struct component_proxy *cli_isolation(struct cli *cli);
// runs folder for verbs without a pipeline: --runs, else ./runs, else ./pipelines/runs.
const char *cli_runs(struct cli *cli);
// Says on stderr what went wrong in a verb; its exit code: usage, failure, or configuration.
int cli_failed(const char *verb, const struct pt_error *err);
bool cli_ends_with(const char *text, const char *tail); // and has something before it
// The absolute path of a file, itself no symlink or not there yet, in a folder only root or we
// decide about.
pt_status cli_owned_path(struct cli *cli, const char *written, const char **out,
                         struct pt_error *err);
// Prints diagnostics to stderr, in order.
void cli_print(struct diags *diags);
bool cli_colour(FILE *f);
// How long work shows that it moves on, on stderr.
enum progress_kind cli_progress(const struct cli *cli);

#endif
