// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Plan, features: cut-offs, static columns, features and labels, and the hidden ones the host
// needs (consents, population).
#include <stdlib.h>

#include "plan_parts.h"

// How an aggregate is written: its key, and what its value may be.
enum aggregate_value { VALUE_ROWS, VALUE_EXPR, VALUE_TRUE, VALUE_WHICH, VALUE_DURATION };

static const struct aggregate_key {
    const char *name;
    enum aggregate aggregate;
    enum aggregate_value value;
} aggregate_keys[] = {
    {"count", AGGREGATE_COUNT, VALUE_ROWS},
    {"sum", AGGREGATE_SUM, VALUE_EXPR},
    {"mean", AGGREGATE_MEAN, VALUE_EXPR},
    {"min", AGGREGATE_MIN, VALUE_EXPR},
    {"max", AGGREGATE_MAX, VALUE_EXPR},
    {"stddev", AGGREGATE_STDDEV, VALUE_EXPR},
    {"first", AGGREGATE_FIRST, VALUE_EXPR},
    {"last", AGGREGATE_LAST, VALUE_EXPR},
    {"own", AGGREGATE_OWN, VALUE_EXPR},
    {"distinct", AGGREGATE_DISTINCT, VALUE_EXPR},
    {"top", AGGREGATE_TOP, VALUE_EXPR},
    {"share", AGGREGATE_SHARE, VALUE_EXPR},
    {"exists", AGGREGATE_EXISTS, VALUE_TRUE},
    {"days_since", AGGREGATE_DAYS_SINCE, VALUE_WHICH},
    {"sessions", AGGREGATE_SESSIONS, VALUE_DURATION},
    {"gap_mean", AGGREGATE_GAP_MEAN, VALUE_ROWS},
};

static const struct aggregate_key *aggregate_find(struct text name)
{
    for (size_t i = 0; i < sizeof aggregate_keys / sizeof aggregate_keys[0]; i++) {
        if (text_is(name, aggregate_keys[i].name)) {
            return &aggregate_keys[i];
        }
    }
    return NULL;
}

// Reports once that `as_of` is missing; one that is written but no time was reported as such.
static void need_as_of(struct plan *p, const struct node *at, const char *message)
{
    if (!p->is_as_of_told && p->pipeline->as_of == NULL) {
        plan_fault(p, "P0402", at, "write as_of: 2025-06-01T00:00:00Z at the top", "%s", message);
    }
    p->is_as_of_told = true;
}

void plan_add_cutoffs(struct plan *p)
{
    const struct pipeline *w = p->pipeline;
    p->cutoffs_us = plan_alloc(p, w->n_train + 1, sizeof *p->cutoffs_us);
    if (p->cutoffs_us == NULL || p->sources == NULL) {
        return;
    }
    if (!w->has_as_of) {
        if (w->n_train > 0) {
            need_as_of(p, w->train[0], "`train` needs `as_of`: when are people scored?");
        }
        p->cutoffs_us[p->n_cutoffs++] = INT64_MAX;
        return;
    }
    for (size_t i = 0; i < w->n_train; i++) {
        bool is_repeated = p->n_cutoffs > 0 && p->cutoffs_us[p->n_cutoffs - 1] == w->train_us[i];
        if (w->train_us[i] >= w->as_of_us) {
            plan_fault(p, "P0401", w->train[i], NULL, "a training cut-off must lie before `as_of`");
        } else if (!is_repeated) {
            p->cutoffs_us[p->n_cutoffs++] = w->train_us[i];
        }
    }
    p->cutoffs_us[p->n_cutoffs++] = w->as_of_us;
}

// --- One feature -------------------------------------------------------------------------------

struct feature_build {
    struct plan *plan;
    const struct pipeline_feature *written;
    const struct aggregate_key *key;
    bool is_label;
    struct profile_from *from;
    size_t n_from;
    enum vec_type value_type;
    bool has_value;
};

static bool same_kind(enum vec_type a, enum vec_type b)
{
    bool both_numbers = (a == VEC_I64 || a == VEC_F64) && (b == VEC_I64 || b == VEC_F64);
    return a == b || both_numbers;
}

