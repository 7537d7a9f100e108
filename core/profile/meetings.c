// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "meetings.h"

#include "mem.h"
#include "parallel.h"

#define BLOCK ((uint32_t)1 << 16)
#define KEY_BYTES 64    // about what a meeting takes while rows stream
#define CLOSED_BYTES 32 // and afterwards

pt_status meetings_init(struct meetings *m, const struct profile_spec *spec,
                        const struct segment *segments, const struct stores *stores,
                        struct pt_error *err)
{
    *m = (struct meetings){
        .spec = spec,
        .store = stores->store,
        .finder = stores->finder,
        .segments = segments,
    };
    for (size_t s = 0; s < spec->n_sources; s++) {
        m->stride = spec->sources[s].n_ids > m->stride ? spec->sources[s].n_ids : m->stride;
    }
    struct intern_options options = {.store = stores->finder,
                                     .payload_bytes = sizeof(struct meeting_tally)};
    return intern_new(&options, &m->table, err);
}

void meetings_release(struct meetings *m)
{
    intern_free(m->table);
    store_drop(m->store, m->segment);
    store_drop(m->store, m->ids);
    store_drop(m->store, m->rows);
    store_drop(m->store, m->first_row);
    *m = (struct meetings){0};
}

void meeting_count(struct intern_entry *e, uint64_t place, uint64_t n)
{
    struct meeting_tally *tally = intern_payload(e);
    atomic_fetch_add_explicit(&tally->rows, n, memory_order_relaxed);
    uint64_t seen = atomic_load_explicit(&tally->first, memory_order_relaxed);
    while (seen < ~place &&
           !atomic_compare_exchange_weak_explicit(&tally->first, &seen, ~place,
                                                  memory_order_relaxed, memory_order_relaxed)) {
    }
}

struct closing {
    struct meetings *meetings;
    const struct identifiers *ids;
};

static void close_one(struct closing *c, uint32_t code, struct intern_entry *e)
{
    struct meetings *m = c->meetings;
    const struct meeting_tally *tally = intern_payload(e);
    uint32_t segment = 0;
    const char *key = intern_key(m->table, e).p;
    memcpy(&segment, key, sizeof segment);
    uint32_t source_at = m->segments[segment].source;
    const struct profile_source *source = &m->spec->sources[source_at];
    uint32_t *ids = m->ids + (size_t)code * m->stride;
    for (size_t i = 0; i < source->n_ids; i++) {
        uint32_t id = 0;
        memcpy(&id, key + 4 + 4 * i, sizeof id);
        ids[i] = id == 0 ? 0 : identifiers_number(c->ids, source->ids[i].namespace_, id) + 1;
    }
    m->segment[code] = (uint16_t)segment;
    m->rows[code] = atomic_load_explicit(&tally->rows, memory_order_relaxed);
    uint64_t first = ~atomic_load_explicit(&tally->first, memory_order_relaxed);
    uint64_t within = first & (((uint64_t)1 << ROW_BITS) - 1);
    m->first_row[code] = m->split_first[source_at][first >> ROW_BITS] + within;
}

static pt_status close_block(void *arg, uint64_t item, uint32_t worker, struct pt_error *err)
{
    (void)worker;
    (void)err;
    struct closing *c = arg;
    struct meetings *m = c->meetings;
    uint64_t to = (item + 1) * BLOCK < m->end ? (item + 1) * BLOCK : m->end;
    for (uint32_t code = (uint32_t)(item * BLOCK); code < to; code++) {
        struct intern_entry *e = code == 0 ? NULL : intern_at(m->table, code);
        m->segment[code] = MEETING_HOLE;
        if (e != NULL) {
            close_one(c, code, e);
        }
    }
    store_passed(m->finder, (to - item * BLOCK) * KEY_BYTES);
    store_passed(m->store, (to - item * BLOCK) * CLOSED_BYTES);
    return PT_OK;
}

pt_status meetings_close(struct meetings *m, const struct identifiers *ids, struct pt_error *err)
{
    m->end = intern_end(m->table);
    m->segment = store_array(m->store, m->end, sizeof *m->segment);
    m->ids = store_array(m->store, m->end, m->stride * sizeof *m->ids);
    m->rows = store_array(m->store, m->end, sizeof *m->rows);
    m->first_row = store_array(m->store, m->end, sizeof *m->first_row);
    if (m->segment == NULL || m->ids == NULL || m->rows == NULL || m->first_row == NULL) {
        return store_failure(m->store, "identifiers", err);
    }
    struct closing c = {m, ids};
    TRY(parallel_run(m->spec->pool, (m->end + BLOCK - 1) / BLOCK, close_block, &c, err));
    intern_free(m->table);
    m->table = NULL;
    return PT_OK;
}
