// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// portrait runs: the runs that are there, and one of them in full.
#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "cli.h"
#include "mem.h"

static uint64_t count_of(const struct json *record, const char *key)
{
    int64_t value = 0;
    json_i64(json_get(json_get(record, "balance"), key), &value);
    return (uint64_t)value;
}

static void show_line(const char *runs, const char *id)
{
    struct pt_error err = ERROR_INIT;
    struct json *record = NULL;
    bool is_alive = false;
    struct str path = {0};
    str_addf(&path, "%s/%s", runs, id);
    if (str_get(&path) == NULL || run_folder_read(path.p, &record, &is_alive, &err) != PT_OK) {
        printf("%-44s %-9s %s\n", id, "DAMAGED", err.message);
    } else {
        printf("%-44s %-9s read=%llu quarantined=%llu written=%llu delivered=%llu pending=%llu\n",
               id, run_folder_status(record, is_alive),
               (unsigned long long)count_of(record, "read"),
               (unsigned long long)count_of(record, "quarantined"),
               (unsigned long long)count_of(record, "written"),
               (unsigned long long)count_of(record, "delivered"),
               (unsigned long long)count_of(record, "pending"));
    }
    json_free(record);
    str_release(&path);
}

static void put_listed(struct answer *a, const char *runs, const char *id)
{
    struct pt_error err = ERROR_INIT;
    struct json *record = NULL;
    bool is_alive = false;
    struct str path = {0};
    str_addf(&path, "%s/%s", runs, id);
    const char *folder = str_get(&path);
    bool is_read = folder != NULL && run_folder_read(folder, &record, &is_alive, &err) == PT_OK;
    json_begin_object(&a->json);
    answer_text(a, "id", id);
    answer_text(a, "status", is_read ? run_folder_status(record, is_alive) : "DAMAGED");
    answer_text(a, "pipeline", json_text(json_get(record, "pipeline")));
    answer_text(a, "started", json_text(json_get(record, "started")));
    answer_text(a, "ended", json_text(json_get(record, "ended")));
    json_key(&a->json, "exit");
    json_put_value(&a->json, json_get(record, "exit"));
    json_key(&a->json, "balance");
    json_put_value(&a->json, json_get(record, "balance"));
    answer_text(a, "damage", is_read ? NULL : err.message);
    json_end_object(&a->json);
    json_free(record);
    str_release(&path);
}

static int list_as_json(const char *runs, char *const *ids, size_t n)
{
    struct answer answer;
    answer_begin(&answer, "runs list");
    answer_text(&answer, "folder", runs);
    json_key(&answer.json, "runs");
    json_begin_array(&answer.json);
    for (size_t i = 0; i < n; i++) {
        put_listed(&answer, runs, ids[i]);
    }
    json_end_array(&answer.json);
    return answer_print(&answer) ? EXIT_DONE : EXIT_RUN_FAILED;
}

static int list_as_text(const char *runs, char *const *ids, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        show_line(runs, ids[i]);
    }
    if (n == 0) {
        fprintf(stderr, "no runs in %s\n", runs);
    }
    return EXIT_DONE;
}

static int list_runs(const struct cli *cli, const char *runs)
{
    char **ids = NULL;
    size_t n = 0;
    struct pt_error err = ERROR_INIT;
    if (run_folder_list(runs, &ids, &n, &err) != PT_OK) {
        fprintf(stderr, "portrait runs: %s\n", err.message);
        return EXIT_RUN_FAILED;
    }
    int exit_code = cli->values.is_json ? list_as_json(runs, ids, n) : list_as_text(runs, ids, n);
    run_folder_list_free(ids, n);
    return exit_code;
}

static void show_text(const struct json *record, const char *key)
{
    const char *text = json_text(json_get(record, key));
    if (text != NULL) {
        printf("%-10s %s\n", key, text);
    }
}

