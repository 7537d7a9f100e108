// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "mongo_doc.h"

#include "mongo_text.h"

pt_status mongo_doc_init(struct mongo_doc *d, const pt_host *host, const struct mongo_paths *paths)
{
    *d = (struct mongo_doc){.paths = paths, .host = host};
    d->slots = pt_mem_zero(host, paths->n_slots, sizeof *d->slots);
    d->seen = pt_mem_zero(host, paths->n_nodes, sizeof *d->seen);
    if (d->slots == NULL || d->seen == NULL) {
        mongo_doc_release(d);
        return PT_E_NO_MEMORY;
    }
    return PT_OK;
}

void mongo_doc_release(struct mongo_doc *d)
{
    if (d->host != NULL) {
        pt_mem_free(d->host, d->slots);
        pt_mem_free(d->host, d->seen);
    }
    *d = (struct mongo_doc){0};
}

// A slot at or below the node: the column a fault there is about.
static uint32_t slot_below(const struct mongo_paths *paths, uint32_t node)
{
    while (paths->nodes[node].slot == MONGO_NONE && paths->nodes[node].child != 0) {
        node = paths->nodes[node].child;
    }
    return paths->nodes[node].slot;
}

static uint32_t escaped_find(const struct mongo_doc *d, uint32_t node, const uint8_t *key,
                             uint64_t n)
{
    uint8_t name[MONGO_KEY_MAX + 8] = {0};
    if (n > MONGO_KEY_MAX) {
        return 0;
    }
    return mongo_path_find(d->paths, node, name, mongo_text_decode(key, n, name));
}

static const uint8_t *read_object(struct mongo_doc *d, const uint8_t *p, uint32_t node,
                                  uint32_t depth);
static const uint8_t *read_array(struct mongo_doc *d, const uint8_t *p, uint32_t node,
                                 uint32_t depth);

// The value at p belongs to `node`, which is asked for or on the way to one that is.
static const uint8_t *read_value(struct mongo_doc *d, const uint8_t *p, uint32_t node,
                                 uint32_t depth)
{
    const struct mongo_node *n = &d->paths->nodes[node];
    struct mongo_raw raw;
    const uint8_t *behind = NULL;
    if (d->seen[node] == d->number) {
        d->fault_slot = slot_below(d->paths, node);
        return mongo_scan_fail(&d->scan, p, "key appears twice");
    }
    d->seen[node] = d->number;
    if (n->child == 0 || (*p != '{' && *p != '[')) {
        behind = mongo_scan_value(&d->scan, p, depth, &raw);
    } else if (depth >= MONGO_DEPTH_MAX) {
        return mongo_scan_fail(&d->scan, p, "nested deeper than 64");
    } else {
        behind = *p == '{' ? read_object(d, p, node, depth + 1) : read_array(d, p, node, depth + 1);
        raw = (struct mongo_raw){.p = p, .token = *p == '{' ? MONGO_OBJECT : MONGO_ARRAY};
        raw.n = behind == NULL ? 0 : (uint64_t)(behind - p);
    }
    if (behind != NULL && n->slot != MONGO_NONE) {
        d->slots[n->slot] = raw;
    }
    return behind;
}

// p is '['; returns the byte behind ']'.
static const uint8_t *read_array(struct mongo_doc *d, const uint8_t *p, uint32_t node,
                                 uint32_t depth)
{
    struct mongo_raw raw;
    p = mongo_scan_space(&d->scan, p + 1);
    if (*p == ']') {
        return p + 1;
    }
    for (uint32_t i = 0;; i++) {
        uint32_t child = d->paths->nodes[node].child;
        while (child != 0 && d->paths->nodes[child].index != i) {
            child = d->paths->nodes[child].next;
        }
        p = child == 0 ? mongo_scan_value(&d->scan, p, depth, &raw)
                       : read_value(d, p, child, depth);
        if (p == NULL) {
            return NULL;
        }
        p = mongo_scan_space(&d->scan, p);
        if (*p == ']') {
            return p + 1;
        }
        if (*p != ',') {
            return mongo_scan_unexpected(&d->scan, p);
        }
        p = mongo_scan_space(&d->scan, p + 1);
    }
}

// p is '{'; returns the byte behind '}'.
static const uint8_t *read_object(struct mongo_doc *d, const uint8_t *p, uint32_t node,
                                  uint32_t depth)
{
    struct mongo_scan *s = &d->scan;
    struct mongo_raw raw;
    p = mongo_scan_space(s, p + 1);
    if (*p == '}') {
        return p + 1;
    }
    for (;;) {
        bool is_escaped = false;
        const uint8_t *key = p + 1;
        if (*p != '"') {
            return mongo_scan_unexpected(s, p);
        }
        p = mongo_scan_text(s, key, &is_escaped);
        if (p == NULL) {
            return NULL;
        }
        uint64_t n = (uint64_t)(p - key);
        if (is_escaped && mongo_scan_has_nul(key, n)) {
            return mongo_scan_fail(s, key, MONGO_FAULT_KEY);
        }
        p = mongo_scan_space(s, p + 1);
        if (*p != ':') {
            return mongo_scan_unexpected(s, p);
        }
        p = mongo_scan_space(s, p + 1);
        uint32_t child =
            is_escaped ? escaped_find(d, node, key, n) : mongo_path_find(d->paths, node, key, n);
        p = child == 0 ? mongo_scan_value(s, p, depth, &raw) : read_value(d, p, child, depth);
        if (p == NULL) {
            return NULL;
        }
        p = mongo_scan_space(s, p);
        if (*p != ',') {
            return *p == '}' ? p + 1 : mongo_scan_unexpected(s, p);
        }
        p = mongo_scan_space(s, p + 1);
    }
}

const char *mongo_doc_read(struct mongo_doc *d, const uint8_t *p, const uint8_t *end)
{
    d->scan = (struct mongo_scan){.end = end};
    d->number++;
    d->fault_slot = MONGO_NONE;
    memset(d->slots, 0, d->paths->n_slots * sizeof *d->slots);
    p = mongo_scan_space(&d->scan, p);
    if (*p != '{') {
        struct mongo_raw raw;
        return mongo_scan_value(&d->scan, p, 0, &raw) != NULL ? "not a document" : d->scan.fault;
    }
    p = read_object(d, p, 0, 1);
    if (p == NULL) {
        return d->scan.fault;
    }
    p = mongo_scan_space(&d->scan, p);
    return p >= end ? NULL : "bytes behind the document";
}