static bool add_value(struct feature_build *b, uint32_t source, struct profile_from *from)
{
    const struct node *node = b->written->value;
    struct plan *p = b->plan;
    if (b->key->value != VALUE_EXPR) {
        return true;
    }
    from->value = plan_source_expr(p, source, node, false);
    if (from->value == NULL) {
        return false;
    }
    enum vec_type type = expr_type(from->value);
    if (b->has_value && !same_kind(b->value_type, type)) {
        plan_fault(p, "P0302", node, NULL, "the value is %s in one source and %s in another",
                   vec_type_name(b->value_type), vec_type_name(type));
        return false;
    }
    b->value_type = b->has_value && b->value_type == VEC_F64 ? VEC_F64 : type;
    b->has_value = true;
    return true;
}

static bool find_rows(struct plan *p, const struct node *name, uint32_t *source,
                      const struct plan_event **event)
{
    int32_t at = plan_source_find(p, name->text);
    int32_t named = plan_event_find(p, name->text);
    *event = NULL;
    if (at >= 0) {
        *source = (uint32_t)at;
        return p->sources[at].is_open;
    }
    if (named < 0) {
        char hint[160];
        plan_hint_rows(p, name->text.p, hint);
        plan_fault(p, "P0202", name, hint, "there is no source or event `%s`", name->text.p);
        return false;
    }
    *event = &p->events[named];
    *source = (*event)->source;
    return (*event)->is_resolved;
}

static bool add_from(struct feature_build *b, const struct node *name)
{
    struct plan *p = b->plan;
    uint32_t source = 0;
    const struct plan_event *event = NULL;
    if (!find_rows(p, name, &source, &event)) {
        return false;
    }
    size_t inherited = event == NULL ? 0 : event->n_where;
    const struct expr **where = plan_alloc(p, inherited + 1, sizeof *where);
    if (where == NULL) {
        return false;
    }
    struct profile_from from = {.source = source};
    for (size_t i = 0; i < inherited; i++) {
        where[from.n_where++] = event->where[i];
    }
    if (b->written->where != NULL) {
        where[from.n_where] = plan_source_expr(p, source, b->written->where, true);
        if (where[from.n_where++] == NULL) {
            return false;
        }
    }
    from.where = where;
    bool is_timed = p->sources[source].time >= 0;
    if (!is_timed &&
        (b->written->at_within != NULL || b->key->aggregate == AGGREGATE_DAYS_SINCE ||
         b->key->aggregate == AGGREGATE_SESSIONS || b->key->aggregate == AGGREGATE_GAP_MEAN)) {
        if (!p->sources[source].is_time_told) {
            plan_fault(p, "P0402", name, "name its time column under `time:`",
                       "source `%s` has no time", p->pipeline->sources[source].name);
        }
        p->sources[source].is_time_told = true;
        return false;
    }
    if (!add_value(b, source, &from)) {
        return false;
    }
    b->from[b->n_from++] = from;
    return true;
}

static bool read_value_word(struct feature_build *b, struct profile_feature *f)
{
    const struct node *value = b->written->value;
    struct plan *p = b->plan;
    switch (b->key->value) {
    case VALUE_EXPR:
        return true;
    case VALUE_ROWS:
        if (!text_is(value->text, "rows")) {
            plan_fault(p, "P0104", value, "to count values, use `where: \"x IS NOT NULL\"`",
                       "`%s` takes `rows`", b->key->name);
            return false;
        }
        return true;
    case VALUE_TRUE:
        if (!text_is(value->text, "true")) {
            plan_fault(p, "P0104", value, NULL, "`%s` takes `true`", b->key->name);
            return false;
        }
        return true;
    case VALUE_WHICH:
        f->since_first = text_is(value->text, "first");
        if (!f->since_first && !text_is(value->text, "last")) {
            plan_fault(p, "P0104", value, NULL, "`days_since` takes `last` or `first`");
            return false;
        }
        return true;
    case VALUE_DURATION:
        if (!duration_parse(value->text, &f->session_us) || f->session_us <= 0) {
            plan_fault(p, "P0104", value, NULL, "`sessions` takes the longest gap, such as 30m");
            return false;
        }
        return true;
    }
    return false;
}

