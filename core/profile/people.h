// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// People: who is who at one cut-off. From the meetings before it follow the links, from these the
// components, from the rows seen with a device its owner, and so the profile of every meeting.
#ifndef PORTRAIT_PROFILE_PEOPLE_H
#define PORTRAIT_PROFILE_PEOPLE_H

#include "links.h"
#include "meetings.h"

#define PERSON_NONE UINT32_MAX
#define PERSON_OWN ((uint32_t)1 << 31) // the row's owning identifier is the profile's name

struct profile_people {
    struct store *store; // of the arrays
    uint32_t n;          // profiles, in order of their names
    uint32_t *name;      // [n] node
    uint32_t *row;       // [n_nodes] of a root: its profile, PERSON_NONE when not in the table
    uint32_t *root;      // [n_nodes]
    uint32_t *owner;     // [n_devices] node or LINK_NONE
    uint32_t *person;    // [meetings end] profile, with PERSON_OWN, or PERSON_NONE
    uint8_t *known;      // [n_nodes] the value counts at this cut-off
    uint64_t refused_links;
    uint64_t shared_devices;
};

// What people are resolved from.
struct people_scope {
    const struct meetings *meetings; // closed
    const struct identifiers *ids;   // closed
    size_t cutoff;
};

pt_status people_resolve(const struct people_scope *scope, struct profile_people **out,
                         struct pt_error *err);
void people_free(struct profile_people *p); // NULL is fine

static inline uint32_t person_index(uint32_t person)
{
    return person & ~PERSON_OWN;
}

// Every link of a cut-off, once a meeting that made it: the value is the meeting's code. Sorted by
// pair: edges (smaller node, larger node), votes (device, node). To be given back
// with store_drop.
struct people_links {
    struct rank_item *edges;
    size_t n_edges;
    struct rank_item *votes;
    size_t n_votes;
};

pt_status people_links(const struct profile_people *p, const struct people_scope *scope,
                       struct people_links *out, struct pt_error *err);

#endif
