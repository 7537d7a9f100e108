// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A shard is an open-addressing table of 64-bit slots (32 bits of hash, 32 bits of entry place)
// over entries in segments that never move. A slot is published after its entry is complete; a
// grown table leaves the old one readable until the end, and a reader that misses looks again under
// the lock. Lookups go in groups with prefetch, because the tables are larger than the caches.
#include "intern.h"

#include <pthread.h>
#include <stdatomic.h>

#include "map.h"
#include "mem.h"

#define SHARD_BITS 6
#define N_SHARDS ((uint32_t)1 << SHARD_BITS)
#define N_SEGMENTS 256
#define UNIT ((size_t)16)
#define OFFSET_BITS 20
#define OFFSET_END ((size_t)1 << OFFSET_BITS) // units a segment's entries may begin at
#define SEGMENT_SMALLEST ((size_t)2048)
#define SEGMENT_LARGEST ((size_t)16 << 20)
#define LOCAL_END ((uint32_t)1 << 25) // entries of a shard
#define SLOTS_FIRST 16
#define GROUP 32

struct slots {
    uint64_t mask;
    _Atomic uint64_t at[];
};

struct shard {
    pthread_mutex_t lock;
    _Atomic(struct slots *) slots;
    uint32_t *places; // local number -> place of the entry
    size_t places_capacity;
    uint32_t n;
    uint32_t n_segments;
    size_t segment_used;
    size_t segment_size;
    size_t bytes; // of all segments
    unsigned char *segments[N_SEGMENTS];
};

struct intern {
    struct intern_options options;
    uint32_t n_ready; // shards whose lock was made
    struct shard shards[N_SHARDS];
};

static struct slots *slots_new(struct store *store, uint64_t n)
{
    struct slots *s = store_piece(store, sizeof *s + n * sizeof s->at[0]);
    if (s != NULL) {
        s->mask = n - 1;
    }
    return s;
}

