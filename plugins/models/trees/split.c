// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "split.h"

#include <stdlib.h>

#define NOISE 1e-12 // of the node's worth: gains below are rounding

// A node that is to be split, in doubles.
struct whole {
    const struct split_rule *rule;
    const int64_t *counts;
    int64_t total;
    uint64_t rows;
    double first;
    double second;
    double worth;
    double least; // worth of the two sides that a split must exceed
};

static double first_of(const struct split_rule *rule, int64_t packed)
{
    return hist_first(packed) * rule->first_scale;
}

static double second_of(const struct split_rule *rule, int64_t packed)
{
    return hist_second(packed) * rule->second_scale;
}

static double clip(const struct split_rule *rule, double weight)
{
    if (!rule->is_bounded) {
        return weight;
    }
    weight = weight < rule->low ? rule->low : weight;
    return weight > rule->high ? rule->high : weight;
}

static double weight_of(const struct split_rule *rule, double first, double second)
{
    return clip(rule, -first / (second + rule->lambda));
}

// What a group gives at its (bounded) weight; G^2 / (H + lambda) when the bounds are far.
static double worth_of(const struct split_rule *rule, double first, double second)
{
    double weight = weight_of(rule, first, second);
    return -(2 * first * weight + (second + rule->lambda) * weight * weight);
}

static struct whole whole_of(const struct split_rule *rule, int64_t total, const int64_t *counts)
{
    struct whole w = {.rule = rule, .total = total};
    w.counts = rule->min_rows > 1 ? counts : NULL;
    for (uint32_t b = 0; w.counts != NULL && b < BINS_SLOTS; b++) {
        w.rows += hist_second(counts[b]);
    }
    w.first = first_of(rule, total);
    w.second = second_of(rule, total);
    w.worth = worth_of(rule, w.first, w.second);
    double noise = NOISE * w.worth;
    w.least = w.worth + (rule->min_gain > noise ? rule->min_gain : noise);
    return w;
}

// Worth of the two sides; 0 when the split is not allowed.
static double sides(const struct whole *w, int64_t left, uint64_t left_rows)
{
    const struct split_rule *rule = w->rule;
    int64_t right = w->total - left;
    double hl = second_of(rule, left);
    double hr = second_of(rule, right);
    bool is_thin = hist_second(left) == 0 || hist_second(right) == 0 || hl < rule->min_child ||
                   hr < rule->min_child;
    if (is_thin || (w->counts != NULL &&
                    (left_rows < rule->min_rows || w->rows - left_rows < rule->min_rows))) {
        return 0;
    }
    double gl = first_of(rule, left);
    double gr = first_of(rule, right);
    if (rule->monotone != 0 &&
        (weight_of(rule, gr, hr) - weight_of(rule, gl, hl)) * rule->monotone < 0) {
        return 0;
    }
    return worth_of(rule, gl, hl) + worth_of(rule, gr, hr);
}

// Where a scan over number bins stands.
struct scan {
    int64_t left[BINS_SLOTS]; // sums of bins 1 .. b
    uint64_t rows[BINS_SLOTS];
    double worth[BINS_SLOTS];
};

static void scan_sums(struct scan *s, const struct whole *w, const int64_t *hist, uint32_t n_bins)
{
    int64_t sum = 0;
    uint64_t rows = 0;
    for (uint32_t b = 1; b < n_bins; b++) {
        sum += hist[b];
        s->left[b] = sum;
        if (w->counts != NULL) {
            rows += hist_second(w->counts[b]);
            s->rows[b] = rows;
        }
    }
}

// worth[b] for splits after bin b in [1, n), `more` joins the left side.
static void scan_plain(struct scan *s, const struct whole *w, int64_t more, uint32_t n)
{
    const struct split_rule *rule = w->rule;
    double fs = rule->first_scale;
    double ss = rule->second_scale;
    double lambda = rule->lambda;
    double least = rule->min_child > ss / 2 ? rule->min_child : ss / 2; // no side is empty
    double g = w->first;
    double h = w->second;
    for (uint32_t b = 1; b < n; b++) {
        int64_t left = s->left[b] + more;
        double gl = hist_first(left) * fs;
        double hl = hist_second(left) * ss;
        double gr = g - gl;
        double hr = h - hl;
        double dl = hl + lambda;
        double dr = hr + lambda;
        double value = (gl * gl * dr + gr * gr * dl) / (dl * dr);
        s->worth[b] = ((hl >= least) & (hr >= least)) ? value : 0;
    }
}

static void scan_checked(struct scan *s, const struct whole *w, int64_t more, uint64_t more_rows,
                         uint32_t n)
{
    for (uint32_t b = 1; b < n; b++) {
        uint64_t rows = w->counts != NULL ? s->rows[b] + more_rows : 0;
        s->worth[b] = sides(w, s->left[b] + more, rows);
    }
}

static uint32_t first_highest(const double *worth, uint32_t n)
{
    uint32_t best = 1;
    for (uint32_t b = 2; b < n; b++) {
        best = worth[b] > worth[best] ? b : best;
    }
    return best;
}

