// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Percentile intervals of the Poisson bootstrap: each name counts Poisson(1) times in a resample
// (Hanley and MacGibbon, "Creating non-parametric bootstrap samples using Poisson frequencies",
// 2006; Chamandy et al., "Estimating uncertainty for massive data streams", 2012). The count is a
// function of seed, resample and name, so that rows need no order and people with several rows
// are drawn as one.
#include "evaluate_bootstrap.h"

#include <math.h>
#include <stdlib.h>

#include "mem.h"
#include "philox.h"

#define CLIP 1e-15
#define STREAM 0x626f6f74u

struct resampling {
    const struct ranked *r;
    uint64_t seed;
    uint32_t resamples;
    double *losses; // -log(likelihood) by row
    double *values; // [figure * resamples + resample]
};

// Of one resample, rows falling by score.
struct tally {
    double positives, negatives; // so far, without the group under way
    double group_positives, group_negatives;
    double wins;      // pairs in order
    double precision; // sum of positives x precision
    double loss;
    double square;
};

// The Poisson(1) count of 32 uniform bits: how many of the cumulated probabilities are passed.
static double count_of(uint32_t bits)
{
    static const double cumulated[] = {
        0.36787944117144233, 0.73575888234288467, 0.91969860292860584, 0.98101184312384615,
        0.99634015317265634, 0.99940581518241833, 0.99991675885071196, 0.99998975080332531,
        0.99999887479740202, 0.99999988857452171, 0.99999998995223360,
    };
    double u = ((double)bits + 0.5) * 0x1p-32;
    int count = 0;
    while (count < (int)(sizeof cumulated / sizeof *cumulated) && u > cumulated[count]) {
        count++;
    }
    return count;
}

void bootstrap_draw(uint64_t seed, uint64_t name, uint32_t block, double counts[BOOTSTRAP_LANES])
{
    uint32_t counter[4] = {(uint32_t)name, (uint32_t)(name >> 32), block, STREAM};
    philox_rounds(counter, (uint32_t)seed, (uint32_t)(seed >> 32));
    for (int lane = 0; lane < BOOTSTRAP_LANES; lane++) {
        counts[lane] = count_of(counter[lane]);
    }
}

static void close_group(struct tally *t)
{
    t->wins += t->group_negatives * (t->positives + t->group_positives / 2);
    t->positives += t->group_positives;
    t->negatives += t->group_negatives;
    if (t->group_positives > 0) {
        t->precision += t->group_positives * (t->positives / (t->positives + t->negatives));
    }
    t->group_positives = 0;
    t->group_negatives = 0;
}

static void add_row(const struct resampling *s, size_t i, uint32_t block,
                    struct tally tallies[BOOTSTRAP_LANES])
{
    const struct ranked_row *row = &s->r->rows[i];
    double miss = (double)row->is_positive - row->score;
    double counts[BOOTSTRAP_LANES];
    bootstrap_draw(s->seed, row->name, block, counts);
    for (int lane = 0; lane < BOOTSTRAP_LANES; lane++) {
        struct tally *t = &tallies[lane];
        double n = counts[lane];
        t->group_positives += row->is_positive ? n : 0;
        t->group_negatives += row->is_positive ? 0 : n;
        t->loss += n * s->losses[i];
        t->square += n * (miss * miss);
    }
}

static void put_values(const struct resampling *s, uint32_t resample, const struct tally *t)
{
    bool has_both = t->positives > 0 && t->negatives > 0;
    double n = t->positives + t->negatives;
    double figures[BOOTSTRAP_FIGURES] = {
        t->wins / (t->positives * t->negatives),
        t->precision / t->positives,
        t->loss / n,
        t->square / n,
    };
    for (size_t i = 0; i < BOOTSTRAP_FIGURES; i++) {
        s->values[i * s->resamples + resample] = has_both ? figures[i] : (double)NAN;
    }
}

