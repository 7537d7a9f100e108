// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Portraits of segments: which raw values set each apart. TGI (target group index) = 100 * mean in
// the segment / mean of all; effect = the difference of the means in standard deviations of all.
#include "learned.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gather.h"
#include "mem.h"

#define TRAITS_KEPT 8
#define TRAITS_IN_WORDS 4
#define EFFECT_WORTH_WORDS 0.1
#define SEGMENTS_MAX 1000000

// Work on one column of values at a time.
struct survey {
    const struct learned *m;
    struct personas *out;
    const uint32_t *segment;
    size_t n_rows;
    double *values; // of the column, by row
    double *sums;   // by segment
    uint64_t *known;
};

static pt_status no_memory(struct pt_error *err)
{
    return error_set(err, PT_E_NO_MEMORY, "no memory for the portrait of segments");
}

// Effects that differ by rounding only are equal: the two levels of a text, say.
static int by_effect(const struct persona_trait *a, const struct persona_trait *b)
{
    double x = round(fabs(a->effect) * 1e9);
    double y = round(fabs(b->effect) * 1e9);
    return (x < y) - (x > y);
}

// Keeps the best traits in order; of equal ones the earlier stays ahead.
static void offer_trait(struct persona *p, const struct persona_trait *trait)
{
    size_t at = p->n_traits;
    while (at > 0 && by_effect(trait, &p->traits[at - 1]) < 0) {
        at--;
    }
    if (at == TRAITS_KEPT) {
        return;
    }
    if (p->n_traits < TRAITS_KEPT) {
        p->n_traits++;
    }
    memmove(&p->traits[at + 1], &p->traits[at], (p->n_traits - at - 1) * sizeof *p->traits);
    p->traits[at] = *trait;
}

static void sum_values(struct survey *s, double *mean_all, double *deviation, double *least)
{
    double sum = 0;
    double squares = 0;
    size_t n = 0;
    memset(s->sums, 0, s->out->n * sizeof *s->sums);
    memset(s->known, 0, s->out->n * sizeof *s->known);
    *least = INFINITY;
    for (size_t i = 0; i < s->n_rows; i++) {
        if (!isnan(s->values[i])) {
            sum += s->values[i];
            n++;
            s->sums[s->segment[i]] += s->values[i];
            s->known[s->segment[i]]++;
            *least = s->values[i] < *least ? s->values[i] : *least;
        }
    }
    *mean_all = n == 0 ? 0 : sum / (double)n;
    for (size_t i = 0; i < s->n_rows; i++) {
        double d = isnan(s->values[i]) ? 0 : s->values[i] - *mean_all;
        squares += d * d;
    }
    *deviation = n == 0 ? 0 : sqrt(squares / (double)n);
}

static void offer_values(struct survey *s, const char *feature, const char *level)
{
    struct persona_trait t = {.feature = feature, .level = level};
    double deviation = 0;
    double least = 0;
    sum_values(s, &t.mean_all, &deviation, &least);
    if (!(deviation > 0) || !isfinite(deviation)) {
        return;
    }
    for (size_t i = 0; i < s->out->n; i++) {
        if (s->known[i] == 0) {
            continue;
        }
        t.mean = s->sums[i] / (double)s->known[i];
        t.effect = (t.mean - t.mean_all) / deviation;
        t.tgi = least >= 0 ? 100 * t.mean / t.mean_all : (double)NAN;
        offer_trait(&s->out->items[i], &t);
    }
}

static pt_status offer_levels(struct survey *s, const struct prepare_input *in,
                              struct pt_error *err)
{
    double *codes = mem_array(s->n_rows, sizeof *codes);
    if (codes == NULL) {
        return no_memory(err);
    }
    memcpy(codes, s->values, s->n_rows * sizeof *codes);
    for (uint32_t level = 0; level < in->n_levels; level++) {
        for (size_t i = 0; i < s->n_rows; i++) {
            s->values[i] = codes[i] == (double)level ? 1 : 0;
        }
        const char *name = arena_strndup(&s->out->arena, in->levels[level].p, in->levels[level].n);
        if (name == NULL) {
            mem_free(codes);
            return no_memory(err);
        }
        offer_values(s, in->name, name);
    }
    mem_free(codes);
    return PT_OK;
}

static pt_status survey_inputs(struct survey *s, const struct column *const *columns,
                               struct pt_error *err)
{
    const struct prepare *p = &s->m->trained.prepare;
    struct gather_range all = {NULL, 0, s->n_rows};
    for (size_t i = 0; i < p->n_inputs; i++) {
        const struct prepare_input *in = &p->inputs[i];
        if (in->type == VEC_STR) {
            gather_codes(columns[i], &in->level_of, all, s->values);
            TRY(offer_levels(s, in, err));
        } else {
            gather_numbers(columns[i], all, s->values);
            offer_values(s, in->name, NULL);
        }
    }
    return PT_OK;
}

static void add_words(struct str *words, const struct persona_trait *t)
{
    bool is_more = t->effect > 0;
    if (words->n > 0) {
        str_add(words, ", ");
    }
    if (t->level != NULL) {
        str_addf(words, "%s %s = %s", is_more ? "often" : "seldom", t->feature, t->level);
    } else {
        str_addf(words, "%s %s", is_more ? "high" : "low", t->feature);
    }
    if (isnan(t->tgi)) {
        str_addf(words, " (mean %.4g against %.4g)", t->mean, t->mean_all);
    } else {
        str_addf(words, " (TGI %.0f)", t->tgi);
    }
}

