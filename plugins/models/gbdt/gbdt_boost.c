// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Round by round: gradients at the rows' margins, a tree on them, margins moved by its leaves.
// Sums run over fixed parts of the rows, so that threads never show.
#include <math.h>
#include <string.h>

#include "gbdt.h"
#include "gbdt_loss.h"
#include "gbdt_rows.h"
#include "grow.h"

#define FIRST_ROOM 2147483000.0 // sums of packed statistics stay below these
#define SECOND_ROOM 4294967000.0
#define GRAIN 16384u

struct boosting {
    const pt_host *host;
    const pt_run *run;
    struct gbdt_model *m;
    const struct gbdt_config *config;
    struct gbdt_data rows;
    struct bins bins;
    struct grow_rule rule;
    struct grow *grow;
    struct grow_sample sample;
    union gbdt_stat *stat;
    double first_up;
    double second_up;
    uint32_t best; // trees at the lowest validation loss
};

// Gradients of training, losses of both parts.
static pt_status map_gradients(const void *arg, uint64_t begin, uint64_t end, void *state,
                               pt_error *err)
{
    const struct boosting *b = arg;
    struct gbdt_loss loss = {b->m->loss, b->host->cpu};
    struct gbdt_sums *sums = state;
    (void)err;
    struct gbdt_rows train = gbdt_data_part(&b->rows, begin, end, false);
    gbdt_gradients(&loss, &train, b->stat + begin, &sums[0]);
    if (b->rows.validation != NULL) {
        struct gbdt_rows validation = gbdt_data_part(&b->rows, begin, end, true);
        gbdt_losses(&loss, &validation, &sums[1]);
    }
    return PT_OK;
}

static void add_sums(struct gbdt_sums *into, const struct gbdt_sums *from)
{
    into->gradient += from->gradient;
    into->hessian += from->hessian;
    into->loss += from->loss;
    into->weight += from->weight;
}

static void combine(const void *arg, void *into, const void *from)
{
    (void)arg;
    struct gbdt_sums *to = into;
    const struct gbdt_sums *other = from;
    add_sums(&to[0], &other[0]);
    add_sums(&to[1], &other[1]);
}

static pt_status pack_range(void *arg, uint64_t begin, uint64_t end, pt_error *err)
{
    const struct boosting *b = arg;
    (void)err;
    gbdt_pack(b->stat + begin, end - begin, b->first_up, b->second_up);
    return PT_OK;
}

static double room(double most, double sum)
{
    return sum > 0 ? most / sum : 1;
}

// Losses go to the trace and to whoever watches.
static pt_status note_losses(struct boosting *b, uint32_t round, const struct gbdt_sums sums[2],
                             pt_error *err)
{
    struct gbdt_trace *t = &b->m->trace;
    t->train[round] = sums[0].loss / sums[0].weight;
    t->n = round + 1;
    if (!isfinite(sums[0].gradient) || !isfinite(sums[0].hessian) || !isfinite(t->train[round])) {
        return pt_fail(b->host, err, PT_E_NUMERIC, "learning_rate", "the boosting diverges");
    }
    pt_metric metrics[2] = {{"loss", t->train[round]}, {"validation", 0}};
    if (t->validation != NULL) {
        metrics[1].value = t->validation[round] = sums[1].loss / sums[1].weight;
        b->best = t->validation[round] < t->validation[b->best] ? round : b->best;
    }
    b->run->progress(b->run, (double)round / (double)b->config->trees, metrics,
                     t->validation != NULL ? 2 : 1);
    return PT_OK;
}

// Losses after `round` trees, and statistics of all rows for the next one.
static pt_status measure(struct boosting *b, uint32_t round, pt_error *err)
{
    struct gbdt_sums sums[2] = {{0}};
    pt_status status =
        b->run->map_reduce(b->run, b->rows.n, sizeof sums, map_gradients, combine, b, sums, err);
    if (status == PT_OK) {
        status = note_losses(b, round, sums, err);
    }
    if (status != PT_OK) {
        return status;
    }
    // Rounding adds at most one a row.
    double n = (double)b->rows.n;
    b->first_up = room(FIRST_ROOM - n, sums[0].gradient);
    b->second_up = room(SECOND_ROOM - n, sums[0].hessian);
    b->sample.first_scale = 1 / b->first_up;
    b->sample.second_scale = 1 / b->second_up;
    return b->run->parallel_for(b->run, b->rows.n, GRAIN, pack_range, b, err);
}

static pt_status move_leaves(void *arg, uint64_t begin, uint64_t end, pt_error *err)
{
    struct boosting *b = arg;
    uint64_t n = 0;
    (void)err;
    const struct grow_leaf *leaves = grow_leaves(b->grow, &n);
    for (uint64_t i = begin; i < end; i++) {
        for (uint64_t j = 0; j < leaves[i].n; j++) {
            b->rows.margin[leaves[i].rows[j]] += (float)leaves[i].value;
        }
    }
    return PT_OK;
}

