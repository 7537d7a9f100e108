// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What several verbs need: plugins, variables, the folder of runs, diagnostics on the screen.
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "clock.h"
#include "fsys.h"

const char *cli_beside(struct cli *cli, const char *folder)
{
    char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    if (n < 0) {
        return NULL;
    }
    path[n] = '\0';
    for (int up = 0; up < 2; up++) {
        char *slash = strrchr(path, '/');
        if (slash == NULL) {
            return NULL;
        }
        *slash = '\0';
    }
    struct stat info;
    const char *found = arena_printf(&cli->arena, "%s/%s", path, folder);
    bool is_there = found != NULL && fsys_stat(found, &info) == 0 && S_ISDIR(info.st_mode);
    return is_there ? found : NULL;
}

// The plugin folder belongs to the program: plugins/ beside bin/ in a build tree, or the installed
// library folder.
static const char *own_plugins(struct cli *cli)
{
    const char *built = cli_beside(cli, "plugins");
    return built != NULL ? built : cli_beside(cli, PORTRAIT_INSTALLED_PLUGINS);
}

static const char *absolute(struct cli *cli, const char *path)
{
    char *real = realpath(path, NULL);
    const char *kept = real == NULL ? NULL : arena_strdup(&cli->arena, real);
    free(real);
    return kept;
}

// --cache, or the user's cache folder (XDG Base Directory Specification 0.8); NULL = none, which
// costs time and nothing else.
static const char *cache_folder(struct cli *cli)
{
    if (cli->values.cache != NULL) {
        return cli->values.cache;
    }
    const char *cache = secure_getenv("XDG_CACHE_HOME");
    if (cache != NULL && cache[0] == '/') {
        return arena_printf(&cli->arena, "%s/portrait", cache);
    }
    const char *home = secure_getenv("HOME");
    return home != NULL && home[0] == '/' ? arena_printf(&cli->arena, "%s/.cache/portrait", home)
                                          : NULL;
}

bool cli_registry(struct cli *cli, struct registry **out)
{
    size_t n = 0;
    const struct cli_list *dirs = &cli->values.plugin_dirs;
    struct registry_folder *folders = arena_zero(&cli->arena, dirs->n + 1, sizeof *folders);
    if (folders == NULL) {
        fprintf(stderr, "portrait: out of memory\n");
        return false;
    }
    const char *own = own_plugins(cli);
    if (own != NULL) {
        folders[n++] = (struct registry_folder){.path = own};
    }
    for (size_t i = 0; i < dirs->n; i++) {
        const char *path = absolute(cli, dirs->items[i]);
        if (path == NULL) {
            fprintf(stderr, "portrait: --plugin-dir %s: there is no such folder\n", dirs->items[i]);
            return false;
        }
        folders[n++] = (struct registry_folder){.path = path, .is_extra = true};
    }
    struct pt_error err = ERROR_INIT;
    const struct registry_settings settings = {.folders = folders,
                                               .n_folders = n,
                                               .cache_folder = cache_folder(cli),
                                               .is_fresh = cli->values.is_rescan};
    if (registry_open_as(&settings, out, &err) != PT_OK) {
        fprintf(stderr, "portrait: plugins: %s\n", err.message);
        return false;
    }
    return true;
}

bool cli_vars(struct cli *cli, struct var_settings *out)
{
    const struct cli_list *written = &cli->values.vars;
    struct var_setting *items = arena_zero(&cli->arena, written->n, sizeof *items);
    char *cwd = getcwd(NULL, 0);
    const char *folder = cwd == NULL ? NULL : arena_strdup(&cli->arena, cwd);
    free(cwd);
    if (items == NULL || folder == NULL) {
        fprintf(stderr, "portrait: out of memory\n");
        return false;
    }
    for (size_t i = 0; i < written->n; i++) {
        const char *equals = strchr(written->items[i], '=');
        if (equals == NULL || equals == written->items[i]) {
            fprintf(stderr, "portrait: --var takes NAME=VALUE, not `%s`\n", written->items[i]);
            return false;
        }
        items[i].name =
            arena_strndup(&cli->arena, written->items[i], (size_t)(equals - written->items[i]));
        items[i].value = equals + 1;
        if (items[i].name == NULL) {
            fprintf(stderr, "portrait: out of memory\n");
            return false;
        }
    }
    *out = (struct var_settings){items, written->n, folder};
    return true;
}

struct plan_options cli_plan_options(struct cli *cli)
{
    return (struct plan_options){
        .secrets_folder = cli->values.secrets,
        .skip_secrets = cli->values.is_no_deliver,
        .log = cli->log,
        .cancelled = cli_signal(),
        .cpu = cli->values.cpu,
    };
}

const char *cli_runs(struct cli *cli)
{
    const char *places[] = {cli->values.runs, "runs", "pipelines/runs"};
    for (size_t i = cli->values.runs == NULL; i < 3; i++) {
        const char *path = absolute(cli, places[i]);
        if (path != NULL) {
            return path;
        }
        if (i == 0) {
            fprintf(stderr, "portrait: --runs %s: there is no such folder\n", places[i]);
            return NULL;
        }
    }
    fprintf(stderr, "portrait: no runs/ here; say --runs DIR\n");
    return NULL;
}

void cli_print(struct diags *diags)
{
    diags_sort(diags);
    diags_print(diags, stderr, cli_colour(stderr));
}
