// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Passes over the data of several classes: softmax of as many predictors. With V the rows of all
// predictors, times the root of their weight and probability, and U the same times the whole
// probability, the curvature is V'V in each predictor's own square less U'U.
#include <math.h>
#include <string.h>

#include "logreg.h"

// Memory of one map, by chunks of LOGREG_CHUNK rows, column by column.
struct work {
    void *memory;
    double *p;        // k: margins, then probabilities
    double *residual; // k
    double *most;     // 1
    double *u;        // p
    double *v;        // q
};

static pt_status work_open(const struct logreg_fit *f, struct work *w, pt_error *err)
{
    uint64_t columns = 2 * (uint64_t)f->k + 1 + (f->wants_curvature != 0 ? f->p + f->q : 0);
    w->memory = pt_mem_zero(f->host, columns * LOGREG_CHUNK, sizeof(double));
    if (w->memory == NULL) {
        return pt_fail(f->host, err, PT_E_NO_MEMORY, NULL, "no memory for %u columns", f->d);
    }
    w->p = w->memory;
    w->residual = w->p + (uint64_t)f->k * LOGREG_CHUNK;
    w->most = w->residual + (uint64_t)f->k * LOGREG_CHUNK;
    w->u = w->most + LOGREG_CHUNK;
    w->v = w->u + (uint64_t)f->p * LOGREG_CHUNK;
    return PT_OK;
}

// Margins become probabilities. Returns the weighted loss.
static double judge(const struct logreg_fit *f, struct work *w, const double *label, uint32_t rows)
{
    double loss = 0;
    for (uint32_t i = 0; i < rows; i++) {
        w->most[i] = w->p[i];
        for (uint32_t a = 1; a < f->k; a++) {
            double eta = w->p[(uint64_t)a * LOGREG_CHUNK + i];
            w->most[i] = eta > w->most[i] ? eta : w->most[i];
        }
        uint32_t is = (uint32_t)label[i];
        loss += f->class_weights[is] * (w->most[i] - w->p[(uint64_t)is * LOGREG_CHUNK + i]);
    }
    double sum[LOGREG_CHUNK] = {0};
    for (uint32_t a = 0; a < f->k; a++) {
        double *p = w->p + (uint64_t)a * LOGREG_CHUNK;
        for (uint32_t i = 0; i < rows; i++) {
            p[i] -= w->most[i];
        }
        f->kernel->exp_down(p, rows, p);
        for (uint32_t i = 0; i < rows; i++) {
            sum[i] += p[i];
        }
    }
    for (uint32_t i = 0; i < rows; i++) {
        loss += f->class_weights[(uint32_t)label[i]] * log(sum[i]);
    }
    for (uint32_t a = 0; a < f->k; a++) {
        double *p = w->p + (uint64_t)a * LOGREG_CHUNK;
        double *residual = w->residual + (uint64_t)a * LOGREG_CHUNK;
        for (uint32_t i = 0; i < rows; i++) {
            p[i] /= sum[i];
            residual[i] = f->class_weights[(uint32_t)label[i]] * (p[i] - (label[i] == a));
        }
    }
    return loss;
}

static void add_gradient(const struct logreg_fit *f, const struct logreg_chunk *c,
                         const struct work *w, double *gradient)
{
    int32_t q = (int32_t)f->q;
    int32_t rows = (int32_t)c->rows;
    f->run->blas->dgemm('T', 'N', (int32_t)f->d, (int32_t)f->k, rows, 1, c->x, (int32_t)c->stride,
                        w->residual, LOGREG_CHUNK, 1, gradient, q);
    for (uint32_t a = 0; a < f->k; a++) {
        for (uint32_t i = 0; i < c->rows; i++) {
            gradient[(uint64_t)a * f->q + f->d] += w->residual[(uint64_t)a * LOGREG_CHUNK + i];
        }
    }
}

// Rows of one predictor, each times its own factor.
static void scale_rows(const struct logreg_chunk *c, const double *factor, double *out)
{
    for (uint32_t j = 0; j < c->n_columns; j++) {
        for (uint32_t i = 0; i < c->rows; i++) {
            out[(uint64_t)j * LOGREG_CHUNK + i] = factor[i] * c->x[j * c->stride + i];
        }
    }
    memcpy(out + (uint64_t)c->n_columns * LOGREG_CHUNK, factor, c->rows * sizeof *factor);
}

static void add_curvature(const struct logreg_fit *f, const struct logreg_chunk *c,
                          const double *label, const struct work *w, double *curvature)
{
    const pt_blas *blas = f->run->blas;
    int32_t p = (int32_t)f->p;
    int32_t rows = (int32_t)c->rows;
    for (uint32_t a = 0; a < f->k; a++) {
        double whole[LOGREG_CHUNK];
        double root[LOGREG_CHUNK];
        for (uint32_t i = 0; i < c->rows; i++) {
            double weight = f->class_weights[(uint32_t)label[i]];
            double probability = w->p[(uint64_t)a * LOGREG_CHUNK + i];
            whole[i] = sqrt(weight) * probability;
            root[i] = sqrt(weight * probability);
        }
        scale_rows(c, whole, w->u + (uint64_t)a * f->q * LOGREG_CHUNK);
        scale_rows(c, root, w->v);
        double *square = curvature + (uint64_t)a * f->q * (f->p + (uint64_t)1);
        blas->dsyrk('L', 'T', (int32_t)f->q, rows, 1, w->v, LOGREG_CHUNK, 1, square, p);
    }
    blas->dsyrk('L', 'T', p, rows, -1, w->u, LOGREG_CHUNK, 1, curvature, p);
}

static void add_block(const struct logreg_fit *f, const pt_block *block, struct work *w,
                      double *state)
{
    for (uint64_t at = 0; at < block->rows; at += LOGREG_CHUNK) {
        uint64_t left = block->rows - at;
        struct logreg_chunk c = {
            .x = (const double *)block->x + at,
            .stride = block->stride,
            .n_columns = f->d,
            .rows = (uint32_t)(left < LOGREG_CHUNK ? left : LOGREG_CHUNK),
        };
        for (uint32_t a = 0; a < f->k; a++) {
            f->kernel->margins(&c, f->trial + (uint64_t)a * f->q,
                               w->p + (uint64_t)a * LOGREG_CHUNK);
        }
        state[LOGREG_LOSS] += judge(f, w, block->label + at, c.rows);
        add_gradient(f, &c, w, state + LOGREG_GRADIENT);
        if (f->wants_curvature != 0) {
            add_curvature(f, &c, block->label + at, w, state + LOGREG_GRADIENT + f->p);
        }
    }
}

pt_status logreg_map_several(const void *arg, uint64_t begin, uint64_t end, void *state,
                             pt_error *err)
{
    const struct logreg_fit *f = arg;
    struct work w;
    pt_status status = work_open(f, &w, err);
    for (uint64_t b = begin; status == PT_OK && b < end; b++) {
        pt_block block;
        status = logreg_block(f, b, &block, err);
        if (status == PT_OK) {
            add_block(f, &block, &w, state);
        }
    }
    pt_mem_free(f->host, w.memory);
    return status;
}
