// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Open addressing with linear probing over (upper hash half, code); the hash folds 128-bit products
// of 16-byte steps, after the idea of wyhash (https://github.com/wangyi-fudan/wyhash, public
// domain).
#include "pt_dict.h"

#include <stdatomic.h>
#include <string.h>

#define FIRST_VALUES 64u
#define FIRST_BYTES 1024u
#define FIRST_SLOTS 256u
#define FETCH 64u // values looked up together

struct pt_dict_store {
    const pt_host *host;
    atomic_uint_fast32_t owners;
    uint32_t values_capacity;
    uint64_t bytes_capacity;
    int32_t *offsets;
    uint8_t *bytes;
};

static uint64_t load_64(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static uint64_t load_32(const uint8_t *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static uint64_t fold(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t load_tail(const uint8_t *p, uint64_t n, uint64_t *high)
{
    if (n >= 8) {
        *high = load_64(p + n - 8);
        return load_64(p);
    }
    if (n >= 4) {
        *high = load_32(p + n - 4);
        return load_32(p);
    }
    *high = 0;
    return n == 0 ? 0 : (uint64_t)p[0] << 16 | (uint64_t)p[n / 2] << 8 | p[n - 1];
}

uint64_t pt_dict_hash(const void *data, uint64_t size)
{
    const uint64_t k0 = UINT64_C(0x9e3779b97f4a7c15);
    const uint64_t k1 = UINT64_C(0xbf58476d1ce4e5b9);
    const uint8_t *p = data;
    uint64_t n = size;
    uint64_t h = k0 ^ size;
    uint64_t other = k1 ^ size; // a second chain, so that long values do not wait for each product
    for (; n > 32; n -= 32, p += 32) {
        h = fold(load_64(p) ^ k1, load_64(p + 8) ^ h);
        other = fold(load_64(p + 16) ^ k0, load_64(p + 24) ^ other);
    }
    h ^= size > 32 ? other : 0;
    if (n > 16) {
        h = fold(load_64(p) ^ k1, load_64(p + 8) ^ h);
        n -= 16;
        p += 16;
    }
    uint64_t high = 0;
    uint64_t low = load_tail(p, n, &high);
    h = fold(low ^ k1, high ^ h);
    return fold(h ^ k0, size ^ k1);
}

static void store_drop(struct pt_dict_store *s)
{
    if (s == NULL || atomic_fetch_sub_explicit(&s->owners, 1, memory_order_acq_rel) != 1) {
        return;
    }
    const pt_host *host = s->host;
    pt_mem_free(host, s->offsets);
    pt_mem_free(host, s->bytes);
    pt_mem_free(host, s);
}

static struct pt_dict_store *store_new(const pt_host *host, uint32_t values, uint64_t bytes)
{
    struct pt_dict_store *s = pt_mem_zero(host, 1, sizeof *s);
    if (s == NULL) {
        return NULL;
    }
    s->host = host;
    atomic_init(&s->owners, 1);
    s->values_capacity = values;
    s->bytes_capacity = bytes;
    s->offsets = pt_mem_array(host, (uint64_t)values + 1, sizeof *s->offsets);
    s->bytes = pt_mem_array(host, bytes, 1);
    if (s->offsets == NULL || s->bytes == NULL) {
        store_drop(s);
        return NULL;
    }
    s->offsets[0] = 0;
    return s;
}

void pt_dict_init(struct pt_dict *d, const pt_host *host)
{
    memset(d, 0, sizeof *d);
    d->host = host;
}

void pt_dict_reset(struct pt_dict *d)
{
    d->last_values = d->n;
    d->last_bytes = pt_dict_bytes(d);
    store_drop(d->store);
    d->store = NULL;
    d->offsets = NULL;
    d->bytes = NULL;
    d->n = 0;
    if (d->slots != NULL) {
        memset(d->slots, 0xff, ((uint64_t)d->mask + 1) * sizeof *d->slots);
    }
}

void pt_dict_release(struct pt_dict *d)
{
    if (d->host == NULL) {
        return;
    }
    store_drop(d->store);
    pt_mem_free(d->host, d->slots);
    memset(d, 0, sizeof *d);
}

static void slot_put(struct pt_dict_slot *slots, uint32_t mask, uint64_t hash, int32_t code)
{
    uint32_t i = (uint32_t)hash & mask;
    while (slots[i].code >= 0) {
        i = (i + 1) & mask;
    }
    slots[i] = (struct pt_dict_slot){(uint32_t)(hash >> 32), code};
}

// At most half of the slots are taken.
static bool slots_reserve(struct pt_dict *d)
{
    if (d->slots != NULL && (uint64_t)d->n * 2 < (uint64_t)d->mask + 1) {
        return true;
    }
    uint64_t wanted = d->slots == NULL ? FIRST_SLOTS : ((uint64_t)d->mask + 1) * 4;
    if (wanted > UINT32_MAX) {
        return false;
    }
    struct pt_dict_slot *slots = pt_mem_array(d->host, wanted, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    memset(slots, 0xff, wanted * sizeof *slots);
    uint32_t mask = (uint32_t)(wanted - 1);
    for (uint32_t i = 0; i < d->n; i++) {
        pt_bytes value = pt_dict_get(d, (int32_t)i);
        slot_put(slots, mask, pt_dict_hash(value.data, value.size), (int32_t)i);
    }
    pt_mem_free(d->host, d->slots);
    d->slots = slots;
    d->mask = mask;
    return true;
}

static void store_use(struct pt_dict *d, struct pt_dict_store *s)
{
    d->store = s;
    d->offsets = s->offsets;
    d->bytes = s->bytes;
}

// Exported arrays may hold the store, so it is never moved: a larger one takes a copy.
static bool store_reserve(struct pt_dict *d, uint64_t size)
{
    uint64_t used = pt_dict_bytes(d);
    if (size > (uint64_t)INT32_MAX - used || d->n == INT32_MAX - 1) {
        return false;
    }
    if (d->store != NULL && d->n < d->store->values_capacity &&
        d->store->bytes_capacity - used >= size) {
        return true;
    }
    uint32_t values = d->n > INT32_MAX / 2 ? INT32_MAX : d->n * 2;
    values = values < FIRST_VALUES ? FIRST_VALUES : values;
    uint64_t bytes = (used + size) * 2 < FIRST_BYTES ? FIRST_BYTES : (used + size) * 2;
    if (d->n == 0 && d->last_values > values) { // as many as before the last reset
        values = d->last_values;
        bytes = bytes < d->last_bytes ? d->last_bytes : bytes;
    }
    struct pt_dict_store *s = store_new(d->host, values, bytes);
    if (s == NULL) {
        return false;
    }
    if (d->n > 0) {
        memcpy(s->offsets, d->offsets, ((uint64_t)d->n + 1) * sizeof *s->offsets);
        memcpy(s->bytes, d->bytes, used);
    }
    store_drop(d->store);
    store_use(d, s);
    return true;
}

static bool is_same(const uint8_t *a, const uint8_t *b, uint64_t n)
{
    if (n < 8) {
        return n == 0 || memcmp(a, b, n) == 0;
    }
    uint64_t differs = load_64(a + n - 8) ^ load_64(b + n - 8);
    for (uint64_t i = 0; i + 8 < n; i += 8) {
        differs |= load_64(a + i) ^ load_64(b + i);
    }
    return differs == 0;
}

// Code of a value that is there, -1 when it is not.
static int32_t slots_find(const struct pt_dict *d, uint64_t hash, const void *data, uint64_t size)
{
    uint32_t i = (uint32_t)hash & d->mask;
    for (; d->slots[i].code >= 0; i = (i + 1) & d->mask) {
        if (d->slots[i].hash != (uint32_t)(hash >> 32)) {
            continue;
        }
        pt_bytes value = pt_dict_get(d, d->slots[i].code);
        if (value.size == size && is_same(value.data, data, size)) {
            return d->slots[i].code;
        }
    }
    return -1;
}

static int32_t intern_hashed(struct pt_dict *d, uint64_t hash, const void *data, uint64_t size)
{
    int32_t known = d->slots == NULL ? -1 : slots_find(d, hash, data, size);
    if (known >= 0) {
        return known;
    }
    if (!slots_reserve(d) || !store_reserve(d, size)) {
        return -1;
    }
    if (size > 0) {
        memcpy(d->bytes + d->offsets[d->n], data, size);
    }
    d->offsets[d->n + 1] = d->offsets[d->n] + (int32_t)size;
    slot_put(d->slots, d->mask, hash, (int32_t)d->n);
    return (int32_t)d->n++;
}

int32_t pt_dict_intern(struct pt_dict *d, const void *data, uint64_t size)
{
    return intern_hashed(d, pt_dict_hash(data, size), data, size);
}

// Fetches what the look-up of these hashes will touch: slots, then offsets, then bytes.
static void values_fetch(const struct pt_dict *d, const uint64_t *hashes, uint32_t n)
{
    int32_t code[FETCH];
    for (uint32_t i = 0; i < n; i++) {
        code[i] = d->slots[(uint32_t)hashes[i] & d->mask].code;
        if (code[i] >= 0) {
            __builtin_prefetch(&d->offsets[code[i]]);
        }
    }
    for (uint32_t i = 0; i < n; i++) {
        if (code[i] >= 0) {
            const uint8_t *value = d->bytes + d->offsets[code[i]];
            __builtin_prefetch(value);
            __builtin_prefetch(value + 64);
        }
    }
}

bool pt_dict_intern_all(struct pt_dict *d, const pt_bytes *values, uint32_t n, int32_t *codes)
{
    uint64_t hashes[FETCH];
    for (uint32_t begin = 0; begin < n; begin += FETCH) {
        uint32_t some = n - begin < FETCH ? n - begin : FETCH;
        for (uint32_t i = 0; i < some; i++) {
            const pt_bytes *v = &values[begin + i];
            hashes[i] = v->data == NULL ? 0 : pt_dict_hash(v->data, v->size);
            if (d->slots != NULL) {
                __builtin_prefetch(&d->slots[(uint32_t)hashes[i] & d->mask]);
            }
        }
        if (d->slots != NULL) {
            values_fetch(d, hashes, some);
        }
        for (uint32_t i = 0; i < some; i++) {
            const pt_bytes *v = &values[begin + i];
            int32_t code = v->data == NULL ? -1 : intern_hashed(d, hashes[i], v->data, v->size);
            if (code < 0 && v->data != NULL) {
                return false;
            }
            codes[begin + i] = code;
        }
    }
    return true;
}

struct exported {
    struct pt_dict_store *store;
    const void *buffers[3];
};

static void exported_release(struct ArrowArray *array)
{
    struct exported *e = array->private_data;
    const pt_host *host = e->store->host;
    store_drop(e->store);
    pt_mem_free(host, e);
    array->release = NULL;
}

pt_status pt_dict_export(struct pt_dict *d, struct ArrowArray *out)
{
    if (d->store == NULL) {
        struct pt_dict_store *s = store_new(d->host, FIRST_VALUES, FIRST_BYTES);
        if (s == NULL) {
            return PT_E_NO_MEMORY;
        }
        store_use(d, s);
    }
    struct exported *e = pt_mem_zero(d->host, 1, sizeof *e);
    if (e == NULL) {
        return PT_E_NO_MEMORY;
    }
    atomic_fetch_add_explicit(&d->store->owners, 1, memory_order_relaxed);
    e->store = d->store;
    e->buffers[1] = d->offsets;
    e->buffers[2] = d->bytes;
    *out = (struct ArrowArray){.length = d->n,
                               .n_buffers = 3,
                               .buffers = e->buffers,
                               .release = exported_release,
                               .private_data = e};
    return PT_OK;
}
