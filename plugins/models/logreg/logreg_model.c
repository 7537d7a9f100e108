// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The learnt model: fitted from the host's data, applied, saved.
#include <math.h>
#include <string.h>

#include "logreg.h"
#include "pt_payload.h"

#define FORMAT 1

void logreg_reset(struct logreg *m)
{
    pt_mem_free(m->host, m->weights);
    pt_mem_free(m->host, m->errors);
    pt_columns_release(m->host, &m->columns);
    m->weights = NULL;
    m->errors = NULL;
}

static pt_status allocate(struct logreg *m, uint32_t d, pt_error *err)
{
    m->d = d;
    m->weights = pt_mem_zero(m->host, (uint64_t)d + 1, sizeof *m->weights);
    m->errors = pt_mem_zero(m->host, (uint64_t)d + 1, sizeof *m->errors);
    if (m->weights == NULL || m->errors == NULL) {
        return pt_fail(m->host, err, PT_E_NO_MEMORY, NULL, "no memory for %u coefficients", d);
    }
    return PT_OK;
}

static pt_status prepare_fit(struct logreg_fit *f)
{
    const pt_run *run = f->run;
    uint64_t p = f->p;
    f->is_constant = run->scratch(run, p);
    f->weights = run->scratch(run, p * sizeof(double));
    f->trial = run->scratch(run, p * sizeof(double));
    f->step = run->scratch(run, p * sizeof(double));
    f->state = run->scratch(run, (1 + p + p * p) * sizeof(double));
    f->factor = run->scratch(run, p * p * sizeof(double));
    f->scale = run->scratch(run, p * sizeof(double));
    f->first_curvature = run->scratch(run, p * sizeof(double));
    if (f->is_constant == NULL || f->weights == NULL || f->trial == NULL || f->step == NULL ||
        f->state == NULL || f->factor == NULL || f->scale == NULL || f->first_curvature == NULL) {
        return logreg_out_of_memory(f);
    }
    return PT_OK;
}

// Roots of the inverse curvature's diagonal; the raw intercept is a mix of all coefficients, with
// weights -offset * factor, and 1 for the intercept itself.
static pt_status find_errors(const struct logreg_fit *f, struct logreg *m)
{
    double *column = f->run->scratch(f->run, f->p * sizeof *column);
    if (column == NULL) {
        return logreg_out_of_memory(f);
    }
    for (uint32_t j = 0; j < f->p; j++) {
        memset(column, 0, f->p * sizeof *column);
        column[j] = 1;
        logreg_solve(f, column);
        m->errors[j] = j < f->d && f->is_constant[j] != 0 ? 0 : sqrt(column[j]);
    }
    double *mix = f->step;
    for (uint32_t j = 0; j < f->d; j++) {
        const struct pt_column_copy *c = &m->columns.items[j];
        mix[j] = f->is_constant[j] != 0 ? 0 : -c->offset * c->factor;
    }
    mix[f->d] = 1;
    memcpy(column, mix, f->p * sizeof *column);
    logreg_solve(f, column);
    double variance = 0;
    for (uint32_t j = 0; j < f->p; j++) {
        variance += mix[j] * column[j];
    }
    m->raw_intercept_error = sqrt(variance);
    return PT_OK;
}

static pt_status keep_result(const struct logreg_fit *f, struct logreg *m)
{
    double squares = 0;
    for (uint32_t j = 0; j < f->d; j++) {
        squares += f->weights[j] * f->weights[j];
    }
    memcpy(m->weights, f->weights, f->p * sizeof *m->weights);
    m->lambda = f->lambda;
    m->objective = f->state[LOGREG_LOSS];
    m->log_likelihood = f->lambda / 2 * squares - m->objective;
    double n = (double)f->data->n_rows;
    double ones = (double)f->positives;
    m->null_deviance = -2 * (ones * log(ones / n) + (n - ones) * log((n - ones) / n));
    return f->lambda == 0 ? find_errors(f, m) : PT_OK;
}

static pt_status learn(struct logreg *m, struct logreg_fit *f)
{
    pt_status status = allocate(m, f->d, f->err);
    if (status == PT_OK) {
        status = pt_columns_copy(m->host, f->data->schema, &m->columns, f->err);
    }
    if (status == PT_OK) {
        status = prepare_fit(f);
    }
    if (status == PT_OK) {
        status = logreg_survey(f);
    }
    if (status == PT_OK) {
        status = logreg_newton(f, &m->rounds);
    }
    return status == PT_OK ? keep_result(f, m) : status;
}

