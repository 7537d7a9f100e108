// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Passes over the data: what the rows say about one set of weights.
#include <math.h>
#include <string.h>

#include "logreg.h"

#define CHUNK_ROWS 256

pt_status logreg_out_of_memory(const struct logreg_fit *f)
{
    return pt_fail(f->host, f->err, PT_E_NO_MEMORY, NULL,
                   "no memory for a logistic regression of %u columns", f->d);
}

// A chunk of rows and what is known of them.
struct chunk {
    const double *x;
    uint64_t stride;
    int32_t n;
    const double *label;
    double *weighted; // CHUNK_ROWS * p: rows times the root of their weight
};

// Numbers of each row: residual and root of the weight. Returns the summed loss.
static double judge_rows(const double *eta, const struct chunk *c, double *residual, double *root)
{
    double loss = 0;
    for (int32_t i = 0; i < c->n; i++) {
        double e = exp(-fabs(eta[i]));
        double p = eta[i] >= 0 ? 1 / (1 + e) : e / (1 + e);
        loss += log1p(e) + (eta[i] > 0 ? eta[i] : 0) - c->label[i] * eta[i];
        residual[i] = p - c->label[i];
        root[i] = sqrt(e) / (1 + e); // p * (1 - p) = e / (1 + e)^2
    }
    return loss;
}

static void add_chunk(const struct logreg_fit *f, const struct chunk *c, double *state)
{
    const pt_blas *blas = f->run->blas;
    int32_t d = (int32_t)f->d;
    int32_t p = (int32_t)f->p;
    int32_t ld = (int32_t)c->stride;
    double eta[CHUNK_ROWS];
    double residual[CHUNK_ROWS];
    double root[CHUNK_ROWS];
    for (int32_t i = 0; i < c->n; i++) {
        eta[i] = f->trial[d];
    }
    blas->dgemv('T', d, c->n, 1, c->x, ld, f->trial, 1, 1, eta, 1);
    state[LOGREG_LOSS] += judge_rows(eta, c, residual, root);
    double *gradient = state + LOGREG_GRADIENT;
    blas->dgemv('N', d, c->n, 1, c->x, ld, residual, 1, 1, gradient, 1);
    for (int32_t i = 0; i < c->n; i++) {
        gradient[d] += residual[i];
        double *row = c->weighted + (uint64_t)i * f->p;
        const double *x = c->x + (uint64_t)i * c->stride;
        for (int32_t j = 0; j < d; j++) {
            row[j] = x[j] * root[i];
        }
        row[d] = root[i];
    }
    blas->dsyrk('L', 'N', p, c->n, 1, c->weighted, p, 1, gradient + p, p);
}

static pt_status add_blocks(const struct logreg_fit *f, uint64_t begin, uint64_t end,
                            double *weighted, double *state, pt_error *err)
{
    for (uint64_t b = begin; b < end; b++) {
        pt_block block = {.struct_size = sizeof block};
        pt_status status = f->data->block(f->data->ctx, (uint32_t)b, &block, err);
        if (status != PT_OK) {
            return status;
        }
        for (uint64_t i = 0; i < block.rows; i += CHUNK_ROWS) {
            uint64_t left = block.rows - i;
            struct chunk c = {
                .x = (const double *)block.x + i * block.stride,
                .stride = block.stride,
                .n = (int32_t)(left < CHUNK_ROWS ? left : CHUNK_ROWS),
                .label = block.label + i,
                .weighted = weighted,
            };
            add_chunk(f, &c, state);
        }
    }
    return PT_OK;
}

static pt_status map_blocks(void *arg, uint64_t begin, uint64_t end, void *state, pt_error *err)
{
    const struct logreg_fit *f = arg;
    double *weighted = pt_mem_array(f->host, (uint64_t)CHUNK_ROWS * f->p, sizeof *weighted);
    if (weighted == NULL) {
        return pt_fail(f->host, err, PT_E_NO_MEMORY, NULL, "no memory for %u columns", f->d);
    }
    pt_status status = add_blocks(f, begin, end, weighted, state, err);
    pt_mem_free(f->host, weighted);
    return status;
}

static uint64_t state_length(const struct logreg_fit *f)
{
    return 1 + f->p + (uint64_t)f->p * f->p;
}

