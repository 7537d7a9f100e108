// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The links behind a cut-off, told one after another: person and contact identifiers in order of
// their names, then devices in order of theirs.
#include "people.h"
#include "profile_state.h"

struct telling {
    const struct profile *profile;
    const struct profile_people *people;
    struct people_links links;
    struct rank_item *edges; // links.edges merged: value = rows
    size_t n_edges;
    uint8_t *refused;
    uint32_t *best; // node most seen with a device
    profile_link_fn fn;
    void *arg;
};

static const char *namespace_name(const struct telling *t, uint32_t namespace_)
{
    return t->profile->spec->namespaces[namespace_].name;
}

// Rows and first row of the group of equal pairs at `from`; returns where the next begins.
static size_t sum_meetings(const struct telling *t, const struct rank_item *items, size_t n,
                           size_t from, struct profile_link *link)
{
    const struct meetings *m = &t->profile->meetings;
    uint32_t first_source = UINT32_MAX;
    size_t to = from;
    for (; to < n && items[to].key == items[from].key; to++) {
        uint32_t code = (uint32_t)items[to].value;
        uint32_t source = meeting_segment(m, code)->source;
        link->rows += m->rows[code];
        if (source < first_source || (source == first_source && m->first_row[code] < link->row)) {
            first_source = source;
            link->row = m->first_row[code];
        }
    }
    link->source = t->profile->spec->sources[first_source].name;
    return to;
}

static pt_status find_refused(struct telling *t, struct pt_error *err)
{
    struct store *store = t->profile->store;
    uint32_t n_nodes = t->profile->ids.n_nodes;
    uint32_t *root = store_array(store, n_nodes, 2 * sizeof *root);
    t->edges = store_array(store, t->links.n_edges, sizeof *t->edges);
    t->refused = store_array(store, t->links.n_edges, 1);
    if (root == NULL || t->edges == NULL || t->refused == NULL) {
        store_drop(store, root);
        return store_failure(store, "links", err);
    }
    for (size_t i = 0; i < t->links.n_edges; i++) {
        if (i == 0 || t->links.edges[i].key != t->links.edges[i - 1].key) {
            t->edges[t->n_edges++] = t->links.edges[i];
        }
    }
    struct links_forest f = {root, root + n_nodes, n_nodes, t->profile->spec->ids_per_profile};
    links_join(&f, t->edges, t->n_edges, t->refused);
    store_drop(store, root);
    return PT_OK;
}

static pt_status tell_edges(struct telling *t, struct pt_error *err)
{
    const struct identifiers *ids = &t->profile->ids;
    size_t at = 0;
    for (size_t e = 0; e < t->n_edges; e++) {
        uint32_t a = (uint32_t)(t->edges[e].key >> 32);
        uint32_t b = (uint32_t)t->edges[e].key;
        struct profile_link link = {.is_refused = t->refused[e] != 0};
        at = sum_meetings(t, t->links.edges, t->links.n_edges, at, &link);
        link.namespace_a = namespace_name(t, identifiers_node_namespace(ids, a));
        link.namespace_b = namespace_name(t, identifiers_node_namespace(ids, b));
        link.a = identifiers_node_text(ids, a);
        link.b = identifiers_node_text(ids, b);
        TRY(t->fn(t->arg, &link, err));
    }
    return PT_OK;
}

// Most seen node of every device, whatever becomes of shared ones.
static pt_status find_best(struct telling *t, struct pt_error *err)
{
    size_t n = t->links.n_votes;
    struct store *store = t->profile->store;
    struct rank_item *votes = store_array(store, n, 2 * sizeof *votes);
    t->best = store_array(store, t->profile->ids.n_devices, sizeof *t->best);
    if (votes == NULL || t->best == NULL) {
        store_drop(store, votes);
        return store_failure(store, "links", err);
    }
    for (size_t i = 0; i < n; i++) {
        uint64_t rows = t->profile->meetings.rows[t->links.votes[i].value];
        votes[i] = (struct rank_item){t->links.votes[i].key, rows};
    }
    struct links_votes v = {votes, links_merge(votes, votes + n, n), t->people->root, false};
    links_owners(&v, t->best, t->profile->ids.n_devices);
    store_drop(store, votes);
    return PT_OK;
}

