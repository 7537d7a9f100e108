// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "dtree_split.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dtree.h"

static double x_log2(double x)
{
    return x > 0 ? x * log2(x) : 0;
}

static double weighted_impurity(const struct dtree_criterion *c, struct dtree_count g)
{
    double zeros = c->weight[0] * (double)(g.n - g.n1);
    double ones = c->weight[1] * (double)g.n1;
    if (c->kind == DTREE_ENTROPY) {
        return x_log2(zeros + ones) - x_log2(zeros) - x_log2(ones);
    }
    return g.n == 0 ? 0 : 2 * (zeros * ones / (zeros + ones));
}

double dtree_impurity(const struct dtree_criterion *c, struct dtree_count g)
{
    if (c->is_weighted) {
        return weighted_impurity(c, g);
    }
    if (c->kind == DTREE_ENTROPY) {
        return c->x_log[g.n] - c->x_log[g.n1] - c->x_log[g.n - g.n1];
    }
    return g.n == 0 ? 0 : 2 * ((double)g.n1 * (double)(g.n - g.n1) / (double)g.n);
}

static struct dtree_count minus(struct dtree_count a, struct dtree_count b)
{
    return (struct dtree_count){a.n - b.n, a.n1 - b.n1};
}

static struct dtree_count plus(struct dtree_count a, struct dtree_count b)
{
    return (struct dtree_count){a.n + b.n, a.n1 + b.n1};
}

// Takes the split when it is allowed and better than what there is.
static void offer(const struct dtree_level *level, uint32_t node, const struct dtree_split *split,
                  struct dtree_split *best)
{
    const struct dtree_criterion *c = &level->criterion;
    struct dtree_count all = level->nodes[node];
    struct dtree_count right = minus(all, split->left);
    if (split->left.n < c->min_leaf || right.n < c->min_leaf) {
        return;
    }
    double decrease =
        dtree_impurity(c, all) - (dtree_impurity(c, split->left) + dtree_impurity(c, right));
    if (decrease > c->least && decrease > best->decrease) {
        *best = *split;
        best->decrease = decrease;
    }
}

// A number midway, but never one that would send `b` to the left.
static double between(double a, double b)
{
    double middle = a / 2 + b / 2;
    return middle >= a && middle < b ? middle : a;
}

static void offer_threshold(const struct dtree_level *level, uint32_t node,
                            const struct dtree_scan *s, double value, struct dtree_split *split,
                            struct dtree_split *best)
{
    split->kind = DTREE_NUMBER;
    split->threshold = between(s->last, value);
    split->saw_missing = s->missing.n > 0;
    if (s->missing.n > 0) {
        split->missing_left = 1;
        split->left = plus(s->left, s->missing);
        offer(level, node, split, best);
    }
    split->missing_left = 0;
    split->left = s->left;
    offer(level, node, split, best);
}

static void count_missing(const struct dtree_level *level, const struct dtree_sorted *column,
                          struct dtree_scan *scans)
{
    for (uint64_t i = column->n_there; i < column->n; i++) {
        uint32_t slot = level->slot[column->row[i]];
        if (slot != DTREE_NO_NODE) {
            scans[slot >> 1].missing.n++;
            scans[slot >> 1].missing.n1 += slot & 1;
        }
    }
}

void dtree_split_numbers(const struct dtree_level *level, const struct dtree_sorted *column,
                         uint32_t number, struct dtree_scan *scans, struct dtree_split *splits)
{
    struct dtree_split split = {.column = number};
    memset(scans, 0, level->n_nodes * sizeof *scans);
    count_missing(level, column, scans);
    for (uint64_t i = 0; i < column->n_there; i++) {
        uint32_t slot = level->slot[column->row[i]];
        if (slot == DTREE_NO_NODE) {
            continue;
        }
        struct dtree_scan *s = &scans[slot >> 1];
        double value = column->value[i];
        if (value > s->last && s->left.n > 0) {
            offer_threshold(level, slot >> 1, s, value, &split, &splits[slot >> 1]);
        }
        s->left.n++;
        s->left.n1 += slot & 1;
        s->last = value;
    }
    // Last: those with a value against those without.
    for (uint32_t node = 0; node < level->n_nodes; node++) {
        if (scans[node].missing.n > 0 && scans[node].left.n > 0) {
            split = (struct dtree_split){.column = number, .kind = DTREE_MISSING, .saw_missing = 1};
            split.left = scans[node].left;
            offer(level, node, &split, &splits[node]);
        }
    }
}