static void combine(void *arg, void *into, const void *from)
{
    uint64_t n = state_length(arg);
    for (uint64_t i = 0; i < n; i++) {
        ((double *)into)[i] += ((const double *)from)[i];
    }
}

static void add_penalty(const struct logreg_fit *f)
{
    double *gradient = f->state + LOGREG_GRADIENT;
    double *curvature = gradient + f->p;
    double squares = 0;
    for (uint32_t j = 0; j < f->d; j++) {
        squares += f->trial[j] * f->trial[j];
        gradient[j] += f->lambda * f->trial[j];
        curvature[(uint64_t)j * f->p + j] += f->lambda;
    }
    f->state[LOGREG_LOSS] += f->lambda / 2 * squares;
}

// A constant column has nothing to say beside the intercept.
static void freeze_constant(const struct logreg_fit *f)
{
    double *gradient = f->state + LOGREG_GRADIENT;
    double *curvature = gradient + f->p;
    for (uint32_t j = 0; j < f->d; j++) {
        if (f->is_constant[j] == 0) {
            continue;
        }
        gradient[j] = 0;
        for (uint32_t i = 0; i < f->p; i++) {
            curvature[(uint64_t)i * f->p + j] = 0;
            curvature[(uint64_t)j * f->p + i] = 0;
        }
        curvature[(uint64_t)j * f->p + j] = 1;
    }
}

pt_status logreg_pass(struct logreg_fit *f)
{
    pt_status status =
        f->run->map_reduce(f->run, f->data->n_blocks, state_length(f) * sizeof(double), map_blocks,
                           combine, f, f->state, f->err);
    add_penalty(f);
    freeze_constant(f);
    return status;
}

// State of the survey: positives, rows seen, smallest and largest value of each column.
static pt_status survey_blocks(void *arg, uint64_t begin, uint64_t end, void *state, pt_error *err)
{
    const struct logreg_fit *f = arg;
    double *least = (double *)state + 2;
    double *most = least + f->d;
    for (uint64_t b = begin; b < end; b++) {
        pt_block block = {.struct_size = sizeof block};
        pt_status status = f->data->block(f->data->ctx, (uint32_t)b, &block, err);
        if (status != PT_OK) {
            return status;
        }
        for (uint64_t i = 0; i < block.rows; i++) {
            const double *x = (const double *)block.x + i * block.stride;
            uint8_t is_first = ((double *)state)[1] == 0;
            ((double *)state)[0] += block.label[i] != 0;
            ((double *)state)[1] += 1;
            for (uint32_t j = 0; j < f->d; j++) {
                least[j] = is_first != 0 || x[j] < least[j] ? x[j] : least[j];
                most[j] = is_first != 0 || x[j] > most[j] ? x[j] : most[j];
            }
        }
    }
    return PT_OK;
}

static void combine_surveys(void *arg, void *into, const void *from)
{
    const struct logreg_fit *f = arg;
    double *to = into;
    const double *add = from;
    uint8_t is_first = to[1] == 0;
    to[0] += add[0];
    to[1] += add[1];
    for (uint32_t j = 0; j < f->d; j++) {
        uint32_t low = 2 + j;
        uint32_t high = 2 + f->d + j;
        to[low] = is_first != 0 || add[low] < to[low] ? add[low] : to[low];
        to[high] = is_first != 0 || add[high] > to[high] ? add[high] : to[high];
    }
}

pt_status logreg_survey(struct logreg_fit *f)
{
    uint64_t size = (2 + 2 * (uint64_t)f->d) * sizeof(double);
    double *seen = f->run->scratch(f->run, size);
    if (seen == NULL) {
        return logreg_out_of_memory(f);
    }
    pt_status status = f->run->map_reduce(f->run, f->data->n_blocks, size, survey_blocks,
                                          combine_surveys, f, seen, f->err);
    if (status != PT_OK) {
        return status;
    }
    f->positives = (uint64_t)seen[0];
    if (f->positives == 0 || f->positives == f->data->n_rows) {
        return pt_fail(f->host, f->err, PT_E_DATA, NULL, "all rows are of one class");
    }
    for (uint32_t j = 0; j < f->d; j++) {
        f->is_constant[j] = seen[2 + j] == seen[2 + f->d + j];
        f->weights[j] = 0;
    }
    double rate = (double)f->positives / (double)f->data->n_rows;
    f->weights[f->d] = log(rate / (1 - rate));
    return PT_OK;
}
