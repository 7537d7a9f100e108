// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Columns from inputs, and rows through them. What is learnt from training rows stands in
// prepare_fit.c.
#include "prepare.h"

#include <math.h>
#include <string.h>

#include "mem.h"

const char *prepare_scale_name(enum learn_scale scale)
{
    static const char *const names[] = {"auto", "none", "standard", "minmax"};
    return names[scale];
}

const char *prepare_impute_name(enum learn_impute impute)
{
    static const char *const names[] = {"auto", "none", "mean", "median", "zero", "constant"};
    return names[impute];
}

const char *prepare_categories_name(enum learn_categories categories)
{
    static const char *const names[] = {"auto", "one_hot", "codes"};
    return names[categories];
}

struct learn_prepare prepare_resolve(const struct learn_prepare *wanted,
                                     const pt_model_needs *needs)
{
    struct learn_prepare p = *wanted;
    if (p.scale == LEARN_SCALE_AUTO) {
        p.scale = needs->wants_scaling != 0 ? LEARN_SCALE_STANDARD : LEARN_SCALE_NONE;
    }
    if (p.impute == LEARN_IMPUTE_AUTO) {
        p.impute = needs->takes_missing != 0 ? LEARN_IMPUTE_NONE : LEARN_IMPUTE_MEDIAN;
    }
    if (p.categories == LEARN_CATEGORIES_AUTO) {
        p.categories =
            needs->takes_category != 0 ? LEARN_CATEGORIES_CODES : LEARN_CATEGORIES_ONE_HOT;
    }
    return p;
}

static bool is_one_hot(const struct prepare *p, const struct prepare_input *in)
{
    return in->type == VEC_STR && p->settings.categories == LEARN_CATEGORIES_ONE_HOT;
}

static pt_status count_columns(struct prepare *p, struct pt_error *err)
{
    uint32_t drop = p->settings.drop_first ? 1 : 0;
    size_t n = 0;
    for (size_t i = 0; i < p->n_inputs; i++) {
        struct prepare_input *in = &p->inputs[i];
        in->first_column = (uint32_t)n;
        in->n_columns = 1;
        if (is_one_hot(p, in)) {
            in->n_columns = in->n_levels > drop ? in->n_levels - drop : 0;
        }
        n += in->n_columns;
        if (n > PREPARE_COLUMNS) {
            FAIL(err, PT_E_LIMIT, "column `%s`: the matrix would get more than %d columns",
                 in->name, PREPARE_COLUMNS);
        }
    }
    if (n == 0) {
        FAIL(err, PT_E_DATA, "no column is left to learn from");
    }
    p->n_columns = n;
    return PT_OK;
}

// Scale of a 0/1 column from the share of ones in training.
static void scale_level(const struct prepare *p, const struct prepare_input *in, uint32_t level,
                        struct prepare_column *c)
{
    c->offset = 0;
    c->factor = 1;
    if (p->settings.scale == LEARN_SCALE_NONE || in->level_rows == NULL) {
        return;
    }
    uint64_t all = in->level_rows[in->n_levels]; // training rows
    double share = all == 0 ? 0 : (double)in->level_rows[level] / (double)all;
    bool is_constant = in->level_rows[level] == 0 || in->level_rows[level] == all;
    if (p->settings.scale == LEARN_SCALE_STANDARD) {
        c->offset = share;
        c->factor = is_constant ? 0 : 1 / sqrt(share * (1 - share));
    } else if (is_constant) {
        c->factor = 0;
    }
}

static void set_columns(struct prepare *p)
{
    for (size_t i = 0; i < p->n_inputs; i++) {
        const struct prepare_input *in = &p->inputs[i];
        bool one_hot = is_one_hot(p, in);
        for (uint32_t j = 0; j < in->n_columns; j++) {
            struct prepare_column *c = &p->columns[in->first_column + j];
            c->input = (uint32_t)i;
            c->level = PREPARE_WHOLE;
            c->offset = in->offset;
            c->factor = in->factor;
            if (one_hot) {
                c->level = j + (p->settings.drop_first ? 1 : 0);
                scale_level(p, in, c->level, c);
            }
        }
    }
}

// Names of an input's levels as the ABI wants them: terminated.
static const char *const *level_names(struct prepare *p, const struct prepare_input *in)
{
    const char **names = arena_zero(&p->arena, (size_t)in->n_levels + 1, sizeof *names);
    for (uint32_t i = 0; names != NULL && i < in->n_levels; i++) {
        names[i] = arena_strndup(&p->arena, in->levels[i].p, in->levels[i].n);
        if (names[i] == NULL) {
            return NULL;
        }
    }
    return names;
}

static bool describe_input(struct prepare *p, const struct prepare_input *in, pt_column_info *infos)
{
    const char *const *levels = in->n_levels == 0 ? NULL : level_names(p, in);
    if (in->n_levels != 0 && levels == NULL) {
        return false;
    }
    for (uint32_t j = 0; j < in->n_columns; j++) {
        const struct prepare_column *c = &p->columns[in->first_column + j];
        pt_column_info *info = &infos[in->first_column + j];
        info->struct_size = sizeof *info;
        info->kind = in->is_category ? PT_COLUMN_CATEGORY : PT_COLUMN_NUMBER;
        info->name = in->name;
        info->source = in->name;
        info->transform = in->log1p ? "log1p" : NULL;
        info->offset = c->offset;
        info->factor = c->factor;
        if (in->is_category) {
            info->n_levels = in->n_levels;
            info->levels = levels;
        }
        if (c->level != PREPARE_WHOLE) {
            info->level = levels[c->level];
            info->name = arena_printf(&p->arena, "%s=%s", in->name, info->level);
        }
        if (info->name == NULL) {
            return false;
        }
    }
    return true;
}

