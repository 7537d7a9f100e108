// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Start here: main finds the verb, parses its options and runs it. docs/tour.md goes on.
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "suggest.h"
#include "version.h"

// The one place a signal can reach: a handler may only set a flag.
static volatile int signal_number;

const volatile int *cli_signal(void)
{
    return &signal_number;
}

static void on_signal(int number)
{
    signal_number = number;
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
    sigaction(SIGXFSZ, &action, NULL);
}

const struct cli_verb *const cli_verbs[] = {
    &verb_check,   &verb_plan,   &verb_run,  &verb_read, &verb_deliver, &verb_runs,
    &verb_plugins, &verb_models, &verb_show, &verb_why,  &verb_new,
};
const size_t cli_n_verbs = sizeof cli_verbs / sizeof cli_verbs[0];

static const struct cli_verb *find_verb(const char *name)
{
    const char *names[sizeof cli_verbs / sizeof cli_verbs[0]];
    for (size_t i = 0; i < cli_n_verbs; i++) {
        names[i] = cli_verbs[i]->name;
        if (strcmp(name, names[i]) == 0) {
            return cli_verbs[i];
        }
    }
    const char *near = suggest(name, names, cli_n_verbs);
    fprintf(stderr, "portrait: there is no verb `%s`%s%s%s\n", name,
            near == NULL ? "; see portrait --help" : "; did you mean `", near == NULL ? "" : near,
            near == NULL ? "" : "`?");
    return NULL;
}

static int run_verb(const struct cli_verb *verb, int argc, char **argv)
{
    struct cli cli = {.verb = verb};
    struct pt_error err = ERROR_INIT;
    int exit_code = cli_parse(&cli, argc, argv);
    if (exit_code == EXIT_DONE && cli.values.wants_help) {
        cli_help(verb, stdout);
    } else if (exit_code == EXIT_DONE) {
        enum log_level least = cli.values.is_verbose ? LOG_DEBUG
                               : cli.values.is_quiet ? LOG_WARN
                                                     : LOG_INFO;
        if (log_new(stderr, least, cli_colour(stderr), &cli.log, &err) != PT_OK) {
            fprintf(stderr, "portrait: %s\n", err.message);
            exit_code = EXIT_RUN_FAILED;
        } else {
            exit_code = verb->run(&cli);
        }
    }
    log_free(cli.log);
    keyring_free(cli.keyring);
    arena_release(&cli.arena);
    return exit_code;
}

// Batches come and go by the thousand: their memory is kept for the next one instead of being given
// back to the system and zeroed again.
static void keep_memory(void)
{
#if defined(__GLIBC__)
    mallopt(M_MMAP_THRESHOLD, 4 << 20);
    mallopt(M_TRIM_THRESHOLD, 32 << 20);
#endif
}

// A full disk or a closed pipe behind stdout must not look like success: neither when the last
// bytes are written, nor when earlier ones got lost.
static int settle_output(int exit_code)
{
    bool is_lost = ferror(stdout) != 0;
    is_lost = fflush(stdout) != 0 || is_lost;
    if (!is_lost || exit_code != EXIT_DONE) {
        return exit_code;
    }
    fprintf(stderr, "portrait: the output could not be written\n");
    return EXIT_RUN_FAILED;
}

int main(int argc, char **argv)
{
    keep_memory();
    catch_signals();
    if (argc < 2) {
        cli_overview(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        cli_overview(stdout);
        return settle_output(EXIT_DONE);
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("portrait %s\n", PORTRAIT_VERSION);
        return settle_output(EXIT_DONE);
    }
    const struct cli_verb *verb = find_verb(argv[1]);
    if (verb == NULL) {
        return EXIT_USAGE;
    }
    return settle_output(run_verb(verb, argc - 2, argv + 2));
}
