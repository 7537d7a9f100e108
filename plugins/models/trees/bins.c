// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "bins.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bins_cut.h"

#define SAMPLE_ROWS (UINT64_C(1) << 18)
#define BINS_PAD 64u
#define LEVELS_ALONE 254u // levels of a category with a bin of their own

struct making {
    const pt_host *host;
    const pt_data *data;
    const struct bins_request *request;
    struct bins *b;
};

static pt_status out_of_memory(const pt_host *host, pt_error *err)
{
    return pt_fail(host, err, PT_E_NO_MEMORY, NULL, "no memory to bin the matrix");
}

static double value_at(const struct making *m, const pt_block *block, uint32_t column, uint64_t row)
{
    if (m->request->dtype == 4) {
        return (double)((const float *)block->x)[column * block->stride + row];
    }
    return ((const double *)block->x)[column * block->stride + row];
}

static bool is_level(const struct bins_column *c, double value)
{
    return value >= 0 && value < c->n_levels;
}

// Values of the sample that are there.
static pt_status read_sample(const struct making *m, uint32_t column, double *values, uint64_t *n,
                             pt_error *err)
{
    uint64_t n_rows = m->b->n_rows;
    uint64_t wanted = n_rows < SAMPLE_ROWS ? n_rows : SAMPLE_ROWS;
    uint64_t taken = 0;
    *n = 0;
    for (uint32_t i = 0; i < m->data->n_blocks && taken < wanted; i++) {
        pt_block block = {.struct_size = sizeof block};
        pt_status status = m->data->block(m->data->ctx, i, &block, err);
        if (status != PT_OK) {
            return status;
        }
        for (; taken < wanted; taken++) {
            uint64_t row = taken * n_rows / wanted - block.first_row;
            if (row >= block.rows) {
                break;
            }
            double value = value_at(m, &block, column, row);
            if (!isnan(value)) {
                values[(*n)++] = value;
            }
        }
    }
    return PT_OK;
}

static pt_status cut_number(const struct making *m, uint32_t column, double *values, double *spare,
                            pt_error *err)
{
    struct bins_column *c = &m->b->columns[column];
    uint64_t n = 0;
    pt_status status = read_sample(m, column, values, &n, err);
    if (status != PT_OK) {
        return status;
    }
    c->cuts = pt_mem_array(m->host, m->request->max_bins, sizeof *c->cuts);
    if (c->cuts == NULL) {
        return out_of_memory(m->host, err);
    }
    bins_sort(values, spare, n);
    c->n_bins = bins_choose(values, n, m->request->max_bins, m->request->dtype == 4, c->cuts) + 2;
    return PT_OK;
}

struct level {
    uint64_t rows;
    uint32_t code;
};

static int by_rows(const void *a, const void *b)
{
    const struct level *x = a;
    const struct level *y = b;
    if (x->rows != y->rows) {
        return x->rows > y->rows ? -1 : 1;
    }
    return x->code < y->code ? -1 : 1;
}

static pt_status count_levels(const struct making *m, uint32_t column, struct level *levels,
                              pt_error *err)
{
    const struct bins_column *c = &m->b->columns[column];
    for (uint32_t i = 0; i < m->data->n_blocks; i++) {
        pt_block block = {.struct_size = sizeof block};
        pt_status status = m->data->block(m->data->ctx, i, &block, err);
        if (status != PT_OK) {
            return status;
        }
        for (uint64_t row = 0; row < block.rows; row++) {
            double value = value_at(m, &block, column, row);
            if (is_level(c, value)) {
                levels[(uint32_t)value].rows++;
            }
        }
    }
    return PT_OK;
}

static pt_status bin_levels(const struct making *m, uint32_t column, struct level *levels,
                            pt_error *err)
{
    struct bins_column *c = &m->b->columns[column];
    for (uint32_t i = 0; i < c->n_levels; i++) {
        levels[i].code = i;
    }
    if (c->n_levels > BINS_VALUES_MAX) {
        pt_status status = count_levels(m, column, levels, err);
        if (status != PT_OK) {
            return status;
        }
        qsort(levels, c->n_levels, sizeof *levels, by_rows);
    }
    for (uint32_t i = 0; i < c->n_levels; i++) {
        bool is_alone = c->n_levels <= BINS_VALUES_MAX || i < LEVELS_ALONE;
        c->bin_of[levels[i].code] = (uint8_t)(is_alone ? i + 1 : BINS_VALUES_MAX);
    }
    c->n_bins = 1 + (c->n_levels < BINS_VALUES_MAX ? c->n_levels : BINS_VALUES_MAX);
    return PT_OK;
}

