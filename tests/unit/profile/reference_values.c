// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The aggregates, one profile and feature at a time.
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "reference_state.h"

static bool is_inside(const struct reference *r, const struct reference_feature *f,
                      const struct reference_row *row)
{
    if (row->at == REFERENCE_UNTIMED) {
        return true;
    }
    if (f->is_label) {
        return row->at >= r->cutoff + f->gap && row->at < r->cutoff + f->gap + f->after;
    }
    return row->at < r->cutoff && (f->within < 0 || row->at >= r->cutoff - f->within);
}

static bool has_value(const struct reference_feature *f, const struct reference_row *row)
{
    switch (f->value) {
    case REFERENCE_X:
        return row->x != NULL;
    case REFERENCE_WORD:
        return row->word != NULL;
    case REFERENCE_OK:
        return row->ok != NULL;
    case REFERENCE_N:
        return row->n != NULL;
    default:
        return true;
    }
}

static double number_of(const struct reference_feature *f, const struct reference_row *row)
{
    switch (f->value) {
    case REFERENCE_X:
        return *row->x;
    case REFERENCE_N:
        return (double)*row->n;
    case REFERENCE_OK:
        return *row->ok;
    default:
        return 0;
    }
}

static int compare_values(const struct reference_feature *f, const struct reference_row *a,
                          const struct reference_row *b)
{
    if (f->value == REFERENCE_WORD) {
        return strcmp(a->word, b->word);
    }
    double x = number_of(f, a);
    double y = number_of(f, b);
    return (x > y) - (x < y);
}

static void print_value(const struct reference_feature *f, const struct reference_row *row,
                        FILE *out)
{
    if (row == NULL || !has_value(f, row)) {
        fputs("|~", out);
    } else if (f->value == REFERENCE_WORD) {
        fprintf(out, "|%s", row->word);
    } else if (f->value == REFERENCE_X) {
        fprintf(out, "|%.17g", *row->x + 0.0); // -0 is 0
    } else {
        fprintf(out, "|%" PRId64, f->value == REFERENCE_N ? *row->n : *row->ok);
    }
}

struct rows {
    const struct owned *items[MOST];
    int n;
};

// Rows a feature sees of a profile, by time, then source, then file. `all`: with NULL values too.
static void gather(const struct state *s, const struct reference_feature *f, int profile,
                   struct rows *out)
{
    out->n = 0;
    for (int i = 0; i < s->n_owned; i++) {
        const struct owned *o = &s->owned[i];
        if (o->profile != profile || (f->sources >> o->source & 1) == 0 ||
            o->row->kind < f->least_kind || !is_inside(s->r, f, o->row)) {
            continue;
        }
        int at = out->n++;
        while (at > 0 && out->items[at - 1]->row->at > o->row->at) {
            out->items[at] = out->items[at - 1];
            at--;
        }
        out->items[at] = o;
    }
}

static void print_numbers(const struct reference_feature *f, const struct rows *rows, FILE *out)
{
    double sum = 0;
    int64_t whole = 0;
    int n = 0;
    for (int i = 0; i < rows->n; i++) {
        if (has_value(f, rows->items[i]->row)) {
            sum += number_of(f, rows->items[i]->row);
            whole += f->value == REFERENCE_N ? *rows->items[i]->row->n : 0;
            n++;
        }
    }
    double squares = 0;
    for (int i = 0; i < rows->n; i++) {
        if (has_value(f, rows->items[i]->row)) {
            double d = number_of(f, rows->items[i]->row) - sum / n;
            squares += d * d;
        }
    }
    if (f->aggregate == AGGREGATE_COUNT) {
        fprintf(out, "|%d", n);
    } else if (f->aggregate == AGGREGATE_SUM && f->value == REFERENCE_N) {
        fprintf(out, "|%" PRId64, whole);
    } else if (f->aggregate == AGGREGATE_SUM) {
        fprintf(out, "|%.17g", sum);
    } else if (n == 0 || (f->aggregate == AGGREGATE_STDDEV && n == 1)) {
        fputs("|~", out);
    } else if (f->aggregate == AGGREGATE_STDDEV) {
        fprintf(out, "|%.17g", sqrt(squares / (n - 1)));
    } else {
        fprintf(out, "|%.17g", sum / n);
    }
}

