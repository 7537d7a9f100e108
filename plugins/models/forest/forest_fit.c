// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Learning a forest: the matrix is binned once, then trees are what goes to threads. Every tree has
// a seed of its own, so neither their order nor the number of threads matters.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "forest_tree.h"

#define STREAM_TREES 1
#define P_LEAST 1e-15 // of probabilities in the log loss

struct learning {
    struct forest_model *m;
    const pt_data *data;
    const pt_run *run;
    struct bins bins;
    uint8_t *label;
    uint64_t *seed;
    uint64_t *left_out;
    struct ensemble *trees;
    uint64_t n_trees;
    struct forest_job job;
};

static pt_status out_of_memory(const struct learning *l, pt_error *err)
{
    return pt_fail(l->m->host, err, PT_E_NO_MEMORY, NULL, "no memory for a forest over %llu rows",
                   (unsigned long long)l->data->n_rows);
}

static pt_status read_labels(struct learning *l, pt_error *err)
{
    for (uint32_t b = 0; b < l->data->n_blocks; b++) {
        pt_block block = {.struct_size = sizeof block};
        pt_status status = l->data->block(l->data->ctx, b, &block, err);
        if (status != PT_OK) {
            return status;
        }
        for (uint64_t i = 0; i < block.rows; i++) {
            uint8_t one = block.label[i] != 0;
            l->label[block.first_row + i] = one;
            l->m->n[one]++;
        }
    }
    return PT_OK;
}

static pt_status grow_trees(void *arg, uint64_t begin, uint64_t end, pt_error *err)
{
    const struct learning *l = arg;
    for (uint64_t t = begin; t < end; t++) {
        if (l->run->cancelled(l->run) != 0) {
            return pt_fail(l->m->host, err, PT_E_CANCELLED, NULL, "stopped");
        }
        pt_status status = forest_tree_grow(&l->job, t, &l->trees[t], err);
        if (status != PT_OK) {
            return status;
        }
    }
    return PT_OK;
}

struct told {
    double p;
    uint32_t one;
};

static int by_p(const void *a, const void *b)
{
    const struct told *x = a;
    const struct told *y = b;
    if (x->p != y->p) {
        return x->p < y->p ? -1 : 1;
    }
    return x->one < y->one ? -1 : x->one > y->one;
}

// Share of (no, yes) pairs in order, equal ones one half; `told` is sorted.
static double auc_of(const struct told *told, uint64_t n)
{
    double below = 0; // rows of class 0 so far
    double ones = 0;
    double pairs = 0;
    for (uint64_t i = 0; i < n;) {
        double zeros_here = 0;
        double ones_here = 0;
        double p = told[i].p;
        for (; i < n && told[i].p == p; i++) {
            ones_here += told[i].one;
            zeros_here += 1 - (double)told[i].one;
        }
        pairs += ones_here * (below + zeros_here / 2);
        below += zeros_here;
        ones += ones_here;
    }
    return below > 0 && ones > 0 ? pairs / (below * ones) : 0.5;
}

static double loss_of(const struct told *told, uint64_t n)
{
    double sum = 0;
    for (uint64_t i = 0; i < n; i++) {
        double p = told[i].one != 0 ? told[i].p : 1 - told[i].p;
        p = p < P_LEAST ? P_LEAST : p;
        sum -= log(p);
    }
    return n == 0 ? 0 : sum / (double)n;
}

// The trees' mean for every row that some of them left out, against what happened.
static pt_status judge_left_out(struct learning *l, pt_error *err)
{
    const uint64_t mask = (UINT64_C(1) << FOREST_SUM_BITS) - 1;
    struct told *told = pt_mem_array(l->m->host, l->data->n_rows, sizeof *told);
    if (told == NULL) {
        return out_of_memory(l, err);
    }
    uint64_t n = 0;
    for (uint64_t i = 0; i < l->data->n_rows; i++) {
        uint64_t n_trees = l->left_out[i] >> FOREST_SUM_BITS;
        if (n_trees > 0) {
            double sum = ldexp((double)(l->left_out[i] & mask), -FOREST_P_BITS);
            told[n++] = (struct told){sum / (double)n_trees, l->label[i]};
        }
    }
    qsort(told, n, sizeof *told, by_p);
    l->m->oob = (struct forest_oob){n, loss_of(told, n), auc_of(told, n)};
    pt_mem_free(l->m->host, told);
    return PT_OK;
}

