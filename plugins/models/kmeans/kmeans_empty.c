// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Empty-cluster rule: a centre that lost all its rows moves to the row farthest from its own centre
// (the lowest of equals), which leaves its cluster; several empty centres, in order, take the
// farthest rows in order. When no row is away from its centre, they stay.
#include "kmeans.h"

static uint64_t farthest_row(const struct kmeans_fit *f)
{
    uint64_t best = 0;
    for (uint64_t i = 1; i < f->n; i++) {
        if (f->distance[i] > f->distance[best]) {
            best = i;
        }
    }
    return best;
}

static pt_status fill_centre(struct kmeans_fit *f, uint32_t centre, bool *is_filled)
{
    uint64_t row = farthest_row(f);
    *is_filled = f->distance[row] > 0;
    if (!*is_filled) {
        return PT_OK;
    }
    double *sum = f->sums + (uint64_t)centre * f->d;
    pt_status status = kmeans_take_row(f, row, sum);
    if (status != PT_OK) {
        return status;
    }
    uint32_t old = f->nearest[row];
    f->sizes[old] -= 1;
    f->sizes[centre] = 1;
    for (uint32_t j = 0; j < f->d; j++) {
        f->sums[(uint64_t)old * f->d + j] -= sum[j];
    }
    f->nearest[row] = (uint16_t)centre;
    f->distance[row] = 0;
    if (f->slack != NULL) {
        f->slack[row] = -1;
    }
    return PT_OK;
}

static bool has_empty(const struct kmeans_fit *f)
{
    for (uint32_t c = 0; c < f->k; c++) {
        if (!(f->sizes[c] > 0)) {
            return true;
        }
    }
    return false;
}

// A row that leaves a cluster of one would empty it in turn; such a row has distance 0 once its
// centre is its mean, so this ends.
pt_status kmeans_fill_empty(struct kmeans_fit *f)
{
    if (!has_empty(f)) {
        return PT_OK;
    }
    pt_status status = kmeans_want_distance(f);
    if (status == PT_OK) {
        status = kmeans_measure(f);
    }
    bool is_filled = true;
    for (uint32_t c = 0; c < f->k && status == PT_OK && is_filled; c++) {
        if (!(f->sizes[c] > 0)) {
            status = fill_centre(f, c, &is_filled);
        }
    }
    return status;
}
