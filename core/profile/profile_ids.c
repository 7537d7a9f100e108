// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A profile's identifier of one namespace: that of its first own row that has one, sources in their
// order; else the smallest that belongs to it.
#include "mem.h"
#include "people.h"
#include "profile_state.h"

struct choice {
    uint64_t row;
    uint32_t source;
    uint32_t id; // node or device + 1; 0 = none yet
};

struct choosing {
    const struct profile *profile;
    const struct profile_people *people;
    size_t cutoff;
    uint32_t namespace_;
    bool is_device;
    struct choice *choices; // a profile each
};

// The first usable identifier of the namespace in a meeting, 0 when it has none.
static uint32_t id_in_meeting(const struct choosing *c, uint32_t code)
{
    const struct meetings *m = &c->profile->meetings;
    const struct profile_source *source =
        &c->profile->spec->sources[meeting_segment(m, code)->source];
    for (size_t i = 0; i < source->n_ids; i++) {
        uint32_t id = m->ids[(size_t)code * m->stride + i];
        if (id == 0 || source->ids[i].namespace_ != c->namespace_) {
            continue;
        }
        if (c->is_device || c->people->known[id - 1] != 0) {
            return id;
        }
    }
    return 0;
}

static void choose_own(struct choosing *c)
{
    const struct meetings *m = &c->profile->meetings;
    for (uint32_t code = 1; code < m->end; code++) {
        uint32_t person = c->people->person[code];
        if (!meeting_counts(m, code, c->cutoff) || person == PERSON_NONE ||
            (person & PERSON_OWN) == 0) {
            continue;
        }
        struct choice found = {m->first_row[code], meeting_segment(m, code)->source,
                               id_in_meeting(c, code)};
        struct choice *best = &c->choices[person_index(person)];
        bool is_earlier =
            found.source < best->source || (found.source == best->source && found.row < best->row);
        if (found.id != 0 && (best->id == 0 || is_earlier)) {
            *best = found;
        }
    }
}

static uint32_t row_of_node(const struct choosing *c, uint32_t node)
{
    return c->people->row[c->people->root[node]];
}

// Nodes come in order of value, so the first is the smallest.
static void choose_node(struct choosing *c, const bool *has_own)
{
    const struct identifiers *ids = &c->profile->ids;
    uint32_t from = ids->base[c->namespace_];
    uint32_t n = (uint32_t)intern_count(ids->tables[c->namespace_]);
    for (uint32_t node = from; node < from + n; node++) {
        uint32_t row = row_of_node(c, node);
        if (row != PERSON_NONE && !has_own[row] && c->choices[row].id == 0) {
            c->choices[row].id = node + 1;
        }
    }
}

static void choose_device(struct choosing *c, const bool *has_own)
{
    const struct identifiers *ids = &c->profile->ids;
    uint32_t from = ids->base[c->namespace_];
    uint32_t n = intern_end(ids->tables[c->namespace_]) - 1;
    for (uint32_t device = from; device < from + n; device++) {
        uint32_t owner = c->people->owner[device];
        uint32_t row = owner == LINK_NONE ? PERSON_NONE : row_of_node(c, owner);
        if (row == PERSON_NONE || has_own[row]) {
            continue;
        }
        uint32_t best = c->choices[row].id;
        if (best == 0 || text_compare(identifiers_device_text(ids, device),
                                      identifiers_device_text(ids, best - 1)) < 0) {
            c->choices[row].id = device + 1;
        }
    }
}

static pt_status choose(struct choosing *c, struct pt_error *err)
{
    bool *has_own = mem_zero(c->people->n, sizeof *has_own);
    c->choices = mem_zero(c->people->n, sizeof *c->choices);
    if (has_own == NULL || c->choices == NULL) {
        mem_free(has_own);
        FAIL(err, PT_E_NO_MEMORY, "out of memory for a column of identifiers");
    }
    choose_own(c);
    for (uint32_t i = 0; i < c->people->n; i++) {
        has_own[i] = c->choices[i].id != 0;
    }
    if (c->is_device) {
        choose_device(c, has_own);
    } else {
        choose_node(c, has_own);
    }
    mem_free(has_own);
    return PT_OK;
}

static pt_status write_column(const struct choosing *c, struct table *t, const char *name,
                              struct pt_error *err)
{
    struct column *column = table_add(t, name, VEC_STR, true);
    if (column == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory for column `%s`", name);
    }
    for (size_t i = 0; i < t->n_rows; i++) {
        uint32_t id = c->choices[i].id;
        if (id == 0) {
            continue;
        }
        struct text value = c->is_device ? identifiers_device_text(&c->profile->ids, id - 1)
                                         : identifiers_node_text(&c->profile->ids, id - 1);
        column->valid[i] = 1;
        if (!arena_text(&t->arena, value, &column->s[i])) {
            FAIL(err, PT_E_NO_MEMORY, "out of memory for column `%s`", name);
        }
    }
    return PT_OK;
}

pt_status profile_cut_add_ids(const struct profile *p, struct profile_cut *c, uint32_t namespace_,
                              const char *column, struct pt_error *err)
{
    struct choosing choosing = {
        .profile = p, .people = c->people, .cutoff = c->cutoff, .namespace_ = namespace_};
    if (table_find(&c->table, column) >= 0) {
        FAIL(err, PT_E_CONFIG, "two columns are named `%s`", column);
    }
    if (namespace_ >= p->spec->n_namespaces) {
        FAIL(err, PT_E_INVALID, "no such namespace");
    }
    choosing.is_device = p->spec->namespaces[namespace_].class_ == NAMESPACE_DEVICE;
    pt_status status = choose(&choosing, err);
    if (status == PT_OK) {
        status = write_column(&choosing, &c->table, column, err);
    }
    mem_free(choosing.choices);
    return status;
}
