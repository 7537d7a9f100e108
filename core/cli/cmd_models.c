// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// portrait models: what models learnt, whether their files are sound, and the same in formats of
// other programs.
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "cli.h"
#include "export_model.h"
#include "fsys.h"
#include "json_page.h"
#include "learned.h"
#include "mem.h"
#include "model_file.h"
#include "publish.h"
#include "reopen.h"

#define SUFFIX ".model"

// What every action needs.
struct desk {
    struct cli *cli;
    struct registry *registry;
    struct host_services *host;
};

static const struct cli_option option_as = {
    "as", "pmml|xgboost", "format to export to", CLI_TEXT, offsetof(struct cli_values, as), 0, 0};
static const struct cli_option option_out = {"out",
                                             "FILE",
                                             "file to write, whole or not at all (default: stdout)",
                                             CLI_TEXT,
                                             offsetof(struct cli_values, out),
                                             0,
                                             0};

static int complain(const char *path, const struct pt_error *err)
{
    fprintf(stderr, "portrait models: %s%s%s\n", path, path[0] == '\0' ? "" : ": ", err->message);
    switch (err->code) {
    case PT_E_NO_MEMORY:
    case PT_E_IO:
    case PT_E_INTERNAL:
        return EXIT_RUN_FAILED;
    default:
        return EXIT_CONFIG;
    }
}

static pt_status open_file(const struct desk *d, const char *path, struct reopened *out,
                           struct pt_error *err)
{
    struct str bytes = {0};
    pt_status status = model_file_read(path, &bytes, err);
    if (status == PT_OK) {
        status =
            learned_reopen(d->registry, host_services_table(d->host), str_view(&bytes), out, err);
    }
    str_release(&bytes);
    return status;
}

// The run's folder, owned; NULL after a message.
static char *find_run(const struct desk *d, const char *which)
{
    struct pt_error err = ERROR_INIT;
    char *folder = NULL;
    const char *runs = strchr(which, '/') != NULL ? "." : cli_runs(d->cli);
    if (runs != NULL && run_folder_find(runs, which, &folder, &err) != PT_OK) {
        fprintf(stderr, "portrait models: %s\n", err.message);
    }
    return folder;
}

// FILE, or RUN NAME: words from the second on. NULL after a message.
static const char *find_file(const struct desk *d)
{
    struct cli *cli = d->cli;
    const char *path = cli->words[1];
    struct stat info;
    if (cli->n_words == 3) {
        char *run = find_run(d, cli->words[1]);
        path = run == NULL ? NULL
                           : arena_printf(&cli->arena, "%s/models/%s" SUFFIX, run, cli->words[2]);
        mem_free(run);
    }
    if (path != NULL && fsys_stat(path, &info) != 0) {
        fprintf(stderr, "portrait models: %s: %s\n", path, strerror(errno));
        return NULL;
    }
    return path;
}

// --- list --------------------------------------------------------------------------------------

static void print_listed(const char *name, const struct reopened *r, const struct pt_error *err)
{
    int width = (int)(strlen(name) - strlen(SUFFIX));
    if (r->model == NULL) {
        printf("%-16.*s DAMAGED  %s\n", width, name, err->message);
        return;
    }
    const char *label = r->model->label[0] == '\0' ? "none" : r->model->label;
    printf("%-16.*s %-10s inputs=%zu columns=%zu rows=%llu label=%s\n", width, name,
           r->component->name, r->model->trained.prepare.n_inputs,
           r->model->trained.prepare.n_columns, (unsigned long long)r->model->rows, label);
}

static void put_listed(struct answer *a, const char *name, const struct reopened *r,
                       const struct pt_error *err)
{
    const struct learned *m = r->model;
    json_begin_object(&a->json);
    json_key(&a->json, "name");
    json_put_text(&a->json, text_n(name, strlen(name) - strlen(SUFFIX)));
    answer_text(a, "component", m == NULL ? NULL : m->component);
    answer_text(a, "label", m == NULL || m->label[0] == '\0' ? NULL : m->label);
    answer_count(a, "inputs", m == NULL ? 0 : m->trained.prepare.n_inputs);
    answer_count(a, "columns", m == NULL ? 0 : m->trained.prepare.n_columns);
    answer_count(a, "rows", m == NULL ? 0 : m->rows);
    answer_text(a, "damage", m == NULL ? err->message : NULL);
    json_end_object(&a->json);
}

