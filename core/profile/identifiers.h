// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Identifiers: the distinct values of every namespace. While rows stream they have codes; once
// closed, person and contact identifiers are nodes, numbered so that a smaller node is a smaller
// name: person namespaces first, then contacts, each in the order of the spec, then by value.
// Devices are numbered apart, in no meaningful order.
#ifndef PORTRAIT_PROFILE_IDENTIFIERS_H
#define PORTRAIT_PROFILE_IDENTIFIERS_H

#include "intern.h"
#include "profile.h"

#define NODE_NONE UINT32_MAX

// Where what grows is kept: to the end, and until no more rows come.
struct stores {
    struct store *store;
    struct store *finder;
};

struct identifiers {
    const struct profile_spec *spec;
    struct store *store;
    struct intern **tables; // a namespace each
    bool *by_number;        // a namespace each: row numbers, shorter is smaller
    uint32_t *order;        // person and contact namespaces in order of nodes
    size_t n_order;
    // after closing
    uint32_t *base;   // a namespace each: its first node or device
    uint32_t **place; // a namespace each: code - 1 -> number within it; NULL for devices
    uint32_t **codes; // a namespace each: number within it -> code; NULL for devices
    uint32_t n_nodes;
    uint32_t n_devices;
};

// Small arrays live in `arena`. Released by identifiers_release after a failure too.
pt_status identifiers_init(struct identifiers *ids, const struct profile_spec *spec,
                           struct arena *arena, const struct stores *stores, struct pt_error *err);
void identifiers_release(struct identifiers *ids);

// Numbers all nodes; no thread interns any more.
pt_status identifiers_close(struct identifiers *ids, struct pt_error *err);

// Node or device of a code of a namespace.
static inline uint32_t identifiers_number(const struct identifiers *ids, uint32_t namespace_,
                                          uint32_t code)
{
    const uint32_t *place = ids->place[namespace_];
    return ids->base[namespace_] + (place == NULL ? code - 1 : place[code - 1]);
}

uint32_t identifiers_node_namespace(const struct identifiers *ids, uint32_t node);
struct text identifiers_node_text(const struct identifiers *ids, uint32_t node);
uint32_t identifiers_device_namespace(const struct identifiers *ids, uint32_t device);
struct text identifiers_device_text(const struct identifiers *ids, uint32_t device);

// Values that never link unless a namespace lists its own: empty or blank, `anonymous`, `null` (any
// case), and what is made of zeros and dashes only.
bool identifier_is_rejected(const struct profile_namespace *ns, struct text value);

#endif
