// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Training rows: labels, weights, margins, which rows validate, and what each tree draws.
#ifndef GBDT_ROWS_H
#define GBDT_ROWS_H

#include "gbdt.h"
#include "gbdt_loss.h"

#define GBDT_CATEGORY_SMOOTH 10 // hessian that pulls a level's rank towards the middle

struct gbdt_data {
    const pt_host *host;
    uint64_t n;
    uint64_t n_train;
    float *label;
    float *margin;
    float *weight;     // in training, 0 for rows that validate; NULL = all 1
    float *validation; // weight in validation, 0 for the others; NULL = none
    uint64_t *key;     // NULL unless rows are drawn
    double base;
    bool draws_rows; // a tree sees some of the rows
    uint32_t *drawn; // rising
    uint64_t n_drawn;
    uint8_t *is_drawn; // by row
    uint8_t *use;      // by column; NULL = all
    uint32_t n_columns;
    int8_t *monotone; // by column; NULL = all free
};

// {0} before; release after a failure as well.
pt_status gbdt_data_read(struct gbdt_data *d, const struct gbdt_model *m, const pt_data *data,
                         const pt_run *run, pt_error *err);
void gbdt_data_release(struct gbdt_data *d);
// Rows [begin, end) as a loss takes them, with the weights of validation or training.
struct gbdt_rows gbdt_data_part(const struct gbdt_data *d, uint64_t begin, uint64_t end,
                                bool is_validation);
// Draws rows and columns of a tree.
pt_status gbdt_data_draw(struct gbdt_data *d, const struct gbdt_config *config, const pt_run *run,
                         uint32_t round, pt_error *err);

#endif
