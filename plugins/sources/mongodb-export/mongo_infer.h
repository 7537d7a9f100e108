// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Types told from values: what a sample has at each asked path, and the column type that holds all
// of it. Also whether a text column has few distinct values, so that a dictionary pays.
#ifndef MONGO_INFER_H
#define MONGO_INFER_H

#include "mongo_config.h"
#include "mongo_doc.h"
#include "mongo_value.h"
#include "pt_dict.h"

struct mongo_seen {
    uint32_t kinds;      // bit i: enum mongo_kind i was there, NULL and absent left out
    uint64_t n;          // values that are texts
    struct pt_dict dict; // the distinct ones
    uint8_t *counts;     // by code: 1, 2, or 3 = more
    uint64_t counts_capacity;
};

struct mongo_infer {
    const pt_host *host;
    struct mongo_seen *seen; // by slot
    uint32_t n;
};

pt_status mongo_infer_init(struct mongo_infer *f, const pt_host *host, uint32_t n_slots);
// Accepts a zeroed one.
void mongo_infer_release(struct mongo_infer *f);
// Takes the values of a document. Values with a bad type wrapper are passed over: reading rejects
// them.
pt_status mongo_infer_add(struct mongo_infer *f, const struct mongo_doc *doc);

// The type that holds values of all these kinds.
enum mongo_type mongo_infer_type(uint32_t kinds);
bool mongo_infer_is_dict(const struct mongo_seen *seen);

#endif
