// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Tally: how often each of many 64-bit values came. Begun anew for every profile without clearing
// or freeing: slots carry the number of their round.
#ifndef PORTRAIT_PROFILE_TALLY_H
#define PORTRAIT_PROFILE_TALLY_H

#include "error.h"

struct tally_item {
    uint64_t value;
    uint64_t n;
};

// {0} is empty.
struct tally {
    struct tally_item *items; // distinct values in order of arrival
    size_t n;
    struct tally_slot *slots;
    size_t n_slots; // a power of two
    uint32_t round;
};

// Empties it and makes room for n values.
pt_status tally_begin(struct tally *t, size_t n, struct pt_error *err);
void tally_add(struct tally *t, uint64_t value);
void tally_release(struct tally *t);

#endif
