// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// One cut-off: who is who, then every feature of everyone, then the table. Texts are copied into
// the table, so that it can outlive the profile.
#include "mem.h"
#include "population.h"
#include "regroup.h"
#include "sweep.h"

struct cutting {
    struct profile *profile;
    size_t cutoff;
    struct profile_people *people;
    struct feature_plan plan;
    struct table table;
    struct sweep_column *columns;
};

static pt_status out_of_memory(struct pt_error *err)
{
    return error_set(err, PT_E_NO_MEMORY, "out of memory for the profile table");
}

// Rows of an owned meeting are used when a window of this cut-off holds them.
static void note_matched(struct cutting *c)
{
    const struct meetings *m = &c->profile->meetings;
    for (uint32_t code = 1; code < m->end; code++) {
        if (m->segment[code] != MEETING_HOLE && c->people->person[code] != PERSON_NONE) {
            c->profile->matched[code] |= meeting_segment(m, code)->inside[c->cutoff];
        }
    }
}

static pt_status add_names(struct cutting *c, struct pt_error *err)
{
    c->table.n_rows = c->people->n;
    struct column *names = table_add(&c->table, "profile", VEC_STR, false);
    if (names == NULL) {
        return out_of_memory(err);
    }
    for (uint32_t i = 0; i < c->people->n; i++) {
        struct text name = identifiers_node_text(&c->profile->ids, c->people->name[i]);
        if (!arena_text(&c->table.arena, name, &names->s[i])) {
            return out_of_memory(err);
        }
    }
    return PT_OK;
}

static bool is_word(enum vec_type type)
{
    return type != VEC_STR && type != VEC_BOOL;
}

// Columns of 64-bit types receive results in place, the others from arrays of their own.
static pt_status add_columns(struct cutting *c, struct pt_error *err)
{
    const struct profile_spec *spec = c->profile->spec;
    c->columns = mem_zero(spec->n_features, sizeof *c->columns);
    if (c->columns == NULL) {
        return out_of_memory(err);
    }
    for (size_t f = 0; f < spec->n_features; f++) {
        const struct profile_feature *feature = &spec->features[f];
        struct column *column = table_add(&c->table, feature->name, feature->type, true);
        if (column == NULL) {
            return out_of_memory(err);
        }
        struct sweep_column *to = &c->columns[f];
        to->valid = column->valid;
        if (feature->type == VEC_F64) {
            to->bits = (uint64_t *)(void *)column->f;
        } else if (is_word(feature->type)) {
            to->bits = (uint64_t *)column->i;
        } else {
            to->bits = mem_array(c->people->n, sizeof *to->bits);
        }
        if (to->bits == NULL) {
            return out_of_memory(err);
        }
    }
    return PT_OK;
}

static void release_columns(struct cutting *c)
{
    const struct profile_spec *spec = c->profile->spec;
    for (size_t f = 0; c->columns != NULL && f < spec->n_features; f++) {
        if (!is_word(spec->features[f].type)) {
            mem_free(c->columns[f].bits);
        }
    }
    mem_free(c->columns);
}

static pt_status fill_texts(struct cutting *c, size_t feature, struct column *column,
                            struct pt_error *err)
{
    const struct profile_feature *f = &c->profile->spec->features[feature];
    bool has_default = f->has_default && f->default_text != NULL;
    struct text otherwise = {0};
    if (has_default && !arena_text(&c->table.arena, text_of(f->default_text), &otherwise)) {
        return out_of_memory(err);
    }
    for (size_t i = 0; i < c->table.n_rows; i++) {
        uint32_t code = (uint32_t)c->columns[feature].bits[i];
        if (column->valid[i] == 0) {
            column->s[i] = otherwise;
            column->valid[i] = has_default;
        } else if (!arena_text(&c->table.arena, intern_text(c->profile->texts, code),
                               &column->s[i])) {
            return out_of_memory(err);
        }
    }
    return PT_OK;
}

static pt_status finish_columns(struct cutting *c, struct pt_error *err)
{
    const struct profile_spec *spec = c->profile->spec;
    for (size_t f = 0; f < spec->n_features; f++) {
        struct column *column = &c->table.columns[f + 1];
        if (column->type == VEC_STR) {
            TRY(fill_texts(c, f, column, err));
        } else if (column->type == VEC_BOOL) {
            for (size_t i = 0; i < c->table.n_rows; i++) {
                column->b[i] = c->columns[f].bits[i] != 0;
            }
        }
    }
    return PT_OK;
}

static pt_status sweep_part(const struct regroup *r, size_t i, const struct sweep_input *in,
                            struct pt_error *err)
{
    struct regroup_part part = {0};
    struct sweep_input one = *in;
    TRY(regroup_load(r, i, &part, err));
    one.rows = &part.rows;
    one.first = part.first;
    one.n = part.n;
    pt_status status = sweep_run(&one, err);
    regroup_part_release(&part);
    return status;
}

static pt_status sweep_parts(struct cutting *c, const struct sweep_input *in, struct pt_error *err)
{
    struct regroup *r = NULL;
    TRY(regroup_new(c->profile, c->people, &r, err));
    c->profile->regrouped_bytes += regroup_bytes(r);
    pt_status status = PT_OK;
    for (size_t i = 0; status == PT_OK && i < regroup_count(r); i++) {
        status = sweep_part(r, i, in, err);
    }
    regroup_free(r);
    return status;
}

static pt_status sweep_all(struct cutting *c, struct pt_error *err)
{
    struct sweep_input in = {
        .profile = c->profile, .plan = &c->plan, .people = c->people, .columns = c->columns};
    if (spool_is_on_disk(c->profile->spool)) {
        return sweep_parts(c, &in, err);
    }
    struct rowset rows = spool_rows(c->profile->spool);
    in.rows = &rows;
    in.n = c->people->n;
    return sweep_run(&in, err);
}

static pt_status compute(struct cutting *c, struct pt_error *err)
{
    struct people_scope scope = {&c->profile->meetings, &c->profile->ids, c->cutoff};
    TRY(people_resolve(&scope, &c->people, err));
    TRY(feature_plan_build(c->profile, c->cutoff, &c->plan, err));
    TRY(add_names(c, err));
    TRY(add_columns(c, err));
    TRY(sweep_all(c, err));
    TRY(finish_columns(c, err));
    TRY(population_narrow(&scope, c->people, &c->table, err));
    note_matched(c);
    if (c->cutoff + 1 == c->profile->spec->n_cutoffs) {
        spool_forget(c->profile->spool);
        store_limit(c->profile->store, c->profile->spec->memory_bytes);
    }
    store_rest(c->profile->store);
    return PT_OK;
}

pt_status profile_cut(struct profile *p, size_t cutoff, struct profile_cut *out,
                      struct pt_error *err)
{
    if (!p->is_ready || cutoff >= p->spec->n_cutoffs) {
        FAIL(err, PT_E_STATE, "the profile is not closed or has no such cut-off");
    }
    struct cutting c = {.profile = p, .cutoff = cutoff};
    pt_status status = compute(&c, err);
    release_columns(&c);
    feature_plan_release(&c.plan);
    if (status != PT_OK) {
        table_release(&c.table);
        people_free(c.people);
        return status;
    }
    *out = (struct profile_cut){.cutoff = cutoff,
                                .table = c.table,
                                .refused_links = c.people->refused_links,
                                .shared_devices = c.people->shared_devices,
                                .people = c.people};
    return PT_OK;
}

void profile_cut_release(struct profile_cut *c)
{
    table_release(&c->table);
    people_free(c->people);
    *c = (struct profile_cut){0};
}
