// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Sections that say what is computed and where it goes: features, labels, derive, models,
// audiences, sinks.
#include "sections.h"

static const char *const aggregate_keys[] = {
    "count", "sum",      "mean", "min",   "max",    "stddev",     "first",    "last",
    "own",   "distinct", "top",  "share", "exists", "days_since", "sessions", "gap_mean",
};

static bool is_aggregate(struct text key)
{
    for (size_t i = 0; i < sizeof aggregate_keys / sizeof aggregate_keys[0]; i++) {
        if (text_is(key, aggregate_keys[i])) {
            return true;
        }
    }
    return false;
}

static void find_aggregate(const struct fields *f, struct pipeline_feature *out)
{
    for (size_t i = 0; i < f->map->n; i++) {
        const struct node_pair *pair = &f->map->pairs[i];
        if (!is_aggregate(pair->key->text)) {
            continue;
        }
        if (out->aggregate != NULL) {
            diag_add(f->diags, DIAG_ERROR, "P0109", pair->key->at, NULL,
                     "%s has two aggregates, `%s` and `%s`", f->owner, out->aggregate->text.p,
                     pair->key->text.p);
            continue;
        }
        out->aggregate = pair->key;
        out->value = pair->value;
        if (pair->value->kind != NODE_SCALAR) {
            fields_wrong(f, pair->key, pair->key->text.p, "a single value");
            out->value = NULL;
        }
    }
    if (out->aggregate == NULL) {
        diag_add(f->diags, DIAG_ERROR, "P0105", out->key->at, NULL,
                 "%s names no aggregate (count, sum, mean, min, max, stddev, first, last, own, "
                 "distinct, top, share, exists, days_since, sessions, gap_mean)",
                 f->owner);
    }
}

static void read_feature(struct pipeline *p, const struct node_pair *pair, struct diags *diags,
                         bool is_label, struct pipeline_feature *out)
{
    struct fields f;
    *out = (struct pipeline_feature){
        .name = pair->key->text.p, .key = pair->key, .within_us = -1, .after_us = -1};
    if (!fields_of(&f, pair->value, diags, &p->arena, "%s `%s`", is_label ? "label" : "feature",
                   out->name)) {
        return;
    }
    fields_is_name(&f, pair->key);
    if (is_label) {
        FIELDS_KNOWN(&f, "from", "where", "default", "after", "gap", "count", "sum", "mean", "min",
                     "max", "stddev", "first", "last", "own", "distinct", "top", "share", "exists",
                     "days_since", "sessions", "gap_mean");
    } else {
        FIELDS_KNOWN(&f, "from", "where", "default", "within", "count", "sum", "mean", "min", "max",
                     "stddev", "first", "last", "own", "distinct", "top", "share", "exists",
                     "days_since", "sessions", "gap_mean");
    }
    if (fields_need(&f, "from") != NULL) {
        section_list(&f, "from", &out->from);
    }
    find_aggregate(&f, out);
    out->where = fields_scalar(&f, "where");
    out->default_ = fields_scalar(&f, "default");
    out->at_within = fields_get(&f, is_label ? "after" : "within");
    fields_duration(&f, "within", &out->within_us);
    fields_duration(&f, "after", &out->after_us);
    fields_duration(&f, "gap", &out->gap_us);
}

static void read_features(struct pipeline *p, const struct node *node, struct diags *diags,
                          bool is_label)
{
    struct fields f;
    if (!fields_of(&f, node, diags, &p->arena, is_label ? "`labels`" : "`features`")) {
        return;
    }
    size_t n = 0;
    struct pipeline_feature *items = section_items(p, &f, sizeof *items, &n);
    for (size_t i = 0; i < n; i++) {
        read_feature(p, &f.map->pairs[i], diags, is_label, &items[i]);
    }
    if (is_label) {
        p->labels = items;
        p->n_labels = n;
    } else {
        p->features = items;
        p->n_features = n;
    }
}

void section_features(struct pipeline *p, const struct node *node, struct diags *diags)
{
    read_features(p, node, diags, false);
}

