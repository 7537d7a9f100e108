// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Rows of a node lie side by side and keep their order; the rows that a tree did not draw go down
// with the others, so that a leaf knows whom to tell.
#include "forest_tree.h"

#include <string.h>

// Where the rows of a node are.
struct span {
    uint32_t begin; // drawn rows, in `rows`
    uint32_t n;
    uint32_t out_begin; // the others, in `others`
    uint32_t n_out;
    uint32_t depth;
    int64_t total; // packed sums of the drawn rows
};

struct growing {
    const struct forest_job *job;
    struct ensemble *tree;
    uint64_t random; // state
    struct class_units units;
    struct split_rule rule;
    uint32_t n_rows;
    uint16_t *times; // by row: how often it was drawn
    int64_t *stat;   // by row
    uint32_t *rows;
    uint32_t *others;
    uint32_t *spare;
    uint32_t *order; // columns; the front is drawn anew at every split
    struct span *spans;
    uint64_t spans_capacity;
};

// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
static uint64_t draw(struct growing *g)
{
    uint64_t z = g->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static uint32_t below(uint32_t bits, uint32_t n)
{
    return (uint32_t)((uint64_t)bits * n >> 32);
}

static void draw_rows(struct growing *g)
{
    uint32_t n = g->n_rows;
    for (uint32_t i = 0; i < n; i += 2) {
        uint64_t bits = draw(g);
        g->times[below((uint32_t)bits, n)]++;
        if (i + 1 < n) {
            g->times[below((uint32_t)(bits >> 32), n)]++;
        }
    }
}

// Weights of this tree's classes; those of all rows when it drew one class only.
static void weigh(struct growing *g)
{
    const struct class_weight *w = &g->job->m->weights;
    g->units = g->job->units;
    uint64_t n[2] = {0};
    for (uint32_t i = 0; i < g->n_rows; i++) {
        n[g->job->label[i]] += g->times[i];
    }
    if (w->kind == CLASS_WEIGHT_BOOTSTRAP && n[0] > 0 && n[1] > 0) {
        g->units = class_weight_units(w, n);
    }
}

static void enter_root(struct growing *g, struct span *root)
{
    for (uint32_t i = 0; i < g->n_rows; i++) {
        uint32_t one = g->job->label[i];
        uint32_t times = g->times[i];
        g->stat[i] = hist_pack((int32_t)(one * times), g->units.unit[one] * times);
        root->total += g->stat[i];
        g->rows[root->n] = i;
        g->others[root->n_out] = i;
        root->n += times > 0;
        root->n_out += times == 0;
    }
}

static void set_rule(struct growing *g)
{
    g->rule = (struct split_rule){
        .first_scale = g->units.scale * g->units.unit[1],
        .second_scale = g->units.scale,
        .min_child = (double)g->job->m->config->min_leaf,
        .min_rows = 1,
    };
}

// Draws columns until enough were tried and one of them splits, or none is left.
static void find_split(struct growing *g, const struct span *span, struct split *best)
{
    const struct bins *b = g->job->bins;
    const struct hist_rows rows = {g->rows + span->begin, span->n, g->stat};
    int64_t hist[BINS_SLOTS];
    for (uint32_t k = 0; k < b->n_columns && (k < g->job->n_tried || best->gain == 0); k++) {
        uint32_t other = k + below((uint32_t)(draw(g) >> 32), b->n_columns - k);
        uint32_t column = g->order[other];
        g->order[other] = g->order[k];
        g->order[k] = column;
        memset(hist, 0, b->columns[column].n_bins * sizeof *hist);
        hist_add_column(b, column, &rows, hist);
        const struct split_sums sums = {.hist = hist, .total = span->total};
        split_find(b, column, &sums, &g->rule, best);
    }
}

// Rows that go left to the front, in order; their number.
static uint32_t part_rows(const uint8_t *bins, const uint8_t goes_left[BINS_SLOTS], uint32_t *rows,
                          uint32_t n, uint32_t *spare)
{
    uint32_t n_left = 0;
    uint32_t n_right = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t row = rows[i];
        uint32_t is_left = goes_left[bins[row]];
        rows[n_left] = row;
        spare[n_right] = row;
        n_left += is_left;
        n_right += 1 - is_left;
    }
    memcpy(rows + n_left, spare, n_right * sizeof *rows);
    return n_left;
}

static bool set_node(struct growing *g, uint32_t at, const struct split *split)
{
    const struct bins_column *c = &g->job->bins->columns[split->column];
    struct ensemble_node *node = ensemble_at(g->tree, at);
    node->column = split->column;
    node->gain = 2 * split->gain; // of Gini's impurity times the rows
    node->missing_left = split_goes_left(split, 0);
    node->saw_missing = split->saw_missing;
    if (!split->is_category) {
        bool is_last = split->bin + 1 == c->n_bins;
        node->kind = is_last ? ENSEMBLE_MISSING : ENSEMBLE_NUMBER;
        node->threshold = is_last ? 0 : bins_cut(g->job->bins, split->column, split->bin);
        return true;
    }
    uint32_t set = ensemble_set(g->job->host, g->tree, c->n_levels);
    if (set == ENSEMBLE_NONE) {
        return false;
    }
    node->kind = ENSEMBLE_CATEGORY;
    node->set = set;
    for (uint32_t i = 0; i < c->n_levels; i++) {
        uint64_t bit = split_goes_left(split, c->bin_of[i]);
        g->tree->sets[set + i / 64] |= bit << (i % 64);
    }
    return true;
}

