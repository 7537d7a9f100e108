// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Column functions. bucket keeps n - 1 edges: edge k is the smallest value that at least k/n of the
// column is not above; a value's bucket is 1 + the edges below it. percent_rank keeps the number of
// values and, for each distinct value, how many are smaller: (smaller) / (values - 1).
#include <math.h>
#include <stdlib.h>

#include "eval.h"
#include "mem.h"

struct fit_values {
    double *p;
    size_t n;
};

struct expr_fit {
    struct fit_values *items;
    size_t n;
};

void expr_fit_free(struct expr_fit *f)
{
    for (size_t i = 0; f != NULL && i < f->n; i++) {
        mem_free(f->items[i].p);
    }
    if (f != NULL) {
        mem_free(f->items);
        mem_free(f);
    }
}

static pt_status fail_memory(struct pt_error *err)
{
    FAIL(err, PT_E_NO_MEMORY, "out of memory");
}

static struct expr_fit *fit_alloc(size_t n)
{
    struct expr_fit *f = mem_zero(1, sizeof *f);
    struct fit_values *items = mem_zero(n, sizeof *items);
    if (f == NULL || items == NULL) {
        mem_free(f);
        mem_free(items);
        return NULL;
    }
    f->items = items;
    f->n = n;
    return f;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

// The values that are there, in order; -0 counts as 0.
static size_t sort_values(const struct vec *v, size_t rows, double *out)
{
    size_t n = 0;
    for (size_t i = 0; i < rows; i++) {
        if (vec_is_valid(v, i)) {
            out[n++] = v->f[v->is_const ? 0 : i] + 0.0;
        }
    }
    qsort(out, n, sizeof *out, compare_doubles);
    return n;
}

static bool keep_edges(const double *sorted, size_t n, int64_t buckets, struct fit_values *out)
{
    size_t n_edges = n == 0 ? 0 : (size_t)buckets - 1;
    out->p = mem_array(n_edges, sizeof *out->p);
    if (out->p == NULL) {
        return false;
    }
    out->n = n_edges;
    for (size_t k = 1; k <= n_edges; k++) {
        size_t whole = n / (size_t)buckets * k; // k * n / buckets, rounded up, without overflow
        size_t rest = n % (size_t)buckets * k;
        size_t rank = whole + (rest + (size_t)buckets - 1) / (size_t)buckets;
        out->p[k - 1] = sorted[rank == 0 ? 0 : rank - 1];
    }
    return true;
}

static bool keep_ranks(const double *sorted, size_t n, struct fit_values *out)
{
    size_t n_distinct = 0;
    for (size_t i = 0; i < n; i++) {
        n_distinct += i == 0 || sorted[i] != sorted[i - 1];
    }
    out->p = mem_array(2 * n_distinct + 1, sizeof *out->p);
    if (out->p == NULL) {
        return false;
    }
    out->n = 2 * n_distinct + 1;
    double *at = out->p;
    *at++ = (double)n;
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || sorted[i] != sorted[i - 1]) {
            *at++ = sorted[i];
            *at++ = (double)i;
        }
    }
    return true;
}

static pt_status fit_one(const struct expr *e, uint32_t step, const struct vec *inputs, size_t n,
                         struct expr_fit *f, struct pt_error *err)
{
    const struct step *s = &e->steps[step];
    pt_status status = PT_OK;
    struct vec column = {0};
    struct expr_scratch *scratch = expr_scratch_new();
    double *sorted = mem_array(n, sizeof *sorted);
    struct run r = {.e = e, .inputs = inputs, .n = n, .scratch = scratch};
    if (scratch == NULL || sorted == NULL || !run_step_column(&r, s->args[0], &column)) {
        status = fail_memory(err);
        goto cleanup;
    }
    size_t n_there = sort_values(&column, n, sorted);
    bool is_kept = s->op == OP_BUCKET ? keep_edges(sorted, n_there, s->buckets, &f->items[s->fit])
                                      : keep_ranks(sorted, n_there, &f->items[s->fit]);
    status = is_kept ? PT_OK : fail_memory(err);
cleanup:
    mem_free(sorted);
    expr_scratch_free(scratch);
    return status;
}

