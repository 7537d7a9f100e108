// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// BSON documents (https://bsonspec.org/spec.html, version 1.1), checked as a whole and written as
// canonical Extended JSON, so that a dump gives the same table as an export.
#ifndef MONGO_BSON_H
#define MONGO_BSON_H

#include "mongo_scan.h"
#include "mongo_text.h"

#define MONGO_BSON_MIN 5u                   // bytes of the empty document
#define MONGO_BSON_MAX (UINT32_C(48) << 20) // bytes of a document, with what a server adds

struct mongo_bson_element {
    uint8_t type;
    const uint8_t *key; // NUL-ended
    uint64_t n_key;
    const uint8_t *value;
    uint64_t n;
};

static inline uint32_t mongo_bson_u32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t mongo_bson_u64(const uint8_t *p)
{
    return mongo_bson_u32(p) | (uint64_t)mongo_bson_u32(p + 4) << 32;
}

// Adds the document of n bytes. NULL = good, else what is wrong, and *at where; running out of
// memory shows in t->failed.
const char *mongo_bson_json(struct mongo_text *t, const uint8_t *p, uint64_t n, const uint8_t **at);
// The member of that key in a document of n bytes, as far as the document is well-formed.
bool mongo_bson_find(const uint8_t *p, uint64_t n, const char *key, struct mongo_bson_element *out);

#endif
