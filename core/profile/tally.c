// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "tally.h"

#include "mem.h"

struct tally_slot {
    uint32_t round;
    uint32_t item;
};

static pt_status grow(struct tally *t, size_t n, struct pt_error *err)
{
    size_t n_slots = t->n_slots == 0 ? 64 : t->n_slots;
    while (n_slots / 2 < n) {
        n_slots *= 2;
    }
    struct tally_slot *slots = mem_zero(n_slots, sizeof *slots);
    struct tally_item *items = mem_array(n_slots / 2, sizeof *items);
    if (slots == NULL || items == NULL) {
        mem_free(slots);
        mem_free(items);
        FAIL(err, PT_E_NO_MEMORY, "out of memory for distinct values");
    }
    tally_release(t);
    *t = (struct tally){.items = items, .slots = slots, .n_slots = n_slots};
    return PT_OK;
}

pt_status tally_begin(struct tally *t, size_t n, struct pt_error *err)
{
    if (n > UINT32_MAX) {
        FAIL(err, PT_E_LIMIT, "%zu values of one profile are too many", n);
    }
    if (n > t->n_slots / 2 || t->round == UINT32_MAX) {
        TRY(grow(t, n, err));
    }
    t->round++;
    t->n = 0;
    return PT_OK;
}

void tally_add(struct tally *t, uint64_t value)
{
    uint64_t hash = (value ^ value >> 32) * 0x9E3779B97F4A7C15u;
    for (size_t i = (size_t)(hash >> 32) & (t->n_slots - 1);; i = (i + 1) & (t->n_slots - 1)) {
        struct tally_slot *slot = &t->slots[i];
        if (slot->round != t->round) {
            *slot = (struct tally_slot){t->round, (uint32_t)t->n};
            t->items[t->n++] = (struct tally_item){value, 1};
            return;
        }
        if (t->items[slot->item].value == value) {
            t->items[slot->item].n++;
            return;
        }
    }
}

void tally_release(struct tally *t)
{
    mem_free(t->items);
    mem_free(t->slots);
    *t = (struct tally){0};
}
