// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Growing level by level over columns sorted once (SLIQ: Mehta, Agrawal, Rissanen, EDBT 1996): one
// pass over a column finds its best split in every node of the level at once. Columns are the
// items that go to threads; of equal splits the first column's wins.
#include <math.h>
#include <string.h>

#include "dtree.h"
#include "dtree_split.h"

#define NOISE 1e-9 // decreases below are rounding

struct growing {
    const pt_host *host;
    const pt_data *data;
    const pt_run *run;
    pt_error *err;
    struct dtree_model *m;
    uint32_t d;
    uint64_t n;
    struct dtree_sorted *sorted; // by column
    uint32_t *slot;              // by row
    uint32_t *next;              // by row: slots of the next level
    struct dtree_level level;
    uint32_t *node_of;          // by place in the level: node of the tree
    struct dtree_count *counts; // by place in the level
    struct dtree_split *splits; // by place in the level
    uint32_t *place_of;         // by place: place of the left child in the next level
    uint32_t n_next;
};

static pt_status out_of_memory(const struct growing *g, pt_error *err)
{
    return pt_fail(g->host, err, PT_E_NO_MEMORY, NULL, "no memory for a tree over %llu rows",
                   (unsigned long long)g->n);
}

static uint32_t levels_of(const struct growing *g, uint32_t column)
{
    const pt_column_info *info = g->data->schema->columns[column];
    return info->kind == PT_COLUMN_CATEGORY ? info->n_levels : 0;
}

static bool is_category(const struct growing *g, uint32_t column)
{
    return g->data->schema->columns[column]->kind == PT_COLUMN_CATEGORY;
}

static pt_status read_column(const struct growing *g, uint32_t column, double *values,
                             pt_error *err)
{
    for (uint32_t b = 0; b < g->data->n_blocks; b++) {
        pt_block block = {.struct_size = sizeof block};
        pt_status status = g->data->block(g->data->ctx, b, &block, err);
        if (status != PT_OK) {
            return status;
        }
        memcpy(values + block.first_row, (const double *)block.x + column * block.stride,
               block.rows * sizeof *values);
    }
    // A code without a level counts as missing.
    for (uint64_t i = 0; is_category(g, column) && i < g->n; i++) {
        bool is_code = values[i] >= 0 && values[i] < levels_of(g, column);
        values[i] = is_code ? values[i] : (double)NAN;
    }
    return PT_OK;
}

static pt_status sort_columns(void *arg, uint64_t begin, uint64_t end, pt_error *err)
{
    const struct growing *g = arg;
    double *values = pt_mem_array(g->host, g->n, sizeof *values);
    double *spare_values = pt_mem_array(g->host, g->n, sizeof *spare_values);
    uint32_t *spare_rows = pt_mem_array(g->host, g->n, sizeof *spare_rows);
    pt_status status = PT_OK;
    if (values == NULL || spare_values == NULL || spare_rows == NULL) {
        status = out_of_memory(g, err);
    }
    for (uint64_t c = begin; status == PT_OK && c < end; c++) {
        status = read_column(g, (uint32_t)c, values, err);
        if (status == PT_OK) {
            dtree_sort(values, &g->sorted[c], spare_rows, spare_values);
        }
    }
    pt_mem_free(g->host, values);
    pt_mem_free(g->host, spare_values);
    pt_mem_free(g->host, spare_rows);
    return status;
}

static pt_status allocate_columns(struct growing *g)
{
    g->sorted = g->run->scratch(g->run, g->d * sizeof *g->sorted);
    g->slot = g->run->scratch(g->run, g->n * sizeof *g->slot);
    g->next = g->run->scratch(g->run, g->n * sizeof *g->next);
    if (g->sorted == NULL || g->slot == NULL || g->next == NULL) {
        return out_of_memory(g, g->err);
    }
    for (uint32_t c = 0; c < g->d; c++) {
        g->sorted[c] = (struct dtree_sorted){.n = g->n};
        g->sorted[c].row = g->run->scratch(g->run, g->n * sizeof(uint32_t));
        g->sorted[c].value = g->run->scratch(g->run, g->n * sizeof(double));
        if (g->sorted[c].row == NULL || g->sorted[c].value == NULL) {
            return out_of_memory(g, g->err);
        }
    }
    return PT_OK;
}

// All rows in the root.
static pt_status read_labels(struct growing *g, struct dtree_count *root)
{
    for (uint32_t b = 0; b < g->data->n_blocks; b++) {
        pt_block block = {.struct_size = sizeof block};
        pt_status status = g->data->block(g->data->ctx, b, &block, g->err);
        if (status != PT_OK) {
            return status;
        }
        for (uint64_t i = 0; i < block.rows; i++) {
            uint32_t one = block.label[i] != 0;
            g->slot[block.first_row + i] = one;
            root->n++;
            root->n1 += one;
        }
    }
    return PT_OK;
}