void section_labels(struct pipeline *p, const struct node *node, struct diags *diags)
{
    read_features(p, node, diags, true);
}

void section_derive(struct pipeline *p, const struct node *node, struct diags *diags)
{
    section_named(p, node, diags, "`derive`", &p->derive, &p->n_derive);
}

static void read_prepare(struct pipeline *p, const struct node *node, struct diags *diags,
                         struct pipeline_model *out)
{
    struct fields f;
    if (!fields_of(&f, node, diags, &p->arena, "`prepare` of model `%s`", out->name)) {
        return;
    }
    FIELDS_KNOWN(&f, "log1p", "scale", "impute", "categories", "drop_first");
    section_list(&f, "log1p", &out->log1p);
    out->scale = fields_scalar(&f, "scale");
    out->impute = fields_scalar(&f, "impute");
    out->categories = fields_scalar(&f, "categories");
    fields_bool(&f, "drop_first", &out->drop_first);
}

static void read_curve(const struct fields *f, struct pipeline_model *out)
{
    static const char expected[] =
        "shares such as [0.1, 0.5, 1]: more than 0, at most 1, ascending";
    const struct node *const *items = NULL;
    size_t n = 0;
    fields_nodes(f, "learning_curve", &items, &n);
    if (n == 0) {
        return;
    }
    out->curve = arena_zero(f->arena, n, sizeof *out->curve);
    if (out->curve == NULL) {
        f->diags->out_of_memory = true;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        double *share = &out->curve[i];
        double least = i == 0 ? 0 : out->curve[i - 1];
        if (items[i]->is_quoted || !text_to_f64(items[i]->text, share) || !(*share > least) ||
            *share > 1) {
            fields_wrong(f, items[i], "learning_curve", expected);
            return;
        }
        out->n_curve = i + 1;
    }
    if (out->test == NULL) {
        fields_wrong(f, items[0], "learning_curve", "beside `test`, whose rows judge it");
    }
}

static void read_evaluate(struct pipeline *p, const struct node *node, struct diags *diags,
                          struct pipeline_model *out)
{
    struct fields f;
    if (!fields_of(&f, node, diags, &p->arena, "`evaluate` of model `%s`", out->name)) {
        return;
    }
    FIELDS_KNOWN(&f, "test", "folds", "threshold", "bootstrap", "learning_curve", "importance");
    out->test = fields_scalar(&f, "test");
    fields_i64(&f, "folds", &out->folds);
    if (out->folds < 0 || out->folds == 1 || out->folds > 100) {
        fields_wrong(&f, fields_get(&f, "folds"), "folds", "0 or from 2 to 100");
    }
    fields_f64(&f, "threshold", &out->threshold);
    if (!(out->threshold > 0 && out->threshold < 1)) {
        fields_wrong(&f, fields_get(&f, "threshold"), "threshold", "between 0 and 1");
    }
    fields_i64(&f, "bootstrap", &out->bootstrap);
    if (out->bootstrap != 0 && (out->bootstrap < 100 || out->bootstrap > 100000)) {
        fields_wrong(&f, fields_get(&f, "bootstrap"), "bootstrap", "0 or from 100 to 100000");
    }
    fields_i64(&f, "importance", &out->importance);
    if (out->importance < 0 || out->importance > 1000) {
        fields_wrong(&f, fields_get(&f, "importance"), "importance", "from 0 to 1000");
    }
    read_curve(&f, out);
}

static void read_reasons(const struct fields *f, struct pipeline_model *out)
{
    if (fields_get(f, "reasons") == NULL) {
        return;
    }
    out->reasons_at = fields_get(f, "reasons");
    out->reasons = 1;
    fields_i64(f, "reasons", &out->reasons);
    if (out->reasons < 1 || out->reasons > 10) {
        fields_wrong(f, out->reasons_at, "reasons", "from 1 to 10");
    }
}

