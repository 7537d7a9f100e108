// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "segments_keep.h"

#include <math.h>
#include <string.h>

#include "assignment.h"
#include "mem.h"

// Sizes, shared rows and means of both sides.
struct sides {
    const struct segments_keep *job;
    uint32_t *old_of;  // old segment of the i-th row
    uint32_t n_old;    // highest old segment of a row, and one
    uint32_t side;     // rows and columns of the square: the larger of both
    uint64_t *shared;  // n * n_old
    uint64_t *rows;    // n
    uint64_t *was;     // n_old
    double *means;     // (n + n_old) * columns
    double *costs;     // side * side
    uint32_t *matched; // side
};

static pt_status no_memory(const struct sides *s, struct pt_error *err)
{
    return error_set(err, PT_E_NO_MEMORY, "no memory to match %u segments", s->job->n);
}

static pt_status score_old(struct sides *s, struct pt_error *err)
{
    const struct segments_keep *job = s->job;
    const struct trained *t = &job->old->trained;
    size_t n = job->from->n;
    double *scores = mem_array(n * t->instance.n_outputs, sizeof *scores);
    s->old_of = mem_array(n, sizeof *s->old_of);
    pt_status status = scores == NULL || s->old_of == NULL ? no_memory(s, err) : PT_OK;
    if (status == PT_OK) {
        status = score_rows(&t->prepare, &t->instance, job->from, job->pool, scores, err);
    }
    for (size_t i = 0; status == PT_OK && i < n; i++) {
        s->old_of[i] = (uint32_t)scores[i];
        s->n_old = s->old_of[i] >= s->n_old ? s->old_of[i] + 1 : s->n_old;
    }
    mem_free(scores);
    if (status == PT_OK && s->n_old > PREPARE_COLUMNS) {
        status = error_set(err, PT_E_LIMIT, "segment %u of the saved model is above %u",
                           s->n_old - 1, PREPARE_COLUMNS);
    }
    return status;
}

static pt_status allocate(struct sides *s, struct pt_error *err)
{
    uint32_t n = s->job->n;
    s->side = n > s->n_old ? n : s->n_old;
    s->shared = mem_zero((size_t)n * s->n_old, sizeof *s->shared);
    s->rows = mem_zero(n, sizeof *s->rows);
    s->was = mem_zero(s->n_old, sizeof *s->was);
    s->means = mem_zero((size_t)(n + s->n_old) * s->job->prepare->n_columns, sizeof *s->means);
    s->costs = mem_zero((size_t)s->side * s->side, sizeof *s->costs);
    s->matched = mem_zero(s->side, sizeof *s->matched);
    if (s->shared == NULL || s->rows == NULL || s->was == NULL || s->means == NULL ||
        s->costs == NULL || s->matched == NULL) {
        return no_memory(s, err);
    }
    return PT_OK;
}

static void count_rows(struct sides *s)
{
    for (size_t i = 0; i < s->job->from->n; i++) {
        uint32_t now = s->job->segment[i];
        uint32_t was = s->old_of[i];
        s->rows[now]++;
        s->was[was]++;
        s->shared[(size_t)now * s->n_old + was]++;
    }
}

static void add_block(struct sides *s, const double *x, size_t first, size_t n)
{
    size_t d = s->job->prepare->n_columns;
    for (size_t i = 0; i < n; i++) {
        double *now = s->means + s->job->segment[first + i] * d;
        double *was = s->means + ((size_t)s->job->n + s->old_of[first + i]) * d;
        for (size_t j = 0; j < d; j++) {
            now[j] += x[i * d + j];
            was[j] += x[i * d + j];
        }
    }
}

static void divide(struct sides *s)
{
    size_t d = s->job->prepare->n_columns;
    for (uint32_t c = 0; c < s->job->n + s->n_old; c++) {
        uint64_t rows = c < s->job->n ? s->rows[c] : s->was[c - s->job->n];
        for (size_t j = 0; j < d && rows > 0; j++) {
            s->means[c * d + j] /= (double)rows;
        }
    }
}

static pt_status add_all(struct sides *s, const struct column *const *columns, double *x,
                         struct pt_error *err)
{
    const struct segments_keep *job = s->job;
    size_t d = job->prepare->n_columns;
    struct prepare_target target = {x, d, PT_LAYOUT_ROWS, sizeof *x};
    for (size_t i = 0; i < job->from->n; i += PREPARE_BLOCK_ROWS) {
        size_t left = job->from->n - i;
        struct gather_range range = {job->from->rows, i,
                                     left < PREPARE_BLOCK_ROWS ? left : PREPARE_BLOCK_ROWS};
        TRY(prepare_fill(job->prepare, columns, range, &target, err));
        add_block(s, x, i, range.n);
    }
    divide(s);
    return PT_OK;
}

static pt_status find_means(struct sides *s, struct pt_error *err)
{
    const struct prepare *p = s->job->prepare;
    const struct column **columns = mem_zero(p->n_inputs, sizeof *columns);
    double *x = mem_aligned(64, PREPARE_BLOCK_ROWS * p->n_columns * sizeof *x);
    pt_status status = columns == NULL || x == NULL ? no_memory(s, err) : PT_OK;
    if (status == PT_OK) {
        status = prepare_bind(p, s->job->from->table, columns, err);
    }
    if (status == PT_OK) {
        status = add_all(s, columns, x, err);
    }
    mem_free(columns);
    mem_free(x);
    return status;
}

