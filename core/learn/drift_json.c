// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "drift.h"

static void put_number(struct json_writer *w, const char *key, double value)
{
    json_key(w, key);
    json_put_f64(w, value);
}

static void put_figure(const struct drift_figure *f, struct json_writer *w)
{
    put_number(w, "psi", f->psi);
    json_key(w, "verdict");
    json_put_str(w, drift_verdict(f->psi));
    put_number(w, "psi_by_chance", f->by_chance);
    put_number(w, "missing", f->missing);
    put_number(w, "missing_then", f->missing_then);
}

void drift_json(const struct drift *d, const struct drift_references *r, const struct prepare *p,
                struct json_writer *w)
{
    static const char *const sources[] = {"test rows", "out-of-fold", "training rows"};
    json_begin_object(w);
    json_key(w, "rows");
    json_put_u64(w, d->rows);
    json_key(w, "reference_rows");
    json_put_u64(w, r->rows);
    json_key(w, "score");
    json_begin_object(w);
    json_key(w, "reference");
    json_put_str(w, sources[r->source]);
    json_key(w, "reference_rows");
    json_put_u64(w, r->score_rows);
    put_figure(&d->score, w);
    json_end_object(w);
    json_key(w, "inputs");
    json_begin_array(w);
    for (size_t i = 0; i < d->n_inputs; i++) {
        json_begin_object(w);
        json_key(w, "name");
        json_put_str(w, p->inputs[i].name);
        put_figure(&d->inputs[i], w);
        json_end_object(w);
    }
    json_end_array(w);
    json_end_object(w);
}
