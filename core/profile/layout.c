// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "layout.h"

struct builder {
    const struct profile_spec *spec;
    struct arena *arena;
    struct layout *layout;
    const struct profile_source *source;
    uint8_t *used; // scratch of expr_uses
};

static pt_status out_of_memory(struct pt_error *err)
{
    return error_set(err, PT_E_NO_MEMORY, "out of memory for the plan of records");
}

static bool reads_as_of(struct builder *b, const struct expr *e)
{
    size_t n = b->source->n_names;
    memset(b->used, 0, n);
    expr_uses(e, b->used);
    for (size_t i = 0; i < n; i++) {
        b->layout->needs[i] |= b->used[i];
    }
    b->layout->needs_row = b->layout->needs_row || b->used[n - 2] != 0;
    return b->used[n - 1] != 0;
}

static uint32_t eval_of(struct builder *b, const struct expr *e, size_t cutoff)
{
    struct layout *l = b->layout;
    int32_t wanted = reads_as_of(b, e) ? (int32_t)cutoff : -1;
    for (size_t i = 0; i < l->n_evals; i++) {
        if (l->evals[i].cutoff == wanted && expr_equal(l->evals[i].expr, e)) {
            return (uint32_t)i;
        }
    }
    l->evals[l->n_evals] = (struct layout_eval){e, wanted};
    return (uint32_t)l->n_evals++;
}

// Bit of the conjunction, -1 when there is none to ask.
static pt_status test_of(struct builder *b, const struct profile_from *from, size_t cutoff,
                         int32_t *out, struct pt_error *err)
{
    struct layout *l = b->layout;
    if (from->n_where == 0) {
        l->takes_all = true;
        *out = -1;
        return PT_OK;
    }
    uint32_t *evals = arena_zero(b->arena, from->n_where, sizeof *evals);
    if (evals == NULL) {
        return out_of_memory(err);
    }
    for (size_t i = 0; i < from->n_where; i++) {
        evals[i] = eval_of(b, from->where[i], cutoff);
    }
    for (size_t i = 0; i < l->n_tests; i++) {
        struct layout_test *t = &l->tests[i];
        if (t->n == from->n_where && memcmp(t->evals, evals, t->n * sizeof *evals) == 0) {
            *out = (int32_t)t->bit;
            return PT_OK;
        }
    }
    l->tests[l->n_tests++] = (struct layout_test){evals, from->n_where, l->n_bits};
    *out = (int32_t)l->n_bits++;
    return PT_OK;
}

static int32_t value_of(struct builder *b, const struct expr *e, size_t cutoff)
{
    struct layout *l = b->layout;
    uint32_t eval = eval_of(b, e, cutoff);
    for (size_t i = 0; i < l->n_values; i++) {
        if (l->values[i].eval == eval) {
            return (int32_t)i;
        }
    }
    struct layout_value *v = &l->values[l->n_values];
    *v = (struct layout_value){.eval = eval, .type = expr_type(e)};
    v->kind = v->type == VEC_BOOL ? LAYOUT_BIT : v->type == VEC_STR ? LAYOUT_TEXT : LAYOUT_WORD;
    if (v->kind == LAYOUT_BIT) {
        v->bit = l->n_bits++;
    }
    if (v->kind != LAYOUT_TEXT) {
        v->valid = l->n_bits++;
    }
    return (int32_t)l->n_values++;
}

static void place_fields(struct layout *l)
{
    uint32_t at = l->is_timed ? 8 : 0;
    for (size_t i = 0; i < l->n_values; i++) {
        if (l->values[i].kind == LAYOUT_WORD) {
            l->values[i].at = at;
            at += 8;
        }
    }
    l->meeting_at = at;
    l->bits_at = at + 4;
    l->n_words = (l->n_bits + 31) / 32;
    at = l->bits_at + 4 * l->n_words;
    for (size_t i = 0; i < l->n_values; i++) {
        if (l->values[i].kind == LAYOUT_TEXT) {
            l->values[i].at = at;
            at += 4;
        }
    }
    l->width = (at + 7) / 8 * 8;
}

// The filter and the identifiers of a row cannot depend on the cut-off: a row is read once.
static pt_status note_timeless(struct builder *b, const struct expr *e, const char *what,
                               struct pt_error *err)
{
    if (e != NULL && reads_as_of(b, e)) {
        FAIL(err, PT_E_CONFIG, "%s of source `%s` cannot depend on as_of", what, b->source->name);
    }
    return PT_OK;
}

