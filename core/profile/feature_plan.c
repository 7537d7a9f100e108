// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "feature_plan.h"

static pt_status out_of_memory(struct pt_error *err)
{
    return error_set(err, PT_E_NO_MEMORY, "out of memory for the plan of features");
}

static uint32_t window_index(struct plan_windows *windows, struct window w)
{
    for (size_t i = 0; i < windows->n; i++) {
        if (windows->items[i].from == w.from && windows->items[i].to == w.to) {
            return (uint32_t)i;
        }
    }
    windows->items[windows->n] = w;
    return (uint32_t)windows->n++;
}

static void set_default(struct plan_feature *to, const struct profile_feature *f)
{
    to->has_default = f->has_default || to->kind->nothing_is_zero;
    double number = f->has_default ? f->default_number : 0;
    if (f->type == VEC_F64) {
        memcpy(&to->default_bits, &number, sizeof number);
    } else {
        to->default_bits = (uint64_t)(int64_t)number;
    }
}

static size_t count_from(const struct profile_feature *f, uint32_t source)
{
    size_t n = 0;
    for (size_t i = 0; i < f->n_from; i++) {
        n += f->from[i].source == source;
    }
    return n;
}

struct planning {
    const struct profile *profile;
    size_t cutoff;
    struct feature_plan *plan;
};

static bool plan_feed(struct planning *b, size_t feature, uint32_t source, struct plan_feed *feed)
{
    const struct profile *p = b->profile;
    const struct profile_feature *f = &p->spec->features[feature];
    struct plan_pick *picks = arena_zero(&b->plan->arena, count_from(f, source), sizeof *picks);
    if (picks == NULL) {
        return false;
    }
    *feed = (struct plan_feed){.source = source, .picks = picks};
    for (size_t i = 0; i < f->n_from; i++) {
        if (f->from[i].source != source) {
            continue;
        }
        const struct layout_feed *at =
            &p->layouts.feeds[feature][i * p->spec->n_cutoffs + b->cutoff];
        const struct layout_value *values = p->layouts.items[source].values;
        picks[feed->n_picks++] =
            (struct plan_pick){at->test, at->value < 0 ? NULL : &values[at->value]};
    }
    feed->window = window_index(&b->plan->windows[source], b->plan->features[feature].window);
    return true;
}

static bool plan_feature(struct planning *b, size_t feature)
{
    const struct profile *p = b->profile;
    const struct profile_feature *f = &p->spec->features[feature];
    struct plan_feature *to = &b->plan->features[feature];
    int64_t cutoff = p->spec->cutoffs_us[b->cutoff];
    to->kind = aggregate_kind_of(f->aggregate);
    to->scope = (struct aggregate_scope){.feature = f, .cutoff = cutoff, .texts = p->texts};
    to->window = window_of(f, cutoff);
    to->feeds = arena_zero(&b->plan->arena, f->n_from, sizeof *to->feeds);
    if (to->feeds == NULL) {
        return false;
    }
    set_default(to, f);
    if (f->n_from > 0 && f->from[0].value != NULL) {
        to->scope.type = expr_type(f->from[0].value);
    }
    for (uint32_t s = 0; s < p->spec->n_sources; s++) {
        if (count_from(f, s) > 0 && !plan_feed(b, feature, s, &to->feeds[to->n_feeds++])) {
            return false;
        }
    }
    return true;
}

static bool plan_windows(struct feature_plan *plan, size_t n_sources, size_t n_features)
{
    plan->windows = arena_zero(&plan->arena, n_sources, sizeof *plan->windows);
    for (size_t s = 0; plan->windows != NULL && s < n_sources; s++) {
        struct plan_windows *w = &plan->windows[s];
        w->items = arena_zero(&plan->arena, n_features, sizeof *w->items);
        if (w->items == NULL) {
            return false;
        }
    }
    return plan->windows != NULL;
}

pt_status feature_plan_build(const struct profile *p, size_t cutoff, struct feature_plan *out,
                             struct pt_error *err)
{
    size_t n = p->spec->n_features;
    struct feature_plan plan = {.n = n};
    struct planning b = {p, cutoff, &plan};
    plan.features = arena_zero(&plan.arena, n, sizeof *plan.features);
    bool is_built = plan.features != NULL && plan_windows(&plan, p->spec->n_sources, n);
    for (size_t f = 0; is_built && f < n; f++) {
        is_built = plan_feature(&b, f);
    }
    if (!is_built) {
        feature_plan_release(&plan);
        return out_of_memory(err);
    }
    *out = plan;
    return PT_OK;
}

void feature_plan_release(struct feature_plan *plan)
{
    arena_release(&plan->arena);
    *plan = (struct feature_plan){0};
}