static double gap(const struct sides *s, uint32_t now, uint32_t was)
{
    size_t d = s->job->prepare->n_columns;
    const double *a = s->means + now * d;
    const double *b = s->means + ((size_t)s->job->n + was) * d;
    double sum = 0;
    for (size_t j = 0; j < d; j++) {
        sum += (a[j] - b[j]) * (a[j] - b[j]);
    }
    return sqrt(sum);
}

// Rows not shared, and distances that together never make up one row.
static void find_costs(struct sides *s)
{
    double widest = 0;
    for (uint32_t i = 0; i < s->job->n; i++) {
        for (uint32_t j = 0; j < s->n_old; j++) {
            widest = fmax(widest, gap(s, i, j));
        }
    }
    double share = widest > 0 && isfinite(widest) ? 0.5 / widest / s->side : 0;
    for (uint32_t i = 0; i < s->job->n; i++) {
        for (uint32_t j = 0; j < s->n_old; j++) {
            s->costs[(size_t)i * s->side + j] = share * (share > 0 ? gap(s, i, j) : 0) -
                                                (double)s->shared[(size_t)i * s->n_old + j];
        }
    }
}

static uint32_t old_number(const struct sides *s, uint32_t segment)
{
    uint32_t was = s->matched[segment];
    bool is_shared = was < s->n_old && s->shared[(size_t)segment * s->n_old + was] > 0;
    return is_shared ? was : SEGMENTS_NEW;
}

// Old numbers first, then the free ones in the order that new_of tells.
static pt_status give_numbers(const struct sides *s, uint32_t *new_of, struct pt_error *err)
{
    uint32_t n = s->job->n;
    uint32_t *at = mem_array(n, sizeof *at); // segment of each place in the order
    uint8_t *is_taken = mem_zero(n, 1);
    if (at == NULL || is_taken == NULL) {
        mem_free(at);
        mem_free(is_taken);
        return no_memory(s, err);
    }
    for (uint32_t i = 0; i < n; i++) {
        at[new_of[i]] = i;
    }
    for (uint32_t i = 0; i < n; i++) {
        uint32_t was = old_number(s, i);
        new_of[i] = was < n ? was : SEGMENTS_NEW;
        if (was < n) {
            is_taken[was] = 1;
        }
    }
    uint32_t free = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (new_of[at[i]] == SEGMENTS_NEW) {
            while (is_taken[free] != 0) {
                free++;
            }
            new_of[at[i]] = free++;
        }
    }
    mem_free(at);
    mem_free(is_taken);
    return PT_OK;
}

static pt_status tell(const struct sides *s, const uint32_t *new_of, struct kept_segments *out,
                      struct pt_error *err)
{
    uint32_t n = s->job->n;
    struct kept_segment *items = mem_zero(n, sizeof *items);
    if (items == NULL) {
        return no_memory(s, err);
    }
    for (uint32_t i = 0; i < n; i++) {
        struct kept_segment *item = &items[new_of[i]];
        *item = (struct kept_segment){.was = old_number(s, i), .rows = s->rows[i]};
        if (item->was != SEGMENTS_NEW) {
            item->was_rows = s->was[item->was];
            item->shared = s->shared[(size_t)i * s->n_old + item->was];
            item->drift = gap(s, i, item->was);
        }
    }
    *out = (struct kept_segments){.items = items, .n = n};
    for (uint32_t j = 0; j < s->n_old; j++) {
        out->n_old += s->was[j] > 0;
    }
    return PT_OK;
}

static pt_status match(struct sides *s, uint32_t *new_of, struct kept_segments *out,
                       struct pt_error *err)
{
    TRY(score_old(s, err));
    TRY(allocate(s, err));
    count_rows(s);
    TRY(find_means(s, err));
    find_costs(s);
    TRY(assignment_solve(s->costs, s->side, s->matched, err));
    TRY(give_numbers(s, new_of, err));
    return tell(s, new_of, out, err);
}

pt_status segments_keep(const struct segments_keep *job, uint32_t *new_of,
                        struct kept_segments *out, struct pt_error *err)
{
    struct sides s = {.job = job};
    pt_status status = match(&s, new_of, out, err);
    mem_free(s.old_of);
    mem_free(s.shared);
    mem_free(s.rows);
    mem_free(s.was);
    mem_free(s.means);
    mem_free(s.costs);
    mem_free(s.matched);
    return status;
}

void kept_segments_release(struct kept_segments *k)
{
    mem_free(k->items);
    *k = (struct kept_segments){0};
}

static void put_u64(struct json_writer *w, const char *key, uint64_t value)
{
    json_key(w, key);
    json_put_u64(w, value);
}

void kept_segments_json(const struct kept_segments *k, struct json_writer *w)
{
    json_begin_array(w);
    for (uint32_t i = 0; i < k->n; i++) {
        const struct kept_segment *item = &k->items[i];
        json_begin_object(w);
        put_u64(w, "segment", i);
        put_u64(w, "rows", item->rows);
        if (item->was != SEGMENTS_NEW) {
            put_u64(w, "was", item->was);
            put_u64(w, "was_rows", item->was_rows);
            put_u64(w, "shared", item->shared);
            json_key(w, "drift");
            json_put_f64(w, item->drift);
        }
        json_end_object(w);
    }
    json_end_array(w);
}
