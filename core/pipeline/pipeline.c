// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "pipeline.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>

#include "fields.h"
#include "fsys.h"
#include "mem.h"
#include "sections.h"
#include "yaml_reader.h"

#define MEMORY_DEFAULT ((int64_t)512 << 20)
#define MEMORY_SMALLEST ((int64_t)1 << 20)
#define IDS_PER_PROFILE_DEFAULT 50

static pt_status read_bytes(int fd, struct str *out, struct pt_error *err)
{
    char buffer[65536];
    for (;;) {
        ssize_t n = fsys_read(fd, buffer, sizeof buffer);
        if (n < 0) {
            return error_system(err, errno, "cannot be read");
        }
        if (n == 0 || out->n > YAML_BYTES_MAX) {
            return PT_OK;
        }
        if (!str_add_n(out, buffer, (size_t)n)) {
            FAIL(err, PT_E_NO_MEMORY, "out of memory");
        }
    }
}

static pt_status read_file(const char *file, struct str *out, struct pt_error *err)
{
    int fd = fsys_open(file, O_RDONLY, 0);
    if (fd < 0) {
        int number = errno;
        error_system(err, number, "cannot be opened");
        return number == ENOENT ? PT_E_NOT_FOUND : PT_E_IO;
    }
    pt_status status = read_bytes(fd, out, err);
    fsys_close(fd);
    return status;
}

static const char *folder_of(struct pipeline *p, const char *file)
{
    char *real = realpath(file, NULL);
    if (real == NULL) {
        return arena_strdup(&p->arena, ".");
    }
    char *slash = strrchr(real, '/');
    size_t n = slash == real ? 1 : (size_t)(slash - real);
    const char *folder = arena_strndup(&p->arena, real, n);
    free(real);
    return folder;
}

static bool read_time(const struct fields *f, const struct node *node, const struct zone *zone,
                      int64_t *out)
{
    if (!time_parse(node->text, zone, out)) {
        fields_wrong(f, node, "as_of", "a time such as 2025-06-01T00:00:00Z");
        return false;
    }
    return true;
}

// Kept in ascending order, each with its node.
static void add_cutoff(struct pipeline *p, int64_t us, const struct node *node)
{
    size_t at = p->n_train++;
    for (; at > 0 && p->train_us[at - 1] > us; at--) {
        p->train_us[at] = p->train_us[at - 1];
        p->train[at] = p->train[at - 1];
    }
    p->train_us[at] = us;
    p->train[at] = node;
}

static void read_train(struct pipeline *p, const struct fields *top, const struct zone *zone,
                       struct diags *diags)
{
    struct fields f;
    const struct node *train = fields_get(top, "train");
    if (train == NULL || !fields_of(&f, train, diags, &p->arena, "`train`")) {
        return;
    }
    FIELDS_KNOWN(&f, "as_of");
    struct node_list list = {0};
    if (fields_need(&f, "as_of") != NULL) {
        section_list(&f, "as_of", &list);
    }
    p->train_us = arena_zero(&p->arena, list.n, sizeof *p->train_us);
    p->train = arena_zero(&p->arena, list.n, sizeof *p->train);
    if (p->train_us == NULL || p->train == NULL) {
        diags->out_of_memory = true;
        return;
    }
    for (size_t i = 0; i < list.n; i++) {
        int64_t us = 0;
        if (read_time(&f, list.items[i], zone, &us)) {
            add_cutoff(p, us, list.items[i]);
        }
    }
}

// Times without a zone are the pipeline's own. A zone that does not exist is reported by the plan.
static void read_times(struct pipeline *p, const struct fields *f, struct diags *diags)
{
    struct zone *zone = NULL;
    struct pt_error err = ERROR_INIT;
    if (zone_open(p->timezone, &zone, &err) == PT_E_NO_MEMORY) {
        diags->out_of_memory = true;
        return;
    }
    p->as_of = fields_scalar(f, "as_of");
    p->has_as_of = p->as_of != NULL && read_time(f, p->as_of, zone, &p->as_of_us);
    read_train(p, f, zone, diags);
    zone_free(zone);
}

static void check_pipeline_name(struct pipeline *p, const struct fields *f)
{
    for (const char *c = p->name; *c != '\0'; c++) {
        bool is_fine = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                       (*c >= '0' && *c <= '9') || *c == '_' || (*c == '-' && c != p->name);
        if (!is_fine || c - p->name >= 64) {
            diag_add(f->diags, DIAG_ERROR, "P0102", fields_get(f, "name")->at,
                     "letters, digits, - and _, at most 64", "`%s` is no name for a pipeline",
                     p->name);
            return;
        }
    }
}

static void read_version(const struct fields *f)
{
    const struct node *version = fields_need(f, "portrait");
    if (version != NULL && (version->kind != NODE_SCALAR || !text_is(version->text, "1"))) {
        diag_add(f->diags, DIAG_ERROR, "P0101", version->at, "write `portrait: 1`",
                 "this host reads pipeline format 1 only");
    }
}