static void show_sources(const struct json *record)
{
    static const char *const columns[] = {"read",      "used",    "filtered",
                                          "unmatched", "outside", "quarantined"};
    const struct json *sources = json_get(record, "sources");
    for (size_t i = 0; i < json_count(sources); i++) {
        const struct json *s = json_at(sources, i);
        printf("source     %s:", json_text(json_get(s, "name")));
        for (size_t k = 0; k < sizeof columns / sizeof columns[0]; k++) {
            int64_t value = 0;
            json_i64(json_get(s, columns[k]), &value);
            printf(" %s=%lld", columns[k], (long long)value);
        }
        printf("\n");
    }
}

static void show_sinks(const struct json *record)
{
    const struct json *sinks = json_get(record, "sinks");
    for (size_t i = 0; i < json_count(sinks); i++) {
        const struct json *s = json_at(sinks, i);
        int64_t rows = 0;
        const char *path = json_text(json_get(s, "path"));
        json_i64(json_get(s, "rows"), &rows);
        printf("sink       %s: %lld rows%s%s\n", json_text(json_get(s, "name")), (long long)rows,
               path == NULL ? "" : " in ", path == NULL ? "" : path);
    }
}

static void show_as_text(const struct cli *cli, const char *folder, const struct json *record,
                         bool is_alive)
{
    show_text(record, "id");
    printf("%-10s %s\n", "status", run_folder_status(record, is_alive));
    show_text(record, "pipeline");
    show_text(record, "started");
    show_text(record, "error");
    if (!cli->values.is_quiet) {
        show_sources(record);
        show_sinks(record);
    }
    printf("%-10s %s\n", "folder", folder);
}

static bool show_as_json(const char *folder, const struct json *record, bool is_alive)
{
    struct answer answer;
    answer_begin(&answer, "runs show");
    answer_text(&answer, "status", run_folder_status(record, is_alive));
    answer_text(&answer, "folder", folder);
    json_key(&answer.json, "run");
    json_put_value(&answer.json, record);
    return answer_print(&answer);
}

static int show_run(struct cli *cli, const char *runs, const char *which)
{
    struct pt_error err = ERROR_INIT;
    char *folder = NULL;
    struct json *record = NULL;
    bool is_alive = false;
    pt_status status = run_folder_find(runs, which, &folder, &err);
    if (status == PT_OK) {
        status = run_folder_read(folder, &record, &is_alive, &err);
    }
    if (status != PT_OK) {
        fprintf(stderr, "portrait runs: %s\n", err.message);
        mem_free(folder);
        return status == PT_E_NOT_FOUND ? EXIT_USAGE : EXIT_RUN_FAILED;
    }
    bool is_told = true;
    if (cli->values.is_json) {
        is_told = show_as_json(folder, record, is_alive);
    } else {
        show_as_text(cli, folder, record, is_alive);
    }
    json_free(record);
    mem_free(folder);
    return is_told ? EXIT_DONE : EXIT_RUN_FAILED;
}

static int cmd_runs(struct cli *cli)
{
    const char *what = cli->words[0];
    const char *runs = cli_runs(cli);
    if (runs == NULL) {
        return EXIT_USAGE;
    }
    if (strcmp(what, "list") == 0 && cli->n_words == 1) {
        return list_runs(cli, runs);
    }
    if (strcmp(what, "show") == 0 && cli->n_words == 2) {
        return show_run(cli, runs, cli->words[1]);
    }
    fprintf(stderr, "usage: portrait runs list | portrait runs show RUN\n");
    return EXIT_USAGE;
}

static const struct cli_option *const options[] = {&option_runs, &option_quiet, &option_json};

const struct cli_verb verb_runs = {
    .name = "runs",
    .words = "list | show RUN",
    .summary = "list runs, or show one (an id, a part of it, or latest)",
    .example = "portrait runs show latest --runs pipelines/runs",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .least_words = 1,
    .most_words = 2,
    .run = cmd_runs,
};
