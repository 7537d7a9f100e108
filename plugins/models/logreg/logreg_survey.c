// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What the rows are, before anything is learnt: classes, constant columns, means.
#include <math.h>
#include <string.h>

#include "logreg.h"

#define LANES 8 // independent sums of a column

// State: rows of each class, then least, most and sum of each column; rows seen at the end.
static uint64_t state_length(const struct logreg_fit *f)
{
    return f->n_classes + 3 * (uint64_t)f->d + 1;
}

static double *column_facts(const struct logreg_fit *f, double *state, uint32_t column)
{
    return state + f->n_classes + 3 * (uint64_t)column;
}

static void add_facts(double *into, const double *from, uint8_t is_first)
{
    into[0] = is_first != 0 || from[0] < into[0] ? from[0] : into[0];
    into[1] = is_first != 0 || from[1] > into[1] ? from[1] : into[1];
    into[2] += from[2];
}

static void survey_column(const double *x, uint64_t n, double facts[3])
{
    double least[LANES];
    double most[LANES];
    double sum[LANES] = {0};
    for (int l = 0; l < LANES; l++) {
        least[l] = most[l] = x[0];
    }
    uint64_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        for (int l = 0; l < LANES; l++) {
            double value = x[i + (uint64_t)l];
            least[l] = value < least[l] ? value : least[l];
            most[l] = value > most[l] ? value : most[l];
            sum[l] += value;
        }
    }
    for (; i < n; i++) {
        least[0] = x[i] < least[0] ? x[i] : least[0];
        most[0] = x[i] > most[0] ? x[i] : most[0];
        sum[0] += x[i];
    }
    memcpy(facts, (double[]){least[0], most[0], 0}, 3 * sizeof *facts);
    for (int l = 0; l < LANES; l++) {
        add_facts(facts, (double[]){least[l], most[l], sum[l]}, 0);
    }
}

static pt_status survey_blocks(const void *arg, uint64_t begin, uint64_t end, void *state,
                               pt_error *err)
{
    const struct logreg_fit *f = arg;
    double *seen = (double *)state + state_length(f) - 1;
    for (uint64_t b = begin; b < end; b++) {
        pt_block block;
        pt_status status = logreg_block(f, b, &block, err);
        if (status != PT_OK) {
            return status;
        }
        for (uint64_t i = 0; i < block.rows; i++) {
            ((double *)state)[(uint32_t)block.label[i]] += 1;
        }
        for (uint32_t j = 0; j < f->d; j++) {
            double facts[3];
            survey_column((const double *)block.x + j * block.stride, block.rows, facts);
            add_facts(column_facts(f, state, j), facts, *seen == 0);
        }
        *seen += (double)block.rows;
    }
    return PT_OK;
}

static void combine_surveys(const void *arg, void *into, const void *from)
{
    const struct logreg_fit *f = arg;
    double *to = into;
    double add[3];
    uint64_t last = state_length(f) - 1;
    for (uint32_t c = 0; c < f->n_classes; c++) {
        to[c] += ((const double *)from)[c];
    }
    for (uint32_t j = 0; j < f->d; j++) {
        memcpy(add, (const double *)from + f->n_classes + 3 * (uint64_t)j, sizeof add);
        add_facts(column_facts(f, to, j), add, to[last] == 0);
    }
    to[last] += ((const double *)from)[last];
}

static double weighted_rows(const struct logreg_fit *f, uint32_t class)
{
    return f->class_rows[class] * f->class_weights[class];
}

// The best intercepts without columns: logs of the classes' shares.
static void start_weights(const struct logreg_fit *f)
{
    memset(f->weights, 0, f->p * sizeof *f->weights);
    if (f->k == 1) {
        f->weights[f->d] = log(weighted_rows(f, 1) / weighted_rows(f, 0));
        return;
    }
    double mean = 0;
    for (uint32_t c = 0; c < f->k; c++) {
        mean += log(weighted_rows(f, c)) / f->k;
    }
    for (uint32_t c = 0; c < f->k; c++) {
        f->weights[(uint64_t)c * f->q + f->d] = log(weighted_rows(f, c)) - mean;
    }
}

static pt_status keep_survey(const struct logreg_fit *f, double *state)
{
    double n = (double)f->data->n_rows;
    for (uint32_t c = 0; c < f->n_classes; c++) {
        f->class_rows[c] = state[c];
        if (state[c] == n) {
            return pt_fail(f->host, f->err, PT_E_DATA, NULL, "all rows are of one class");
        }
        if (state[c] == 0) {
            return pt_fail(f->host, f->err, PT_E_DATA, NULL, "no row is of class `%s`",
                           f->data->schema->classes[c]);
        }
    }
    for (uint32_t j = 0; j < f->d; j++) {
        const double *facts = column_facts(f, state, j);
        f->is_constant[j] = facts[0] == facts[1];
        f->means[j] = f->is_constant[j] != 0 ? facts[0] : facts[2] / n;
    }
    return PT_OK;
}

pt_status logreg_survey(struct logreg_fit *f)
{
    double *state = f->run->scratch(f->run, state_length(f) * sizeof *state);
    if (state == NULL) {
        return logreg_out_of_memory(f);
    }
    pt_status status =
        f->run->map_reduce(f->run, f->data->n_blocks, state_length(f) * sizeof *state,
                           survey_blocks, combine_surveys, f, state, f->err);
    if (status == PT_OK) {
        status = keep_survey(f, state);
    }
    if (status != PT_OK) {
        return status;
    }
    f->n_rows = (double)f->data->n_rows;
    for (uint32_t c = 0; c < f->n_classes; c++) {
        if (f->class_weights[c] == 0) { // balanced
            f->class_weights[c] = f->n_rows / (f->n_classes * f->class_rows[c]);
        }
    }
    start_weights(f);
    return PT_OK;
}
