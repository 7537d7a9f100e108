// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "drift.h"

#include <math.h>

#include "mem.h"
#include "quantile.h"

#define FLOOR 1e-4
#define RARE 0.01
#define DECILES 9

static pt_status no_memory(struct pt_error *err)
{
    return error_set(err, PT_E_NO_MEMORY, "no memory for the drift of a model");
}

double drift_psi(const uint64_t *then, const uint64_t *now, size_t n_bins)
{
    uint64_t all_then = 0;
    uint64_t all_now = 0;
    for (size_t i = 0; i < n_bins; i++) {
        all_then += then[i];
        all_now += now[i];
    }
    if (all_then == 0 || all_now == 0) {
        return (double)NAN;
    }
    double psi = 0;
    for (size_t i = 0; i < n_bins; i++) {
        double expected = fmax((double)then[i] / (double)all_then, FLOOR);
        double actual = fmax((double)now[i] / (double)all_now, FLOOR);
        psi += (actual - expected) * log(actual / expected);
    }
    return psi;
}

const char *drift_verdict(double psi)
{
    if (isnan(psi)) {
        return "unknown";
    }
    return psi < LEARN_DRIFT_WATCH ? "stable" : psi < LEARN_DRIFT_DRIFT ? "watch" : "drift";
}

// --- Counting ----------------------------------------------------------------------------------

// The first edge that the value is not above; n_cuts when above all.
static uint32_t bin_of(const struct drift_reference *r, double value)
{
    uint32_t low = 0;
    if (r->n_cuts <= DECILES) {
        for (uint32_t i = 0; i < r->n_cuts; i++) {
            low += value > r->edges[i]; // quicker than to guess the way at each of a few
        }
        return low;
    }
    uint32_t high = r->n_cuts;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (value <= r->edges[middle]) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

static void count_numbers(const struct drift_reference *r, const double *values, size_t n,
                          uint64_t *counts)
{
    for (size_t i = 0; i < n; i++) {
        counts[isnan(values[i]) ? r->n_cuts + 1 : bin_of(r, values[i])]++;
    }
}

// counts[n_levels + 2]: by level, unseen, missing.
static void count_levels(const struct column *c, const struct prepare_input *in,
                         struct gather_range range, double *codes, uint64_t *counts)
{
    gather_codes(c, &in->level_of, range, codes);
    for (size_t i = 0; i < range.n; i++) {
        size_t row = gather_row(&range, i);
        bool is_missing = c->valid != NULL && c->valid[row] == 0;
        size_t at = isnan(codes[i]) ? in->n_levels : (size_t)codes[i];
        counts[is_missing ? (size_t)in->n_levels + 1 : at]++;
    }
}

// Levels without a bin of their own go to the last but one.
static void pool_levels(const struct drift_reference *r, const struct prepare_input *in,
                        const uint64_t *by_level, uint64_t *counts)
{
    uint32_t next = 0;
    for (uint32_t i = 0; i <= in->n_levels; i++) {
        bool is_own = next < r->n_cuts && i == r->levels[next];
        counts[is_own ? next++ : r->n_cuts] += by_level[i];
    }
    counts[r->n_cuts + 1] += by_level[in->n_levels + 1];
}

// --- Learning ----------------------------------------------------------------------------------

// The i-th decile is the smallest value that at least i tenths of all are not above. The middle
// one is looked for first, so that each later one has fewer values to look through.
static void take_deciles(double *values, size_t n, double deciles[DECILES])
{
    static const uint8_t order[DECILES] = {5, 2, 8, 1, 3, 7, 9, 4, 6};
    size_t at[DECILES + 2] = {0};
    bool is_taken[DECILES + 2] = {[0] = true, [DECILES + 1] = true};
    at[DECILES + 1] = n - 1;
    for (int k = 0; k < DECILES; k++) {
        size_t i = order[k];
        size_t below = i - 1;
        size_t above = i + 1;
        while (!is_taken[below]) {
            below--;
        }
        while (!is_taken[above]) {
            above++;
        }
        at[i] = (i * n + 9) / 10 - 1;
        is_taken[i] = true;
        size_t low = at[below];
        deciles[i - 1] = quantile_select(values + low, at[above] - low + 1, at[i] - low);
    }
}

static void learn_numbers(const double *values, size_t n, double *scratch,
                          struct drift_reference *out)
{
    double deciles[DECILES];
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(values[i])) {
            scratch[m++] = values[i];
        }
    }
    if (m > 0) {
        take_deciles(scratch, m, deciles);
        for (int i = 0; i < DECILES; i++) {
            if (i == 0 || deciles[i] > deciles[i - 1]) {
                out->edges[out->n_cuts++] = deciles[i];
            }
        }
    }
    count_numbers(out, values, n, out->counts);
}