static bool is_plain(const struct whole *w)
{
    return w->counts == NULL && !w->rule->is_bounded && w->rule->monotone == 0;
}

// One way for the missing values.
struct direction {
    int64_t missing; // packed sums of the rows without a value
    bool is_left;
};

// n: bins that may end the left side are 1 .. n - 1.
static void try_direction(struct scan *s, const struct whole *w, uint32_t column,
                          struct direction way, uint32_t n, struct split *best)
{
    if (n < 2) {
        return;
    }
    int64_t more = way.is_left ? way.missing : 0;
    if (is_plain(w)) {
        scan_plain(s, w, more, n);
    } else {
        uint64_t rows = w->counts != NULL && way.is_left ? hist_second(w->counts[0]) : 0;
        scan_checked(s, w, more, rows, n);
    }
    uint32_t at = first_highest(s->worth, n);
    double gain = s->worth[at] - w->worth;
    if (s->worth[at] > w->least && gain > best->gain) {
        *best = (struct split){.gain = gain,
                               .column = column,
                               .bin = at,
                               .missing_left = way.is_left,
                               .saw_missing = way.missing != 0,
                               .left = s->left[at] + more};
    }
}

static void find_number(const struct whole *w, uint32_t column, uint32_t n_bins,
                        const int64_t *hist, struct split *best)
{
    struct scan s;
    scan_sums(&s, w, hist, n_bins);
    struct split found = {.gain = best->gain};
    if (hist[0] != 0) {
        try_direction(&s, w, column, (struct direction){hist[0], true}, n_bins - 1, &found);
        // All values left, missing ones right, is a split as well.
        try_direction(&s, w, column, (struct direction){hist[0], false}, n_bins, &found);
    } else {
        try_direction(&s, w, column, (struct direction){0, false}, n_bins - 1, &found);
        // What was not seen here goes with the larger side.
        found.missing_left = hist_second(found.left) >= hist_second(w->total - found.left);
    }
    if (found.gain > best->gain) {
        *best = found;
    }
}

struct entry {
    double order;
    uint32_t bin;
};

static int by_order(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;
    if (x->order != y->order) {
        return x->order < y->order ? -1 : 1;
    }
    return x->bin < y->bin ? -1 : 1;
}

static void set_bit(uint64_t set[4], uint32_t bin)
{
    set[bin / 64] |= UINT64_C(1) << (bin % 64);
}

// The first `n_left` entries go left; bins that the node has no rows of follow the larger side.
static void keep_category(const struct whole *w, const struct entry *entries, uint32_t n,
                          uint32_t n_left, const int64_t *hist, struct split *best)
{
    bool seen_by_left = hist_second(best->left) >= hist_second(w->total - best->left);
    for (uint32_t i = 0; i < 4; i++) {
        best->set[i] = seen_by_left ? ~UINT64_C(0) : 0;
    }
    for (uint32_t i = 0; i < n; i++) {
        best->set[entries[i].bin / 64] &= ~(UINT64_C(1) << (entries[i].bin % 64));
    }
    for (uint32_t i = 0; i < n_left; i++) {
        set_bit(best->set, entries[i].bin);
    }
    best->missing_left = (best->set[0] & 1) != 0;
    best->saw_missing = hist[0] != 0;
}

static void find_category(const struct whole *w, uint32_t column, uint32_t n_bins,
                          const int64_t *hist, struct split *best)
{
    struct entry entries[BINS_SLOTS];
    uint32_t n = 0;
    for (uint32_t b = 0; b < n_bins; b++) {
        if (hist[b] != 0) {
            double second = second_of(w->rule, hist[b]) + w->rule->category_smooth;
            entries[n++] = (struct entry){first_of(w->rule, hist[b]) / second, b};
        }
    }
    qsort(entries, n, sizeof *entries, by_order);
    int64_t left = 0;
    uint64_t rows = 0;
    uint32_t n_left = 0;
    for (uint32_t i = 0; i + 1 < n; i++) {
        left += hist[entries[i].bin];
        rows += w->counts == NULL ? 0 : hist_second(w->counts[entries[i].bin]);
        double worth = sides(w, left, rows);
        if (worth > w->least && worth - w->worth > best->gain) {
            *best = (struct split){
                .gain = worth - w->worth, .column = column, .is_category = true, .left = left};
            n_left = i + 1;
        }
    }
    if (n_left > 0) {
        keep_category(w, entries, n, n_left, hist, best);
    }
}

void split_find(const struct bins *b, uint32_t column, const struct split_sums *sums,
                const struct split_rule *rule, struct split *best)
{
    const struct bins_column *c = &b->columns[column];
    struct whole w = whole_of(rule, sums->total, sums->counts);
    if (c->is_category) {
        find_category(&w, column, c->n_bins, sums->hist, best);
    } else {
        find_number(&w, column, c->n_bins, sums->hist, best);
    }
}
