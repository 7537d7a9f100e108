// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// portrait new: a folder with a plugin that builds, has a test, and runs as it is.
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "starter.h"
#include "suggest.h"

#define NAME_MAX_BYTES 40

struct starter {
    const char *kind;
    const char *name; // of the component in the starter
};

static const struct starter starters[] = {
    {"source", "key-value"}, {"model", "base-rate"}, {"sink", "tab-file"}};

static const struct starter *find_starter(const char *kind)
{
    const char *kinds[sizeof starters / sizeof starters[0]];
    for (size_t i = 0; i < sizeof starters / sizeof starters[0]; i++) {
        kinds[i] = starters[i].kind;
        if (strcmp(kind, kinds[i]) == 0) {
            return &starters[i];
        }
    }
    const char *near = suggest(kind, kinds, sizeof kinds / sizeof kinds[0]);
    fprintf(stderr, "portrait new: there is no `%s` to begin%s%s%s\n", kind,
            near == NULL ? "; a source, a model or a sink" : "; did you mean `",
            near == NULL ? "" : near, near == NULL ? "" : "`?");
    return NULL;
}

// Small letters, digits and single hyphens, a letter first: it becomes a name in YAML and in C.
static bool is_name(const char *name)
{
    size_t n = strlen(name);
    if (n == 0 || n > NAME_MAX_BYTES || !islower((unsigned char)name[0]) || name[n - 1] == '-') {
        return false;
    }
    return name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0' &&
           strstr(name, "--") == NULL;
}

// key-value -> key_value or KEY_VALUE.
static void identifier(const char *name, bool is_upper, char out[NAME_MAX_BYTES + 1])
{
    size_t i = 0;
    for (; name[i] != '\0' && i < NAME_MAX_BYTES; i++) {
        char c = name[i] == '-' ? '_' : name[i];
        out[i] = is_upper ? (char)toupper((unsigned char)c) : c;
    }
    out[i] = '\0';
}

static int copy_starter(struct cli *cli, const struct starter *s, const char *name)
{
    char ids[4][NAME_MAX_BYTES + 1];
    identifier(s->name, false, ids[0]);
    identifier(name, false, ids[1]);
    identifier(s->name, true, ids[2]);
    identifier(name, true, ids[3]);
    const struct starter_word words[] = {{s->name, name}, {ids[0], ids[1]}, {ids[2], ids[3]}};
    struct pt_error err = ERROR_INIT;
    const char *beside = cli_beside(cli, "share/portrait/template");
    const char *from = beside == NULL ? NULL : arena_printf(&cli->arena, "%s/%s", beside, s->kind);
    if (from == NULL) {
        fprintf(stderr, "portrait new: the starters are not beside the program\n");
        return EXIT_CONFIG;
    }
    pt_status status = starter_copy(from, name, words, sizeof words / sizeof words[0], &err);
    if (status != PT_OK) {
        fprintf(stderr, "portrait new: %s\n", err.message);
        return status == PT_E_STATE ? EXIT_USAGE : EXIT_RUN_FAILED;
    }
    printf("%s/: a %s that builds and runs as it is; its README.md says what to change\n"
           "  cd %s && cmake --workflow --preset default\n",
           name, s->kind, name);
    return EXIT_DONE;
}

static int cmd_new(struct cli *cli)
{
    const struct starter *s = find_starter(cli->words[0]);
    if (s == NULL) {
        return EXIT_USAGE;
    }
    if (!is_name(cli->words[1])) {
        fprintf(stderr,
                "portrait new: `%s` is no name: small letters, digits and single `-`, a letter "
                "first, at most %d\n",
                cli->words[1], NAME_MAX_BYTES);
        return EXIT_USAGE;
    }
    return copy_starter(cli, s, cli->words[1]);
}

const struct cli_verb verb_new = {
    .name = "new",
    .words = "source|model|sink NAME",
    .summary = "begin a plugin: a folder NAME that builds, has a test, and runs as it is",
    .example = "portrait new source parcel-tracks",
    .least_words = 2,
    .most_words = 2,
    .run = cmd_new,
};
