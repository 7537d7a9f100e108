// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Nodes wait in a list. A step takes some of them (the best one when leaves are bounded), shares
// out their rows, adds up the histograms of the smaller children, gets those of the larger ones by
// subtraction from the parent's, and finds the children's splits; threads take a pair of children
// and a group of columns at a time.
#include "grow.h"

#include <math.h>
#include <string.h>

#include "partition.h"

#define BATCH 32u                        // nodes of a step
#define KEPT_BYTES (UINT64_C(256) << 20) // histograms beyond are added up anew
#define NO_SLOT UINT32_MAX

struct node {
    uint64_t begin;
    uint64_t end;
    int64_t total;
    struct split split; // gain 0 = none
    double low, high;   // bounds of its weight
    uint32_t place;     // in the tree
    uint32_t depth;
    uint32_t slot;   // of its histograms
    uint32_t buffer; // that its rows are in
};

// Children whose histograms a step makes; `large` NULL = only the other.
struct pair {
    struct node *small;
    struct node *large;
    bool finds_small;
    bool finds_large;
};

struct grow {
    const pt_host *host;
    const struct bins *bins;
    const pt_run *run;
    const struct grow_rule *rule;
    const struct grow_sample *sample;
    struct ensemble *tree;
    uint32_t *buffers[2]; // rows of nodes
    uint32_t *spare;
    uint64_t *chunk_left;
    struct partition_task tasks[BATCH];
    struct node batch[BATCH];
    struct node children[2 * BATCH];
    struct pair pairs[2 * BATCH];
    uint32_t n_pairs;
    struct split *found; // by pair, side and group
    struct node *waiting;
    uint64_t n_waiting;
    uint64_t waiting_capacity;
    struct split *splits; // by node of the tree
    uint64_t splits_capacity;
    struct grow_leaf *leaves;
    uint64_t n_leaves;
    uint64_t leaves_capacity;
    int64_t **slots; // histograms, and row counts behind them when they are wanted
    uint64_t n_slots;
    uint64_t slots_capacity;
    uint32_t *free_slots;
    uint64_t n_free;
    uint64_t free_capacity;
    uint64_t kept_most;
};

static pt_status out_of_memory(const struct grow *g, pt_error *err)
{
    return pt_fail(g->host, err, PT_E_NO_MEMORY, NULL, "no memory to grow a tree over %llu rows",
                   (unsigned long long)g->bins->n_rows);
}

static uint64_t hist_length(const struct grow *g)
{
    return (uint64_t)g->bins->n_columns * BINS_SLOTS;
}

static bool wants_counts(const struct grow *g)
{
    return g->rule->min_leaf > 1;
}

static uint64_t slot_length(const struct grow *g)
{
    return hist_length(g) * (wants_counts(g) ? 2 : 1);
}

pt_status grow_new(const pt_host *host, const struct bins *bins, const pt_run *run,
                   const struct grow_rule *rule, struct grow **out, pt_error *err)
{
    struct grow *g = pt_mem_zero(host, 1, sizeof *g);
    if (g == NULL) {
        return pt_fail(host, err, PT_E_NO_MEMORY, NULL, "no memory to grow trees");
    }
    g->host = host;
    g->bins = bins;
    g->run = run;
    g->rule = rule;
    g->kept_most = KEPT_BYTES / (slot_length(g) * sizeof(int64_t)) + 2 * BATCH;
    uint64_t chunks = bins->n_rows / PARTITION_CHUNK + BATCH + 1;
    g->buffers[0] = pt_mem_array(host, bins->n_rows, sizeof(uint32_t));
    g->buffers[1] = pt_mem_array(host, bins->n_rows, sizeof(uint32_t));
    g->spare = pt_mem_array(host, bins->n_rows, sizeof(uint32_t));
    g->chunk_left = pt_mem_array(host, chunks, sizeof(uint64_t));
    g->found = pt_mem_array(host, UINT64_C(4) * BATCH * bins->n_groups, sizeof *g->found);
    if (g->buffers[0] == NULL || g->buffers[1] == NULL || g->spare == NULL ||
        g->chunk_left == NULL || g->found == NULL) {
        pt_status status = out_of_memory(g, err);
        grow_free(g);
        return status;
    }
    *out = g;
    return PT_OK;
}

