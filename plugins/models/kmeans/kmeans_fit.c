// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Lloyd's rounds: assign, move, until nothing changes; the best of several starts.
#include <math.h>
#include <string.h>

#include "kmeans.h"

static pt_status find_blocks(struct kmeans_fit *f)
{
    for (uint32_t b = 0; b < f->data->n_blocks; b++) {
        pt_block block = {.struct_size = sizeof block};
        pt_status status = f->data->block(f->data->ctx, b, &block, f->err);
        if (status != PT_OK) {
            return status;
        }
        f->first_row[b] = block.first_row;
    }
    return PT_OK;
}

struct moments {
    const struct kmeans_fit *f;
    const double *means; // NULL in the first pass
};

static pt_status add_moments(const void *arg, uint64_t begin, uint64_t end, void *state,
                             pt_error *err)
{
    const struct moments *m = arg;
    double *sums = state;
    for (uint64_t b = begin; b < end; b++) {
        pt_block block = {.struct_size = sizeof block};
        pt_status status = m->f->data->block(m->f->data->ctx, (uint32_t)b, &block, err);
        if (status != PT_OK) {
            return status;
        }
        for (uint64_t i = 0; i < block.rows; i++) {
            const float *x = (const float *)block.x + i * block.stride;
            for (uint32_t j = 0; j < m->f->d; j++) {
                double gap = m->means == NULL ? 0 : (double)x[j] - m->means[j];
                sums[j] += m->means == NULL ? (double)x[j] : gap * gap;
            }
        }
    }
    return PT_OK;
}

static void combine_moments(const void *arg, void *into, const void *from)
{
    const struct moments *m = arg;
    for (uint32_t j = 0; j < m->f->d; j++) {
        ((double *)into)[j] += ((const double *)from)[j];
    }
}

// tol is a share of the columns' mean variance.
static pt_status find_shift_limit(struct kmeans_fit *f)
{
    if (!(f->config->tol > 0)) {
        return PT_OK;
    }
    double *means = f->run->scratch(f->run, f->d * sizeof *means);
    double *squares = f->run->scratch(f->run, f->d * sizeof *squares);
    if (means == NULL || squares == NULL) {
        return kmeans_out_of_memory(f);
    }
    struct moments m = {.f = f};
    uint64_t size = f->d * sizeof *means;
    pt_status status = f->run->map_reduce(f->run, f->data->n_blocks, size, add_moments,
                                          combine_moments, &m, means, f->err);
    if (status != PT_OK) {
        return status;
    }
    for (uint32_t j = 0; j < f->d; j++) {
        means[j] /= (double)f->n;
    }
    m.means = means;
    status = f->run->map_reduce(f->run, f->data->n_blocks, size, add_moments, combine_moments, &m,
                                squares, f->err);
    double sum = 0;
    for (uint32_t j = 0; j < f->d; j++) {
        sum += squares[j] / (double)f->n;
    }
    f->shift_limit = f->config->tol * sum / f->d;
    return status;
}

pt_status kmeans_prepare(struct kmeans_fit *f)
{
    const pt_run *run = f->run;
    uint64_t cells = (uint64_t)f->k_most * f->d;
    uint64_t state = KMEANS_STATE_SIZES + f->k_most + cells;
    f->kernel = kmeans_kernel_of(f->host->cpu);
    f->first_row = run->scratch(run, f->data->n_blocks * sizeof *f->first_row);
    f->centres = run->scratch(run, cells * sizeof *f->centres);
    f->before = run->scratch(run, f->k_most * sizeof *f->before);
    f->sizes = run->scratch(run, f->k_most * sizeof *f->sizes);
    f->sums = run->scratch(run, cells * sizeof *f->sums);
    f->state = run->scratch(run, state * sizeof *f->state);
    f->step = run->scratch(run, f->k_most * sizeof *f->step);
    f->nearest = run->scratch(run, f->n * sizeof *f->nearest);
    f->slack = run->scratch(run, f->n * sizeof *f->slack);
    if (f->first_row == NULL || f->centres == NULL || f->before == NULL || f->sizes == NULL ||
        f->sums == NULL || f->state == NULL || f->step == NULL || f->nearest == NULL ||
        f->slack == NULL) {
        return kmeans_out_of_memory(f);
    }
    pt_status status = find_blocks(f);
    return status == PT_OK ? find_shift_limit(f) : status;
}

void kmeans_unprepare(struct kmeans_fit *f)
{
    kmeans_centres_release(f->host, &f->packed);
}

// A row loses what its own centre moved and what the farthest mover of the others did.
static void find_steps(struct kmeans_fit *f, const double *moves)
{
    uint32_t first = 0;
    for (uint32_t c = 1; c < f->k; c++) {
        first = moves[c] > moves[first] ? c : first;
    }
    double second = 0;
    for (uint32_t c = 0; c < f->k; c++) {
        second = c != first && moves[c] > second ? moves[c] : second;
    }
    for (uint32_t c = 0; c < f->k; c++) {
        f->step[c] = (float)((moves[c] + (c == first ? second : moves[first])) * (1 + 0x1p-20));
    }
}

