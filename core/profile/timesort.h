// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Time sort: stable, cheap on rows that are nearly in order, never quadratic.
#ifndef PORTRAIT_PROFILE_TIMESORT_H
#define PORTRAIT_PROFILE_TIMESORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct time_item {
    int64_t time;
    uint32_t index;
};

// `scratch` has room for n items.
void timesort(struct time_item *items, struct time_item *scratch, size_t n);

#endif