static uint32_t code_of(const struct dtree_sorted *column, uint64_t i, uint32_t n_levels)
{
    return i < column->n_there ? (uint32_t)column->value[i] : n_levels;
}

// Rising rate, compared as fractions of whole numbers, exactly.
static int by_rate(const void *a, const void *b)
{
    const struct dtree_entry *x = a;
    const struct dtree_entry *y = b;
    uint64_t left = (uint64_t)x->n1 * y->n;
    uint64_t right = (uint64_t)y->n1 * x->n;
    if (left != right) {
        return left < right ? -1 : 1;
    }
    return x->code < y->code ? -1 : x->code > y->code;
}

static void count_entries(const struct dtree_level *level, const struct dtree_sorted *column,
                          uint32_t n_levels, uint64_t *first, uint32_t *last)
{
    memset(first, 0, ((uint64_t)level->n_nodes + 1) * sizeof *first);
    memset(last, 0xff, level->n_nodes * sizeof *last);
    for (uint64_t i = 0; i < column->n; i++) {
        uint32_t slot = level->slot[column->row[i]];
        uint32_t code = code_of(column, i, n_levels);
        if (slot != DTREE_NO_NODE && last[slot >> 1] != code) {
            last[slot >> 1] = code;
            first[(slot >> 1) + 1]++;
        }
    }
    for (uint32_t node = 0; node < level->n_nodes; node++) {
        first[node + 1] += first[node];
    }
}

void dtree_entries(const struct dtree_level *level, const struct dtree_sorted *column,
                   uint32_t n_levels, uint64_t *first, uint32_t *last, struct dtree_entry *entries)
{
    count_entries(level, column, n_levels, first, last);
    // The column is sorted by code, so each node meets its codes one after another; `last` now
    // counts the entries begun.
    memset(last, 0, level->n_nodes * sizeof *last);
    for (uint64_t i = 0; i < column->n; i++) {
        uint32_t slot = level->slot[column->row[i]];
        if (slot == DTREE_NO_NODE) {
            continue;
        }
        uint32_t code = code_of(column, i, n_levels);
        struct dtree_entry *e = entries + first[slot >> 1];
        uint32_t *begun = &last[slot >> 1];
        if (*begun == 0 || e[*begun - 1].code != code) {
            e[(*begun)++] = (struct dtree_entry){.code = code};
        }
        e[*begun - 1].n++;
        e[*begun - 1].n1 += slot & 1;
    }
    for (uint32_t node = 0; node < level->n_nodes; node++) {
        qsort(entries + first[node], first[node + 1] - first[node], sizeof *entries, by_rate);
    }
}

// With two classes the best of all subsets is a prefix in order of rate (Breiman et al., 4.2.2).
void dtree_split_category(const struct dtree_level *level, uint32_t number, const uint64_t *first,
                          const struct dtree_entry *entries, uint32_t n_levels,
                          struct dtree_split *splits)
{
    for (uint32_t node = 0; node < level->n_nodes; node++) {
        struct dtree_split split = {.column = number, .kind = DTREE_CATEGORY};
        for (uint64_t i = first[node]; i < first[node + 1]; i++) {
            split.saw_missing |= entries[i].code == n_levels;
        }
        for (uint64_t i = first[node]; i + 1 < first[node + 1]; i++) {
            const struct dtree_entry *e = &entries[i];
            split.left = plus(split.left, (struct dtree_count){e->n, e->n1});
            split.missing_left |= e->code == n_levels;
            split.prefix++;
            offer(level, node, &split, &splits[node]);
        }
    }
}