// Into the answer when there is one, else on the screen.
static void list_one(const struct desk *d, const char *folder, const char *name,
                     struct answer *answer)
{
    struct pt_error err = ERROR_INIT;
    struct reopened r = {0};
    const char *path = arena_printf(&d->cli->arena, "%s/%s", folder, name);
    if (path == NULL || open_file(d, path, &r, &err) != PT_OK) {
        r.model = NULL;
    }
    if (answer != NULL) {
        put_listed(answer, name, &r, &err);
    } else {
        print_listed(name, &r, &err);
    }
    reopened_release(&r);
}

static int is_model(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name);
    return n > strlen(SUFFIX) && strcmp(entry->d_name + n - strlen(SUFFIX), SUFFIX) == 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int list_folder(const struct desk *d, const char *folder)
{
    struct dirent **entries = NULL;
    struct answer answer;
    struct answer *asked = d->cli->values.is_json ? &answer : NULL;
    if (asked != NULL) {
        answer_begin(asked, "models list");
        answer_text(asked, "folder", folder);
        json_key(&asked->json, "models");
        json_begin_array(&asked->json);
    }
    int n = scandir(folder, &entries, is_model, by_name);
    if (n <= 0 && asked == NULL) {
        fprintf(stderr, "no models in %s\n", folder);
    }
    for (int i = 0; i < n; i++) {
        list_one(d, folder, entries[i]->d_name, asked);
        free(entries[i]);
    }
    free(entries);
    if (asked == NULL) {
        return EXIT_DONE;
    }
    json_end_array(&asked->json);
    return answer_print(asked) ? EXIT_DONE : EXIT_RUN_FAILED;
}

static int list_models(const struct desk *d)
{
    char *run = find_run(d, d->cli->n_words == 1 ? "latest" : d->cli->words[1]);
    const char *folder = run == NULL ? NULL : arena_printf(&d->cli->arena, "%s/models", run);
    mem_free(run);
    return folder == NULL ? EXIT_USAGE : list_folder(d, folder);
}

// --- show, check, export -----------------------------------------------------------------------

static pt_status print_page(const struct reopened *r, struct pt_error *err)
{
    struct str text = {0};
    struct json *report = NULL;
    struct json_writer w = json_writer_of(&text, false);
    pt_status status = learned_report(r->model, &w, err);
    if (status == PT_OK) {
        status = json_parse(str_view(&text), &report, err);
    }
    if (status == PT_OK) {
        json_page_print(report, stdout);
    }
    json_free(report);
    str_release(&text);
    return status;
}

static pt_status show_file(const struct desk *d, const char *path, const struct reopened *r,
                           struct pt_error *err)
{
    if (!d->cli->values.is_json) {
        return print_page(r, err);
    }
    struct answer answer;
    answer_begin(&answer, "models show");
    answer_text(&answer, "file", path);
    json_key(&answer.json, "model");
    pt_status status = learned_report(r->model, &answer.json, err);
    if (status != PT_OK) {
        str_release(&answer.text);
        return status;
    }
    if (!answer_print(&answer)) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    return PT_OK;
}

static pt_status check_file(const struct desk *d, const char *path, const struct reopened *r,
                            struct pt_error *err)
{
    struct answer answer;
    if (d->cli->values.is_json) {
        answer_begin(&answer, "models check");
        answer_text(&answer, "file", path);
        answer_text(&answer, "component", r->model->component);
        answer_text(&answer, "plugin", r->model->plugin_id);
        answer_text(&answer, "plugin_version", r->model->plugin_version);
        if (!answer_print(&answer)) {
            FAIL(err, PT_E_NO_MEMORY, "out of memory");
        }
    } else if (!d->cli->values.is_quiet) {
        printf("%s: ok (%s of %s %s, %zu inputs, learnt from %llu rows)\n", path,
               r->component->name, r->model->plugin_id, r->model->plugin_version,
               r->model->trained.prepare.n_inputs, (unsigned long long)r->model->rows);
    }
    return PT_OK;
}