pt_status expr_fit_new(const struct expr *e, const struct vec *inputs, size_t n,
                       struct expr_fit **out, struct pt_error *err)
{
    struct expr_fit *f = fit_alloc(e->n_fits);
    if (f == NULL) {
        return fail_memory(err);
    }
    for (size_t i = 0; i < e->n_fits; i++) {
        pt_status status = fit_one(e, e->fit_steps[i], inputs, n, f, err);
        if (status != PT_OK) {
            expr_fit_free(f);
            return status;
        }
    }
    *out = f;
    return PT_OK;
}

size_t expr_fit_count(const struct expr_fit *f)
{
    return f->n;
}

const double *expr_fit_values(const struct expr_fit *f, size_t i, size_t *n)
{
    *n = f->items[i].n;
    return f->items[i].p;
}

static bool is_edges(const struct step *s, const double *values, size_t n)
{
    if (n != 0 && n != (size_t)s->buckets - 1) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i]) || (i > 0 && values[i] < values[i - 1])) {
            return false;
        }
    }
    return true;
}

static bool is_ranks(const double *values, size_t n)
{
    if (n % 2 == 0 || !(values[0] >= 0) || !isfinite(values[0]) || (n == 1 && values[0] != 0)) {
        return false;
    }
    for (size_t i = 1; i < n; i += 2) {
        bool is_first = i == 1;
        double smaller = values[i + 1];
        bool rises = is_first ? smaller == 0 : values[i] > values[i - 2] && smaller > values[i - 1];
        if (!isfinite(values[i]) || !rises || !(smaller < values[0])) {
            return false;
        }
    }
    return true;
}

static pt_status load_one(const struct expr *e, size_t i, const double *values, size_t n,
                          struct fit_values *out, struct pt_error *err)
{
    const struct step *s = &e->steps[e->fit_steps[i]];
    bool is_good = s->op == OP_BUCKET ? is_edges(s, values, n) : is_ranks(values, n);
    if (!is_good) {
        FAIL(err, PT_E_DATA, "the fitted values of column function %zu do not make sense", i + 1);
    }
    out->p = mem_array(n, sizeof *out->p);
    if (out->p == NULL) {
        return fail_memory(err);
    }
    if (n > 0) {
        memcpy(out->p, values, n * sizeof *values);
    }
    out->n = n;
    return PT_OK;
}

pt_status expr_fit_load(const struct expr *e, size_t count, const double *const *values,
                        const size_t *n, struct expr_fit **out, struct pt_error *err)
{
    if (count != e->n_fits) {
        FAIL(err, PT_E_DATA, "%zu column functions are fitted, the expression has %zu", count,
             e->n_fits);
    }
    struct expr_fit *f = fit_alloc(count);
    if (f == NULL) {
        return fail_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        pt_status status = load_one(e, i, values[i], n[i], &f->items[i], err);
        if (status != PT_OK) {
            expr_fit_free(f);
            return status;
        }
    }
    *out = f;
    return PT_OK;
}

bool fit_bucket(struct call *c)
{
    const struct fit_values *edges = &c->fit->items[c->step->fit];
    int64_t *out = call_ints(c);
    for (size_t i = 0; out != NULL && i < c->n; i++) {
        size_t low = 0; // edges below the value
        size_t high = edges->n;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            bool is_below = edges->p[middle] < c->a->f[i];
            low = is_below ? middle + 1 : low;
            high = is_below ? high : middle;
        }
        out[i] = (int64_t)low + 1;
    }
    return out != NULL;
}

// How many fitted values are smaller than x.
static double count_smaller(const struct fit_values *ranks, double x)
{
    size_t low = 0; // distinct values below x
    size_t n = (ranks->n - 1) / 2;
    size_t high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        bool is_below = ranks->p[1 + 2 * middle] < x;
        low = is_below ? middle + 1 : low;
        high = is_below ? high : middle;
    }
    return low == n ? ranks->p[0] : ranks->p[2 + 2 * low];
}

bool fit_percent_rank(struct call *c)
{
    const struct fit_values *ranks = &c->fit->items[c->step->fit];
    double *out = call_reals(c);
    double others = ranks->p[0] - 1;
    for (size_t i = 0; out != NULL && i < c->n; i++) {
        double share = others > 0 ? count_smaller(ranks, c->a->f[i]) / others : 0;
        out[i] = share > 1 ? 1 : share;
    }
    return out != NULL;
}
