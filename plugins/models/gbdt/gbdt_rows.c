// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "gbdt_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "class_weight.h"

// Streams of random numbers.
#define STREAM_VALIDATION 1
#define STREAM_ROWS 2    // + 2 a tree
#define STREAM_COLUMNS 3 // + 2 a tree

static pt_status out_of_memory(const struct gbdt_data *d, pt_error *err)
{
    return pt_fail(d->host, err, PT_E_NO_MEMORY, NULL, "no memory for %llu training rows",
                   (unsigned long long)d->n);
}

// In [0, 1).
static double draw(const pt_run *run, uint64_t stream, uint64_t index)
{
    return (double)(run->random(run, stream, index) >> 11) * 0x1p-53;
}

static uint64_t key_of(const pt_block *block, uint64_t i)
{
    return block->key == NULL ? block->first_row + i : block->key[i];
}

static pt_status read_label(struct gbdt_data *d, int32_t loss, const pt_block *block, pt_error *err)
{
    if (block->label == NULL) {
        return pt_fail(d->host, err, PT_E_INVALID, NULL, "boosting needs a label");
    }
    for (uint64_t i = 0; i < block->rows; i++) {
        double value = block->label[i];
        if (loss == GBDT_LOGISTIC && value != 0 && value != 1) {
            return pt_fail(d->host, err, PT_E_DATA, NULL,
                           "a label is %g; the logistic loss wants 0 or 1", value);
        }
        if (!isfinite((float)value)) {
            return pt_fail(d->host, err, PT_E_DATA, NULL, "a label is not a finite number");
        }
        d->label[block->first_row + i] = (float)value;
    }
    return PT_OK;
}

static bool validates(const struct gbdt_config *config, const pt_run *run, const pt_block *block,
                      uint64_t i)
{
    if (block->fold != NULL) {
        return block->fold[i] != 0;
    }
    return draw(run, STREAM_VALIDATION, key_of(block, i)) < config->validation;
}

// Weights of a block, in training and validation.
static pt_status read_weight(struct gbdt_data *d, const struct gbdt_config *config,
                             const pt_run *run, const pt_block *block, pt_error *err)
{
    for (uint64_t i = 0; i < block->rows; i++) {
        uint64_t row = block->first_row + i;
        double value = block->weight == NULL ? 1 : block->weight[i];
        if (!(value > 0) || !isfinite((float)value)) {
            return pt_fail(d->host, err, PT_E_DATA, NULL, "a row's weight is not above 0");
        }
        bool is_validation = config->early_stopping > 0 && validates(config, run, block, i);
        d->weight[row] = is_validation ? 0 : (float)value;
        if (d->validation != NULL) {
            d->validation[row] = is_validation ? (float)value : 0;
        }
        d->n_train += !is_validation;
    }
    return PT_OK;
}

static pt_status read_blocks(struct gbdt_data *d, const struct gbdt_model *m, const pt_data *data,
                             const pt_run *run, pt_error *err)
{
    pt_status status = PT_OK;
    for (uint32_t b = 0; b < data->n_blocks && status == PT_OK; b++) {
        pt_block block = {.struct_size = sizeof block};
        status = data->block(data->ctx, b, &block, err);
        if (status == PT_OK) {
            status = read_label(d, m->config->loss, &block, err);
        }
        if (status == PT_OK) {
            status = read_weight(d, m->config, run, &block, err);
        }
        for (uint64_t i = 0; status == PT_OK && d->key != NULL && i < block.rows; i++) {
            d->key[block.first_row + i] = key_of(&block, i);
        }
    }
    return status;
}

// Training weight of both classes.
static void sum_classes(const struct gbdt_data *d, double sums[2])
{
    sums[0] = sums[1] = 0;
    for (uint64_t i = 0; i < d->n; i++) {
        sums[d->label[i] > 0 ? 1 : 0] += (double)d->weight[i];
    }
}

