// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "gather.h"

#include <math.h>

#include "clock.h"

static void gather_f64(const struct column *c, const struct gather_range *range, double *out)
{
    for (size_t i = 0; i < range->n; i++) {
        double value = c->f[gather_row(range, i)];
        out[i] = isfinite(value) ? value : (double)NAN;
    }
}

static void gather_i64(const struct column *c, const struct gather_range *range, double unit,
                       double *out)
{
    for (size_t i = 0; i < range->n; i++) {
        out[i] = (double)c->i[gather_row(range, i)] / unit;
    }
}

static void gather_bool(const struct column *c, const struct gather_range *range, double *out)
{
    for (size_t i = 0; i < range->n; i++) {
        out[i] = c->b[gather_row(range, i)] != 0 ? 1.0 : 0.0;
    }
}

static void hide_missing(const struct column *c, const struct gather_range *range, double *out)
{
    if (c->valid == NULL) {
        return;
    }
    for (size_t i = 0; i < range->n; i++) {
        if (c->valid[gather_row(range, i)] == 0) {
            out[i] = (double)NAN;
        }
    }
}

void gather_numbers(const struct column *c, struct gather_range range, double *out)
{
    switch (c->type) {
    case VEC_BOOL:
        gather_bool(c, &range, out);
        break;
    case VEC_F64:
        gather_f64(c, &range, out);
        break;
    case VEC_TIME:
        gather_i64(c, &range, (double)US_PER_DAY, out);
        break;
    case VEC_I64:
    case VEC_DATE:
        gather_i64(c, &range, 1.0, out);
        break;
    case VEC_STR:
        for (size_t i = 0; i < range.n; i++) {
            out[i] = (double)NAN;
        }
        break;
    }
    hide_missing(c, &range, out);
}

void gather_codes(const struct column *c, const struct map *level_of, struct gather_range range,
                  double *out)
{
    for (size_t i = 0; i < range.n; i++) {
        size_t row = gather_row(&range, i);
        const uint64_t *code = NULL;
        if (c->valid == NULL || c->valid[row] != 0) {
            code = map_get(level_of, c->s[row]);
        }
        out[i] = code == NULL ? (double)NAN : (double)*code;
    }
}