static pt_status cut_category(const struct making *m, uint32_t column, pt_error *err)
{
    struct bins_column *c = &m->b->columns[column];
    struct level *levels = pt_mem_zero(m->host, c->n_levels, sizeof *levels);
    c->bin_of = pt_mem_zero(m->host, c->n_levels, 1);
    pt_status status = levels == NULL || c->bin_of == NULL ? out_of_memory(m->host, err)
                                                           : bin_levels(m, column, levels, err);
    pt_mem_free(m->host, levels);
    return status;
}

static pt_status cut_columns(void *arg, uint64_t begin, uint64_t end, pt_error *err)
{
    const struct making *m = arg;
    uint64_t n = m->b->n_rows < SAMPLE_ROWS ? m->b->n_rows : SAMPLE_ROWS;
    double *values = pt_mem_array(m->host, n, sizeof *values);
    double *spare = pt_mem_array(m->host, n, sizeof *spare);
    pt_status status = PT_OK;
    if (values == NULL || spare == NULL) {
        status = out_of_memory(m->host, err);
    }
    for (uint64_t c = begin; status == PT_OK && c < end; c++) {
        status = m->b->columns[c].is_category ? cut_category(m, (uint32_t)c, err)
                                              : cut_number(m, (uint32_t)c, values, spare, err);
    }
    pt_mem_free(m->host, values);
    pt_mem_free(m->host, spare);
    return status;
}

static void search_numbers(const struct making *m, const struct bins_search *search,
                           const pt_block *block, uint32_t column, uint8_t *out)
{
    if (m->request->dtype == 8) {
        bins_search_doubles(search, (const double *)block->x + column * block->stride, block->rows,
                            out);
        return;
    }
    const float *x = (const float *)block->x + column * block->stride;
#if defined(__x86_64__)
    if (m->host->cpu >= PT_CPU_AVX512) {
        bins_search_floats_avx512(search, x, block->rows, out);
        return;
    }
#endif
    bins_search_floats(search, x, block->rows, out);
}

// Bins of a block's values of one column.
static void bin_values(const struct making *m, const pt_block *block, uint32_t column,
                       const struct bins_search *search, uint8_t *out)
{
    const struct bins_column *c = &m->b->columns[column];
    if (!c->is_category) {
        search_numbers(m, search, block, column, out);
        return;
    }
    for (uint64_t i = 0; i < block->rows; i++) {
        double value = value_at(m, block, column, i);
        out[i] = is_level(c, value) ? c->bin_of[(uint32_t)value] : 0;
    }
}

static void place_in_group(struct bins *b, uint32_t column, const pt_block *block,
                           const uint8_t *bins)
{
    uint32_t g = 0;
    while (b->group_first[g + 1] <= column) {
        g++;
    }
    uint64_t width = b->group_first[g + 1] - b->group_first[g];
    uint8_t *to = b->by_group + b->group_first[g] * b->n_rows + block->first_row * width +
                  (column - b->group_first[g]);
    for (uint64_t i = 0; i < block->rows; i++) {
        to[i * width] = bins[i];
    }
}

static void place(const struct making *m, uint32_t column, const pt_block *block,
                  const uint8_t *bins)
{
    struct bins *b = m->b;
    if (b->by_column != NULL) {
        memcpy(b->by_column + column * b->stride + block->first_row, bins, block->rows);
    }
    if (b->by_group != NULL) {
        place_in_group(b, column, block, bins);
    }
    if (memchr(bins, 0, block->rows) != NULL) {
        __atomic_store_n(&b->columns[column].has_missing, true, __ATOMIC_RELAXED);
    }
}