static pt_status weigh_classes(struct gbdt_data *d, const struct gbdt_config *config, pt_error *err)
{
    double sums[2];
    sum_classes(d, sums);
    if (!(sums[0] > 0) || !(sums[1] > 0)) {
        return pt_fail(d->host, err, PT_E_DATA, NULL,
                       "the rows to learn from are all of one class");
    }
    struct class_weight weight;
    if (!class_weight_read(config->class_weights, &weight)) {
        return pt_fail(d->host, err, PT_E_CONFIG, "class_weights", "not a usable weight");
    }
    double by_class[2] = {1, weight.ratio};
    if (weight.kind == CLASS_WEIGHT_BALANCED) {
        by_class[0] = (sums[0] + sums[1]) / (2 * sums[0]);
        by_class[1] = (sums[0] + sums[1]) / (2 * sums[1]);
    }
    for (uint64_t i = 0; i < d->n; i++) {
        double by = by_class[d->label[i] > 0 ? 1 : 0];
        d->weight[i] = (float)((double)d->weight[i] * by);
        if (d->validation != NULL) {
            d->validation[i] = (float)((double)d->validation[i] * by);
        }
    }
    sum_classes(d, sums);
    d->base = log(sums[1] / sums[0]);
    return PT_OK;
}

static void set_mean(struct gbdt_data *d)
{
    double sum = 0;
    double weight = 0;
    for (uint64_t i = 0; i < d->n; i++) {
        sum += (double)d->weight[i] * (double)d->label[i];
        weight += (double)d->weight[i];
    }
    d->base = sum / weight;
}

static bool all_weigh_one(const struct gbdt_data *d)
{
    for (uint64_t i = 0; i < d->n; i++) {
        if (d->weight[i] != 1.0f) {
            return false;
        }
    }
    return true;
}

// What a margin starts from; drops weights that say nothing.
static pt_status set_base(struct gbdt_data *d, const struct gbdt_config *config, pt_error *err)
{
    if (d->n_train == 0 || (d->validation != NULL && d->n_train == d->n)) {
        return pt_fail(d->host, err, PT_E_DATA, "validation",
                       "of %llu rows %llu are left to learn from; both parts need some",
                       (unsigned long long)d->n, (unsigned long long)d->n_train);
    }
    if (config->loss == GBDT_LOGISTIC) {
        pt_status status = weigh_classes(d, config, err);
        if (status != PT_OK) {
            return status;
        }
    } else {
        set_mean(d);
    }
    // The exported models keep it as a float.
    d->base = (double)(float)d->base;
    for (uint64_t i = 0; i < d->n; i++) {
        d->margin[i] = (float)d->base;
    }
    return PT_OK;
}

static pt_status read_monotone(struct gbdt_data *d, const struct gbdt_config *config,
                               const pt_schema *schema, pt_error *err)
{
    const int64_t *values = config->monotone.values;
    if (config->monotone.n == 0) {
        return PT_OK;
    }
    d->monotone = pt_mem_zero(d->host, d->n_columns, 1);
    if (d->monotone == NULL) {
        return out_of_memory(d, err);
    }
    for (uint32_t i = 0; i < config->monotone.n; i++) {
        const char *key = config->monotone.keys[i];
        uint32_t c = 0;
        while (c < d->n_columns && strcmp(schema->columns[c]->name, key) != 0) {
            c++;
        }
        if (c == d->n_columns || schema->columns[c]->kind == PT_COLUMN_CATEGORY) {
            return pt_fail(d->host, err, PT_E_CONFIG, "monotone", "`%s` is no number column here",
                           key);
        }
        d->monotone[c] = (int8_t)values[i];
    }
    return PT_OK;
}

static pt_status allocate(struct gbdt_data *d, const struct gbdt_config *config, pt_error *err)
{
    bool has_validation = config->early_stopping > 0;
    d->draws_rows = has_validation || config->rows < 1;
    d->label = pt_mem_array(d->host, d->n, sizeof *d->label);
    d->margin = pt_mem_array(d->host, d->n, sizeof *d->margin);
    d->weight = pt_mem_array(d->host, d->n, sizeof *d->weight);
    bool is_short = d->label == NULL || d->margin == NULL || d->weight == NULL;
    if (has_validation && !is_short) {
        d->validation = pt_mem_array(d->host, d->n, sizeof *d->validation);
        is_short = d->validation == NULL;
    }
    if (config->rows < 1 && !is_short) {
        d->key = pt_mem_array(d->host, d->n, sizeof *d->key);
        is_short = d->key == NULL;
    }
    if (d->draws_rows && !is_short) {
        d->drawn = pt_mem_array(d->host, d->n, sizeof *d->drawn);
        d->is_drawn = pt_mem_array(d->host, d->n, 1);
        is_short = d->drawn == NULL || d->is_drawn == NULL;
    }
    if (config->columns < 1 && !is_short) {
        d->use = pt_mem_array(d->host, d->n_columns, 1);
        is_short = d->use == NULL;
    }
    return is_short ? out_of_memory(d, err) : PT_OK;
}

