// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What a preparation learns from training rows: fill values, scales, levels. Inputs are independent
// of each other and go to threads; within one input everything is summed in row order.
#include "prepare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "quantile.h"

struct fitting {
    struct prepare *p;
    const pt_model_needs *needs;
    const struct prepare_rows *from;
    const struct column **columns;
};

static pt_status out_of_memory(const struct prepare_input *in, struct pt_error *err)
{
    return error_set(err, PT_E_NO_MEMORY, "column `%s`: no memory for its values", in->name);
}

static double mean_of(const double *values, size_t n)
{
    double sum = 0;
    size_t there = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(values[i])) {
            sum += values[i];
            there++;
        }
    }
    return there == 0 ? 0 : sum / (double)there;
}

static pt_status choose_fill(const struct learn_prepare *settings, struct prepare_input *in,
                             const double *values, size_t n, struct pt_error *err)
{
    switch (settings->impute) {
    case LEARN_IMPUTE_MEAN:
        in->fill = mean_of(values, n);
        return PT_OK;
    case LEARN_IMPUTE_MEDIAN:
        if (!quantile_median(values, n, &in->fill)) {
            return out_of_memory(in, err);
        }
        return PT_OK;
    case LEARN_IMPUTE_CONSTANT:
        in->fill = settings->impute_value;
        return PT_OK;
    case LEARN_IMPUTE_ZERO:
    case LEARN_IMPUTE_NONE:
    case LEARN_IMPUTE_AUTO:
        break;
    }
    in->fill = 0;
    return PT_OK;
}

static enum prepare_missing missing_rule(const struct fitting *f, const struct prepare_input *in)
{
    if (in->is_category) {
        return PREPARE_MISSING_KEEP;
    }
    if (f->p->settings.impute != LEARN_IMPUTE_NONE) {
        return PREPARE_MISSING_FILL;
    }
    return f->needs->takes_missing != 0 ? PREPARE_MISSING_KEEP : PREPARE_MISSING_REFUSE;
}

static pt_status transform(const struct prepare_input *in, double *values, size_t n,
                           struct pt_error *err)
{
    for (size_t i = 0; i < n; i++) {
        if (isnan(values[i]) && in->missing == PREPARE_MISSING_REFUSE) {
            FAIL(err, PT_E_DATA,
                 "column `%s` has missing values; the model takes none and `impute` is none",
                 in->name);
        }
        if (isnan(values[i]) && in->missing == PREPARE_MISSING_FILL) {
            values[i] = in->fill;
        }
        if (in->log1p && !isnan(values[i])) {
            values[i] = log1p(values[i] > 0 ? values[i] : 0);
        }
    }
    return PT_OK;
}

static void range_of(const double *values, size_t n, double *least, double *most)
{
    *least = INFINITY;
    *most = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        *least = values[i] < *least ? values[i] : *least;
        *most = values[i] > *most ? values[i] : *most;
    }
}

// Population standard deviation in two passes; a column of equal values gives 0 everywhere.
static void scale_standard(struct prepare_input *in, const double *values, size_t n)
{
    double mean = mean_of(values, n);
    double squares = 0;
    size_t there = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(values[i])) {
            squares += (values[i] - mean) * (values[i] - mean);
            there++;
        }
    }
    in->offset = mean;
    in->factor = squares > 0 ? 1 / sqrt(squares / (double)there) : 0;
    if (!isfinite(squares)) {
        in->factor = (double)NAN; // the caller refuses it
    }
}

static pt_status choose_scale(const struct learn_prepare *settings, struct prepare_input *in,
                              const double *values, size_t n, struct pt_error *err)
{
    in->offset = 0;
    in->factor = 1;
    if (settings->scale == LEARN_SCALE_NONE) {
        return PT_OK;
    }
    double least = 0;
    double most = 0;
    range_of(values, n, &least, &most);
    if (!(least < most)) {
        in->offset = isfinite(least) ? least : 0;
        in->factor = 0;
        return PT_OK;
    }
    if (settings->scale == LEARN_SCALE_MINMAX) {
        in->offset = least;
        in->factor = 1 / (most - least);
    } else {
        scale_standard(in, values, n);
    }
    if (!isfinite(in->offset) || !isfinite(in->factor)) {
        FAIL(err, PT_E_NUMERIC, "column `%s`: its values are too large to scale", in->name);
    }
    return PT_OK;
}

static int compare_texts(const void *a, const void *b)
{
    return text_compare(*(const struct text *)a, *(const struct text *)b);
}

// Levels in byte order; the map then tells ranks. level_rows[n_levels] is the number of all rows.
static pt_status rank_levels(struct prepare_input *in, size_t n_rows, struct pt_error *err)
{
    size_t n = in->level_of.n;
    in->levels = mem_array(n, sizeof *in->levels);
    in->level_rows = mem_array(n + 1, sizeof *in->level_rows);
    if (in->levels == NULL || in->level_rows == NULL) {
        return out_of_memory(in, err);
    }
    for (size_t i = 0; i < n; i++) {
        in->levels[i] = in->level_of.entries[i].key;
    }
    qsort(in->levels, n, sizeof *in->levels, compare_texts);
    for (size_t i = 0; i < n; i++) {
        uint64_t *value = map_get(&in->level_of, in->levels[i]);
        in->level_rows[i] = *value;
        *value = i;
    }
    in->level_rows[n] = n_rows;
    in->n_levels = (uint32_t)n;
    return PT_OK;
}

