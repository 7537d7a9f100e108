// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The Hungarian method by shortest augmenting paths (Jonker and Volgenant 1987,
// doi:10.1007/BF02278710): row after row takes a column, others give way along the cheapest path.
#include "assignment.h"

#include <math.h>

#include "mem.h"

// Columns are counted from 1; column 0 is where the row that is being placed starts.
struct solving {
    const double *cost;
    uint32_t n;
    double *row_price;    // n + 1
    double *column_price; // n + 1
    double *least;        // n + 1: cheapest way to each column so far
    uint32_t *row_of;     // n + 1: row (from 1) of each column, 0 = free
    uint32_t *from;       // n + 1: the column before it on that way
    uint8_t *is_done;     // n + 1
};

static void start_row(struct solving *s, uint32_t row)
{
    s->row_of[0] = row;
    for (uint32_t j = 0; j <= s->n; j++) {
        s->least[j] = INFINITY;
        s->is_done[j] = 0;
    }
}

// Looks from column `at` on; returns the nearest column that is not done.
static uint32_t step(struct solving *s, uint32_t at)
{
    uint32_t row = s->row_of[at];
    uint32_t next = 0;
    double gap = INFINITY;
    s->is_done[at] = 1;
    for (uint32_t j = 1; j <= s->n; j++) {
        if (s->is_done[j] != 0) {
            continue;
        }
        double reduced =
            s->cost[(size_t)(row - 1) * s->n + j - 1] - s->row_price[row] - s->column_price[j];
        if (reduced < s->least[j]) {
            s->least[j] = reduced;
            s->from[j] = at;
        }
        if (s->least[j] < gap) {
            gap = s->least[j];
            next = j;
        }
    }
    for (uint32_t j = 0; j <= s->n; j++) {
        if (s->is_done[j] != 0) {
            s->row_price[s->row_of[j]] += gap;
            s->column_price[j] -= gap;
        } else {
            s->least[j] -= gap;
        }
    }
    return next;
}

static void place_row(struct solving *s, uint32_t row)
{
    uint32_t at = 0;
    start_row(s, row);
    do {
        at = step(s, at);
    } while (s->row_of[at] != 0);
    while (at != 0) {
        s->row_of[at] = s->row_of[s->from[at]];
        at = s->from[at];
    }
}

pt_status assignment_solve(const double *cost, uint32_t n, uint32_t *column_of,
                           struct pt_error *err)
{
    size_t places = (size_t)n + 1;
    struct solving s = {
        .cost = cost,
        .n = n,
        .row_price = mem_zero(places, sizeof *s.row_price),
        .column_price = mem_zero(places, sizeof *s.column_price),
        .least = mem_zero(places, sizeof *s.least),
        .row_of = mem_zero(places, sizeof *s.row_of),
        .from = mem_zero(places, sizeof *s.from),
        .is_done = mem_zero(places, sizeof *s.is_done),
    };
    pt_status status = PT_OK;
    if (s.row_price == NULL || s.column_price == NULL || s.least == NULL || s.row_of == NULL ||
        s.from == NULL || s.is_done == NULL) {
        status = error_set(err, PT_E_NO_MEMORY, "no memory to match %u segments", n);
    }
    for (uint32_t row = 1; status == PT_OK && row <= n; row++) {
        place_row(&s, row);
    }
    for (uint32_t j = 1; status == PT_OK && j <= n; j++) {
        column_of[s.row_of[j] - 1] = j - 1;
    }
    mem_free(s.row_price);
    mem_free(s.column_price);
    mem_free(s.least);
    mem_free(s.row_of);
    mem_free(s.from);
    mem_free(s.is_done);
    return status;
}