static bool read_default(struct feature_build *b, struct profile_feature *f)
{
    const struct node *d = b->written->default_;
    if (d == NULL) {
        return true;
    }
    f->has_default = true;
    double number = 0;
    if (f->type == VEC_STR) {
        f->default_text = d->text.p;
        return true;
    }
    if (f->type == VEC_BOOL) {
        f->default_number = text_is(d->text, "true") ? 1 : 0;
        if (text_is(d->text, "true") || text_is(d->text, "false")) {
            return true;
        }
    } else if ((f->type == VEC_I64 || f->type == VEC_F64) && !d->is_quoted &&
               text_to_f64(d->text, &number)) {
        int64_t whole = 0;
        f->default_number = number;
        if (f->type == VEC_F64 || text_to_i64(d->text, &whole)) {
            return true;
        }
    }
    plan_fault(b->plan, "P0104", d, NULL, "the default of `%s` must be %s", b->written->name,
               vec_type_name(f->type));
    return false;
}

static void check_label_window(struct feature_build *b, const struct profile_feature *f)
{
    const struct pipeline *w = b->plan->pipeline;
    for (size_t i = 0; f->is_label && i < w->n_train; i++) {
        int64_t end = 0;
        if (__builtin_add_overflow(w->train_us[i], f->gap_us + f->after_us, &end) ||
            end > w->as_of_us) {
            plan_fault(b->plan, "P0401", b->written->at_within,
                       "train earlier or shorten the window",
                       "label `%s` looks past `as_of`: training cut-off + gap + window must end "
                       "by it",
                       b->written->name);
            return;
        }
    }
}

static bool read_window(struct feature_build *b, struct profile_feature *f)
{
    const struct pipeline_feature *w = b->written;
    f->within_us = w->within_us;
    f->is_label = b->is_label && w->after_us >= 0;
    f->after_us = w->after_us < 0 ? 0 : w->after_us;
    f->gap_us = w->gap_us;
    if (w->at_within != NULL && !b->plan->pipeline->has_as_of) {
        need_as_of(b->plan, w->at_within, "a window needs `as_of` in the pipeline");
        return false;
    }
    if (w->at_within != NULL && (b->is_label ? w->after_us : w->within_us) == 0) {
        plan_fault(b->plan, "P0106", w->at_within, NULL, "a window of no time holds no rows");
        return false;
    }
    if (b->is_label && w->after_us < 0) {
        for (size_t i = 0; i < b->n_from; i++) {
            if (b->plan->sources[b->from[i].source].time >= 0) {
                plan_fault(b->plan, "P0105", w->key, NULL,
                           "label `%s` needs `after`: how long after the cut-off?", w->name);
                return false;
            }
        }
    }
    if (b->key->aggregate == AGGREGATE_DAYS_SINCE && !b->plan->pipeline->has_as_of) {
        need_as_of(b->plan, w->aggregate, "`days_since` needs `as_of`");
        return false;
    }
    check_label_window(b, f);
    return true;
}

static void add_feature(struct plan *p, const struct pipeline_feature *w, bool is_label)
{
    if (w->aggregate == NULL || w->value == NULL || w->from.n == 0) {
        return;
    }
    struct feature_build b = {.plan = p, .written = w, .is_label = is_label};
    b.key = aggregate_find(w->aggregate->text);
    b.from = plan_alloc(p, w->from.n, sizeof *b.from);
    struct profile_feature f = {.name = w->name, .aggregate = b.key->aggregate};
    if (b.from == NULL) {
        return;
    }
    bool is_fine = read_value_word(&b, &f);
    for (size_t i = 0; i < w->from.n; i++) {
        is_fine = add_from(&b, w->from.items[i]) && is_fine;
    }
    if (!is_fine || !read_window(&b, &f)) {
        return;
    }
    struct pt_error err = ERROR_INIT;
    if (profile_feature_type(f.aggregate, b.has_value, b.value_type, &f.type, &err) != PT_OK) {
        plan_fault(p, "P0302", w->value, err.hint, "`%s`: %s", w->name, err.message);
        return;
    }
    f.from = b.from;
    f.n_from = b.n_from;
    if (!read_default(&b, &f) ||
        !plan_column_add(p, w->name, f.type, is_label ? PLAN_LABEL : PLAN_FEATURE,
                         (uint32_t)p->n_features, w->key)) {
        return;
    }
    struct profile_feature *kept = plan_feature_add(p);
    if (kept != NULL) {
        *kept = f;
    }
}

// --- Features of the host ----------------------------------------------------------------------

