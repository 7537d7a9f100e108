// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The asked paths as a trie. A path is names joined by dots: a.b.c, with a.0.b for the first
// element of an array; \. is a dot and \\ a backslash inside a name. Every node that a path ends
// at has a slot for the value found there.
#ifndef MONGO_PATH_H
#define MONGO_PATH_H

#include "mongo_scan.h"
#include "pt_mem.h"

#define MONGO_PATH_BYTES_MAX 1024u
#define MONGO_NONE UINT32_MAX

struct mongo_node {
    const uint8_t *key; // decoded; in mongo_paths.text
    uint64_t word;      // its first 8 bytes, zeros behind a shorter one
    uint32_t n;         // its bytes
    uint32_t index;     // as an array index, MONGO_NONE = it is none
    uint32_t slot;      // MONGO_NONE = no path ends here
    uint32_t child;     // first child, 0 = none
    uint32_t next;      // next sibling, 0 = none
    uint32_t table;     // of children in mongo_paths.tables
    uint32_t mask;      // entries of it less one
};

struct mongo_paths {
    const pt_host *host;
    struct mongo_node *nodes; // nodes[0] is the document
    uint32_t n_nodes;
    uint32_t n_slots;
    uint32_t *tables; // node numbers by key hash, 0 = free
    uint8_t *text;
};

// Parts of a path: the first name of *path, decoded into `out` (at least MONGO_PATH_BYTES_MAX
// bytes); *path moves on, NULL at the end. False when the path is not well-formed.
bool mongo_path_name(const char **path, uint8_t *out, uint32_t *n);
// NULL when the path is good, else what is wrong.
const char *mongo_path_fault(const char *path);

// Builds the trie of n good paths; slots[i] becomes the slot of paths[i]. PT_E_NO_MEMORY or PT_OK.
pt_status mongo_paths_build(struct mongo_paths *out, const pt_host *host, const char *const *paths,
                            uint32_t n, uint32_t *slots);
// Accepts a zeroed one.
void mongo_paths_release(struct mongo_paths *p);

static inline uint32_t mongo_path_hash(uint64_t word, uint64_t n)
{
    return (uint32_t)(((word ^ n << 59) * UINT64_C(0x9e3779b97f4a7c15)) >> 40);
}

// The first 8 bytes of a key; 8 bytes at `key` must be readable.
static inline uint64_t mongo_path_word(const uint8_t *key, uint64_t n)
{
    uint64_t word = mongo_scan_load(key);
    return n >= 8 ? word : word & ~(UINT64_MAX << (n * 8));
}

// The child of that key, 0 = none. 8 bytes at `key` must be readable.
static inline uint32_t mongo_path_find(const struct mongo_paths *paths, uint32_t node,
                                       const uint8_t *key, uint64_t n)
{
    const struct mongo_node *parent = &paths->nodes[node];
    const uint32_t *table = paths->tables + parent->table;
    uint64_t word = mongo_path_word(key, n);
    uint32_t i = mongo_path_hash(word, n) & parent->mask;
    for (; table[i] != 0; i = (i + 1) & parent->mask) {
        const struct mongo_node *child = &paths->nodes[table[i]];
        if (child->word == word && child->n == n &&
            (n <= 8 || memcmp(child->key + 8, key + 8, n - 8) == 0)) {
            return table[i];
        }
    }
    return 0;
}

#endif
