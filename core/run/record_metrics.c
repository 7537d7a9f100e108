// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Format: https://prometheus.io/docs/instrumenting/exposition_formats/ (text, version 0.0.4). Every
// metric is a gauge: it tells one run. The pipeline is a label of all, the run's id of none, so
// that series live on from run to run.
#include "record_metrics.h"

#include <string.h>

#include "clock.h"
#include "publish.h"

struct metrics {
    const struct json *record;
    const char *pipeline;
    struct str *out;
    const char *name;      // of the family being written
    const char *help;      // NULL once the head stands
    const char *labels[4]; // key, value, key, value; NULL = no more
};

static void add_label(struct metrics *m, const char *key, const char *value)
{
    str_addf(m->out, "%s=\"", key);
    for (const char *c = value == NULL ? "" : value; *c != '\0'; c++) {
        if (*c == '\n') {
            str_add(m->out, "\\n");
            continue;
        }
        if (*c == '\\' || *c == '"') {
            str_add_char(m->out, '\\');
        }
        str_add_char(m->out, *c);
    }
    str_add_char(m->out, '"');
}

// A family's head is written with its first sample: there are no empty families.
static void begin(struct metrics *m, const char *name, const char *help)
{
    m->name = name;
    m->help = help;
    memset(m->labels, 0, sizeof m->labels);
}

static void label(struct metrics *m, size_t i, const char *key, const char *value)
{
    m->labels[2 * i] = key;
    m->labels[2 * i + 1] = value;
}

static void sample(struct metrics *m, double value)
{
    if (m->help != NULL) {
        str_addf(m->out, "# HELP %s %s\n# TYPE %s gauge\n", m->name, m->help, m->name);
        m->help = NULL;
    }
    str_addf(m->out, "%s{", m->name);
    add_label(m, "pipeline", m->pipeline);
    for (size_t i = 0; i < 4 && m->labels[i] != NULL; i += 2) {
        str_add_char(m->out, ',');
        add_label(m, m->labels[i], m->labels[i + 1]);
    }
    str_add(m->out, "} ");
    str_add_f64(m->out, value);
    str_add_char(m->out, '\n');
}

static void sample_of(struct metrics *m, const struct json *value)
{
    double number = 0;
    if (json_f64(value, &number)) {
        sample(m, number);
    }
}

static void single(struct metrics *m, const char *name, const char *help, const struct json *value)
{
    begin(m, name, help);
    sample_of(m, value);
}

static void single_time(struct metrics *m, const char *name, const char *help, const char *key)
{
    int64_t us = 0;
    const char *text = json_text(json_get(m->record, key));
    begin(m, name, help);
    if (text != NULL && time_parse(text_of(text), NULL, &us)) {
        sample(m, (double)us / 1e6);
    }
}

static void put_run(struct metrics *m)
{
    const struct json *r = m->record;
    begin(m, "portrait_run_info", "The last run: its status, and the version that ran. Always 1.");
    label(m, 0, "status", json_text(json_get(r, "status")));
    label(m, 1, "version", json_text(json_get(r, "portrait")));
    sample(m, 1);
    single(m, "portrait_run_exit_code", "Exit code of the run.", json_get(r, "exit"));
    single_time(m, "portrait_run_start_timestamp_seconds", "When the run started, Unix time.",
                "started");
    single_time(m, "portrait_run_end_timestamp_seconds", "When the run ended, Unix time.", "ended");
    single(m, "portrait_run_duration_seconds", "How long the run took.",
           json_get(json_get(r, "seconds"), "all"));
    single(m, "portrait_run_peak_memory_bytes", "Most memory the run held at once.",
           json_get(r, "peak_memory_bytes"));
    single(m, "portrait_run_spilled_bytes",
           "Bytes of rows and identifiers that did not fit into memory.",
           json_get(r, "spilled_bytes"));
    single(m, "portrait_run_profiles", "People found.", json_get(r, "profiles"));
}

static void put_steps(struct metrics *m)
{
    const struct json *seconds = json_get(m->record, "seconds");
    begin(m, "portrait_step_seconds", "How long each step of the run took.");
    for (size_t i = 0; i < json_count(seconds); i++) {
        const char *step = NULL;
        const struct json *value = json_member(seconds, i, &step);
        if (strcmp(step, "all") != 0) {
            label(m, 0, "step", step);
            sample_of(m, value);
        }
    }
}

// One sample for each of the keys of each object in a list.
static void put_states(struct metrics *m, const struct json *list, const char *what,
                       const char *const *states)
{
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *item = json_at(list, i);
        label(m, 0, what, json_text(json_get(item, "name")));
        for (size_t k = 0; states[k] != NULL; k++) {
            label(m, 1, "state", states[k]);
            sample_of(m, json_get(item, states[k]));
        }
    }
}

static void put_values(struct metrics *m, const struct json *list, const char *what,
                       const char *key)
{
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *item = json_at(list, i);
        label(m, 0, what, json_text(json_get(item, "name")));
        sample_of(m, json_get(item, key));
    }
}

