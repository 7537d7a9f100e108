// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Least-significant-digit radix sort that skips bytes all keys share; texts are ordered eight bytes
// at a time (most significant first), short runs by comparison.
#include "rank.h"

#define SMALL 32

static void insertion(struct rank_item *items, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct rank_item item = items[i];
        size_t at = i;
        for (; at > 0 && items[at - 1].key > item.key; at--) {
            items[at] = items[at - 1];
        }
        items[at] = item;
    }
}

static void scatter_byte(const struct rank_item *from, struct rank_item *to, size_t n,
                         unsigned shift)
{
    size_t at[256] = {0};
    for (size_t i = 0; i < n; i++) {
        at[(from[i].key >> shift) & 255]++;
    }
    size_t sum = 0;
    for (size_t b = 0; b < 256; b++) {
        size_t count = at[b];
        at[b] = sum;
        sum += count;
    }
    for (size_t i = 0; i < n; i++) {
        to[at[(from[i].key >> shift) & 255]++] = from[i];
    }
}

void rank_items(struct rank_item *items, struct rank_item *scratch, size_t n)
{
    if (n <= SMALL) {
        insertion(items, n);
        return;
    }
    uint64_t all_or = 0;
    uint64_t all_and = UINT64_MAX;
    for (size_t i = 0; i < n; i++) {
        all_or |= items[i].key;
        all_and &= items[i].key;
    }
    struct rank_item *from = items;
    struct rank_item *to = scratch;
    for (unsigned shift = 0; shift < 64; shift += 8) {
        if ((((all_or ^ all_and) >> shift) & 255) == 0) {
            continue;
        }
        scatter_byte(from, to, n, shift);
        struct rank_item *swap = from;
        from = to;
        to = swap;
    }
    if (from != items) {
        memcpy(items, from, n * sizeof *items);
    }
}

struct ranker {
    const struct text *texts;
    struct rank_item *scratch;
};

static uint64_t key_at(struct text t, size_t depth)
{
    unsigned char bytes[8] = {0};
    if (t.n > depth) {
        size_t n = t.n - depth < 8 ? t.n - depth : 8;
        memcpy(bytes, t.p + depth, n);
    }
    uint64_t key = 0;
    for (size_t i = 0; i < 8; i++) {
        key = key << 8 | bytes[i];
    }
    return key;
}

static void by_comparison(const struct ranker *r, struct rank_item *items, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct rank_item item = items[i];
        size_t at = i;
        for (; at > 0 && text_compare(r->texts[items[at - 1].value], r->texts[item.value]) > 0;
             at--) {
            items[at] = items[at - 1];
        }
        items[at] = item;
    }
}

// Moves texts that end at or before `depth` to the front; there are few, as all differ.
static size_t enders_first(const struct ranker *r, struct rank_item *items, size_t n, size_t depth)
{
    size_t front = 0;
    for (size_t i = 0; i < n; i++) {
        if (r->texts[items[i].value].n <= depth) {
            struct rank_item item = items[i];
            items[i] = items[front];
            items[front++] = item;
        }
    }
    by_comparison(r, items, front);
    return front;
}

// Orders items whose texts agree in their first `depth` bytes. Recursion only into smaller runs.
static void rank_run(const struct ranker *r, struct rank_item *items, size_t n, size_t depth)
{
    for (;;) {
        if (n <= SMALL) {
            by_comparison(r, items, n);
            return;
        }
        for (size_t i = 0; i < n; i++) {
            items[i].key = key_at(r->texts[items[i].value], depth);
        }
        rank_items(items, r->scratch, n);
        depth += 8;
        if (items[0].key != items[n - 1].key) {
            break;
        }
        size_t front = enders_first(r, items, n, depth);
        items += front;
        n -= front;
    }
    for (size_t from = 0; from < n;) {
        size_t to = from + 1;
        while (to < n && items[to].key == items[from].key) {
            to++;
        }
        size_t front = to - from > 1 ? enders_first(r, items + from, to - from, depth) : 1;
        rank_run(r, items + from + front, to - from - front, depth);
        from = to;
    }
}

// Runs of equal length, each in byte order.
static void rank_lengths(const struct ranker *r, struct rank_item *items, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        items[i].key = r->texts[items[i].value].n;
    }
    rank_items(items, r->scratch, n);
    for (size_t from = 0; from < n;) {
        size_t to = from + 1;
        while (to < n && items[to].key == items[from].key) {
            to++;
        }
        rank_run(r, items + from, to - from, 0);
        from = to;
    }
}

void rank_texts(const struct text *texts, size_t n, bool by_length, struct rank_item *scratch,
                uint32_t *order)
{
    struct rank_item *items = scratch;
    struct ranker r = {texts, items + n};
    for (size_t i = 0; i < n; i++) {
        items[i].value = i;
    }
    if (by_length) {
        rank_lengths(&r, items, n);
    } else {
        rank_run(&r, items, n, 0);
    }
    for (size_t i = 0; i < n; i++) {
        order[i] = (uint32_t)items[i].value;
    }
}
