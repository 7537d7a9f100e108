// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The learnt model: fitted from the host's data.
#include <math.h>
#include <string.h>

#include "logreg.h"

#define NEWTON_WEIGHTS 1200 // most weights with a curvature matrix; more remember gradients

static void free_texts(const pt_host *host, char **texts, uint32_t n)
{
    for (uint32_t i = 0; texts != NULL && i < n; i++) {
        pt_mem_free(host, texts[i]);
    }
    pt_mem_free(host, texts);
}

void logreg_reset(struct logreg *m)
{
    pt_mem_free(m->host, m->weights);
    pt_mem_free(m->host, m->errors);
    pt_mem_free(m->host, m->raw_intercept_errors);
    pt_mem_free(m->host, m->means);
    free_texts(m->host, m->classes, m->n_classes);
    pt_columns_release(m->host, &m->columns);
    m->weights = m->errors = m->raw_intercept_errors = m->means = NULL;
    m->classes = NULL;
    m->n_classes = 0;
}

pt_status logreg_check_learnt(const struct logreg *m, pt_error *err)
{
    if (m->weights == NULL) {
        return pt_fail(m->host, err, PT_E_STATE, NULL, "this regression has learnt nothing yet");
    }
    return PT_OK;
}

pt_status logreg_allocate(struct logreg *m, const pt_schema *schema, pt_error *err)
{
    m->d = schema->n_columns;
    m->k = schema->n_classes == 2 ? 1 : schema->n_classes;
    uint64_t p = (uint64_t)m->k * ((uint64_t)m->d + 1);
    m->weights = pt_mem_zero(m->host, p, sizeof *m->weights);
    m->errors = pt_mem_zero(m->host, p, sizeof *m->errors);
    m->raw_intercept_errors = pt_mem_zero(m->host, m->k, sizeof *m->raw_intercept_errors);
    m->means = pt_mem_zero(m->host, (uint64_t)m->d + 1, sizeof *m->means);
    m->classes = pt_mem_zero(m->host, schema->n_classes, sizeof *m->classes);
    uint8_t is_out = m->weights == NULL || m->errors == NULL || m->raw_intercept_errors == NULL ||
                     m->means == NULL || m->classes == NULL;
    m->n_classes = m->classes == NULL ? 0 : schema->n_classes;
    for (uint32_t i = 0; is_out == 0 && i < m->n_classes; i++) {
        m->classes[i] = pt_mem_text(m->host, schema->classes[i], strlen(schema->classes[i]));
        is_out = m->classes[i] == NULL;
    }
    if (is_out != 0) {
        return pt_fail(m->host, err, PT_E_NO_MEMORY, NULL, "no memory for %u coefficients", m->d);
    }
    return pt_columns_copy(m->host, schema, &m->columns, err);
}

// Weights of the classes as the options have them; 0 = balanced, once the rows are counted.
static pt_status weigh_classes(const struct logreg *m, struct logreg_fit *f)
{
    const pt_map *map = &m->config->weights;
    const pt_schema *schema = f->data->schema;
    for (uint32_t c = 0; c < f->n_classes; c++) {
        f->class_weights[c] = m->config->balance == LOGREG_BALANCED ? 0 : 1;
    }
    for (uint32_t i = 0; i < map->n; i++) {
        uint32_t c = 0;
        while (c < f->n_classes && strcmp(schema->classes[c], map->keys[i]) != 0) {
            c++;
        }
        if (c == f->n_classes) {
            return pt_fail(m->host, f->err, PT_E_CONFIG, "weights", "the label has no class `%s`",
                           map->keys[i]);
        }
        f->class_weights[c] = ((const double *)map->values)[i];
    }
    return PT_OK;
}

static double *take(const struct logreg_fit *f, uint64_t n)
{
    return f->run->scratch(f->run, n * sizeof(double));
}

static pt_status prepare_fit(struct logreg_fit *f)
{
    uint64_t p = f->p;
    f->is_constant = f->run->scratch(f->run, f->q);
    f->means = take(f, f->q);
    f->class_rows = take(f, f->n_classes);
    f->class_weights = take(f, f->n_classes);
    f->weights = take(f, p);
    f->trial = take(f, p);
    f->step = take(f, p);
    f->state = take(f, 1 + p + (f->wants_curvature != 0 ? p * p : 0));
    f->factor = f->wants_curvature != 0 ? take(f, p * p) : f->trial;
    f->scale = take(f, p);
    f->first_curvature = take(f, p);
    if (f->is_constant == NULL || f->means == NULL || f->class_rows == NULL ||
        f->class_weights == NULL || f->weights == NULL || f->trial == NULL || f->step == NULL ||
        f->state == NULL || f->factor == NULL || f->scale == NULL || f->first_curvature == NULL) {
        return logreg_out_of_memory(f);
    }
    return PT_OK;
}

// The variance of a mix of the weights: mix' * inverse curvature * mix. Predictors of several
// classes have a shift of their own in it that is no part of the answer (settle_shift in
// logreg_pass.c); mixes of one predictor see 1 / k^2 of it, columns apart.
struct variances {
    const struct logreg_fit *f;
    double *column; // scratch
    double *shifts; // q: variance of each column's shift
};

static double variance_of(const struct variances *v, const double *mix)
{
    const struct logreg_fit *f = v->f;
    memcpy(v->column, mix, f->p * sizeof *mix);
    logreg_solve(f, v->column);
    double variance = 0;
    double shift = 0;
    for (uint32_t j = 0; j < f->p; j++) {
        variance += mix[j] * v->column[j];
        shift += mix[j] * mix[j] * v->shifts[j % f->q];
    }
    return variance > shift ? variance - shift : 0;
}