static void read_model(struct pipeline *p, const struct node_pair *pair, struct diags *diags,
                       struct pipeline_model *out)
{
    struct fields f;
    *out = (struct pipeline_model){
        .name = pair->key->text.p, .key = pair->key, .threshold = 0.5, .seed = -1};
    if (!fields_of(&f, pair->value, diags, &p->arena, "model `%s`", out->name)) {
        return;
    }
    fields_is_name(&f, pair->key);
    FIELDS_KNOWN(&f, "plugin", "with", "inputs", "exclude", "label", "load", "prepare", "evaluate",
                 "calibrate", "seed", "reasons", "keep_ids");
    if (fields_need(&f, "plugin") != NULL) {
        out->plugin = fields_scalar(&f, "plugin");
    }
    out->with = fields_get(&f, "with");
    if (fields_need(&f, "inputs") != NULL) {
        section_list(&f, "inputs", &out->inputs);
    }
    section_list(&f, "exclude", &out->exclude);
    out->label = fields_scalar(&f, "label");
    out->load = fields_scalar(&f, "load");
    out->keep_ids = fields_scalar(&f, "keep_ids");
    out->calibrate = fields_scalar(&f, "calibrate");
    fields_i64(&f, "seed", &out->seed);
    read_reasons(&f, out);
    read_prepare(p, fields_get(&f, "prepare"), diags, out);
    read_evaluate(p, fields_get(&f, "evaluate"), diags, out);
}

void section_models(struct pipeline *p, const struct node *node, struct diags *diags)
{
    struct fields f;
    if (!fields_of(&f, node, diags, &p->arena, "`models`")) {
        return;
    }
    p->models = section_items(p, &f, sizeof *p->models, &p->n_models);
    for (size_t i = 0; i < p->n_models; i++) {
        read_model(p, &f.map->pairs[i], diags, &p->models[i]);
    }
}

static void read_audience(struct pipeline *p, const struct node_pair *pair, struct diags *diags,
                          struct pipeline_audience *out)
{
    struct fields f;
    *out = (struct pipeline_audience){.name = pair->key->text.p, .key = pair->key};
    if (!fields_of(&f, pair->value, diags, &p->arena, "audience `%s`", out->name)) {
        return;
    }
    fields_is_name(&f, pair->key);
    FIELDS_KNOWN(&f, "where", "consent", "suppress", "order_by", "limit", "hold_out", "salt");
    out->where = fields_scalar(&f, "where");
    out->consent = fields_scalar(&f, "consent");
    section_list(&f, "suppress", &out->suppress);
    section_list(&f, "order_by", &out->order_by);
    out->limit = fields_scalar(&f, "limit");
    fields_fraction(&f, "hold_out", &out->hold_out);
    fields_text(&f, "salt", &out->salt);
}

void section_audiences(struct pipeline *p, const struct node *node, struct diags *diags)
{
    struct fields f;
    if (!fields_of(&f, node, diags, &p->arena, "`audiences`")) {
        return;
    }
    p->audiences = section_items(p, &f, sizeof *p->audiences, &p->n_audiences);
    for (size_t i = 0; i < p->n_audiences; i++) {
        read_audience(p, &f.map->pairs[i], diags, &p->audiences[i]);
    }
}

void section_sinks(struct pipeline *p, const struct node *node, struct diags *diags)
{
    struct fields all;
    if (!fields_of(&all, node, diags, &p->arena, "`sinks`")) {
        return;
    }
    p->sinks = section_items(p, &all, sizeof *p->sinks, &p->n_sinks);
    for (size_t i = 0; i < p->n_sinks; i++) {
        const struct node_pair *pair = &all.map->pairs[i];
        struct pipeline_sink *sink = &p->sinks[i];
        *sink = (struct pipeline_sink){.name = pair->key->text.p, .key = pair->key};
        struct fields f;
        if (!fields_of(&f, pair->value, diags, &p->arena, "sink `%s`", sink->name)) {
            continue;
        }
        fields_is_name(&f, pair->key);
        FIELDS_KNOWN(&f, "plugin", "from", "with");
        if (fields_need(&f, "plugin") != NULL) {
            sink->plugin = fields_scalar(&f, "plugin");
        }
        if (fields_need(&f, "from") != NULL) {
            sink->from = fields_scalar(&f, "from");
        }
        sink->with = fields_get(&f, "with");
    }
}