static bool split_node(struct growing *g, uint32_t at, const struct split *split)
{
    uint32_t left = ensemble_split(g->job->host, g->tree, at);
    if (left == ENSEMBLE_NONE || !set_node(g, at, split) ||
        !pt_mem_reserve(g->job->host, &g->spans, &g->spans_capacity, (uint64_t)left + 2,
                        sizeof *g->spans)) {
        return false;
    }
    const struct span *span = &g->spans[at];
    const struct bins *b = g->job->bins;
    const uint8_t *bins = b->by_column + split->column * b->stride;
    uint8_t goes_left[BINS_SLOTS];
    for (uint32_t i = 0; i < BINS_SLOTS; i++) {
        goes_left[i] = split_goes_left(split, i);
    }
    struct span l = *span;
    struct span r = *span;
    l.depth = r.depth = span->depth + 1;
    l.n = part_rows(bins, goes_left, g->rows + span->begin, span->n, g->spare);
    l.n_out = part_rows(bins, goes_left, g->others + span->out_begin, span->n_out, g->spare);
    l.total = split->left;
    r.begin += l.n;
    r.n -= l.n;
    r.out_begin += l.n_out;
    r.n_out -= l.n_out;
    r.total -= l.total;
    g->spans[left] = l;
    g->spans[left + 1] = r;
    return true;
}

static void tell_others(const struct growing *g, const struct span *span, double p)
{
    uint64_t told =
        (UINT64_C(1) << FOREST_SUM_BITS) + (uint64_t)(p * (double)(UINT64_C(1) << FOREST_P_BITS));
    for (uint32_t i = 0; i < span->n_out; i++) {
        uint32_t row = g->others[span->out_begin + i];
        __atomic_fetch_add(&g->job->left_out[row], told, __ATOMIC_RELAXED);
    }
}

// A node that splits, or a leaf; false when memory is out.
static bool finish_node(struct growing *g, uint32_t at)
{
    const struct span *span = &g->spans[at];
    struct ensemble_node *node = ensemble_at(g->tree, at);
    double ones = hist_first(span->total) * g->rule.first_scale;
    node->cover = hist_second(span->total) * g->rule.second_scale;
    node->value = ones < node->cover ? ones / node->cover : 1;
    bool is_pure = hist_first(span->total) == 0 || ones >= node->cover;
    struct split split = {0};
    if (!is_pure && span->depth < g->job->m->config->depth &&
        node->cover >= 2 * g->rule.min_child) {
        find_split(g, span, &split);
    }
    if (split.gain > 0) {
        return split_node(g, at, &split);
    }
    tell_others(g, span, node->value);
    return true;
}

static bool allocate(struct growing *g)
{
    const pt_host *host = g->job->host;
    const struct bins *b = g->job->bins;
    g->times = pt_mem_zero(host, g->n_rows, sizeof *g->times);
    g->stat = pt_mem_array(host, g->n_rows, sizeof *g->stat);
    // One more: the place behind the last is written to before it is known whose it is.
    g->rows = pt_mem_array(host, (uint64_t)g->n_rows + 1, sizeof *g->rows);
    g->others = pt_mem_array(host, (uint64_t)g->n_rows + 1, sizeof *g->others);
    g->spare = pt_mem_array(host, (uint64_t)g->n_rows + 1, sizeof *g->spare);
    g->order = pt_mem_array(host, b->n_columns, sizeof *g->order);
    for (uint32_t c = 0; g->order != NULL && c < b->n_columns; c++) {
        g->order[c] = c;
    }
    return g->times != NULL && g->stat != NULL && g->rows != NULL && g->others != NULL &&
           g->spare != NULL && g->order != NULL &&
           pt_mem_reserve(host, &g->spans, &g->spans_capacity, 1, sizeof *g->spans) &&
           ensemble_begin(host, g->tree);
}

static bool grow(struct growing *g)
{
    draw_rows(g);
    weigh(g);
    set_rule(g);
    g->spans[0] = (struct span){0};
    enter_root(g, &g->spans[0]);
    for (uint32_t at = 0; at < g->tree->n_nodes; at++) {
        if (!finish_node(g, at)) {
            return false;
        }
    }
    return true;
}

pt_status forest_tree_grow(const struct forest_job *job, uint64_t number, struct ensemble *out,
                           pt_error *err)
{
    struct growing g = {.job = job,
                        .tree = out,
                        .random = job->seed[number],
                        .n_rows = (uint32_t)job->bins->n_rows};
    bool done = allocate(&g) && grow(&g);
    pt_mem_free(job->host, g.times);
    pt_mem_free(job->host, g.stat);
    pt_mem_free(job->host, g.rows);
    pt_mem_free(job->host, g.others);
    pt_mem_free(job->host, g.spare);
    pt_mem_free(job->host, g.order);
    pt_mem_free(job->host, g.spans);
    return done ? PT_OK
                : pt_fail(job->host, err, PT_E_NO_MEMORY, NULL,
                          "no memory for a tree over %llu rows",
                          (unsigned long long)job->bins->n_rows);
}