// Rows that the tree was not grown from find their leaf by their bins.
static pt_status move_others(void *arg, uint64_t begin, uint64_t end, pt_error *err)
{
    struct boosting *b = arg;
    (void)err;
    for (uint64_t row = begin; row < end; row++) {
        if (b->rows.is_drawn[row] == 0) {
            b->rows.margin[row] += (float)grow_value(b->grow, row);
        }
    }
    return PT_OK;
}

static pt_status move_margins(struct boosting *b, pt_error *err)
{
    uint64_t n = 0;
    grow_leaves(b->grow, &n);
    pt_status status = b->run->parallel_for(b->run, n, 4, move_leaves, b, err);
    if (status == PT_OK && b->sample.rows != NULL) {
        status = b->run->parallel_for(b->run, b->rows.n, GRAIN, move_others, b, err);
    }
    return status;
}

static pt_status grow_one(struct boosting *b, uint32_t round, pt_error *err)
{
    pt_status status = gbdt_data_draw(&b->rows, b->config, b->run, round, err);
    b->sample.rows = b->rows.draws_rows ? b->rows.drawn : NULL;
    b->sample.n = b->rows.n_drawn;
    b->sample.use = b->rows.use;
    b->sample.stat = &b->stat->packed;
    if (status == PT_OK) {
        status = grow_tree(b->grow, &b->sample, &b->m->trees, err);
    }
    return status == PT_OK ? move_margins(b, err) : status;
}

// Forgets the trees after the first `n`.
static void cut_trees(struct ensemble *e, uint64_t n)
{
    if (n < e->n_trees) {
        e->n_nodes = e->first[n];
        e->n_trees = n;
    }
}

static bool is_over(const struct boosting *b, uint32_t round)
{
    return round >= b->config->trees ||
           (b->rows.validation != NULL && round - b->best >= b->config->early_stopping);
}

static pt_status boost_rounds(struct boosting *b, pt_error *err)
{
    uint32_t round = 0;
    pt_status status = measure(b, 0, err);
    while (status == PT_OK && !is_over(b, round)) {
        if (b->run->cancelled(b->run) != 0) {
            return pt_fail(b->host, err, PT_E_CANCELLED, NULL, "stopped");
        }
        status = grow_one(b, round++, err);
        if (status == PT_OK) {
            status = measure(b, round, err);
        }
    }
    if (status == PT_OK && b->rows.validation != NULL) {
        cut_trees(&b->m->trees, b->best);
    }
    return status;
}

static pt_status prepare(struct boosting *b, const pt_data *data, pt_error *err)
{
    const struct gbdt_config *c = b->config;
    struct bins_request request = {
        .max_bins = (uint32_t)c->max_bins, .dtype = 4, .wants_columns = true, .wants_groups = true};
    pt_status status = gbdt_data_read(&b->rows, b->m, data, b->run, err);
    if (status == PT_OK) {
        status = bins_make(b->host, data, b->run, &request, &b->bins, err);
    }
    if (status != PT_OK) {
        return status;
    }
    b->rule = (struct grow_rule){.depth = (uint32_t)c->depth,
                                 .leaves = (uint32_t)c->leaves,
                                 .lambda = c->lambda,
                                 .min_gain = c->min_gain,
                                 .min_child_weight = c->min_child_weight,
                                 .min_leaf = (uint64_t)c->min_leaf,
                                 .category_smooth = GBDT_CATEGORY_SMOOTH,
                                 .rate = c->learning_rate,
                                 .monotone = b->rows.monotone};
    b->stat = pt_mem_array(b->host, b->rows.n, sizeof *b->stat);
    uint64_t points = (uint64_t)c->trees + 1;
    struct gbdt_trace *t = &b->m->trace;
    t->train = pt_mem_array(b->host, points, sizeof *t->train);
    if (b->rows.validation != NULL) {
        t->validation = pt_mem_array(b->host, points, sizeof *t->validation);
    }
    if (b->stat == NULL || t->train == NULL ||
        (b->rows.validation != NULL && t->validation == NULL)) {
        return pt_fail(b->host, err, PT_E_NO_MEMORY, NULL, "no memory to boost over %llu rows",
                       (unsigned long long)b->rows.n);
    }
    return grow_new(b->host, &b->bins, b->run, &b->rule, &b->grow, err);
}

pt_status gbdt_boost(struct gbdt_model *m, const pt_data *data, const pt_run *run, pt_error *err)
{
    struct boosting b = {.host = m->host, .run = run, .m = m, .config = m->config};
    m->loss = m->config->loss;
    pt_status status = prepare(&b, data, err);
    if (status == PT_OK) {
        m->n_rows = b.rows.n_train;
        m->n_validation = b.rows.n - b.rows.n_train;
        m->trees.base = b.rows.base;
        m->trees.scale = 1;
        status = boost_rounds(&b, err);
    }
    grow_free(b.grow);
    bins_release(m->host, &b.bins);
    pt_mem_free(m->host, b.stat);
    gbdt_data_release(&b.rows);
    return status;
}