static pt_status put_into_words(struct personas *out, struct pt_error *err)
{
    struct str words = {0};
    bool is_made = true;
    for (size_t i = 0; is_made && i < out->n; i++) {
        struct persona *p = &out->items[i];
        str_reset(&words);
        for (size_t j = 0; j < p->n_traits && j < TRAITS_IN_WORDS; j++) {
            if (fabs(p->traits[j].effect) >= EFFECT_WORTH_WORDS) {
                add_words(&words, &p->traits[j]);
            }
        }
        const char *plain = p->size == 0 ? "nobody" : "close to the average";
        const char *text = words.n == 0 && !words.failed ? plain : str_get(&words);
        p->words = text == NULL ? NULL : arena_strdup(&out->arena, text);
        is_made = p->words != NULL;
    }
    str_release(&words);
    return is_made ? PT_OK : no_memory(err);
}

static pt_status read_segments(const struct learned *m, const struct table *t, const char *prefix,
                               uint32_t *segment, uint32_t *n, struct pt_error *err)
{
    ptrdiff_t at = table_find(t, prefix);
    if (at < 0 || t->columns[at].type != VEC_I64) {
        FAIL(err, PT_E_DATA, "the table has no column `%s` of segments", prefix);
    }
    *n = m->n_segments;
    for (size_t i = 0; i < t->n_rows; i++) {
        int64_t value = t->columns[at].i[i];
        if (value < 0 || value >= SEGMENTS_MAX) {
            FAIL(err, PT_E_DATA, "column `%s` holds %lld, no segment", prefix, (long long)value);
        }
        segment[i] = (uint32_t)value;
        *n = segment[i] >= *n ? segment[i] + 1 : *n;
    }
    return PT_OK;
}

static pt_status make_personas(struct personas *out, const uint32_t *segment, size_t n_rows,
                               uint32_t n, struct pt_error *err)
{
    out->items = arena_zero(&out->arena, n, sizeof *out->items);
    if (out->items == NULL) {
        return no_memory(err);
    }
    out->n = n;
    for (uint32_t i = 0; i < n; i++) {
        out->items[i].segment = i;
        out->items[i].traits = arena_zero(&out->arena, TRAITS_KEPT, sizeof *out->items[i].traits);
        if (out->items[i].traits == NULL) {
            return no_memory(err);
        }
    }
    for (size_t i = 0; i < n_rows; i++) {
        out->items[segment[i]].size++;
    }
    for (uint32_t i = 0; i < n && n_rows > 0; i++) {
        out->items[i].share = (double)out->items[i].size / (double)n_rows;
    }
    return PT_OK;
}

static pt_status survey_table(struct survey *s, const struct table *t, struct pt_error *err)
{
    const struct prepare *p = &s->m->trained.prepare;
    const struct column **columns = mem_zero(p->n_inputs, sizeof *columns);
    s->values = mem_array(s->n_rows, sizeof *s->values);
    s->sums = mem_array(s->out->n, sizeof *s->sums);
    s->known = mem_array(s->out->n, sizeof *s->known);
    pt_status status = PT_OK;
    if (columns == NULL || s->values == NULL || s->sums == NULL || s->known == NULL) {
        status = no_memory(err);
    }
    if (status == PT_OK) {
        status = prepare_bind(p, t, columns, err);
    }
    if (status == PT_OK) {
        status = survey_inputs(s, columns, err);
    }
    mem_free(columns);
    mem_free(s->values);
    mem_free(s->sums);
    mem_free(s->known);
    return status;
}

static pt_status portrait_of(const struct learned *m, const struct table *t, const char *prefix,
                             struct personas *out, struct pt_error *err)
{
    uint32_t *segment = mem_array(t->n_rows, sizeof *segment);
    if (segment == NULL) {
        return no_memory(err);
    }
    uint32_t n = 0;
    struct survey s = {.m = m, .out = out, .segment = segment, .n_rows = t->n_rows};
    pt_status status = read_segments(m, t, prefix, segment, &n, err);
    if (status == PT_OK) {
        status = make_personas(out, segment, t->n_rows, n, err);
    }
    if (status == PT_OK) {
        status = survey_table(&s, t, err);
    }
    mem_free(segment);
    return status == PT_OK ? put_into_words(out, err) : status;
}

pt_status learned_portrait(const struct learned *m, const struct table *t, const char *prefix,
                           struct personas *out, struct pt_error *err)
{
    if (m->trained.instance.needs.task != PT_TASK_CLUSTER) {
        FAIL(err, PT_E_STATE, "`%s` finds no segments", m->component);
    }
    struct personas p = {0};
    pt_status status = portrait_of(m, t, prefix, &p, err);
    if (status != PT_OK) {
        personas_release(&p);
        return status;
    }
    *out = p;
    return PT_OK;
}

void personas_release(struct personas *p)
{
    arena_release(&p->arena);
    *p = (struct personas){0};
}