static pt_status run_block(void *arg, uint64_t item, uint32_t worker, struct pt_error *err)
{
    const struct resampling *s = arg;
    const struct ranked_row *rows = s->r->rows;
    struct tally tallies[BOOTSTRAP_LANES] = {{0}};
    (void)worker;
    (void)err;
    for (size_t i = s->r->n; i > 0; i--) {
        add_row(s, i - 1, (uint32_t)item, tallies);
        if (i == 1 || rows[i - 2].score != rows[i - 1].score) {
            for (int lane = 0; lane < BOOTSTRAP_LANES; lane++) {
                close_group(&tallies[lane]);
            }
        }
    }
    for (uint32_t lane = 0; lane < BOOTSTRAP_LANES; lane++) {
        uint32_t resample = (uint32_t)item * BOOTSTRAP_LANES + lane;
        if (resample < s->resamples) {
            put_values(s, resample, &tallies[lane]);
        }
    }
    return PT_OK;
}

static void fill_losses(const struct ranked *r, double *losses)
{
    for (size_t i = 0; i < r->n; i++) {
        double p = fmin(fmax(r->rows[i].score, CLIP), 1 - CLIP);
        losses[i] = r->rows[i].is_positive ? -log(p) : -log1p(-p);
    }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

// Linear between order statistics: at (n - 1) x share, counted from 0.
static double percentile(const double *sorted, uint32_t n, double share)
{
    double at = share * (n - 1);
    uint32_t below = (uint32_t)at;
    double above = below + 1 < n ? sorted[below + 1] : sorted[below];
    return sorted[below] + (at - below) * (above - sorted[below]);
}

struct interval bootstrap_interval(double *values, uint32_t resamples, uint32_t *counted)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < resamples; i++) {
        if (!isnan(values[i])) {
            values[n++] = values[i];
        }
    }
    *counted = n;
    if (n == 0) {
        return (struct interval){(double)NAN, (double)NAN};
    }
    qsort(values, n, sizeof *values, by_value);
    return (struct interval){percentile(values, n, 0.025), percentile(values, n, 0.975)};
}

pt_status bootstrap_each(struct pool *pool, uint32_t resamples, pool_fn fn, void *ctx,
                         struct pt_error *err)
{
    uint64_t n = (resamples + BOOTSTRAP_LANES - 1) / BOOTSTRAP_LANES;
    if (pool != NULL) {
        return pool_run(pool, n, fn, ctx, err);
    }
    for (uint64_t i = 0; i < n; i++) {
        TRY(fn(ctx, i, 0, err));
    }
    return PT_OK;
}

pt_status bootstrap_values(const struct ranked *r, uint32_t resamples, uint64_t seed,
                           struct pool *pool, double *values, struct pt_error *err)
{
    struct resampling s = {.r = r, .seed = seed, .resamples = resamples, .values = values};
    s.losses = mem_array(r->n, sizeof *s.losses);
    if (s.losses == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %u resamples", resamples);
    }
    fill_losses(r, s.losses);
    pt_status status = bootstrap_each(pool, resamples, run_block, &s, err);
    mem_free(s.losses);
    return status;
}

pt_status bootstrap_run(const struct ranked *r, uint32_t resamples, uint64_t seed,
                        struct pool *pool, struct bootstrap *out, struct pt_error *err)
{
    size_t each = resamples;
    double *values = mem_array(each * BOOTSTRAP_FIGURES, sizeof *values);
    if (values == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %u resamples", resamples);
    }
    pt_status status = bootstrap_values(r, resamples, seed, pool, values, err);
    if (status == PT_OK) {
        struct bootstrap b = {.resamples = resamples};
        b.auc = bootstrap_interval(values, resamples, &b.counted);
        b.pr_auc = bootstrap_interval(values + each, resamples, &b.counted);
        b.log_loss = bootstrap_interval(values + 2 * each, resamples, &b.counted);
        b.brier = bootstrap_interval(values + 3 * each, resamples, &b.counted);
        *out = b;
    }
    mem_free(values);
    return status;
}