pt_status logreg_fit_model(void *self, const pt_data *data, const pt_run *run, pt_error *err)
{
    struct logreg *m = self;
    logreg_reset(m);
    struct logreg_fit f = {
        .host = m->host,
        .data = data,
        .run = run,
        .err = err,
        .lambda = m->config->lambda,
        .max_rounds = (uint64_t)m->config->rounds,
        .d = data->schema->n_columns,
        .p = data->schema->n_columns + 1,
    };
    pt_status status = learn(m, &f);
    if (status != PT_OK) {
        logreg_reset(m);
    }
    return status;
}

static pt_status check_learnt(const struct logreg *m, pt_error *err)
{
    if (m->weights == NULL) {
        return pt_fail(m->host, err, PT_E_STATE, NULL, "this regression has learnt nothing yet");
    }
    return PT_OK;
}

// Each row is summed in the order of the columns, wherever in a block it stands.
pt_status logreg_predict(const void *self, const pt_block *block, double *out, pt_error *err)
{
    const struct logreg *m = self;
    pt_status status = check_learnt(m, err);
    if (status != PT_OK) {
        return status;
    }
    if (block->cols != m->d) {
        return pt_fail(m->host, err, PT_E_INVALID, NULL, "%u columns instead of %u", block->cols,
                       m->d);
    }
    for (uint64_t i = 0; i < block->rows; i++) {
        const double *x = (const double *)block->x + i * block->stride;
        double eta = m->weights[m->d];
        for (uint32_t j = 0; j < m->d; j++) {
            eta += m->weights[j] * x[j];
        }
        if (isnan(eta)) {
            return pt_fail(m->host, err, PT_E_NUMERIC, NULL, "a row's values are too large");
        }
        double e = exp(-fabs(eta));
        out[i] = eta >= 0 ? 1 / (1 + e) : e / (1 + e);
    }
    return PT_OK;
}

pt_status logreg_save(const void *self, const pt_host *host, pt_writer *writer, pt_error *err)
{
    const struct logreg *m = self;
    pt_status status = check_learnt(m, err);
    if (status != PT_OK) {
        return status;
    }
    struct pt_payload_writer w = {.host = host, .writer = writer, .err = err};
    pt_payload_put_u32(&w, FORMAT);
    pt_payload_put_u32(&w, m->d);
    pt_payload_put_u64(&w, m->rounds);
    pt_payload_put_f64(&w, m->lambda);
    pt_payload_put_f64(&w, m->objective);
    pt_payload_put_f64(&w, m->log_likelihood);
    pt_payload_put_f64(&w, m->null_deviance);
    pt_payload_put_f64(&w, m->raw_intercept_error);
    pt_payload_put_f64s(&w, m->weights, (uint64_t)m->d + 1);
    pt_payload_put_f64s(&w, m->errors, (uint64_t)m->d + 1);
    return w.status;
}

static pt_status read_payload(struct logreg *m, const pt_schema *schema,
                              struct pt_payload_reader *r)
{
    if (pt_payload_u32(r) != FORMAT) {
        return pt_payload_refuse(r, "another format");
    }
    uint32_t d = pt_payload_u32(r);
    m->rounds = pt_payload_u64(r);
    m->lambda = pt_payload_f64(r);
    m->objective = pt_payload_f64(r);
    m->log_likelihood = pt_payload_f64(r);
    m->null_deviance = pt_payload_f64(r);
    m->raw_intercept_error = pt_payload_f64(r);
    if (r->status != PT_OK || d != schema->n_columns || m->lambda < 0) {
        return pt_payload_refuse(r, "its numbers do not fit each other");
    }
    if (pt_payload_fits(r, 2 * ((uint64_t)d + 1), sizeof(double)) == 0) {
        return r->status;
    }
    pt_status status = allocate(m, d, r->err);
    if (status != PT_OK) {
        return status;
    }
    pt_payload_f64s(r, m->weights, (uint64_t)d + 1);
    pt_payload_f64s(r, m->errors, (uint64_t)d + 1);
    return r->status;
}

pt_status logreg_load(void *self, const pt_schema *schema, pt_reader *reader, pt_error *err)
{
    struct logreg *m = self;
    logreg_reset(m);
    struct pt_payload_reader r = {.host = m->host, .reader = reader, .err = err};
    pt_status status = read_payload(m, schema, &r);
    if (status == PT_OK) {
        status = pt_columns_copy(m->host, schema, &m->columns, err);
    }
    if (status != PT_OK) {
        logreg_reset(m);
    }
    return status;
}