// A feature over all rows of one source, from a text of the host's own.
static bool add_hidden(struct plan *p, uint32_t source, const char *name, enum aggregate aggregate,
                       struct expr *where, struct expr *value)
{
    struct profile_from *from = plan_alloc(p, 1, sizeof *from);
    const struct expr **chain = plan_alloc(p, 1, sizeof *chain);
    struct pt_error err = ERROR_INIT;
    struct profile_feature f = {.name = name, .aggregate = aggregate, .within_us = -1};
    if (from == NULL || chain == NULL ||
        profile_feature_type(aggregate, value != NULL, value == NULL ? VEC_BOOL : expr_type(value),
                             &f.type, &err) != PT_OK) {
        return false;
    }
    chain[0] = where;
    *from = (struct profile_from){
        .source = source, .where = chain, .n_where = where != NULL, .value = value};
    f.from = from;
    f.n_from = 1;
    struct profile_feature *kept = plan_feature_add(p);
    if (kept == NULL) {
        return false;
    }
    *kept = f;
    return true;
}

static void add_static(struct plan *p, uint32_t source, const struct node *node)
{
    struct plan_source *s = &p->sources[source];
    ptrdiff_t at = schema_find(&s->instance.schema, node->text.p);
    if (at < 0) {
        const char *names[256];
        size_t n = 0;
        for (; n < s->n_names && n < 256; n++) {
            names[n] = s->names[n].name;
        }
        char hint[160];
        plan_hint(node->text.p, names, n, hint);
        plan_fault(p, "P0204", node, hint, "source `%s` has no column `%s`",
                   p->pipeline->sources[source].name, node->text.p);
        return;
    }
    if (s->time >= 0) {
        plan_fault(p, "P0402", node, "use a feature such as `last`",
                   "source `%s` has times: its columns are not static",
                   p->pipeline->sources[source].name);
        return;
    }
    struct pt_error err = ERROR_INIT;
    const char *text = arena_printf(&p->arena, "\"%s\"", node->text.p);
    struct expr *value = text == NULL ? plan_no_memory(p) : plan_source_text(p, source, text, &err);
    if (value == NULL) {
        if (text != NULL) {
            plan_error(p, "P0301", node, NULL, &err);
        }
        return;
    }
    uint32_t index = (uint32_t)p->n_features;
    if (plan_column_find(p, node->text) >= 0) {
        plan_fault(p, "P0205", node, NULL, "the name `%s` is taken already", node->text.p);
        return;
    }
    if (add_hidden(p, source, node->text.p, AGGREGATE_OWN, NULL, value)) {
        plan_column_add(p, node->text.p, p->features[index].type, PLAN_STATIC, index, node);
    }
}

struct text plan_consent_purpose(const struct plan_column *c)
{
    struct text name = text_of(c->name);
    if (c->origin != PLAN_HIDDEN || strncmp(name.p, "consent:", 8) != 0) {
        return (struct text){0};
    }
    name = text_n(name.p + 8, name.n - 8);
    return text_n(name.p, strcspn(name.p, ":"));
}

// Two hidden conditions a purpose and source: some row says yes, some row says no.
static void add_consent(struct plan *p, uint32_t source, const struct named_node *w)
{
    struct expr *said = plan_source_expr(p, source, w->value, false);
    if (said == NULL) {
        return;
    }
    enum vec_type type = expr_type(said);
    if (type != VEC_BOOL && type != VEC_I64) {
        plan_fault(p, "P0302", w->value, NULL, "consent is true or false (or 1 and 0), not %s",
                   vec_type_name(type));
        return;
    }
    static const char *const answers[] = {"yes", "no"};
    static const char *const tests[] = {"(%s) = 1", "(%s) <> 1"};
    static const char *const bool_tests[] = {"(%s)", "NOT (%s)"};
    for (size_t i = 0; i < 2; i++) {
        struct str text = {0};
        const char *form = type == VEC_BOOL ? bool_tests[i] : tests[i];
        const char *mark = strstr(form, "%s");
        str_add_n(&text, form, (size_t)(mark - form));
        str_add(&text, expr_text(said));
        str_add(&text, mark + 2);
        struct pt_error err = ERROR_INIT;
        struct expr *where =
            text.failed ? plan_no_memory(p) : plan_source_text(p, source, text.p, &err);
        str_release(&text);
        const char *name = arena_printf(&p->arena, "consent:%s:%s:%s", w->name,
                                        p->sources[source].written->name, answers[i]);
        uint32_t index = (uint32_t)p->n_features;
        if (where == NULL || name == NULL) {
            if (err.code != PT_OK) {
                plan_error(p, "P0301", w->value, NULL, &err);
            } else {
                plan_no_memory(p);
            }
            return;
        }
        if (add_hidden(p, source, name, AGGREGATE_EXISTS, where, NULL)) {
            plan_column_add(p, name, p->features[index].type, PLAN_HIDDEN, index, w->key);
        }
    }
}