static pt_status gather_trees(struct learning *l, pt_error *err)
{
    struct ensemble *all = &l->m->trees;
    uint64_t n_nodes = 0;
    for (uint64_t t = 0; t < l->n_trees; t++) {
        n_nodes += l->trees[t].n_nodes;
    }
    if (!pt_mem_reserve(l->m->host, &all->nodes, &all->nodes_capacity, n_nodes,
                        sizeof *all->nodes)) {
        return out_of_memory(l, err);
    }
    for (uint64_t t = 0; t < l->n_trees; t++) {
        if (!ensemble_append(l->m->host, all, &l->trees[t])) {
            return out_of_memory(l, err);
        }
        ensemble_release(l->m->host, &l->trees[t]);
    }
    all->base = 0;
    all->scale = 1 / (double)l->n_trees;
    return PT_OK;
}

static pt_status allocate(struct learning *l, pt_error *err)
{
    const pt_host *host = l->m->host;
    l->n_trees = (uint64_t)l->m->config->trees;
    l->label = pt_mem_array(host, l->data->n_rows, 1);
    l->seed = pt_mem_array(host, l->n_trees, sizeof *l->seed);
    l->left_out = pt_mem_zero(host, l->data->n_rows, sizeof *l->left_out);
    l->trees = pt_mem_zero(host, l->n_trees, sizeof *l->trees);
    if (l->label == NULL || l->seed == NULL || l->left_out == NULL || l->trees == NULL) {
        return out_of_memory(l, err);
    }
    for (uint64_t t = 0; t < l->n_trees; t++) {
        l->seed[t] = l->run->random(l->run, STREAM_TREES, t);
    }
    return PT_OK;
}

static pt_status learn(struct learning *l, pt_error *err)
{
    struct forest_model *m = l->m;
    const struct bins_request request = {
        .max_bins = (uint32_t)m->config->bins, .dtype = forest_layout.dtype, .wants_columns = true};
    pt_status status = allocate(l, err);
    if (status == PT_OK) {
        status = read_labels(l, err);
    }
    if (status == PT_OK && (m->n[0] == 0 || m->n[1] == 0)) {
        status = pt_fail(m->host, err, PT_E_DATA, NULL, "the label has one class only");
    }
    if (status == PT_OK) {
        status = bins_make(m->host, l->data, l->run, &request, &l->bins, err);
    }
    if (status != PT_OK) {
        return status;
    }
    l->job = (struct forest_job){
        .host = m->host,
        .m = m,
        .bins = &l->bins,
        .label = l->label,
        .seed = l->seed,
        .n_tried = forest_features_of(&m->features, l->bins.n_columns),
        .units = class_weight_units(&m->weights, m->n),
        .left_out = l->left_out,
    };
    status = l->run->parallel_for(l->run, l->n_trees, 1, grow_trees, l, err);
    if (status == PT_OK) {
        status = judge_left_out(l, err);
    }
    return status == PT_OK ? gather_trees(l, err) : status;
}

pt_status forest_learn(struct forest_model *m, const pt_data *data, const pt_run *run,
                       pt_error *err)
{
    if (data->n_rows > INT32_MAX) {
        return pt_fail(m->host, err, PT_E_LIMIT, NULL, "a forest learns from at most %d rows",
                       INT32_MAX);
    }
    struct learning l = {.m = m, .data = data, .run = run};
    m->n[0] = m->n[1] = 0;
    pt_status status = learn(&l, err);
    for (uint64_t t = 0; l.trees != NULL && t < l.n_trees; t++) {
        ensemble_release(m->host, &l.trees[t]);
    }
    pt_mem_free(m->host, l.trees);
    pt_mem_free(m->host, l.label);
    pt_mem_free(m->host, l.seed);
    pt_mem_free(m->host, l.left_out);
    bins_release(m->host, &l.bins);
    return status;
}
