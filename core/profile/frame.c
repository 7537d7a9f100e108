// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "frame.h"

#include "mem.h"

#define PREFETCH 24

pt_status frame_reserve(struct frame *f, const struct layout *layout, size_t n,
                        struct pt_error *err)
{
    f->layout = layout;
    if (n <= f->capacity) {
        return PT_OK;
    }
    frame_release(f);
    size_t capacity = n < 64 ? 64 : n;
    f->layout = layout;
    f->records = mem_array(capacity, sizeof(const unsigned char *));
    f->time = mem_array(capacity, sizeof *f->time);
    f->bits = mem_array(capacity, layout->n_words * sizeof *f->bits);
    f->items = mem_array(capacity, 2 * sizeof *f->items);
    if (f->records == NULL || f->time == NULL || f->bits == NULL || f->items == NULL) {
        frame_release(f);
        FAIL(err, PT_E_NO_MEMORY, "out of memory for the rows of one profile");
    }
    f->capacity = capacity;
    return PT_OK;
}

void frame_release(struct frame *f)
{
    mem_free((void *)f->records);
    mem_free(f->time);
    mem_free(f->bits);
    mem_free(f->items);
    *f = (struct frame){0};
}

static void put(struct frame *f, size_t at, const unsigned char *record)
{
    uint32_t n_words = f->layout->n_words;
    f->records[at] = record;
    if (n_words == 1) {
        memcpy(&f->bits[at], record + f->layout->bits_at, sizeof *f->bits);
    } else {
        memcpy(f->bits + at * n_words, record + f->layout->bits_at, n_words * sizeof *f->bits);
    }
}

static void put_in_time_order(struct frame *f)
{
    for (size_t i = 0; i < f->n; i++) {
        f->items[i] = (struct time_item){f->time[i], (uint32_t)i};
    }
    timesort(f->items, f->items + f->capacity, f->n);
    for (size_t i = 0; i < f->n; i++) {
        f->time[i] = f->items[i].time;
        put(f, i, rowset_record(f->rows, f->pairs[f->items[i].index].ref));
    }
}

void frame_load(struct frame *f, const struct scatter_pair *pairs, size_t n, size_t ahead)
{
    bool is_timed = f->layout->is_timed;
    bool is_sorted = true;
    int64_t before = TIME_NONE;
    f->pairs = pairs;
    f->n = n;
    for (size_t i = 0; i < n; i++) {
        if (i + PREFETCH < n + ahead) {
            __builtin_prefetch(rowset_record(f->rows, pairs[i + PREFETCH].ref));
        }
        const unsigned char *record = rowset_record(f->rows, pairs[i].ref);
        if (is_timed) {
            memcpy(&f->time[i], record, sizeof *f->time);
            is_sorted = is_sorted && f->time[i] >= before;
            before = f->time[i];
        }
        put(f, i, record);
    }
    if (!is_sorted) {
        put_in_time_order(f);
    }
}

static size_t lower_bound(const int64_t *time, size_t n, int64_t at)
{
    size_t from = 0;
    while (n > 0) {
        size_t half = n / 2;
        bool is_right = time[from + half] < at;
        from = is_right ? from + half + 1 : from;
        n = is_right ? n - half - 1 : half;
    }
    return from;
}

struct frame_range frame_window(const struct frame *f, const struct window *w)
{
    if (!f->layout->is_timed || f->n == 0) {
        return (struct frame_range){0, f->n};
    }
    size_t from = lower_bound(f->time, f->n, w->from);
    return (struct frame_range){from, from + lower_bound(f->time + from, f->n - from, w->to)};
}
