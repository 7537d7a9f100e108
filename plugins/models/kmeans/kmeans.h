// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// k-means (Lloyd 1982): options, the learnt model, and the steps of learning it.
#ifndef KMEANS_H
#define KMEANS_H

#include <portrait/model.h>
#include <portrait/option.h>

#include "kmeans_kernel.h"
#include "pt_columns.h"

#define KMEANS_START_PLUSPLUS 0
#define KMEANS_START_SPREAD 1
#define KMEANS_START_ROWS 2
#define KMEANS_K_MAX 1000

// Filled by the host from the option rows.
struct kmeans_config {
    int64_t k;
    int32_t start;
    pt_list rows; // int64_t
    int64_t restarts;
    int64_t rounds;
    double tol;
    const char *order_by; // read by the host, which numbers the segments
};

// A result: centres k * d row-major, sizes by centre.
struct kmeans_result {
    double *centres;
    uint64_t *sizes;
    double inertia;
    uint64_t rounds;
    uint8_t has_converged;
};

struct kmeans {
    const pt_host *host;
    const struct kmeans_config *config;
    uint32_t k;
    uint32_t d;
    struct kmeans_result result;  // owned; centres NULL = not learnt
    struct kmeans_centres turned; // owned, made of result.centres
    struct pt_columns columns;
};

// One fit under way. Memory is the run's scratch.
struct kmeans_fit {
    const pt_host *host;
    const pt_data *data;
    const pt_run *run;
    pt_error *err;
    const struct kmeans_config *config;
    uint32_t k;
    uint32_t d;
    uint64_t n;
    uint64_t *first_row; // of each block
    struct kmeans_centres turned;
    double *centres;    // k * d
    uint32_t *nearest;  // by row
    double *distance;   // by row, squared
    double *state;      // of one round: moved rows, inertia, k sizes, k * d sums
    double shift_limit; // stop when the centres move less; 0 = when nothing moves
};

#define KMEANS_STATE_MOVED 0
#define KMEANS_STATE_INERTIA 1
#define KMEANS_STATE_SIZES 2

pt_status kmeans_out_of_memory(const struct kmeans_fit *f);
// The block that holds `row`, and the row's values in it (valid until the next block is asked).
pt_status kmeans_row(const struct kmeans_fit *f, uint64_t row, const double **out);
// Sets f->centres for a restart.
pt_status kmeans_start(struct kmeans_fit *f, uint64_t restart);
// Learns into `out`, whose arrays the caller made.
pt_status kmeans_learn(struct kmeans_fit *f, struct kmeans_result *out);

// The vtable's calls.
pt_status kmeans_fit_model(void *self, const pt_data *data, const pt_run *run, pt_error *err);
pt_status kmeans_predict(const void *self, const pt_block *block, double *out, pt_error *err);
pt_status kmeans_save(const void *self, const pt_host *host, pt_writer *writer, pt_error *err);
pt_status kmeans_load(void *self, const pt_schema *schema, pt_reader *reader, pt_error *err);
pt_status kmeans_explain(const void *self, pt_writer *writer, pt_error *err);
pt_status kmeans_renumber(void *self, const uint32_t *new_of, uint32_t n, pt_error *err);
void kmeans_reset(struct kmeans *m); // back to not learnt

#endif
