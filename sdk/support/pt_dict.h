// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Distinct byte strings as codes 0, 1, 2 ...: the dictionary of a dictionary-encoded column.
// Storage only ever grows behind what is there, so exported Arrow arrays share it (counted) while
// the dictionary goes on taking values; nothing is copied at export.
#ifndef PT_DICT_H
#define PT_DICT_H

#include <portrait/arrow.h>

#include "pt_mem.h"

PT_EXTERN_C_BEGIN

struct pt_dict_store; // offsets and bytes, shared with exported arrays

struct pt_dict_slot {
    uint32_t hash; // upper half of the hash
    int32_t code;  // -1 = empty
};

struct pt_dict {
    const pt_host *host;
    struct pt_dict_store *store;
    struct pt_dict_slot *slots;
    int32_t *offsets;     // of the store: n + 1 are valid
    uint8_t *bytes;       // of the store
    uint32_t n;           // values
    uint32_t mask;        // slots - 1
    uint32_t last_values; // at the last reset: what to make room for
    uint64_t last_bytes;
};

// A fast hash of bytes; the same everywhere and always, not proof against chosen collisions.
uint64_t pt_dict_hash(const void *data, uint64_t size);

// An empty dictionary in the caller's memory; release() accepts it at once and after failure.
void pt_dict_init(struct pt_dict *d, const pt_host *host);
// Code of the value, added when it is new; -1 when out of memory or beyond 2^31 bytes.
int32_t pt_dict_intern(struct pt_dict *d, const void *data, uint64_t size);
// Codes of `n` values at once, faster than one by one as memory is fetched ahead; -1 where data is
// NULL. False when out of memory; some values may have been added then.
bool pt_dict_intern_all(struct pt_dict *d, const pt_bytes *values, uint32_t n, int32_t *codes);
// Forgets all values; arrays exported earlier keep theirs.
void pt_dict_reset(struct pt_dict *d);
void pt_dict_release(struct pt_dict *d);

// Bytes of value `code`, valid until the next intern.
static inline pt_bytes pt_dict_get(const struct pt_dict *d, int32_t code)
{
    int32_t begin = d->offsets[code];
    pt_bytes value = {d->bytes + begin, (uint64_t)(d->offsets[code + 1] - begin)};
    return value;
}

static inline uint64_t pt_dict_bytes(const struct pt_dict *d)
{
    return d->n == 0 ? 0 : (uint64_t)d->offsets[d->n];
}

// The values so far as an Arrow utf8 array. It may outlive the dictionary, not the host.
pt_status pt_dict_export(struct pt_dict *d, struct ArrowArray *out);

PT_EXTERN_C_END

#endif