static void learn_levels(const struct prepare_input *in, const uint64_t *by_level,
                         struct drift_reference *out)
{
    uint64_t known = 0;
    for (uint32_t i = 0; i < in->n_levels; i++) {
        known += by_level[i];
    }
    for (uint32_t i = 0; i < in->n_levels; i++) {
        bool is_own = by_level[i] > 0 && (double)by_level[i] >= RARE * (double)known;
        if (is_own && out->n_cuts < DRIFT_LEVELS) {
            out->levels[out->n_cuts++] = i;
        }
    }
    pool_levels(out, in, by_level, out->counts);
}

static bool make_room(struct arena *a, bool is_text, uint32_t cuts, struct drift_reference *out)
{
    if (is_text) {
        out->levels = arena_zero(a, cuts, sizeof *out->levels);
    } else {
        out->edges = arena_zero(a, cuts, sizeof *out->edges);
    }
    out->counts = arena_zero(a, (size_t)cuts + 2, sizeof *out->counts);
    return out->counts != NULL && (out->levels != NULL || out->edges != NULL);
}

static bool is_kinds(const struct drift_scores *s)
{
    return s->n_kinds > 0 && s->n_kinds <= DRIFT_EDGES;
}

static pt_status make_references(const struct prepare *p, const struct drift_scores *scores,
                                 struct drift_references *out, struct pt_error *err)
{
    uint32_t cuts = is_kinds(scores) ? scores->n_kinds : DECILES;
    bool is_made = make_room(&out->arena, false, cuts, &out->score);
    out->inputs = arena_zero(&out->arena, p->n_inputs, sizeof *out->inputs);
    out->n_inputs = p->n_inputs;
    for (size_t i = 0; is_made && out->inputs != NULL && i < p->n_inputs; i++) {
        bool is_text = p->inputs[i].type == VEC_STR;
        is_made =
            make_room(&out->arena, is_text, is_text ? DRIFT_LEVELS : DECILES, &out->inputs[i]);
    }
    return is_made && out->inputs != NULL ? PT_OK : no_memory(err);
}

// --- Over all inputs ---------------------------------------------------------------------------

struct survey {
    const struct prepare *p;
    const struct prepare_rows *from;
    const struct column **columns;
    struct drift_references *learnt;         // to be learnt, or NULL
    const struct drift_references *measured; // to be measured
    struct drift *drift;
};

// What one input's values are read into.
struct readings {
    double *values; // codes of a text
    double *scratch;
    uint64_t *by_level;
};

static struct drift_figure figure_of(const struct drift_reference *r, const uint64_t *now)
{
    uint64_t all_then = 0;
    uint64_t all_now = 0;
    size_t used = 0;
    for (uint32_t i = 0; i < r->n_cuts + 2; i++) {
        all_then += r->counts[i];
        all_now += now[i];
        used += r->counts[i] + now[i] > 0;
    }
    double n = (double)all_now;
    double m = (double)all_then;
    return (struct drift_figure){
        .psi = drift_psi(r->counts, now, (size_t)r->n_cuts + 2),
        .by_chance = (double)(used - (used > 0)) * (1 / n + 1 / m),
        .missing = (double)now[r->n_cuts + 1] / n,
        .missing_then = (double)r->counts[r->n_cuts + 1] / m,
    };
}

static pt_status measure_numbers(const struct drift_reference *r, const double *values, size_t n,
                                 struct drift_figure *out, struct pt_error *err)
{
    uint64_t *now = mem_zero((size_t)r->n_cuts + 2, sizeof *now);
    if (now == NULL) {
        return no_memory(err);
    }
    count_numbers(r, values, n, now);
    *out = figure_of(r, now);
    mem_free(now);
    return PT_OK;
}

static pt_status measure_levels(const struct drift_reference *r, const struct prepare_input *in,
                                const uint64_t *by_level, struct drift_figure *out,
                                struct pt_error *err)
{
    uint64_t *now = mem_zero((size_t)r->n_cuts + 2, sizeof *now);
    if (now == NULL) {
        return no_memory(err);
    }
    pool_levels(r, in, by_level, now);
    *out = figure_of(r, now);
    mem_free(now);
    return PT_OK;
}

