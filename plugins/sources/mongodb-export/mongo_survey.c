// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "mongo_survey.h"

#define LEVELS_MAX 16u // deeper documents are one column
#define KEY_MAX 200u   // longer keys make their document one column
#define TOP_KEYS 4000u

pt_status mongo_survey_init(struct mongo_survey *s, const pt_host *host)
{
    *s = (struct mongo_survey){.host = host, .keys = {.host = host}, .key = {.host = host}};
    if (!pt_mem_reserve(host, &s->places, &s->capacity, 64, sizeof *s->places)) {
        return PT_E_NO_MEMORY;
    }
    s->places[s->n++] = (struct mongo_place_seen){.n_key = 0};
    return PT_OK;
}

void mongo_survey_release(struct mongo_survey *s)
{
    if (s->host != NULL) {
        pt_mem_free(s->host, s->places);
    }
    mongo_text_release(&s->keys);
    mongo_text_release(&s->key);
    *s = (struct mongo_survey){0};
}

// The key's bytes without escapes, in s->key when it has some.
static pt_bytes key_bytes(struct mongo_survey *s, const struct mongo_raw *raw)
{
    if (!raw->is_escaped) {
        return (pt_bytes){raw->p, raw->n};
    }
    s->key.n = 0;
    uint8_t *to = mongo_text_room(&s->key, raw->n);
    return (pt_bytes){to, to == NULL ? 0 : mongo_text_decode(raw->p, raw->n, to)};
}

static bool is_key(const struct mongo_survey *s, uint32_t place, pt_bytes key)
{
    const struct mongo_place_seen *p = &s->places[place];
    return p->n_key == key.size && memcmp(s->keys.p + p->key, key.data, key.size) == 0;
}

// The child of that key, made when it is new; `guess` is looked at first. 0 = there are too many,
// or no memory (then s->keys.failed).
static uint32_t child_take(struct mongo_survey *s, uint32_t parent, uint32_t guess, pt_bytes key)
{
    if (guess != 0 && is_key(s, guess, key)) {
        return guess;
    }
    uint32_t at = s->places[parent].first;
    while (at != 0 && !is_key(s, at, key)) {
        at = s->places[at].next;
    }
    if (at != 0) {
        return at;
    }
    if (s->places[parent].n_children >= (parent == 0 ? TOP_KEYS : MONGO_MAP_KEYS)) {
        return 0;
    }
    uint64_t text = s->keys.n;
    mongo_text_add(&s->keys, key.data, key.size);
    if (s->keys.failed ||
        !pt_mem_reserve(s->host, &s->places, &s->capacity, s->n + 1, sizeof *s->places)) {
        s->keys.failed = true;
        return 0;
    }
    at = (uint32_t)s->n++;
    s->places[at] =
        (struct mongo_place_seen){.key = text, .n_key = (uint32_t)key.size, .parent = parent};
    struct mongo_place_seen *p = &s->places[parent];
    if (p->last == 0) {
        p->first = at;
    } else {
        s->places[p->last].next = at;
    }
    p->last = at;
    p->n_children++;
    return at;
}

static bool is_name(pt_bytes key)
{
    return key.size > 0 && key.size <= KEY_MAX;
}

static void object_add(struct mongo_survey *s, uint32_t place, const struct mongo_raw *raw,
                       uint32_t level);

static void value_add(struct mongo_survey *s, uint32_t place, const struct mongo_raw *raw,
                      uint32_t level)
{
    struct mongo_value v;
    if (raw->token == MONGO_NULL || mongo_value_read(raw, &v) != NULL) {
        return;
    }
    bool is_record = v.kind == MONGO_IS_OBJECT && raw->n > 2 && level < LEVELS_MAX;
    s->places[place].has_value = s->places[place].has_value || !is_record;
    if (is_record && !s->places[place].is_map) {
        object_add(s, place, raw, level + 1);
    }
}

static void object_add(struct mongo_survey *s, uint32_t place, const struct mongo_raw *raw,
                       uint32_t level)
{
    struct mongo_member member;
    const uint8_t *at = raw->p + 1;
    uint32_t guess = s->places[place].first;
    while (mongo_value_member(raw, &at, &member)) {
        pt_bytes key = key_bytes(s, &member.key);
        uint32_t child = is_name(key) ? child_take(s, place, guess, key) : 0;
        if (child == 0) {
            s->places[place].is_map = true;
            if (place != 0) {
                return;
            }
            continue; // at the top: only this key is left out
        }
        value_add(s, child, &member.value, level);
        guess = s->places[child].next;
    }
}

pt_status mongo_survey_add(struct mongo_survey *s, const uint8_t *p, uint64_t n)
{
    struct mongo_scan scan = {.end = p + n};
    const uint8_t *start = mongo_scan_space(&scan, p);
    struct mongo_raw raw = {.p = start, .n = n - (uint64_t)(start - p), .token = MONGO_OBJECT};
    while (raw.n > 0 && raw.p[raw.n - 1] != '}') {
        raw.n--;
    }
    object_add(s, 0, &raw, 0);
    return s->keys.failed || s->key.failed ? PT_E_NO_MEMORY : PT_OK;
}

static void path_add(const struct mongo_survey *s, uint32_t place, struct mongo_text *out)
{
    const struct mongo_place_seen *p = &s->places[place];
    if (p->parent != 0) {
        path_add(s, p->parent, out);
        mongo_text_add(out, ".", 1);
    }
    for (uint32_t i = 0; i < p->n_key; i++) {
        const uint8_t *c = s->keys.p + p->key + i;
        if (*c == '.' || *c == '\\') {
            mongo_text_add(out, "\\", 1);
        }
        mongo_text_add(out, c, 1);
    }
}

static void name_add(const struct mongo_survey *s, uint32_t place, struct mongo_text *out)
{
    const struct mongo_place_seen *p = &s->places[place];
    if (p->parent != 0) {
        name_add(s, p->parent, out);
        mongo_text_add(out, "_", 1);
    }
    mongo_text_add(out, s->keys.p + p->key, p->n_key);
}

// True when one of the first `n` columns of `out` has the name that begins at byte `name`.
static bool is_taken(const struct mongo_text *out, uint32_t n, uint64_t name)
{
    const char *at = (const char *)out->p;
    for (uint32_t i = 0; i < n; i++) {
        if (strcmp(at, (const char *)out->p + name) == 0) {
            return true;
        }
        at += strlen(at) + 1;
        at += strlen(at) + 1;
    }
    return false;
}

static void column_add(const struct mongo_survey *s, uint32_t place, uint32_t n,
                       struct mongo_text *out)
{
    uint64_t begin = out->n;
    name_add(s, place, out);
    mongo_text_add(out, "", 1);
    while (!out->failed && is_taken(out, n, begin)) {
        out->n--;
        mongo_text_add(out, "_", 2);
    }
    path_add(s, place, out);
    mongo_text_add(out, "", 1);
}

uint32_t mongo_survey_columns(const struct mongo_survey *s, uint32_t limit, struct mongo_text *out)
{
    uint32_t n = 0;
    uint32_t at = s->places[0].first;
    while (at != 0 && n <= limit && !out->failed) {
        const struct mongo_place_seen *p = &s->places[at];
        bool is_record = p->first != 0 && !p->is_map && !p->has_value;
        if (is_record) {
            at = p->first;
            continue;
        }
        column_add(s, at, n++, out);
        while (at != 0 && s->places[at].next == 0) {
            at = s->places[at].parent;
        }
        at = at == 0 ? 0 : s->places[at].next;
    }
    return n;
}
