// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The learnt model at work: probabilities of rows, and what each column adds to the log-odds.
// Each row is summed in the order of the columns, wherever in a block it stands.
#include <math.h>

#include "logreg.h"

static pt_status check_block(const struct logreg *m, const pt_block *block, pt_error *err)
{
    pt_status status = logreg_check_learnt(m, err);
    if (status == PT_OK && block->cols != m->d) {
        return pt_fail(m->host, err, PT_E_INVALID, NULL, "%u columns instead of %u", block->cols,
                       m->d);
    }
    return status;
}

static struct logreg_chunk chunk_at(const pt_block *block, uint64_t row)
{
    uint64_t left = block->rows - row;
    return (struct logreg_chunk){
        .x = (const double *)block->x + row,
        .stride = block->stride,
        .n_columns = block->cols,
        .rows = (uint32_t)(left < LOGREG_CHUNK ? left : LOGREG_CHUNK),
    };
}

// Margins of several classes become probabilities; out[-1] gets the class.
static void choose_class(const struct logreg *m, const struct logreg_chunk *c, uint64_t rows,
                         double *out)
{
    double sum[LOGREG_CHUNK] = {0};
    double *class = out;
    double *p = out + rows;
    for (uint32_t i = 0; i < c->rows; i++) {
        uint32_t best = 0;
        for (uint32_t a = 1; a < m->k; a++) {
            best = p[a * rows + i] > p[best * rows + i] ? a : best;
        }
        class[i] = best;
        double most = p[best * rows + i];
        for (uint32_t a = 0; a < m->k; a++) {
            p[a * rows + i] -= most;
        }
    }
    for (uint32_t a = 0; a < m->k; a++) {
        m->kernel->exp_down(p + a * rows, c->rows, p + a * rows);
        for (uint32_t i = 0; i < c->rows; i++) {
            sum[i] += p[a * rows + i];
        }
    }
    for (uint32_t a = 0; a < m->k; a++) {
        for (uint32_t i = 0; i < c->rows; i++) {
            p[a * rows + i] /= sum[i];
        }
    }
}

pt_status logreg_predict(const void *self, const pt_block *block, double *out, pt_error *err)
{
    const struct logreg *m = self;
    pt_status status = check_block(m, block, err);
    if (status != PT_OK) {
        return status;
    }
    for (uint64_t at = 0; at < block->rows; at += LOGREG_CHUNK) {
        struct logreg_chunk c = chunk_at(block, at);
        double *first = out + at + (m->k == 1 ? 0 : block->rows);
        double finite = 0;
        for (uint32_t a = 0; a < m->k; a++) {
            double *eta = first + a * block->rows;
            m->kernel->margins(&c, m->weights + (uint64_t)a * (m->d + 1), eta);
            for (uint32_t i = 0; i < c.rows; i++) {
                finite += eta[i] * 0;
            }
        }
        if (finite != 0) { // NaN
            return pt_fail(m->host, err, PT_E_NUMERIC, NULL, "a row's values are too large");
        }
        if (m->k == 1) {
            m->kernel->sigmoid(first, c.rows, first);
        } else {
            choose_class(m, &c, block->rows, out + at);
        }
    }
    return PT_OK;
}

pt_status logreg_contribute(const void *self, const pt_block *block, double *out, pt_error *err)
{
    const struct logreg *m = self;
    pt_status status = check_block(m, block, err);
    if (status == PT_OK && m->k != 1) {
        return pt_fail(m->host, err, PT_E_UNSUPPORTED, NULL,
                       "what columns add is known of two classes only");
    }
    if (status != PT_OK) {
        return status;
    }
    double base = m->weights[m->d];
    for (uint32_t j = 0; j < m->d; j++) {
        const double *x = (const double *)block->x + j * block->stride;
        for (uint64_t i = 0; i < block->rows; i++) {
            out[j * block->rows + i] = m->weights[j] * (x[i] - m->means[j]);
        }
        base += m->weights[j] * m->means[j];
    }
    for (uint64_t i = 0; i < block->rows; i++) {
        out[m->d * block->rows + i] = base;
    }
    return PT_OK;
}
