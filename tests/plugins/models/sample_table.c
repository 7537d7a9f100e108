// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "sample_table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

double sample_uniform(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static size_t add(struct table *t, const char *name, enum vec_type type, bool with_nulls)
{
    if (table_add(t, name, type, with_nulls) == NULL) {
        fprintf(stderr, "sample table: no column %s\n", name);
        abort();
    }
    return t->n_columns - 1;
}

static void fill_row(struct table *t, size_t i, uint64_t *state)
{
    static const char *const cities[] = {"Aachen", "Berlin", "Chemnitz", "Dresden", "Essen"};
    struct column *c = t->columns;
    char name[24];
    snprintf(name, sizeof name, "c%zu", i);
    arena_text(&t->arena, text_of(name), &c[0].s[i]);
    size_t city = (size_t)(sample_uniform(state) * 5);
    c[1].f[i] = -log(1 - sample_uniform(state)) * (10 + 20 * (double)city);
    c[2].i[i] = (int64_t)(sample_uniform(state) * 12);
    c[3].valid[i] = sample_uniform(state) > 0.15;
    c[3].f[i] = 18 + floor(sample_uniform(state) * 60);
    c[4].f[i] = 0.1;
    c[5].b[i] = sample_uniform(state) > 0.6;
    c[6].i[i] = 18000 + (int64_t)(sample_uniform(state) * 1000);
    c[7].valid[i] = sample_uniform(state) > 0.1;
    c[7].s[i] = text_of(cities[city]);
    double logit = c[1].f[i] / 40 + (double)c[2].i[i] / 6 - 2 + (c[5].b[i] != 0 ? 0.5 : -0.5) +
                   (c[3].valid[i] != 0 ? (c[3].f[i] - 40) / 40 : 0.3) + (city == 1 ? 0.8 : 0);
    c[8].f[i] = sample_uniform(state) < 1 / (1 + exp(-logit)) ? 1 : 0;
}

void sample_table(size_t n_rows, uint64_t seed, struct table *out)
{
    *out = (struct table){.n_rows = n_rows};
    add(out, "profile", VEC_STR, false);
    add(out, "spend", VEC_F64, false);
    add(out, "visits", VEC_I64, false);
    add(out, "age", VEC_F64, true);
    add(out, "same", VEC_F64, false);
    add(out, "member", VEC_BOOL, false);
    add(out, "since", VEC_DATE, false);
    add(out, "city", VEC_STR, true);
    add(out, "bought", VEC_F64, false);
    for (size_t i = 0; i < n_rows; i++) {
        fill_row(out, i, &seed);
    }
}
