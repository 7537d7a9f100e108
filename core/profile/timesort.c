// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Bottom-up merge sort over insertion-sorted pieces; pieces already in order are not merged.
#include "timesort.h"

#include <string.h>

#define PIECE 32

static void insertion(struct time_item *items, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct time_item item = items[i];
        size_t at = i;
        for (; at > 0 && items[at - 1].time > item.time; at--) {
            items[at] = items[at - 1];
        }
        items[at] = item;
    }
}

static void merge(struct time_item *items, struct time_item *scratch, size_t middle, size_t n)
{
    if (items[middle - 1].time <= items[middle].time) {
        return;
    }
    memcpy(scratch, items, middle * sizeof *items);
    size_t left = 0;
    size_t right = middle;
    for (size_t to = 0; left < middle; to++) {
        bool takes_right = right < n && items[right].time < scratch[left].time;
        items[to] = takes_right ? items[right++] : scratch[left++];
    }
}

void timesort(struct time_item *items, struct time_item *scratch, size_t n)
{
    for (size_t from = 0; from < n; from += PIECE) {
        insertion(items + from, n - from < PIECE ? n - from : PIECE);
    }
    for (size_t width = PIECE; width < n; width *= 2) {
        for (size_t from = 0; from + width < n; from += 2 * width) {
            size_t left = n - from;
            merge(items + from, scratch, width, left < 2 * width ? left : 2 * width);
        }
    }
}
