// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "small_run.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define NOW_US INT64_C(1748736000000000) // 2025-06-01

static const char pipeline_text[] =
    "portrait: 1\n"
    "name: small\n"
    "as_of: 2025-06-01T00:00:00Z\n"
    "train: {as_of: 2025-05-01T00:00:00Z}\n"
    "sources:\n"
    "  crm:\n"
    "    plugin: crm-csv\n"
    "    with: {path: crm.csv}\n"
    "    static: [city]\n"
    "    consents: {mail: consent}\n"
    "  web:\n"
    "    plugin: weblog\n"
    "    where: \"NOT bot\"\n"
    "    with: {path: \"access.log\", format: 'combined \"uid=%{uid}\"', pages: {order: /order},"
    " query: [cid]}\n"
    "events:\n"
    "  order: {from: web, where: \"page = 'order'\"}\n"
    "identity:\n"
    "  namespaces:\n"
    "    customer: {class: person, known_in: crm}\n"
    "    email: {class: contact, normalize: email}\n"
    "    cookie: {class: device}\n"
    "  rows:\n"
    "    crm: {customer: id, email: email}\n"
    "    web: {customer: query_cid, cookie: uid}\n"
    "features:\n"
    "  hits: {from: web, count: rows}\n"
    "  pages: {from: web, distinct: path, within: 30d}\n"
    "  orders: {from: order, count: rows}\n"
    "  spent: {from: crm, sum: spent, default: 0}\n"
    "  first_path: {from: web, first: path}\n"
    "derive:\n"
    "  spent_group: \"bucket(3, spent)\"\n"
    "labels:\n"
    "  buys: {from: order, exists: true, after: 30d}\n"
    "models:\n"
    "  persona: {plugin: kmeans, inputs: [hits, spent], prepare: {log1p: [spent], scale: "
    "standard}, with: {k: 2, restarts: 2}}\n"
    "  intent: {plugin: logreg, inputs: [hits, pages, spent], label: buys, evaluate: {test: 25%}}\n"
    "audiences:\n"
    "  spring: {where: \"intent.p >= 0\", consent: mail, suppress: [suppressed.csv], order_by: "
    "\"intent.p DESC\", limit: 90%, hold_out: 10%}\n"
    "sinks:\n"
    "  campaign:\n"
    "    plugin: campaign-csv\n"
    "    from: spring\n"
    "    with: {path: out/campaign.csv, decimals: 4, columns: {id: profile, mail: email, persona: "
    "persona, score: intent.p, city: city}}\n"
    "  everybody:\n"
    "    plugin: campaign-csv\n"
    "    from: profiles\n"
    "    with: {path: out/everybody.csv, decimals: 4}\n"
    "  hook:\n"
    "    plugin: webhook\n"
    "    from: spring\n"
    "    with: {url: \"https://hooks.example.com/x\", batch: 4, columns: {mail: email}}\n";

#define N_CUSTOMERS 24

static void require(bool holds, const char *what)
{
    if (!holds) {
        perror(what);
        abort();
    }
}

static void write_customers(const struct workdir *w)
{
    static char text[8192];
    size_t n = (size_t)snprintf(text, sizeof text, "id,email,city,spent,consent\n");
    for (int i = 0; i < N_CUSTOMERS; i++) {
        n += (size_t)snprintf(text + n, sizeof text - n, "C%02d,M%d@Example.com,%s,%d.5,%s\n", i, i,
                              i % 3 == 0 ? "Oslo" : "Bergen", i * i, i % 5 ? "true" : "false");
    }
    workdir_write(w, "crm.csv", text, n);
    workdir_write(w, "suppressed.csv", "email\nm7@example.com\n", 21);
}

static void write_log(const struct workdir *w)
{
    static char text[65536];
    size_t n = 0;
    for (int i = 0; i < 90; i++) {
        const char *path = i % 7 == 3 ? "/order" : i % 2 ? "/a" : "/b";
        n += (size_t)snprintf(text + n, sizeof text - n,
                              "10.0.0.%d - - [%02d/%s/2025:10:00:%02d +0000] \"GET %s?cid=C%02d "
                              "HTTP/1.1\" 200 10 \"-\" \"Mozilla/5.0\" \"uid=u%d\"\n",
                              i, 1 + i % 28, i < 45 ? "Apr" : "May", i % 60, path,
                              i * i % N_CUSTOMERS, i % 30);
    }
    n += (size_t)snprintf(text + n, sizeof text - n, "this is no line of a log\n");
    workdir_write(w, "access.log", text, n);
}

static void open_registry(struct small_run *s)
{
    char folder[1024];
    const char *build = getenv("PORTRAIT_BUILD");
    require(build != NULL, "PORTRAIT_BUILD");
    snprintf(folder, sizeof folder, "%s/plugins", build);
    const struct registry_folder folders[] = {{.path = folder}};
    struct pt_error err = ERROR_INIT;
    require(registry_open(folders, 1, &s->registry, &err) == PT_OK, err.message);
}

