// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "population.h"

#include "mem.h"

static void move_value(struct column *c, size_t to, size_t from)
{
    if (c->valid != NULL) {
        c->valid[to] = c->valid[from];
    }
    switch (c->type) {
    case VEC_BOOL:
        c->b[to] = c->b[from];
        break;
    case VEC_F64:
        c->f[to] = c->f[from];
        break;
    case VEC_STR:
        c->s[to] = c->s[from];
        break;
    default:
        c->i[to] = c->i[from];
        break;
    }
}

// place[i] = new row of profile i, PERSON_NONE for one that goes. Returns how many stay.
static uint32_t place_rows(const struct column *in, uint32_t n, uint32_t *place)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n; i++) {
        bool stays = (in->valid == NULL || in->valid[i] != 0) && in->b[i] != 0;
        place[i] = stays ? kept++ : PERSON_NONE;
    }
    return kept;
}

static void renumber(struct profile_people *people, const struct identifiers *ids, size_t end,
                     const uint32_t *place)
{
    for (uint32_t node = 0; node < ids->n_nodes; node++) {
        uint32_t row = people->row[node];
        people->row[node] = row == PERSON_NONE ? PERSON_NONE : place[row];
    }
    for (size_t code = 0; code < end; code++) {
        uint32_t person = people->person[code];
        if (person == PERSON_NONE) {
            continue;
        }
        uint32_t to = place[person_index(person)];
        people->person[code] = to == PERSON_NONE ? PERSON_NONE : (to | (person & PERSON_OWN));
    }
}

pt_status population_narrow(const struct people_scope *scope, struct profile_people *people,
                            struct table *table, struct pt_error *err)
{
    uint32_t population = scope->ids->spec->population;
    if (population == 0) {
        return PT_OK;
    }
    uint32_t *place = mem_array(people->n, sizeof *place);
    if (place == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory for the population");
    }
    uint32_t kept = place_rows(&table->columns[population], people->n, place);
    for (uint32_t i = 0; i < people->n; i++) {
        if (place[i] == PERSON_NONE) {
            continue;
        }
        people->name[place[i]] = people->name[i];
        for (size_t c = 0; c < table->n_columns; c++) {
            move_value(&table->columns[c], place[i], i);
        }
    }
    renumber(people, scope->ids, scope->meetings->end, place);
    people->n = kept;
    table->n_rows = kept;
    mem_free(place);
    return PT_OK;
}