void grow_free(struct grow *g)
{
    if (g == NULL) {
        return;
    }
    for (uint64_t i = 0; i < g->n_slots; i++) {
        pt_mem_free(g->host, g->slots[i]);
    }
    pt_mem_free(g->host, g->slots);
    pt_mem_free(g->host, g->free_slots);
    pt_mem_free(g->host, g->buffers[0]);
    pt_mem_free(g->host, g->buffers[1]);
    pt_mem_free(g->host, g->spare);
    pt_mem_free(g->host, g->chunk_left);
    pt_mem_free(g->host, g->found);
    pt_mem_free(g->host, g->waiting);
    pt_mem_free(g->host, g->splits);
    pt_mem_free(g->host, g->leaves);
    pt_mem_free(g->host, g);
}

static bool slot_take(struct grow *g, uint32_t *out)
{
    if (g->n_free == 0) {
        if (!pt_mem_reserve(g->host, &g->slots, &g->slots_capacity, g->n_slots + 1,
                            sizeof *g->slots) ||
            !pt_mem_reserve(g->host, &g->free_slots, &g->free_capacity, g->n_slots + 1,
                            sizeof *g->free_slots)) {
            return false;
        }
        int64_t *slot = pt_mem_array(g->host, slot_length(g), sizeof *slot);
        if (slot == NULL) {
            return false;
        }
        g->slots[g->n_slots] = slot;
        g->free_slots[g->n_free++] = (uint32_t)g->n_slots++;
    }
    *out = g->free_slots[--g->n_free];
    return true;
}

static void slot_give(struct grow *g, struct node *node)
{
    if (node->slot != NO_SLOT) {
        g->free_slots[g->n_free++] = node->slot;
        node->slot = NO_SLOT;
    }
}

static double second_of(const struct grow *g, const struct node *node)
{
    return hist_second(node->total) * g->sample->second_scale;
}

// Weight of the node as a leaf, before the learning rate.
static double weight_of(const struct grow *g, const struct node *node)
{
    double first = hist_first(node->total) * g->sample->first_scale;
    double second = second_of(g, node) + g->rule->lambda;
    double weight = second > 0 ? -first / second : 0;
    weight = weight < node->low ? node->low : weight;
    return weight > node->high ? node->high : weight;
}

static bool may_split(const struct grow *g, const struct node *node)
{
    uint64_t n = node->end - node->begin;
    return n >= 2 * g->rule->min_leaf && n > 1 &&
           second_of(g, node) >= 2 * g->rule->min_child_weight &&
           (g->rule->depth == 0 || node->depth < g->rule->depth);
}

static struct hist_rows rows_of(const struct grow *g, const struct node *node)
{
    uint64_t n = node->end - node->begin;
    bool is_all = n == g->bins->n_rows;
    return (struct hist_rows){is_all ? NULL : g->buffers[node->buffer] + node->begin, n,
                              g->sample->stat};
}

static void find_in_group(const struct grow *g, const struct node *node, uint32_t group,
                          struct split *best)
{
    const struct grow_rule *rule = g->rule;
    struct split_rule split_rule = {
        .first_scale = g->sample->first_scale,
        .second_scale = g->sample->second_scale,
        .lambda = rule->lambda,
        .min_gain = rule->min_gain,
        .min_child = rule->min_child_weight,
        .min_rows = rule->min_leaf,
        .low = node->low,
        .high = node->high,
        .is_bounded = rule->monotone != NULL,
        .category_smooth = rule->category_smooth,
    };
    *best = (struct split){0};
    for (uint32_t c = g->bins->group_first[group]; c < g->bins->group_first[group + 1]; c++) {
        if (g->sample->use != NULL && g->sample->use[c] == 0) {
            continue;
        }
        split_rule.monotone = rule->monotone == NULL ? 0 : rule->monotone[c];
        const int64_t *hist = g->slots[node->slot] + (uint64_t)c * BINS_SLOTS;
        const int64_t *counts = wants_counts(g) ? hist + hist_length(g) : NULL;
        const struct split_sums sums = {hist, counts, node->total};
        split_find(g->bins, c, &sums, &split_rule, best);
    }
}

static bool is_used(const struct grow *g, uint32_t group)
{
    bool is_used = g->sample->use == NULL;
    for (uint32_t c = g->bins->group_first[group]; !is_used && c < g->bins->group_first[group + 1];
         c++) {
        is_used = g->sample->use[c] != 0;
    }
    return is_used;
}

