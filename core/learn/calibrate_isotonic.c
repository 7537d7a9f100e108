// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Pool adjacent violators (Ayer, Brunk, Ewing, Reid and Silverman, 1955; Barlow et al. 1972) over
// distinct scores. Rates are compared as fractions of whole numbers, so nothing is lost to
// rounding.
#include "calibrate_fit.h"
#include "mem.h"

// Groups first .. last of one rate.
struct block {
    size_t first, last;
    uint64_t n;
    uint64_t positives;
};

static bool is_falling(const struct block *a, const struct block *b)
{
    return (unsigned __int128)a->positives * b->n >= (unsigned __int128)b->positives * a->n;
}

// Rates rise strictly afterwards: blocks of equal rates are pooled too.
static size_t pool_violators(const struct ranked *r, struct block *blocks)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n_groups; i++) {
        struct block next = {i, i, r->groups[i].n, r->groups[i].positives};
        while (n > 0 && is_falling(&blocks[n - 1], &next)) {
            n--;
            next.first = blocks[n].first;
            next.n += blocks[n].n;
            next.positives += blocks[n].positives;
        }
        blocks[n++] = next;
    }
    return n;
}

static void put_points(const struct ranked *r, const struct block *blocks, size_t n,
                       struct calibration *out)
{
    for (size_t i = 0; i < n; i++) {
        double rate = (double)blocks[i].positives / (double)blocks[i].n;
        out->x[out->n] = r->groups[blocks[i].first].score;
        out->y[out->n++] = rate;
        if (blocks[i].last > blocks[i].first) {
            out->x[out->n] = r->groups[blocks[i].last].score;
            out->y[out->n++] = rate;
        }
    }
}

pt_status calibrate_fit_isotonic(const struct ranked *r, struct calibration *out,
                                 struct pt_error *err)
{
    struct block *blocks = mem_array(r->n_groups, sizeof *blocks);
    size_t n = blocks == NULL ? 0 : pool_violators(r, blocks);
    out->x = mem_array(2 * n, sizeof *out->x);
    out->y = mem_array(2 * n, sizeof *out->y);
    if (blocks == NULL || out->x == NULL || out->y == NULL || n > UINT32_MAX / 2) {
        mem_free(blocks);
        calibrate_release(out);
        FAIL(err, PT_E_NO_MEMORY, "no memory to calibrate %zu scores", r->n_groups);
    }
    put_points(r, blocks, n, out);
    mem_free(blocks);
    return PT_OK;
}