pt_status gbdt_data_read(struct gbdt_data *d, const struct gbdt_model *m, const pt_data *data,
                         const pt_run *run, pt_error *err)
{
    d->host = m->host;
    d->n = data->n_rows;
    d->n_columns = data->schema->n_columns;
    pt_status status = allocate(d, m->config, err);
    if (status == PT_OK) {
        status = read_monotone(d, m->config, data->schema, err);
    }
    if (status == PT_OK) {
        status = read_blocks(d, m, data, run, err);
    }
    if (status == PT_OK) {
        status = set_base(d, m->config, err);
    }
    if (status == PT_OK && all_weigh_one(d)) {
        pt_mem_free(d->host, d->weight);
        d->weight = NULL;
    }
    return status;
}

void gbdt_data_release(struct gbdt_data *d)
{
    pt_mem_free(d->host, d->label);
    pt_mem_free(d->host, d->margin);
    pt_mem_free(d->host, d->weight);
    pt_mem_free(d->host, d->validation);
    pt_mem_free(d->host, d->key);
    pt_mem_free(d->host, d->drawn);
    pt_mem_free(d->host, d->is_drawn);
    pt_mem_free(d->host, d->use);
    pt_mem_free(d->host, d->monotone);
    *d = (struct gbdt_data){0};
}

struct gbdt_rows gbdt_data_part(const struct gbdt_data *d, uint64_t begin, uint64_t end,
                                bool is_validation)
{
    const float *weight = is_validation ? d->validation : d->weight;
    return (struct gbdt_rows){.label = d->label + begin,
                              .weight = weight == NULL ? NULL : weight + begin,
                              .margin = d->margin + begin,
                              .n = end - begin};
}

static bool is_training(const struct gbdt_data *d, uint64_t row)
{
    return d->weight == NULL || d->weight[row] > 0;
}

struct drawn_column {
    uint64_t bits;
    uint32_t column;
};

static int by_bits(const void *a, const void *b)
{
    const struct drawn_column *x = a;
    const struct drawn_column *y = b;
    if (x->bits != y->bits) {
        return x->bits < y->bits ? -1 : 1;
    }
    return x->column < y->column ? -1 : 1;
}

// The share of the columns with the lowest random numbers, at least one.
static pt_status draw_columns(struct gbdt_data *d, double share, const pt_run *run, uint64_t stream,
                              pt_error *err)
{
    struct drawn_column *all = pt_mem_array(d->host, d->n_columns, sizeof *all);
    if (all == NULL) {
        return out_of_memory(d, err);
    }
    for (uint32_t c = 0; c < d->n_columns; c++) {
        all[c] = (struct drawn_column){run->random(run, stream, c), c};
    }
    qsort(all, d->n_columns, sizeof *all, by_bits);
    double wanted = ceil(share * d->n_columns);
    memset(d->use, 0, d->n_columns);
    for (uint32_t i = 0; i < d->n_columns && i < wanted; i++) {
        d->use[all[i].column] = 1;
    }
    pt_mem_free(d->host, all);
    return PT_OK;
}

static void draw_rows(struct gbdt_data *d, double share, const pt_run *run, uint64_t stream)
{
    d->n_drawn = 0;
    for (uint64_t row = 0; row < d->n; row++) {
        bool is_drawn =
            is_training(d, row) && (d->key == NULL || draw(run, stream, d->key[row]) < share);
        d->is_drawn[row] = is_drawn;
        if (is_drawn) {
            d->drawn[d->n_drawn++] = (uint32_t)row;
        }
    }
}

// A tree needs a row at least.
static void draw_some(struct gbdt_data *d, double share, const pt_run *run, uint64_t stream)
{
    draw_rows(d, share, run, stream);
    if (d->n_drawn == 0) {
        draw_rows(d, 1, run, stream);
    }
}

pt_status gbdt_data_draw(struct gbdt_data *d, const struct gbdt_config *config, const pt_run *run,
                         uint32_t round, pt_error *err)
{
    d->n_drawn = d->n;
    // Without a share of rows every tree sees the same ones.
    if (d->draws_rows && (d->key != NULL || round == 0)) {
        draw_some(d, config->rows, run, STREAM_ROWS + UINT64_C(2) * round);
    } else if (d->draws_rows) {
        d->n_drawn = d->n_train;
    }
    if (d->use == NULL) {
        return PT_OK;
    }
    return draw_columns(d, config->columns, run, STREAM_COLUMNS + UINT64_C(2) * round, err);
}
