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
#include "isolate.h"
#include "scan_room.h"
#include "owned.h"

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

// The built-in folder, then those of --plugin-dir.
static bool plugin_folders(struct cli *cli, struct registry_settings *out)
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
    out->folders = folders;
    out->n_folders = n;
    return true;
}

bool cli_keyring(struct cli *cli)
{
    struct pt_error err = ERROR_INIT;
    const char *folder = cli->values.keyring;
    if (cli->keyring != NULL) {
        return true;
    }
    pt_status status = keyring_open(folder == NULL ? KEYRING_DEFAULT : folder, &cli->keyring, &err);
    if (status == PT_OK || (status == PT_E_NOT_FOUND && folder == NULL)) {
        return true;
    }
    fprintf(stderr, "portrait: %s\n", err.message);
    return false;
}

const struct component_proxy *cli_isolation(struct cli *cli)
{
    const char *folder = cli_beside(cli, PORTRAIT_LIBEXEC);
    struct isolation *isolation = arena_zero(&cli->arena, 1, sizeof *isolation);
    const char *program =
        arena_printf(&cli->arena, "%s/portrait-plugin-host", folder == NULL ? "" : folder);
    const struct cli_list *reads = &cli->values.allowed_reads;
    for (size_t i = 0; i < reads->n; i++) {
        if (reads->items[i][0] != '/' || strstr(reads->items[i], "..") != NULL) {
            fprintf(stderr,
                    "portrait: --allow-read takes an absolute path without `..`, not `%s`\n",
                    reads->items[i]);
            return NULL;
        }
    }
    if (isolation == NULL || program == NULL) {
        fprintf(stderr, "portrait: out of memory\n");
        return NULL;
    }
    isolation_init(isolation, &(struct isolate_settings){
                                  .program = program, .reads = reads->items, .n_reads = reads->n});
    return &isolation->proxy;
}

static void tell_refused(void *ctx, const char *line)
{
    struct cli *cli = ctx;
    log_write(cli->log, LOG_WARN, NULL, 0, "%s", line);
}

static bool open_registry(struct cli *cli, const struct lock_file *lock, struct diags *diags,
                          struct registry **out)
{
    struct pt_error err = ERROR_INIT;
    struct registry_settings settings = {.cache_folder = cache_folder(cli),
                                         .is_fresh = cli->values.is_rescan};
    struct admission *admission = arena_zero(&cli->arena, 1, sizeof *admission);
    const struct component_proxy *proxy = cli_isolation(cli);
    if (proxy == NULL || !plugin_folders(cli, &settings) || !cli_keyring(cli)) {
        return false;
    }
    if (admission == NULL || !admission_init(admission, cli->keyring, lock, &cli->arena)) {
        fprintf(stderr, "portrait: out of memory\n");
        return false;
    }
    settings.guard = &admission->guard;
    struct scan_room room = {0};
    pt_status status = scan_room_init(&room, tell_refused, cli, &err);
    if (status == PT_OK) {
        settings.confine = cli->values.trusts_plugins ? NULL : &room.confine;
        status = registry_open_as(&settings, out, &err);
    }
    scan_room_release(&room);
    if (status != PT_OK) {
        fprintf(stderr, "portrait: plugins: %s\n", err.message);
        return false;
    }
    if (!cli->values.trusts_plugins) { // those of --plugin-dir run in children, unless signed
        registry_isolate(*out, proxy);
    }
    if (lock != NULL) {
        admission_check(admission, *out, diags);
    }
    return true;
}

bool cli_registry(struct cli *cli, struct registry **out)
{
    return open_registry(cli, NULL, NULL, out);
}

bool cli_lock(struct cli *cli, const char *pipeline, struct diags *diags, struct lock_file **out)
{
    struct pt_error err = ERROR_INIT;
    struct lock_file *lock = arena_zero(&cli->arena, 1, sizeof *lock);
    const char *path = arena_printf(&cli->arena, "%s" LOCK_FILE_SUFFIX, pipeline);
    if (lock == NULL || path == NULL) {
        diags->out_of_memory = true;
        return false;
    }
    pt_status status = lock_file_read(path, &cli->arena, lock, &err);
    *out = status == PT_OK ? lock : NULL;
    if (status == PT_E_NOT_FOUND && cli->values.must_be_locked) {
        diag_add(diags, DIAG_ERROR, "P0503", (struct position){.file = path},
                 "write it: portrait plugins lock PIPELINE", "--locked: there is no lock file");
        return false;
    }
    if (status != PT_OK && status != PT_E_NOT_FOUND) {
        diag_add(diags, DIAG_ERROR, "P0503", (struct position){.file = path}, NULL, "%s",
                 err.message);
        return false;
    }
    return true;
}

bool cli_locked_registry(struct cli *cli, const struct lock_file *lock, struct diags *diags,
                         struct registry **out)
{
    struct registry *registry = NULL;
    if (!open_registry(cli, lock, diags, &registry)) {
        return false;
    }
    if (diags_failed(diags)) {
        registry_free(registry);
        return false;
    }
    *out = registry;
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

int cli_failed(const char *verb, const struct pt_error *err)
{
    fprintf(stderr, "portrait %s: %s%s%s\n", verb, err->message, err->hint[0] == '\0' ? "" : "; ",
            err->hint);
    if (err->code == PT_E_INVALID) {
        return EXIT_USAGE;
    }
    return err->code == PT_E_NO_MEMORY || err->code == PT_E_IO ? EXIT_RUN_FAILED : EXIT_CONFIG;
}

bool cli_ends_with(const char *text, const char *tail)
{
    size_t n = strlen(text);
    size_t m = strlen(tail);
    return n > m && strcmp(text + n - m, tail) == 0;
}

pt_status cli_owned_path(struct cli *cli, const char *written, const char **out,
                         struct pt_error *err)
{
    const char *slash = strrchr(written, '/');
    const char *name = slash == NULL ? written : slash + 1;
    const char *parent = ".";
    if (slash != NULL) {
        parent =
            slash == written ? "/" : arena_strndup(&cli->arena, written, (size_t)(slash - written));
    }
    const char *folder = parent == NULL ? NULL : absolute(cli, parent);
    if (folder == NULL) {
        FAIL(err, PT_E_NOT_FOUND, "the folder of %s is not there", written);
    }
    TRY(owned_folder(folder, err));
    *out = arena_printf(&cli->arena, "%s/%s", strcmp(folder, "/") == 0 ? "" : folder, name);
    if (*out == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    return PT_OK;
}