// Of each column: 1 / (k^2 * its own curvature, the size over k).
static void find_shifts(const struct logreg_fit *f, double *shifts)
{
    memset(shifts, 0, f->q * sizeof *shifts);
    for (uint32_t j = 0; f->k > 1 && j < f->q; j++) {
        if (j < f->d && f->is_constant[j] != 0) {
            continue;
        }
        double size = 0; // before the shift's own 1 / k of it was added
        for (uint32_t a = 0; a < f->k; a++) {
            uint64_t at = (uint64_t)a * f->q + j;
            size += logreg_curvature(f)[at * f->p + at] / f->k;
        }
        size /= 1 + 1.0 / f->k;
        shifts[j] = 1 / (size * f->k);
    }
}

static pt_status find_errors(const struct logreg_fit *f, struct logreg *m)
{
    double *mix = f->step;
    struct variances v = {f, take(f, f->p), take(f, f->q)};
    if (v.column == NULL || v.shifts == NULL) {
        return logreg_out_of_memory(f);
    }
    find_shifts(f, v.shifts);
    memset(mix, 0, f->p * sizeof *mix);
    for (uint32_t j = 0; j < f->p; j++) {
        uint8_t is_frozen = j % f->q < f->d && f->is_constant[j % f->q] != 0;
        mix[j] = 1;
        m->errors[j] = is_frozen != 0 ? 0 : sqrt(variance_of(&v, mix));
        mix[j] = 0;
    }
    // The raw intercept is a mix of all weights of its predictor.
    for (uint32_t a = 0; a < f->k; a++) {
        double *own = mix + (uint64_t)a * f->q;
        for (uint32_t j = 0; j < f->d; j++) {
            const struct pt_column_copy *c = &m->columns.items[j];
            own[j] = f->is_constant[j] != 0 ? 0 : -c->offset * c->factor;
        }
        own[f->d] = 1;
        m->raw_intercept_errors[a] = sqrt(variance_of(&v, mix));
        memset(own, 0, f->q * sizeof *own);
    }
    return PT_OK;
}

static pt_status keep_result(const struct logreg_fit *f, struct logreg *m)
{
    double squares = 0;
    double sizes = 0;
    for (uint32_t j = 0; j < f->p; j++) {
        if (j % f->q != f->d) {
            squares += f->weights[j] * f->weights[j];
            sizes += fabs(f->weights[j]);
        }
    }
    memcpy(m->weights, f->weights, f->p * sizeof *m->weights);
    memcpy(m->means, f->means, f->d * sizeof *m->means);
    m->lambda = m->config->lambda;
    m->l1_ratio = m->config->l1_ratio;
    m->is_weighted = m->config->balance != LOGREG_PLAIN || m->config->weights.n > 0;
    m->objective = f->state[LOGREG_LOSS];
    m->log_likelihood = f->l2 / 2 * squares + f->l1 * sizes - m->objective;
    double all = 0;
    double null = 0;
    for (uint32_t c = 0; c < f->n_classes; c++) {
        all += f->class_rows[c] * f->class_weights[c];
    }
    for (uint32_t c = 0; c < f->n_classes; c++) {
        double rows = f->class_rows[c] * f->class_weights[c];
        null -= 2 * rows * log(rows / all);
    }
    m->null_deviance = null;
    uint8_t is_plain = f->l1 == 0 && f->l2 == 0 && f->wants_curvature != 0;
    return is_plain != 0 ? find_errors(f, m) : PT_OK;
}

static pt_status learn(struct logreg *m, struct logreg_fit *f)
{
    pt_status status = logreg_allocate(m, f->data->schema, f->err);
    if (status == PT_OK) {
        status = prepare_fit(f);
    }
    if (status == PT_OK) {
        status = weigh_classes(m, f);
    }
    if (status == PT_OK) {
        status = logreg_survey(f);
    }
    if (status == PT_OK && f->wants_curvature == 0) {
        status = logreg_quasi_newton(f, &m->rounds);
    } else if (status == PT_OK) {
        status = logreg_head_start(f);
        if (status == PT_OK) {
            status = logreg_newton(f, &m->rounds);
        }
    }
    return status == PT_OK ? keep_result(f, m) : status;
}

pt_status logreg_fit_model(void *self, const pt_data *data, const pt_run *run, pt_error *err)
{
    struct logreg *m = self;
    logreg_reset(m);
    const pt_schema *schema = data->schema;
    uint32_t k = schema->n_classes == 2 ? 1 : schema->n_classes;
    struct logreg_fit f = {
        .host = m->host,
        .data = data,
        .run = run,
        .err = err,
        .kernel = m->kernel,
        .l1 = m->config->lambda * m->config->l1_ratio,
        .l2 = m->config->lambda * (1 - m->config->l1_ratio),
        .max_rounds = (uint64_t)m->config->rounds,
        .d = schema->n_columns,
        .q = schema->n_columns + 1,
        .k = k,
        .p = k * (schema->n_columns + 1),
        .n_classes = schema->n_classes,
        .block_step = 1,
        .wants_curvature = (uint64_t)k * (schema->n_columns + 1) <= NEWTON_WEIGHTS,
    };
    pt_status status = learn(m, &f);
    if (status != PT_OK) {
        logreg_reset(m);
    }
    return status;
}
