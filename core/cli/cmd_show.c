// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// portrait show: one person's portrait, as a run saw it.
#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "cli.h"
#include "clock.h"
#include "mem.h"
#include "people_files.h"

static bool add_value(const struct vec *v, size_t row, struct json_writer *w)
{
    char text[32];
    if (!vec_is_valid(v, row)) {
        json_put_null(w);
        return false;
    }
    switch (v->type) {
    case VEC_BOOL:
        json_put_bool(w, v->b[row] != 0);
        break;
    case VEC_I64:
        json_put_i64(w, v->i[row]);
        break;
    case VEC_F64:
        json_put_f64(w, v->f[row]);
        break;
    case VEC_STR:
        json_put_text(w, vec_text(v, row));
        break;
    case VEC_DATE:
        date_format(v->i[row], text);
        json_put_str(w, text);
        break;
    case VEC_TIME:
        time_format(v->i[row], text);
        json_put_str(w, text);
        break;
    }
    return true;
}

static bool show_json(const struct table *t, size_t row, const char *run)
{
    struct answer answer;
    struct json_writer *w = &answer.json;
    answer_begin(&answer, "show");
    answer_text(&answer, "folder", run);
    json_key(w, "profile");
    json_put_text(w, t->columns[0].s[row]);
    json_key(w, "values");
    json_begin_object(w);
    for (size_t i = 1; i < t->n_columns; i++) {
        const struct vec v = table_vec(t, i);
        json_key(w, t->columns[i].name);
        add_value(&v, row, w);
    }
    json_end_object(w);
    return answer_print(&answer);
}

static void show_text(const struct table *t, size_t row)
{
    for (size_t i = 0; i < t->n_columns; i++) {
        const struct vec v = table_vec(t, i);
        struct str text = {0};
        struct json_writer w = json_writer_of(&text, false);
        add_value(&v, row, &w);
        printf("%-28s %s\n", t->columns[i].name, str_get(&text) == NULL ? "" : text.p);
        str_release(&text);
    }
}

static int show_profile(struct cli *cli, const char *run, const char *name)
{
    struct table t = {0};
    struct pt_error err = ERROR_INIT;
    if (people_files_profiles(run, &t, &err) != PT_OK) {
        fprintf(stderr, "portrait show: %s\n", err.message);
        return EXIT_RUN_FAILED;
    }
    size_t row = 0;
    bool is_told = true;
    while (row < t.n_rows && !text_is(t.columns[0].s[row], name)) {
        row++;
    }
    if (row == t.n_rows) {
        fprintf(stderr, "portrait show: no profile is named `%s` in %s\n", name, run);
    } else if (cli->values.is_json) {
        is_told = show_json(&t, row, run);
    } else {
        show_text(&t, row);
    }
    int exit_code = row == t.n_rows ? EXIT_USAGE : is_told ? EXIT_DONE : EXIT_RUN_FAILED;
    table_release(&t);
    return exit_code;
}

static int cmd_show(struct cli *cli)
{
    struct pt_error err = ERROR_INIT;
    char *run = NULL;
    const char *runs = cli_runs(cli);
    if (runs == NULL) {
        return EXIT_USAGE;
    }
    const char *which = cli->values.run == NULL ? "latest" : cli->values.run;
    if (run_folder_find(runs, which, &run, &err) != PT_OK) {
        fprintf(stderr, "portrait show: %s\n", err.message);
        return EXIT_USAGE;
    }
    int exit_code = show_profile(cli, run, cli->words[0]);
    mem_free(run);
    return exit_code;
}

static const struct cli_option *const options[] = {&option_run, &option_runs, &option_json};

const struct cli_verb verb_show = {
    .name = "show",
    .words = "PROFILE",
    .summary = "show one person's portrait: features, scores and segments of a run",
    .example = "portrait show C00000001 --runs pipelines/runs",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .least_words = 1,
    .most_words = 1,
    .run = cmd_show,
};
