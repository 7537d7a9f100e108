// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Blocks of meetings are read by the pool in two passes, count and fill, so that edges and votes
// come in the order of meetings whatever the threads do.
#include "people.h"

#include "mem.h"
#include "parallel.h"

#define BLOCK ((uint32_t)1 << 15)
#define BLOCK_BYTES 64 // about what is looked at for a meeting

struct gathered {
    size_t n_edges;
    size_t n_votes;
};

struct resolving {
    const struct meetings *meetings;
    const struct identifiers *ids;
    size_t cutoff;
    struct profile_people *people;
    struct gathered *blocks; // [n_blocks] counts, then where the block's begin
    size_t n_blocks;
    struct rank_item *edges; // NULL while counting
    struct rank_item *votes;
    bool by_meeting;   // values are codes of meetings, not rows
    uint8_t *is_there; // [n_nodes] a profile of the table has this root
};

static enum namespace_class class_of(const struct resolving *r, uint32_t namespace_)
{
    return r->meetings->spec->namespaces[namespace_].class_;
}

static const struct profile_source *source_of(const struct resolving *r, uint32_t code)
{
    return &r->meetings->spec->sources[meeting_segment(r->meetings, code)->source];
}

// Marks the values that rows of the namespace's known_in source carry.
static void mark_known(struct resolving *r)
{
    const struct meetings *m = r->meetings;
    for (uint32_t code = 1; code < m->end; code++) {
        if (!meeting_counts(m, code, r->cutoff)) {
            continue;
        }
        uint32_t at = meeting_segment(m, code)->source;
        const struct profile_source *source = &m->spec->sources[at];
        for (size_t i = 0; i < source->n_ids; i++) {
            uint32_t id = m->ids[(size_t)code * m->stride + i];
            uint32_t ns = source->ids[i].namespace_;
            if (id != 0 && m->spec->namespaces[ns].known_in == (int32_t)at &&
                class_of(r, ns) != NAMESPACE_DEVICE) {
                r->people->known[id - 1] = 1;
            }
        }
    }
}

static void find_known(struct resolving *r)
{
    const struct identifiers *ids = r->ids;
    bool is_needed = false;
    for (size_t i = 0; i < ids->n_order; i++) {
        uint32_t ns = ids->order[i];
        uint32_t end = i + 1 < ids->n_order ? ids->base[ids->order[i + 1]] : ids->n_nodes;
        bool is_limited = r->meetings->spec->namespaces[ns].known_in >= 0;
        is_needed = is_needed || is_limited;
        memset(r->people->known + ids->base[ns], !is_limited, end - ids->base[ns]);
    }
    if (is_needed) {
        mark_known(r);
    }
}

// Usable nodes and devices of one meeting.
struct met {
    uint32_t first;  // first person or contact node, NODE_NONE
    uint32_t person; // first person node, NODE_NONE
};

static uint64_t value_of(const struct resolving *r, uint32_t code)
{
    return r->by_meeting ? code : r->meetings->rows[code];
}

static void add_edge(struct resolving *r, struct gathered *at, uint64_t value, uint32_t a,
                     uint32_t b)
{
    if (a == b) {
        return;
    }
    if (r->edges != NULL) {
        uint64_t pair = a < b ? link_pair(a, b) : link_pair(b, a);
        r->edges[at->n_edges] = (struct rank_item){pair, value};
    }
    at->n_edges++;
}

static struct met meet_nodes(struct resolving *r, uint32_t code, struct gathered *at)
{
    const struct meetings *m = r->meetings;
    const struct profile_source *source = source_of(r, code);
    struct met met = {NODE_NONE, NODE_NONE};
    for (size_t i = 0; i < source->n_ids; i++) {
        uint32_t node = m->ids[(size_t)code * m->stride + i] - 1;
        enum namespace_class class_ = class_of(r, source->ids[i].namespace_);
        if (node == NODE_NONE || class_ == NAMESPACE_DEVICE || !r->people->known[node]) {
            continue;
        }
        if (met.first == NODE_NONE) {
            met.first = node;
        } else {
            add_edge(r, at, value_of(r, code), met.first, node);
        }
        if (class_ == NAMESPACE_PERSON && met.person == NODE_NONE) {
            met.person = node;
        }
    }
    return met;
}

static void vote_devices(struct resolving *r, uint32_t code, uint32_t person, struct gathered *at)
{
    const struct meetings *m = r->meetings;
    const struct profile_source *source = source_of(r, code);
    for (size_t i = 0; i < source->n_ids; i++) {
        uint32_t id = m->ids[(size_t)code * m->stride + i];
        if (id == 0 || class_of(r, source->ids[i].namespace_) != NAMESPACE_DEVICE) {
            continue;
        }
        if (r->votes != NULL) {
            uint64_t pair = link_pair(id - 1, person);
            r->votes[at->n_votes] = (struct rank_item){pair, value_of(r, code)};
        }
        at->n_votes++;
    }
}

