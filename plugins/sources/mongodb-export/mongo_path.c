// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "mongo_path.h"

bool mongo_path_name(const char **path, uint8_t *out, uint32_t *n)
{
    const char *p = *path;
    uint32_t size = 0;
    while (*p != '\0' && *p != '.') {
        if (*p == '\\') {
            p++;
            if (*p != '.' && *p != '\\') {
                return false;
            }
        }
        if (size == MONGO_PATH_BYTES_MAX) {
            return false;
        }
        out[size++] = (uint8_t)*p++;
    }
    *n = size;
    *path = *p == '.' ? p + 1 : NULL;
    return size > 0;
}

const char *mongo_path_fault(const char *path)
{
    uint8_t name[MONGO_PATH_BYTES_MAX];
    uint32_t n = 0;
    uint32_t names = 0;
    if (strlen(path) > MONGO_PATH_BYTES_MAX) {
        return "the path is longer than 1024 bytes";
    }
    while (path != NULL) {
        if (!mongo_path_name(&path, name, &n)) {
            return "not a path like a.b.c (\\. is a dot inside a name)";
        }
        if (++names > MONGO_DEPTH_MAX) {
            return "the path is deeper than 64 names";
        }
    }
    return NULL;
}

// Digits without a leading zero, as an array index is written.
static uint32_t index_of(const uint8_t *p, uint32_t n)
{
    uint32_t v = 0;
    if (n > 9 || (n > 1 && p[0] == '0')) {
        return MONGO_NONE;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (p[i] < '0' || p[i] > '9') {
            return MONGO_NONE;
        }
        v = v * 10 + (uint32_t)(p[i] - '0');
    }
    return v;
}

static uint32_t child_find(const struct mongo_paths *paths, uint32_t node, const uint8_t *key,
                           uint32_t n)
{
    uint32_t at = paths->nodes[node].child;
    while (at != 0 && (paths->nodes[at].n != n || memcmp(paths->nodes[at].key, key, n) != 0)) {
        at = paths->nodes[at].next;
    }
    return at;
}

// Adds the path's nodes; names are decoded to *text, which moves on. Returns the last node.
static uint32_t path_add(struct mongo_paths *paths, const char *path, uint8_t **text)
{
    uint32_t node = 0;
    while (path != NULL) {
        uint8_t *key = *text;
        uint32_t n = 0;
        if (!mongo_path_name(&path, key, &n)) {
            return 0;
        }
        uint32_t child = child_find(paths, node, key, n);
        if (child == 0) {
            child = paths->n_nodes++;
            paths->nodes[child] = (struct mongo_node){.key = key,
                                                      .word = mongo_path_word(key, n),
                                                      .n = n,
                                                      .index = index_of(key, n),
                                                      .slot = MONGO_NONE,
                                                      .next = paths->nodes[node].child};
            paths->nodes[node].child = child;
            *text += n + 8;
        }
        node = child;
    }
    return node;
}

static uint32_t children_count(const struct mongo_paths *paths, uint32_t node)
{
    uint32_t n = 0;
    for (uint32_t at = paths->nodes[node].child; at != 0; at = paths->nodes[at].next) {
        n++;
    }
    return n;
}

static uint32_t table_size(uint32_t children)
{
    uint32_t size = 1;
    while (size <= children * 2) {
        size *= 2;
    }
    return size;
}

static pt_status tables_build(struct mongo_paths *paths)
{
    uint64_t total = 0;
    for (uint32_t i = 0; i < paths->n_nodes; i++) {
        total += table_size(children_count(paths, i));
    }
    paths->tables = pt_mem_zero(paths->host, total, sizeof *paths->tables);
    if (paths->tables == NULL) {
        return PT_E_NO_MEMORY;
    }
    uint32_t used = 0;
    for (uint32_t i = 0; i < paths->n_nodes; i++) {
        struct mongo_node *node = &paths->nodes[i];
        uint32_t size = table_size(children_count(paths, i));
        node->table = used;
        node->mask = size - 1;
        uint32_t *table = paths->tables + used;
        for (uint32_t at = node->child; at != 0; at = paths->nodes[at].next) {
            uint32_t slot = mongo_path_hash(paths->nodes[at].word, paths->nodes[at].n);
            while (table[slot & node->mask] != 0) {
                slot++;
            }
            table[slot & node->mask] = at;
        }
        used += size;
    }
    return PT_OK;
}

pt_status mongo_paths_build(struct mongo_paths *out, const pt_host *host, const char *const *paths,
                            uint32_t n, uint32_t *slots)
{
    *out = (struct mongo_paths){.host = host};
    uint64_t names = 1;
    uint64_t bytes = 8;
    for (uint32_t i = 0; i < n; i++) {
        names++;
        for (const char *p = paths[i]; *p != '\0'; p++) {
            names += *p == '.' ? 1 : 0;
        }
        bytes += strlen(paths[i]);
    }
    out->nodes = pt_mem_zero(host, names, sizeof *out->nodes);
    out->text = pt_mem_zero(host, bytes + names * 8, 1);
    if (out->nodes == NULL || out->text == NULL) {
        mongo_paths_release(out);
        return PT_E_NO_MEMORY;
    }
    out->n_nodes = 1;
    out->nodes[0].slot = MONGO_NONE;
    out->nodes[0].index = MONGO_NONE;
    uint8_t *text = out->text;
    for (uint32_t i = 0; i < n; i++) {
        struct mongo_node *node = &out->nodes[path_add(out, paths[i], &text)];
        node->slot = node->slot == MONGO_NONE ? out->n_slots++ : node->slot;
        slots[i] = node->slot;
    }
    pt_status status = tables_build(out);
    if (status != PT_OK) {
        mongo_paths_release(out);
    }
    return status;
}

void mongo_paths_release(struct mongo_paths *p)
{
    if (p->host != NULL) {
        pt_mem_free(p->host, p->nodes);
        pt_mem_free(p->host, p->tables);
        pt_mem_free(p->host, p->text);
    }
    *p = (struct mongo_paths){0};
}