static pt_status note_source(struct builder *b, struct pt_error *err)
{
    const struct profile_source *s = b->source;
    if (s->where != NULL && !expr_is_condition(s->where)) {
        FAIL(err, PT_E_CONFIG, "the filter of source `%s` is no condition", s->name);
    }
    TRY(note_timeless(b, s->where, "the filter", err));
    for (size_t i = 0; i < s->n_ids; i++) {
        if (s->ids[i].is_row) {
            continue;
        }
        TRY(note_timeless(b, s->ids[i].value, "an identifier", err));
        enum vec_type type = expr_type(s->ids[i].value);
        if (type != VEC_STR && type != VEC_I64) {
            FAIL(err, PT_E_CONFIG, "an identifier of source `%s` must be str or i64, not %s",
                 s->name, vec_type_name(type));
        }
    }
    if (s->time >= 0) {
        b->layout->needs[s->time] = 1;
    }
    return PT_OK;
}

static size_t most_evals(const struct profile_spec *spec, uint32_t source, size_t *n_from)
{
    size_t n = 0;
    *n_from = 0;
    for (size_t f = 0; f < spec->n_features; f++) {
        for (size_t i = 0; i < spec->features[f].n_from; i++) {
            bool is_here = spec->features[f].from[i].source == source;
            n += is_here ? spec->features[f].from[i].n_where + 1 : 0;
            *n_from += is_here;
        }
    }
    *n_from *= spec->n_cutoffs;
    return n * spec->n_cutoffs;
}

static pt_status source_begin(struct builder *b, uint32_t source, struct pt_error *err)
{
    struct layout *l = b->layout;
    size_t n_from = 0;
    size_t n_evals = most_evals(b->spec, source, &n_from);
    b->source = &b->spec->sources[source];
    l->is_used = n_from > 0;
    l->is_timed = b->source->time >= 0;
    l->evals = arena_zero(b->arena, n_evals, sizeof *l->evals);
    l->tests = arena_zero(b->arena, n_from, sizeof *l->tests);
    l->values = arena_zero(b->arena, n_from, sizeof *l->values);
    l->needs = arena_zero(b->arena, b->source->n_names, 1);
    b->used = arena_zero(b->arena, b->source->n_names, 1);
    if (l->evals == NULL || l->tests == NULL || l->values == NULL || l->needs == NULL ||
        b->used == NULL) {
        return out_of_memory(err);
    }
    return note_source(b, err);
}

static pt_status add_from(struct builder *b, const struct profile_from *from,
                          struct layout_feed *feeds, struct pt_error *err)
{
    for (size_t c = 0; c < b->spec->n_cutoffs; c++) {
        TRY(test_of(b, from, c, &feeds[c].test, err));
        feeds[c].value = from->value == NULL ? -1 : value_of(b, from->value, c);
    }
    return PT_OK;
}

static pt_status layout_build(struct builder *b, uint32_t source, struct layouts *all,
                              struct pt_error *err)
{
    TRY(source_begin(b, source, err));
    for (size_t f = 0; f < b->spec->n_features; f++) {
        const struct profile_feature *feature = &b->spec->features[f];
        for (size_t i = 0; i < feature->n_from; i++) {
            if (feature->from[i].source == source) {
                TRY(add_from(b, &feature->from[i], all->feeds[f] + i * b->spec->n_cutoffs, err));
            }
        }
    }
    place_fields(b->layout);
    return PT_OK;
}

pt_status layouts_build(const struct profile_spec *spec, struct arena *arena, struct layouts *out,
                        struct pt_error *err)
{
    struct layouts built = {0};
    built.items = arena_zero(arena, spec->n_sources, sizeof *built.items);
    built.feeds = arena_zero(arena, spec->n_features, sizeof *built.feeds);
    if (built.items == NULL || built.feeds == NULL) {
        return out_of_memory(err);
    }
    for (size_t f = 0; f < spec->n_features; f++) {
        size_t n = spec->features[f].n_from * spec->n_cutoffs;
        built.feeds[f] = arena_zero(arena, n, sizeof **built.feeds);
        if (built.feeds[f] == NULL) {
            return out_of_memory(err);
        }
    }
    struct builder b = {.spec = spec, .arena = arena};
    for (uint32_t s = 0; s < spec->n_sources; s++) {
        b.layout = &built.items[s];
        TRY(layout_build(&b, s, &built, err));
    }
    *out = built;
    return PT_OK;
}
