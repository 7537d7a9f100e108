// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "map.h"

#include "mem.h"

static uint64_t mix(uint64_t a, uint64_t b)
{
    __uint128_t product = (__uint128_t)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t read_u64(const unsigned char *p)
{
    uint64_t v = 0;
    memcpy(&v, p, sizeof v);
    return v;
}

static uint64_t read_tail(const unsigned char *p, size_t n)
{
    uint64_t v = 0;
    memcpy(&v, p, n);
    return v;
}

uint64_t hash_bytes(const void *data, size_t n, uint64_t seed)
{
    const unsigned char *p = data;
    uint64_t h = seed ^ 0x9E3779B97F4A7C15u ^ ((uint64_t)n * 0xA0761D6478BD642Fu);
    size_t left = n;
    while (left >= 16) {
        h = mix(read_u64(p) ^ 0xE7037ED1A0B428DBu, read_u64(p + 8) ^ h);
        p += 16;
        left -= 16;
    }
    uint64_t a = 0;
    uint64_t b = 0;
    if (left >= 8) {
        a = read_u64(p);
        b = read_tail(p + 8, left - 8);
    } else if (left > 0) {
        a = read_tail(p, left);
    }
    return mix(mix(a ^ 0x8EBC6AF09C88C6E3u, b ^ h), 0x589965CC75374CC3u ^ (uint64_t)n);
}

static size_t probe(const struct map *m, struct text key, uint64_t hash)
{
    size_t mask = m->n_slots - 1;
    size_t i = (size_t)hash & mask;
    while (m->slots[i] != 0) {
        const struct map_entry *e = &m->entries[m->slots[i] - 1];
        if (e->hash == hash && text_equal(e->key, key)) {
            break;
        }
        i = (i + 1) & mask;
    }
    return i;
}

uint64_t *map_get(const struct map *m, struct text key)
{
    if (m->n == 0) {
        return NULL;
    }
    size_t i = probe(m, key, hash_bytes(key.p, key.n, 0));
    return m->slots[i] == 0 ? NULL : &m->entries[m->slots[i] - 1].value;
}

static bool grow_slots(struct map *m)
{
    size_t wanted = m->n_slots == 0 ? 16 : m->n_slots * 2;
    uint32_t *slots = mem_zero(wanted, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    for (size_t e = 0; e < m->n; e++) {
        size_t i = (size_t)m->entries[e].hash & (wanted - 1);
        while (slots[i] != 0) {
            i = (i + 1) & (wanted - 1);
        }
        slots[i] = (uint32_t)e + 1;
    }
    mem_free(m->slots);
    m->slots = slots;
    m->n_slots = wanted;
    return true;
}

uint64_t *map_put(struct map *m, struct text key, bool *is_new)
{
    if (m->n + 1 > m->n_slots / 4 * 3 && !grow_slots(m)) {
        return NULL;
    }
    uint64_t hash = hash_bytes(key.p, key.n, 0);
    size_t i = probe(m, key, hash);
    if (is_new != NULL) {
        *is_new = m->slots[i] == 0;
    }
    if (m->slots[i] != 0) {
        return &m->entries[m->slots[i] - 1].value;
    }
    struct map_entry entry = {.hash = hash};
    if (!mem_reserve(&m->entries, &m->capacity, m->n + 1, sizeof *m->entries) ||
        !arena_text(&m->keys, key, &entry.key)) {
        return NULL;
    }
    m->entries[m->n] = entry;
    m->slots[i] = (uint32_t)++m->n;
    return &m->entries[m->n - 1].value;
}

void map_release(struct map *m)
{
    arena_release(&m->keys);
    mem_free(m->entries);
    mem_free(m->slots);
    *m = (struct map){0};
}
