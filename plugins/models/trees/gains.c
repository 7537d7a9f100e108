// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "gains.h"

#include <stdlib.h>

struct importance {
    double gain;
    uint32_t column;
};

static int by_gain(const void *a, const void *b)
{
    const struct importance *x = a;
    const struct importance *y = b;
    if (x->gain != y->gain) {
        return x->gain > y->gain ? -1 : 1;
    }
    return x->column < y->column ? -1 : x->column > y->column;
}

static void put(const struct importance *all, const struct pt_columns *columns, struct pt_json *j)
{
    double sum = 0;
    for (uint32_t c = 0; c < columns->n; c++) {
        sum += all[c].gain;
    }
    pt_json_key(j, "importances");
    pt_json_open(j, '[');
    for (uint32_t c = 0; c < columns->n && all[c].gain > 0; c++) {
        pt_json_open(j, '{');
        pt_json_key(j, "name");
        pt_json_text(j, columns->items[all[c].column].name);
        pt_json_key(j, "share");
        pt_json_f64(j, all[c].gain / sum);
        pt_json_close(j, '}');
    }
    pt_json_close(j, ']');
}

pt_status gains_put(const struct ensemble *e, const struct pt_columns *columns, const pt_host *host,
                    struct pt_json *j, pt_error *err)
{
    double *gains = pt_mem_array(host, columns->n, sizeof *gains);
    struct importance *all = pt_mem_array(host, columns->n, sizeof *all);
    pt_status status = PT_OK;
    if (gains == NULL || all == NULL) {
        status = pt_fail(host, err, PT_E_NO_MEMORY, NULL, "no memory to explain the trees");
    } else {
        ensemble_gains(e, columns->n, gains);
        for (uint32_t c = 0; c < columns->n; c++) {
            all[c] = (struct importance){gains[c], c};
        }
        qsort(all, columns->n, sizeof *all, by_gain);
        put(all, columns, j);
    }
    pt_mem_free(host, gains);
    pt_mem_free(host, all);
    return status;
}