static pt_status gather_block(void *arg, uint64_t item, uint32_t worker, struct pt_error *err)
{
    (void)worker;
    (void)err;
    struct resolving *r = arg;
    const struct meetings *m = r->meetings;
    struct gathered at = r->edges == NULL ? (struct gathered){0} : r->blocks[item];
    uint64_t to = (item + 1) * BLOCK < m->end ? (item + 1) * BLOCK : m->end;
    for (uint32_t code = (uint32_t)(item * BLOCK); code < to; code++) {
        if (!meeting_counts(m, code, r->cutoff)) {
            continue;
        }
        struct met met = meet_nodes(r, code, &at);
        if (met.person != NODE_NONE) {
            vote_devices(r, code, met.person, &at);
        }
    }
    if (r->edges == NULL) {
        r->blocks[item] = at;
    }
    store_passed(m->store, BLOCK * BLOCK_BYTES);
    return PT_OK;
}

static struct gathered begin_blocks(struct resolving *r)
{
    struct gathered sum = {0};
    for (size_t i = 0; i < r->n_blocks; i++) {
        struct gathered n = r->blocks[i];
        r->blocks[i] = sum;
        sum.n_edges += n.n_edges;
        sum.n_votes += n.n_votes;
    }
    return sum;
}

// Edges and votes of all meetings that count; each array has as much scratch behind it.
static pt_status gather(struct resolving *r, struct gathered *n, struct pt_error *err)
{
    const struct meetings *m = r->meetings;
    r->n_blocks = (m->end + BLOCK - 1) / BLOCK;
    r->blocks = mem_zero(r->n_blocks, sizeof *r->blocks);
    if (r->blocks == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory for links");
    }
    TRY(parallel_run(m->spec->pool, r->n_blocks, gather_block, r, err));
    *n = begin_blocks(r);
    r->edges = store_array(m->store, n->n_edges, 2 * sizeof *r->edges);
    r->votes = store_array(m->store, n->n_votes, 2 * sizeof *r->votes);
    if (r->edges == NULL || r->votes == NULL) {
        return store_failure(m->store, "links", err);
    }
    return parallel_run(m->spec->pool, r->n_blocks, gather_block, r, err);
}

static void gather_release(struct resolving *r)
{
    mem_free(r->blocks);
    store_drop(r->meetings->store, r->edges);
    store_drop(r->meetings->store, r->votes);
    r->blocks = NULL;
    r->edges = NULL;
    r->votes = NULL;
}

// The order of edges matters only when the limit does, so a first try is made without it.
static pt_status join_nodes(struct resolving *r, size_t n_edges, struct pt_error *err)
{
    struct profile_people *p = r->people;
    uint32_t *size = store_array(r->ids->store, r->ids->n_nodes, sizeof *size);
    if (size == NULL) {
        return store_failure(r->ids->store, "links", err);
    }
    struct links_forest f = {p->root, size, r->ids->n_nodes, 0};
    links_join(&f, r->edges, n_edges, NULL);
    f.limit = r->meetings->spec->ids_per_profile;
    if (f.limit != 0 && links_exceed(&f)) {
        size_t n = links_merge(r->edges, r->edges + n_edges, n_edges);
        p->refused_links = links_join(&f, r->edges, n, NULL);
    }
    store_drop(r->ids->store, size);
    return PT_OK;
}

static void own_devices(struct resolving *r, size_t n_votes)
{
    struct profile_people *p = r->people;
    size_t n = links_merge(r->votes, r->votes + n_votes, n_votes);
    struct links_votes votes = {r->votes, n, p->root,
                                r->meetings->spec->shared_device == SHARED_ANONYMOUS};
    p->shared_devices = links_owners(&votes, p->owner, r->ids->n_devices);
}

// Root of the first identifier that has a profile, with PERSON_OWN when it is the root itself.
static uint32_t owner_of(const struct resolving *r, uint32_t code)
{
    const struct profile_people *p = r->people;
    const struct profile_source *source = source_of(r, code);
    const uint32_t *ids = r->meetings->ids + (size_t)code * r->meetings->stride;
    for (size_t i = 0; i < source->n_ids; i++) {
        if (ids[i] == 0) {
            continue;
        }
        uint32_t at = ids[i] - 1;
        if (class_of(r, source->ids[i].namespace_) == NAMESPACE_DEVICE) {
            if (p->owner[at] != LINK_NONE) {
                return p->root[p->owner[at]];
            }
        } else if (p->known[at]) {
            return p->root[at] == at ? at | PERSON_OWN : p->root[at];
        }
    }
    return PERSON_NONE;
}

