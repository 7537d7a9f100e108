// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Links on plain arrays: connected components under a size limit, and whose device a device is.
// An item's key is a pair (high half, low half), its value the rows the two met in.
#ifndef PORTRAIT_PROFILE_LINKS_H
#define PORTRAIT_PROFILE_LINKS_H

#include <stdbool.h>

#include "rank.h"

#define LINK_NONE UINT32_MAX

static inline uint64_t link_pair(uint32_t high, uint32_t low)
{
    return (uint64_t)high << 32 | low;
}

// Sorts by pair and adds up equal pairs; returns how many are left. `scratch` as large.
size_t links_merge(struct rank_item *items, struct rank_item *scratch, size_t n);

// Components of nodes 0..n_nodes-1: root[i] becomes the smallest node i is joined with. Edges are
// taken in the order given; one that would make a component of more than `limit` nodes is refused
// (limit 0 = none): refused[e] = 1, when `refused` is given. Returns how many were refused.
// `size` is scratch of n_nodes.
struct links_forest {
    uint32_t *root;
    uint32_t *size;
    uint32_t n_nodes;
    uint32_t limit;
};

uint64_t links_join(const struct links_forest *f, const struct rank_item *edges, size_t n,
                    uint8_t *refused);
// True when some component is larger than the limit.
bool links_exceed(const struct links_forest *f);

// Owners of devices from votes (device, node), merged: the node with most rows, ties the smallest.
// owner[device] = node or LINK_NONE; `root` tells which nodes are one profile. Returns how many
// devices nodes of several profiles used; with `drop_shared` these get no owner.
struct links_votes {
    const struct rank_item *items;
    size_t n;
    const uint32_t *root;
    bool drop_shared;
};

uint64_t links_owners(const struct links_votes *votes, uint32_t *owner, uint32_t n_devices);

#endif