static pt_status use_readings(const struct survey *s, size_t i, const struct readings *b,
                              struct pt_error *err)
{
    const struct prepare_input *in = &s->p->inputs[i];
    bool is_text = in->type == VEC_STR;
    if (is_text) {
        struct gather_range all = {s->from->rows, 0, s->from->n};
        count_levels(s->columns[i], in, all, b->values, b->by_level);
    } else {
        gather_numbers(s->columns[i], (struct gather_range){s->from->rows, 0, s->from->n},
                       b->values);
    }
    if (s->learnt != NULL && is_text) {
        learn_levels(in, b->by_level, &s->learnt->inputs[i]);
    } else if (s->learnt != NULL) {
        learn_numbers(b->values, s->from->n, b->scratch, &s->learnt->inputs[i]);
    } else if (is_text) {
        return measure_levels(&s->measured->inputs[i], in, b->by_level, &s->drift->inputs[i], err);
    } else {
        return measure_numbers(&s->measured->inputs[i], b->values, s->from->n, &s->drift->inputs[i],
                               err);
    }
    return PT_OK;
}

static pt_status survey_input(void *arg, uint64_t item, uint32_t worker, struct pt_error *err)
{
    const struct survey *s = arg;
    (void)worker;
    struct readings b = {
        .values = mem_array(s->from->n, sizeof *b.values),
        .scratch = mem_array(s->learnt == NULL ? 0 : s->from->n, sizeof *b.scratch),
        .by_level = mem_zero((size_t)s->p->inputs[item].n_levels + 2, sizeof *b.by_level),
    };
    pt_status status = PT_OK;
    if (b.values == NULL || b.scratch == NULL || b.by_level == NULL) {
        status = no_memory(err);
    } else {
        status = use_readings(s, item, &b, err);
    }
    mem_free(b.values);
    mem_free(b.scratch);
    mem_free(b.by_level);
    return status;
}

static pt_status survey_inputs(struct survey *s, struct pool *pool, struct pt_error *err)
{
    s->columns = mem_zero(s->p->n_inputs, sizeof *s->columns);
    pt_status status = s->columns == NULL ? no_memory(err) : PT_OK;
    if (status == PT_OK) {
        status = prepare_bind(s->p, s->from->table, s->columns, err);
    }
    if (status == PT_OK && pool != NULL) {
        status = pool_run(pool, s->p->n_inputs, survey_input, s, err);
    }
    for (size_t i = 0; status == PT_OK && pool == NULL && i < s->p->n_inputs; i++) {
        status = survey_input(s, i, 0, err);
    }
    mem_free(s->columns);
    return status;
}

static pt_status learn_score(const struct drift_scores *scores, struct drift_references *out,
                             struct pt_error *err)
{
    out->score_rows = scores->n;
    out->source = scores->source;
    if (is_kinds(scores)) {
        for (uint32_t i = 0; i + 1 < scores->n_kinds; i++) {
            out->score.edges[out->score.n_cuts++] = i;
        }
        count_numbers(&out->score, scores->values, scores->n, out->score.counts);
        return PT_OK;
    }
    double *scratch = mem_array(scores->n, sizeof *scratch);
    if (scratch == NULL) {
        return no_memory(err);
    }
    learn_numbers(scores->values, scores->n, scratch, &out->score);
    mem_free(scratch);
    return PT_OK;
}

pt_status drift_learn(const struct drift_then *then, struct pool *pool,
                      struct drift_references *out, struct pt_error *err)
{
    const struct drift_scores *scores = &then->scores;
    struct drift_references r = {.rows = then->from.n};
    struct survey s = {.p = then->prepare, .from = &then->from, .learnt = &r};
    pt_status status = make_references(then->prepare, scores, &r, err);
    if (status == PT_OK) {
        status = learn_score(scores, &r, err);
    }
    if (status == PT_OK) {
        status = survey_inputs(&s, pool, err);
    }
    if (status != PT_OK) {
        drift_references_release(&r);
        return status;
    }
    *out = r;
    return PT_OK;
}

pt_status drift_measure(const struct drift_references *r, const struct drift_now *now,
                        struct pool *pool, struct drift *out, struct pt_error *err)
{
    struct drift d = {.n_inputs = r->n_inputs, .rows = now->from.n};
    struct survey s = {.p = now->prepare, .from = &now->from, .measured = r, .drift = &d};
    d.inputs = mem_zero(r->n_inputs, sizeof *d.inputs);
    pt_status status = d.inputs == NULL ? no_memory(err) : PT_OK;
    if (status == PT_OK) {
        status = measure_numbers(&r->score, now->scores, now->from.n, &d.score, err);
    }
    if (status == PT_OK) {
        status = survey_inputs(&s, pool, err);
    }
    if (status != PT_OK) {
        drift_release(&d);
        return status;
    }
    *out = d;
    return PT_OK;
}

void drift_references_release(struct drift_references *r)
{
    arena_release(&r->arena);
    *r = (struct drift_references){0};
}

void drift_release(struct drift *d)
{
    mem_free(d->inputs);
    *d = (struct drift){0};
}
