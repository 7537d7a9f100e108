// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The plan in words and as JSON: what would be read, computed and written.
#include "plan.h"

static const char *origin_name(enum plan_origin origin)
{
    static const char *const names[] = {
        [PLAN_PROFILE] = "profile",     [PLAN_ROW] = "row",
        [PLAN_AS_OF] = "as_of",         [PLAN_STATIC] = "static",
        [PLAN_NAMESPACE] = "namespace", [PLAN_FEATURE] = "feature",
        [PLAN_HIDDEN] = "hidden",       [PLAN_DERIVED] = "derived",
        [PLAN_LABEL] = "label",         [PLAN_OUTPUT] = "output",
    };
    return names[origin];
}

static void print_sources(const struct plan *p, FILE *out)
{
    for (size_t i = 0; i < p->pipeline->n_sources; i++) {
        const struct plan_source *s = &p->sources[i];
        fprintf(out, "source %s (%s):", s->written->name, s->instance.component->name);
        for (size_t k = 0; k < s->instance.schema.n; k++) {
            if (s->used[k]) {
                fprintf(out, " %s:%s%s", s->names[k].name, vec_type_name(s->names[k].type),
                        (int32_t)k == s->time ? "*" : "");
            }
        }
        fprintf(out, "\n");
        const struct node_list *hosts = &s->written->network.hosts;
        for (size_t k = 0; k < hosts->n; k++) {
            fprintf(out, "%s%s%s", k == 0 ? "  may call " : ", ", hosts->items[k]->text.p,
                    k + 1 == hosts->n ? "\n" : "");
        }
        for (size_t k = 0; k < s->instance.n_notes; k++) {
            fprintf(out, "  %s\n", s->instance.notes[k]);
        }
    }
    fprintf(out, "(columns that are read; * = the time)\n");
}

static void print_cutoffs(const struct plan *p, FILE *out)
{
    for (size_t i = 0; i < p->n_cutoffs && p->cutoffs_us[i] != INT64_MAX; i++) {
        char text[32];
        time_format(p->cutoffs_us[i], text);
        fprintf(out, "%s at %s\n", i + 1 == p->n_cutoffs ? "score" : "learn", text);
    }
}

static void print_columns(const struct plan *p, FILE *out)
{
    for (size_t i = 0; i < p->n_columns; i++) {
        const struct plan_column *c = &p->columns[i];
        if (c->origin != PLAN_HIDDEN && (c->origin != PLAN_NAMESPACE || c->is_used)) {
            fprintf(out, "column %-28s %-5s %s\n", c->name, vec_type_name(c->type),
                    origin_name(c->origin));
        }
    }
}

static void print_models(const struct plan *p, FILE *out)
{
    for (size_t i = 0; i < p->pipeline->n_models; i++) {
        const struct plan_model *m = &p->models[i];
        fprintf(out, "model %s (%s)%s%s:", m->written->name, m->component->name,
                m->label == NULL ? "" : " of ", m->label == NULL ? "" : m->label);
        for (size_t k = 0; k < m->n_inputs; k++) {
            fprintf(out, " %s", m->inputs[k].name);
        }
        fprintf(out, "\n");
        if (m->load_path != NULL) {
            fprintf(out, "  loaded from %s\n", m->load_path);
        }
    }
}

static void print_outputs(const struct plan *p, FILE *out)
{
    for (size_t i = 0; i < p->pipeline->n_audiences; i++) {
        const struct plan_audience *a = &p->audiences[i];
        fprintf(out, "audience %s%s%s\n", a->written->name, a->where == NULL ? "" : " where ",
                a->where == NULL ? "" : expr_text(a->where));
    }
    for (size_t i = 0; i < p->pipeline->n_sinks; i++) {
        const struct plan_sink *s = &p->sinks[i];
        fprintf(out, "sink %s (%s) from %s%s%s\n", s->written->name, s->component->name,
                s->written->from->text.p, s->path == NULL ? "" : " to ",
                s->path == NULL ? "" : s->path);
    }
}

void plan_print(const struct plan *p, FILE *out)
{
    fprintf(out, "pipeline %s\n", p->pipeline->name);
    print_cutoffs(p, out);
    print_sources(p, out);
    print_columns(p, out);
    print_models(p, out);
    print_outputs(p, out);
    if (p->is_backtest) {
        fprintf(out, "back-test: models learn from what happened after the time they score\n");
    }
}

void plan_network_json(const struct pipeline_network *network, struct json_writer *w)
{
    json_begin_array(w);
    for (size_t i = 0; i < network->hosts.n; i++) {
        json_put_str(w, network->hosts.items[i]->text.p);
    }
    json_end_array(w);
}

static void json_sources(const struct plan *p, struct json_writer *w)
{
    json_key(w, "sources");
    json_begin_array(w);
    for (size_t i = 0; i < p->pipeline->n_sources; i++) {
        const struct plan_source *s = &p->sources[i];
        json_begin_object(w);
        json_key(w, "name");
        json_put_str(w, s->written->name);
        json_key(w, "plugin");
        json_put_str(w, s->instance.component->name);
        json_key(w, "time");
        json_put_str(w, s->time < 0 ? NULL : s->names[s->time].name);
        json_key(w, "columns");
        json_begin_object(w);
        for (size_t k = 0; k < s->instance.schema.n; k++) {
            if (s->used[k]) {
                json_key(w, s->names[k].name);
                json_put_str(w, vec_type_name(s->names[k].type));
            }
        }
        json_end_object(w);
        json_key(w, "network");
        plan_network_json(&s->written->network, w);
        json_end_object(w);
    }
    json_end_array(w);
}

void plan_json(const struct plan *p, struct json_writer *w)
{
    json_begin_object(w);
    json_key(w, "portrait_plan");
    json_put_i64(w, 1);
    json_key(w, "pipeline");
    json_put_str(w, p->pipeline->name);
    json_key(w, "cutoffs");
    json_begin_array(w);
    for (size_t i = 0; i < p->n_cutoffs && p->cutoffs_us[i] != INT64_MAX; i++) {
        char text[32];
        time_format(p->cutoffs_us[i], text);
        json_put_str(w, text);
    }
    json_end_array(w);
    json_sources(p, w);
    json_key(w, "columns");
    json_begin_array(w);
    for (size_t i = 0; i < p->n_columns; i++) {
        if (p->columns[i].origin == PLAN_HIDDEN) {
            continue;
        }
        json_begin_object(w);
        json_key(w, "name");
        json_put_str(w, p->columns[i].name);
        json_key(w, "type");
        json_put_str(w, vec_type_name(p->columns[i].type));
        json_key(w, "origin");
        json_put_str(w, origin_name(p->columns[i].origin));
        json_end_object(w);
    }
    json_end_array(w);
    json_key(w, "backtest");
    json_put_bool(w, p->is_backtest);
    json_end_object(w);
}