static pt_status learn_levels(const struct fitting *f, struct prepare_input *in,
                              const struct column *c, struct pt_error *err)
{
    size_t most = f->p->settings.categories == LEARN_CATEGORIES_ONE_HOT ? PREPARE_ONE_HOT_LEVELS
                                                                        : PREPARE_CODE_LEVELS;
    struct gather_range all = {f->from->rows, 0, f->from->n};
    for (size_t i = 0; i < all.n; i++) {
        size_t row = gather_row(&all, i);
        if (c->valid != NULL && c->valid[row] == 0) {
            continue;
        }
        uint64_t *count = map_put(&in->level_of, c->s[row], NULL);
        if (count == NULL) {
            return out_of_memory(in, err);
        }
        (*count)++;
        if (in->level_of.n > most) {
            FAIL(err, PT_E_LIMIT,
                 "column `%s` has more than %zu different texts: leave it out, or group its values",
                 in->name, most);
        }
    }
    return rank_levels(in, all.n, err);
}

static pt_status learn_numbers(const struct fitting *f, struct prepare_input *in,
                               const struct column *c, struct pt_error *err)
{
    size_t n = f->from->n;
    double *values = mem_array(n, sizeof *values);
    if (values == NULL) {
        return out_of_memory(in, err);
    }
    struct gather_range all = {f->from->rows, 0, n};
    if (in->type == VEC_STR) {
        gather_codes(c, &in->level_of, all, values);
    } else {
        gather_numbers(c, all, values);
    }
    pt_status status = choose_fill(&f->p->settings, in, values, n, err);
    if (status == PT_OK) {
        status = transform(in, values, n, err);
    }
    if (status == PT_OK) {
        status = choose_scale(&f->p->settings, in, values, n, err);
    }
    mem_free(values);
    return status;
}

static pt_status learn_input_of(void *arg, uint64_t item, uint32_t worker, struct pt_error *err)
{
    const struct fitting *f = arg;
    struct prepare_input *in = &f->p->inputs[item];
    const struct column *c = f->columns[item];
    (void)worker;
    if (in->type == VEC_STR) {
        TRY(learn_levels(f, in, c, err));
        if (f->p->settings.categories == LEARN_CATEGORIES_ONE_HOT || in->is_category) {
            return PT_OK;
        }
    }
    return learn_numbers(f, in, c, err);
}

static pt_status copy_inputs(const struct learn_spec *spec, const struct fitting *f,
                             struct pt_error *err)
{
    struct prepare *p = f->p;
    p->inputs = arena_zero(&p->arena, spec->n_inputs, sizeof *p->inputs);
    if (p->inputs == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %zu inputs", spec->n_inputs);
    }
    p->n_inputs = spec->n_inputs;
    for (size_t i = 0; i < p->n_inputs; i++) {
        struct prepare_input *in = &p->inputs[i];
        in->name = arena_strdup(&p->arena, spec->inputs[i].name);
        if (in->name == NULL) {
            FAIL(err, PT_E_NO_MEMORY, "no memory for %zu inputs", spec->n_inputs);
        }
        in->type = spec->inputs[i].type;
        in->log1p = spec->inputs[i].log1p;
        in->factor = 1;
        in->is_category = in->type == VEC_STR && f->needs->takes_category != 0 &&
                          p->settings.categories == LEARN_CATEGORIES_CODES;
        in->missing = missing_rule(f, in);
        if (in->log1p && (in->type == VEC_STR || in->type == VEC_BOOL)) {
            FAIL(err, PT_E_CONFIG, "column `%s` is %s: log1p takes numbers", in->name,
                 vec_type_name(in->type));
        }
    }
    return PT_OK;
}

static pt_status learn_inputs(struct fitting *f, struct pool *pool, struct pt_error *err)
{
    if (pool != NULL) {
        return pool_run(pool, f->p->n_inputs, learn_input_of, f, err);
    }
    for (size_t i = 0; i < f->p->n_inputs; i++) {
        TRY(learn_input_of(f, i, 0, err));
    }
    return PT_OK;
}

static pt_status fit_all(const struct learn_spec *spec, struct fitting *f, struct pt_error *err)
{
    TRY(copy_inputs(spec, f, err));
    f->columns = arena_zero(&f->p->arena, f->p->n_inputs, sizeof *f->columns);
    if (f->columns == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %zu inputs", f->p->n_inputs);
    }
    TRY(prepare_bind(f->p, f->from->table, f->columns, err));
    TRY(learn_inputs(f, spec->pool, err));
    TRY(prepare_layout(f->p, err));
    return prepare_describe(f->p, err);
}

pt_status prepare_fit(const struct learn_spec *spec, const pt_model_needs *needs,
                      const struct prepare_rows *from, struct prepare *out, struct pt_error *err)
{
    *out = (struct prepare){.settings = prepare_resolve(&spec->prepare, needs)};
    struct fitting f = {.p = out, .needs = needs, .from = from};
    pt_status status = fit_all(spec, &f, err);
    if (status != PT_OK) {
        prepare_release(out);
    }
    return status;
}
