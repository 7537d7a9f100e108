// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Orders: a stable radix sort of 64-bit keys that carry a value, and byte order of texts.
#ifndef PORTRAIT_PROFILE_RANK_H
#define PORTRAIT_PROFILE_RANK_H

#include "error.h"
#include "text.h"

struct rank_item {
    uint64_t key;
    uint64_t value;
};

// Sorts by key, equal keys in their order. `scratch` has room for n items.
void rank_items(struct rank_item *items, struct rank_item *scratch, size_t n);

// order[0..n) becomes the indices of `texts` (all different) in byte order; by_length: shorter ones
// first, which is the order of numbers in plain decimal. `scratch` has room for 2 * n items.
void rank_texts(const struct text *texts, size_t n, bool by_length, struct rank_item *scratch,
                uint32_t *order);

#endif
