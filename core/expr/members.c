// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "members.h"

#include "map.h"

#define SHORT_LIST 8

int64_t members_key_of_f64(double value)
{
    double plain = value == 0 ? 0.0 : value;
    int64_t key = 0;
    memcpy(&key, &plain, sizeof key);
    return key;
}

static int64_t key_of(const struct vec *v)
{
    switch (v->type) {
    case VEC_BOOL:
        return v->b[0];
    case VEC_F64:
        return members_key_of_f64(v->f[0]);
    default:
        return v->i[0];
    }
}

static uint64_t hash_key(int64_t key)
{
    uint64_t h = (uint64_t)key * 0x9E3779B97F4A7C15u;
    return h ^ h >> 32;
}

static void add_slot(struct members *m, size_t index, uint64_t hash)
{
    size_t i = (size_t)hash & m->mask;
    while (m->slots[i] != 0) {
        i = (i + 1) & m->mask;
    }
    m->slots[i] = (uint32_t)index + 1;
}

static bool build_slots(struct arena *arena, struct members *m)
{
    size_t wanted = 16;
    while (wanted < m->n * 2) {
        wanted *= 2;
    }
    m->slots = arena_zero(arena, wanted, sizeof *m->slots);
    if (m->slots == NULL) {
        return false;
    }
    m->mask = wanted - 1;
    for (size_t i = 0; i < m->n; i++) {
        bool is_text = m->type == VEC_STR;
        add_slot(m, i,
                 is_text ? hash_bytes(m->texts[i].p, m->texts[i].n, 0) : hash_key(m->keys[i]));
    }
    return true;
}

bool members_build(struct arena *arena, enum vec_type type, const struct vec *values, size_t n,
                   struct members *out)
{
    struct members m = {.type = type};
    int64_t *keys = arena_zero(arena, n, sizeof *keys);
    struct text *texts = arena_zero(arena, n, sizeof *texts);
    if (keys == NULL || texts == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (!vec_is_valid(&values[i], 0)) {
            m.has_null = true;
        } else if (type != VEC_STR) {
            keys[m.n++] = key_of(&values[i]);
        } else if (!arena_text(arena, values[i].s[0], &texts[m.n++])) {
            return false;
        }
    }
    m.keys = keys;
    m.texts = texts;
    if (m.n > SHORT_LIST && !build_slots(arena, &m)) {
        return false;
    }
    *out = m;
    return true;
}

bool members_has_key(const struct members *m, int64_t key)
{
    if (m->slots == NULL) {
        bool is_in = false;
        for (size_t i = 0; i < m->n; i++) {
            is_in = is_in || m->keys[i] == key;
        }
        return is_in;
    }
    size_t i = (size_t)hash_key(key) & m->mask;
    while (m->slots[i] != 0 && m->keys[m->slots[i] - 1] != key) {
        i = (i + 1) & m->mask;
    }
    return m->slots[i] != 0;
}

bool members_has_text(const struct members *m, struct text value)
{
    if (m->slots == NULL) {
        for (size_t i = 0; i < m->n; i++) {
            if (text_equal(m->texts[i], value)) {
                return true;
            }
        }
        return false;
    }
    size_t i = (size_t)hash_bytes(value.p, value.n, 0) & m->mask;
    while (m->slots[i] != 0 && !text_equal(m->texts[m->slots[i] - 1], value)) {
        i = (i + 1) & m->mask;
    }
    return m->slots[i] != 0;
}