static void set_weights(struct growing *g, const struct dtree_count *root)
{
    const uint64_t n[2] = {root->n - root->n1, root->n1};
    struct dtree_criterion *c = &g->level.criterion;
    struct class_units units = {.unit = {1, 1}, .scale = 1};
    if (n[0] > 0 && n[1] > 0) {
        units = class_weight_units(&g->m->class_weight, n);
    }
    for (int class = 0; class < 2; class ++) {
        c->weight[class] = units.unit[class] * units.scale;
        c->is_weighted = c->is_weighted || c->weight[class] != 1;
        g->m->weight[class] = c->weight[class];
    }
}

static pt_status set_criterion(struct growing *g, const struct dtree_count *root)
{
    const struct dtree_config *config = g->m->config;
    struct dtree_criterion *c = &g->level.criterion;
    set_weights(g, root);
    c->kind = config->criterion;
    c->min_leaf = (uint64_t)config->min_leaf;
    c->least = config->min_decrease *
               (c->weight[0] * (double)(root->n - root->n1) + c->weight[1] * (double)root->n1);
    c->least = c->least > NOISE ? c->least : NOISE;
    if (c->kind != DTREE_ENTROPY || c->is_weighted) {
        return PT_OK;
    }
    double *x_log = g->run->scratch(g->run, (g->n + 1) * sizeof *x_log);
    if (x_log == NULL) {
        return out_of_memory(g, g->err);
    }
    x_log[0] = 0;
    for (uint64_t i = 1; i <= g->n; i++) {
        x_log[i] = (double)i * log2((double)i);
    }
    c->x_log = x_log;
    return PT_OK;
}

// Memory for one category column of the level.
struct entries {
    uint64_t *first;
    uint32_t *last;
    struct dtree_entry *items;
};

static void entries_release(const struct growing *g, struct entries *e)
{
    pt_mem_free(g->host, e->first);
    pt_mem_free(g->host, e->last);
    pt_mem_free(g->host, e->items);
}

static pt_status entries_make(const struct growing *g, uint32_t column, struct entries *out,
                              pt_error *err)
{
    uint64_t n_nodes = g->level.n_nodes;
    struct entries e = {
        .first = pt_mem_array(g->host, n_nodes + 1, sizeof *e.first),
        .last = pt_mem_array(g->host, n_nodes, sizeof *e.last),
        .items = pt_mem_array(g->host, g->n, sizeof *e.items),
    };
    if (e.first == NULL || e.last == NULL || e.items == NULL) {
        entries_release(g, &e);
        return out_of_memory(g, err);
    }
    dtree_entries(&g->level, &g->sorted[column], levels_of(g, column), e.first, e.last, e.items);
    *out = e;
    return PT_OK;
}

static pt_status try_category(const struct growing *g, uint32_t column, struct dtree_split *splits,
                              pt_error *err)
{
    struct entries e = {0};
    pt_status status = entries_make(g, column, &e, err);
    if (status != PT_OK) {
        return status;
    }
    dtree_split_category(&g->level, column, e.first, e.items, levels_of(g, column), splits);
    entries_release(g, &e);
    return PT_OK;
}

static pt_status try_columns(const void *arg, uint64_t begin, uint64_t end, void *state,
                             pt_error *err)
{
    const struct growing *g = arg;
    struct dtree_scan *scans = pt_mem_array(g->host, g->level.n_nodes, sizeof *scans);
    if (scans == NULL) {
        return out_of_memory(g, err);
    }
    pt_status status = PT_OK;
    for (uint64_t c = begin; status == PT_OK && c < end; c++) {
        if (is_category(g, (uint32_t)c)) {
            status = try_category(g, (uint32_t)c, state, err);
        } else {
            dtree_split_numbers(&g->level, &g->sorted[c], (uint32_t)c, scans, state);
        }
    }
    pt_mem_free(g->host, scans);
    return status;
}

static void keep_better(const void *arg, void *into, const void *from)
{
    const struct growing *g = arg;
    struct dtree_split *to = into;
    const struct dtree_split *other = from;
    for (uint32_t i = 0; i < g->level.n_nodes; i++) {
        if (other[i].decrease > to[i].decrease) {
            to[i] = other[i];
        }
    }
}