// The part of the histograms that is this group's: of the small child from its rows, of the large
// one what is left of the parent's.
static void add_pair(const struct grow *g, const struct pair *p, uint32_t group, bool is_counts)
{
    uint64_t first = g->bins->group_first[group];
    uint64_t length = (g->bins->group_first[group + 1] - first) * BINS_SLOTS;
    uint64_t at = first * BINS_SLOTS + (is_counts ? hist_length(g) : 0);
    int64_t *small = g->slots[p->small->slot] + at;
    struct hist_rows rows = rows_of(g, p->small);
    memset(small, 0, length * sizeof *small);
    if (is_counts) {
        hist_count_group(g->bins, group, &rows, small);
    } else {
        hist_add_group(g->bins, group, &rows, small);
    }
    if (p->large != NULL) {
        hist_subtract(g->slots[p->large->slot] + at, small, length);
    }
}

static pt_status work_pairs(void *arg, uint64_t begin, uint64_t end, pt_error *err)
{
    const struct grow *g = arg;
    (void)err;
    for (uint64_t i = begin; i < end; i++) {
        uint32_t group = (uint32_t)(i % g->bins->n_groups);
        const struct pair *p = &g->pairs[i / g->bins->n_groups];
        struct split *found = &g->found[i / g->bins->n_groups * 2 * g->bins->n_groups + group];
        found[0] = found[g->bins->n_groups] = (struct split){0};
        if (!is_used(g, group)) {
            continue;
        }
        add_pair(g, p, group, false);
        if (wants_counts(g)) {
            add_pair(g, p, group, true);
        }
        if (p->finds_small) {
            find_in_group(g, p->small, group, &found[0]);
        }
        if (p->finds_large) {
            find_in_group(g, p->large, group, &found[g->bins->n_groups]);
        }
    }
    return PT_OK;
}

// Of equal gains the first column's.
static void keep_best(const struct grow *g, const struct split *found, struct node *node)
{
    for (uint32_t i = 0; i < g->bins->n_groups; i++) {
        if (found[i].gain > node->split.gain) {
            node->split = found[i];
        }
    }
}

static bool add_leaf(struct grow *g, struct node *node)
{
    slot_give(g, node);
    if (!pt_mem_reserve(g->host, &g->leaves, &g->leaves_capacity, g->n_leaves + 1,
                        sizeof *g->leaves)) {
        return false;
    }
    g->leaves[g->n_leaves++] =
        (struct grow_leaf){g->buffers[node->buffer] + node->begin, node->end - node->begin,
                           g->rule->rate * weight_of(g, node)};
    return true;
}

// The node waits to be split, or is a leaf.
static bool add_waiting(struct grow *g, struct node *node)
{
    if (node->split.gain <= 0) {
        return add_leaf(g, node);
    }
    if (g->n_slots - g->n_free > g->kept_most) {
        slot_give(g, node);
    }
    if (!pt_mem_reserve(g->host, &g->waiting, &g->waiting_capacity, g->n_waiting + 1,
                        sizeof *g->waiting)) {
        return false;
    }
    g->waiting[g->n_waiting++] = *node;
    return true;
}

static pt_status work_step(struct grow *g, uint32_t n_children, pt_error *err)
{
    uint32_t n_groups = g->bins->n_groups;
    pt_status status =
        g->run->parallel_for(g->run, (uint64_t)g->n_pairs * n_groups, 1, work_pairs, g, err);
    if (status != PT_OK) {
        return status;
    }
    for (uint32_t i = 0; i < g->n_pairs; i++) {
        const struct split *found = &g->found[(uint64_t)i * 2 * n_groups];
        keep_best(g, found, g->pairs[i].small);
        if (g->pairs[i].large != NULL) {
            keep_best(g, found + n_groups, g->pairs[i].large);
        }
    }
    for (uint32_t i = 0; i < n_children; i++) {
        if (!add_waiting(g, &g->children[i])) {
            return out_of_memory(g, err);
        }
    }
    return PT_OK;
}

static void set_values(const struct grow *g, const struct node *node)
{
    struct ensemble_node *to = ensemble_at(g->tree, node->place);
    to->value = g->rule->rate * weight_of(g, node);
    to->cover = second_of(g, node);
}