static pt_status fill_columns(const struct making *m, uint32_t begin, uint32_t end, pt_error *err)
{
    struct bins_search search;
    uint8_t *bins = NULL;
    uint64_t capacity = 0;
    pt_status status = PT_OK;
    for (uint32_t c = begin; c < end && status == PT_OK; c++) {
        const struct bins_column *column = &m->b->columns[c];
        if (!column->is_category) {
            bins_search_make(&search, column->cuts, column->n_bins - 2);
        }
        for (uint32_t i = 0; i < m->data->n_blocks && status == PT_OK; i++) {
            pt_block block = {.struct_size = sizeof block};
            status = m->data->block(m->data->ctx, i, &block, err);
            if (status == PT_OK && !pt_mem_reserve(m->host, &bins, &capacity, block.rows, 1)) {
                status = out_of_memory(m->host, err);
            }
            if (status == PT_OK) {
                bin_values(m, &block, c, &search, bins);
                place(m, c, &block, bins);
            }
        }
    }
    pt_mem_free(m->host, bins);
    return status;
}

static pt_status fill(void *arg, uint64_t begin, uint64_t end, pt_error *err)
{
    return fill_columns(arg, (uint32_t)begin, (uint32_t)end, err);
}

// Groups of nearly the same width.
static void set_groups(struct bins *b)
{
    for (uint32_t g = 0; g <= b->n_groups; g++) {
        b->group_first[g] = (uint32_t)((uint64_t)b->n_columns * g / b->n_groups);
    }
}

static pt_status allocate(const struct making *m, pt_error *err)
{
    struct bins *b = m->b;
    b->n_groups = (b->n_columns + BINS_GROUP - 1) / BINS_GROUP;
    b->stride = (b->n_rows + 63) / 64 * 64;
    b->columns = pt_mem_zero(m->host, b->n_columns, sizeof *b->columns);
    b->group_first = pt_mem_array(m->host, (uint64_t)b->n_groups + 1, sizeof *b->group_first);
    bool is_short = b->columns == NULL || b->group_first == NULL;
    if (m->request->wants_columns && !is_short) {
        // Vector kernels read a little beyond the last row.
        b->by_column = pt_mem_zero(m->host, b->stride * b->n_columns + BINS_PAD, 1);
        is_short = b->by_column == NULL;
    }
    if (m->request->wants_groups && !is_short) {
        b->by_group = pt_mem_array(m->host, b->n_rows, b->n_columns);
        is_short = b->by_group == NULL;
    }
    if (is_short) {
        return out_of_memory(m->host, err);
    }
    set_groups(b);
    for (uint32_t c = 0; c < b->n_columns; c++) {
        const pt_column_info *info = m->data->schema->columns[c];
        b->columns[c].is_category = info->kind == PT_COLUMN_CATEGORY;
        b->columns[c].n_levels = b->columns[c].is_category ? info->n_levels : 0;
    }
    return PT_OK;
}

pt_status bins_make(const pt_host *host, const pt_data *data, const pt_run *run,
                    const struct bins_request *request, struct bins *out, pt_error *err)
{
    *out = (struct bins){.n_rows = data->n_rows, .n_columns = data->schema->n_columns};
    struct making m = {.host = host, .data = data, .request = request, .b = out};
    if (out->n_rows > UINT32_MAX / 2) {
        return pt_fail(host, err, PT_E_LIMIT, NULL, "more than 2^31 training rows");
    }
    pt_status status = allocate(&m, err);
    if (status == PT_OK) {
        status = run->parallel_for(run, out->n_columns, 1, cut_columns, &m, err);
    }
    if (status == PT_OK) {
        status = run->parallel_for(run, out->n_columns, 1, fill, &m, err);
    }
    if (status != PT_OK) {
        bins_release(host, out);
    }
    return status;
}

void bins_release(const pt_host *host, struct bins *b)
{
    for (uint32_t c = 0; b->columns != NULL && c < b->n_columns; c++) {
        pt_mem_free(host, b->columns[c].cuts);
        pt_mem_free(host, b->columns[c].bin_of);
    }
    pt_mem_free(host, b->columns);
    pt_mem_free(host, b->group_first);
    pt_mem_free(host, b->by_column);
    pt_mem_free(host, b->by_group);
    *b = (struct bins){0};
}
