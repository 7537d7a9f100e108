// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Every identifier of every profile: what suppression lists are held against.
#include <stdlib.h>

#include "mem.h"
#include "people.h"
#include "profile_state.h"

// The profile a node or device of the namespace belongs to, PERSON_NONE for nobody.
static uint32_t row_of(const struct profile_people *people, uint32_t number, bool is_device)
{
    uint32_t node = is_device ? people->owner[number] : number;
    return node == LINK_NONE ? PERSON_NONE : people->row[people->root[node]];
}

static int compare_texts(const void *a, const void *b)
{
    return text_compare(*(const struct text *)a, *(const struct text *)b);
}

pt_status profile_cut_all_ids(const struct profile *p, const struct profile_cut *c,
                              uint32_t namespace_, struct profile_ids *out, struct pt_error *err)
{
    const struct identifiers *ids = &p->ids;
    const struct profile_people *people = c->people;
    bool is_device = p->spec->namespaces[namespace_].class_ == NAMESPACE_DEVICE;
    uint32_t from = ids->base[namespace_];
    uint32_t n = is_device ? intern_end(ids->tables[namespace_]) - 1
                           : (uint32_t)intern_count(ids->tables[namespace_]);
    struct profile_ids found = {0};
    size_t *next = mem_zero(people->n + 1, sizeof *next);
    found.starts = mem_zero(people->n + 1, sizeof *found.starts);
    found.values = mem_zero(n, sizeof *found.values);
    if (next == NULL || found.starts == NULL || found.values == NULL) {
        mem_free(next);
        profile_ids_release(&found);
        FAIL(err, PT_E_NO_MEMORY, "out of memory for a list of identifiers");
    }
    for (uint32_t k = from; k < from + n; k++) {
        uint32_t row = row_of(people, k, is_device);
        if (row != PERSON_NONE) {
            found.starts[row + 1]++;
        }
    }
    for (uint32_t i = 0; i < people->n; i++) {
        found.starts[i + 1] += found.starts[i];
        next[i] = found.starts[i];
    }
    for (uint32_t k = from; k < from + n; k++) {
        uint32_t row = row_of(people, k, is_device);
        if (row != PERSON_NONE) {
            found.values[next[row]++] =
                is_device ? identifiers_device_text(ids, k) : identifiers_node_text(ids, k);
        }
    }
    for (uint32_t i = 0; is_device && i < people->n; i++) {
        size_t many = found.starts[i + 1] - found.starts[i];
        if (many > 1) {
            qsort(found.values + found.starts[i], many, sizeof *found.values, compare_texts);
        }
    }
    mem_free(next);
    *out = found;
    return PT_OK;
}

void profile_ids_release(struct profile_ids *ids)
{
    mem_free(ids->starts);
    mem_free(ids->values);
    *ids = (struct profile_ids){0};
}
