// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "series_builder.h"

#include "mem.h"
#include "people.h"

pt_status series_reserve(struct series_builder *b, size_t n, struct pt_error *err)
{
    b->n = 0;
    if (n <= b->capacity) {
        return PT_OK;
    }
    series_release(b);
    size_t capacity = n < 64 ? 64 : n;
    b->time = mem_array(capacity, sizeof *b->time);
    b->value = mem_array(capacity, sizeof *b->value);
    b->valid = mem_array(capacity, sizeof *b->valid);
    b->items = mem_array(capacity, 2 * sizeof *b->items);
    b->value_scratch = mem_array(capacity, sizeof *b->value_scratch);
    b->valid_scratch = mem_array(capacity, sizeof *b->valid_scratch);
    if (b->time == NULL || b->value == NULL || b->valid == NULL || b->items == NULL ||
        b->value_scratch == NULL || b->valid_scratch == NULL) {
        series_release(b);
        FAIL(err, PT_E_NO_MEMORY, "out of memory for the rows of one profile");
    }
    b->capacity = capacity;
    return PT_OK;
}

void series_release(struct series_builder *b)
{
    mem_free(b->time);
    mem_free(b->value);
    mem_free(b->valid);
    mem_free(b->items);
    mem_free(b->value_scratch);
    mem_free(b->valid_scratch);
    *b = (struct series_builder){0};
}

// The pick that takes a record, or NULL.
static const struct plan_pick *pick_of(const struct plan_feed *feed, const uint32_t *bits)
{
    for (size_t i = 0; i < feed->n_picks; i++) {
        const struct plan_pick *pick = &feed->picks[i];
        if (pick->test < 0 || record_bit(bits, (uint32_t)pick->test)) {
            return pick;
        }
    }
    return NULL;
}

size_t series_count(const struct frame *f, const struct plan_feed *feed, struct frame_range range)
{
    uint32_t n_words = f->layout->n_words;
    size_t n = 0;
    bool is_empty = range.from == range.to; // maybe nothing was ever loaded
    if (is_empty || (feed->n_picks == 1 && feed->picks[0].test < 0)) {
        return range.to - range.from;
    }
    if (feed->n_picks == 1) {
        uint32_t bit = (uint32_t)feed->picks[0].test;
        const uint32_t *word = f->bits + (bit >> 5);
        for (size_t i = range.from; i < range.to; i++) {
            n += word[i * n_words] >> (bit & 31) & 1;
        }
        return n;
    }
    for (size_t i = range.from; i < range.to; i++) {
        n += pick_of(feed, f->bits + i * n_words) != NULL;
    }
    return n;
}

static void add_value(struct series_builder *b, const struct layout_value *v,
                      const unsigned char *record, const uint32_t *bits)
{
    uint64_t value = 0;
    bool is_valid = false;
    if (v == NULL) {
        is_valid = true;
    } else if (v->kind == LAYOUT_TEXT) {
        uint32_t code = 0;
        memcpy(&code, record + v->at, sizeof code);
        value = code;
        is_valid = code != 0;
    } else {
        is_valid = record_bit(bits, v->valid);
        if (v->kind == LAYOUT_WORD) {
            memcpy(&value, record + v->at, sizeof value);
        } else {
            value = record_bit(bits, v->bit);
        }
    }
    b->value[b->n] = value;
    b->valid[b->n] = is_valid;
}

void series_add(struct series_builder *b, const struct frame *f, const struct plan_feed *feed,
                struct frame_range range)
{
    uint32_t n_words = f->layout->n_words;
    bool is_timed = f->layout->is_timed;
    for (size_t i = range.from; i < range.to; i++) {
        const uint32_t *bits = f->bits + i * n_words;
        const struct plan_pick *pick = pick_of(feed, bits);
        if (pick == NULL) {
            continue;
        }
        b->time[b->n] = is_timed ? f->time[i] : TIME_NONE;
        add_value(b, pick->value, f->records[i], bits);
        b->n++;
    }
}

void series_order(struct series_builder *b)
{
    bool is_sorted = true;
    for (size_t i = 0; i < b->n; i++) {
        b->items[i] = (struct time_item){b->time[i], (uint32_t)i};
        is_sorted = is_sorted && (i == 0 || b->time[i] >= b->time[i - 1]);
    }
    if (is_sorted) {
        return;
    }
    timesort(b->items, b->items + b->capacity, b->n);
    for (size_t i = 0; i < b->n; i++) {
        b->time[i] = b->items[i].time;
        b->value_scratch[i] = b->value[b->items[i].index];
        b->valid_scratch[i] = b->valid[b->items[i].index];
    }
    memcpy(b->value, b->value_scratch, b->n * sizeof *b->value);
    memcpy(b->valid, b->valid_scratch, b->n * sizeof *b->valid);
}

bool series_add_own(struct series_builder *b, const struct frame *f, const struct plan_feed *feed,
                    const struct window *window)
{
    for (size_t i = 0; i < f->n; i++) {
        if ((f->pairs[i].person & PERSON_OWN) == 0) {
            continue;
        }
        const unsigned char *record = rowset_record(f->rows, f->pairs[i].ref);
        const uint32_t *bits = (const uint32_t *)(const void *)(record + f->layout->bits_at);
        int64_t time = TIME_NONE;
        if (f->layout->is_timed) {
            memcpy(&time, record, sizeof time);
        }
        bool is_inside = !f->layout->is_timed || (window->from <= time && time < window->to);
        const struct plan_pick *pick = is_inside ? pick_of(feed, bits) : NULL;
        if (pick != NULL) {
            b->time[b->n] = time;
            add_value(b, pick->value, record, bits);
            b->n++;
            return true;
        }
    }
    return false;
}