// Levels that a split sends left. Levels unseen in the node follow the larger side.
static pt_status set_node(struct growing *g, uint32_t place, const struct entries *e)
{
    const struct dtree_split *split = &g->splits[place];
    struct dtree_node *node = &g->m->tree.nodes[g->node_of[place]];
    uint32_t n_levels = levels_of(g, split->column);
    uint32_t words = dtree_words(n_levels);
    node->set = pt_mem_zero(g->host, words, sizeof *node->set);
    if (node->set == NULL) {
        return out_of_memory(g, g->err);
    }
    if (split->left.n * 2 >= node->n) {
        memset(node->set, 0xff, words * sizeof *node->set);
    }
    for (uint64_t i = e->first[place]; i < e->first[place + 1]; i++) {
        uint32_t code = e->items[i].code;
        if (code == n_levels) {
            continue;
        }
        uint64_t bit = UINT64_C(1) << (code % 64);
        bool is_left = i - e->first[place] < split->prefix;
        node->set[code / 64] = is_left ? node->set[code / 64] | bit : node->set[code / 64] & ~bit;
    }
    if (n_levels % 64 != 0) {
        node->set[words - 1] &= (UINT64_C(1) << (n_levels % 64)) - 1;
    }
    return PT_OK;
}

static bool is_split_by(const struct growing *g, uint32_t place, uint32_t column)
{
    return g->splits[place].decrease > 0 && g->splits[place].kind == DTREE_CATEGORY &&
           g->splits[place].column == column;
}

// Sets of all nodes of the level that a category splits.
static pt_status set_column(struct growing *g, uint32_t column)
{
    uint32_t place = 0;
    while (place < g->level.n_nodes && !is_split_by(g, place, column)) {
        place++;
    }
    if (place == g->level.n_nodes) {
        return PT_OK;
    }
    struct entries e = {0};
    pt_status status = entries_make(g, column, &e, g->err);
    for (; status == PT_OK && place < g->level.n_nodes; place++) {
        if (is_split_by(g, place, column)) {
            status = set_node(g, place, &e);
        }
    }
    entries_release(g, &e);
    return status;
}

// Two children; the places they get in the next level.
static pt_status split_node(struct growing *g, uint32_t place)
{
    const struct dtree_split *split = &g->splits[place];
    struct dtree *tree = &g->m->tree;
    uint32_t at = g->node_of[place];
    struct dtree_node *left = dtree_add(g->host, tree);
    struct dtree_node *right = left == NULL ? NULL : dtree_add(g->host, tree);
    if (right == NULL) {
        return out_of_memory(g, g->err);
    }
    left = right - 1;
    struct dtree_node *node = &tree->nodes[at];
    node->kind = split->kind;
    node->column = split->column;
    node->left = tree->n_nodes - 2;
    node->threshold = split->threshold;
    node->saw_missing = split->saw_missing;
    node->missing_left = split->missing_left;
    node->decrease = split->decrease;
    left->n = split->left.n;
    left->n1 = split->left.n1;
    right->n = node->n - left->n;
    right->n1 = node->n1 - left->n1;
    if (split->saw_missing == 0) {
        node->missing_left = left->n >= right->n;
    }
    g->place_of[place] = g->n_next;
    g->n_next += 2;
    return PT_OK;
}

static bool goes_left(const struct dtree_node *node, double value, bool is_there)
{
    if (node->kind == DTREE_MISSING) {
        return is_there;
    }
    if (!is_there) {
        return node->missing_left != 0;
    }
    if (node->kind == DTREE_NUMBER) {
        return value <= node->threshold;
    }
    uint32_t code = (uint32_t)value;
    return (node->set[code / 64] >> (code % 64) & 1) != 0;
}

// Rows of nodes that split by this column go to the children.
static pt_status route_columns(void *arg, uint64_t begin, uint64_t end, pt_error *err)
{
    const struct growing *g = arg;
    (void)err;
    for (uint64_t c = begin; c < end; c++) {
        const struct dtree_sorted *s = &g->sorted[c];
        for (uint64_t i = 0; i < g->n; i++) {
            uint32_t row = s->row[i];
            uint32_t slot = g->slot[row];
            if (slot == DTREE_NO_NODE || g->splits[slot >> 1].decrease == 0 ||
                g->splits[slot >> 1].column != c) {
                continue;
            }
            const struct dtree_node *node = &g->m->tree.nodes[g->node_of[slot >> 1]];
            uint32_t place = g->place_of[slot >> 1];
            place += goes_left(node, s->value[i], i < s->n_there) ? 0 : 1;
            g->next[row] = place << 1 | (slot & 1);
        }
    }
    return PT_OK;
}

struct level_memory {
    uint32_t *node_of;
    struct dtree_count *counts;
    struct dtree_split *splits;
    uint32_t *place_of;
};

static void level_release(const struct growing *g, struct level_memory *l)
{
    pt_mem_free(g->host, l->node_of);
    pt_mem_free(g->host, l->counts);
    pt_mem_free(g->host, l->splits);
    pt_mem_free(g->host, l->place_of);
    *l = (struct level_memory){0};
}