static void print_pick(const struct reference_feature *f, const struct rows *rows, FILE *out)
{
    const struct reference_row *best = NULL;
    int best_n = 0;
    int n_distinct = 0;
    for (int i = 0; i < rows->n; i++) {
        const struct reference_row *row = rows->items[i]->row;
        if (!has_value(f, row)) {
            continue;
        }
        int same = 0;
        bool is_first = true;
        for (int k = 0; k < rows->n; k++) {
            bool is_same = has_value(f, rows->items[k]->row) &&
                           compare_values(f, rows->items[k]->row, row) == 0;
            same += is_same;
            is_first = is_first && !(is_same && k < i);
        }
        n_distinct += is_first;
        int order = best == NULL ? 0 : compare_values(f, row, best);
        bool is_better =
            best == NULL || f->aggregate == AGGREGATE_LAST ||
            (f->aggregate == AGGREGATE_MIN && order < 0) ||
            (f->aggregate == AGGREGATE_MAX && order > 0) ||
            (f->aggregate == AGGREGATE_TOP && (same > best_n || (same == best_n && order < 0)));
        best_n = is_better ? same : best_n;
        best = is_better ? row : best;
    }
    if (f->aggregate == AGGREGATE_DISTINCT) {
        fprintf(out, "|%d", n_distinct);
    } else {
        print_value(f, best, out);
    }
}

static void print_own(const struct state *s, const struct reference_feature *f, int profile,
                      FILE *out)
{
    const struct reference_row *own = NULL;
    for (int i = 0; i < s->n_owned && own == NULL; i++) {
        const struct owned *o = &s->owned[i];
        if (o->profile == profile && o->is_own && (f->sources >> o->source & 1) != 0 &&
            o->row->kind >= f->least_kind && is_inside(s->r, f, o->row)) {
            own = o->row;
        }
    }
    print_value(f, own, out);
}

static void print_times(const struct state *s, const struct reference_feature *f,
                        const struct rows *rows, FILE *out)
{
    int64_t last_of[8];
    int sessions = 0;
    int n = 0;
    int64_t first = 0;
    int64_t last = 0;
    for (int i = 0; i < 8; i++) {
        last_of[i] = REFERENCE_UNTIMED;
    }
    for (int i = 0; i < rows->n; i++) {
        const struct owned *o = rows->items[i];
        if (o->row->at == REFERENCE_UNTIMED) {
            continue;
        }
        int64_t before = last_of[o->source];
        sessions += before == REFERENCE_UNTIMED || o->row->at - before > f->session;
        last_of[o->source] = o->row->at;
        first = n == 0 ? o->row->at : first;
        last = o->row->at;
        n++;
    }
    if (f->aggregate == AGGREGATE_SESSIONS) {
        fprintf(out, "|%d", sessions);
    } else if (n == 0 || (f->aggregate == AGGREGATE_GAP_MEAN && n == 1)) {
        fputs("|~", out);
    } else if (f->aggregate == AGGREGATE_GAP_MEAN) {
        fprintf(out, "|%.17g", (double)(last - first) / 86400 / (n - 1));
    } else {
        fprintf(out, "|%.17g", (double)(s->r->cutoff - last) / 86400);
    }
}

void reference_print_feature(const struct state *s, const struct reference_feature *f, int profile,
                             FILE *out)
{
    static _Thread_local struct rows rows;
    gather(s, f, profile, &rows);
    int n_true = 0;
    int n_there = 0;
    switch (f->aggregate) {
    case AGGREGATE_COUNT:
    case AGGREGATE_SUM:
    case AGGREGATE_MEAN:
    case AGGREGATE_STDDEV:
        print_numbers(f, &rows, out);
        break;
    case AGGREGATE_OWN:
        print_own(s, f, profile, out);
        break;
    case AGGREGATE_SHARE:
        for (int i = 0; i < rows.n; i++) {
            n_there += has_value(f, rows.items[i]->row);
            n_true += has_value(f, rows.items[i]->row) && *rows.items[i]->row->ok;
        }
        fprintf(out, n_there == 0 ? "|~" : "|%.17g", (double)n_true / n_there);
        break;
    case AGGREGATE_EXISTS:
        fprintf(out, "|%d", rows.n > 0);
        break;
    case AGGREGATE_DAYS_SINCE:
    case AGGREGATE_SESSIONS:
    case AGGREGATE_GAP_MEAN:
        print_times(s, f, &rows, out);
        break;
    default:
        print_pick(f, &rows, out);
        break;
    }
}
