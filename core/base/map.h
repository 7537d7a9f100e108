// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Hash map from text to a 64-bit value: open addressing, keys copied into an arena of its own.
// Iteration is in order of insertion, so that nothing depends on hashes.
#ifndef PORTRAIT_BASE_MAP_H
#define PORTRAIT_BASE_MAP_H

#include "arena.h"

struct map_entry {
    struct text key;
    uint64_t hash;
    uint64_t value;
};

// {0} is an empty map.
struct map {
    struct arena keys;
    struct map_entry *entries;
    size_t n;
    size_t capacity;
    uint32_t *slots; // index + 1 into entries
    size_t n_slots;  // a power of two
};

// Value of `key`, or NULL. Borrowed until the next put.
uint64_t *map_get(const struct map *m, struct text key);
// Finds or adds `key` (value 0); *is_new tells which (may be NULL). NULL when memory is out.
uint64_t *map_put(struct map *m, struct text key, bool *is_new);
void map_release(struct map *m);

// 64-bit hash of bytes, the same in every process (wyhash-like multiply-mix); not for security.
uint64_t hash_bytes(const void *data, size_t n, uint64_t seed);

#endif
