// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "raw_matrix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run_services.h"

static const char *const classes[] = {"no", "yes"};

static pt_status give_block(void *ctx, uint32_t index, pt_block *out, pt_error *err)
{
    const struct raw_matrix *m = ctx;
    uint64_t first = (uint64_t)index * m->block_rows;
    uint64_t left = m->n_rows - first;
    (void)err;
    *out = (pt_block){.struct_size = sizeof *out,
                      .cols = m->n_columns,
                      .first_row = first,
                      .rows = left < m->block_rows ? left : m->block_rows,
                      .stride = m->stride,
                      .x = m->x + first,
                      .label = m->label == NULL ? NULL : m->label + first,
                      .weight = m->weight == NULL ? NULL : m->weight + first,
                      .fold = m->fold == NULL ? NULL : m->fold + first,
                      .key = m->key + first};
    return PT_OK;
}

void raw_new(struct raw_matrix *m, uint64_t n_rows, uint32_t n_columns)
{
    *m = (struct raw_matrix){.n_rows = n_rows, .n_columns = n_columns, .block_rows = 1024};
    m->stride = (n_rows + 15) / 16 * 16;
    m->x = aligned_alloc(64, m->stride * n_columns * sizeof *m->x);
    m->label = calloc(n_rows, sizeof *m->label);
    m->key = calloc(n_rows, sizeof *m->key);
    if (m->x == NULL || m->label == NULL || m->key == NULL || n_columns > RAW_COLUMNS) {
        abort();
    }
    memset(m->x, 0, m->stride * n_columns * sizeof *m->x);
    for (uint64_t i = 0; i < n_rows; i++) {
        m->key[i] = i;
    }
    for (uint32_t c = 0; c < n_columns; c++) {
        snprintf(m->names[c], sizeof m->names[c], "f%u", c % RAW_COLUMNS);
        m->infos[c] = (pt_column_info){.struct_size = sizeof m->infos[c],
                                       .kind = PT_COLUMN_NUMBER,
                                       .name = m->names[c],
                                       .source = m->names[c],
                                       .factor = 1};
        m->columns[c] = &m->infos[c];
    }
    m->schema = (pt_schema){.struct_size = sizeof m->schema,
                            .n_columns = n_columns,
                            .columns = m->columns,
                            .n_classes = 2,
                            .classes = classes};
    m->data = (pt_data){.struct_size = sizeof m->data,
                        .n_blocks = (uint32_t)((n_rows + m->block_rows - 1) / m->block_rows),
                        .n_rows = n_rows,
                        .schema = &m->schema,
                        .ctx = m,
                        .block = give_block};
}

void raw_category(struct raw_matrix *m, uint32_t c, uint32_t n_levels)
{
    char **levels = calloc(n_levels, sizeof *levels);
    for (uint32_t i = 0; i < n_levels; i++) {
        if (levels == NULL || asprintf(&levels[i], "l%u", i) < 0) {
            abort();
        }
    }
    m->infos[c].kind = PT_COLUMN_CATEGORY;
    m->infos[c].n_levels = n_levels;
    m->infos[c].levels = (const char *const *)levels;
}

void raw_free(struct raw_matrix *m)
{
    for (uint32_t c = 0; c < m->n_columns; c++) {
        for (uint32_t i = 0; i < m->infos[c].n_levels; i++) {
            free((char *)m->infos[c].levels[i]);
        }
        free((char **)m->infos[c].levels);
    }
    free(m->x);
    free(m->label);
    free(m->weight);
    free(m->fold);
    free(m->key);
}

pt_status raw_try_fit(struct model_bench *bench, const struct raw_matrix *m, struct instance *out,
                      struct pt_error *err)
{
    struct run_services *services = NULL;
    TRY(instance_open(bench->component, config_struct(bench->config), &bench->host, out, err));
    pt_status status = run_services_new(bench->pool, 7, &bench->host, &services, err);
    if (status == PT_OK) {
        status = instance_fit(out, &m->data, run_services_view(services), err);
    }
    run_services_free(services);
    if (status != PT_OK) {
        instance_release(out);
    }
    return status;
}

static _Noreturn void die(const struct pt_error *err)
{
    fprintf(stderr, "raw matrix: %s\n", err->message);
    abort();
}

void raw_fit(struct model_bench *bench, const struct raw_matrix *m, struct instance *out)
{
    struct pt_error err = ERROR_INIT;
    if (raw_try_fit(bench, m, out, &err) != PT_OK) {
        die(&err);
    }
}

double *raw_predict(const struct instance *model, const struct raw_matrix *m)
{
    struct pt_error err = ERROR_INIT;
    double *out = calloc(m->n_rows, sizeof *out);
    for (uint32_t i = 0; i < m->data.n_blocks; i++) {
        pt_block block = {0};
        give_block((void *)m, i, &block, &err);
        if (out == NULL || instance_predict(model, &block, out + block.first_row, &err) != PT_OK) {
            die(&err);
        }
    }
    return out;
}

double *raw_contribute(const struct instance *model, const struct raw_matrix *m)
{
    struct pt_error err = ERROR_INIT;
    pt_block block = {0};
    double *out = calloc(m->n_rows * (m->n_columns + 1), sizeof *out);
    give_block((void *)m, 0, &block, &err);
    block.rows = m->n_rows;
    if (out == NULL || instance_contribute(model, &block, out, &err) != PT_OK) {
        die(&err);
    }
    return out;
}
