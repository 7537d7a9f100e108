// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Scoring blocks: values become codes, rows go down each tree in step, leaf values are added tree
// by tree, so that the sums are the same however the rows went.
#include <math.h>
#include <string.h>

#include "ensemble_scorer.h"

// Values of a run of rows on their way to codes.
struct coding {
    const struct ensemble_scorer *s;
    uint32_t cpu; // PT_CPU_*; never changes results
    uint16_t *codes;
};

static void put_code(const struct scorer_column *c, uint64_t row, uint16_t *codes, uint32_t left,
                     uint32_t right)
{
    if (c->left != SCORER_NO_PLANE) {
        codes[(uint64_t)c->left * SCORER_ROWS + row] = (uint16_t)left;
    }
    if (c->right != SCORER_NO_PLANE) {
        codes[(uint64_t)c->right * SCORER_ROWS + row] = (uint16_t)right;
    }
}

static void search_codes(uint32_t cpu, const struct scorer_search *search, const double *values,
                         uint64_t n, uint16_t *codes)
{
#if defined(__x86_64__)
    if (cpu >= PT_CPU_AVX512) {
        scorer_codes_avx512(search, values, n, codes);
        return;
    }
#endif
    (void)cpu;
    scorer_codes(search, values, n, codes);
}

static void code_numbers(const struct coding *g, const struct scorer_column *c,
                         const double *values, uint64_t n)
{
    uint16_t below[SCORER_ROWS];
    const struct scorer_search search = {g->s->thresholds + c->threshold, c->n_padded};
    search_codes(g->cpu, &search, values, n, below);
    if (c->left != SCORER_NO_PLANE) {
        memcpy(g->codes + (uint64_t)c->left * SCORER_ROWS, below, n * sizeof *below);
    }
    if (c->right == SCORER_NO_PLANE) {
        return;
    }
    uint16_t *right = g->codes + (uint64_t)c->right * SCORER_ROWS;
    for (uint64_t i = 0; i < n; i++) {
        right[i] = isnan(values[i]) ? (uint16_t)SCORER_CODE_RIGHT : below[i];
    }
}

static void code_categories(const struct scorer_column *c, const double *values, uint64_t n,
                            uint16_t *codes)
{
    for (uint64_t i = 0; i < n; i++) {
        bool is_level = values[i] >= 0 && values[i] < c->n_levels;
        put_code(c, i, codes, 0, isnan(values[i]) ? SCORER_CODE_RIGHT : 0);
        if (c->category != SCORER_NO_PLANE) {
            codes[(uint64_t)c->category * SCORER_ROWS + i] =
                (uint16_t)(is_level ? (uint32_t)values[i] : c->n_levels);
        }
    }
}

static void copy_cells(const struct ensemble_view *v, uint64_t begin, uint64_t n, uint32_t column,
                       double *out)
{
    if (v->is_float && v->row_bytes == sizeof(float)) {
        const float *x = (const float *)(const void *)(v->x + column * v->column_bytes) + begin;
        for (uint64_t k = 0; k < n; k++) {
            out[k] = (double)x[k];
        }
        return;
    }
    for (uint64_t k = 0; k < n; k++) {
        out[k] = ensemble_cell(v, begin + k, column);
    }
}

static void code_rows(const struct coding *g, const struct ensemble_view *v, uint64_t begin,
                      uint64_t n)
{
    double values[SCORER_ROWS];
    for (uint32_t i = 0; i < g->s->n_columns; i++) {
        const struct scorer_column *c = &g->s->columns[i];
        copy_cells(v, begin, n, c->column, values);
        if (c->n_levels > 0) {
            code_categories(c, values, n, g->codes);
        } else {
            code_numbers(g, c, values, n);
        }
    }
}

bool ensemble_goes_left(const struct ensemble *e, const struct ensemble_node *node, double value)
{
    if (node->kind == ENSEMBLE_MISSING) {
        return !isnan(value);
    }
    if (node->kind == ENSEMBLE_NUMBER) {
        return isnan(value) ? node->missing_left != 0 : value <= node->threshold;
    }
    if (!(value >= 0 && value < e->scorer->levels[node->column])) {
        return node->missing_left != 0;
    }
    uint32_t code = (uint32_t)value;
    return (e->sets[node->set + code / 64] >> (code % 64) & 1) != 0;
}

static uint32_t plain_leaf(const struct ensemble *e, uint64_t tree, const struct ensemble_view *v,
                           uint64_t row)
{
    const struct ensemble_node *nodes = e->nodes + e->first[tree];
    uint32_t at = 0;
    while (nodes[at].kind != ENSEMBLE_LEAF) {
        double value = ensemble_cell(v, row, nodes[at].column);
        at = nodes[at].left + (ensemble_goes_left(e, &nodes[at], value) ? 0 : 1);
    }
    return at;
}

// Where the leaves of a block go: their values are added to sums, or they are kept by tree.
struct target {
    const struct ensemble *e;
    double *sums;     // by row, or NULL
    uint32_t *leaves; // [tree * rows + row], or NULL
    uint64_t rows;
};