static void add_population(struct plan *p)
{
    const struct node *node = p->pipeline->population;
    struct expr *condition = NULL;
    size_t source = 0;
    struct pt_error err = ERROR_INIT;
    for (size_t i = 0; i < p->pipeline->n_sources && condition == NULL; i++) {
        if (p->sources[i].is_open && p->sources[i].time < 0) {
            source = i;
            condition = plan_source_text(p, (uint32_t)i, node->text.p, &err);
        }
    }
    if (condition == NULL && err.code == PT_OK) {
        plan_fault(p, "P0301", node, NULL, "there is no untimed source to take it from");
        return;
    }
    if (condition == NULL) {
        plan_error(p, "P0301", node, NULL, &err);
        return;
    }
    if (!expr_is_condition(condition)) {
        plan_fault(p, "P0302", node, NULL, "a condition is needed here, this is %s",
                   vec_type_name(expr_type(condition)));
        return;
    }
    uint32_t index = (uint32_t)p->n_features;
    if (add_hidden(p, (uint32_t)source, "population", AGGREGATE_OWN, NULL, condition) &&
        plan_column_add(p, "population:", p->features[index].type, PLAN_HIDDEN, index, node)) {
        p->features[index].name = "population:";
        p->population = (int32_t)p->n_columns - 1;
    }
}

static void add_namespace_columns(struct plan *p)
{
    for (size_t i = 0; i < p->pipeline->n_namespaces; i++) {
        if (plan_column_find(p, text_of(p->namespaces[i].name)) < 0) {
            plan_column_add(p, p->namespaces[i].name, VEC_STR, PLAN_NAMESPACE, (uint32_t)i,
                            p->pipeline->namespaces[i].key);
        }
    }
}

static bool has_row_ids(const struct plan *p)
{
    for (size_t i = 0; i < p->pipeline->n_sources; i++) {
        for (size_t k = 0; k < p->sources[i].n_ids; k++) {
            if (p->sources[i].ids[k].is_row) {
                return true;
            }
        }
    }
    return false;
}

void plan_add_features(struct plan *p)
{
    const struct pipeline *w = p->pipeline;
    if (p->sources == NULL || p->namespaces == NULL || p->events == NULL) {
        return;
    }
    plan_column_add(p, "profile", VEC_STR, PLAN_PROFILE, 0, NULL);
    plan_column_add(p, "as_of", VEC_TIME, PLAN_AS_OF, 0, NULL);
    if (has_row_ids(p)) {
        plan_column_add(p, "row", VEC_I64, PLAN_ROW, 0, NULL);
    }
    for (size_t i = 0; i < w->n_sources; i++) {
        const struct pipeline_source *s = &w->sources[i];
        for (size_t k = 0; p->sources[i].is_open && k < s->statics.n; k++) {
            add_static(p, (uint32_t)i, s->statics.items[k]);
        }
        for (size_t k = 0; p->sources[i].is_open && k < s->n_consents; k++) {
            add_consent(p, (uint32_t)i, &s->consents[k]);
        }
    }
    if (w->population != NULL) {
        add_population(p);
    }
    for (size_t i = 0; i < w->n_features; i++) {
        add_feature(p, &w->features[i], false);
    }
    add_namespace_columns(p);
}

void plan_add_labels(struct plan *p)
{
    for (size_t i = 0; p->sources != NULL && i < p->pipeline->n_labels; i++) {
        add_feature(p, &p->pipeline->labels[i], true);
    }
}

void plan_add_derived(struct plan *p)
{
    const struct pipeline *w = p->pipeline;
    p->derived = plan_alloc(p, w->n_derive, sizeof *p->derived);
    for (size_t i = 0; p->derived != NULL && i < w->n_derive; i++) {
        struct expr_scope scope;
        if (!plan_profile_scope(p, true, &scope)) {
            return;
        }
        struct expr *e = plan_expr(p, w->derive[i].value, &scope);
        p->derived[i] = (struct plan_derived){w->derive[i].name, e};
        if (e != NULL) {
            plan_note_uses(p, e);
            plan_column_add(p, w->derive[i].name, expr_type(e), PLAN_DERIVED, (uint32_t)i,
                            w->derive[i].key);
        }
    }
}