static void read_header(struct pipeline *p, const struct fields *f)
{
    read_version(f);
    if (fields_need(f, "name") != NULL) {
        fields_text(f, "name", &p->name);
        check_pipeline_name(p, f);
    }
    p->timezone_node = fields_scalar(f, "timezone");
    fields_text(f, "timezone", &p->timezone);
    fields_i64(f, "seed", &p->seed);
    fields_size(f, "memory", &p->memory_bytes);
    if (p->memory_bytes < MEMORY_SMALLEST) {
        fields_wrong(f, fields_get(f, "memory"), "memory", "at least 1MiB");
    }
    fields_fraction(f, "max_bad", &p->max_bad);
    fields_text(f, "wave", &p->wave);
    p->population = fields_scalar(f, "population");
    fields_bool(f, "deliver_backtest", &p->deliver_backtest);
}

static void check_vars(struct pipeline *p, const struct fields *top, struct diags *diags)
{
    struct named_node *vars = NULL;
    size_t n = 0;
    section_named(p, fields_get(top, "vars"), diags, "`vars`", &vars, &n);
    for (size_t i = 0; i < n; i++) {
        if (memmem(vars[i].value->text.p, vars[i].value->text.n, "${", 2) != NULL) {
            diag_add(diags, DIAG_ERROR, "P0011", vars[i].value->at, NULL,
                     "a variable's value cannot refer to another");
        }
    }
}

static void read_sections(struct pipeline *p, struct diags *diags)
{
    struct fields f;
    if (!fields_of(&f, p->root, diags, &p->arena, "the pipeline")) {
        return;
    }
    FIELDS_KNOWN(&f, "portrait", "name", "as_of", "train", "timezone", "seed", "memory", "max_bad",
                 "vars", "wave", "population", "deliver_backtest", "sources", "events", "identity",
                 "features", "derive", "labels", "models", "audiences", "sinks");
    check_vars(p, &f, diags);
    read_header(p, &f);
    read_times(p, &f, diags);
    section_sources(p, fields_need(&f, "sources"), diags);
    section_events(p, fields_get(&f, "events"), diags);
    section_identity(p, fields_get(&f, "identity"), diags);
    section_features(p, fields_get(&f, "features"), diags);
    section_labels(p, fields_get(&f, "labels"), diags);
    section_derive(p, fields_get(&f, "derive"), diags);
    section_models(p, fields_get(&f, "models"), diags);
    section_audiences(p, fields_get(&f, "audiences"), diags);
    section_sinks(p, fields_get(&f, "sinks"), diags);
}

static pt_status load_into(struct pipeline *p, const struct var_settings *vars, struct diags *diags)
{
    // The diagnostics outlive the pipeline: they keep the text whose lines they show.
    diags->source_file = arena_strdup(&diags->arena, p->file);
    if (diags->source_file == NULL || !arena_text(&diags->arena, p->source, &diags->source)) {
        diags->out_of_memory = true;
        return PT_E_NO_MEMORY;
    }
    pt_status status = yaml_read(&p->arena, p->file, p->source, diags, &p->root);
    if (p->root == NULL) {
        return status;
    }
    if (p->root->kind != NODE_MAP) {
        diag_add(diags, DIAG_ERROR, "P0104", p->root->at, NULL,
                 "a pipeline is a map of keys; this is a %s", node_kind_name(p->root->kind));
        return PT_E_CONFIG;
    }
    vars_replace(&p->arena, p->root, vars, diags);
    read_sections(p, diags);
    return diags_failed(diags) ? PT_E_CONFIG : PT_OK;
}

pt_status pipeline_load(const char *file, const struct var_settings *vars, struct diags *diags,
                        struct pipeline **out)
{
    *out = NULL;
    struct str bytes = {0};
    struct pt_error err = ERROR_INIT;
    pt_status status = read_file(file, &bytes, &err);
    if (status != PT_OK) {
        diag_add(diags, DIAG_ERROR, "P0001", (struct position){.file = file}, NULL, "%s",
                 err.message);
        str_release(&bytes);
        return status;
    }
    struct pipeline *p = mem_zero(1, sizeof *p);
    if (p == NULL) {
        str_release(&bytes);
        diags->out_of_memory = true;
        return PT_E_NO_MEMORY;
    }
    *p = (struct pipeline){.name = "pipeline",
                           .timezone = "UTC",
                           .max_bad = -1,
                           .memory_bytes = MEMORY_DEFAULT,
                           .ids_per_profile = IDS_PER_PROFILE_DEFAULT};
    p->file = arena_strdup(&p->arena, file);
    p->folder = folder_of(p, file);
    if (p->file == NULL || p->folder == NULL ||
        !arena_text(&p->arena, str_view(&bytes), &p->source)) {
        diags->out_of_memory = true;
        status = PT_E_NO_MEMORY;
    } else {
        status = load_into(p, vars, diags);
    }
    str_release(&bytes);
    *out = p;
    return status;
}

void pipeline_free(struct pipeline *p)
{
    if (p == NULL) {
        return;
    }
    arena_release(&p->arena);
    mem_free(p);
}
