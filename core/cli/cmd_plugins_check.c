// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// portrait plugins check: whether a plugin keeps the contract, shown by running it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "conformance.h"

#define EXIT_FAULTS 1 // checks failed

static bool choose_format(const char *name, enum conformance_format *out)
{
    static const char *const names[] = {"text", "json", "junit"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (name != NULL && strcmp(name, names[i]) == 0) {
            *out = (enum conformance_format)i;
            return true;
        }
    }
    fprintf(stderr, "portrait plugins check: --format takes text, json or junit, not `%s`\n", name);
    return false;
}

static bool absolute(struct cli *cli, const char *path, const char **out)
{
    char *real = realpath(path, NULL);
    *out = real == NULL ? NULL : arena_strdup(&cli->arena, real);
    free(real);
    if (*out == NULL) {
        fprintf(stderr, "portrait plugins check: there is no file %s\n", path);
    }
    return *out != NULL;
}

static int report(const struct conformance *c, enum conformance_format format)
{
    struct str text = {0};
    bool is_printed = conformance_report(c, format, &text) &&
                      fwrite(text.p, 1, text.n, stdout) == text.n && fflush(stdout) == 0;
    str_release(&text);
    if (c->failure != NULL) {
        return EXIT_CONFIG;
    }
    if (!is_printed) {
        fprintf(stderr, "portrait plugins check: the report could not be written\n");
        return EXIT_RUN_FAILED;
    }
    return c->n_failed == 0 ? EXIT_DONE : EXIT_FAULTS;
}

int cmd_plugins_check(struct cli *cli)
{
    struct conformance_request request = {.with = cli->values.with.items,
                                          .n_with = cli->values.with.n,
                                          .only = cli->values.only,
                                          .cycles = (uint32_t)cli->values.cycles,
                                          .secrets_folder = cli->values.secrets};
    enum conformance_format format = CONFORMANCE_TEXT;
    const char *file = cli->words[1];
    if ((cli->values.format != NULL && !choose_format(cli->values.format, &format)) ||
        !absolute(cli, file, &request.path) ||
        (cli->values.data != NULL && !absolute(cli, cli->values.data, &request.data)) ||
        (cli->values.secrets != NULL &&
         !absolute(cli, cli->values.secrets, &request.secrets_folder))) {
        return EXIT_USAGE;
    }
    if (cli->values.is_isolated && (request.proxy = cli_isolation(cli)) == NULL) {
        return EXIT_RUN_FAILED;
    }
    for (size_t i = 0; i < request.n_with; i++) {
        const char *equals = strchr(request.with[i], '=');
        if (equals == NULL || equals == request.with[i]) {
            fprintf(stderr, "portrait plugins check: --with takes KEY=VALUE, not `%s`\n",
                    request.with[i]);
            return EXIT_USAGE;
        }
    }
    struct conformance c = {0};
    struct pt_error err = ERROR_INIT;
    int exit_code = EXIT_RUN_FAILED;
    pt_status status = conformance_run(&request, &c, &err);
    if (status == PT_OK) {
        exit_code = report(&c, format);
    } else {
        exit_code = status == PT_E_NOT_FOUND ? EXIT_USAGE : EXIT_RUN_FAILED;
        fprintf(stderr, "portrait plugins check: %s\n", err.message);
    }
    conformance_release(&c);
    return exit_code;
}
