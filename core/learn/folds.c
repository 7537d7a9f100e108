// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Test rows and folds by a hash of the row's name: stable when other rows come and go, and the same
// person at several cut-offs always lies on one side.
#include "learn.h"

#include "map.h"

#define TEST_SALT 0x7465737420726f77u // so that folds do not follow test rows
#define FOLD_SALT 0x666f6c6420726f77u

void learn_test_mask(const struct text *names, size_t n, double fraction, uint64_t seed,
                     uint8_t *mask)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t h = hash_bytes(names[i].p, names[i].n, seed ^ TEST_SALT);
        mask[i] = (double)(h >> 11) * 0x1p-53 < fraction;
    }
}

uint32_t learn_fold_of(struct text name, uint32_t folds, uint64_t seed)
{
    uint64_t h = hash_bytes(name.p, name.n, seed ^ FOLD_SALT);
    return (uint32_t)(((unsigned __int128)h * folds) >> 64);
}