static void put_sources(struct metrics *m)
{
    static const char *const states[] = {"read",    "used",        "filtered", "unmatched",
                                         "outside", "quarantined", NULL};
    const struct json *sources = json_get(m->record, "sources");
    begin(m, "portrait_source_rows",
          "Rows of a source; read is the sum of the other states, which are where rows went.");
    put_states(m, sources, "source", states);
    begin(m, "portrait_source_seconds", "How long a source took to be read.");
    put_values(m, sources, "source", "seconds");
}

static void put_outputs(struct metrics *m)
{
    static const char *const states[] = {"population", "no_match", "no_consent",
                                         "suppressed", "eligible", "over_limit",
                                         "held_out",   "selected", NULL};
    const struct json *sinks = json_get(m->record, "sinks");
    const struct json *balance = json_get(m->record, "balance");
    begin(m, "portrait_audience_people", "People of an audience by what became of them.");
    put_states(m, json_get(m->record, "audiences"), "audience", states);
    begin(m, "portrait_sink_rows", "People given to a sink.");
    put_values(m, sinks, "sink", "rows");
    begin(m, "portrait_sink_bytes", "Bytes of a sink's file.");
    put_values(m, sinks, "sink", "bytes");
    begin(m, "portrait_sink_published", "1 when a sink's file took its place, else 0.");
    for (size_t i = 0; i < json_count(sinks); i++) {
        bool is_published = false;
        const struct json *sink = json_at(sinks, i);
        if (json_bool(json_get(sink, "published"), &is_published)) {
            label(m, 0, "sink", json_text(json_get(sink, "name")));
            sample(m, is_published);
        }
    }
    begin(m, "portrait_deliveries_people", "People whose messages were accepted, or are pending.");
    label(m, 0, "state", "delivered");
    sample_of(m, json_get(balance, "delivered"));
    label(m, 0, "state", "pending");
    sample_of(m, json_get(balance, "pending"));
}

// The plain numbers of an evaluation; lists such as lift tables stay in run.json.
static void put_figures(struct metrics *m, const struct json *evaluation)
{
    for (size_t k = 0; k < json_count(evaluation); k++) {
        const char *metric = NULL;
        const struct json *value = json_member(evaluation, k, &metric);
        label(m, 1, "metric", metric);
        sample_of(m, value);
    }
}

static void put_drift(struct metrics *m)
{
    const struct json *models = json_get(m->record, "models");
    begin(m, "portrait_model_psi", "PSI of an input since training; 0.25 and more is drift.");
    for (size_t i = 0; i < json_count(models); i++) {
        const char *name = NULL;
        const struct json *inputs =
            json_get(json_get(json_member(models, i, &name), "drift"), "inputs");
        label(m, 0, "model", name);
        for (size_t k = 0; k < json_count(inputs); k++) {
            label(m, 1, "input", json_text(json_get(json_at(inputs, k), "name")));
            sample_of(m, json_get(json_at(inputs, k), "psi"));
        }
    }
    begin(m, "portrait_model_score_psi", "PSI of the score since training.");
    for (size_t i = 0; i < json_count(models); i++) {
        const char *name = NULL;
        const struct json *drift = json_get(json_member(models, i, &name), "drift");
        label(m, 0, "model", name);
        sample_of(m, json_get(json_get(drift, "score"), "psi"));
    }
}

static void put_models(struct metrics *m)
{
    const struct json *models = json_get(m->record, "models");
    begin(m, "portrait_model_training_rows", "Rows a model learnt from.");
    for (size_t i = 0; i < json_count(models); i++) {
        const char *name = NULL;
        const struct json *model = json_member(models, i, &name);
        label(m, 0, "model", name);
        sample_of(m, json_get(json_get(model, "training"), "rows"));
    }
    begin(m, "portrait_model_metric", "Evaluation of a model; docs/models.md says what they mean.");
    for (size_t i = 0; i < json_count(models); i++) {
        const char *name = NULL;
        const struct json *model = json_member(models, i, &name);
        label(m, 0, "model", name);
        put_figures(m, json_get(model, "evaluation"));
    }
}

pt_status record_metrics_text(const struct json *record, struct str *out, struct pt_error *err)
{
    struct metrics m = {
        .record = record, .pipeline = json_text(json_get(record, "pipeline")), .out = out};
    put_run(&m);
    put_steps(&m);
    put_sources(&m);
    put_outputs(&m);
    put_models(&m);
    put_drift(&m);
    if (str_get(out) == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    return PT_OK;
}

pt_status record_metrics_write(const char *folder, struct text record, struct pt_error *err)
{
    struct json *json = NULL;
    struct str text = {0};
    struct str path = {0};
    str_addf(&path, "%s/metrics.prom", folder);
    pt_status status = json_parse(record, &json, err);
    if (status == PT_OK) {
        status = record_metrics_text(json, &text, err);
    }
    if (status == PT_OK && str_get(&path) == NULL) {
        status = error_set(err, PT_E_NO_MEMORY, "out of memory");
    }
    if (status == PT_OK) {
        status = publish_text(path.p, "metrics", 1, text.p, text.n, err);
    }
    json_free(json);
    str_release(&text);
    str_release(&path);
    return status;
}