static void take_leaves(const struct target *t, uint64_t tree, uint64_t row, uint64_t n,
                        const uint32_t *leaves)
{
    if (t->leaves != NULL) {
        memcpy(t->leaves + tree * t->rows + row, leaves, n * sizeof *leaves);
        return;
    }
    if (t->e->scorer->is_plain) {
        for (uint64_t k = 0; k < n; k++) {
            t->sums[row + k] += t->e->nodes[t->e->first[tree] + leaves[k]].value;
        }
        return;
    }
    const double *values = t->e->scorer->values + t->e->first[tree];
    for (uint64_t k = 0; k < n; k++) {
        t->sums[row + k] += values[leaves[k]];
    }
}

static void walk_plain(const struct target *t, const struct ensemble_view *v)
{
    for (uint64_t tree = 0; tree < t->e->n_trees; tree++) {
        for (uint64_t row = 0; row < t->rows; row++) {
            uint32_t leaf = plain_leaf(t->e, tree, v, row);
            take_leaves(t, tree, row, 1, &leaf);
        }
    }
}

// True when the trees of a run of rows were scored by masks.
static bool add_masks(const struct target *t, const struct coding *coding, uint64_t begin,
                      uint64_t n)
{
#if defined(__x86_64__)
    const struct ensemble_scorer *s = coding->s;
    if (s->masks != NULL && t->sums != NULL && coding->cpu >= PT_CPU_AVX512) {
        for (uint64_t tree = 0; tree < s->n_trees; tree++) {
            scorer_masks_avx512(&s->masks[tree], s->depth[tree], coding->codes, t->sums + begin, n);
        }
        return true;
    }
#endif
    (void)t;
    (void)coding;
    (void)begin;
    (void)n;
    return false;
}

static void walk_codes(const struct target *t, const struct ensemble_view *v, scorer_walk walk,
                       const struct coding *coding)
{
    const struct ensemble_scorer *s = t->e->scorer;
    for (uint64_t begin = 0; begin < t->rows; begin += SCORER_ROWS) {
        uint64_t n = t->rows - begin < SCORER_ROWS ? t->rows - begin : SCORER_ROWS;
        code_rows(coding, v, begin, n);
        if (add_masks(t, coding, begin, n)) {
            continue;
        }
        for (uint64_t tree = 0; tree < s->n_trees; tree++) {
            for (uint64_t k = 0; k < n; k += SCORER_STEP) {
                uint32_t leaves[SCORER_STEP];
                walk(s, tree, coding->codes + k, leaves);
                take_leaves(t, tree, begin + k, n - k < SCORER_STEP ? n - k : SCORER_STEP, leaves);
            }
        }
    }
}

static pt_status score(const pt_host *host, const struct target *t, const struct ensemble_view *v,
                       pt_error *err)
{
    const struct ensemble_scorer *s = t->e->scorer;
    if (s->is_plain) {
        walk_plain(t, v);
        return PT_OK;
    }
    // Rows behind the last go down the trees with the others; the last plane stays zero.
    uint16_t *codes = pt_mem_zero(host, (uint64_t)s->n_planes + 1, SCORER_ROWS * sizeof *codes);
    if (codes == NULL) {
        return pt_fail(host, err, PT_E_NO_MEMORY, NULL, "no memory to score %llu rows",
                       (unsigned long long)t->rows);
    }
    scorer_walk walk = s->small != NULL ? scorer_walk_small : scorer_walk_plain;
    const struct coding coding = {s, host->cpu, codes};
    walk_codes(t, v, s->set_of != NULL ? scorer_walk_sets : walk, &coding);
    pt_mem_free(host, codes);
    return PT_OK;
}

pt_status ensemble_check(const pt_host *host, const struct ensemble *e, const pt_block *block,
                         pt_error *err)
{
    if (e->scorer == NULL) {
        return pt_fail(host, err, PT_E_STATE, NULL, "this model has learnt nothing yet");
    }
    if (block->cols != e->scorer->n_levels) {
        return pt_fail(host, err, PT_E_INVALID, NULL, "%u columns instead of %u", block->cols,
                       e->scorer->n_levels);
    }
    return PT_OK;
}

pt_status ensemble_predict(const pt_host *host, const struct ensemble *e,
                           struct ensemble_layout layout, const pt_block *block, double *out,
                           pt_error *err)
{
    pt_status status = ensemble_check(host, e, block, err);
    if (status != PT_OK) {
        return status;
    }
    struct ensemble_view v = ensemble_view(layout, block);
    struct target t = {.e = e, .sums = out, .rows = block->rows};
    memset(out, 0, block->rows * sizeof *out);
    status = score(host, &t, &v, err);
    for (uint64_t i = 0; status == PT_OK && i < block->rows; i++) {
        out[i] = e->base + e->scale * out[i];
    }
    return status;
}

pt_status ensemble_leaves(const pt_host *host, const struct ensemble *e,
                          struct ensemble_layout layout, const pt_block *block, uint32_t *out,
                          pt_error *err)
{
    pt_status status = ensemble_check(host, e, block, err);
    if (status != PT_OK) {
        return status;
    }
    struct ensemble_view v = ensemble_view(layout, block);
    struct target t = {.e = e, .leaves = out, .rows = block->rows};
    return score(host, &t, &v, err);
}