static size_t first_vote(const struct telling *t, uint64_t key)
{
    size_t from = 0;
    size_t n = t->links.n_votes;
    while (n > 0) {
        size_t half = n / 2;
        bool is_right = t->links.votes[from + half].key < key;
        from = is_right ? from + half + 1 : from;
        n = is_right ? n - half - 1 : half;
    }
    return from;
}

static pt_status tell_device(struct telling *t, uint32_t device, struct pt_error *err)
{
    const struct identifiers *ids = &t->profile->ids;
    uint32_t node = t->best[device];
    struct profile_link link = {.is_device = true};
    sum_meetings(t, t->links.votes, t->links.n_votes, first_vote(t, link_pair(device, node)),
                 &link);
    link.namespace_a = namespace_name(t, identifiers_node_namespace(ids, node));
    link.namespace_b = namespace_name(t, identifiers_device_namespace(ids, device));
    link.a = identifiers_node_text(ids, node);
    link.b = identifiers_device_text(ids, device);
    link.is_refused = t->people->owner[device] == LINK_NONE;
    return t->fn(t->arg, &link, err);
}

// Room for the devices of a namespace.
struct device_order {
    struct text *texts;
    uint32_t *numbers;
    uint32_t *order;
    struct rank_item *scratch;
};

// Devices of one namespace that someone used, by value.
static pt_status tell_namespace(struct telling *t, uint32_t namespace_,
                                const struct device_order *d, struct pt_error *err)
{
    const struct identifiers *ids = &t->profile->ids;
    uint32_t from = ids->base[namespace_];
    uint32_t end = from + intern_end(ids->tables[namespace_]) - 1;
    size_t n = 0;
    for (uint32_t device = from; device < end; device++) {
        if (t->best[device] != LINK_NONE) {
            d->texts[n] = identifiers_device_text(ids, device);
            d->numbers[n++] = device;
        }
    }
    rank_texts(d->texts, n, false, d->scratch, d->order);
    for (size_t i = 0; i < n; i++) {
        TRY(tell_device(t, d->numbers[d->order[i]], err));
    }
    return PT_OK;
}

static pt_status tell_devices(struct telling *t, struct pt_error *err)
{
    struct store *store = t->profile->store;
    uint32_t n = t->profile->ids.n_devices;
    struct device_order d = {
        .texts = store_array(store, n, sizeof *d.texts),
        .numbers = store_array(store, n, sizeof *d.numbers),
        .order = store_array(store, n, sizeof *d.order),
        .scratch = store_array(store, n, 2 * sizeof *d.scratch),
    };
    bool is_there = d.texts != NULL && d.numbers != NULL && d.order != NULL && d.scratch != NULL;
    pt_status status = is_there ? PT_OK : store_failure(store, "links", err);
    for (uint32_t ns = 0; status == PT_OK && ns < t->profile->spec->n_namespaces; ns++) {
        if (t->profile->spec->namespaces[ns].class_ == NAMESPACE_DEVICE) {
            status = tell_namespace(t, ns, &d, err);
        }
    }
    store_drop(store, d.texts);
    store_drop(store, d.numbers);
    store_drop(store, d.order);
    store_drop(store, d.scratch);
    return status;
}

static pt_status tell(struct telling *t, size_t cutoff, struct pt_error *err)
{
    struct people_scope scope = {&t->profile->meetings, &t->profile->ids, cutoff};
    TRY(people_links(t->people, &scope, &t->links, err));
    TRY(find_refused(t, err));
    TRY(find_best(t, err));
    TRY(tell_edges(t, err));
    return tell_devices(t, err);
}

pt_status profile_links(const struct profile *p, const struct profile_cut *c, profile_link_fn fn,
                        void *arg, struct pt_error *err)
{
    struct telling t = {.profile = p, .people = c->people, .fn = fn, .arg = arg};
    pt_status status = tell(&t, c->cutoff, err);
    store_drop(p->store, t.links.edges);
    store_drop(p->store, t.links.votes);
    store_drop(p->store, t.edges);
    store_drop(p->store, t.refused);
    store_drop(p->store, t.best);
    return status;
}
