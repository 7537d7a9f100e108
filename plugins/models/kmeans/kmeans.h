// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// k-means (Lloyd 1982): options, the learnt model, and the steps of learning it.
#ifndef KMEANS_H
#define KMEANS_H

#include <portrait/model.h>
#include <portrait/option.h>

#include "kmeans_kernel.h"
#include "pt_columns.h"
#include "pt_payload.h"

#define KMEANS_START_PLUSPLUS 0
#define KMEANS_START_SPREAD 1
#define KMEANS_START_ROWS 2
#define KMEANS_START_PARALLEL 3
#define KMEANS_K_MAX 1000
#define KMEANS_NO_CENTRE UINT16_MAX

// Filled by the host from the option rows.
struct kmeans_config {
    int64_t k; // 0 = chosen from k_min .. k_max
    int64_t k_min;
    int64_t k_max;
    int32_t start;
    pt_list rows; // int64_t
    int64_t restarts;
    int64_t rounds;
    int64_t batch; // rows of a round; 0 = all
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

// What choosing k found for one of them.
struct kmeans_choice {
    uint32_t k;
    double inertia;
    double silhouette;
};

struct kmeans {
    const pt_host *host;
    const struct kmeans_config *config;
    uint32_t k;
    uint32_t d;
    struct kmeans_result result;   // owned; centres NULL = not learnt
    struct kmeans_centres centres; // owned, made of result.centres
    struct kmeans_choice *choices; // owned; every k that was tried, NULL = k was given
    uint32_t n_choices;
    struct pt_columns columns;
};

// One fit under way, for one k. Memory is the run's scratch but for the centres.
struct kmeans_fit {
    const pt_host *host;
    const pt_data *data;
    const pt_run *run;
    pt_error *err;
    const struct kmeans_config *config;
    const struct kmeans_kernel *kernel;
    uint32_t k;
    uint32_t k_most; // what the memory is made for
    uint32_t d;
    uint64_t n;
    uint64_t *first_row; // of each block
    struct kmeans_centres packed;
    double *centres;   // k * d
    double *before;    // k, sizes before empty centres were filled
    double *sizes;     // k, rows of each centre
    double *sums;      // k * d, of those rows
    double *state;     // of one pass: rows moved, rows computed, k sizes, k * d sums: the changes
    float *step;       // k: what a row of this centre loses of its slack in this round
    uint16_t *nearest; // by row
    float *slack;      // by row
    float *distance;   // by row, squared; where a start or an empty centre wants it
    bool has_steps;    // slack and step say which rows cannot have changed
    double inertia;
    double shift_limit; // stop when the centres move less; 0 = when nothing moves
};

#define KMEANS_STATE_MOVED 0
#define KMEANS_STATE_COMPUTED 1
#define KMEANS_STATE_SIZES 2

pt_status kmeans_out_of_memory(const struct kmeans_fit *f);
// Memory for k up to k_most, and what of the data all fits share. Release when done.
pt_status kmeans_prepare(struct kmeans_fit *f);
void kmeans_unprepare(struct kmeans_fit *f);
// Starts, rounds, restarts: learns f->k centres into `out`, whose arrays the caller made.
pt_status kmeans_learn(struct kmeans_fit *f, struct kmeans_result *out);

// kmeans_pass.c: passes over the rows.
// The row's values, valid until the next block is asked.
pt_status kmeans_row(const struct kmeans_fit *f, uint64_t row, const float **x);
pt_status kmeans_take_row(const struct kmeans_fit *f, uint64_t row, double *to); // d values
// f->centres become those that rows are compared with.
pt_status kmeans_set_centres(struct kmeans_fit *f);
// Every row goes to its nearest centre; f->sizes and f->sums follow.
pt_status kmeans_assign(struct kmeans_fit *f);
// f->inertia, and f->distance where it is there.
pt_status kmeans_measure(struct kmeans_fit *f);
pt_status kmeans_want_distance(struct kmeans_fit *f); // makes room for f->distance

// kmeans_start.c, kmeans_parallel.c: f->centres for a restart.
pt_status kmeans_start(struct kmeans_fit *f, uint64_t restart);
pt_status kmeans_start_parallel(struct kmeans_fit *f, uint64_t restart);
// Lowers f->distance by one centre and sums it by block.
pt_status kmeans_lower(struct kmeans_fit *f, const double *centre, double *block_sums);
double kmeans_uniform(uint64_t bits); // in [0, 1)

// kmeans_empty.c: the empty-cluster rule.
pt_status kmeans_fill_empty(struct kmeans_fit *f);
// kmeans_batch.c: rounds over batches of rows.
pt_status kmeans_batches(struct kmeans_fit *f, uint64_t restart, uint64_t *rounds,
                         uint8_t *has_converged);
// kmeans_choose.c: fits every k and keeps the one of the best silhouette in `m`.
pt_status kmeans_choose(struct kmeans *m, struct kmeans_fit *f);

// The vtable's calls.
pt_status kmeans_fit_model(void *self, const pt_data *data, const pt_run *run, pt_error *err);
pt_status kmeans_predict(const void *self, const pt_block *block, double *out, pt_error *err);
pt_status kmeans_save(const void *self, pt_writer *writer, pt_error *err);
pt_status kmeans_load(void *self, const pt_schema *schema, pt_reader *reader, pt_error *err);
pt_status kmeans_explain(const void *self, pt_writer *writer, pt_error *err);
pt_status kmeans_renumber(void *self, const uint32_t *new_of, uint32_t n, pt_error *err);
pt_status kmeans_export(const void *self, const char *format, pt_writer *writer, pt_error *err);
pt_status kmeans_check_learnt(const struct kmeans *m, pt_error *err);
void kmeans_reset(struct kmeans *m); // back to not learnt

#endif