// Centres become the means of their rows. Returns the sum of squared moves.
static double move_centres(struct kmeans_fit *f)
{
    double moves[KMEANS_K_MAX];
    double shift = 0;
    for (uint32_t c = 0; c < f->k; c++) {
        double *centre = f->centres + (uint64_t)c * f->d;
        double move = 0;
        for (uint32_t j = 0; j < f->d && f->sizes[c] > 0; j++) {
            double mean = f->sums[(uint64_t)c * f->d + j] / f->sizes[c];
            move += (mean - centre[j]) * (mean - centre[j]);
            centre[j] = mean;
        }
        shift += move;
        moves[c] = sqrt(move);
    }
    find_steps(f, moves);
    return shift;
}

static void show_progress(const struct kmeans_fit *f, uint64_t round)
{
    pt_metric metrics[] = {
        {"round", (double)round},
        {"moved", f->state[KMEANS_STATE_MOVED]},
        {"computed", f->state[KMEANS_STATE_COMPUTED]},
    };
    f->run->progress(f->run, (double)round / (double)f->config->rounds, metrics, 3);
}

static void forget_rows(struct kmeans_fit *f)
{
    memset(f->nearest, 0xff, f->n * sizeof *f->nearest);
    memset(f->sizes, 0, f->k * sizeof *f->sizes);
    memset(f->sums, 0, (uint64_t)f->k * f->d * sizeof *f->sums);
    f->has_steps = false;
}

// Rounds from the given centres until nothing moves. Sizes and nearest then belong to f->centres.
static pt_status run_rounds(struct kmeans_fit *f, uint64_t *rounds, uint8_t *has_converged)
{
    forget_rows(f);
    *has_converged = 0;
    for (uint64_t round = 0;; round++) {
        pt_status status = kmeans_assign(f);
        if (status != PT_OK) {
            return status;
        }
        show_progress(f, round);
        *rounds = round;
        if (f->state[KMEANS_STATE_MOVED] == 0 || *has_converged != 0) {
            *has_converged = 1;
            return PT_OK;
        }
        if (round == (uint64_t)f->config->rounds) {
            return PT_OK;
        }
        status = kmeans_fill_empty(f);
        if (status != PT_OK) {
            return status;
        }
        double shift = move_centres(f);
        f->has_steps = true;
        *has_converged = f->shift_limit > 0 && shift <= f->shift_limit;
    }
}

// Batches, then all rows once for the sizes. Centres that got none follow the rule, until each has
// rows or nothing is left to take.
static pt_status run_batches(struct kmeans_fit *f, uint64_t restart, uint64_t *rounds,
                             uint8_t *has_converged)
{
    forget_rows(f);
    pt_status status = kmeans_batches(f, restart, rounds, has_converged);
    for (uint32_t turn = 0; status == PT_OK && turn <= f->k; turn++) {
        bool has_filled = false;
        forget_rows(f);
        status = kmeans_assign(f);
        memcpy(f->before, f->sizes, f->k * sizeof *f->before);
        if (status == PT_OK) {
            status = kmeans_fill_empty(f);
        }
        for (uint32_t c = 0; status == PT_OK && c < f->k; c++) {
            if (!(f->before[c] > 0) && f->sizes[c] > 0) {
                memcpy(f->centres + (uint64_t)c * f->d, f->sums + (uint64_t)c * f->d,
                       f->d * sizeof *f->centres);
                has_filled = true;
            }
        }
        if (!has_filled) {
            break;
        }
    }
    return status;
}

static void keep_result(const struct kmeans_fit *f, uint64_t rounds, uint8_t has_converged,
                        struct kmeans_result *out)
{
    memcpy(out->centres, f->centres, (uint64_t)f->k * f->d * sizeof *f->centres);
    for (uint32_t c = 0; c < f->k; c++) {
        out->sizes[c] = (uint64_t)f->sizes[c];
    }
    out->inertia = f->inertia;
    out->rounds = rounds;
    out->has_converged = has_converged;
}

static bool draws_rows(const struct kmeans_config *config)
{
    return config->start == KMEANS_START_PLUSPLUS || config->start == KMEANS_START_PARALLEL;
}

static pt_status one_start(struct kmeans_fit *f, uint64_t restart, struct kmeans_result *out)
{
    uint64_t rounds = 0;
    uint8_t has_converged = 0;
    pt_status status = kmeans_start(f, restart);
    if (status == PT_OK) {
        status = f->config->batch > 0 ? run_batches(f, restart, &rounds, &has_converged)
                                      : run_rounds(f, &rounds, &has_converged);
    }
    if (status == PT_OK) {
        status = kmeans_measure(f);
    }
    if (status == PT_OK && f->inertia < out->inertia) {
        keep_result(f, rounds, has_converged, out);
    }
    return status;
}

pt_status kmeans_learn(struct kmeans_fit *f, struct kmeans_result *out)
{
    uint64_t restarts = draws_rows(f->config) ? (uint64_t)f->config->restarts : 1;
    kmeans_centres_release(f->host, &f->packed);
    if (!kmeans_centres_make(f->host, f->k, f->d, &f->packed)) {
        return kmeans_out_of_memory(f);
    }
    out->inertia = INFINITY;
    for (uint64_t restart = 0; restart < restarts; restart++) {
        pt_status status = one_start(f, restart, out);
        if (status != PT_OK) {
            return status;
        }
    }
    if (!isfinite(out->inertia)) {
        return pt_fail(f->host, f->err, PT_E_NUMERIC, NULL,
                       "the values are too large for distances; scale them");
    }
    return PT_OK;
}