static bool set_levels(struct grow *g, const struct split *split, uint32_t *out)
{
    const struct bins_column *c = &g->bins->columns[split->column];
    uint32_t set = ensemble_set(g->host, g->tree, c->n_levels);
    if (set == ENSEMBLE_NONE) {
        return false;
    }
    for (uint32_t level = 0; level < c->n_levels; level++) {
        if (split_goes_left(split, c->bin_of[level])) {
            g->tree->sets[set + level / 64] |= UINT64_C(1) << (level % 64);
        }
    }
    *out = set;
    return true;
}

// Writes the split into the tree; the place of the left child, or ENSEMBLE_NONE.
static uint32_t write_split(struct grow *g, const struct node *node)
{
    const struct split *split = &node->split;
    const struct bins_column *c = &g->bins->columns[split->column];
    uint32_t set = 0;
    if (split->is_category && !set_levels(g, split, &set)) {
        return ENSEMBLE_NONE;
    }
    uint32_t left = ensemble_split(g->host, g->tree, node->place);
    if (left == ENSEMBLE_NONE) {
        return ENSEMBLE_NONE;
    }
    if (!pt_mem_reserve(g->host, &g->splits, &g->splits_capacity, (uint64_t)left + 2,
                        sizeof *g->splits)) {
        return ENSEMBLE_NONE;
    }
    g->splits[node->place] = *split;
    struct ensemble_node *to = ensemble_at(g->tree, node->place);
    to->column = split->column;
    to->left = left;
    to->set = set;
    to->missing_left = split->missing_left;
    to->saw_missing = split->saw_missing;
    to->gain = split->gain;
    to->kind = ENSEMBLE_CATEGORY;
    if (!split->is_category) {
        bool is_missing = split->bin + 1 == c->n_bins;
        to->kind = is_missing ? ENSEMBLE_MISSING : ENSEMBLE_NUMBER;
        to->threshold = is_missing ? 0 : bins_cut(g->bins, split->column, split->bin);
    }
    return left;
}

static void set_bounds(const struct grow *g, const struct node *parent, struct node *left,
                       struct node *right)
{
    int8_t monotone = g->rule->monotone == NULL ? 0 : g->rule->monotone[parent->split.column];
    if (monotone == 0) {
        return;
    }
    double middle = (weight_of(g, left) + weight_of(g, right)) / 2;
    struct node *lower = monotone > 0 ? left : right;
    struct node *upper = monotone > 0 ? right : left;
    lower->high = middle;
    upper->low = middle;
}

// Which histograms the next round needs of two children.
static bool pair_up(struct grow *g, struct node *parent, struct node *a, struct node *b)
{
    struct node *small = a->end - a->begin <= b->end - b->begin ? a : b;
    struct node *large = small == a ? b : a;
    struct pair p = {small, large, may_split(g, small), may_split(g, large)};
    if (!p.finds_small && !p.finds_large) {
        slot_give(g, parent);
        return true;
    }
    if (!p.finds_large) {
        slot_give(g, parent);
        p.large = NULL;
    } else if (parent->slot != NO_SLOT) {
        large->slot = parent->slot;
    } else {
        // The parent's were not kept: each from its rows.
        p = (struct pair){.small = large, .finds_small = true};
        struct pair other = {.small = small, .finds_small = true};
        if (may_split(g, small)) {
            g->pairs[g->n_pairs++] = other;
            if (!slot_take(g, &small->slot)) {
                return false;
            }
        }
    }
    g->pairs[g->n_pairs++] = p;
    return slot_take(g, &p.small->slot);
}

static bool make_children(struct grow *g, struct node *parent, const struct partition_task *task,
                          struct node *out)
{
    uint32_t place = write_split(g, parent);
    if (place == ENSEMBLE_NONE) {
        return false;
    }
    struct node child = {.depth = parent->depth + 1,
                         .slot = NO_SLOT,
                         .buffer = 1 - parent->buffer,
                         .low = parent->low,
                         .high = parent->high};
    out[0] = out[1] = child;
    out[0].begin = parent->begin;
    out[0].end = out[1].begin = parent->begin + task->n_left;
    out[1].end = parent->end;
    out[0].total = parent->split.left;
    out[1].total = parent->total - parent->split.left;
    out[0].place = place;
    out[1].place = place + 1;
    set_bounds(g, parent, &out[0], &out[1]);
    set_values(g, &out[0]);
    set_values(g, &out[1]);
    return pair_up(g, parent, &out[0], &out[1]);
}