pt_status prepare_describe(struct prepare *p, struct pt_error *err)
{
    pt_column_info *infos = arena_zero(&p->arena, p->n_columns, sizeof *infos);
    const pt_column_info **list = arena_zero(&p->arena, p->n_columns, sizeof *list);
    bool is_made = infos != NULL && list != NULL;
    for (size_t i = 0; is_made && i < p->n_inputs; i++) {
        is_made = describe_input(p, &p->inputs[i], infos);
    }
    if (!is_made) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %zu column descriptions", p->n_columns);
    }
    for (size_t i = 0; i < p->n_columns; i++) {
        list[i] = &infos[i];
    }
    p->schema = (pt_schema){
        .struct_size = sizeof p->schema,
        .n_columns = (uint32_t)p->n_columns,
        .columns = list,
    };
    return PT_OK;
}

pt_status prepare_layout(struct prepare *p, struct pt_error *err)
{
    TRY(count_columns(p, err));
    p->columns = arena_zero(&p->arena, p->n_columns, sizeof *p->columns);
    if (p->columns == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %zu columns", p->n_columns);
    }
    set_columns(p);
    return PT_OK;
}

pt_status prepare_bind(const struct prepare *p, const struct table *t,
                       const struct column **columns, struct pt_error *err)
{
    for (size_t i = 0; i < p->n_inputs; i++) {
        const struct prepare_input *in = &p->inputs[i];
        ptrdiff_t at = table_find(t, in->name);
        if (at < 0) {
            FAIL(err, PT_E_DATA, "column `%s` is not there; the model was learnt with it",
                 in->name);
        }
        columns[i] = &t->columns[at];
        if (columns[i]->type != in->type) {
            FAIL(err, PT_E_DATA, "column `%s` is %s; the model was learnt with %s", in->name,
                 vec_type_name(columns[i]->type), vec_type_name(in->type));
        }
    }
    return PT_OK;
}

static void put(const struct prepare_target *t, size_t column, const double *values, size_t n)
{
    uint64_t step = t->layout == PT_LAYOUT_ROWS ? t->stride : 1;
    uint64_t base = t->layout == PT_LAYOUT_ROWS ? column : column * t->stride;
    if (t->dtype == 4) {
        float *x = (float *)t->x + base;
        for (size_t i = 0; i < n; i++) {
            x[i * step] = (float)values[i];
        }
        return;
    }
    double *x = (double *)t->x + base;
    for (size_t i = 0; i < n; i++) {
        x[i * step] = values[i];
    }
}

static pt_status settle_missing(const struct prepare_input *in, double *values, size_t n,
                                struct pt_error *err)
{
    if (in->missing == PREPARE_MISSING_KEEP) {
        return PT_OK;
    }
    for (size_t i = 0; i < n; i++) {
        if (!isnan(values[i])) {
            continue;
        }
        if (in->missing == PREPARE_MISSING_REFUSE) {
            FAIL(err, PT_E_DATA,
                 "column `%s` has missing values; the model takes none and `impute` is none",
                 in->name);
        }
        values[i] = in->fill;
    }
    return PT_OK;
}

static void put_levels(const struct prepare *p, const struct prepare_input *in, const double *codes,
                       size_t n, const struct prepare_target *target)
{
    double values[PREPARE_BLOCK_ROWS];
    for (uint32_t j = 0; j < in->n_columns; j++) {
        const struct prepare_column *c = &p->columns[in->first_column + j];
        double on = (1 - c->offset) * c->factor;
        double off = (0 - c->offset) * c->factor;
        for (size_t i = 0; i < n; i++) {
            values[i] = codes[i] == (double)c->level ? on : off;
        }
        put(target, in->first_column + j, values, n);
    }
}

static void put_whole(const struct prepare *p, const struct prepare_input *in, double *values,
                      size_t n, const struct prepare_target *target)
{
    const struct prepare_column *c = &p->columns[in->first_column];
    for (size_t i = 0; in->log1p && i < n; i++) {
        values[i] = isnan(values[i]) ? values[i] : log1p(values[i] > 0 ? values[i] : 0);
    }
    if (!in->is_category) {
        for (size_t i = 0; i < n; i++) {
            values[i] = (values[i] - c->offset) * c->factor;
        }
    }
    put(target, in->first_column, values, n);
}

pt_status prepare_fill(const struct prepare *p, const struct column *const *columns,
                       struct gather_range range, const struct prepare_target *target,
                       struct pt_error *err)
{
    double values[PREPARE_BLOCK_ROWS];
    for (size_t i = 0; i < p->n_inputs; i++) {
        const struct prepare_input *in = &p->inputs[i];
        if (in->type == VEC_STR) {
            gather_codes(columns[i], &in->level_of, range, values);
        } else {
            gather_numbers(columns[i], range, values);
        }
        if (is_one_hot(p, in)) {
            put_levels(p, in, values, range.n, target);
            continue;
        }
        TRY(settle_missing(in, values, range.n, err));
        put_whole(p, in, values, range.n, target);
    }
    return PT_OK;
}

void prepare_release(struct prepare *p)
{
    for (size_t i = 0; i < p->n_inputs; i++) {
        map_release(&p->inputs[i].level_of);
        mem_free(p->inputs[i].levels);
        mem_free(p->inputs[i].level_rows);
    }
    arena_release(&p->arena);
    *p = (struct prepare){0};
}