void small_run_init(struct small_run *s)
{
    memset(s, 0, sizeof *s);
    s->threads = 1;
    workdir_init(&s->dir);
    write_customers(&s->dir);
    write_log(&s->dir);
    workdir_write(&s->dir, "small.yaml", pipeline_text, sizeof pipeline_text - 1);
    snprintf(s->pipeline, sizeof s->pipeline, "%s/small.yaml", s->dir.path);
    snprintf(s->runs, sizeof s->runs, "%s/runs", s->dir.path);
    snprintf(s->files[0], sizeof s->files[0], "%s/out/campaign.csv", s->dir.path);
    snprintf(s->files[1], sizeof s->files[1], "%s/out/everybody.csv", s->dir.path);
    open_registry(s);
    for (int i = 0; i < 2; i++) { // twice: libraries set themselves up in the first
        small_run_reset(s, NULL);
        struct small_result result = small_run_once(s);
        require(result.exit_code == SMALL_EXIT, result.screen);
    }
    s->record = small_run_told(s);
    require(s->record != NULL && strstr(s->record, "\"models\": {") != NULL, "record");
    for (int i = 0; i < SMALL_FILES; i++) {
        s->expected[i] = workdir_read(s->files[i], NULL);
        require(s->expected[i] != NULL, s->files[i]);
    }
}

static bool is_measured(const char *line, size_t n)
{
    static const char *const keys[] = {"\"seconds\": ", "\"peak_memory_bytes\": "};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (memmem(line, n, keys[i], strlen(keys[i])) != NULL) {
            return true;
        }
    }
    return false;
}

// Keeps the lines from the balance on, but for what is measured.
static void cut_measured(char *text)
{
    const char *from = strstr(text, "\"balance\"");
    const char *times = strstr(text, "\n  \"seconds\": {");
    char *to = text;
    for (const char *line = from; line != NULL && *line != '\0';) {
        const char *end = strchr(line, '\n');
        end = end == NULL ? line + strlen(line) : end + 1;
        if (times != NULL && line == times + 1) {
            const char *close = strchr(line, '}');
            end = close == NULL ? end : close + 1;
        } else if (!is_measured(line, (size_t)(end - line))) {
            memmove(to, line, (size_t)(end - line));
            to += end - line;
        }
        line = end;
    }
    *to = '\0';
}

char *small_run_told(const struct small_run *s)
{
    char folder[1024];
    char path[1100];
    if (!small_run_folder(s, folder)) {
        return NULL;
    }
    snprintf(path, sizeof path, "%s/run.json", folder);
    char *text = workdir_read(path, NULL);
    if (text != NULL) {
        cut_measured(text);
    }
    return text;
}

void small_run_release(struct small_run *s)
{
    free(s->record);
    for (int i = 0; i < SMALL_FILES; i++) {
        free(s->expected[i]);
    }
    registry_free(s->registry);
    workdir_release(&s->dir);
}

static int exit_of_plan(pt_status status)
{
    return status == PT_E_NO_MEMORY ? EXIT_RUN_FAILED : EXIT_CONFIG;
}

static void run_on(const struct small_run *s, struct log *log, FILE *screen,
                   struct small_result *out)
{
    struct diags diags = {0};
    struct plan *plan = NULL;
    const struct var_settings vars = {.folder = s->dir.path};
    const struct plan_options plan_options = {.skip_secrets = true, .log = log};
    pt_status status = plan_open(s->pipeline, &vars, s->registry, &plan_options, &diags, &plan);
    diags_sort(&diags);
    diags_print(&diags, screen, false);
    out->was_planned = status == PT_OK;
    out->exit_code = exit_of_plan(status);
    if (status == PT_OK) {
        const struct run_options options = {
            .runs = s->runs,
            .threads = s->threads,
            .now_us = NOW_US,
            .vars = &vars,
            .log = log,
            .screen = screen,
        };
        out->exit_code = run_execute(plan, &options);
    }
    plan_free(plan);
    diags_release(&diags);
}

struct small_result small_run_once(const struct small_run *s)
{
    struct small_result result = {0};
    FILE *screen = fmemopen(result.screen, sizeof result.screen - 1, "w");
    require(screen != NULL, "fmemopen");
    struct log *log = NULL;
    struct pt_error err = ERROR_INIT;
    if (log_new(screen, LOG_INFO, false, &log, &err) == PT_OK) {
        run_on(s, log, screen, &result);
    } else {
        fprintf(screen, "portrait: %s\n", err.message);
        result.exit_code = EXIT_RUN_FAILED;
    }
    log_free(log);
    fclose(screen);
    return result;
}

void small_run_reset(const struct small_run *s, const char *old)
{
    char out[512];
    snprintf(out, sizeof out, "%s/out", s->dir.path);
    workdir_remove(s->runs);
    workdir_remove(out);
    if (old == NULL) {
        return;
    }
    require(mkdir(out, 0755) == 0, out);
    for (int i = 0; i < SMALL_FILES; i++) {
        FILE *f = fopen(s->files[i], "w");
        require(f != NULL && fputs(old, f) >= 0 && fclose(f) == 0, s->files[i]);
    }
}

bool small_run_folder(const struct small_run *s, char out[1024])
{
    DIR *dir = opendir(s->runs);
    bool is_found = false;
    for (struct dirent *e = dir == NULL ? NULL : readdir(dir); e != NULL; e = readdir(dir)) {
        if (e->d_name[0] != '.' && strcmp(e->d_name, "latest") != 0) {
            snprintf(out, 1024, "%s/%s", s->runs, e->d_name);
            is_found = true;
        }
    }
    if (dir != NULL) {
        closedir(dir);
    }
    return is_found;
}

size_t small_run_temps(const struct small_run *s)
{
    char out[512];
    snprintf(out, sizeof out, "%s/out", s->dir.path);
    return workdir_count(out, ".portrait-tmp-");
}