static pt_status own_block(void *arg, uint64_t item, uint32_t worker, struct pt_error *err)
{
    (void)worker;
    (void)err;
    struct resolving *r = arg;
    const struct meetings *m = r->meetings;
    uint64_t to = (item + 1) * BLOCK < m->end ? (item + 1) * BLOCK : m->end;
    for (uint32_t code = (uint32_t)(item * BLOCK); code < to; code++) {
        bool is_hole = m->segment[code] == MEETING_HOLE;
        uint32_t root = is_hole ? PERSON_NONE : owner_of(r, code);
        r->people->person[code] = root;
        if (root != PERSON_NONE && meeting_counts(m, code, r->cutoff)) {
            __atomic_store_n(&r->is_there[person_index(root)], 1, __ATOMIC_RELAXED);
        }
    }
    store_passed(m->store, BLOCK * BLOCK_BYTES);
    return PT_OK;
}

static pt_status number_block(void *arg, uint64_t item, uint32_t worker, struct pt_error *err)
{
    (void)worker;
    (void)err;
    struct resolving *r = arg;
    struct profile_people *p = r->people;
    uint64_t to = (item + 1) * BLOCK < r->meetings->end ? (item + 1) * BLOCK : r->meetings->end;
    for (uint32_t code = (uint32_t)(item * BLOCK); code < to; code++) {
        uint32_t root = p->person[code];
        if (root != PERSON_NONE) {
            uint32_t row = p->row[person_index(root)];
            p->person[code] = row == PERSON_NONE ? PERSON_NONE : row | (root & PERSON_OWN);
        }
    }
    return PT_OK;
}

static pt_status number_people(struct resolving *r, struct pt_error *err)
{
    struct profile_people *p = r->people;
    for (uint32_t node = 0; node < r->ids->n_nodes; node++) {
        p->row[node] = r->is_there[node] ? p->n++ : PERSON_NONE;
    }
    p->name = store_array(p->store, p->n, sizeof *p->name);
    if (p->name == NULL) {
        return store_failure(p->store, "profiles", err);
    }
    for (uint32_t node = 0; node < r->ids->n_nodes; node++) {
        if (p->row[node] != PERSON_NONE) {
            p->name[p->row[node]] = node;
        }
    }
    return parallel_run(r->meetings->spec->pool, r->n_blocks, number_block, r, err);
}

static pt_status resolve(struct resolving *r, struct pt_error *err)
{
    struct gathered n = {0};
    find_known(r);
    TRY(gather(r, &n, err));
    TRY(join_nodes(r, n.n_edges, err));
    own_devices(r, n.n_votes);
    gather_release(r);
    TRY(parallel_run(r->meetings->spec->pool, r->n_blocks, own_block, r, err));
    return number_people(r, err);
}

void people_free(struct profile_people *p)
{
    if (p == NULL) {
        return;
    }
    store_drop(p->store, p->name);
    store_drop(p->store, p->row);
    store_drop(p->store, p->root);
    store_drop(p->store, p->owner);
    store_drop(p->store, p->person);
    store_drop(p->store, p->known);
    mem_free(p);
}

static struct profile_people *people_new(const struct meetings *m, const struct identifiers *ids)
{
    struct profile_people *p = mem_zero(1, sizeof *p);
    if (p == NULL) {
        return NULL;
    }
    p->store = ids->store;
    p->row = store_array(p->store, ids->n_nodes, sizeof *p->row);
    p->root = store_array(p->store, ids->n_nodes, sizeof *p->root);
    p->owner = store_array(p->store, ids->n_devices, sizeof *p->owner);
    p->person = store_array(p->store, m->end, sizeof *p->person);
    p->known = store_array(p->store, ids->n_nodes, 1);
    if (p->row == NULL || p->root == NULL || p->owner == NULL || p->person == NULL ||
        p->known == NULL) {
        people_free(p);
        return NULL;
    }
    return p;
}

pt_status people_resolve(const struct people_scope *scope, struct profile_people **out,
                         struct pt_error *err)
{
    struct resolving r = {.meetings = scope->meetings, .ids = scope->ids, .cutoff = scope->cutoff};
    r.people = people_new(r.meetings, r.ids);
    r.is_there = store_array(r.ids->store, r.ids->n_nodes, 1);
    pt_status status = PT_OK;
    if (r.people == NULL || r.is_there == NULL) {
        status = store_failure(r.ids->store, "profiles", err);
    } else {
        status = resolve(&r, err);
    }
    gather_release(&r);
    store_drop(r.ids->store, r.is_there);
    if (status != PT_OK) {
        people_free(r.people);
        return status;
    }
    *out = r.people;
    return PT_OK;
}

pt_status people_links(const struct profile_people *p, const struct people_scope *scope,
                       struct people_links *out, struct pt_error *err)
{
    struct profile_people view = *p;
    struct resolving r = {scope->meetings, scope->ids, scope->cutoff, .people = &view};
    struct gathered n = {0};
    r.by_meeting = true;
    pt_status status = gather(&r, &n, err);
    if (status == PT_OK) {
        rank_items(r.edges, r.edges + n.n_edges, n.n_edges);
        rank_items(r.votes, r.votes + n.n_votes, n.n_votes);
        *out = (struct people_links){r.edges, n.n_edges, r.votes, n.n_votes};
        r.edges = NULL;
        r.votes = NULL;
    }
    gather_release(&r);
    return status;
}