static pt_status export_file(const struct desk *d, const struct reopened *r, struct pt_error *err)
{
    const struct cli_values *v = &d->cli->values;
    struct str text = {0};
    pt_status status = learned_export(r->model, v->as, &text, err);
    if (status == PT_OK && v->out != NULL) {
        status = publish_text(v->out, "export", 0, text.p, text.n, err);
        if (status == PT_OK && !v->is_quiet) {
            printf("%s: %zu bytes of %s\n", v->out, text.n, v->as);
        }
    } else if (status == PT_OK) {
        fwrite(text.p, 1, text.n, stdout);
    }
    str_release(&text);
    return status;
}

static int work_on_file(const struct desk *d)
{
    const char *what = d->cli->words[0];
    const char *path = find_file(d);
    if (path == NULL) {
        return EXIT_USAGE;
    }
    struct pt_error err = ERROR_INIT;
    struct reopened r = {0};
    if (open_file(d, path, &r, &err) != PT_OK) {
        return complain(path, &err);
    }
    pt_status status = PT_OK;
    if (strcmp(what, "check") == 0) {
        status = check_file(d, path, &r, &err);
    } else if (strcmp(what, "show") == 0) {
        status = show_file(d, path, &r, &err);
    } else {
        status = export_file(d, &r, &err);
    }
    reopened_release(&r);
    if (status == PT_OK) {
        return EXIT_DONE;
    }
    int exit_code = complain(path, &err);
    return status == PT_E_UNSUPPORTED ? EXIT_USAGE : exit_code;
}

static bool is_worded_well(const struct cli *cli)
{
    const char *what = cli->words[0];
    if (strcmp(what, "list") == 0) {
        return cli->n_words <= 2;
    }
    if (strcmp(what, "show") == 0 || strcmp(what, "check") == 0) {
        return cli->n_words >= 2;
    }
    if (strcmp(what, "export") != 0 || cli->n_words < 2) {
        return false;
    }
    const char *as = cli->values.as;
    return as != NULL && (strcmp(as, PT_EXPORT_PMML) == 0 || strcmp(as, PT_EXPORT_XGBOOST) == 0);
}

static int cmd_models(struct cli *cli)
{
    struct desk d = {.cli = cli};
    struct pt_error err = ERROR_INIT;
    if (!is_worded_well(cli)) {
        fprintf(stderr, "usage: portrait models list [RUN]\n"
                        "       portrait models show FILE | show RUN NAME\n"
                        "       portrait models check FILE | check RUN NAME\n"
                        "       portrait models export FILE | export RUN NAME  "
                        "--as pmml|xgboost [--out FILE]\n");
        return EXIT_USAGE;
    }
    if (!cli_registry(cli, &d.registry)) {
        return EXIT_CONFIG;
    }
    const struct host_settings settings = {.folder = "/", .log = cli->log};
    int exit_code = EXIT_RUN_FAILED;
    if (host_services_new(&settings, &d.host, &err) != PT_OK) {
        fprintf(stderr, "portrait models: %s\n", err.message);
    } else {
        exit_code = strcmp(cli->words[0], "list") == 0 ? list_models(&d) : work_on_file(&d);
    }
    host_services_free(d.host);
    registry_free(d.registry);
    return exit_code;
}

static const struct cli_option *const options[] = {
    &option_as,      &option_out,   &option_runs, &option_plugin_dir, &option_trust_plugins,
    &option_keyring, &option_cache, &option_json, &option_quiet};

const struct cli_verb verb_models = {
    .name = "models",
    .words = "list [RUN] | show|check|export FILE",
    .summary = "list a run's models, show, check or export one (FILE, or RUN NAME)",
    .example = "portrait models show intent.model",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .least_words = 1,
    .most_words = 3,
    .run = cmd_models,
};