static pt_status level_make(struct growing *g, uint32_t n_nodes, struct level_memory *out)
{
    struct level_memory l = {
        .node_of = pt_mem_zero(g->host, n_nodes, sizeof *l.node_of),
        .counts = pt_mem_zero(g->host, n_nodes, sizeof *l.counts),
        .splits = pt_mem_zero(g->host, n_nodes, sizeof *l.splits),
        .place_of = pt_mem_zero(g->host, n_nodes, sizeof *l.place_of),
    };
    *out = l;
    if (l.node_of == NULL || l.counts == NULL || l.splits == NULL || l.place_of == NULL) {
        return out_of_memory(g, g->err);
    }
    g->node_of = l.node_of;
    g->counts = l.counts;
    g->splits = l.splits;
    g->place_of = l.place_of;
    g->level.slot = g->slot;
    g->level.nodes = l.counts;
    g->level.n_nodes = n_nodes;
    return PT_OK;
}

static bool may_split(const struct growing *g, const struct dtree_node *node)
{
    return node->n1 > 0 && node->n1 < node->n && node->n >= 2 * g->level.criterion.min_leaf;
}

// Nodes from `first` on are the level; those that may not split are leaves, and their rows rest.
static void enter_level(struct growing *g, uint32_t first)
{
    const struct dtree *tree = &g->m->tree;
    for (uint32_t i = 0; i < g->level.n_nodes; i++) {
        g->node_of[i] = first + i;
        g->counts[i] = (struct dtree_count){tree->nodes[first + i].n, tree->nodes[first + i].n1};
    }
    for (uint64_t row = 0; row < g->n; row++) {
        uint32_t slot = g->slot[row];
        if (slot != DTREE_NO_NODE && !may_split(g, &tree->nodes[g->node_of[slot >> 1]])) {
            g->slot[row] = DTREE_NO_NODE;
        }
    }
}

static pt_status split_level(struct growing *g)
{
    pt_status status =
        g->run->map_reduce(g->run, g->d, g->level.n_nodes * sizeof(struct dtree_split), try_columns,
                           keep_better, g, g->splits, g->err);
    g->n_next = 0;
    for (uint32_t i = 0; status == PT_OK && i < g->level.n_nodes; i++) {
        if (g->splits[i].decrease > 0) {
            status = split_node(g, i);
        }
    }
    for (uint32_t c = 0; status == PT_OK && c < g->d; c++) {
        status = set_column(g, c);
    }
    if (status != PT_OK || g->n_next == 0) {
        return status;
    }
    memset(g->next, 0xff, g->n * sizeof *g->next);
    status = g->run->parallel_for(g->run, g->d, 1, route_columns, g, g->err);
    uint32_t *swap = g->slot;
    g->slot = g->next;
    g->next = swap;
    return status;
}

static pt_status grow_levels(struct growing *g)
{
    uint32_t first = 0;
    uint32_t n_nodes = 1;
    pt_status status = PT_OK;
    for (int64_t depth = 0; status == PT_OK && depth < g->m->config->depth && n_nodes > 0;
         depth++) {
        struct level_memory memory = {0};
        status = level_make(g, n_nodes, &memory);
        if (status == PT_OK) {
            enter_level(g, first);
            status = split_level(g);
        }
        level_release(g, &memory);
        first += n_nodes;
        n_nodes = g->n_next;
        pt_metric metric = {"nodes", (double)g->m->tree.n_nodes};
        g->run->progress(g->run, (double)(depth + 1) / (double)g->m->config->depth, &metric, 1);
    }
    return status;
}

pt_status dtree_grow(struct dtree_model *m, const pt_data *data, const pt_run *run, pt_error *err)
{
    struct growing g = {
        .host = m->host,
        .data = data,
        .run = run,
        .err = err,
        .m = m,
        .d = data->schema->n_columns,
        .n = data->n_rows,
    };
    if (g.n >= UINT32_MAX / 2) {
        return pt_fail(m->host, err, PT_E_LIMIT, NULL, "a tree learns from at most 2^31 rows");
    }
    struct dtree_count root = {0};
    pt_status status = allocate_columns(&g);
    if (status == PT_OK) {
        status = read_labels(&g, &root);
    }
    if (status == PT_OK) {
        status = set_criterion(&g, &root);
    }
    if (status == PT_OK) {
        status = run->parallel_for(run, g.d, 1, sort_columns, &g, err);
    }
    if (status != PT_OK) {
        return status;
    }
    struct dtree_node *node = dtree_add(m->host, &m->tree);
    if (node == NULL) {
        return out_of_memory(&g, err);
    }
    node->n = root.n;
    node->n1 = root.n1;
    return grow_levels(&g);
}