static pt_status split_batch(struct grow *g, uint32_t n, pt_error *err)
{
    struct partition p = {.bins = g->bins,
                          .tasks = g->tasks,
                          .n_tasks = n,
                          .spare = g->spare,
                          .left = g->chunk_left,
                          .cpu = g->host->cpu};
    for (uint32_t i = 0; i < n; i++) {
        const struct node *node = &g->batch[i];
        g->tasks[i] = (struct partition_task){.from = g->buffers[node->buffer],
                                              .to = g->buffers[1 - node->buffer],
                                              .begin = node->begin,
                                              .end = node->end,
                                              .split = &node->split};
    }
    partition_plan(&p);
    pt_status status = partition_run(&p, g->run, err);
    g->n_pairs = 0;
    for (uint32_t i = 0; i < n && status == PT_OK; i++) {
        if (!make_children(g, &g->batch[i], &g->tasks[i], &g->children[2 * i])) {
            status = out_of_memory(g, err);
        }
    }
    return status == PT_OK ? work_step(g, 2 * n, err) : status;
}

// Moves the nodes to be split next from the list to the batch; 0 when growth is over.
static uint32_t take_batch(struct grow *g)
{
    if (g->rule->leaves == 0) {
        uint32_t n = 0;
        while (n < BATCH && g->n_waiting > 0) {
            g->batch[n++] = g->waiting[--g->n_waiting];
        }
        return n;
    }
    if (g->n_waiting == 0 || g->n_leaves + g->n_waiting >= g->rule->leaves) {
        return 0;
    }
    uint64_t best = 0;
    for (uint64_t i = 1; i < g->n_waiting; i++) {
        const struct node *node = &g->waiting[i];
        double gain = g->waiting[best].split.gain;
        if (node->split.gain > gain ||
            (node->split.gain == gain && node->place < g->waiting[best].place)) {
            best = i;
        }
    }
    g->batch[0] = g->waiting[best];
    g->waiting[best] = g->waiting[--g->n_waiting];
    return 1;
}

static pt_status start(struct grow *g, pt_error *err)
{
    struct node *root = &g->children[0];
    *root = (struct node){
        .end = g->sample->n, .slot = NO_SLOT, .low = -(double)INFINITY, .high = (double)INFINITY};
    for (uint64_t i = 0; i < g->sample->n; i++) {
        uint32_t row = g->sample->rows == NULL ? (uint32_t)i : g->sample->rows[i];
        g->buffers[0][i] = row;
        root->total += g->sample->stat[row];
    }
    g->n_pairs = 0;
    if (!ensemble_begin(g->host, g->tree)) {
        return out_of_memory(g, err);
    }
    set_values(g, root);
    if (may_split(g, root)) {
        g->pairs[g->n_pairs++] = (struct pair){.small = root, .finds_small = true};
        if (!slot_take(g, &root->slot)) {
            return out_of_memory(g, err);
        }
    }
    return work_step(g, 1, err);
}

pt_status grow_tree(struct grow *g, const struct grow_sample *sample, struct ensemble *out,
                    pt_error *err)
{
    g->sample = sample;
    g->tree = out;
    g->n_leaves = 0;
    g->n_waiting = 0;
    g->n_free = 0;
    for (uint64_t i = 0; i < g->n_slots; i++) {
        g->free_slots[g->n_free++] = (uint32_t)i;
    }
    pt_status status = start(g, err);
    for (uint32_t n = take_batch(g); status == PT_OK && n > 0; n = take_batch(g)) {
        status = split_batch(g, n, err);
    }
    for (uint64_t i = 0; i < g->n_waiting && status == PT_OK; i++) {
        if (!add_leaf(g, &g->waiting[i])) {
            status = out_of_memory(g, err);
        }
    }
    return status;
}

const struct grow_leaf *grow_leaves(const struct grow *g, uint64_t *n)
{
    *n = g->n_leaves;
    return g->leaves;
}

double grow_value(const struct grow *g, uint64_t row)
{
    const struct ensemble_node *node = ensemble_at(g->tree, 0);
    uint32_t at = 0;
    while (node->kind != ENSEMBLE_LEAF) {
        uint8_t bin = g->bins->by_column[node->column * g->bins->stride + row];
        at = node->left + (split_goes_left(&g->splits[at], bin) ? 0 : 1);
        node = ensemble_at(g->tree, at);
    }
    return node->value;
}