pt_status intern_new(const struct intern_options *options, struct intern **out,
                     struct pt_error *err)
{
    struct intern *t = mem_zero(1, sizeof *t);
    if (t == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    t->options = *options;
    if (t->options.finder == NULL) {
        t->options.finder = options->store;
    }
    for (; t->n_ready < N_SHARDS; t->n_ready++) {
        struct shard *s = &t->shards[t->n_ready];
        struct slots *slots = slots_new(t->options.finder, SLOTS_FIRST);
        if (slots == NULL || pthread_mutex_init(&s->lock, NULL) != 0) {
            intern_free(t);
            return store_failure(options->store, "distinct values", err);
        }
        atomic_init(&s->slots, slots);
    }
    *out = t;
    return PT_OK;
}

void intern_free(struct intern *t)
{
    if (t == NULL) {
        return;
    }
    for (uint32_t i = 0; i < t->n_ready; i++) {
        pthread_mutex_destroy(&t->shards[i].lock);
    }
    mem_free(t);
}

static struct intern_entry *entry_at(const struct shard *s, uint32_t place)
{
    unsigned char *segment = s->segments[place >> OFFSET_BITS];
    return (struct intern_entry *)(void *)(segment + (place & (OFFSET_END - 1)) * UNIT);
}

struct text intern_key(const struct intern *t, const struct intern_entry *e)
{
    return text_n((const char *)e->data + t->options.payload_bytes, e->size & ~INTERN_FLAGGED);
}

static bool entry_is(const struct intern *t, const struct intern_entry *e, struct text key)
{
    return text_equal(intern_key(t, e), key);
}

// Place in `slots` that holds `key`, or the empty one where it belongs.
static uint64_t slots_find(const struct intern *t, const struct shard *s, struct slots *slots,
                           uint32_t tag, struct text key)
{
    for (uint64_t i = tag & slots->mask;; i = (i + 1) & slots->mask) {
        uint64_t v = atomic_load_explicit(&slots->at[i], memory_order_acquire);
        if (v == 0 ||
            ((uint32_t)(v >> 32) == tag && entry_is(t, entry_at(s, (uint32_t)v - 1), key))) {
            return i;
        }
    }
}

static bool slots_grow(struct store *store, struct shard *s, const struct slots *old)
{
    struct slots *grown = slots_new(store, (old->mask + 1) * 2);
    if (grown == NULL) {
        return false;
    }
    for (uint64_t i = 0; i <= old->mask; i++) {
        uint64_t v = atomic_load_explicit(&old->at[i], memory_order_relaxed);
        if (v == 0) {
            continue;
        }
        uint64_t to = (v >> 32) & grown->mask;
        while (atomic_load_explicit(&grown->at[to], memory_order_relaxed) != 0) {
            to = (to + 1) & grown->mask;
        }
        atomic_store_explicit(&grown->at[to], v, memory_order_relaxed);
    }
    atomic_store_explicit(&s->slots, grown, memory_order_release);
    return true;
}

// A segment is an eighth of what is there, so that little is left over.
static bool segment_add(struct store *store, struct shard *s, size_t need)
{
    size_t wanted = s->bytes / 8 / UNIT * UNIT;
    wanted = wanted < SEGMENT_SMALLEST ? SEGMENT_SMALLEST : wanted;
    wanted = wanted > SEGMENT_LARGEST ? SEGMENT_LARGEST : wanted;
    wanted = wanted < need ? need : wanted;
    unsigned char *segment = s->n_segments == N_SEGMENTS ? NULL : store_piece(store, wanted);
    if (segment == NULL) {
        return false;
    }
    s->segments[s->n_segments++] = segment;
    s->segment_size = wanted;
    s->segment_used = 0;
    s->bytes += wanted;
    return true;
}

// Room for the place of one more entry. Growing leaves the old array in the store, so it doubles.
static bool places_reserve(struct store *store, struct shard *s)
{
    if (s->n < s->places_capacity) {
        return true;
    }
    size_t capacity = s->places_capacity == 0 ? SLOTS_FIRST : 2 * s->places_capacity;
    uint32_t *places = store_piece(store, capacity * sizeof *places);
    if (places == NULL) {
        return false;
    }
    if (s->n > 0) {
        memcpy(places, s->places, s->n * sizeof *places);
    }
    s->places = places;
    s->places_capacity = capacity;
    return true;
}

// A complete entry that no slot names yet. The shard is locked.
static struct intern_entry *entry_new(struct intern *t, uint32_t shard, struct text key)
{
    struct shard *s = &t->shards[shard];
    size_t payload = t->options.payload_bytes;
    size_t bytes = sizeof(struct intern_entry) + payload + key.n;
    bytes = (bytes + UNIT - 1) / UNIT * UNIT;
    bool fits = s->n_segments > 0 && s->segment_size - s->segment_used >= bytes &&
                s->segment_used / UNIT < OFFSET_END;
    if (!places_reserve(t->options.store, s) ||
        (!fits && !segment_add(t->options.store, s, bytes))) {
        return NULL;
    }
    uint32_t place = ((s->n_segments - 1) << OFFSET_BITS) | (uint32_t)(s->segment_used / UNIT);
    struct intern_entry *e = entry_at(s, place);
    s->segment_used += bytes;
    e->code = ((s->n << SHARD_BITS) | shard) + 1;
    e->size = (uint32_t)key.n;
    if (key.n > 0) {
        memcpy(e->data + payload, key.p, key.n);
    }
    if (t->options.check != NULL && t->options.check(t->options.check_arg, key)) {
        e->size |= INTERN_FLAGGED;
    }
    s->places[s->n++] = place;
    return e;
}

static struct intern_entry *shard_add(struct intern *t, uint32_t shard, uint32_t tag,
                                      struct text key)
{
    struct shard *s = &t->shards[shard];
    struct slots *slots = atomic_load_explicit(&s->slots, memory_order_relaxed);
    uint64_t i = slots_find(t, s, slots, tag, key);
    uint64_t v = atomic_load_explicit(&slots->at[i], memory_order_relaxed);
    if (v != 0) {
        return entry_at(s, (uint32_t)v - 1);
    }
    if (((uint64_t)s->n + 1) * 2 > slots->mask + 1) {
        if (!slots_grow(t->options.finder, s, slots)) {
            return NULL;
        }
        slots = atomic_load_explicit(&s->slots, memory_order_relaxed);
        i = slots_find(t, s, slots, tag, key);
    }
    struct intern_entry *e = entry_new(t, shard, key);
    if (e != NULL) {
        uint64_t slot = ((uint64_t)tag << 32) | ((uint64_t)s->places[s->n - 1] + 1);
        atomic_store_explicit(&slots->at[i], slot, memory_order_release);
    }
    return e;
}

static pt_status intern_slow(struct intern *t, uint64_t hash, struct text key,
                             struct intern_entry **out, struct pt_error *err)
{
    uint32_t shard = (uint32_t)(hash >> (64 - SHARD_BITS));
    struct shard *s = &t->shards[shard];
    if (key.n >= INTERN_FLAGGED) {
        FAIL(err, PT_E_LIMIT, "a value of %zu bytes is too long", key.n);
    }
    pthread_mutex_lock(&s->lock);
    bool is_full = s->n >= LOCAL_END;
    struct intern_entry *e = is_full ? NULL : shard_add(t, shard, (uint32_t)hash, key);
    pthread_mutex_unlock(&s->lock);
    if (is_full) {
        FAIL(err, PT_E_LIMIT, "more than two thousand million distinct values");
    }
    if (e == NULL) {
        return store_failure(t->options.store, "distinct values", err);
    }
    *out = e;
    return PT_OK;
}

// First entry whose hash agrees, or NULL; most often the right one.
static struct intern_entry *candidate(const struct shard *s, uint32_t tag)
{
    struct slots *slots = atomic_load_explicit(&s->slots, memory_order_acquire);
    for (uint64_t i = tag & slots->mask;; i = (i + 1) & slots->mask) {
        uint64_t v = atomic_load_explicit(&slots->at[i], memory_order_acquire);
        if (v == 0) {
            return NULL;
        }
        if ((uint32_t)(v >> 32) == tag) {
            return entry_at(s, (uint32_t)v - 1);
        }
    }
}

static void hash_group(const struct intern *t, const struct text *keys, size_t n, uint64_t *hashes)
{
    for (size_t j = 0; j < n; j++) {
        if (keys[j].n == SIZE_MAX) {
            continue;
        }
        hashes[j] = hash_bytes(keys[j].p, keys[j].n, 0);
        const struct shard *s = &t->shards[hashes[j] >> (64 - SHARD_BITS)];
        struct slots *slots = atomic_load_explicit(&s->slots, memory_order_acquire);
        __builtin_prefetch((const void *)&slots->at[(uint32_t)hashes[j] & slots->mask]);
    }
}

static pt_status intern_group(struct intern *t, const struct text *keys, size_t n,
                              struct intern_entry **out, struct pt_error *err)
{
    uint64_t hashes[GROUP];
    hash_group(t, keys, n, hashes);
    for (size_t j = 0; j < n; j++) {
        out[j] = NULL;
        if (keys[j].n != SIZE_MAX) {
            out[j] = candidate(&t->shards[hashes[j] >> (64 - SHARD_BITS)], (uint32_t)hashes[j]);
            __builtin_prefetch(out[j]);
        }
    }
    for (size_t j = 0; j < n; j++) {
        bool is_done = keys[j].n == SIZE_MAX || (out[j] != NULL && entry_is(t, out[j], keys[j]));
        if (!is_done) {
            TRY(intern_slow(t, hashes[j], keys[j], &out[j], err));
        }
    }
    return PT_OK;
}

pt_status intern_many(struct intern *t, const struct text *keys, size_t n,
                      struct intern_entry **out, struct pt_error *err)
{
    for (size_t base = 0; base < n; base += GROUP) {
        size_t m = n - base < GROUP ? n - base : GROUP;
        TRY(intern_group(t, keys + base, m, out + base, err));
    }
    return PT_OK;
}

uint32_t intern_end(const struct intern *t)
{
    uint32_t most = 0;
    for (uint32_t i = 0; i < N_SHARDS; i++) {
        most = t->shards[i].n > most ? t->shards[i].n : most;
    }
    return (most << SHARD_BITS) + 1;
}

uint64_t intern_count(const struct intern *t)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < N_SHARDS; i++) {
        n += t->shards[i].n;
    }
    return n;
}

struct intern_entry *intern_at(const struct intern *t, uint32_t code)
{
    const struct shard *s = &t->shards[(code - 1) & (N_SHARDS - 1)];
    uint32_t local = (code - 1) >> SHARD_BITS;
    return local < s->n ? entry_at(s, s->places[local]) : NULL;
}

struct text intern_text(const struct intern *t, uint32_t code)
{
    return intern_key(t, intern_at(t, code));
}
